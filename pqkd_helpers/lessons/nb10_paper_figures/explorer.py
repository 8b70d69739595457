"""The interactive picture of notebook 10: what margin, scatter and number of seeds decide."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ...common.figure_style import COLOURS, style
from ...common.random_streams import numpy_stream
from ...statistics.verdicts import Comparison, compare_with_paper
from ..explorer import Explorer, Slider

PAPER = 99.09


PAPER_DEVIATION = 0.09


def draw(difference: float, deviation: float, n_seeds: int, margin: float) -> Figure:
    """Draw made-up seeds around the paper's accuracy, and the finding."""
    noise = numpy_stream(0, "made-up seeds").standard_normal(20)[:n_seeds]
    ours = PAPER + difference + deviation * noise
    found = compare_with_paper(
        ours, paper_mean=PAPER, paper_deviation=PAPER_DEVIATION, margin=margin
    )
    return interval_and_margin(ours, PAPER, found, f"finding: {found.finding}")


MARGIN = Explorer(
    name="10.margin",
    draw=draw,
    controls={
        "difference": Slider("true difference (points)", -1.0, 1.0, 0.05, 0.1),
        "deviation": Slider("scatter of the seeds (points)", 0.02, 1.0, 0.02, 0.1),
        "n_seeds": Slider("seeds", 2, 20, 1, 5),
        "margin": Slider("margin (points)", 0.05, 1.0, 0.05, 0.25),
    },
    alt=(
        "Made-up seeds as dots and the 90 % interval of their mean, minus the paper's, over the "
        "range that counts as equal: true difference {difference:.2f}, scatter {deviation:.2f}, "
        "{n_seeds} seeds, margin {margin:.2f} points."
    ),
    grid={
        "difference": (0.0, 0.1, 0.25, 0.45),
        "deviation": (0.04, 0.1, 0.3, 0.8),
        "n_seeds": (5, 12),
    },
)


EXPLORERS = (MARGIN,)


def interval_and_margin(ours: ArrayLike, paper: float, found: Comparison, title: str) -> Figure:
    """Draw seeds, the interval of the difference, and the range that counts as equal.

    Parameters
    ----------
    ours : (n,) array_like
        One value per seed.
    paper : float
        The paper's mean.
    found : Comparison
        Of these values with the paper's.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    differences = np.asarray(ours) - paper
    with style():
        figure = Figure(figsize=(7.0, 2.4), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(
            -found.margin, found.margin, color=COLOURS[2], alpha=0.35, label="counts as equal"
        )
        axes.axvline(0.0, color="black", linewidth=1.0)
        axes.plot(differences, np.full(differences.size, 0.3), ".", color="0.3", label="our seeds")
        if found.low is not None and found.high is not None:
            axes.errorbar(
                found.difference,
                0.0,
                xerr=[[found.difference - found.low], [found.high - found.difference]],
                fmt="s",
                color=COLOURS[0],
                capsize=5,
                label="mean and 90 % interval",
            )
        limit = max(3.0 * found.margin, 1.2 * np.abs(differences).max())
        axes.set(
            xlim=(-limit, limit), ylim=(-0.5, 0.8), xlabel="ours minus the paper's", title=title
        )
        axes.set_yticks([])
        figure.legend(loc="outside right upper")
        return figure
