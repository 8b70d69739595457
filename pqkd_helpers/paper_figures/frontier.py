"""Accuracy against compression: rank, scope, angles and width, one at a time (notebook 08)."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from ..common.figure_style import COLOURS, style
from ..records.measured import accuracies
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import mean_of
from .finding import Finding, scale_of
from .markdown_table import Row
from .result import Result

EXPERIMENT = "frontier"
# Beginning of the arms' names -> title of the panel. The arm "base" belongs to every panel, there
# with this value.
FAMILIES = {
    "rank": "rank R",
    "scope": "compressed convolutions",
    "angles": "angles of the circuit",
    "widths": "width of the networks",
}
BASE = {"rank": "8", "scope": "all", "angles": "30", "widths": "32, 64, 64"}


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
                paper="a figure, no public numbers",
                ours=f"{len(rows)} points",
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
            "convolutions compressed, 30 angles (the filled diamond). Bars: 95 % intervals."
        ),
        rerun="python -m pqkd_helpers reproduce frontier --tier cpu --seeds 3",
        scale=scale,
        differs=["Tier cpu: 10,000 training images of MNIST, 15 epochs at the rate 3e-3."],
        assumed=["15, 30 and 45 angles are loops [1], [1, 1] and [1, 1, 1]."],
        limits=["The teacher's width varies with the student's: its accuracy is in the table."],
        columns=("arm", "ratio", "trained values", "test accuracy", "n", "teacher"),
        formats={"test accuracy": "{test accuracy:.2f}"},
    )


def _place(arm: str) -> tuple[int, int, str]:
    """Sort arms by family, then by value; of two values the larger number has the longer name."""
    families = ["base", *FAMILIES]
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
    """Draw test accuracy over the compression ratio, one panel for each quantity varied."""
    with style():
        figure = Figure(figsize=(9.4, 5.6), layout="constrained")
        panels = figure.subplots(2, 2, sharey=True).ravel()
        base = [row for row in rows if row["arm"] == "base"]
        for axes, (family, title), colour in zip(
            panels, FAMILIES.items(), (0, 1, 5, 3), strict=True
        ):
            found = [row for row in rows if row["arm"].startswith(f"{family}-")]
            found = sorted([*found, *base], key=lambda row: row["ratio"])
            axes.plot(
                [row["ratio"] for row in found],
                [row["test accuracy"].mean for row in found],
                "--",
                color=COLOURS[colour],
            )
            for row in found:
                accuracy, is_base = row["test accuracy"], row in base
                axes.errorbar(
                    row["ratio"],
                    accuracy.mean,
                    yerr=accuracy.half_width,
                    fmt="D" if is_base else "o",
                    color=COLOURS[colour],
                    capsize=3,
                )
                label = BASE[family] if is_base else _value(row["arm"], family)
                axes.annotate(
                    label,
                    (row["ratio"], accuracy.mean),
                    xytext=(4, 6),
                    textcoords="offset points",
                    fontsize=8,
                )
            axes.set(title=title, xlabel="teacher's trained values per student's", xscale="log")
            axes.margins(x=0.16)
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter("{x:g}")
            axes.minorticks_off()
        for axes in panels[::2]:
            axes.set_ylabel("test accuracy (%)")
        return figure


def _value(arm: str, family: str) -> str:
    value = arm.removeprefix(f"{family}-")
    return value.replace("-", "+" if family == "scope" else ", ")
