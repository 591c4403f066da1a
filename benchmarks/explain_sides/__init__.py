"""The sides of the explanation benchmark."""
