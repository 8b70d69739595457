"""What the discarded runs of the ladder decide: an answer to each question of its plan.

The rule stands in `grids.ladder`, committed before the runs: the highest mean validation accuracy
over the seeds 1000 and 1001, and of the candidates within 0.1 point of it the one that is named
first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...records.record import Record
from ..grids.ladder import PLAIN_RATES, QUESTIONS, SHAPES
from ..runs.new_record import study_record

SEEDS = (1000, 1001)
TIE = 0.001  # of the validation images


def choices_study(records: Iterable[Record]) -> Record:
    """Return the record of the choices: every run's validation accuracy, and the answers.

    Parameters
    ----------
    records : iterable of Record
        Runs of "ladder-choices"; those of other seeds than `SEEDS` are listed and decide nothing.

    Raises
    ------
    ValueError
        If a candidate lacks a seed.
    """
    runs = [
        {
            "arm": record["arm"],
            "seed": record["seed"],
            "validation_accuracy": record["student"]["final"]["validation"]["accuracy"],
            "configuration_hash": record["configuration_hash"],
        }
        for record in sorted(records, key=lambda record: (record["arm"], record["seed"]))
    ]
    return study_record(
        experiment="ladder-choices",
        arm="all",
        tier="cpu",
        dataset="mnist",
        seed=SEEDS[0],
        configuration={"seeds": list(SEEDS), "tie": TIE},
        results={"runs": runs, "chosen": answers(runs)},
    )


def answers(
    runs: Sequence[Mapping[str, Any]],
    questions: Mapping[str, Iterable[str]] = {**SHAPES, **QUESTIONS, "plain": PLAIN_RATES},
) -> dict[str, str]:
    """Return the chosen candidate of every question.

    Parameters
    ----------
    runs : sequence of dict
        With "arm", "seed" and "validation_accuracy".
    questions : dict of str to iterable of str
        The candidates of each, the simplest first.

    Examples
    --------
    >>> accuracies = {"base": 0.9705, "hot": 0.9711, "cool": 0.9650}
    >>> runs = [
    ...     {"arm": arm, "seed": seed, "validation_accuracy": accuracy}
    ...     for arm, accuracy in accuracies.items()
    ...     for seed in SEEDS
    ... ]
    >>> answers(runs, {"distillation": ["base", "hot", "cool"], "rate": ["cool", "hot"]})
    {'distillation': 'base', 'rate': 'hot'}
    """
    found = {(run["arm"], run["seed"]): run["validation_accuracy"] for run in runs}
    needed = {(arm, seed) for arms in questions.values() for arm in arms for seed in SEEDS}
    missing = sorted(needed - found.keys())
    if missing:
        arm, seed = missing[0]
        raise ValueError(
            f"{len(missing)} runs of the choices are missing, such as {arm} of seed {seed}: "
            "go on with `reproduce ladder-choices --seeds 2`"
        )
    chosen = {}
    for question, arms in questions.items():
        means = {arm: float(np.mean([found[arm, seed] for seed in SEEDS])) for arm in arms}
        best = max(means.values())
        chosen[question] = next(arm for arm, mean in means.items() if mean > best - TIE - 1e-9)
    return chosen
