"""Which jobs an experiment of the paper consists of."""

from collections.abc import Sequence

from .grids import GRIDS, Tier
from .scheduler import AnyJob


def chosen_jobs(
    experiment: str,
    tier: Tier,
    n_seeds: int,
    *,
    datasets: Sequence[str] = (),
    arms: Sequence[str] = (),
) -> list[AnyJob]:
    """Return the jobs of an experiment, or of all, seed by seed.

    Parameters
    ----------
    experiment : str
        A name of `GRIDS`, or "all".
    tier : {"smoke", "cpu", "paper"}
    n_seeds : int
        Seeds 0 to n_seeds - 1.
    datasets, arms : sequence of str
        Only these; empty: all.

    Raises
    ------
    ValueError
        If nothing is left.
    """
    grids = list(GRIDS.values()) if experiment == "all" else [GRIDS[experiment]]
    jobs: dict[str, AnyJob] = {}
    for grid in grids:
        for job in grid.jobs(tier, n_seeds, datasets=datasets, arms=arms):
            jobs.setdefault(job.name, job)
    if not jobs:
        known = sorted({name for grid in grids for name in (*grid.datasets, *grid.arms)})
        raise ValueError(
            f"no run of {experiment} is left with the data sets {tuple(datasets)} and the arms "
            f"{tuple(arms)}; known are {', '.join(known)}"
        )
    return list(jobs.values())
