"""Means with intervals, verdicts, equivalence, fits: no torch, no records."""

from .decay_fits import fit_free_exponent, fit_like_the_paper
from .equivalence import contrast, detection_power, pairs_needed
from .means import paired_difference
from .verdicts import compare_with_paper, judge_claim, verdict

__all__ = [
    "compare_with_paper",
    "contrast",
    "detection_power",
    "fit_free_exponent",
    "fit_like_the_paper",
    "judge_claim",
    "paired_difference",
    "pairs_needed",
    "verdict",
]
