"""Exercises, pictures and explorer of notebook 12: a real device's light."""
