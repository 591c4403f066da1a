"""The door that services import: it verifies before it reads one byte of a model, and then it scores."""
