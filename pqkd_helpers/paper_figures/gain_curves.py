"""Curves of the gain over z = 0 against the number of shots, from stored runs, and their fits.

A curve is a name such as "ema": the runs of the arms ``ema-25``, ``ema-50``, ... and ``ema-exact``,
whose exact features are infinitely many shots.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..records.measured import accuracies, gains
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.decay_fits import PaperFit, fit_like_the_paper

EXPERIMENT = "shot-noise"
Points = dict[float, list[Record]]  # shots, perhaps infinitely many -> runs


def gain_curve(catalogue: Catalogue, tier: str, name: str, *, least: int = 1) -> Points:
    """Return the runs of a curve by number of shots, ``least`` or more, in rising order."""
    points: Points = {}
    for record in catalogue.runs(EXPERIMENT, tier=tier):
        curve, _, budget = record["arm"].rpartition("-")
        if curve == name:
            shots = math.inf if budget == "exact" else int(budget)
            points.setdefault(shots, []).append(record)
    return {shots: runs for shots, runs in sorted(points.items()) if shots >= least}


def is_complete(points: Points) -> bool:
    """Return whether a curve has three budgets and infinity, of the same two seeds or more."""
    seeds = {*plan(points).values()}
    return len(points) > 3 and math.inf in points and len(seeds) == 1 and len(seeds.pop()) > 1


def plan(points: Points) -> dict[float, tuple[int, ...]]:
    """Return the seeds of every budget."""
    return {shots: tuple(r["seed"] for r in records) for shots, records in points.items()}


def stacked_gains(points: Points, *, fresh: bool = False) -> NDArray[np.float64]:
    """Return the gains at finite numbers of shots, shape ``(n_seeds, n_shots)``."""
    return np.stack([gains(points[s], fresh=fresh) for s in points if s < math.inf], axis=1)


def curve_fit(points: Points, *, fresh: bool) -> PaperFit:
    """Return the paper's fit of a curve, the seeds' scatter taken as equal at all budgets."""
    shots, stack = [s for s in points if s < math.inf], stacked_gains(points, fresh=fresh)
    error = np.sqrt(stack.var(axis=0, ddof=1).mean() / len(stack))
    return fit_like_the_paper(shots, stack.mean(axis=0), np.full(len(shots), max(error, 1e-3)))


def limits_of_seeds(shots: Sequence[float], stack: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the limit of the paper's fit of every seed.

    Parameters
    ----------
    shots : (n_shots,) sequence of float
    stack : (n_seeds, n_shots) array
        Gains, percentage points.

    Returns
    -------
    (n_seeds,) array
    """
    return np.array([fit_like_the_paper(shots, y, np.ones(len(shots))).limit for y in stack])


def teachers_gains(records: list[Record]) -> NDArray[np.float64]:
    """Return the gain of every run's teacher over a constant answer, points."""
    zero = 100.0 * np.array([r["student"]["final"]["accuracy_at_zero_z"] for r in records])
    return accuracies(records, "teacher") - zero
