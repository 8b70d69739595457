"""How a class did."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...common.figure_style import COLOURS, style

# From solved to nothing there; hatches keep them apart in grey.
_LOOKS = {
    "right": (COLOURS[0], ""),
    "wrong": (COLOURS[1], "//"),
    "failed": (COLOURS[5], "xx"),
    "syntax error": (COLOURS[3], "\\\\"),
    "not started": ("0.75", ".."),
    "missing": ("0.92", ""),
}


def solved_shares(lines: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw, for each exercise, how many students solved it, and how the others stand.

    Parameters
    ----------
    lines : sequence of dict
        As returned by `score_tables.summary`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(8.0, 1.6 + 0.42 * max(len(lines), 1)), layout="constrained")
        axes = figure.subplots()
        places = np.arange(len(lines))
        left = np.zeros(len(lines))
        for status, (colour, hatch) in _LOOKS.items():
            counts = np.array([line[status] for line in lines], dtype=float)
            if counts.any():
                axes.barh(
                    places,
                    counts,
                    left=left,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    label=status,
                )
            left += counts
        axes.set_yticks(places, [f"{line['exercise']}  {line['name']}" for line in lines])
        axes.set(xlabel="students", ylim=(max(len(lines), 1) - 0.5, -0.5))
        axes.grid(axis="y", visible=False)
        if axes.patches:
            figure.legend(loc="outside upper center", ncols=3)
        return figure
