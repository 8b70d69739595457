"""Fits of a gain over the number of shots, and what they can and cannot show.

The paper fits ``gain(S) = limit - k / sqrt(S)`` and reports R^2. A good fit does not make a law:
data that follow 1/S or S^(-1/4) fit it well, with a wrong limit. So the exponent is fitted too,

    gain_j(S) = limit - k_j S^(-exponent)

with one limit for all curves j: with and without smoothing, infinitely many shots give the same
feature, so as far as shot noise is all there is, both must tend to the same limit.

An exponent can be found only where something decays: if constants fit the curves, or the exponent
runs to the edge of the range in which it is sought, it is not identifiable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import minimize_scalar

from ..common.checks import check_generator, check_whole

LawFinding = Literal["confirmed", "rejected", "undecided", "not identifiable"]
Array = NDArray[np.float64]
# The paper's exponent counts as confirmed only if the whole 95 % interval is this close to it.
EXPONENT, EXPONENT_MARGIN = 0.5, 0.1
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = 0.02, 4.0
_AT_THE_EDGE = 1.05  # an exponent within this factor of the smallest or largest one
_LEVEL = 0.05


@dataclass(frozen=True)
class PaperFit:
    """``limit - k / sqrt(S)``, least squares weighted by 1 / error^2."""

    limit: float
    slope: float
    r_squared: float  # nan where the gains do not vary


@dataclass(frozen=True)
class FreeFit:
    """``limit - k_j S^(-exponent)`` with one limit and one exponent for all curves.

    Attributes
    ----------
    limit, exponent : float
    exponent_low, exponent_high : float
        95 % interval of the bootstrap.
    limit_low, limit_high : float
        The same of the limit.
    constant_p : float
        p value of the question whether every curve is a constant; see `constant_p`.
    slopes : dict of str to float
    """

    limit: float
    exponent: float
    exponent_low: float
    exponent_high: float
    limit_low: float
    limit_high: float
    constant_p: float
    slopes: dict[str, float]

    @property
    def finding(self) -> LawFinding:
        """What the interval of the exponent says of the law 1 / sqrt(S), if it says anything."""
        low, high = _SMALLEST_EXPONENT * _AT_THE_EDGE, _LARGEST_EXPONENT / _AT_THE_EDGE
        if self.constant_p > _LEVEL or self.exponent_low < low or self.exponent_high > high:
            return "not identifiable"
        if not self.exponent_low <= EXPONENT <= self.exponent_high:
            return "rejected"
        close = max(EXPONENT - self.exponent_low, self.exponent_high - EXPONENT) <= EXPONENT_MARGIN
        return "confirmed" if close else "undecided"


def fit_like_the_paper(shots: ArrayLike, gains: ArrayLike, errors: ArrayLike) -> PaperFit:
    """Fit ``limit - k / sqrt(S)``.

    Parameters
    ----------
    shots, gains, errors : (n,) array_like
        Numbers of shots > 0, not all the same, mean gains, and their standard errors > 0; n >= 3.

    Raises
    ------
    ValueError
        If they are not of this form, or not finite.

    Examples
    --------
    >>> shots = np.array([25, 100, 400])
    >>> fit = fit_like_the_paper(shots, 89.0 - 50.0 / np.sqrt(shots), np.ones(3))
    >>> round(fit.limit, 6), round(fit.slope, 6), round(fit.r_squared, 6)
    (89.0, 50.0, 1.0)
    """
    s, y, error = (np.asarray(x, dtype=np.float64) for x in (shots, gains, errors))
    if s.ndim != 1 or s.shape != y.shape or s.shape != error.shape or s.size < 3:
        raise ValueError(
            f"shots, gains and errors have shapes {s.shape}, {y.shape}, {error.shape}: three "
            "vectors of the same length, 3 or more, are expected"
        )
    _check_shots(s)
    if not np.isfinite(y).all() or not (np.isfinite(error) & (error > 0.0)).all():
        raise ValueError("gains and errors are finite numbers, errors > 0: others were given")
    design = np.stack([np.ones_like(s), -1.0 / np.sqrt(s)], axis=1) / error[:, None]
    (limit, slope), *_ = np.linalg.lstsq(design, y / error, rcond=None)
    weights = error**-2.0
    rest = (weights * (y - limit + slope / np.sqrt(s)) ** 2).sum()
    spread = (weights * (y - np.average(y, weights=weights)) ** 2).sum()
    r_squared = float(1.0 - rest / spread) if np.ptp(y) > 0.0 else float("nan")
    return PaperFit(float(limit), float(slope), r_squared)


def constant_p(curves: Mapping[str, ArrayLike]) -> float:
    """Return the p value of the hypothesis that every curve is a constant plus noise.

    An F test: the scatter of the means over the shots against that of single seeds, the mean of
    each seed taken out, all curves together.

    Parameters
    ----------
    curves : dict of str to (seeds, n_shots) array_like
        Gains of every seed, by name of the curve; 2 or more seeds and numbers of shots.

    Raises
    ------
    ValueError
        If there is no curve, or one has another shape or numbers that are not finite.

    Examples
    --------
    >>> rising = [[1.0, 2.0, 3.1], [1.1, 2.0, 2.9]]
    >>> constant_p({"rising": rising}) < 0.05
    True
    """
    between = within = 0.0
    degrees = np.zeros(2, dtype=int)
    for name, curve in curves.items():
        y = np.asarray(curve, dtype=np.float64)
        if y.ndim != 2 or min(y.shape) < 2 or not np.isfinite(y).all():
            raise ValueError(
                f"curve {name!r} has shape {y.shape}: finite numbers, 2 or more seeds by 2 or more "
                "numbers of shots, are expected"
            )
        seeds, shots = y.shape
        y = y - y.mean(axis=1, keepdims=True)
        mean = y.mean(axis=0)
        between += seeds * float(np.square(mean).sum())
        within += float(np.square(y - mean).sum())
        degrees += np.array([shots - 1, (shots - 1) * (seeds - 1)])
    if not curves:
        raise ValueError("there is no curve")
    if within == 0.0:
        return float(between == 0.0)
    return float(stats.f.sf((between / degrees[0]) / (within / degrees[1]), *degrees))


def fit_free_exponent(
    shots: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    rng: np.random.Generator,
    n_resamples: int = 400,
) -> FreeFit:
    """Fit a free exponent and a common limit to several curves; intervals by a bootstrap.

    Parameters
    ----------
    shots : (n_shots,) array_like
        Numbers of shots > 0, not all the same.
    curves : dict of str to (seeds, n_shots) array_like
        Gains of every seed, by name of the curve; the same seeds in all.
    rng : numpy.random.Generator
    n_resamples : int
        Bootstrap samples, 1 or more: the means with noise of their standard errors added.

    Raises
    ------
    ValueError
        If a curve has another shape or is not finite, there are fewer than two seeds, the shots are
        not of this form, or ``rng`` is no generator.
    """
    s = np.asarray(shots, dtype=np.float64)
    _check_shots(s)
    check_whole("n_resamples", n_resamples, least=1)
    arrays = [np.asarray(curve, dtype=np.float64) for curve in curves.values()]
    shapes = {array.shape for array in arrays}
    shape = min(shapes, default=())
    if len(shapes) != 1 or len(shape) != 2 or shape[0] < 2 or shape[1] != s.size:
        raise ValueError(
            f"the curves have shapes {sorted(shapes)}, (2 or more seeds, {s.size}) is expected"
        )
    check_generator(rng, "standard_normal")
    stack = np.stack(arrays)
    if not np.isfinite(stack).all():
        raise ValueError("a curve holds numbers that are not finite")
    error = np.maximum(stack.std(axis=1, ddof=1), 1e-3) / np.sqrt(stack.shape[1])
    # One error per curve: those of single points, from a few seeds, are mostly chance.
    error = np.broadcast_to(np.sqrt((error**2).mean(axis=1, keepdims=True)), error.shape)
    mean = stack.mean(axis=1)
    best = _least_squares(s, mean, error)
    found = [
        _least_squares(s, mean + error * rng.standard_normal(error.shape), error)
        for _ in range(n_resamples)
    ]
    low, high = np.quantile(np.array(found), [0.025, 0.975], axis=0)
    return FreeFit(
        limit=float(best[0]),
        exponent=float(best[1]),
        exponent_low=float(low[1]),
        exponent_high=float(high[1]),
        limit_low=float(low[0]),
        limit_high=float(high[0]),
        constant_p=constant_p(curves),
        slopes=dict(zip(curves, map(float, best[2:]), strict=True)),
    )


def _check_shots(shots: Array) -> None:
    if shots.ndim != 1 or not (np.isfinite(shots) & (shots > 0.0)).all() or not np.ptp(shots):
        raise ValueError(f"shots are {shots.tolist()}: two different numbers > 0 are expected")


def _least_squares(s: Array, y: Array, error: Array) -> Array:
    """Return limit, exponent and slopes. For a given exponent the rest is linear."""

    def model(exponent: float) -> tuple[Array, float]:
        n_curves = len(y)
        design = np.zeros((n_curves, s.size, 1 + n_curves))
        design[:, :, 0] = 1.0
        for j in range(n_curves):
            design[j, :, 1 + j] = -((s / s.min()) ** -exponent)
        design /= error[:, :, None]
        flat = design.reshape(-1, 1 + n_curves)
        solution, *_ = np.linalg.lstsq(flat, (y / error).ravel(), rcond=None)
        rest = float(np.square(flat @ solution - (y / error).ravel()).sum())
        return np.asarray(solution, dtype=np.float64), rest

    grid = np.geomspace(_SMALLEST_EXPONENT, _LARGEST_EXPONENT, 15)
    nearest = int(np.argmin([model(exponent)[1] for exponent in grid]))
    bounds = grid[max(nearest - 1, 0)], grid[min(nearest + 1, grid.size - 1)]
    exponent = minimize_scalar(lambda e: model(e)[1], bounds=bounds, method="bounded").x
    solution, _ = model(exponent)
    slopes = solution[1:] * s.min() ** exponent
    return np.concatenate([[solution[0], exponent], slopes])
