"""SPSA: tuning any number of angles with two noisy evaluations per step. Backs notebook 05.

Simultaneous perturbation stochastic approximation shifts all angles at once along a random
direction Delta of signs +1 and -1 and estimates the gradient from the two losses:

    g = (L(theta + c Delta) - L(theta - c Delta)) / (2 c) * Delta
    theta <- clip(theta - a g, -bound, bound)

(1 / Delta = Delta for signs.) In expectation g is the gradient, up to terms of order c^2; no
gradient has to pass through the circuit. Only the update is clipped, not the two points.

Reference: J. C. Spall, doi:10.1109/9.119632; the decaying gains and their exponents,
doi:10.1109/7.705889.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .common.checks import check_generator, check_not_negative, check_positive

STEP_SIZE_EXPONENT = 0.602
PERTURBATION_EXPONENT = 0.101


@dataclass(frozen=True, eq=False)
class SPSAStep:
    """What one step measured.

    Attributes
    ----------
    losses : (2,) float64
        Loss at ``theta + c Delta`` and at ``theta - c Delta``.
    gradient_norm : float
        Euclidean norm of the gradient estimate, loss units per radian.
    theta : (n_angles,) float64
        The new angles, radians.
    """

    losses: NDArray[np.float64]
    gradient_norm: float
    theta: NDArray[np.float64]


class SPSA:
    """Minimise a noisy function of angles by simultaneous perturbation.

    Parameters
    ----------
    theta : (n_angles,) array_like
        Start, in radians, within [-bound, bound].
    step_size : float
        Gain a, > 0.
    perturbation : float
        Shift c of every angle, radians, > 0.
    bound : float
        Updated angles are clipped to [-bound, bound]; > 0, may be infinite.
    decay_offset : float or None
        None: constant gains, as in the paper. A number A >= 0: Spall's decaying gains, in step
        k = 0, 1, ...: ``a ((A + 1) / (A + 1 + k))^0.602`` and ``c / (k + 1)^0.101``. A tenth of
        the planned steps is Spall's advice for A.
    rng : numpy.random.Generator
        Source of the directions.

    Raises
    ------
    ValueError
        If theta is no vector of finite numbers within the bound, a gain is not positive, or ``rng``
        is no generator.

    Examples
    --------
    >>> spsa = SPSA([1.0, -1.0], bound=2.0, rng=np.random.default_rng(0))
    >>> for _ in range(200):
    ...     step = spsa.step(lambda theta: float(theta @ theta))
    >>> bool(np.abs(spsa.theta).max() < 0.01)
    True
    """

    def __init__(
        self,
        theta: ArrayLike,
        *,
        step_size: float = 0.05,
        perturbation: float = 0.1,
        bound: float = np.pi,
        decay_offset: float | None = None,
        rng: np.random.Generator,
    ) -> None:
        self.step_size = check_positive("step_size", step_size)
        self.perturbation = check_positive("perturbation", perturbation)
        self.bound = check_positive("bound", bound, finite=False)
        if decay_offset is not None:
            decay_offset = check_not_negative("decay_offset", decay_offset)
        check_generator(rng, "choice")
        self.theta = check_start(theta, self.bound)
        self.decay_offset = decay_offset
        self.rng = rng
        self.n_steps = 0
        self._direction: NDArray[np.float64] | None = None

    def gains(self) -> tuple[float, float]:
        """Return the gains (a, c) of the next step."""
        if self.decay_offset is None:
            return self.step_size, self.perturbation
        k, offset = self.n_steps, self.decay_offset
        return (
            self.step_size * ((offset + 1) / (offset + 1 + k)) ** STEP_SIZE_EXPONENT,
            self.perturbation / (k + 1) ** PERTURBATION_EXPONENT,
        )

    def ask(self) -> NDArray[np.float64]:
        """Return the two points to evaluate, ``theta + c Delta`` and ``theta - c Delta``.

        Asking again before `tell` returns the same two points.

        Returns
        -------
        (2, n_angles) float64
            Angles in radians; they may lie outside the bound by up to c.
        """
        if self._direction is None:
            self._direction = self.rng.choice([-1.0, 1.0], size=self.theta.size)
        _, c = self.gains()
        return self.theta + c * np.outer([1.0, -1.0], self._direction)

    def tell(self, losses: ArrayLike) -> SPSAStep:
        """Take the losses at the two points of `ask`, update theta, say what was measured.

        Parameters
        ----------
        losses : (2,) array_like
            Losses at the points of `ask`, in their order.

        Raises
        ------
        ValueError
            If ``losses`` are not two finite numbers; nothing is changed then.
        RuntimeError
            If `ask` was not called before.
        """
        direction, values = told(self._direction, losses)
        a, c = self.gains()
        gradient = (values[0] - values[1]) / (2.0 * c) * direction
        self.theta = np.clip(self.theta - a * gradient, -self.bound, self.bound)
        self.n_steps += 1
        self._direction = None
        return SPSAStep(values, float(np.linalg.norm(gradient)), self.theta.copy())

    def step(self, objective: Callable[[NDArray[np.float64]], float]) -> SPSAStep:
        """Ask, evaluate ``objective`` at both points, tell."""
        return self.tell([objective(point) for point in self.ask()])


def check_start(theta: ArrayLike, bound: float) -> NDArray[np.float64]:
    """Return a copy of the first angles; ``ValueError`` unless finite and within the bound.

    What lies outside by no more than the rounding of float32, as its pi does, is clipped.
    """
    start = np.array(theta, dtype=np.float64)
    if start.ndim != 1 or start.size == 0 or not np.isfinite(start).all():
        raise ValueError(f"theta has shape {start.shape}, a vector of finite angles is expected")
    if np.abs(start).max() > bound * (1.0 + np.finfo(np.float32).eps):
        raise ValueError(
            f"theta reaches {np.abs(start).max():.4g}, angles within +-{bound:.4g} are expected"
        )
    return np.clip(start, -bound, bound)


def told(
    asked: NDArray[np.float64] | None, losses: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what was asked and a copy of the losses at its two points.

    Raises
    ------
    RuntimeError
        If nothing was asked.
    ValueError
        If ``losses`` are not two finite numbers.
    """
    if asked is None:
        raise RuntimeError("tell(...) has no points to evaluate: call ask() first")
    values = np.array(losses, dtype=np.float64)
    if values.shape != (2,) or not np.isfinite(values).all():
        raise ValueError(f"losses are {losses!r}, two finite numbers are expected")
    return asked, values
