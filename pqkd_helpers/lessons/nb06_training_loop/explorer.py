"""The interactive picture of notebook 06: what the angles of each epoch make of the feature."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...dictionary_convolutions.layer import DictConv2d
from ...feature_histograms import EMA, HistogramFeature
from ...networks.teacher_and_student import StudentCNN
from ...records.stored import stored_record
from ..explorer import Choice, Explorer, Slider
from .pictures import state_of_a_run

RUNS = {  # how SPSA got its losses -> the stored run
    "through-ema": "train-quick-30-epochs-through-ema-seed0",
    "fresh": "train-quick-30-epochs-seed0",
}
N_EPOCHS = 30


@cache
def histories(objective: str) -> dict[str, NDArray[np.float64]]:
    """Return the angles and the noise-free histograms of every epoch of a stored run.

    Parameters
    ----------
    objective : {"through-ema", "fresh"}

    Returns
    -------
    dict
        "theta" (30, 30), "fresh" (30, 512): exact histograms at the angles of each epoch, and
        "smoothed" (30, 512): their moving average.
    """
    run = stored_record(RUNS[objective])
    theta = np.array([epoch["theta"] for epoch in run["student"]["epochs"]])
    fresh = TimeBinInterferometer().half_click_probabilities(theta).reshape(len(theta), -1)
    average = EMA(run["configuration"]["ema_beta"])
    return {
        "theta": theta,
        "fresh": fresh,
        "smoothed": np.stack([average.update(histogram) for histogram in fresh]),
    }


@cache
def _first_layer() -> DictConv2d:
    """Return conv1 as both runs began with it: its A, and the basis before training."""
    configuration = stored_record(RUNS["fresh"])["configuration"]
    student = StudentCNN(1, tuple(configuration["widths"]), seed=configuration["seed"])
    return student.dictionary_layers()[0]


def kernels(histogram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the first eight kernels of conv1 under a histogram, with the basis untrained.

    Returns
    -------
    (8, 5, 5) float64
    """
    layer = _first_layer()
    layer.condition(HistogramFeature("unit-rms")(histogram))
    return layer.kernel().detach().double().numpy()[:8, 0]


def draw(objective: str, epoch: int, feature: str) -> Figure:
    """Draw the state after an epoch of one of the runs."""
    history = histories(objective)
    histogram = history[feature][epoch - 1]
    under = "the average" if objective == "through-ema" else "a fresh z"
    shown = "histogram of this epoch" if feature == "fresh" else "moving average"
    title = f"losses under {under}, epoch {epoch}: {shown}"
    return state_of_a_run(history["theta"][epoch - 1], histogram, kernels(histogram), title)


EPOCH = Explorer(
    name="6.epochs",
    draw=draw,
    controls={
        "objective": Choice(
            "SPSA compares losses",
            {
                "under the average, a = 0.01": "through-ema",
                "under a fresh z, a = 0.05": "fresh",
            },
            "through-ema",
        ),
        "epoch": Slider("epoch", 1, N_EPOCHS, 1, 5),
        "feature": Choice(
            "histogram", {"of this epoch": "fresh", "moving average": "smoothed"}, "fresh"
        ),
    },
    alt=(
        "After epoch {epoch} of the stored run with the objective {objective}: the 30 angles as "
        "bars, the 512 numbers of the {feature} histogram, and eight 5 x 5 kernels that it mixes."
    ),
    grid={
        "objective": tuple(RUNS),
        "epoch": (1, 2, 3, 5, 10, 20, N_EPOCHS),
        "feature": ("fresh", "smoothed"),
    },
)
EXPLORERS = (EPOCH,)
