"""How likely measured clicks are, as a function of what is not known of the device.

At setting s the device turns its splitters by ``theta_s + offset``, one offset per loop. If it is
asked N_s times and pattern k occurs n_sk times, the logarithm of the likelihood is

    l(V, eta, offsets) = sum_sk n_sk log(p_k(theta_s + offset; V, eta) N_s / n_sk)

up to what does not depend on the parameters: 0 would be a perfect fit, and -2 l is the deviance.
The probabilities p are exact, so every shot counts, whatever it lost.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..interferometer import TimeBinInterferometer
from .patterns import POSSIBLE

Array = NDArray[np.float64]

# A splitter turned by pi is the same up to a sign: this is one period.
LARGEST_OFFSET = math.pi / 2


@dataclass(frozen=True)
class ClickLikelihood:
    """The likelihood of measured clicks.

    The parameters stand in the order of `names`: indistinguishability, efficiency, and the offset
    of each loop's splitter in radians.

    Attributes
    ----------
    device : TimeBinInterferometer
        What is known. Its indistinguishability and efficiency play no part.
    settings : (n_settings, n_angles) float64
        Angles in radians.
    counts : (n_settings, 2^n_modes) float64
        How often each pattern was measured.

    Examples
    --------
    >>> device = TimeBinInterferometer((1, 0), (1,))
    >>> likelihood = ClickLikelihood(device, np.array([[0.8]]), np.array([[2.0, 1.0, 1.0, 0.0]]))
    >>> round(likelihood([0.5, 0.5, np.pi / 4 - 0.8]), 12)  # half the light lost, the rest halved
    0.0
    >>> round(likelihood([0.5, 0.5, 0.0]), 6)
    -0.000853
    """

    device: TimeBinInterferometer
    settings: Array
    counts: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, for messages."""
        loops = range(1, len(self.device.loop_lengths) + 1)
        return ("indistinguishability", "efficiency", *(f"the offset of loop {k}" for k in loops))

    @cached_property
    def ranges(self) -> Array:
        """Range of each parameter, ``(n_parameters, 2)``."""
        loops = len(self.device.loop_lengths)
        return np.array([(0.0, 1.0)] * 2 + [(-LARGEST_OFFSET, LARGEST_OFFSET)] * loops)

    def device_at(self, parameters: Sequence[float] | Array) -> TimeBinInterferometer:
        """Return the device with this indistinguishability and efficiency."""
        V, eta = (float(number) for number in parameters[:2])
        return replace(self.device, indistinguishability=V, efficiency=eta)

    def __call__(self, parameters: Sequence[float] | Array) -> float:
        """Return l; an impossible pattern costs much, but not infinitely much."""
        V, eta, *offsets = parameters
        return float(self.over_offsets(V, eta, np.array([offsets]))[0])

    def over_offsets(self, V: float, eta: float, offsets: Array) -> Array:
        """Return l for many offsets ``(batch, n_loops)`` at once, ``(batch,)``."""
        p = self._probabilities(V, eta, offsets)[:, self._seen]
        n = self.counts[self._seen]
        shares = (self.counts / self.counts.sum(axis=1, keepdims=True))[self._seen]
        return -np.log(shares / np.maximum(p, POSSIBLE)) @ n

    def impossible(self, parameters: Sequence[float] | Array) -> NDArray[np.intp]:
        """Return setting and number of each pattern that was measured and has probability 0."""
        V, eta, *offsets = parameters
        p = self._probabilities(V, eta, np.array([offsets]))[0]
        return np.argwhere(self._seen & (p <= POSSIBLE))

    def _probabilities(self, V: float, eta: float, offsets: Array) -> Array:
        angles = offset_angles(self.device, self.settings, offsets[:, None])
        p = self.device_at((V, eta)).click_probabilities(angles.reshape(-1, self.device.n_angles))
        return p.reshape(len(offsets), *self.counts.shape)

    @cached_property
    def _seen(self) -> NDArray[np.bool_]:
        return self.counts > 0


def offset_angles(device: TimeBinInterferometer, settings: ArrayLike, offsets: ArrayLike) -> Array:
    """Return the angles that the device makes of those that it is asked for.

    Phases, where theta holds some, stay as they are.

    Parameters
    ----------
    device : TimeBinInterferometer
    settings : (..., n_angles) array_like
        Radians.
    offsets : (..., n_loops) array_like
        Radians.

    Examples
    --------
    >>> device = TimeBinInterferometer((1, 0, 0), (1, 2))
    >>> offset_angles(device, np.zeros(3), (0.1, -0.2))
    array([ 0.1,  0.1, -0.2])
    """
    splitters = [device.n_modes - length for length in device.loop_lengths]
    shift = np.repeat(np.asarray(offsets), splitters, axis=-1)
    still = np.zeros((*shift.shape[:-1], device.n_angles - sum(splitters)))
    return np.asarray(settings) + np.concatenate([shift, still], axis=-1)
