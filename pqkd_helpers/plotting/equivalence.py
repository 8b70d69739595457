"""A number of the paper and ours, with the interval and the margin that decide."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..experiments.verdicts import Comparison
from .style import COLOURS, style


def interval_and_margin(ours: ArrayLike, paper: float, found: Comparison, title: str) -> Figure:
    """Draw seeds, the interval of the difference, and the range that counts as equal.

    Parameters
    ----------
    ours : (n,) array_like
        One value per seed.
    paper : float
        The paper's mean.
    found : Comparison
        Of these values with the paper's.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    differences = np.asarray(ours) - paper
    with style():
        figure = Figure(figsize=(7.0, 2.2), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(
            -found.margin, found.margin, color=COLOURS[2], alpha=0.35, label="counts as equal"
        )
        axes.axvline(0.0, color="black", linewidth=1.0)
        axes.plot(differences, np.full(differences.size, 0.3), ".", color="0.3", label="our seeds")
        if found.low is not None and found.high is not None:
            axes.errorbar(
                found.difference,
                0.0,
                xerr=[[found.difference - found.low], [found.high - found.difference]],
                fmt="s",
                color=COLOURS[0],
                capsize=5,
                label="mean and 90 % interval",
            )
        limit = max(3.0 * found.margin, 1.2 * np.abs(differences).max())
        axes.set(
            xlim=(-limit, limit), ylim=(-0.5, 0.8), xlabel="ours minus the paper's", title=title
        )
        axes.set_yticks([])
        figure.legend(loc="outside right upper", fontsize=9)
        return figure
