"""Accuracy against compression: rank, scope, number of angles and width, one at a time."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from ..common.figure_style import COLOURS, style
from ..experiments.grids.paper import FRONTIER
from ..records.record import Record
from ..records.stored import Catalogue, accuracies
from ..statistics.means import mean_of
from .result import SCALES, Finding, Result

EXPERIMENT = "frontier"


FAMILIES = {
    "rank": "rank R",
    "scope": "compressed convolutions",
    "angles": "angles of the circuit",
    "widths": "width of the networks",
}


def frontier(catalogue: Catalogue) -> Result | None:
    """Return the compression-accuracy frontier, or None without records."""
    tier = catalogue.tier(EXPERIMENT)
    if tier is None:
        return None
    rows = [
        _row(arm, records)
        for arm in FRONTIER.arms
        if (records := catalogue.runs(EXPERIMENT, tier=tier, arm=arm))
    ]
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
                rule="No number of the paper is public: the shape is shown, nothing is judged.",
                scale=SCALES[tier],
                notebook="08",
                records="frontier-*",
            )
        ],
        draw=lambda: accuracy_over_ratio(rows, FAMILIES),
        alt="Test accuracy in percent over the compression ratio, one panel per quantity varied: "
        + "; ".join(f"{row['arm']} {row['mean']:.1f} at {row['ratio']:.0f}x" for row in rows),
        reading=(
            "Every panel varies one thing, starting from widths (32, 64, 64), R = 8, all "
            "convolutions compressed, 30 angles (the filled diamond). Bars: 95 % intervals."
        ),
        rerun="python -m pqkd_helpers reproduce frontier --tier cpu --seeds 3",
        differs=["Tier cpu: 10,000 training images of MNIST, 15 epochs at the rate 3e-3."],
        assumed=["15, 30 and 45 angles are loops [1], [1, 1] and [1, 1, 1]."],
        limits=["The teacher's width varies with the student's: its accuracy is in the table."],
        columns=("arm", "ratio", "trained values", "test accuracy", "n", "teacher"),
    )


def _row(arm: str, records: list[Record]) -> dict[str, Any]:
    found = accuracies(records)
    mean = mean_of(found)
    compression = records[0]["compression"]
    return {
        "arm": arm,
        "ratio": compression["whole_network"],
        "trained values": compression["student_values"],
        "test accuracy": mean.text().rpartition(",")[0],
        "n": mean.n,
        "teacher": float(np.mean(accuracies(records, "teacher"))),
        "tier": records[0]["tier"],
        "mean": mean.mean,
        "low": mean.low,
        "high": mean.high,
    }


BASE = {"rank": "8", "scope": "all", "angles": "30", "widths": "32, 64, 64"}


def accuracy_over_ratio(rows: list[dict[str, Any]], families: dict[str, str]) -> Figure:
    """Draw test accuracy over the compression ratio.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.frontier`; the arm "base", once it is there, belongs to every panel.
    families : dict of str to str
        Beginning of the arms' names -> title of the panel.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(9.4, 5.6), layout="constrained")
        panels = figure.subplots(2, 2, sharey=True).ravel()
        base = [row for row in rows if row["arm"] == "base"]
        for number, (axes, (family, title)) in enumerate(
            zip(panels, families.items(), strict=True)
        ):
            found = [row for row in rows if row["arm"].startswith(f"{family}-")]
            found = sorted([*found, *base], key=lambda row: row["ratio"])
            axes.plot(
                [row["ratio"] for row in found],
                [row["mean"] for row in found],
                "--",
                color=COLOURS[(0, 1, 5, 3)[number]],
            )
            for row in found:
                error = None if row["low"] is None else [[row["mean"] - row["low"]]] * 2
                is_base = row in base
                axes.errorbar(
                    row["ratio"],
                    row["mean"],
                    yerr=error,
                    fmt="D" if is_base else "o",
                    color=COLOURS[(0, 1, 5, 3)[number]],
                    capsize=3,
                )
                label = BASE[family] if is_base else _value(row["arm"], family)
                axes.annotate(
                    label,
                    (row["ratio"], row["mean"]),
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
