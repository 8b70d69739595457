"""What the controls' discarded runs decide: each arm's recipe, the margin, the number of seeds.

*Recipe*: of the five that every arm tried, the one with the lowest validation cross-entropy, a mean
over the seeds of the search.

*Margin*: the effect of one basis filter. The pilot's runs at R / 2, R and 2 R give the slope of the
log error over log R, so that one filter less raises it by ``slope * log(R / (R - 1))``. One filter
costs 25 + 9 + 9 = 43 trained values, and the circuit has 30 angles: the margin is about, and a
little more than, what the angles would do as plain weights.

*Number of seeds*: so many pairs that with a probability of 80 % (a) equivalence within the margin
is shown where it is true, at the level that Holm's rule leaves the first of three contrasts, and
(b) the known effect, one filter less, is detected: what cannot be detected cannot be excluded. The
noise of (a) is that of photonic minus yoked, the noise of (b) that of R against R / 2 and 2 R, in
log errors. Power (a) is that at a true difference of zero; for a control with noisier pairs, or a
difference half as large as the margin, it is lower. At least 10, and an even number, because yoked
partners exchange their z.

*Number of filters*: R = 8 as in the paper if 60 pairs are enough, some three hours on two cores,
else R = 4; more than 60 pairs are not planned, and the record tells the power that is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...common.files import as_path
from ...records.record import Record, read_record, record_path, write_record
from ...statistics.equivalence import LEVEL, detection_power, equivalence_power, pairs_needed
from ..grids.controls import RECIPES
from ..runs.new_record import study_record
from .ladder_choices import choices_study

Array = NDArray[np.float64]
POWER = 0.8
MOST_PAIRS = 60
N_PRIMARY = 3

# The paper's number of filters first.
RANKS = (8, 4)


def prepare_controls(records: Path | str, experiment: str) -> dict[Path, Record]:
    """Write the study record of a preparation whose runs are there; return it by its file.

    Parameters
    ----------
    records : path
        Folder of the records; the study's goes there too.
    experiment : {"controls-search", "controls-pilot", "ladder-choices"}

    Raises
    ------
    ValueError
        If the folder holds no run of it, or only a part of the pilot or of the ladder's choices.
    """
    folder = as_path(records)
    runs = [
        read_record(path) for path in sorted((folder / experiment).glob(f"{experiment}-cpu-*.json"))
    ]
    if not runs:
        raise ValueError(f"{folder} holds no record of {experiment} at tier cpu: run it first")
    studies = {"controls-search": search_study, "controls-pilot": pilot_study}
    study = studies.get(experiment, choices_study)
    path = record_path(folder, experiment, f"study-{experiment}")
    write_record(study(runs), path)
    return {path: read_record(path)}


def search_study(records: Iterable[Record]) -> Record:
    """Return the record of the search: every run's outcome, and each arm's recipe.

    Parameters
    ----------
    records : iterable of Record
        Runs of "controls-search"; the name of an arm ends with that of its recipe.
    """
    runs = []
    for record in sorted(records, key=lambda record: (record["arm"], record["seed"])):
        recipe = next(name for name in RECIPES if record["arm"].endswith(f"-{name}"))
        final = record["student"]["final"]
        runs.append(
            {
                "arm": record["arm"].removesuffix(f"-{recipe}"),
                "recipe": recipe,
                "seed": record["seed"],
                "validation_cross_entropy": final["validation"]["cross_entropy"],
                "validation_accuracy": final["validation"]["accuracy"],
                "configuration_hash": record["configuration_hash"],
            }
        )
    return study_record(
        experiment="controls-search",
        arm="all",
        tier="cpu",
        dataset="mnist",
        seed=min(run["seed"] for run in runs),
        configuration={"recipes": {name: dict(values) for name, values in RECIPES.items()}},
        results={"runs": runs, "chosen": chosen_recipes(runs)},
    )


def chosen_recipes(runs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return for each arm the recipe with the lowest mean validation cross-entropy.

    Examples
    --------
    >>> runs = [
    ...     {"arm": "a", "recipe": "slow", "validation_cross_entropy": 0.3},
    ...     {"arm": "a", "recipe": "fast", "validation_cross_entropy": 0.2},
    ... ]
    >>> chosen_recipes(runs)
    {'a': 'fast'}
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        found[run["arm"]][run["recipe"]].append(run["validation_cross_entropy"])
    return {
        arm: min(recipes, key=lambda name: float(np.mean(recipes[name])))
        for arm, recipes in found.items()
    }


def pilot_study(records: Iterable[Record]) -> Record:
    """Return the record of the pilot: number of filters, margin and number of pairs.

    Parameters
    ----------
    records : iterable of Record
        Runs of "controls-pilot".

    Raises
    ------
    ValueError
        If an arm has no run, or the arms have fewer than two seeds in common.
    """
    errors = _errors_by_arm(records)
    ranks = {rank for middle in RANKS for rank in (middle // 2, middle, 2 * middle)}
    needed = [f"rank-{rank}" for rank in sorted(ranks)] + [f"yoked-rank-{rank}" for rank in RANKS]
    seeds = sorted(set.intersection(*({*errors.get(arm, {})} for arm in needed)))
    if len(seeds) < 2:
        counts = ", ".join(f"{arm} {len(errors.get(arm, {}))}" for arm in needed)
        raise ValueError(
            f"the pilot has too few seeds ({counts}), at least two that all arms share are "
            "expected: go on with `reproduce controls-pilot --seeds 10`"
        )
    table = {arm: np.array([found[seed] for seed in seeds]) for arm, found in errors.items()}
    plans = [_plan(table, rank) for rank in RANKS]
    affordable = [plan for plan in plans if max(plan["pairs_needed"].values()) <= MOST_PAIRS]
    return study_record(
        experiment="controls-pilot",
        arm="all",
        tier="cpu",
        dataset="mnist",
        seed=seeds[0],
        configuration={"ranks": list(RANKS), "most_pairs": MOST_PAIRS, "level": LEVEL / N_PRIMARY},
        results={
            "test_errors": {arm: values.tolist() for arm, values in table.items()},
            "seeds": seeds,
            "plans": plans,
            **(affordable or plans[-1:])[0],
        },
    )


def _plan(table: Mapping[str, Array], rank: int) -> dict[str, Any]:
    """Return margin, noise and number of pairs of an experiment with so many filters."""
    slope = rank_slope({r: table[f"rank-{r}"] for r in (rank // 2, rank, 2 * rank)})
    log_margin = slope * float(np.log(rank / (rank - 1)))
    light = table[f"rank-{rank}"]
    error = float(light.mean())
    margin = error * float(np.expm1(log_margin))
    level = LEVEL / N_PRIMARY
    noise = float((light - table[f"yoked-rank-{rank}"]).std(ddof=1))
    ratios = [np.log(light / table[f"rank-{other}"]) for other in (rank // 2, 2 * rank)]
    rank_noise = error * float(np.sqrt(np.mean([ratio.var(ddof=1) for ratio in ratios])))

    def equivalence(n: int) -> float:
        return equivalence_power(n, noise, margin, level=level)

    def detection(n: int) -> float:
        return detection_power(n, rank_noise, margin)

    needed = {
        "equivalence": pairs_needed(equivalence, power=POWER),
        "detection": pairs_needed(detection, power=POWER),
    }
    pairs = min(max(needed.values()), MOST_PAIRS)
    pairs += pairs % 2
    return {
        "rank": rank,
        "error": error,
        "slope": slope,
        "log_margin": log_margin,
        "margin": margin,
        "standard_deviation": noise,
        "rank_standard_deviation": rank_noise,
        "pairs_needed": needed,
        "pairs": pairs,
        "power": {"equivalence": equivalence(pairs), "detection": detection(pairs)},
    }


def rank_slope(errors: Mapping[int, Array]) -> float:
    """Return by how much the log error falls per unit of log R; one slope for all seeds.

    Parameters
    ----------
    errors : dict of int to (n_seeds,) array
        Errors at each rank R, the same seed at the same place.

    Examples
    --------
    >>> round(rank_slope({4: np.array([10.0, 12.0]), 16: np.array([5.0, 6.0])}), 3)
    0.5
    """
    log_rank = np.log(np.array(list(errors), dtype=np.float64))
    log_error = np.log(np.stack(list(errors.values()))).mean(axis=1)
    return -float(np.polyfit(log_rank, log_error, 1)[0])


def _errors_by_arm(records: Iterable[Record]) -> dict[str, dict[int, float]]:
    """Return the test errors of every arm by seed, percent."""
    errors: dict[str, dict[int, float]] = defaultdict(dict)
    for record in records:
        accuracy = record["student"]["final"]["test"]["accuracy"]
        errors[record["arm"]][record["seed"]] = 100.0 * (1.0 - accuracy)
    return dict(errors)


def preparation_table(record: Record) -> str:
    """Return what a preparation of the controls decided as plain text, one line each.

    Parameters
    ----------
    record : dict
        The record of kind "study", experiment "controls-search" or "controls-pilot".
    """
    results = record["results"]
    if "chosen" in results:
        return "\n".join(f"  {arm}: {recipe}" for arm, recipe in results["chosen"].items())
    return "\n".join(
        f"  {plan['rank']} filters: margin {plan['margin']:.2f} points of test error; pairs needed "
        f"to show equivalence {plan['pairs_needed']['equivalence']}, to detect one filter "
        f"{plan['pairs_needed']['detection']}; planned {plan['pairs']}"
        for plan in results["plans"]
    )
