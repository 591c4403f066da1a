"""Where runs and models are written down. The only folder that knows MLflow."""
