"""What tunes the circuit's angles in the training loop: SPSA, or what is asked and told like it."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..spsa import SPSA, SPSAStep
from .settings import PQKDSettings


class AngleSearch(Protocol):
    """A search that measures the loss at two points per step.

    Attributes
    ----------
    theta : (n_angles,) float64
        The angles now, radians.
    n_steps : int
        Steps done.
    step_size : float
        Size of a step; the loop makes it smaller where the angles come to rest.
    rng : numpy.random.Generator
        Source of the points.
    """

    theta: NDArray[np.float64]
    n_steps: int
    step_size: float
    rng: np.random.Generator

    def ask(self) -> NDArray[np.float64]:
        """Return the two points, shape ``(2, n_angles)``."""

    def tell(self, losses: ArrayLike) -> SPSAStep:
        """Take the losses at the two points and move."""


@runtime_checkable
class EpochSearch(Protocol):
    """A search that draws from another random stream in every epoch."""

    def begin_epoch(self, seed: int, epoch: int) -> None:
        """Get ready for an epoch, from 0, of the run of this seed."""


def spsa_search(
    settings: PQKDSettings,
    theta: NDArray[np.float64],
    rng: np.random.Generator,
    kind: type[SPSA] = SPSA,
) -> SPSA:
    """Return SPSA, or a variant of it, with the gains of the settings."""
    steps = settings.epochs * settings.spsa_steps
    return kind(
        theta,
        step_size=settings.spsa_step_size,
        perturbation=settings.spsa_perturbation,
        bound=settings.spsa_bound,
        decay_offset=0.1 * steps if settings.spsa_decay else None,
        rng=rng,
    )
