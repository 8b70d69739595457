"""The pictures of notebook 12: the chain, phases, likeness of histograms, drift, odds."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, LEAST_TEXT, say_what_to_see, style
from .chain import chain as chain

_LINES = ("-", "--", "-.", ":")


def phases(phi: ArrayLike, curves: Mapping[str, ArrayLike], noise: float) -> Figure:
    """Draw how far phases of the loops move the histograms.

    Parameters
    ----------
    phi : (n,) array_like
        Radians.
    curves : dict of str to (n,) array_like
        Relative distances from the histograms without phases, by what has the phase.
    noise : float
        That of the shots, relative too.
    """
    with style():
        figure = Figure(figsize=(6.6, 3.4), layout="constrained")
        axes = figure.subplots()
        say_what_to_see(figure, "A common phase changes nothing, a difference does")
        for number, (label, values) in enumerate(curves.items()):
            look = {"color": COLOURS[(1, 0)[number % 2]], "linestyle": _LINES[number % 4]}
            axes.plot(phi, values, marker="so"[number % 2], label=label, **look)
        axes.axhline(noise, color="black", linestyle=":", linewidth=1.2)
        axes.annotate(
            "noise of 200 shots",
            (0.02, noise),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
        )
        axes.set(xlabel="phase φ (rad)", ylabel="relative distance", ylim=(-0.05, None))
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.88))
        return figure


def likeness(grams: Mapping[str, ArrayLike]) -> Figure:
    """Draw the cosines of the histograms of several settings, one square per device.

    Parameters
    ----------
    grams : dict of str to (n, n) array_like
        Cosines in [0, 1], by the device's name.
    """
    with style():
        figure = Figure(figsize=(6.8, 3.4), layout="constrained")
        panels = figure.subplots(1, len(grams), squeeze=False)[0]
        say_what_to_see(figure, "How alike are the histograms of 30 settings of the angles?")
        for axes, (name, gram) in zip(panels, grams.items(), strict=True):
            image = axes.imshow(np.asarray(gram), vmin=0.0, vmax=1.0, cmap="cividis")
            axes.set_title(name, fontsize=LEAST_TEXT)
            axes.set(xlabel="setting", ylabel="setting" if axes is panels[0] else "")
            axes.grid(visible=False)
        figure.colorbar(image, ax=list(panels), label="cosine", shrink=0.85)
        return figure


def drift(distances: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """Draw errors of histograms of a drifting device over the epochs, one panel per drift.

    Parameters
    ----------
    distances : dict of str to dict of str to (n_epochs,) array_like
        By the panel's title, then by the line's name.
    """
    with style():
        figure = Figure(figsize=(6.8, 3.6), layout="constrained")
        panels = figure.subplots(1, len(distances), sharey=True, squeeze=False)[0]
        say_what_to_see(figure, "Smoothing removes noise, and lags behind the device")
        for axes, (title, lines) in zip(panels, distances.items(), strict=True):
            for number, (label, values) in enumerate(lines.items()):
                look = {"color": COLOURS[(1, 0, 3)[number % 3]], "linestyle": _LINES[number % 4]}
                axes.plot(np.arange(1, np.size(values) + 1), values, label=label, **look)
            axes.set_title(title, fontsize=LEAST_TEXT)
            axes.set(xlabel="epoch")
        panels[0].set_ylabel("distance from the device's\nexact histogram")
        panels[0].set_ylim(bottom=0.0)  # of both: they share it
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        return figure


def odds(panels: Mapping[str, Mapping[str, ArrayLike]]) -> Figure:
    """Draw the log odds of the device over the shots, one panel per impostor.

    Parameters
    ----------
    panels : dict of str to dict of str to (n_shots,) array_like
        By the impostor, then by whose clicks they are: the score of each shot.
    """
    with style():
        figure = Figure(figsize=(6.8, 3.6), layout="constrained")
        all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
        say_what_to_see(figure, "Above zero the clicks speak for the device")
        for axes, (impostor, whose) in zip(all_axes, panels.items(), strict=True):
            _odds(axes, list(whose.items()))
            axes.set_title(f"device against {impostor}", fontsize=LEAST_TEXT)
        all_axes[0].set_ylabel("log odds of the device")
        handles, labels = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
        return figure


def _odds(axes: Axes, whose: Sequence[tuple[str, ArrayLike]]) -> None:
    for number, (label, scores) in enumerate(whose):
        total = np.cumsum(scores)
        look = {"color": COLOURS[(0, 1)[number % 2]], "linestyle": _LINES[number % 4]}
        axes.plot(np.arange(1, total.size + 1), total, label=label, **look)
    axes.axhline(0.0, color="black", linewidth=1.0)
    axes.set(xlabel="shots")


def light_that_is_left(detected: ArrayLike, seconds: Mapping[str, float], *, title: str) -> Figure:
    """Draw the number of detected photons, and how long an epoch takes.

    Parameters
    ----------
    detected : (n + 1,) array_like
        Probability of 0, 1, ... n detected photons in a shot.
    seconds : dict of str to float
        Of an epoch, by which shots count.
    title : str
    """
    detected = np.asarray(detected)
    with style():
        figure = Figure(figsize=(6.8, 3.8), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        say_what_to_see(figure, title)
        left.bar(np.arange(detected.size), detected, color=COLOURS[0])
        left.set(xlabel="detected photons in a shot", ylabel="probability", ylim=(0.0, 1.0))
        left.set_xticks(np.arange(detected.size))
        left.annotate(
            f"all {detected.size - 1}: {detected[-1]:.2g}",
            (detected.size - 1, detected[-1]),
            xytext=(0, 12),
            textcoords="offset points",
            ha="right",
        )
        right.bar(range(len(seconds)), [*seconds.values()], color=COLOURS[1], width=0.5)
        right.set(yscale="log", ylabel="seconds per epoch", ylim=(1e-2, 1e8))
        right.set_xticks(range(len(seconds)), [*seconds])
        right.set_xlim(-0.6, len(seconds) - 0.4)
        for place, value in enumerate(seconds.values()):
            label = f"{value:,.0f}" if 100 <= value < 1e5 else f"{value:.2g}"
            right.text(place, 1.3 * min(value, 3e7), label, ha="center")  # never above the panel
        return figure
