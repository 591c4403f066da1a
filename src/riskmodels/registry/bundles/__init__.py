"""What a model is saved as: plain files with their digests, no pickle; read back, served, and made again."""
