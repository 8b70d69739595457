"""A submission's code, run in a process of its own."""
