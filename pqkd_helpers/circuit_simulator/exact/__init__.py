"""Exact probabilities of clicks and photons."""
