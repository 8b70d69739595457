"""Exercises, pictures and explorers of notebook 13."""
