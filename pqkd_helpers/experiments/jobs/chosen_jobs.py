"""Which jobs an experiment of the paper consists of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...common.checks import check_whole
from ...datasets.own_files import OwnData
from ...networks.settings import Arithmetic
from ..grids.grid import Tier
from ..grids.paper import GRIDS
from ..runs.configuration import RunConfig
from ..studies.bytes_at_best import ARMS, BytesAtBestStudy
from ..studies.compression import CompressionStudy
from ..studies.ema_variance import EMAVarianceStudy
from ..studies.imperfections import ImperfectionStudy
from ..studies.kernel_noise import KernelNoiseStudy
from ..studies.shot_sweep import ShotSweepStudy
from ..studies.study import Study
from .work import AnyJob

STUDIES = ("shot-sweep", "ema-variance", "imperfections", "compression", "bytes-at-best")
EXPERIMENTS = (*GRIDS, *STUDIES)

# Runs that are discarded once the recipes and the number of seeds are known.
PREPARATIONS = ("controls-search", "controls-pilot", "ladder-choices")
# What "all" leaves out: these, and what is not of the paper.
LEFT_OUT = (
    *(*PREPARATIONS, "spsa-contribution", "imperfections", "compression"),
    *("frontier-at-best", "bytes-at-best", "cifar10-choices", "cifar10-at-best", "flawed-light"),
)


def chosen_jobs(
    experiment: str,
    tier: Tier,
    n_seeds: int,
    *,
    datasets: Sequence[str] = (),
    arms: Sequence[str] = (),
    arithmetic: Arithmetic | None = None,
    own_data: OwnData | None = None,
) -> list[AnyJob]:
    """Return the jobs of an experiment, or of all, seed by seed.

    Parameters
    ----------
    experiment : str
        A name of `EXPERIMENTS`, or "all": every one of them but `LEFT_OUT`.
    tier : {"smoke", "cpu", "paper"}
    n_seeds : int
        Seeds 0 to n_seeds - 1.
    datasets, arms : sequence of str
        Only these; empty: all. A study counts as an arm, of no data set.
    arithmetic : {"float32", "bfloat16"} or None
        That of all runs, at tier "paper" alone; None: the experiment's.
    own_data : OwnData or None
        Images of one's own in the place of the experiment's data sets; their runs have the recipe
        of its first one. Studies are left out.

    Raises
    ------
    ValueError
        If nothing is left, or an arithmetic is given at another tier.
    """
    if own_data is not None and datasets:
        raise ValueError("either images of one's own or data sets by name are expected, not both")
    if arithmetic is not None and tier != "paper":
        raise ValueError(f"an arithmetic can be chosen at tier 'paper' only, not at {tier!r}")
    check_whole("seeds", n_seeds, least=1)
    names: tuple[str, ...] = (experiment,)
    if experiment == "all":
        names = tuple(name for name in EXPERIMENTS if name not in LEFT_OUT)
    grids = [GRIDS[name] for name in names if name in GRIDS]
    jobs: dict[str, AnyJob] = {}
    studies = {arm: found for name in names for arm, found in _studies(name, tier, n_seeds).items()}
    for arm, found in studies.items():
        if not datasets and own_data is None and (not arms or arm in arms):
            for study in found:
                jobs |= {job.name: job for job in study.runs().values()}
                jobs[study.name] = study
    for grid in grids:
        named = datasets if own_data is None else [next(iter(grid.datasets))]
        for job in grid.jobs(tier, n_seeds, datasets=named, arms=arms):
            if own_data is not None:
                job = replace(job, config=_on_own_data(job.config, own_data))
            if arithmetic is not None:
                job = replace(job, config=replace(job.config, arithmetic=arithmetic))
            jobs.setdefault(job.name, job)
    if not jobs:
        known = sorted(
            {*studies, *(name for grid in grids for name in (*grid.datasets, *grid.arms))}
        )
        raise ValueError(
            f"no run of {experiment} is left with the data sets {tuple(datasets)} and the arms "
            f"{tuple(arms)}; known are {', '.join(known)}"
        )
    return list(jobs.values())


def _on_own_data(config: RunConfig, own_data: OwnData) -> RunConfig:
    n = config.train_images
    fewer = n if n is not None and n < own_data.sizes.train else None
    return replace(config, dataset=own_data.name, train_images=fewer)


def _studies(experiment: str, tier: Tier, n_seeds: int) -> dict[str, list[Study]]:
    """Return the studies of an experiment by name; but for "smoke", the tiers do the same."""
    smoke = tier == "smoke"
    match experiment:
        case "ema-variance":
            return {"ema-variance": [EMAVarianceStudy(tier, n_settings=2 if smoke else 100)]}
        case "shot-noise":
            return {"kernel-noise": [KernelNoiseStudy(tier, n_settings=2 if smoke else 50)]}
        case "shot-sweep":
            tiny: dict[str, Any] = {"tier": "smoke", "shots": (1, 10, 100), "draws": 2}
            options = tiny if smoke else {}
            return {"sweep": [ShotSweepStudy(seed=seed, **options) for seed in range(n_seeds)]}
        case "imperfections":
            return {"imperfections": [ImperfectionStudy(n_settings=2 if smoke else 200)]}
        case "compression":
            tiny = {"epochs": 1, "fine_tuning_epochs": 1, "widths": (4, 6, 8)}
            return {"bytes": [CompressionStudy("digits", **tiny) if smoke else CompressionStudy()]}
        case "bytes-at-best":
            tiny = {"fine_tuning_epochs": 1} if smoke else {}
            return {
                arm: [BytesAtBestStudy(arm, tier, seed=seed, **tiny) for seed in range(n_seeds)]
                for arm in ARMS
            }
    return {}
