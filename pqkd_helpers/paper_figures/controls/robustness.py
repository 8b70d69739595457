"""What the verdicts on the controls hang on: the margin, seeds run earlier, teachers of pairs."""

from collections.abc import Sequence

from ...records.stored import Catalogue
from ...statistics.equivalence import corrected
from .analysis import Analysis, verdict_in_words
from .contrasts import (
    FOLLOW_UP,
    LIGHT,
    PRIMARY,
    analyse,
    light_minus,
    margin_interval,
    pairs_of,
)

_FIRST_SEEDS = 5


def over_the_margin(catalogue: Catalogue, analyses: Sequence[Analysis]) -> str:
    """Return the margin's interval, and which verdicts change at either end of it.

    The margin is an estimate: such a verdict hangs on it.
    """
    ends, planned = margin_interval(catalogue), _said(analyses)
    at_ends = []
    for margin in ends:
        again = [
            analyse(catalogue, each.plan, light=each.light, margin=margin) for each in analyses
        ]
        said = _said([each for each in again if each])
        changed = [f"*{name}* is {word}" for name, word in said.items() if word != planned[name]]
        at_ends.append(f"At {margin:.2f} {', '.join(changed) or 'none changes'}.")
    return (
        f"The margin is an estimate: {analyses[0].margin:.2f} points, 95 % interval {ends[0]:.2f} "
        f"to {ends[1]:.2f} over the pilot's seeds (BCa bootstrap). {' '.join(at_ends)} All other "
        "verdicts stay."
    )


def without_first_seeds(catalogue: Catalogue, found: Analysis) -> str:
    """Return a plan's contrast with the vector that never changes, without the seeds run earlier.

    Those seeds are the vector's; they serve in each plan that compares the light with it.
    """
    arm = FOLLOW_UP["plain randomness"]
    later = range(_FIRST_SEEDS, found.n_pairs)
    contrast = light_minus(catalogue, arm, margin=found.margin, seeds=later, light_arm=found.light)
    if contrast is None:
        return ""
    verdict = verdict_in_words(contrast, contrast.verdict(sensitive=found.sensitive))
    return (
        f"Without the {_FIRST_SEEDS} seeds of {arm} that had been run under an earlier plan: "
        f"{contrast.difference:+.2f} points of test error, {contrast.difference.n} pairs: by the "
        f"same rule {verdict}."
    )


def teachers_of_the_pairs(
    catalogue: Catalogue, found: Analysis, *, name: str = "follow-up", light_arm: str = LIGHT
) -> tuple[str, ...]:
    """Return in words in how many pairs of a plan light and control have two teachers.

    A seed fixes its teacher on one machine; another machine rounds otherwise. Empty if none has.

    Parameters
    ----------
    found : Analysis
        Of the plan.
    name, light_arm : str
        What the plan is called, and the light's arm in it.
    """
    seeds = range(found.n_pairs)
    pairs = {arm: pairs_of(catalogue, arm, "cpu", seeds, light_arm) for arm in found.plan.values()}
    apart: dict[int, float] = {}  # seed -> by how much its teachers differ, points
    for light, other in pairs.values():
        for one, two in zip(light, other, strict=True):
            first, second = (record["teacher"]["final"]["test"] for record in (one, two))
            if first != second:
                points = 100.0 * abs(first["accuracy"] - second["accuracy"])
                apart[one["seed"]] = max(points, apart.get(one["seed"], 0.0))
    if not apart:
        return ()
    common = [seed for seed in seeds if seed not in apart]
    alone = {
        question: contrast
        for question, arm in found.plan.items()
        if (
            contrast := light_minus(
                catalogue, arm, margin=found.margin, seeds=common, light_arm=light_arm
            )
        )
    }
    said = [
        f"{question} {contrast.difference:+.2f} "
        f"({verdict_in_words(contrast, contrast.verdict(sensitive=found.sensitive))})"
        for question, contrast in corrected(alone, planned=len(PRIMARY)).items()
    ]
    return (
        f"In the {name} {len(apart)} of {len(seeds)} pairs have two teachers of one seed, "
        f"trained anew where numbers were rounded otherwise; they differ by up to "
        f"{max(apart.values()):.2f} points. The other {len(common)} pairs alone, by the same rule: "
        f"{'; '.join(said) or 'too few'}.",
    )


def _said(analyses: Sequence[Analysis]) -> dict[str, str]:
    return {name: word for each in analyses for name, word in each.said().items()}
