"""What people write about a model, read, checked and filled in with facts: ``whole.py`` is the front door."""
