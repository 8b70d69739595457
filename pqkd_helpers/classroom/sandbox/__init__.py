"""A submission's code, run in another process."""
