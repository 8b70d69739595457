"""The pictures of notebook 10: the paper's Table 1 alone, and one row of the claim map."""

from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
from ...paper_figures.paper_values import TABLE1
from ...paper_figures.table1 import NAMES
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
