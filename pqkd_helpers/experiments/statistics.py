"""Intervals for paired runs: two arms with the same seeds share teacher, data order and start.

The difference of a pair has less noise than either value, so pairs are compared, not means of
arms. The interval is Student's: ``mean +- t s / sqrt(n)`` with the standard deviation s of the n
differences; it assumes that they are roughly normal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student_t


@dataclass(frozen=True)
class PairedDifference:
    """Mean of first minus second over n pairs, with its confidence interval."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0.0 or self.high < 0.0

    def __str__(self) -> str:
        return f"{self.mean:+.2f} [{self.low:+.2f}, {self.high:+.2f}], {self.n} pairs"


def paired_difference(
    first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95
) -> PairedDifference:
    """Return the mean difference of pairs and its confidence interval.

    Parameters
    ----------
    first, second : (n,) array_like
        Values of the two arms, the same seed at the same place; n >= 2.
    confidence : float
        Probability in (0, 1) with which such intervals cover the true mean.

    Raises
    ------
    ValueError
        If the values are not two equally long vectors of two finite numbers or more, or the
        confidence is out of range.

    Examples
    --------
    >>> print(paired_difference([3.0, 4.0, 5.0], [1.0, 3.0, 2.0]))
    +2.00 [-0.48, +4.48], 3 pairs
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or a.size < 2 or not np.isfinite([a, b]).all():
        raise ValueError(
            f"the arms have shapes {a.shape} and {b.shape}: two vectors of the same length, 2 or "
            "more finite numbers, are expected"
        )
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence!r}, a number in (0, 1) is expected")
    differences = a - b
    mean = float(differences.mean())
    error = float(differences.std(ddof=1)) / np.sqrt(a.size)
    margin = float(student_t.ppf(0.5 + confidence / 2.0, a.size - 1)) * error
    return PairedDifference(mean, mean - margin, mean + margin, a.size)
