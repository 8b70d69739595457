"""What SPSA contributes: the quick run with it, without it, and with its decision left to a coin.

All arms of a seed share teacher, first weights, A, data order, start of theta and SPSA directions.
The sham arm measures both points of every step as SPSA does and then lets a coin say which of them
was the better one: theta moves by steps of the same size, but blindly. So SPSA minus sham is what
the *information* in its two evaluations is worth, and sham minus none is what moving theta costs.

The gentle arms repeat this with a tenth of the paper's step size a. The rule, set before the runs:
SPSA helped if the 95 % interval of the paired difference (SPSA minus sham) in test accuracy, with
the z trained with, lies above zero; the accuracy with z sampled afresh stands beside it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..files import as_path
from .configuration import RunConfig, preset
from .epochs import Announce
from .grid import FRESH
from .records import record_path, write_record
from .run import Labels, carry_out

EXPERIMENT = "spsa-contribution"
GENTLE_STEP_SIZE = 0.005
N_SEEDS = 10

ARMS: dict[str, dict[str, Any]] = {
    "spsa": {},
    "sham": {"spsa_sham": True},
    "none": {"spsa_steps": 0},
    "gentle-spsa": {"spsa_step_size": GENTLE_STEP_SIZE},
    "gentle-sham": {"spsa_step_size": GENTLE_STEP_SIZE, "spsa_sham": True},
}


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
