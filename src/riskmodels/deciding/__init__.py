"""What happens to a model after it was trained: put forward, reproduced, signed, promoted, suspended, checked."""
