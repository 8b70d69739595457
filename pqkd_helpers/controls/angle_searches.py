"""Controls of SPSA: angles tuned blindly, or by the simplest search there is (notebook 09).

`ShamSPSA` measures both points of every step as SPSA does, then lets a coin say which of them was
the better one: theta moves by steps of the same size, but they say nothing about the loss.

`LocalRandomSearch` needs no gradient. In every step the loss is measured at the angles and at a
random neighbour, and the angles move there if it is lower:

    candidate = clip(theta + c N(0, 1), -bound, bound)
    theta <- candidate  if  L(candidate) < L(theta)

Two evaluations per step, as many as SPSA takes. Both are asked and told like `spsa.SPSA`.

Reference: J. C. Spall, *Introduction to Stochastic Search and Optimization* (2003), algorithm B,
doi:10.1002/0471722138.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..common.checks import check_generator, check_positive
from ..common.random_streams import numpy_stream
from ..spsa import SPSA, SPSAStep, check_start, told
from ..training_loop.angle_search import spsa_search
from ..training_loop.settings import PQKDSettings


def sham_search(
    settings: PQKDSettings, theta: NDArray[np.float64], rng: np.random.Generator
) -> SPSA:
    """Return the sham with the gains of the settings."""
    return spsa_search(settings, theta, rng, ShamSPSA)


def random_search(
    settings: PQKDSettings, theta: NDArray[np.float64], rng: np.random.Generator
) -> "LocalRandomSearch":
    """Return the random search whose steps have the size of SPSA's perturbation."""
    return LocalRandomSearch(
        theta, step_size=settings.spsa_perturbation, bound=settings.spsa_bound, rng=rng
    )


class ShamSPSA(SPSA):
    """SPSA whose two losses are exchanged whenever a coin says so."""

    coin: np.random.Generator

    def begin_epoch(self, seed: int, epoch: int) -> None:
        """Take the coin of an epoch, from 0, of the run of this seed."""
        self.coin = numpy_stream(seed, "sham SPSA", epoch)

    def tell(self, losses: ArrayLike) -> SPSAStep:
        """Take the losses, exchanged or not, and move; the step holds them as measured."""
        measured = np.array(losses, dtype=np.float64)
        step = super().tell(measured[::-1] if self.coin.random() < 0.5 else measured)
        return replace(step, losses=measured)


class LocalRandomSearch:
    """Minimise a noisy function of angles by trying random neighbours.

    Parameters
    ----------
    theta : (n_angles,) array_like
        Start, in radians, within [-bound, bound].
    step_size : float
        Standard deviation c of every angle's change, radians, > 0.
    bound : float
        Candidates are clipped to [-bound, bound]; > 0, may be infinite.
    rng : numpy.random.Generator
        Source of the candidates.

    Raises
    ------
    ValueError
        If theta is no vector of finite numbers within the bound, the step is not positive, or
        ``rng`` is no generator.

    Examples
    --------
    >>> search = LocalRandomSearch([1.0, -1.0], bound=2.0, rng=np.random.default_rng(0))
    >>> for _ in range(500):
    ...     theta = search.ask()
    ...     step = search.tell([float(point @ point) for point in theta])
    >>> bool(np.abs(search.theta).max() < 0.1)
    True
    """

    def __init__(
        self,
        theta: ArrayLike,
        *,
        step_size: float = 0.1,
        bound: float = np.pi,
        rng: np.random.Generator,
    ) -> None:
        self.step_size = check_positive("step_size", step_size)
        self.bound = check_positive("bound", bound, finite=False)
        self.theta = check_start(theta, self.bound)
        check_generator(rng, "standard_normal")
        self.rng = rng
        self.n_steps = 0
        self._candidate: NDArray[np.float64] | None = None

    def ask(self) -> NDArray[np.float64]:
        """Return the two points to evaluate, the angles and their random neighbour.

        Asking again before `tell` returns the same two points.

        Returns
        -------
        (2, n_angles) float64
        """
        if self._candidate is None:
            moved = self.theta + self.step_size * self.rng.standard_normal(self.theta.size)
            self._candidate = np.clip(moved, -self.bound, self.bound)
        return np.stack([self.theta, self._candidate])

    def tell(self, losses: ArrayLike) -> SPSAStep:
        """Take the losses at the two points of `ask`; move if the second is lower.

        Returns
        -------
        SPSAStep
            Its ``gradient_norm`` is 0: no gradient is estimated.

        Raises
        ------
        ValueError
            If ``losses`` are not two finite numbers; nothing is changed then.
        RuntimeError
            If `ask` was not called before.
        """
        candidate, values = told(self._candidate, losses)
        if values[1] < values[0]:
            self.theta = candidate
        self.n_steps += 1
        self._candidate = None
        return SPSAStep(values, 0.0, self.theta.copy())
