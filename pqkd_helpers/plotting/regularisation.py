"""The square of compression and distillation."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..experiments.statistics import mean_of
from .style import COLOURS, style


def cross_entropy_by_arm(rows: list[dict[str, Any]], effects: Mapping[str, ArrayLike]) -> Figure:
    """Draw the cross-entropy of each arm, and what each part of the method changes.

    Parameters
    ----------
    rows : list of dict
        The rows of `results.regularisation`.
    effects : dict of str to (n,) array_like
        Name of a part -> paired differences in cross-entropy, nats.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(10.2, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        for place, row in enumerate(rows):
            values = np.array([float(value) for value in row["values"].split()])
            left.plot(
                values.mean(),
                place,
                "D",
                color=COLOURS[0],
                label="validation images" if place == 0 else None,
            )
            left.plot(values, np.full(len(values), place + 0.2), ".", color="0.4", markersize=4)
            left.plot(
                row["test, temperature scaled"],
                place,
                "o",
                markerfacecolor="none",
                color=COLOURS[1],
                label="test images, one temperature" if place == 0 else None,
            )
        left.set_yticks(range(len(rows)), [row["arm"] for row in rows])
        left.set(xlabel="cross-entropy (nats)", ylim=(len(rows) - 0.5, -0.5))
        left.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        for place, differences in enumerate(effects.values()):
            mean = mean_of(differences)
            error = None if mean.low is None else [[mean.mean - mean.low]] * 2
            right.errorbar(mean.mean, place, xerr=error, fmt="s", color=COLOURS[5], capsize=4)
        right.axvline(0.0, color="black", linewidth=1.0)
        right.set_yticks(range(len(effects)), list(effects))
        right.set(xlabel="change (nats)", ylim=(len(effects) - 0.5, -0.5))
        return figure
