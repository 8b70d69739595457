"""Accuracy against compression: rank, scope, angles and width, one at a time (notebook 08)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ..common.figure_style import COLOURS, WIDTH, say_what_to_see, style
from ..records.measured import accuracies
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import mean_of
from .finding import Finding, scale_of
from .markdown_table import Row
from .result import Result

EXPERIMENT = "frontier"
# Beginning of the arms' names -> the panel's title, its colour, and by how many points each label
# stands below the one before. The arm "base" belongs to every panel.
_LOOKS = {
    "rank": ("filters R", 0, 0),
    "scope": ("convolutions compressed", 1, 30),
    "angles": ("angles", 5, 0),
    "widths": ("channels of conv1, teacher's too", 3, 0),
}
_BASE = "R = 8, all convolutions, 30 angles, channels 32, 64, 64"


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
        alt="Test accuracy in percent over the compression ratio, one panel per quantity varied: "
        + "; ".join(
            f"{row['arm']} {row['test accuracy'].mean:.1f} at {row['ratio']:.0f}x" for row in rows
        ),
        reading=(
            "Every panel varies one thing, starting from widths (32, 64, 64), R = 8, all "
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
    """Draw test accuracy over the compression ratio: a panel for each quantity varied."""
    with style():
        figure = Figure(figsize=(WIDTH, 6.4), layout="constrained")
        say_what_to_see(figure, "From the diamond, each panel varies one thing: which one costs?")
        panels = figure.subplots(2, 2, sharey=True)
        base = [row for row in rows if row["arm"] == "base"]
        for axes, (family, look) in zip(panels.ravel(), _LOOKS.items(), strict=True):
            title, colour, down = look
            found = [row for row in rows if row["arm"].startswith(f"{family}-")]
            _draw_line(axes, [*found, *base], COLOURS[colour])
            for number, row in enumerate(found):
                axes.annotate(
                    _value(row["arm"], family),
                    (row["ratio"], row["test accuracy"].mean),
                    xytext=(6, 4 - number * down),
                    textcoords="offset points",
                )
            for row in base:
                place = row["ratio"], row["test accuracy"].mean
                axes.plot(*place, "kD", markersize=8, zorder=4, label=_BASE)
            axes.set(title=title, ylim=(None, 100.0))
            axes.margins(x=0.2)
            axes.set_xlabel("compression ratio")
            if family == "scope":  # from 1 to 50
                axes.set(xscale="log", xticks=(1, 2, 5, 10, 20, 50))
                axes.xaxis.set_major_formatter("{x:g}")
                axes.xaxis.set_minor_locator(NullLocator())
            else:
                axes.locator_params(axis="x", nbins=4)
        figure.supylabel("test accuracy (%)")
        if base:
            figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center")
        return figure


def _draw_line(axes: Axes, rows: list[Row], colour: str) -> None:
    rows = sorted(rows, key=lambda row: row["ratio"])
    if rows:
        axes.errorbar(
            [row["ratio"] for row in rows],
            [row["test accuracy"].mean for row in rows],
            yerr=[row["test accuracy"].half_width for row in rows],
            fmt="o-",
            color=colour,
            capsize=3,
            elinewidth=0.7,
        )


def _value(arm: str, family: str) -> str:
    value = arm.removeprefix(f"{family}-")
    return value.partition("-")[0] if family == "widths" else value.replace("-", "+")
