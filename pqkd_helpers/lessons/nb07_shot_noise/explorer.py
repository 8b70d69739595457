"""The interactive picture of notebook 07: two fits of made-up gains whose law is known."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ...common.figure_style import COLOURS, style
from ...common.random_streams import numpy_stream
from ...experiments.grids.paper import SHOTS
from ...statistics.decay_fits import FreeFit, PaperFit, fit_free_exponent, fit_like_the_paper
from ..explorer import Explorer, Slider

LIMIT = 89.0


LOSS = 40.0  # points lost at the smallest number of shots without smoothing


EFFECTIVE = 19.0  # (1 + beta) / (1 - beta) at beta = 0.9: smoothing multiplies the shots


N_RESAMPLES = 30  # the interval need not be exact here, and the picture must not wait


def made_up_gains(exponent: float, scatter: float, n_seeds: int) -> dict[str, NDArray[np.float64]]:
    """Return gains that follow ``limit - slope S^(-exponent)``, with noise.

    Parameters
    ----------
    exponent : float
    scatter : float
        Standard deviation of a seed, percentage points.
    n_seeds : int

    Returns
    -------
    dict of str to (n_seeds, n_budgets) float64
        The curves "smoothed" and "raw", percentage points.
    """
    shots = np.array(SHOTS, dtype=np.float64)
    noise = numpy_stream(0, "made-up gains").standard_normal((2, 10, shots.size))[:, :n_seeds]
    losses = [LOSS * (factor * shots / shots[0]) ** -exponent for factor in (EFFECTIVE, 1.0)]
    return {
        name: LIMIT - loss + scatter * part
        for name, loss, part in zip(("smoothed", "raw"), losses, noise, strict=True)
    }


def draw(exponent: float, scatter: float, n_seeds: int) -> Figure:
    """Draw made-up gains, the paper's fit, and the fit with a free exponent."""
    curves = made_up_gains(exponent, scatter, n_seeds)
    error = np.full(len(SHOTS), scatter / np.sqrt(n_seeds))
    paper = {
        name: fit_like_the_paper(SHOTS, values.mean(axis=0), error)
        for name, values in curves.items()
    }
    free = fit_free_exponent(SHOTS, curves, rng=np.random.default_rng(0), n_resamples=N_RESAMPLES)
    raw = paper["raw"]
    return curves_and_fits(
        SHOTS,
        curves,
        paper,
        free,
        f"exponent 1/2, not smoothed: $R^2$ = {raw.r_squared:.2f}, limit {raw.limit:.1f} "
        f"(true: {LIMIT:.0f})\nfree exponent: {free.exponent:.2f} "
        f"[{free.exponent_low:.2f}, {free.exponent_high:.2f}] (true: {exponent:.2f})",
    )


LAW_AND_FIT = Explorer(
    name="7.fit",
    draw=draw,
    controls={
        "exponent": Slider("true exponent of the law", 0.15, 1.5, 0.05, 1.0),
        "scatter": Slider("scatter of the seeds (points)", 0.1, 10.0, 0.1, 1.0),
        "n_seeds": Slider("seeds", 2, 10, 1, 3),
    },
    alt=(
        "Made-up gains over the number of shots with the true exponent {exponent}, scatter "
        "{scatter} points, {n_seeds} seeds: dotted lines fit 1/sqrt(S) to each curve, solid lines "
        "one free exponent and one limit to both. The title gives R squared, the limits and the "
        "exponent that were found."
    ),
    grid={"exponent": (0.25, 0.5, 0.75, 1.0, 1.5), "scatter": (0.1, 1.0, 3.0, 6.0)},
)


EXPLORERS = (LAW_AND_FIT,)


_LOOKS = ((0, "o"), (1, "s"), (3, "^"), (5, "D"))
_SHOWN = {"raw": "not smoothed"}  # as the other pictures of the notebook call it


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
        figure = Figure(figsize=(7.0, 4.2), layout="constrained")
        axes = figure.subplots()
        for (name, values), (colour, marker) in zip(curves.items(), _LOOKS, strict=False):
            gains = np.asarray(values, dtype=np.float64)
            axes.plot(
                np.tile(s, len(gains)), gains.ravel(), marker, color=COLOURS[colour],
                markersize=3.5, alpha=0.6, label=_SHOWN.get(name, name),
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
        axes.legend(loc="lower right")
        return figure
