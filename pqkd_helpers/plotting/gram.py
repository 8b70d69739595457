"""What training sees of a feature: the inner products of all pairs of epochs."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .style import COLOURS, style


def gram_matrices(features: dict[str, NDArray[np.float64]]) -> Figure:
    """Draw the cosines between the features of all pairs of epochs, one panel per source.

    Parameters
    ----------
    features : dict of str to (n_epochs, n_features) array
        Trajectory of z by the name of its source.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure = Figure(figsize=(3.1 * len(features) + 0.9, 3.4), layout="compressed")
        panels = figure.subplots(1, len(features), squeeze=False)[0]
        for axes, (name, z) in zip(panels, features.items(), strict=True):
            unit = z / np.linalg.norm(z, axis=1, keepdims=True)
            n_epochs = len(z)
            edges = (0.5, n_epochs + 0.5)
            image = axes.imshow(
                unit @ unit.T, vmin=0.0, vmax=1.0, cmap="cividis", extent=(*edges, *edges[::-1])
            )
            axes.set(title=name, xlabel="epoch")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.grid(visible=False)
        panels[0].set_ylabel("epoch")
        figure.colorbar(image, ax=list(panels), label="cosine of the two z", shrink=0.8)
        return figure


def verdict_shares(shares: dict[str, NDArray[np.float64]], n_pairs: NDArray[np.int64]) -> Figure:
    """Draw how often each verdict is given, over the number of pairs.

    Parameters
    ----------
    shares : dict of str to (n,) array
        Verdict -> share of simulated experiments.
    n_pairs : (n,) array
    """
    hatches = ("", "//", "..", "")
    with style():
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.subplots()
        base = np.zeros(len(n_pairs))
        for number, (verdict, share) in enumerate(shares.items()):
            axes.bar(
                np.arange(len(n_pairs)),
                100.0 * share,
                bottom=100.0 * base,
                color=COLOURS[(0, 3, 1, 6)[number]],
                hatch=hatches[number],
                edgecolor="white",
                label=verdict,
            )
            base = base + share
        axes.set_xticks(np.arange(len(n_pairs)), [str(n) for n in n_pairs])
        axes.set(xlabel="pairs of runs", ylabel="experiments (%)", ylim=(0, 100))
        axes.grid(axis="x", visible=False)
        figure.legend(loc="outside upper center", ncols=2, fontsize=9)
        return figure
