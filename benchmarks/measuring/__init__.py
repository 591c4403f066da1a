"""What every benchmark shares: how work is timed side by side, and how results are shown."""
