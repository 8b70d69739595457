"""The plan of the ladder, as far as its figures need it, and its runs once all are there.

The plan stands in the docstring of the grid `ladder`. Nothing is shown before the last planned run,
and runs of further seeds do not count.
"""

from collections.abc import Collection, Sequence

from ...records.record import Record
from ...records.stored import TIERS, Catalogue
from ...statistics.means import Mean, PairedDifference
from ..finding import Rule

# Trained values -> test accuracy to be reached, percent, mean of the seeds.
TO_REACH = {1984: 98.5, 1184: 97.5}
# The same in bytes: this accuracy in a file of so many bytes at most.
TO_REACH_IN_BYTES, MOST_BYTES = 98.5, 7000
RULE = Rule(
    "Every choice was made on validation images of seeds that were then discarded: the highest "
    "mean of two seeds, and of the candidates within 0.1 point of it the simplest. Then each arm "
    "was run once. A difference is one of paired seeds, in test accuracy, with its 95 % interval "
    "(Student's), whoever wins.",
    commit="5c81699",
)
OURS = "These are our own comparisons: we know of none of them by the authors."
ASSUMED = ["The circuit's 30 angles count as trained values, also where they rest."]


def planned_runs(
    catalogue: Catalogue,
    experiment: str,
    arms: Sequence[str],
    *,
    n_seeds: int,
    optional: Collection[str] = (),
) -> dict[str, list[Record]] | None:
    """Return the runs of every arm, at the largest scale that has all of them, or None.

    Parameters
    ----------
    catalogue : Catalogue
    experiment : str
    arms : sequence of str
        In the order in which they are returned.
    n_seeds : int
        Seeds 0 to n_seeds - 1 are expected of each.
    optional : collection of str
        Those of the arms that the choices may have left out of the plan.
    """
    for tier in TIERS:
        there = {record["arm"] for record in catalogue.runs(experiment, tier=tier)}
        runs = {
            arm: [r for r in catalogue.runs(experiment, arm, tier=tier) if r["seed"] < n_seeds]
            for arm in arms
            if there and (arm in there or arm not in optional)
        }
        if runs and all([r["seed"] for r in found] == [*range(n_seeds)] for found in runs.values()):
            return runs
    return None


def values_of(runs: Sequence[Record]) -> int:
    """Return the trained values of an arm's students, the angles included."""
    return int(runs[0]["compression"]["student_values"])


def reached(accuracy: Mean, goal: float) -> str:
    """Return whether a mean accuracy reaches what it should, or by how much it does not.

    Examples
    --------
    >>> from pqkd_helpers.statistics.means import mean_of
    >>> reached(mean_of([98.4, 98.6]), 98.5), reached(mean_of([98.0, 98.1]), 98.5)
    ('reached', '0.45 points short')
    """
    short = goal - accuracy.mean
    return "reached" if short <= 1e-9 else f"{short:.2f} points short"


def in_short(difference: PairedDifference | None) -> str:
    """Return a difference for a picture: its mean and half the width of its interval.

    Examples
    --------
    >>> in_short(PairedDifference(0.5, 0.2, 0.8, 3)), in_short(None)
    ('+0.50 ± 0.30', '')
    """
    if difference is None:
        return ""
    return f"{difference.mean:+.2f} ± {difference.half_width:.2f}"
