"""The mean-field sampler: bosons that bunch and nevertheless do not interfere with each other.

All n photons of a shot are in one and the same state, a superposition of the inputs r with random
phases; n_r photons enter there:

    |phi> = sum_r sqrt(n_r / n) exp(i phi_r) |r>,    p_i(phi) = |sum_r A[i, r] <r|phi>|^2.

Each photon goes its own way by p_i(phi), so that a shot costs next to nothing; since the phases
are those of the whole shot, photons end up together more often than independent ones. With one
photon in either input of a 50:50 splitter both detectors click in 1/4 of the shots: 1/2 for
distinguishable photons, 0 for identical ones. So bunching alone is no proof of interference
between photons, and experiments are to rule this impostor out.

Reference: M. C. Tichy, K. Mayer, A. Buchleitner, K. Molmer, arXiv:1312.3080.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...common.checks import check_generator, check_whole
from ..device import LoopDevice
from ..exact.click_probabilities import click_probabilities
from ..sampler import check_settings
from ..transfer_matrix import Matrix

Array = NDArray[np.float64]

# Patterns, settings and phases, all multiplied: a second.
MOST_PATTERNS = 2**22


@dataclass(frozen=True)
class MeanFieldSampler:
    """What the mean-field sampler makes of a device: a `Sampler` with exact probabilities.

    Attributes
    ----------
    device : LoopDevice
        Loops, losses, phases and dark counts are the device's, and so is the number of photons in
        each bin. The indistinguishability plays no part.

    Examples
    --------
    >>> splitter = MeanFieldSampler(LoopDevice((1, 1), (1,)))
    >>> splitter.click_probabilities([np.pi / 4]).round(12)
    array([0.   , 0.375, 0.375, 0.25 ])
    """

    device: LoopDevice

    def __post_init__(self) -> None:
        if not isinstance(self.device, LoopDevice):
            raise ValueError(f"device is {self.device!r}, a LoopDevice is expected")

    @property
    def n_modes(self) -> int:
        """Number of time bins."""
        return self.device.n_modes

    @property
    def n_angles(self) -> int:
        """Number of angles in theta."""
        return self.device.n_angles

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Draw clicks; parameters, result and errors are those of `TimeBinInterferometer.sample`.

        Examples
        --------
        >>> splitter = MeanFieldSampler(LoopDevice((1, 1), (1,)))
        >>> splitter.sample([0.0], 1, rng=np.random.default_rng(0)).shape
        (1, 2)
        """
        columns = self._columns(theta)
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng)
        phases = rng.uniform(0.0, 2.0 * np.pi, (len(columns), columns.shape[2], n_shots))
        where = np.abs(columns @ np.exp(1j * phases)) ** 2  # (batch, n_modes, n_shots)
        reached = np.cumsum(where, axis=1).swapaxes(1, 2)
        # A last place for lost photons. What is left by rounding errors is no loss.
        draws = (1.0 - rng.random((*reached.shape[:2], self.device.n_photons))) * (1.0 - 1e-13)
        places = (reached[:, :, None] < draws[..., None]).sum(axis=3)  # (batch, n_shots, n)
        clicks = (places[..., None] == np.arange(self.n_modes)).any(axis=2)
        if self.device.dark_count_probability > 0.0:
            clicks |= rng.random(clicks.shape) < self.device.dark_count_probability
        result = clicks.astype(np.uint8)
        return result[0] if np.ndim(theta) == 1 else result

    def click_probabilities(self, theta: ArrayLike) -> Array:
        """Return the exact probability of every click pattern, averaged over the phases.

        They are polynomials of degree n in each ``exp(i phi_r)`` and its inverse: their mean over
        n + 1 equal steps is the mean over all phases. One phase may stay 0.

        Parameters
        ----------
        theta : (n_angles,) or (batch, n_angles) array_like
            Angles in radians.

        Returns
        -------
        (2^n_modes,) or (batch, 2^n_modes) float64
            First mode most significant; the sum is 1.

        Raises
        ------
        ValueError
            If theta has another form, or there are too many photons.
        """
        columns, n = self._columns(theta), self.device.n_photons
        batch, n_modes, n_inputs = columns.shape
        size = batch * 2**n_modes * (n + 1) ** (n_inputs - 1)
        if size > MOST_PATTERNS:
            raise ValueError(
                f"{n} photons in {n_modes} time bins, {batch} times, need {size:.1e} patterns with "
                f"all phases, at most {MOST_PATTERNS:.1e} are expected; samples need none"
            )
        steps = np.exp(2j * np.pi * np.arange(n + 1) / (n + 1))
        phases = np.array(list(itertools.product([1.0], *[steps] * (n_inputs - 1))))
        state = columns @ phases.T  # (batch, n_modes, n_phases)
        one_mode = state.swapaxes(1, 2).reshape(-1, n_modes, 1)
        patterns = click_probabilities(
            one_mode,
            (n,),
            overlap=1.0,
            dark_count_probability=self.device.dark_count_probability,
        )
        result = patterns.reshape(batch, len(phases), -1).mean(axis=1)
        return result[0] if np.ndim(theta) == 1 else result

    def _columns(self, theta: ArrayLike) -> Matrix:
        """Return the amplitudes at phases 0, ``(batch, n_modes, n_inputs)``."""
        settings = check_settings(theta, self.n_angles, self.device.layout)
        shares = np.array(self.device.numbers) / self.device.n_photons
        return self.device.detected_columns(settings) * np.sqrt(shares)
