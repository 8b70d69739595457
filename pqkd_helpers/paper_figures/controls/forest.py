"""The forest plot: light minus each control, with the margin (notebook 09)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from ...common.figure_style import COLOURS, style
from ..markdown_table import Row
from .looks import LOOKS, legend_of_groups

DIFFERENCE = "photonic minus it"  # a row's mean and interval, percentage points of test error


def in_words(rows: list[Row], margin: float) -> str:
    """Return what a forest plot of these rows shows, for readers who do not see it."""
    parts = "; ".join(f"{row['arm']} {row['photonic minus it']:+.2f}" for row in rows)
    return (
        "Horizontal intervals, one line per control: photonic minus control, test error in "
        f"percentage points, with the margin of {margin:.2f} shaded. {parts}."
    )


def forest(rows: list[Row], margin: float) -> Figure:
    """Draw light minus each control with its 95 % interval, from top to bottom, and the margin."""
    with style():
        figure = Figure(figsize=(9.0, 0.27 * len(rows) + 1.7), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(-margin, margin, color=COLOURS[6], alpha=0.25, linewidth=0, label="margin")
        axes.axvline(0.0, color="black", linewidth=1.0)
        reach = _reach(rows, margin)
        for place, row in enumerate(rows):
            _draw_row(axes, -place, row, reach)
        axes.set_yticks(-np.arange(len(rows)), [f"{row['arm']} ({row['n']})" for row in rows])
        axes.set(
            xlim=(-reach, reach),
            ylim=(0.7 - len(rows), 0.7),
            xlabel="photonic minus control: test error (percentage points)\n"
            "left of zero the light is better, right of it the control",
        )
        axes.grid(axis="y", visible=False)
        legend_of_groups(figure, axes)
        return figure


def _reach(rows: list[Row], margin: float) -> float:
    """Return half the width that shows the planned contrasts and most others."""
    ends = [max(-row[DIFFERENCE].low, row[DIFFERENCE].high) for row in rows]
    tested = ("planned", "follow-up")
    planned = [end for end, row in zip(ends, rows, strict=True) if row["group"] in tested]
    return 1.1 * max(4.0 * margin, float(np.quantile(ends, 0.8)), *planned)


def _draw_row(axes: Axes, height: float, row: Row, reach: float) -> None:
    colour, marker, label = LOOKS[row["group"]]
    difference = row[DIFFERENCE]
    if abs(difference.mean) > reach:
        edge = 0.99 if difference.mean > 0.0 else 0.01
        axes.text(
            edge,
            height,
            f"{difference.mean:+.1f} {'→' if edge > 0.5 else '←'}",
            transform=blended_transform_factory(axes.transAxes, axes.transData),
            ha="right" if edge > 0.5 else "left",
            va="center",
            fontsize=9,
        )
        return
    axes.errorbar(
        difference.mean,
        height,
        xerr=[[difference.mean - difference.low], [difference.high - difference.mean]],
        fmt=marker,
        color=colour,
        capsize=3,
        label=label,
    )
