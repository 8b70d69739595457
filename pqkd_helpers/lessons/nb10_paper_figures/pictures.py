"""The pictures of notebook 10: the paper's Table 1 alone."""

from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, style
from ...paper_figures.paper_values import TABLE1
from ...paper_figures.table1 import NAMES

NETWORKS = ("teacher", "student")


def paper_table() -> Figure:
    """Draw the paper's validation accuracies, one panel per data set."""
    with style():
        figure = Figure(figsize=(3.1 * len(TABLE1) + 1.2, 2.4), layout="constrained")
        panels = figure.subplots(1, len(TABLE1), sharey=True)
        for axes, (dataset, networks) in zip(panels, TABLE1.items(), strict=True):
            for place, network in enumerate(NETWORKS):
                value = networks[network]["validation accuracy"]
                axes.errorbar(
                    value.mean,
                    place,
                    xerr=value.deviation,
                    fmt="o",
                    color=COLOURS[1],
                    capsize=4,
                )
            axes.set(title=NAMES[dataset], xlabel="validation accuracy (%)", ylim=(1.5, -0.5))
            axes.set_yticks(range(len(NETWORKS)), NETWORKS)
            axes.grid(axis="y", visible=False)
            axes.margins(x=0.3)
        return figure
