"""Table 1 as a picture: validation accuracies, the paper's next to ours."""

import numpy as np
from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style
from .markdown_table import Row


def paper_and_ours(rows: list[Row]) -> Figure:
    """Draw validation accuracies, the paper's next to ours, one panel per data set."""
    rows = [row for row in rows if row["quantity"] == "validation accuracy"]
    titles = list(dict.fromkeys(row["data set"] for row in rows))
    with style():
        figure = Figure(figsize=(6.4, 1.35 * len(titles) + 0.9), layout="constrained")
        panels = np.atleast_1d(figure.subplots(len(titles), 1, sharey=True))
        say_what_to_see(figure, "Do circle and square agree, and who is ahead?")
        for axes, title in zip(panels, titles, strict=True):
            shown = [row for row in rows if row["data set"] == title]
            for place, row in enumerate(shown):
                paper, ours = row["paper"], row["ours"]
                for value, error, offset, marker, colour, label in (
                    (paper.mean, paper.deviation, -0.16, "o", 1, "paper, standard deviation"),
                    (ours.mean, ours.half_width, 0.16, "s", 0, "ours, 95 % interval"),
                ):
                    axes.errorbar(
                        value,
                        place + offset,
                        xerr=error,
                        fmt=marker,
                        color=COLOURS[colour],
                        capsize=4,
                        label=label if place == 0 else None,
                    )
                height = np.full(row["n"], place + 0.34)
                axes.plot(row["values"], height, ".", color="0.4", markersize=4)
            axes.set_title(title, loc="left", fontsize=LEAST_TEXT, weight="bold")
            axes.set_ylim(len(shown) - 0.4, -0.6)
            axes.set_yticks(range(len(shown)), [row["network"] for row in shown])
            axes.grid(axis="y", visible=False)
        panels[-1].set_xlabel("validation accuracy (%)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return figure
