"""Samplers of clicks, and the choice between them."""
