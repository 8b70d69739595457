"""Accuracy against compression: rank, scope, angles and width, one at a time (notebook 08)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, WIDTH, say_what_to_see, style
from ..records.measured import accuracies
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import mean_of
from .extreme import RATIO
from .finding import Finding, scale_of
from .markdown_table import Row
from .result import Result

EXPERIMENT = "frontier"
# Beginning of the arms' names -> how a value is written, colour, marker and line, and where: points
# to the right and up, points further down for each next one, alignment. The arm "base" belongs to
# every line.
_LOOKS = {
    "rank": ("R = {}", 0, "o-", (8, 9, 0, "left")),
    "scope": ("{}", 1, "s--", (0, 14, 38, "center")),
    "angles": ("{} angles", 5, "^:", (-12, -24, 15, "right")),
    "widths": ("widths {}", 3, "v-.", (0, -13, 0, "center")),
}
_BASE = "R = 8, all convolutions,\n30 angles, widths 32, 64, 64"


def frontier(catalogue: Catalogue) -> Result | None:
    """Return the compression-accuracy frontier, or None without records."""
    tier = catalogue.tier(EXPERIMENT)
    if tier is None:
        return None
    arms = sorted({record["arm"] for record in catalogue.runs(EXPERIMENT, tier=tier)}, key=_place)
    rows = [_row(arm, catalogue.runs(EXPERIMENT, arm, tier=tier)) for arm in arms]
    scale = scale_of(catalogue.runs(EXPERIMENT, tier=tier))
    return Result(
        name="frontier",
        title="The frontier of compression and accuracy",
        rows=rows,
        findings=[
            Finding(
                claim="Accuracy against compression over rank, scope, angles and width (Fig. 3)",
                paper="a figure; no numbers known to us",
                ours=f"{len(rows)} arms",
                difference="",
                verdict="shape only",
                rule="no number is known to us: the shape is shown, nothing is decided",
                scale=scale,
                notebook="08",
                records="frontier-*",
            )
        ],
        draw=lambda: accuracy_over_ratio(rows),
        alt="Test accuracy in percent over the compression ratio, one line per quantity varied: "
        + "; ".join(
            f"{row['arm']} {row['test accuracy'].mean:.1f} at {row['ratio']:.0f}x" for row in rows
        ),
        reading=(
            "Every line varies one thing, starting from widths (32, 64, 64), R = 8, all "
            "convolutions compressed, 30 angles (the black diamond); with the widths the teacher "
            "changes, too. Bars: 95 % intervals."
        ),
        rerun="python -m pqkd_helpers reproduce frontier --tier cpu --seeds 3",
        scale=scale,
        differs=["Tier cpu: 10,000 training images of MNIST, 15 epochs at the rate 3e-3."],
        assumed=["15, 30 and 45 angles are loops [1], [1, 1] and [1, 1, 1]."],
        limits=["The teacher's width varies with the student's: its accuracy is in the table."],
        columns=("arm", "ratio", "trained values", "test accuracy", "n", "teacher"),
        formats={"ratio": "{ratio:.2f}", "test accuracy": "{test accuracy:.2f}"},
    )


def _place(arm: str) -> tuple[int, int, str]:
    """Sort arms by family, then by value; of two values the larger number has the longer name."""
    families = ["base", *_LOOKS]
    return families.index(arm.partition("-")[0]), len(arm), arm


def _row(arm: str, records: list[Record]) -> Row:
    mean = mean_of(accuracies(records))
    compression = records[0]["compression"]
    return {
        "arm": arm,
        "ratio": compression["whole_network"],
        "trained values": compression["student_values"],
        "test accuracy": mean,
        "n": mean.n,
        "teacher": float(np.mean(accuracies(records, "teacher"))),
        "tier": records[0]["tier"],
    }


def accuracy_over_ratio(rows: list[Row]) -> Figure:
    """Draw test accuracy over the compression ratio: a line for each quantity varied."""
    with style():
        figure = Figure(figsize=(WIDTH, 4.8), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "From the diamond, each line varies one thing: which one costs?")
        base = [row for row in rows if row["arm"] == "base"]
        for family, (text, colour, look, place) in _LOOKS.items():
            found = [row for row in rows if row["arm"].startswith(f"{family}-")]
            _draw_line(axes, [*found, *base], COLOURS[colour], look)
            right, up, down, alignment = place
            for number, row in enumerate(found):
                axes.annotate(
                    text.format(_value(row["arm"], family)),
                    (row["ratio"], row["test accuracy"].mean),
                    xytext=(right, up - number * down),
                    textcoords="offset points",
                    ha=alignment,
                    va="center",
                )
        for row in base:
            axes.plot(row["ratio"], row["test accuracy"].mean, "kD", ms=9, zorder=4, label=_BASE)
            axes.legend(loc="lower left")
        axes.set(xlabel=RATIO, ylabel="test accuracy (%)")
        axes.set_ylim(top=100.0)
        axes.margins(x=0.13)
        return figure


def _draw_line(axes: Axes, rows: list[Row], colour: str, look: str) -> None:
    rows = sorted(rows, key=lambda row: row["ratio"])
    if rows:
        axes.errorbar(
            [row["ratio"] for row in rows],
            [row["test accuracy"].mean for row in rows],
            yerr=[row["test accuracy"].half_width for row in rows],
            fmt=look,
            color=colour,
            capsize=3,
            elinewidth=0.7,
        )


def _value(arm: str, family: str) -> str:
    value = arm.removeprefix(f"{family}-")
    return value.replace("-", "+" if family == "scope" else ", ")
