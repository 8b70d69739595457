"""The pictures of notebook 06: other features, the state of a run."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
from ...paper_figures.training_curves import training_curves as training_curves
from ..mosaic import draw_tiles


def under_other_features(own: float, others: dict[str, ArrayLike], chance: float) -> Figure:
    """Draw a student's accuracy under the z it was trained with, and under others.

    Parameters
    ----------
    own : float
        Accuracy with the z trained with, from 0 to 1.
    others : dict
        Label -> accuracies, from 0 to 1; one dot each.
    chance : float
        Accuracy of a constant answer.
    """
    with style():
        figure = Figure(figsize=(7.4, 2.6), layout="constrained")
        axes = figure.subplots()
        for place, accuracies in enumerate(others.values()):
            values = 100.0 * np.atleast_1d(np.asarray(accuracies))
            offsets = place + np.linspace(-0.2, 0.2, len(values)) * (len(values) > 1)
            axes.plot(values, offsets, "os^D"[place], color=COLOURS[(5, 1, 3, 6)[place]])
        axes.axvline(100.0 * own, color=COLOURS[0], label="the z trained with")
        axes.axvline(100.0 * chance, color="black", linestyle=":", label="always the same answer")
        axes.set(xlabel="test accuracy (%)", xlim=(0, 101), ylim=(len(others) - 0.5, -0.5))
        axes.set_yticks(range(len(others)), list(others))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=2)
    return figure


def state_of_a_run(theta: ArrayLike, histogram: ArrayLike, kernels: ArrayLike) -> Figure:
    """Draw one epoch's angles, histogram and kernels.

    Parameters
    ----------
    theta : (n_angles,) array_like
        Radians, in [-pi, pi].
    histogram : (n_features,) array_like
        Probabilities of both halves.
    kernels : (8, k, k) array_like
        Kernels to show; grey is zero.
    """
    theta, histogram, kernels = (np.asarray(x) for x in (theta, histogram, kernels))
    with style():
        figure = Figure(figsize=(8.6, 2.7))
        angles, bins, tiles = (
            figure.add_axes((left, 0.2, width, 0.66))
            for left, width in ((0.07, 0.23), (0.38, 0.27), (0.68, 0.31))
        )
        angles.bar(np.arange(1, len(theta) + 1), theta, color=COLOURS[0])
        angles.set(xlabel="beam splitter", ylabel="angle (radians)", ylim=(-3.3, 3.3))
        bins.plot(histogram, color=COLOURS[5], linewidth=0.9)
        bins.set(xlabel="feature", ylabel="probability", ylim=(0.0, 0.6))
        draw_tiles(tiles, kernels, 4, "eight kernels of conv1", limit=1.0)
    return figure
