"""Single rungs: every idea alone against the base, also those that did not help."""

import numpy as np
from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style
from ...records.measured import accuracies
from ...records.record import Record
from ...records.stored import Catalogue
from ...statistics.means import mean_of, paired_difference
from ..difference_marks import draw_difference
from ..finding import SCALES
from ..markdown_table import Row
from ..result import Result
from .planned import ASSUMED, OURS, RULE, planned_runs, values_of
from .idea_words import BEST, MOVING_UNIT_VECTORS, SINGLE

EXPERIMENT = "ladder-rungs"
N_SEEDS = 3
BASE = "base"
# Compared with another arm than the base.
OTHER_BASE = {MOVING_UNIT_VECTORS: "moving"}
DIFFERENCE = "minus what it changes"
# Question -> colour and marker.
LOOKS = dict(
    zip(SINGLE, zip((COLOURS[i] for i in (0, 3, 1, 4, 6, 5)), "os^vDP", strict=True), strict=True)
)


def ladder_choices(catalogue: Catalogue) -> Result | None:
    """Return every single rung against the base, or None before the last run of them."""
    arms = [BASE, *(arm for group in SINGLE.values() for arm in group)]
    runs = planned_runs(catalogue, EXPERIMENT, arms, n_seeds=N_SEEDS, optional=(BEST,))
    if runs is None:
        return None
    rows = [_row(runs, BASE, "the base", "")]
    rows += [
        _row(runs, arm, words, question)
        for question, group in SINGLE.items()
        for arm, words in group.items()
        if arm in runs
    ]
    settings = runs[BASE][0]["configuration"]
    compared = rows[1:]
    return Result(
        name=EXPERIMENT,
        title="Single rungs: each idea alone against the base",
        rows=rows,
        findings=[],
        draw=lambda: forest(compared),
        alt=_in_words(compared),
        reading=(
            "Each line changes one thing about the base (widths "
            f"{', '.join(map(str, settings['student_widths']))}, batch norm, one basis for both "
            f"3x3 layers, angles at rest: {rows[0]['test accuracy']:.2f} % of the test images). "
            "Mean and 95 % interval of the paired differences; right of zero the change is better. "
            "Arrows: too far off to be drawn. Unit vectors where the angles move are compared with "
            "the arm `moving`. All that was tried is shown, also what did not help."
            f"\n\n{RULE}\n\n{OURS}"
        ),
        rule=RULE,
        scale=SCALES[runs[BASE][0]["tier"]],
        rerun="python -m pqkd_helpers reproduce ladder-rungs --tier cpu --seeds 3",
        differs=[
            "A falling rate, one-cycle of Adam, where the paper's is constant.",
            "Tier cpu: 10,000 training images of MNIST, 20 epochs.",
        ],
        assumed=ASSUMED,
        limits=[
            f"Three pairs a line: the intervals are wide. Of {len(compared)} lines one or two lie "
            "off zero by luck alone; nothing is corrected for that.",
            "Around another base an idea may be worth more or less.",
            "The control with three more filters trains their 27 values in the place of 30 angles. "
            "Its angles rest too and are counted all the same, so its total is the larger one.",
        ],
        columns=("question", "arm", "what", "trained values", "test accuracy", "n", DIFFERENCE),
        formats={
            "trained values": "{trained values:,}",
            "test accuracy": "{test accuracy:.2f}",
            DIFFERENCE: f"{{{DIFFERENCE}:+.2f}}",
        },
    )


def _row(runs: dict[str, list[Record]], arm: str, words: str, question: str) -> Row:
    found, other = accuracies(runs[arm]), accuracies(runs[OTHER_BASE.get(arm, BASE)])
    accuracy = mean_of(found)
    return {
        "question": question,
        "arm": arm,
        "what": words,
        "compared with": None if arm == BASE else OTHER_BASE.get(arm, BASE),
        "trained values": values_of(runs[arm]),
        "test accuracy": accuracy,
        "n": accuracy.n,
        DIFFERENCE: None if arm == BASE else paired_difference(found, other),
        "tier": runs[arm][0]["tier"],
        "values": (found - other).round(4).tolist(),
    }


def _in_words(rows: list[Row]) -> str:
    parts = "; ".join(f"{row['what']} {row[DIFFERENCE].mean:+.2f}" for row in rows)
    return (
        "Horizontal intervals, one line per idea, grouped by question: test accuracy minus the "
        f"base's, in percentage points. {parts}."
    )


def forest(rows: list[Row]) -> Figure:
    """Draw each difference with its 95 % interval, a block per question."""
    blocks = {
        question: block
        for question in SINGLE
        if (block := [row for row in rows if row["question"] == question])
    }
    ends = [max(-row[DIFFERENCE].low, row[DIFFERENCE].high) for row in rows]
    reach = max(0.1, 1.1 * float(np.quantile(ends, 0.8)))
    with style():
        height = 0.25 * len(rows) + 0.4 * len(blocks) + 0.8
        figure = Figure(figsize=(6.0, height), layout="constrained")
        say_what_to_see(figure, "Right of zero the change helps, left of it it costs")
        panels = figure.subplots(
            len(blocks), 1, sharex=True, squeeze=False, height_ratios=[*map(len, blocks.values())]
        ).ravel()
        for axes, (question, block) in zip(panels, blocks.items(), strict=True):
            axes.axvline(0.0, color="black", linewidth=1.0, zorder=1)
            for place, row in enumerate(block):
                draw_difference(axes, place, row[DIFFERENCE], look=LOOKS[question], reach=reach)
            axes.set_yticks(range(len(block)), [row["what"] for row in block])
            axes.set_title(question, loc="left", fontsize=LEAST_TEXT, weight="bold")
            axes.set(xlim=(-reach, reach), ylim=(len(block) - 0.4, -0.6))
            axes.grid(axis="y", visible=False)
        panels[-1].set_xlabel("change minus base: test accuracy (points)")
        return figure
