"""The maximum of a likelihood, and how far the data let each parameter go from there.

Inside its range a parameter's standard error is the root of the diagonal of the inverse of the
observed information, ``-d^2 l``. At an end of the range l has a slope, no curvature that counts,
and there is no standard error. There the interval holds the values that a likelihood-ratio test
does not reject: those with ``2 (l_max - l_profile(v)) <= q``, where l_profile is the largest l with
this parameter held at v, and q the quantile of chi^2 with one degree of freedom. Such an interval
ends at the end of the range. It holds the truth at least as often as promised (for a level of
95 %: in 97.5 % of the cases if the truth itself lies at the end): q stays the same there, for the
choice between a one-sided and a two-sided interval must not depend on the data.

Reference: G. J. Feldman, R. D. Cousins, arXiv:physics/9711021 (intervals near an end of a range).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.stats import chi2, norm

Array = NDArray[np.float64]
LogLikelihood = Callable[[Array], float]

# Nearer to an end of its range than this, a parameter is there.
AT_THE_END = 1e-6
_STEP = 1e-3  # for second derivatives
_TINY = 1e-6  # an information that is a rounding error: a standard error of 1,000


@dataclass(frozen=True)
class Estimate:
    """A number, and how well it is known.

    Attributes
    ----------
    value : float
        Where the likelihood is largest.
    standard_error : float
        From the observed information at this maximum; NaN at an end of the range.
    lower, upper : float
        Interval at the level that was asked for.
    """

    value: float
    standard_error: float
    lower: float
    upper: float


def climb(log_likelihood: LogLikelihood, start: Array, ranges: Array) -> tuple[Array, float]:
    """Return the maximum that is reached from a start, and the likelihood there.

    Parameters
    ----------
    log_likelihood : callable
        From ``(n,)`` parameters to a number.
    start : (n,) float64
    ranges : (n, 2) float64

    Examples
    --------
    >>> at, value = climb(lambda x: -((x[0] - 3.0) ** 2), np.array([0.5]), np.array([[0.0, 1.0]]))
    >>> at, value
    (array([1.]), -4.0)
    """
    found = minimize(
        lambda parameters: -log_likelihood(parameters),
        start,
        bounds=ranges,
        method="L-BFGS-B",
        options={"ftol": 1e-13, "gtol": 1e-4},
    )
    return found.x, -float(found.fun)


def estimates(
    log_likelihood: LogLikelihood, at: Array, ranges: Array, level: float
) -> list[Estimate]:
    """Return every parameter with its interval, given where the likelihood is largest.

    Parameters
    ----------
    log_likelihood, ranges
        As in `climb`.
    at : (n,) float64
    level : float
        How often an interval should hold the truth, in (0, 1).

    Examples
    --------
    Ten throws of a coin, five heads; then none:

    >>> coin = lambda heads: lambda p: heads * np.log(p[0]) + (10 - heads) * np.log(1 - p[0])
    >>> half, = estimates(coin(5), np.array([0.5]), np.array([[0.0, 1.0]]), 0.95)
    >>> round(half.standard_error, 3), round(half.lower, 2), round(half.upper, 2)
    (0.158, 0.19, 0.81)
    """
    distance = np.minimum(at - ranges[:, 0], ranges[:, 1] - at)
    inside = distance > AT_THE_END
    errors = np.full(len(at), np.nan)
    if inside.any():
        errors[inside] = _standard_errors(log_likelihood, at, distance, inside)
    result = []
    for i, (low, high) in enumerate(ranges):
        if inside.all():
            reach = norm.ppf((1.0 + level) / 2.0) * errors[i]
            ends = max(low, at[i] - reach), min(high, at[i] + reach)
        else:  # what is at its end holds back the others: they are profiled, too
            ends = _profile_interval(log_likelihood, at, ranges, i, level)
        result.append(Estimate(float(at[i]), float(errors[i]), *map(float, ends)))
    return result


def _standard_errors(
    log_likelihood: LogLikelihood, at: Array, distance: Array, inside: NDArray[np.bool_]
) -> Array:
    free = np.flatnonzero(inside)
    steps = np.eye(len(at))[free] * np.minimum(_STEP, distance[free, None] / 2.0)
    size = steps.max(axis=1)
    information = np.empty((len(free), len(free)))
    for i, a in enumerate(steps):
        for j, b in enumerate(steps[: i + 1]):
            corners = [log_likelihood(at + s * a + t * b) for s in (1, -1) for t in (1, -1)]
            # for i = j the two middle ones are l at the maximum, and the step is twice as long
            scale = size[i] * size[j] * 4.0
            change = (corners[0] - corners[1] - corners[2] + corners[3]) / scale
            information[i, j] = information[j, i] = -change
    values, vectors = np.linalg.eigh(information)
    return np.sqrt((vectors**2 / np.maximum(values, _TINY)).sum(axis=1))


def _profile_interval(
    log_likelihood: LogLikelihood, at: Array, ranges: Array, i: int, level: float
) -> tuple[float, float]:
    most, others = log_likelihood(at), np.arange(len(at)) != i
    allowed = math.sqrt(chi2.ppf(level, 1))

    def excess(value: float) -> float:
        def rest(parameters: Array) -> float:
            return log_likelihood(np.insert(parameters, i, value))

        profile = climb(rest, at[others], ranges[others])[1] if others.any() else rest(at[others])
        # the root is almost a straight line, of which the zero is soon found
        return math.sqrt(max(2.0 * (most - profile), 0.0)) - allowed

    def end(limit: float) -> float:
        if abs(at[i] - limit) <= AT_THE_END or excess(limit) <= 0.0:
            return limit
        return brentq(excess, limit, at[i], xtol=1e-5)

    return end(ranges[i, 0]), end(ranges[i, 1])
