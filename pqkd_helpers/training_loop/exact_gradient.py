"""Angles by exact gradient: what no experiment could do, and the most that the angles can give.

    theta -> exact histogram -> moving average -> scaling -> z -> M = A z -> kernels -> loss

Every arrow is differentiable in simulation (`exact_features`), so one backward pass gives the
gradient with respect to all angles. A step has a fixed length, as sampled steps do not: the angles
move by ``step_size`` radians, root mean square,

    theta <- clip(theta - step_size g / rms(g), -bound, bound)

The backward pass needs every A: those beyond the byte budget of `fixed_projection` are kept in
memory until it is done, 2 kB for each of the ``C_out C_in R`` rows.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..circuit_simulator.interferometer import TimeBinInterferometer
from ..spsa import SPSAStep, check_start
from .exact_features import exact_features
from .feature_source import Source
from .photonic_feature import PhotonicFeature
from .settings import PQKDSettings


class ExactGradientDescent:
    """Descend along exact gradients by steps of a given length.

    Parameters
    ----------
    theta : (n_angles,) array_like
        Start, in radians, within [-bound, bound].
    step_size : float
        Root mean square of the angles' changes, radians.
    bound : float
        Updated angles are clipped to [-bound, bound].

    Raises
    ------
    ValueError
        If theta is no vector of finite numbers within the bound.

    Examples
    --------
    >>> search = ExactGradientDescent([1.0, -1.0], step_size=0.5, bound=2.0)
    >>> search.descend([4.0, -4.0], [2.0, 1.0]).theta
    array([ 0.5, -0.5])
    """

    def __init__(self, theta: ArrayLike, *, step_size: float, bound: float = np.pi) -> None:
        self.step_size = step_size
        self.bound = bound
        self.theta = check_start(theta, bound)
        self.rng = np.random.default_rng(0)  # every search has one; no step draws from it
        self.n_steps = 0

    def moved(self, gradient: ArrayLike) -> NDArray[np.float64]:
        """Return the angles after a step; where the gradient is zero they stay."""
        g = np.asarray(gradient, dtype=np.float64)
        rms = max(float(np.sqrt(np.mean(g**2))), np.finfo(float).tiny)
        return np.clip(self.theta - self.step_size * g / rms, -self.bound, self.bound)

    def descend(self, gradient: ArrayLike, losses: ArrayLike) -> SPSAStep:
        """Move; the losses, before and after the step, are only reported."""
        self.theta = self.moved(gradient)
        self.n_steps += 1
        return SPSAStep(np.array(losses), float(np.linalg.norm(gradient)), self.theta.copy())


def exact_gradient_search(
    settings: PQKDSettings, theta: NDArray[np.float64], rng: np.random.Generator
) -> ExactGradientDescent:
    """Return the descent with the step size and bound of Algorithm S1."""
    return ExactGradientDescent(theta, step_size=settings.spsa_step_size, bound=settings.spsa_bound)


def exact_step(
    search: ExactGradientDescent,
    feature: PhotonicFeature,
    loss: Callable[[Tensor], Tensor],
    *,
    through_ema: bool,
) -> SPSAStep:
    """Take one step down a loss of z.

    Parameters
    ----------
    search : ExactGradientDescent
    feature : PhotonicFeature
    loss : callable
        From z to a number, with its graph.
    through_ema : bool
        As for `PhotonicFeature.probe`.
    """
    theta = torch.from_numpy(search.theta).requires_grad_()
    before = loss(differentiable_z(feature, theta, through_ema=through_ema))
    gradient = torch.autograd.grad(before, theta)[0].numpy()
    with torch.no_grad():
        moved = torch.from_numpy(search.moved(gradient))
        after = loss(differentiable_z(feature, moved, through_ema=through_ema))
    return search.descend(gradient, [before.item(), after.item()])


def differentiable_z(feature: PhotonicFeature, theta: Tensor, *, through_ema: bool) -> Tensor:
    """Return what `PhotonicFeature.probe` would give after infinitely many shots.

    Parameters
    ----------
    feature : PhotonicFeature
        Of the interferometer, sampled or exact; left as it is.
    theta : (n_angles,) float64 tensor
        Angles in radians.
    through_ema : bool
        As for `PhotonicFeature.probe`.

    Returns
    -------
    (feature_dim,) float64 tensor
        Differentiable with respect to theta.
    """
    new = exact_features(interferometer_of(feature.circuit), theta)
    if feature.averaged == "unit-vectors":
        new = new / new.norm()
    average = feature.ema.value
    if through_ema and average is not None:
        beta = feature.ema.beta
        new = beta * torch.from_numpy(average) + (1.0 - beta) * new
    scaling = feature.scaling
    if scaling.scaling == "unit-rms":
        new = new * (len(new) ** 0.5 / new.norm())
    elif scaling.scaling == "standardised":
        assert scaling.mean is not None and scaling.standard_deviation is not None
        mean, deviation = map(torch.from_numpy, (scaling.mean, scaling.standard_deviation))
        new = (new - mean) / deviation
    return feature.gain * new


def interferometer_of(source: Source) -> TimeBinInterferometer:
    """Return the circuit whose exact features a source gives, or samples.

    Raises
    ------
    ValueError
        If its probabilities are not those of our simulator of the interferometer.
    """
    circuit = getattr(source, "circuit", source)
    if not isinstance(circuit, TimeBinInterferometer):
        raise ValueError(
            f"the source is {source!r}: an exact gradient is known for the interferometer of our "
            "own simulator alone, sampled or exact"
        )
    return circuit
