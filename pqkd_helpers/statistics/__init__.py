"""Means with intervals, verdicts, equivalence, fits."""
