"""All convolutions compressed: accuracy over the ratio, and calibration."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import COLOURS, style


def accuracy_and_calibration(rows: list[dict[str, Any]]) -> Figure:
    """Draw accuracy over the compression ratio, the paper's beside ours, and calibration errors.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.extreme`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(9.0, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        stated = [row for row in rows if row["paper"] is not None]
        left.plot(
            [row["paper (ratio)"] for row in stated],
            [row["paper"] for row in stated],
            "o--",
            color=COLOURS[1],
            label="paper",
        )
        _draw_ours(left, stated, "s", 0, "ours", beside=1.5)
        others = [row for row in rows if row["paper"] is None]
        if others:
            _draw_ours(left, others, "D", 3, "ours, angles not tuned", beside=-1.5)
        left.set(xlabel="teacher's trained values per student's", ylabel="validation accuracy (%)")
        left.legend(loc="best")
        places = np.arange(len(stated))
        for side, network in enumerate(("teacher", "student")):
            right.bar(
                places + 0.4 * (side - 0.5),
                [row[f"{network} calibration error"] for row in stated],
                width=0.38,
                color=COLOURS[(6, 0)[side]],
                hatch=("//", "")[side],
                edgecolor="white",
                label=network,
            )
        right.set_xticks(places, [row["widths"] for row in stated], fontsize=8)
        right.set(xlabel="widths", ylabel="expected calibration error")
        right.grid(axis="x", visible=False)
        right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        return figure


def _draw_ours(
    axes: Axes, rows: list[dict[str, Any]], marker: str, colour: int, label: str, *, beside: float
) -> None:
    for i, row in enumerate(rows):
        seeds = [float(value) for value in row["our values"].split()]
        error = None if row["our low"] is None else [[row["our mean"] - row["our low"]]] * 2
        axes.errorbar(
            row["ratio"],
            row["our mean"],
            yerr=error,
            fmt=marker,
            color=COLOURS[colour],
            capsize=4,
            label=label if i == 0 else None,
        )
        axes.plot([row["ratio"] + beside] * len(seeds), seeds, ".", color="0.4", markersize=4)
