"""Every idea alone against the base, also those that did not help: the runs that chose."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style
from ...records.measured import finals
from ...records.record import Record
from ...records.stored import Catalogue
from ..difference_marks import draw_if_far_off
from ..finding import SCALES
from ..markdown_table import Row
from ..result import Result
from .planned import ASSUMED, OURS, RULE, planned_runs, values_of

EXPERIMENT = "ladder-choices"
SEEDS = (1000, 1001)
BASE = "base"
# Compared with another arm than the base.
OTHER_BASE = {"moving-unit-vectors": "moving"}
DIFFERENCE = "change, points"
# Run once the others had chosen.
TOGETHER = ("best", "all-but-rate")
# The ideas in plain words: what is asked -> arm -> what it changes about the base.
IDEAS: Mapping[str, Mapping[str, str]] = {
    "How should it be built?": {
        "biases": "biases, no batch norm",
        "two-bases": "two bases of half the filters",
        "wide-few-last": "channels 32, 64, 16",
        "orthogonal-mixing": "orthogonal mixings",
    },
    "How should it be trained?": {
        "rate-3e-2": "rate 0.03, not 0.01",
        "no-dropout": "no dropout",
    },
    "Should the angles move?": {
        "moving": "moved by SPSA",
        "exact-steps": "moved by exact gradient",
        "moving-unit-vectors": "unit vectors, against moving",
    },
    "How should the teacher teach?": {
        "labels-alone": "not at all: labels alone",
        "hot": "temperature 6, not 3",
    },
    "What is the light worth?": {
        "gaussian": "512 Gaussian numbers for z",
        "filters-for-angles": "3 more filters, angles kept",
    },
    "The answers together": {
        "best": "all of them",
        "all-but-rate": "all but the rate, a further look",
    },
}
# Question -> colour and marker.
LOOKS = dict(
    zip(IDEAS, zip((COLOURS[i] for i in (0, 3, 1, 4, 6, 5)), "os^vDP", strict=True), strict=True)
)


def ladder_choices(catalogue: Catalogue) -> Result | None:
    """Return every idea against the base, or None before the last run of them.

    The answers together have their lines once they have run.
    """
    arms = [arm for group in IDEAS.values() for arm in group if arm not in TOGETHER]
    runs = planned_runs(catalogue, EXPERIMENT, [BASE, *arms], SEEDS)
    if runs is None:
        return None
    for arm in TOGETHER:
        runs |= planned_runs(catalogue, EXPERIMENT, [arm], SEEDS) or {}
    rows = [_row(runs, BASE, "the base", "")]
    rows += [
        _row(runs, arm, words, question)
        for question, group in IDEAS.items()
        for arm, words in group.items()
        if arm in runs
    ]
    settings = runs[BASE][0]["configuration"]
    compared = rows[1:]
    return Result(
        name=EXPERIMENT,
        title="What each idea is worth alone, on the runs that chose",
        rows=rows,
        findings=[],
        draw=lambda: dots(compared),
        alt=_in_words(compared),
        reading=(
            "Each line changes one thing about the base (widths "
            f"{', '.join(map(str, settings['student_widths']))}, batch norm, one basis for both "
            f"3x3 layers, angles at rest: {rows[0]['validation accuracy']:.2f} % of the validation "
            "images). Small dots are the two seeds, each paired with the base's; the large marker "
            "is their mean. Right of zero the change is better. Arrows: too far off to be drawn. "
            "Unit vectors are tried where the angles move, and compared with `moving`. All "
            f"that was tried is shown, also what did not help.\n\n{RULE}\n\n{OURS}"
        ),
        rule=RULE,
        scale=SCALES[runs[BASE][0]["tier"]],
        rerun="python -m pqkd_helpers reproduce ladder-choices --tier cpu --seeds 2",
        differs=[
            "A falling rate, one-cycle of Adam, where the paper's is constant.",
            "Tier cpu: 10,000 training images of MNIST, 20 epochs.",
        ],
        assumed=ASSUMED,
        limits=[
            "Two seeds a line: they tell what is large, and no interval is worth drawing. What the "
            "two seeds of an idea lie apart is the least that luck can do.",
            "The runs chose the recipe, so the best of them looks a little better than it is.",
            "Around another base an idea may be worth more or less.",
            "The control with three more filters trains their 27 values in the place of 30 angles. "
            "Its angles rest too and are counted all the same, so its total is the larger one.",
        ],
        columns=("question", "arm", "what", "trained values", "validation accuracy", DIFFERENCE),
        formats={
            "trained values": "{trained values:,}",
            "validation accuracy": "{validation accuracy:.2f}",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
        },
    )


def _accuracies(runs: list[Record]) -> NDArray[np.float64]:
    return finals(runs, "student", "validation", "accuracy")


def _row(runs: dict[str, list[Record]], arm: str, words: str, question: str) -> Row:
    found, other = _accuracies(runs[arm]), _accuracies(runs[OTHER_BASE.get(arm, BASE)])
    differences = found - other
    return {
        "question": question,
        "arm": arm,
        "what": words,
        "compared with": None if arm == BASE else OTHER_BASE.get(arm, BASE),
        "trained values": values_of(runs[arm]),
        "validation accuracy": float(found.mean()),
        "n": len(found),
        DIFFERENCE: None if arm == BASE else float(differences.mean()),
        "tier": runs[arm][0]["tier"],
        "values": differences.round(4).tolist(),
    }


def _in_words(rows: list[Row]) -> str:
    parts = "; ".join(f"{row['what']} {row[DIFFERENCE]:+.2f}" for row in rows)
    return (
        "Dots on horizontal lines, one line per idea, grouped by question: validation accuracy "
        f"minus the base's, in percentage points, means of two seeds. {parts}."
    )


def dots(rows: list[Row]) -> Figure:
    """Draw each difference and its seeds, a block per question."""
    blocks = {
        question: block
        for question in IDEAS
        if (block := [row for row in rows if row["question"] == question])
    }
    ends = [max(map(abs, row["values"])) for row in rows]
    usual = 1.2 * np.quantile(ends, 0.8)
    near = [end for row, end in zip(rows, ends, strict=True) if abs(row[DIFFERENCE]) <= usual]
    reach = max(0.1, 1.1 * max(near))  # all seeds of what is not drawn as an arrow
    with style():
        height = 0.27 * len(rows) + 0.4 * len(blocks) + 0.8
        figure = Figure(figsize=(6.0, height), layout="constrained")
        say_what_to_see(figure, "Right of zero the change helps, left of it it costs")
        panels = figure.subplots(
            len(blocks), 1, sharex=True, squeeze=False, height_ratios=[*map(len, blocks.values())]
        ).ravel()
        for axes, (question, block) in zip(panels, blocks.items(), strict=True):
            colour, marker = LOOKS[question]
            axes.axvline(0.0, color="black", linewidth=1.0, zorder=1)
            for place, row in enumerate(block):
                mean = row[DIFFERENCE]
                if not draw_if_far_off(axes, place, mean, reach):
                    axes.plot(row["values"], [place] * row["n"], ".", color="0.4")
                    axes.plot(mean, place, marker, color=colour, markersize=8)
            axes.set_yticks(range(len(block)), [row["what"] for row in block])
            axes.set_title(question, loc="left", fontsize=LEAST_TEXT, weight="bold")
            axes.set(xlim=(-reach, reach), ylim=(len(block) - 0.4, -0.6))
            axes.grid(axis="y", visible=False)
        panels[-1].set_xlabel("with minus without: validation accuracy (points)")
        return figure
