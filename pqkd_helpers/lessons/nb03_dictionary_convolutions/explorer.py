"""The interactive picture of notebook 03: what a dictionary kernel of rank R can be."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ...common.figure_style import COLOURS, style
from ..explorer import Choice, Explorer, Slider
from ..mosaic import mosaic

LAYERS = {"conv1": (1, 64, 5), "conv2": (64, 128, 3), "conv3": (128, 128, 3)}


MAX_RANK = 64


N_SHOWN = 8


def edge_filters(number: int, size: int) -> NDArray[np.float64]:
    """Return filters such as trained networks show: edges and bars of many directions.

    Each is a wave under a round window, with its own direction, wavelength and phase, with norm 1.

    Parameters
    ----------
    number : int
        How many.
    size : int
        Height and width k.

    Returns
    -------
    (number, size, size) float64
    """
    steps = np.arange(1, number + 1)[:, None, None]
    angle, phase, inverse = (
        np.pi * (steps * share % 1.0) for share in (0.618034, 0.414214, 0.7321)
    )
    y, x = np.mgrid[:size, :size] - (size - 1) / 2.0
    frequency = (0.6 + inverse / np.pi) / size  # waves per pixel
    wave = np.cos(2.0 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)) + 2.0 * phase)
    filters = wave * np.exp(-(x**2 + y**2) / (0.3 * size) ** 2 / 2.0)
    return filters / np.sqrt((filters**2).sum(axis=(1, 2), keepdims=True))


@cache
def closest(layer: str) -> tuple[NDArray[np.float64], ...]:
    """Return the edge filters of a layer and all that is needed for their closest kernels.

    The frozen mixing is drawn from its law: Gaussian, independent, for every z.

    Returns
    -------
    target : (c_out * c_in, k^2) float64
    left, strength, right : of its singular value decomposition
    frame : (c_out * c_in, MAX_RANK) float64
        Orthonormal; its first R columns span those of a frozen M of rank R.
    """
    c_in, c_out, size = LAYERS[layer]
    target = edge_filters(c_out * c_in, size).reshape(c_out * c_in, size**2)
    left, strength, right = np.linalg.svd(target, full_matrices=False)
    frozen = np.random.default_rng(0).standard_normal((c_out * c_in, MAX_RANK))
    frame, _ = np.linalg.qr(frozen)
    return target, left, strength, right, frame


def missed(layer: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of the squared norm that is missed at the ranks 1 to MAX_RANK.

    Returns
    -------
    best, frozen : (MAX_RANK,) float64
        With the mixing that fits best, and with one frozen at random.
    """
    target, _, strength, _, frame = closest(layer)
    whole = float((strength**2).sum())
    best = np.zeros(MAX_RANK)
    count = min(len(strength), MAX_RANK)
    best[:count] = 1.0 - np.cumsum(strength**2)[:count] / whole
    frozen = 1.0 - np.cumsum(((frame.T @ target) ** 2).sum(axis=1)) / whole
    return np.maximum(best, 0.0), np.maximum(frozen, 0.0)


def draw(layer: str, rank: int) -> Figure:
    """Draw the closest kernels of this rank, and what they miss."""
    c_in, c_out, size = LAYERS[layer]
    target, left, strength, right, frame = closest(layer)
    near = (left[:N_SHOWN, :rank] * strength[:rank]) @ right[:rank]
    held = frame[:N_SHOWN, :rank] @ (frame[:, :rank].T @ target)
    tiles = [part.reshape(-1, size, size) for part in (target[:N_SHOWN], near, held)]
    dense, ours = c_out * c_in * size**2 + c_out, rank * size**2 + c_out
    title = (
        f"{layer}, {c_in} to {c_out} channels, {size} x {size}, rank {rank}: "
        f"{ours:,} trained values for {dense:,}, {dense / ours:.3g} times fewer"
    )
    return closest_kernels(tiles, *missed(layer), rank, title)


RANK_AND_LAYER = Explorer(
    name="3.rank",
    draw=draw,
    controls={
        "layer": Choice("layer", {name: name for name in LAYERS}, "conv1"),
        "rank": Slider("rank R", 1, MAX_RANK, 1, 8),
    },
    alt=(
        "Left, share of wanted kernels that is missed over the rank, for {layer}: it falls fast "
        "to 0 with the best mixing and slowly with a frozen one; a dotted line marks rank {rank}. "
        "Right, eight filters as wanted, with the best mixing and with the frozen mixing of that "
        "rank."
    ),
    grid={"layer": tuple(LAYERS), "rank": (1, 4, 8, 9, 16, 25, 45, MAX_RANK)},
)


EXPLORERS = (RANK_AND_LAYER,)


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
    axes.legend()


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
