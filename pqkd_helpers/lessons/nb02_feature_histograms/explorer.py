"""The interactive picture of notebook 02: shots and smoothing, before and after a jump."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...feature_histograms import EMA
from ..explorer import Explorer, Slider
from .pictures import moving_average

N_EPOCHS = 80
JUMP = 41  # first epoch at the second setting of the angles


@cache
def exact_halves() -> NDArray[np.float64]:
    """Return the exact histograms at two random settings of the angles.

    Returns
    -------
    (2, 2, 256) float64
        Setting, half, value.
    """
    circuit = TimeBinInterferometer()
    theta = np.random.default_rng(0).uniform(-np.pi, np.pi, (2, circuit.n_angles))
    return circuit.half_click_probabilities(theta)


def distances(shots: int, beta: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far the measured and the smoothed histogram are from the exact one.

    The halves are drawn one by one from their exact laws, which gives the distances the right
    mean.

    Parameters
    ----------
    shots : int
        Shots per epoch.
    beta : float
        Share of the old value that the average keeps.

    Returns
    -------
    raw, smoothed : (N_EPOCHS,) float64
    """
    rng = np.random.default_rng(1)
    average = EMA(beta)
    raw, smoothed = np.zeros(N_EPOCHS), np.zeros(N_EPOCHS)
    for epoch in range(N_EPOCHS):
        exact = exact_halves()[int(epoch + 1 >= JUMP)]
        laws = exact / exact.sum(axis=1, keepdims=True)
        measured = np.stack([rng.multinomial(shots, law) for law in laws]) / shots
        raw[epoch] = np.linalg.norm(measured - exact)
        smoothed[epoch] = np.linalg.norm(average.update(measured) - exact)
    return raw, smoothed


def draw(shots: int, beta: float) -> Figure:
    """Draw the distances over the epochs."""
    return moving_average(*distances(shots, beta), jump=JUMP)


SHOTS_AND_BETA = Explorer(
    name="2.smoothing",
    draw=draw,
    controls={
        "shots": Slider("shots per epoch", 25, 1000, 25, 200),
        "beta": Slider("beta (share kept)", 0.0, 0.98, 0.02, 0.9),
    },
    alt=(
        "Distance from the exact histogram over 80 epochs, for {shots} shots and beta = {beta}: "
        "points for the measured histogram, a line for the smoothed one. The angles jump at epoch "
        "41."
    ),
    grid={"shots": (25, 50, 100, 200, 500, 1000), "beta": (0.0, 0.5, 0.9, 0.98)},
)
EXPLORERS = (SHOTS_AND_BETA,)
