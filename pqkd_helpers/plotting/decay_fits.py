"""Gains over the number of shots, with two fits: the paper's, and one with a free exponent."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..experiments.decay_fits import FreeFit, PaperFit
from .style import COLOURS, style

_LOOKS = ((0, "o"), (1, "s"), (3, "^"), (5, "D"))


def curves_and_fits(
    shots: ArrayLike,
    curves: Mapping[str, ArrayLike],
    paper: Mapping[str, PaperFit],
    free: FreeFit,
    title: str,
) -> Figure:
    """Draw curves, both fits, and the limits that they claim.

    Parameters
    ----------
    shots : (n,) array_like
        Numbers of shots S.
    curves : dict of str to (seeds, n) array_like
        Name of the curve -> gains of every seed.
    paper : dict of str to PaperFit
        Name of the curve -> its fit with the exponent 1/2.
    free : FreeFit
        One exponent and one limit for all curves.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    s = np.asarray(shots, dtype=np.float64)
    fine = np.geomspace(s.min(), 10.0 * s.max(), 80)
    with style():
        figure = Figure(figsize=(7.4, 3.8), layout="constrained")
        axes = figure.subplots()
        for (name, values), (colour, marker) in zip(curves.items(), _LOOKS, strict=False):
            gains = np.asarray(values, dtype=np.float64)
            axes.plot(
                np.tile(s, len(gains)), gains.ravel(), marker, color=COLOURS[colour],
                markersize=3.5, alpha=0.6, label=name,
            )  # fmt: skip
            fit = paper[name]
            axes.plot(fine, fit.limit - fit.slope / np.sqrt(fine), ":", color=COLOURS[colour])
            free_line = free.limit - free.slopes[name] * fine**-free.exponent
            axes.plot(fine, free_line, "-", color=COLOURS[colour], linewidth=1.0)
        axes.axhline(free.limit, color="black", linewidth=0.8, linestyle="--")
        axes.plot([], [], ":", color="0.3", label="the paper's form, one limit each")
        axes.plot([], [], "-", color="0.3", linewidth=1.0, label="free exponent, common limit")
        axes.set(
            xscale="log", xlabel="shots S", ylabel="gain over z = 0 (points)", title=title,
        )  # fmt: skip
        axes.set_xticks(s[::2], [f"{value:g}" for value in s[::2]])
        axes.minorticks_off()
        axes.legend(loc="lower right", fontsize=9)
        return figure
