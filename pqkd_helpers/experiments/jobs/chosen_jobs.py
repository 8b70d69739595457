"""Which jobs an experiment of the paper consists of."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from ...common.files import as_path
from ...networks.settings import Arithmetic
from ...records.record import record_path, write_record
from ..grids.grid import FRESH, Tier
from ..grids.paper import ARMS, EXPERIMENT, GRIDS
from ..runs.configuration import RunConfig
from ..runs.epochs import Announce
from ..runs.presets import preset
from ..runs.run import Labels, carry_out
from ..studies.ema_variance import EMAVarianceStudy
from ..studies.kernel_noise import KernelNoiseStudy
from .scheduler import AnyJob
from .work import StudyJob

EXPERIMENTS = (*GRIDS, "ema-variance")


# Runs that are discarded once the recipes and the number of seeds are known.
PREPARATIONS = ("controls-search", "controls-pilot")


def chosen_jobs(
    experiment: str,
    tier: Tier,
    n_seeds: int,
    *,
    datasets: Sequence[str] = (),
    arms: Sequence[str] = (),
    arithmetic: Arithmetic | None = None,
) -> list[AnyJob]:
    """Return the jobs of an experiment, or of all, seed by seed.

    Parameters
    ----------
    experiment : str
        A name of `EXPERIMENTS`, or "all": every one of them but the preparations.
    tier : {"smoke", "cpu", "paper"}
    n_seeds : int
        Seeds 0 to n_seeds - 1.
    datasets, arms : sequence of str
        Only these; empty: all. A study counts as an arm, of no data set.
    arithmetic : {"float32", "bfloat16"} or None
        That of all runs, at tier "paper" alone; None: the experiment's.

    Raises
    ------
    ValueError
        If nothing is left, or an arithmetic is given at another tier.
    """
    if arithmetic is not None and tier != "paper":
        raise ValueError(f"an arithmetic can be chosen at tier 'paper' only, not at {tier!r}")
    names: tuple[str, ...] = (experiment,)
    if experiment == "all":
        names = tuple(name for name in EXPERIMENTS if name not in PREPARATIONS)
    grids = [GRIDS[name] for name in names if name in GRIDS]
    jobs: dict[str, AnyJob] = {}
    studies = {arm: study for name in names for arm, study in _studies(name, tier).items()}
    for arm, study in studies.items():
        if not datasets and (not arms or arm in arms):
            jobs[study.name] = StudyJob(study)
    for grid in grids:
        for job in grid.jobs(tier, n_seeds, datasets=datasets, arms=arms):
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


def _studies(experiment: str, tier: Tier) -> dict[str, EMAVarianceStudy | KernelNoiseStudy]:
    """Return the studies of an experiment by name; but for "smoke", the tiers do the same."""
    if experiment == "ema-variance":
        return {"ema-variance": EMAVarianceStudy(tier, n_settings=2 if tier == "smoke" else 100)}
    if experiment == "shot-noise":
        return {"kernel-noise": KernelNoiseStudy(tier, n_settings=2 if tier == "smoke" else 50)}
    return {}


def arm_config(arm: str, seed: int) -> RunConfig:
    """Return the configuration of one run of the experiment."""
    return replace(preset("quick"), **FRESH, **ARMS[arm], seed=seed)


def run_spsa_contribution(
    *,
    n_seeds: int,
    runs_root: Path | str,
    out: Path | str,
    device: torch.device,
    announce: Announce,
    on_record: Callable[[Path], object] = lambda path: None,
) -> None:
    """Carry out all arms for the seeds 0 to n_seeds - 1 and store one record each.

    Runs that are done already, or were begun, are taken up where they stand.

    Parameters
    ----------
    n_seeds : int
        Number of seeds.
    runs_root : path
        Folder of all runs.
    out : path
        Folder of the records.
    device : torch.device
        Where to compute.
    announce, on_record : callable
        Told of the progress, and of every record's file.
    """
    out = as_path(out)
    for seed in range(n_seeds):
        for arm in ARMS:
            name = f"{EXPERIMENT}-{arm}-seed{seed}"
            record = carry_out(
                arm_config(arm, seed),
                name=name,
                runs_root=runs_root,
                device=device,
                labels=Labels(experiment=EXPERIMENT, arm=arm, tier="quick"),
                announce=announce,
            )
            path = record_path(out, EXPERIMENT, name)
            write_record(record, path)
            on_record(path)
