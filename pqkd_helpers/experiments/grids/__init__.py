"""Experiments as grids of runs."""
