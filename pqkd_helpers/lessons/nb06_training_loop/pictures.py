"""The pictures of notebook 06: one epoch, other features, the state of a run."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, say_what_to_see, style
from ...paper_figures import training_curves as of_a_run
from ..mosaic import draw_tiles

PARTS = (  # of an epoch: title, how, what changes
    (
        "1  Angles",
        "SPSA, ten steps:\ncompares two losses,\nneeds no gradient",
        "30 angles $\\theta$",
    ),
    ("2  Feature", "200 shots,\nhistogram, average,\nscaling", "512 numbers $z$"),
    ("3  Weights", "Adam, one epoch:\nfollows the gradient,\n$z$ held fixed", "weights"),
)


def one_epoch() -> Figure:
    """Draw the three parts of an epoch of Algorithm S1, what each changes, and the way back."""
    with style():
        figure = Figure(figsize=(7.0, 2.7))
        say_what_to_see(figure, "One epoch of Algorithm S1: three parts, one change each")
        axes = figure.add_axes((0.0, 0.0, 1.0, 0.9))
        axes.set(xlim=(0, 7.0), ylim=(0, 2.43))
        axes.set_axis_off()
        for place, (title, how, changed) in enumerate(PARTS):
            left, colour = 0.1 + 2.35 * place, COLOURS[(0, 5, 1)[place]]
            frame = FancyBboxPatch(
                (left, 0.62), 2.05, 1.62, boxstyle="round,pad=0,rounding_size=0.08",
                facecolor="white", edgecolor=colour, linewidth=2.0,
            )  # fmt: skip
            axes.add_patch(frame)
            middle = left + 1.025
            axes.text(middle, 2.04, title, ha="center", va="center", weight="bold")
            axes.text(middle, 1.53, how, ha="center", va="center")
            axes.text(middle, 0.82, f"new: {changed}", ha="center", va="center", style="italic")
        forward = [((2.15, 1.43), (2.45, 1.43)), ((4.5, 1.43), (4.8, 1.43))]
        for start, end in [*forward, ((1.125, 0.25), (1.125, 0.62))]:
            axes.add_patch(
                FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14, linewidth=1.6,
                                color="black", shrinkA=0, shrinkB=0)
            )  # fmt: skip
        axes.plot([5.825, 5.825, 1.125], [0.62, 0.25, 0.25], color="black", linewidth=1.6)
        axes.text(
            3.475, 0.25, " the next epoch ", ha="center", va="center", backgroundcolor="white"
        )
    return figure


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
    named = {"own z": own, **others}
    with style():
        figure = Figure(figsize=(6.4, 0.5 * len(named) + 1.5), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "The same weights under another z: how much is left?")
        for place, accuracies in enumerate(named.values()):
            values = 100.0 * np.atleast_1d(np.asarray(accuracies))
            colour = COLOURS[0] if place == 0 else COLOURS[2]
            axes.barh(place, values.mean(), height=0.6, color=colour)
            if len(values) > 1:
                offsets = place + np.linspace(-0.2, 0.2, len(values))
                axes.plot(values, offsets, "o", color="black", markersize=3)
            axes.text(values.max() + 1.5, place, f"{values.mean():.0f} %", va="center")
        axes.axvline(100.0 * chance, color="black", linestyle=":")
        axes.text(100.0 * chance, -0.6, " always the same answer", va="bottom")
        axes.set(xlabel="test accuracy (%)", xlim=(0, 105), ylim=(len(named) - 0.5, -1.1))
        axes.set_yticks(range(len(named)), list(named))
        axes.grid(axis="y", visible=False)
    return figure


def training_curves(record: dict[str, Any], title: str = "") -> Figure:
    """Draw how a run went, under a title of one's own.

    Parameters
    ----------
    record : dict
        A record of kind "run".
    title : str
        What to see; empty for the usual title.
    """
    figure = of_a_run.training_curves(record)
    if title:
        with style():
            say_what_to_see(figure, title)
    return figure


def state_of_a_run(
    theta: ArrayLike, histogram: ArrayLike, kernels: ArrayLike, title: str = ""
) -> Figure:
    """Draw one epoch's angles, histogram and kernels.

    Parameters
    ----------
    theta : (n_angles,) array_like
        Radians, in [-pi, pi].
    histogram : (n_features,) array_like
        Probabilities of both halves.
    kernels : (8, k, k) array_like
        Kernels to show; grey is zero.
    title : str
        Which run, and which epoch.
    """
    theta, histogram, kernels = (np.asarray(x) for x in (theta, histogram, kernels))
    with style():
        figure = Figure(figsize=(7.0, 3.0))
        say_what_to_see(figure, title)
        angles, bins, tiles = (
            figure.add_axes((left, 0.18, width, 0.62))
            for left, width in ((0.09, 0.21), (0.39, 0.24), (0.67, 0.32))
        )
        angles.bar(np.arange(1, len(theta) + 1), theta, color=COLOURS[0])
        angles.set(xlabel="beam splitter", ylabel="angle (radians)", ylim=(-3.3, 3.3))
        bins.plot(histogram, color=COLOURS[5], linewidth=0.9)
        bins.set(xlabel="entry of the histogram", ylabel="probability", ylim=(0.0, 0.6))
        draw_tiles(tiles, kernels, 4, "eight kernels of conv1", limit=1.0)
    return figure
