"""Exercises, pictures and explorers of notebook 08."""
