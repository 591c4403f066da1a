"""The registry store that stock MLflow's server loads: it refuses what was not signed for, and writes down why."""
