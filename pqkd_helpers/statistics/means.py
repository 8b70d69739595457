"""Means of runs and of pairs of runs, with their intervals.

Two arms with the same seeds share teacher, data order and start. The difference of a pair has less
noise than either value, so pairs are compared, not means of arms. The interval is Student's:
``mean +- t s / sqrt(n)`` with the standard deviation s of the n values or differences; it assumes
that they are roughly normal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student_t


@dataclass(frozen=True)
class Mean:
    """Mean of n values with its confidence interval; of one value, without."""

    mean: float
    low: float | None
    high: float | None
    standard_deviation: float | None
    n: int

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval, as an error bar shows it."""
        return None if self.low is None else self.mean - self.low

    def text(self, digits: int = 2) -> str:
        """Return mean, interval and n in words and figures.

        Examples
        --------
        >>> mean_of([98.0, 99.0, 100.0]).text()
        '99.00 [96.52, 101.48], n = 3'
        """
        return f"{self:.{digits}f}, n = {self.n}"

    def __format__(self, spec: str) -> str:
        """Return mean and interval, each number as ``spec`` says.

        Examples
        --------
        >>> f"{mean_of([98.0, 99.0, 100.0]):.1f}"
        '99.0 [96.5, 101.5]'
        """
        if self.low is None or self.high is None:
            return format(self.mean, spec)
        return f"{self.mean:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def mean_of(values: ArrayLike, *, confidence: float = 0.95) -> Mean:
    """Return the mean of values and its confidence interval.

    Parameters
    ----------
    values : (n,) array_like
        One value per seed; n >= 1.
    confidence : float
        Probability in (0, 1) with which such intervals cover the true mean.

    Raises
    ------
    ValueError
        If the values are not a vector of one finite number or more, or the confidence is out of
        range.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.size < 1 or not np.isfinite(x).all():
        raise ValueError(f"the values have shape {x.shape}: one finite number or more are expected")
    check_confidence(confidence)
    mean = float(x.mean())
    if x.size == 1:
        return Mean(mean, None, None, None, 1)
    deviation = float(x.std(ddof=1))
    margin = float(student_t.ppf(0.5 + confidence / 2.0, x.size - 1)) * deviation / np.sqrt(x.size)
    return Mean(mean, mean - margin, mean + margin, deviation, x.size)


@dataclass(frozen=True)
class PairedDifference:
    """Mean of first minus second over n pairs, with its confidence interval."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the width of the interval, as an error bar shows it."""
        return self.mean - self.low

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0.0 or self.high < 0.0

    def text(self, digits: int = 2) -> str:
        """Return mean, interval and number of pairs."""
        return f"{self:+.{digits}f}, {self.n} pairs"

    def __str__(self) -> str:
        return self.text()

    def __format__(self, spec: str) -> str:
        """Return mean and interval, each number as ``spec`` says; without one, as ``str``."""
        if not spec:
            return str(self)
        return f"{self.mean:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


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
    a, b = check_pairs(first, second, least=2)
    found = mean_of(a - b, confidence=confidence)
    assert found.low is not None and found.high is not None  # two pairs or more
    return PairedDifference(found.mean, found.low, found.high, found.n)


def check_pairs(
    first: ArrayLike, second: ArrayLike, *, least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two arms as vectors; raise ``ValueError`` unless they are equally long and finite."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or a.size < least or not np.isfinite([a, b]).all():
        raise ValueError(
            f"the arms have shapes {a.shape} and {b.shape}: two vectors of the same length, "
            f"{least} or more finite numbers, are expected"
        )
    return a, b


def check_confidence(confidence: float) -> None:
    """Raise ``ValueError`` unless it is in (0, 1)."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence!r}, a number in (0, 1) is expected")
