"""Lists that a service works through: who is on it, as what, why, and as a file that an officer can open."""
