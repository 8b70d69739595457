"""What the runs of the controls did on the way: learning curves, length of z, turning of z.

All arms that are drawn together are shown with the same seeds.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..experiments.control_grids import FEATURE_ARMS, SIZED, SIZES
from ..experiments.records import Record
from .catalogue import Catalogue
from .control_contrasts import EXPERIMENT, FOLLOW_UP, errors
from .controls import late_turn

Array = NDArray[np.float64]
SCALE = "controls-scale"


def learning(catalogue: Catalogue, arms: Sequence[str]) -> dict[str, Array]:
    """Return the validation errors of arms, percent, each ``(n_seeds, n_epochs)``."""
    return {
        arm: np.array(
            [
                [100.0 * (1.0 - epoch["validation_accuracy"]) for epoch in run["student"]["epochs"]]
                for run in runs
            ]
        )
        for arm, runs in _same_seeds(catalogue, arms).items()
    }


def over_length(catalogue: Catalogue) -> dict[str, Array]:
    """Return length of z and test error, percent, of runs that differ in that length alone.

    Returns
    -------
    dict of str to (n_runs, 2) array
        By source; the runs at the factor 1 are those of the controls with the same seeds.
    """
    found = {}
    for source in SIZED:
        runs = [
            run
            for size in SIZES
            for run in catalogue.runs(SCALE, tier="cpu", arm=f"{source}-{size}")
        ]
        seeds = {run["seed"] for run in runs}
        runs += [run for run in _runs(catalogue, source) if run["seed"] in seeds]
        lengths = [run["configuration"].get("feature_gain", 1.0) * np.sqrt(512.0) for run in runs]
        found[source] = np.stack([lengths, errors(runs)], axis=1)
    return found


def over_turning(catalogue: Catalogue) -> dict[str, Array]:
    """Return late turn of z per epoch, degrees, and test error, percent, of every source of z.

    Returns
    -------
    dict of str to (n_seeds, 2) array
        By arm; an arm whose records tell no turn is left out.
    """
    found = {}
    arms = [*dict.fromkeys((*FEATURE_ARMS, *FOLLOW_UP.values()))]
    for arm, runs in _same_seeds(catalogue, arms).items():
        turn = late_turn(runs)
        if turn is not None:
            found[arm] = np.stack([turn, errors(runs)], axis=1)
    return found


def _runs(catalogue: Catalogue, arm: str) -> list[Record]:
    return catalogue.runs(EXPERIMENT, tier="cpu", arm=arm)


def _same_seeds(catalogue: Catalogue, arms: Sequence[str]) -> dict[str, list[Record]]:
    """Return the runs of each arm that has any, at the seeds that all of these arms have."""
    runs = {arm: found for arm in arms if (found := _runs(catalogue, arm))}
    common = set.intersection(*({run["seed"] for run in found} for found in runs.values()))
    return {arm: [run for run in found if run["seed"] in common] for arm, found in runs.items()}
