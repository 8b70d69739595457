"""The pictures of notebook 10: the paper's Table 1 alone, one row worked, and the readings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, LEAST_TEXT, WIDTH, say_what_to_see, style
from ...paper_figures.paper_values import TABLE1
from ...paper_figures.readings import MARGIN, SEEDS, largest_spread, paper_difference
from ...paper_figures.table1_numbers import NAMES
from ...statistics.verdicts import Comparison
from .explorer import interval_and_margin

NETWORKS = ("teacher", "student")


def paper_table() -> Figure:
    """Draw the paper's validation accuracies, one panel per data set, below each other."""
    with style():
        figure = Figure(figsize=(5.2, 4.6), layout="constrained")
        panels = figure.subplots(len(TABLE1), 1)
        for axes, (dataset, networks) in zip(panels, TABLE1.items(), strict=True):
            for place, network in enumerate(NETWORKS):
                value = networks[network]["validation accuracy"]
                axes.errorbar(
                    value.mean, place, xerr=value.deviation, fmt="o", color=COLOURS[1], capsize=4
                )
            axes.set_title(NAMES[dataset], loc="left")
            axes.set_ylim(len(NETWORKS) - 0.4, -0.6)
            axes.set_yticks(range(len(NETWORKS)), NETWORKS)
            axes.grid(axis="y", visible=False)
            axes.margins(x=0.2)
        panels[-1].set_xlabel("validation accuracy (%)")
        return figure


def worked_row(ours: ArrayLike, paper: float, found: Comparison) -> Figure:
    """Draw one row of the claim map: our seeds, the interval, and what counts as equal."""
    figure = interval_and_margin(ours, paper, found, "Does the bar meet the band?")
    figure.axes[0].set(xlabel="ours minus the paper's (points)")
    figure.axes[0].margins(x=0.1)
    figure.axes[0].autoscale(axis="x")
    return figure


def readings_that_decide(rows: Sequence[dict[str, Any]]) -> Figure:
    """Draw the two numbers by which a reading is chosen: a line for each reading.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the figure ``readings``: name, spread and differences of each reading.
    """
    papers = TABLE1["mnist"]["student"]["train accuracy"].deviation, paper_difference()
    accepted = (0.005, largest_spread(len(SEEDS))), (papers[1] - MARGIN, papers[1] + MARGIN)
    with style():
        figure = Figure(figsize=(WIDTH, 3.0), layout="constrained")
        say_what_to_see(figure, "Which readings lie within both shaded ranges?")
        spread, difference = figure.subplots(1, 2, sharey=True)
        for place, row in enumerate(rows):
            seeds = row["differences"]
            spread.plot(row["spread"], place, "D", color=COLOURS[0], fillstyle="none")
            difference.plot(seeds, [place] * len(seeds), ".", color="0.4")
            difference.plot(np.mean(seeds), place, "D", color=COLOURS[0], fillstyle="none")
        for axes, paper, (low, high) in zip((spread, difference), papers, accepted, strict=True):
            axes.axvspan(low, high, color="0.9", zorder=0)
            axes.axvline(paper, color="black", linestyle=":")
            axes.grid(axis="y", visible=False)
        spread.set(xscale="log", xlim=(0.005, 5.0), xlabel="points")
        spread.set_xticks([0.01, 0.1, 1.0], ["0.01", "0.1", "1"])
        spread.set_title("spread in training", size=LEAST_TEXT)
        difference.set_xlabel("points of accuracy")
        difference.set_title("student minus teacher", size=LEAST_TEXT)
        spread.set_yticks(range(len(rows)), [row["reading"] for row in rows])
        spread.set_ylim(len(rows) - 0.5, -0.5)
        return figure
