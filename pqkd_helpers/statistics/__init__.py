"""Means with intervals, verdicts, equivalence, fits: no torch, no records."""
