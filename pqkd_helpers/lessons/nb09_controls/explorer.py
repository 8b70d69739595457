"""The interactive pictures of notebook 09: what training sees of z, how often a test decides."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from ...common.random_streams import numpy_stream
from ..explorer import Choice, Explorer, Slider
from .pictures import gram_matrices, trajectory, verdict_shares

Array = NDArray[np.float64]


SOURCES = {
    "the light": "circuit",
    "distinguishable photons": "distinguishable",
    "classical map": "map",
    "coin tosses": "coins",
    "a new random vector an epoch": "fresh",
    "the frozen vector": "frozen",
}


PAIRS = np.array([3, 5, 10, 20, 40])


N_EXPERIMENTS = 2000


def draw_gram(source: str, beta: float, step: float) -> Figure:
    """Draw the Gram matrix of a source next to that of the light with its angles at rest."""
    names = {value: name for name, value in SOURCES.items()}
    return gram_matrices(
        {
            "the light, angles at rest": trajectory("circuit", 0.9, 0.0),
            names[source]: trajectory(source, beta, step),
        }
    )


def simulated_verdicts(difference: float, deviation: float, margin: float) -> dict[str, Array]:
    """Return how often each verdict is given over `PAIRS`, in simulated experiments.

    Parameters
    ----------
    difference : float
        The true one, percentage points.
    deviation : float
        Standard deviation of the paired differences.
    margin : float
    """
    rng = numpy_stream(0, "verdict explorer")
    rows = []
    for n in PAIRS:
        error = deviation * np.sqrt(rng.chisquare(n - 1, N_EXPERIMENTS) / (n - 1)) / np.sqrt(n)
        mean = difference + deviation / np.sqrt(n) * rng.standard_normal(N_EXPERIMENTS)
        wide, narrow = (stats.t.ppf(q, n - 1) * error for q in (0.975, 0.95))
        differs, within = np.abs(mean) > wide, np.abs(mean) + narrow < margin
        rows.append(
            [
                (within & ~differs).mean(),
                (within & differs).mean(),
                (np.abs(mean) - wide > margin).mean(),
            ]
        )
    equivalent, small, relevant = np.array(rows).T
    return {
        "equivalent": equivalent,
        "different but below the margin": small,
        "different and relevant": relevant,
        "inconclusive": 1.0 - equivalent - small - relevant,
    }


def draw_verdicts(difference: float, deviation: float, margin: float) -> Figure:
    """Draw how often each verdict is given, over the number of pairs."""
    return verdict_shares(simulated_verdicts(difference, deviation, margin), PAIRS)


GRAM_MATRIX = Explorer(
    name="9.gram_matrix",
    draw=draw_gram,
    controls={
        "source": Choice("source of z", SOURCES, "circuit"),
        "beta": Slider("smoothing beta", 0.0, 0.95, 0.05, 0.9),
        "step": Slider("step of every angle per epoch (rad)", 0.0, 0.5, 0.05, 0.2),
    },
    alt=(
        "Two square maps of the cosine between the z of every two epochs: left the light with "
        "its angles at rest, right the source {source} with smoothing {beta} and steps of {step} "
        "radians. Bright near the diagonal where z turns slowly, bright everywhere where it stays."
    ),
    grid={"source": tuple(SOURCES.values()), "beta": (0.0, 0.9), "step": (0.0, 0.2, 0.4)},
)


VERDICTS = Explorer(
    name="9.verdicts",
    draw=draw_verdicts,
    controls={
        "difference": Slider("true difference (points)", -4.0, 4.0, 0.1, 0.0),
        "deviation": Slider("scatter of the differences (points)", 0.1, 4.0, 0.1, 3.1),
        "margin": Slider("margin (points)", 0.1, 2.0, 0.1, 1.4),
    },
    alt=(
        "Stacked bars over 3 to 40 pairs of runs: in how many of 2,000 simulated experiments each "
        "verdict is given, at a true difference of {difference} points, a scatter of {deviation} "
        "and a margin of {margin}."
    ),
    grid={
        "difference": (0.0, 0.7, 1.4, 2.8),
        "deviation": (0.5, 1.5, 3.1),
        "margin": (0.7, 1.0, 1.4),
    },
)


EXPLORERS = (GRAM_MATRIX, VERDICTS)
