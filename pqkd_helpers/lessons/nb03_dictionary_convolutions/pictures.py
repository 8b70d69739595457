"""The pictures of notebook 03: filters, mixings, sizes of the signal, and what z does to them."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
from ...statistics.means import PairedDifference
from ..mosaic import draw_tiles

MARKERS = "os^Dvx"
LINES = ("-", "--", "-.", ":")


def from_z_to_kernels(
    z: ArrayLike, mixing: ArrayLike, basis: ArrayLike, kernels: ArrayLike
) -> Figure:
    """Draw the way from the feature to the kernels of a layer with one input channel.

    Parameters
    ----------
    z : (n_features,) array_like
    mixing : (c_out, rank) array_like
    basis : (rank, k, k) array_like
    kernels : (c_out, k, k) array_like
    """
    z, mixing = np.asarray(z), np.asarray(mixing)
    with style():
        figure = Figure(figsize=(7.0, 2.7), layout="constrained")
        feature, middle, filters, result = figure.subplots(
            1, 4, width_ratios=(2.2, 1.0, 0.8, 1.6)
        ).ravel()
        feature.vlines(np.arange(len(z)), 0.0, z, color=COLOURS[0], linewidth=0.9)
        feature.set(xlabel="number of the bin", ylabel="value of z", xlim=(-6, len(z) + 5))
        feature.set_title("feature z, 512 numbers", fontsize=10)
        limit = np.abs(mixing).max()
        middle.imshow(mixing, cmap="gray", vmin=-limit, vmax=limit, aspect="auto")
        middle.set(xlabel="basis filter r", ylabel="output channel o")
        middle.xaxis.set_major_locator(MaxNLocator(integer=True))
        middle.yaxis.set_major_locator(MaxNLocator(integer=True))
        middle.set_title("mixing\nM = A z", fontsize=10)
        middle.grid(visible=False)
        draw_tiles(filters, basis, 2, "basis B\n(to be trained)")
        draw_tiles(result, kernels, 4, "kernels W = M B\n(row by row of M)")
    return figure


def signal_through_layers(
    places: Sequence[str], sizes: Mapping[str, ArrayLike], title: str = ""
) -> Figure:
    """Draw the size of the signal after each layer, one curve per scaling.

    Parameters
    ----------
    places : sequence of str
        Where the signal was measured.
    sizes : mapping of name to (len(places),) array_like
        Root mean square difference between images.
    title : str
    """
    with style():
        figure = Figure(figsize=(5.8, 3.3), layout="constrained")
        axes = figure.subplots()
        for number, (name, values) in enumerate(sizes.items()):
            axes.semilogy(
                places,
                np.asarray(values),
                linestyle=LINES[number % 4],
                marker=MARKERS[number],
                color=COLOURS[(5, 1, 0, 3)[number % 4]],
                label=name,
            )
        axes.axhline(1.0, color="black", linestyle=":", linewidth=1.0)
        axes.set(ylabel="spread between images (rms)", xlabel="place in the network", title=title)
        axes.legend()
    return figure


def features_and_mixings(
    features: Mapping[str, ArrayLike], mixings: Mapping[str, ArrayLike], sigma: float
) -> Figure:
    """Draw several features, and below each the histogram of its mixing coefficients.

    Parameters
    ----------
    features : mapping of name to (n_features,) array_like
    mixings : mapping of name to (n,) array_like
        The same names.
    sigma : float
        Standard deviation of the Gaussian drawn over the histograms.
    """
    edges = np.linspace(-4.0 * sigma, 4.0 * sigma, 49)
    middle = (edges[1:] + edges[:-1]) / 2.0
    gauss = np.exp(-((middle / sigma) ** 2) / 2.0) / (sigma * np.sqrt(2.0 * np.pi))
    with style():
        figure = Figure(figsize=(7.0, 4.4), layout="constrained")
        upper, lower = figure.subplots(2, len(features), sharey="row")
        for number, (name, z) in enumerate(features.items()):
            z = np.asarray(z)
            upper[number].vlines(np.arange(len(z)), 0.0, z, color=COLOURS[0], linewidth=0.8)
            upper[number].set(xlabel="number of the bin")
            upper[number].set_title(name, fontsize=10)
            lower[number].hist(
                np.ravel(np.asarray(mixings[name])), edges, density=True, color=COLOURS[6]
            )
            lower[number].plot(middle, gauss, "--", color="black", label="Gaussian")
            lower[number].set(xlabel="mixing coefficient M")
        upper[0].set_ylabel("value of z")
        lower[0].set_ylabel("probability density")
        lower[0].set_ylim(top=1.4 * gauss.max())
        lower[0].legend(loc="upper right")
    return figure


def shadows(panels: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """Draw features of two numbers as arrows, and their shadows on one row of A.

    Parameters
    ----------
    panels : mapping of title to ((n, 2) array_like, (2,) array_like)
        The features, one per epoch, and the row.
    """
    with style():
        figure = Figure(figsize=(max(3.4, 2.33 * len(panels)), 2.6), layout="constrained")
        every = figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, (title, (arrows, row)) in zip(every, panels.items(), strict=True):
            along = np.asarray(row) / np.linalg.norm(row)
            axes.plot(*np.outer(along, (-2.0, 2.0)), "--", color="0.4", label="row of A")
            axes.annotate("", row, (0, 0), arrowprops={"arrowstyle": "-|>", "color": "0.4"})
            feet = np.outer(np.asarray(arrows) @ along, along)
            for number, (arrow, foot) in enumerate(zip(np.asarray(arrows), feet, strict=True)):
                colour = COLOURS[(0, 5)[number % 2]]
                axes.annotate("", arrow, (0, 0), arrowprops={"arrowstyle": "->", "color": colour})
                axes.annotate(f"z{number + 1}", 1.15 * arrow, color=colour, ha="center")
                axes.plot(*np.transpose([arrow, foot]), ":", color=colour)
                axes.plot(*foot, MARKERS[number], color=colour)
                beyond = foot + 0.4 * (foot - arrow) / np.linalg.norm(foot - arrow)
                beyond += 0.15 * np.sign((foot - feet.mean(axis=0)) @ along) * along  # room
                axes.annotate(f"{arrow @ row:+.2f}", beyond, color=colour, ha="center", va="center")
            axes.set(xlim=(-2.1, 2.1), ylim=(-1.5, 2.2), aspect="equal", xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            axes.set_title(title)
        every[0].legend(loc="lower left")
    return figure


def mixing_correlations(
    cosines: ArrayLike, correlations: Mapping[str, ArrayLike], names: Sequence[str]
) -> Figure:
    """Draw how alike two mixings are over how alike their features are.

    Parameters
    ----------
    cosines : (n,) array_like
        Cosine of the angle between the two features of each pair.
    correlations : mapping of name to (n,) array_like
        Measured correlation of the two mixings, one entry per experiment.
    names : sequence of n str
        Short name of each pair, written next to it; empty for none.
    """
    cosines = np.asarray(cosines)
    with style():
        figure = Figure(figsize=(5.2, 3.5), layout="constrained")
        axes = figure.subplots()
        axes.plot([-0.1, 1.05], [-0.1, 1.05], ":", color="black", linewidth=1.2, label="equal")
        for number, (name, values) in enumerate(correlations.items()):
            axes.plot(
                cosines,
                np.asarray(values),
                "ox+"[number],
                color=COLOURS[(0, 5, 1)[number]],
                markerfacecolor="none",
                markersize=(9, 6, 6)[number],
                label=name,
            )
        last = -1.0
        for cosine, name in sorted(zip(cosines, names, strict=True)):
            last = max(float(cosine), last + 0.055)  # keeps the names apart
            right = cosine > 0.5
            place = cosine + 0.05 - 0.1 * right, last - 0.03
            axes.annotate(name, (cosine, last), place, ha="right" if right else "left")
        axes.set(
            xlabel="cosine of the angle between the two z",
            ylabel="correlation of the two mixings",
            xlim=(-0.1, 1.05),
            xticks=np.linspace(0.0, 1.0, 6),
        )
        axes.legend(loc="upper left")
    return figure


def luck_of_projection(kept: Sequence[PairedDifference], fresh: PairedDifference) -> Figure:
    """Draw the difference between two features: one interval per A kept, one with A drawn anew.

    Parameters
    ----------
    kept : sequence of PairedDifference
        One comparison for each A.
    fresh : PairedDifference
        The comparison with a new A for every pair.
    """
    rows = [*kept, fresh]
    heights = np.arange(len(rows), 0, -1)
    with style():
        figure = Figure(figsize=(6.0, 3.2), layout="constrained")
        axes = figure.subplots()
        for number, (height, row) in enumerate(zip(heights, rows, strict=True)):
            last = number == len(rows) - 1
            axes.errorbar(
                row.mean,
                height,
                xerr=[[row.mean - row.low], [row.high - row.mean]],
                fmt="D" if last else "o",
                color="black" if last else COLOURS[0 if row.excludes_zero else 2],
                markerfacecolor=None if row.excludes_zero or last else "white",
                capsize=3,
            )
        axes.axvline(0.0, color="black", linestyle=":", linewidth=1.2)
        labels = [f"A number {number}" for number in range(1, len(kept) + 1)]
        axes.set_yticks(heights, [*labels, "A anew each time"])
        axes.set(xlabel="validation error with first z minus error with second z (x 100)")
    return figure
