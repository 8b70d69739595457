"""Does compression regularise? Dense and compressed, with and without a teacher (notebook 04)."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..common.figure_style import COLOURS, say_what_to_see, style
from ..records.measured import finals, same_seeds
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import mean_of, paired_difference
from ..statistics.verdicts import judge_claim
from .finding import Finding, Rule, decided, scale_of
from .markdown_table import Row
from .paper_values import MEMORISED
from .result import Result

Array = NDArray[np.float64]
EXPERIMENT = "regularisation"
TEACHER = "dense-alone"
ARMS = {
    TEACHER: "dense, labels alone (the teacher)",
    "dense-smoothed-labels": "dense, smoothed labels",
    "dense-distilled": "dense, with the teacher",
    "compressed-alone": "compressed, labels alone",
    "compressed-smoothed-labels": "compressed, smoothed labels",
    "compressed-distilled": "compressed, with the teacher (PQKD)",
}
# What is taken to cause the gain -> the two arms that differ in it alone.
EFFECTS = {
    "compression, no teacher": ("compressed-alone", TEACHER),
    "compression, with a teacher": ("compressed-distilled", "dense-distilled"),
    "distillation, dense": ("dense-distilled", TEACHER),
    "distillation, compressed": ("compressed-distilled", "compressed-alone"),
    "smoothed labels, dense": ("dense-smoothed-labels", TEACHER),
    "both together (PQKD - teacher)": ("compressed-distilled", TEACHER),
}
RULE = Rule(
    "A part of the method lowers the validation cross-entropy if the 95 % interval of the paired "
    "differences (same seed, same teacher) lies below zero.",
    commit="77cbac2",
    amended=(
        f"Added after the runs: the teacher must have {MEMORISED} % of its training images. "
        "Compression can only help a network that overfits where there is overfitting, and the "
        "paper's teacher has 100.00 %."
    ),
)


def regularisation(catalogue: Catalogue) -> Result | None:
    """Return the square of compression and distillation, or None without records."""
    tier = catalogue.tier(EXPERIMENT)
    arms = {arm: catalogue.runs(EXPERIMENT, tier=tier, arm=arm) for arm in ARMS if arm != TEACHER}
    if tier is None or not all(arms.values()):
        return None
    arms = {TEACHER: arms["compressed-distilled"], **arms}  # its record holds the teacher too
    rows = [_row(arm, arms[arm]) for arm in ARMS]
    effects = {name: _effect(arms, *pair) for name, pair in EFFECTS.items()}
    return Result(
        name="regularisation",
        title="Does compression regularise? Fashion-MNIST",
        rows=rows,
        findings=_findings(arms),
        draw=lambda: cross_entropy_by_arm(rows, effects),
        alt=_alt(rows),
        reading=(
            "Above: validation cross-entropy of each arm (dots: seeds). Hollow: after dividing the "
            "logits by one temperature fitted on the validation images. Below: what each part "
            "changes, paired differences with 95 % intervals; left of zero is better."
        ),
        rerun="python -m pqkd_helpers reproduce regularisation --tier cpu --seeds 3",
        rule=RULE,
        scale=scale_of(arms["compressed-distilled"]),
        differs=[
            "Tier cpu: widths (32, 64, 64) and 5,000 training images; the paper trains on 55,000. "
            "So few were meant to make the teacher overfit in 100 epochs, as the paper's does. "
            "They did not: see its training accuracy.",
        ],
        assumed=["Label smoothing 0.1. z scaled to unit root mean square."],
        limits=[
            "The temperature is fitted on the images that the cross-entropy is shown for; that on "
            "test images stands in the table.",
        ],
        columns=(
            *("arm", "trained values", "train accuracy", "validation accuracy"),
            *("validation cross-entropy", "test cross-entropy", "test, temperature scaled"),
            *("calibration error", "n"),
        ),
        formats={"validation cross-entropy": "{validation cross-entropy:.3f}"},
    )


def _pick(records: list[Record], arm: str, split: str, quantity: str) -> Array:
    """Return a final result of an arm; the teacher's is in the records of its students."""
    return finals(records, "teacher" if arm == TEACHER else "student", split, quantity)


