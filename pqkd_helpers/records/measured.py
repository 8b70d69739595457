"""What the runs of an arm measured, one value per record: accuracies, losses, gains, turns of z."""

import numpy as np
from numpy.typing import NDArray

from .record import Record

Array = NDArray[np.float64]


def finals(records: list[Record], network: str, split: str, quantity: str) -> Array:
    """Return a final result of every run, accuracies in percent.

    Parameters
    ----------
    records : list of Record
    network : {"teacher", "student"}
    split : {"train", "validation", "test", "validation_without_spsa"}
    quantity : {"accuracy", "cross_entropy", "calibration_error"}

    Returns
    -------
    (n_records,) array
    """
    unit = 100.0 if quantity == "accuracy" else 1.0
    return np.array([unit * record[network]["final"][split][quantity] for record in records])


def accuracies(records: list[Record], network: str = "student") -> Array:
    """Return the test accuracies of runs, percent: with the z trained with."""
    return finals(records, network, "test", "accuracy")


def gains(records: list[Record], *, fresh: bool = False) -> Array:
    """Return the gain over z = 0 of every run, percentage points of test accuracy.

    With the z trained with, or the mean over fresh ones.
    """
    found = [record["student"]["final"] for record in records]
    zero = np.array([100.0 * final["accuracy_at_zero_z"] for final in found])
    if not fresh:
        return accuracies(records) - zero
    return np.array([100.0 * np.mean(f["test_fresh_z"]["accuracies"]) for f in found]) - zero


def late_turns(record: Record, n_epochs: int) -> list[float | None] | None:
    """Return by how many radians z turned in each of the last epochs of a run.

    None stands for the first epoch, which no other one precedes; a run whose epochs tell no turn
    has no list.
    """
    epochs = record["student"]["epochs"][-n_epochs:]
    return [epoch["drift"] for epoch in epochs] if "drift" in epochs[0] else None


def same_seeds(first: list[Record], second: list[Record]) -> tuple[list[Record], list[Record]]:
    """Return the records of two arms, less those whose seed the other arm does not have."""
    seeds = {record["seed"] for record in first} & {record["seed"] for record in second}
    kept = [[record for record in arm if record["seed"] in seeds] for arm in (first, second)]
    return kept[0], kept[1]
