"""Gaussian features: a random direction that stays, jumps, or drifts (notebook 09).

- `GaussianFrozen`: one vector for the whole run.
- `GaussianFresh`: a new vector for every histogram; the moving average smooths it.
- `drifting_features`: a trajectory that turns, from epoch to epoch, by the photonic z's angles.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...common.checks import check_generator
from ...common.random_streams import numpy_stream
from ...feature_histograms import feature_length
from .coins_and_zero import WithoutCircuit

Array = NDArray[np.float64]


class GaussianFrozen(WithoutCircuit):
    """One Gaussian vector, drawn once.

    Parameters
    ----------
    n_modes, n_angles : int
        Those of the circuit that it replaces.
    seed : int
        Seed of the vector.
    """

    takes_shots = False

    def __init__(self, n_modes: int = 16, n_angles: int = 30, *, seed: int) -> None:
        super().__init__(n_modes, n_angles)
        self.vector = numpy_stream(seed, "Gaussian feature").standard_normal(
            feature_length(n_modes)
        )

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return the vector ``(2 * 2^(n_modes / 2),)``; nothing else is used."""
        return self.vector.copy()


class GaussianFresh(WithoutCircuit):
    """A new Gaussian vector at every call.

    Parameters
    ----------
    n_modes, n_angles : int
        Those of the circuit that it replaces.
    """

    takes_shots = False

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return a new vector ``(2 * 2^(n_modes / 2),)``; angles and shots are not used."""
        check_generator(rng, "standard_normal")
        return rng.standard_normal(feature_length(self.n_modes))


def drifting_features(angles: ArrayLike, n_features: int, *, norm: float, seed: int) -> Array:
    """Return a trajectory of Gaussian features that turns by given angles.

    Each step goes from z towards a random direction orthogonal to it.

    Parameters
    ----------
    angles : (n - 1,) array_like
        Angle between consecutive features, radians.
    n_features : int
        Length of z.
    norm : float
        Norm of every feature.
    seed : int
        Seed of the first direction and of all turns.

    Returns
    -------
    (n, n_features) float64

    Examples
    --------
    >>> z = drifting_features([0.5], 4, norm=2.0, seed=0)
    >>> bool(np.isclose(z[0] @ z[1], 4.0 * np.cos(0.5)))
    True
    """
    rng = numpy_stream(seed, "drifting feature")
    direction = _unit(rng.standard_normal(n_features))
    directions = [direction]
    for angle in np.asarray(angles, dtype=np.float64):
        aside = rng.standard_normal(n_features)
        aside = _unit(aside - (aside @ direction) * direction)
        direction = _unit(np.cos(angle) * direction + np.sin(angle) * aside)
        directions.append(direction)
    return norm * np.stack(directions)


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)
