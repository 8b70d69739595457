"""The explorer of notebook 03: what a dictionary of rank R misses of a dense kernel."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .mosaic import mosaic
from .style import COLOURS, style


def error_over_rank(axes: Axes, best: ArrayLike, frozen: ArrayLike, rank: int) -> None:
    """Draw the share of a kernel that is missed, with the best and with a frozen mixing.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    best, frozen : (n,) array_like
        Share of the squared norm that is missed at the ranks 1, 2, ..., n.
    rank : int
        Rank to be marked.
    """
    best, frozen = np.asarray(best), np.asarray(frozen)
    ranks = np.arange(1, len(best) + 1)
    axes.plot(ranks, frozen, "--", color=COLOURS[5], label="M frozen at random")
    axes.plot(ranks, best, "-", color=COLOURS[0], label="best M for this kernel")
    axes.plot(rank, frozen[rank - 1], "s", color=COLOURS[5])
    axes.plot(rank, best[rank - 1], "o", color=COLOURS[0])
    axes.axvline(rank, color="black", linestyle=":", linewidth=1.0)
    axes.set(xlabel="rank R", ylabel="share of the kernel that is missed", ylim=(-0.03, 1.06))
    axes.legend(fontsize=9)


def closest_kernels(
    tiles: Sequence[ArrayLike], best: ArrayLike, frozen: ArrayLike, rank: int, title: str
) -> Figure:
    """Draw a kernel, its two closest dictionary kernels, and what they miss over the rank.

    Parameters
    ----------
    tiles : three (n, k, k) array_like
        Some filters of the kernel, of the best one of this rank, and of the one with frozen M.
    best, frozen : (n_ranks,) array_like
        Share of the squared norm that is missed at the ranks 1, 2, ...
    rank : int
    title : str
        Line above the picture.
    """
    limit = float(np.abs(np.asarray(tiles[0])).max())
    with style():
        figure = Figure(figsize=(7.0, 3.1))
        figure.suptitle(title, fontsize=10, y=0.985)
        curve = figure.add_axes((0.08, 0.15, 0.38, 0.73))
        error_over_rank(curve, best, frozen, rank)
        groups = [mosaic(part, 2) for part in tiles]
        height, width = groups[0].shape
        gap = np.full((height, 3), np.nan)
        joined = np.hstack([groups[0], gap, groups[1], gap, groups[2]])
        panel = figure.add_axes((0.51, 0.06, 0.48, 0.78))
        panel.imshow(joined, cmap="gray", vmin=-limit, vmax=limit, interpolation="nearest")
        panel.set_axis_off()
        for number, name in enumerate(("wanted", "best M", "M frozen")):
            panel.text((number + 0.5) * width + 3 * number - 0.5, -1.0, name, ha="center")
    return figure