def _row(arm: str, records: list[Record]) -> Row:
    network = "teacher" if arm == TEACHER else "student"
    scaled = [record[network]["temperature_scaled"]["test"] for record in records]
    loss = _pick(records, arm, "validation", "cross_entropy")
    return {
        "arm": ARMS[arm],
        "trained values": records[0]["compression"][f"{network}_values"],
        "train accuracy": float(_pick(records, arm, "train", "accuracy").mean()),
        "validation accuracy": float(_pick(records, arm, "validation", "accuracy").mean()),
        "validation cross-entropy": mean_of(loss),
        "test cross-entropy": float(_pick(records, arm, "test", "cross_entropy").mean()),
        "test, temperature scaled": float(np.mean([x["cross_entropy"] for x in scaled])),
        "calibration error": float(_pick(records, arm, "test", "calibration_error").mean()),
        "n": len(records),
        "tier": records[0]["tier"],
        "values": loss.round(5).tolist(),
    }


def _effect(arms: dict[str, list[Record]], first: str, second: str) -> Array:
    """Return the paired differences in validation cross-entropy, nats."""
    a, b = same_seeds(arms[first], arms[second])
    losses = [
        _pick(records, arm, "validation", "cross_entropy")
        for records, arm in ((a, first), (b, second))
    ]
    return losses[0] - losses[1]


def _findings(arms: dict[str, list[Record]]) -> list[Finding]:
    memorised = _pick(arms[TEACHER], TEACHER, "train", "accuracy").mean() >= MEMORISED
    claims = {
        "The student has a lower cross-entropy than its teacher": "both together (PQKD - teacher)",
        "Compression regularises by itself (no teacher)": "compression, no teacher",
        "Compression regularises beyond distillation": "compression, with a teacher",
    }
    findings = []
    for claim, name in claims.items():
        differences = _effect(arms, *EFFECTS[name])
        zeros = np.zeros_like(differences)
        text = (
            paired_difference(differences, zeros).text(3)
            if len(differences) > 1
            else f"{differences[0]:+.3f}, 1 pair"
        )
        findings.append(
            decided(
                [judge_claim(differences, zeros, "below")],
                arms["compressed-distilled"],
                premise=bool(memorised),
                claim=f"Fashion-MNIST: {claim[0].lower()}{claim[1:]}",
                paper="0.239 against 0.291 nats"
                if name.startswith("both")
                else "no number known to us",
                ours=" against ".join(
                    f"{_pick(arms[arm], arm, 'validation', 'cross_entropy').mean():.3f}"
                    for arm in EFFECTS[name]
                ),
                difference=text,
                rule=(
                    "difference below 0; premise: dense network with "
                    f"{MEMORISED} % of its training images"
                ),
                notebook="04",
                records="regularisation-*",
            )
        )
    return findings


def _alt(rows: list[Row]) -> str:
    parts = [f"{row['arm']} {row['validation cross-entropy']:.3f}" for row in rows]
    return "Validation cross-entropy in nats by arm: " + "; ".join(parts)


def cross_entropy_by_arm(rows: list[Row], effects: Mapping[str, ArrayLike]) -> Figure:
    """Draw the cross-entropy of each arm, and what each part of the method changes, by pairs."""
    with style():
        figure = Figure(figsize=(6.8, 6.2), layout="constrained")
        say_what_to_see(figure, "What lowers the cross-entropy: left is better")
        left, right = figure.subplots(2, 1)
        for place, row in enumerate(rows):
            values = row["values"]
            left.plot(
                np.mean(values),
                place,
                "D",
                color=COLOURS[0],
                label="validation images" if place == 0 else None,
            )
            left.plot(values, np.full(len(values), place + 0.2), ".", color="0.4", markersize=4)
            left.plot(
                row["test, temperature scaled"],
                place,
                "o",
                markerfacecolor="none",
                color=COLOURS[1],
                label="test images, one temperature" if place == 0 else None,
            )
        left.set_yticks(range(len(rows)), [row["arm"] for row in rows])
        left.set(xlabel="cross-entropy (nats)", ylim=(len(rows) - 0.5, -0.5))
        figure.legend(loc="outside lower center", ncols=2)
        for place, differences in enumerate(effects.values()):
            mean = mean_of(differences)
            right.errorbar(
                mean.mean, place, xerr=mean.half_width, fmt="s", color=COLOURS[5], capsize=4
            )
        right.axvline(0.0, color="black", linewidth=1.0)
        right.set_yticks(range(len(effects)), list(effects))
        right.set(xlabel="change (nats)", ylim=(len(effects) - 0.5, -0.5))
        return figure
