"""The explorer of notebook 05: what SPSA's gains make of a descent."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from .style import COLOURS, style


def descents_and_moves(
    losses: ArrayLike, moved: ArrayLike, *, noise: float | None, title: str
) -> Figure:
    """Draw a few SPSA runs: their exact loss, and how far each step moved the angles.

    Parameters
    ----------
    losses : (n_steps + 1, n_runs) array_like
        Exact loss of each run before the first step and after every step.
    moved : (n_steps, n_runs) array_like
        Size of the step that each angle was to make, radians, before clipping.
    noise : float or None
        Standard deviation of one noisy loss at the first start, drawn as a bar; None: no noise.
    title : str
        What the gains are.

    Returns
    -------
    matplotlib.figure.Figure
    """
    values, steps = np.asarray(losses), np.asarray(moved)
    with style():
        figure = Figure(figsize=(7.4, 2.9))
        figure.subplots_adjust(left=0.08, right=0.98, bottom=0.18, top=0.9, wspace=0.36)
        left, right = figure.subplots(1, 2)
        figure.suptitle(title, fontsize=10)
        left.plot(values, color="0.65", linewidth=0.9)
        left.plot(np.median(values, axis=1), color=COLOURS[0], label="median")
        if noise is not None:
            left.errorbar(
                0.0,
                values[0, 0],
                yerr=noise,
                color=COLOURS[1],
                capsize=3,
                marker="o",
                label="noise of one loss",
            )
        left.set(
            xlabel="SPSA step", ylabel="exact mismatch", ylim=(0.0, max(4.5, 1.3 * values.max()))
        )
        left.legend(loc="upper right")
        right.plot(steps, color="0.65", linewidth=0.9)
        right.plot(np.median(steps, axis=1), color=COLOURS[0])
        right.axhline(np.pi, color="black", linestyle=":", linewidth=1.2)
        right.annotate("π", (0.0, np.pi), xytext=(0, 4), textcoords="offset points")
        right.set(
            xlabel="SPSA step",
            ylabel="move of every angle (rad)",
            yscale="log",
            ylim=(1e-5, 1e3),
        )
        right.set_yticks([1e-4, 1e-2, 1.0, 100.0], ["0.0001", "0.01", "1", "100"])
        right.yaxis.set_minor_locator(NullLocator())
        return figure
