"""The paper's numbers beside ours."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..experiments.statistics import mean_of
from .style import COLOURS, style


def paper_beside_ours(panels: dict[str, list[dict[str, Any]]], *, unit: str) -> Figure:
    """Draw means of the paper and of ours, one panel per data set.

    Parameters
    ----------
    panels : dict of str to list of dict
        Title -> rows with "label", "paper" and "paper_error" (None: not known) and "ours", the
        values of the seeds.
    unit : str
        Label of the horizontal axis.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(3.1 * len(panels) + 1.2, 2.9), layout="constrained")
        places = np.atleast_1d(figure.subplots(1, len(panels), sharey=True))
        for axes, (title, rows) in zip(places, panels.items(), strict=True):
            for place, row in enumerate(rows):
                if row["paper"] is not None:
                    axes.errorbar(
                        row["paper"],
                        place - 0.16,
                        xerr=row["paper_error"],
                        fmt="o",
                        color=COLOURS[1],
                        capsize=4,
                        label="paper" if place == 0 else None,
                    )
                mean = mean_of(row["ours"])
                error = None if mean.low is None else [[mean.mean - mean.low]] * 2
                axes.errorbar(
                    mean.mean,
                    place + 0.16,
                    xerr=error,
                    fmt="s",
                    color=COLOURS[0],
                    capsize=4,
                    label="ours" if place == 0 else None,
                )
                axes.plot(
                    row["ours"], np.full(mean.n, place + 0.34), ".", color="0.4", markersize=4
                )
            axes.set(title=title, xlabel=unit, ylim=(len(rows) - 0.4, -0.6))
            axes.set_yticks(range(len(rows)), [row["label"] for row in rows])
            axes.grid(axis="y", visible=False)
        places[0].legend(loc="best")
        return figure
