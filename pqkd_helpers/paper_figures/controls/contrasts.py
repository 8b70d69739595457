"""The planned comparison of the light with its controls (notebook 09).

The plan, committed before the runs that count:

- Measure: test error, percent, last epoch, of runs with the same seed (teacher, A, data order,
  start). Difference: photonic minus control, so below zero the light is better.
- Three primary contrasts, with Holm's correction, each with as many pairs as the pilot asks for:
  `PRIMARY`.
- Every arm with the recipe that the search chose for it: learning rate and length of z may differ.
- Margin: the effect of one basis filter of four, from the pilot (`control_preparation`).
- Assay sensitivity: three filters instead of four must show as a difference (95 % interval).
  If not, nothing may be called equivalent.
- A null experiment: the same feature with its bins permuted once cannot differ, by theorem.
- All other arms: a few seeds, described, without a verdict.

A follow-up, `FOLLOW_UP`, was planned after this verdict and committed before its own runs. The
light was found better than two controls whose recipes were not its own; so the same two meet it
again with its recipe. And so does one Gaussian vector that never changes, whose recipe is the
light's. Same seeds, margin, tests and checks; Holm's correction over these three.

A second follow-up, `THROUGH_EMA`, was planned after both verdicts and committed before its own
runs. SPSA was asked about a fresh z in all of the above, and threw the angles about; here it is
asked through the moving average, as the package now does by default. Light and controls have the
recipe that was chosen for the light; of the vector that never changes the stored runs are used
again, for it has no angles. Same seeds, margin, tests and checks, the two checks from the runs
above; Holm's correction over these three. Amended when ten of its 126 runs were stored, and no
difference of them computed: a question is answered once its own pairs are complete; until all are,
each p value is taken times three, which is never less than Holm's rule will give.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ...records.measured import accuracies, same_seeds
from ...records.record import Record, unpacked_images
from ...records.stored import Catalogue
from ...statistics.equivalence import Contrast, contrast, corrected, over_seeds_and_images
from .analysis import Analysis

Array = NDArray[np.float64]
EXPERIMENT = "controls"
LIGHT = "photonic"
# What each question compares the light with.
PRIMARY = {
    "selection": "yoked",
    "interference": "distinguishable",
    "anything photonic": "classical-map",
}
FOLLOW_UP = {
    "interference, one recipe": "distinguishable-as-photonic",
    "anything photonic, one recipe": "classical-map-as-photonic",
    "plain randomness": "gaussian-frozen",
}
LIGHT_THROUGH_EMA = "photonic-through-ema"
THROUGH_EMA = {
    "selection, through the average": "yoked-through-ema",
    "interference, through the average": "distinguishable-through-ema",
    "plain randomness, through the average": "gaussian-frozen",
}
# What `analyse` and `state` take for the second follow-up.
AVERAGED: dict[str, Any] = {
    "plan": THROUGH_EMA,
    "light": LIGHT_THROUGH_EMA,
    "one_by_one": True,
}
NULL = "shuffled"
KNOWN = "rank-3"
# All other arms, described without a verdict, in the order in which they are shown.
CIRCUIT = (
    *("photonic-exact", "photonic-frozen", "photonic-one-shot", "photonic-sham"),
    *("random-search", "marginals", "single-photon"),
)
OTHER_SOURCES = (
    *("gaussian-fresh", "gaussian-drift", "uniform-bits", "learned-z", "hypernetwork"),
)
STUDENTS = (
    *("photonic-batch-norm", "gaussian-frozen-batch-norm"),
    *("narrow-cnn", "narrow-cnn-alone", "narrow-cnn-batch-norm", "narrow-cnn-batch-norm-alone"),
    *("low-rank-mixing", "low-rank-mixing-batch-norm", "dense-distilled"),
)


def errors(records: list[Record]) -> Array:
    """Return test errors, percent, one per record."""
    return 100.0 - accuracies(records)


def light_minus(
    catalogue: Catalogue,
    arm: str,
    *,
    margin: float,
    seeds: Collection[int] | None = None,
    tier: str = "cpu",
    light_arm: str = LIGHT,
) -> Contrast | None:
    """Return the contrast of the light's test errors and an arm's; None below two pairs.

    Of these seeds alone, where they are given.
    """
    light, other = pairs_of(catalogue, arm, tier, seeds, light_arm)
    return contrast(errors(light), errors(other), margin=margin) if len(light) > 1 else None


def margin_interval(catalogue: Catalogue) -> tuple[float, float]:
    """Return the 95 % interval of the margin: the pilot's seeds, resampled.

    The margin is ``error * (r^slope - 1)`` with the mean error of R filters, r = R / (R - 1), and
    the slope of the log error from 2 R to R / 2.
    """
    pilot = catalogue.study("controls-pilot")
    assert pilot is not None  # the analysis needs it too
    found, rank = pilot["results"]["test_errors"], pilot["results"]["rank"]
    errors = [np.array(found[f"rank-{r}"]) for r in (rank // 2, rank, 2 * rank)]

    def margin(few: Array, some: Array, many: Array, axis: int) -> Array:
        slope = np.mean(np.log(few / many), axis=axis) / np.log(4.0)
        found = np.mean(some, axis=axis) * ((rank / (rank - 1.0)) ** slope - 1.0)
        return np.asarray(found, dtype=np.float64)

    interval = stats.bootstrap(
        errors, margin, paired=True, rng=np.random.default_rng(0)
    ).confidence_interval
    return float(interval.low), float(interval.high)


def analyse(
    catalogue: Catalogue,
    plan: Mapping[str, str] = PRIMARY,
    *,
    light: str = LIGHT,
    tier: str = "cpu",
    margin: float | None = None,
    one_by_one: bool = False,
) -> Analysis | None:
    """Return the planned analysis; None before all planned pairs are there: nobody peeks.

    Seeds beyond the planned ones do not count either.

    Parameters
    ----------
    plan : mapping of str to str
        `PRIMARY`, `FOLLOW_UP` or `THROUGH_EMA`: what each question compares the light with.
    light : str
        The light's arm in this plan.
    margin : float or None
        Of the points; None: the plan's, the pilot's estimate.
    one_by_one : bool
        Whether a question is answered once its own pairs are there. The others are left out.
    """
    pilot = catalogue.study("controls-pilot")
    if pilot is None:
        return None
    margin = pilot["results"]["margin"] if margin is None else margin
    log_margin = pilot["results"]["log_margin"]
    planned = range(pilot["results"]["pairs"])
    pairs = _planned_pairs(catalogue, plan, light, tier, planned)
    full = {arm for arm, (own, _) in pairs.items() if len(own) == len(planned)}
    asked, plan = plan, {question: arm for question, arm in plan.items() if arm in full}
    if not plan or not {NULL, KNOWN} <= full or (len(plan) < len(asked) and not one_by_one):
        return None
    plain = {
        arm: contrast(errors(own), errors(other), margin=margin)
        for arm, (own, other) in pairs.items()
        if arm in full
    }
    logarithmic = {
        question: contrast(
            np.log(errors(pairs[arm][0])), np.log(errors(pairs[arm][1])), margin=log_margin
        )
        for question, arm in plan.items()
    }
    return Analysis(
        plan=plan,
        light=light,
        margin=margin,
        log_margin=log_margin,
        contrasts=corrected(
            {question: plain[arm] for question, arm in plan.items()}, planned=len(asked)
        ),
        logarithmic=corrected(logarithmic, planned=len(asked)),
        seeds_and_images={
            question: over_seeds_and_images(_image_differences(*pairs[arm]))
            for question, arm in plan.items()
        },
        null=plain[NULL],
        known=plain[KNOWN],
    )


def state(
    catalogue: Catalogue,
    plan: Mapping[str, str] = PRIMARY,
    *,
    light: str = LIGHT,
    tier: str = "cpu",
    one_by_one: bool = False,
) -> str:
    """Return how many of the planned pairs are stored, in a sentence; nothing of their results."""
    pilot = catalogue.study("controls-pilot")
    if pilot is None:
        return "There is no pilot yet, and so no plan."
    planned = pilot["results"]["pairs"]
    stored = _planned_pairs(catalogue, plan, light, tier, range(planned))
    n = min(len(records) for records, _ in stored.values())
    if n < planned and one_by_one:
        waiting = ", ".join(
            f"{question} ({len(stored[arm][0])})"
            for question, arm in plan.items()
            if len(stored[arm][0]) < planned
        )
        return (
            f"Not answered before {planned} pairs are stored: {waiting}. Until then the p values "
            f"of the others are taken times {len(plan)}."
        )
    if n < planned:
        return (
            f"These runs are not complete ({len(stored)} comparisons of {planned} pairs, the "
            f"slowest has {n}); nothing is analysed before the last."
        )
    return f"All {planned} planned pairs of each comparison are stored."


def _planned_pairs(
    catalogue: Catalogue, plan: Mapping[str, str], light: str, tier: str, seeds: Collection[int]
) -> dict[str, tuple[list[Record], list[Record]]]:
    """Return the pairs of a plan and of the two checks, which belong to the light of the first."""
    asked = dict.fromkeys(plan.values(), light) | dict.fromkeys((NULL, KNOWN), LIGHT)
    return {arm: pairs_of(catalogue, arm, tier, seeds, own) for arm, own in asked.items()}


def pairs_of(
    catalogue: Catalogue,
    arm: str,
    tier: str,
    seeds: Collection[int] | None = None,
    light_arm: str = LIGHT,
) -> tuple[list[Record], list[Record]]:
    """Return the records of the light and of an arm with the same seeds; of these seeds only."""
    light, other = (
        [
            record
            for record in catalogue.runs(EXPERIMENT, tier=tier, arm=name)
            if seeds is None or record["seed"] in seeds
        ]
        for name in (light_arm, arm)
    )
    return same_seeds(light, other)


def _image_differences(light: list[Record], other: list[Record]) -> Array:
    """Return by how many points each image's error differs, shape ``(n_seeds, n_images)``."""

    def right(records: list[Record]) -> Array:
        return np.stack(
            [
                unpacked_images(
                    record["student"]["test_images_right"],
                    record["student"]["final"]["test"]["n_images"],
                )
                for record in records
            ]
        ).astype(np.float64)

    return 100.0 * (right(other) - right(light))
