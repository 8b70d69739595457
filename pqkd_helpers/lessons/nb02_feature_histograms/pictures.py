"""The pictures of notebook 02: histograms, their noise, and what a moving average does to it."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style


def histogram_and_exact(exact: ArrayLike, measured: ArrayLike, n_shots: int) -> Figure:
    """Draw both halves of a measured histogram over the exact one, the largest bins first.

    Parameters
    ----------
    exact, measured : (2 * n_bins,) array_like
        Probabilities and relative frequencies, the halves end to end.
    n_shots : int
        Shots of the measured one, for the label.
    """
    exact, measured = np.asarray(exact), np.asarray(measured)
    n_bins = len(exact) // 2
    with style():
        figure = Figure(figsize=(7.0, 3.0), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for side, axes in enumerate(panels):
            part = slice(side * n_bins, (side + 1) * n_bins)
            order = np.argsort(-exact[part], kind="stable")
            rank = np.arange(n_bins)
            axes.fill_between(
                rank, exact[part][order], step="mid", color=COLOURS[6], alpha=0.6, label="exact"
            )
            axes.plot(rank, measured[part][order], ".", color=COLOURS[5], label=f"{n_shots} shots")
            axes.set(xlabel="bins, the most probable first", xlim=(-1, 80))
            axes.set_title(f"{('first', 'second')[side]} half of the time bins", fontsize=10)
        panels[0].set_ylabel("probability, share of shots")
        panels[0].legend()
    return figure


def joint_and_product(joint: ArrayLike, product: ArrayLike) -> Figure:
    """Draw two joint distributions of the halves as maps, on one scale, and their difference.

    Parameters
    ----------
    joint, product : (n, n) array_like
        Probabilities, the first half's value along the rows.
    """
    joint, product = np.asarray(joint), np.asarray(product)
    with style():
        figure = Figure(figsize=(7.0, 2.8), layout="constrained")
        top = max(joint.max(), product.max())
        panels = figure.subplots(1, 3, sharey=True)
        for axes, law, title in zip(
            panels, (joint, product), ("true joint", "independent halves"), strict=False
        ):
            probabilities = axes.imshow(law, cmap="Blues", vmin=0.0, vmax=top)
            axes.set_title(title, fontsize=10)
        most = np.abs(joint - product).max()
        differences = panels[2].imshow(joint - product, cmap="PuOr", vmin=-most, vmax=most)
        panels[2].set_title("true - independent", fontsize=10)
        for axes in panels:
            axes.grid(visible=False)
        panels[0].set_ylabel("value of the first half")
        panels[1].set_xlabel("value of the second half")
        figure.colorbar(
            probabilities, ax=panels[:2], label="probability", location="left", shrink=0.8
        )
        figure.colorbar(differences, ax=panels[2:], label="difference", shrink=0.8)
    return figure


def shot_noise(shots: ArrayLike, measured: ArrayLike, law: ArrayLike, bound: ArrayLike) -> Figure:
    """Draw the measured error over the shots, with the law and the looser bound.

    Parameters
    ----------
    shots, measured, law, bound : (n,) array_like
        Shots; root mean square distances from the exact histogram: measured, by the law, and by
        the bound that grows with the number of bins.
    """
    with style():
        figure = Figure(figsize=(6.0, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.loglog(shots, bound, ":", color=COLOURS[3], label=r"$\sqrt{K/S}$ with K = 512 bins")
        axes.loglog(shots, law, "-", color="black", label=r"$\sqrt{(2-|h|^2)/S}$")
        axes.loglog(shots, measured, "o", color=COLOURS[5], label="measured")
        axes.set(xlabel="shots S", ylabel=r"error $|h_S - h|$")
        axes.legend()
    return figure


def moving_average(raw: ArrayLike, smoothed: ArrayLike, jump: int | None = None) -> Figure:
    """Draw the distances from the exact histogram of the moment, epoch by epoch.

    Parameters
    ----------
    raw, smoothed : (n_epochs,) array_like
        ``|h - exact|`` of the measured and of the smoothed histogram.
    jump : int or None
        First epoch after a sudden change of the angles.
    """
    raw, smoothed = np.asarray(raw), np.asarray(smoothed)
    epochs = np.arange(1, len(raw) + 1)
    with style():
        figure = Figure(figsize=(7.0, 3.2))
        axes = figure.add_axes((0.1, 0.17, 0.87, 0.78))
        axes.plot(epochs, raw, "o", markersize=3.5, color=COLOURS[5], label="measured")
        axes.plot(epochs, smoothed, "-", color=COLOURS[0], label="smoothed")
        if jump is not None:
            axes.axvline(jump, color="black", linestyle=":", linewidth=1.2)
            axes.annotate(
                "the angles jump",
                (jump, 0.95),
                xycoords=("data", "axes fraction"),
                xytext=(4, 0),
                textcoords="offset points",
            )
        axes.set(xlabel="epoch", ylabel="distance from the exact histogram", ylim=(0.0, 0.45))
        axes.legend(loc="upper left")
    return figure
