"""The interactive picture of notebook 07: two fits of made-up gains whose law is known."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..experiments.decay_fits import fit_free_exponent, fit_like_the_paper
from ..experiments.grids import SHOTS
from ..plotting.decay_fits import curves_and_fits
from ..random_streams import numpy_stream
from .explorer import Explorer, Slider

LIMIT = 89.0
LOSS = 40.0  # points lost at the smallest number of shots without smoothing
EFFECTIVE = 19.0  # (1 + beta) / (1 - beta) at beta = 0.9: smoothing multiplies the shots
N_RESAMPLES = 30  # the interval need not be exact here, and the picture must not wait


def made_up_gains(exponent: float, scatter: float, n_seeds: int) -> dict[str, NDArray[np.float64]]:
    """Return gains that follow ``limit - k S^(-exponent)``, with noise.

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
    name="law and fit",
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
)
EXPLORERS = (LAW_AND_FIT,)
