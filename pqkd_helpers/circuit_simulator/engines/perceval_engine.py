"""Perceval's simulator behind our protocol (Quandela's ``perceval-quandela``).

The network is built from Perceval's own components, gate by gate; photons, their source and the
detection are Perceval's too, so that its samples check ours. Four things are spelled out:

* Our beam splitter is Perceval's ``BS.Ry(-2 theta)``.
* What a loop loses goes into another mode for every pass, by a further beam splitter:
  Perceval samples unitary circuits only.
* A loop's phase shifts what stays in it, round by round, its first content included.
* Dark counts are added here.

Reference: N. Heurtel et al., "Perceval: a software platform for discrete variable photonic quantum
computing", arXiv:2204.00602.
"""

import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...common.checks import check_generator, check_whole
from ...common.requirements import require_extra
from ..device import LoopDevice
from ..loops import beam_splitter_pairs
from ..sampler import check_theta


class PercevalInterferometer(LoopDevice):
    """A time-bin interferometer that is sampled by Perceval.

    Parameters are those of `LoopDevice`.

    Raises
    ------
    ModuleNotFoundError
        If Perceval is not installed.
    ValueError
        If a parameter is not of the form that `TimeBinInterferometer` expects.

    Examples
    --------
    >>> circuit = PercevalInterferometer((1, 0, 1), (1,))
    >>> circuit.sample([0.0, np.pi / 2], 2, rng=np.random.default_rng(0))
    array([[1, 1, 0],
           [1, 1, 0]], dtype=uint8)
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        require_extra("perceval", "perceval", purpose="this engine")

    def sample_photons(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw photon numbers.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Angles in radians.
        n_shots : int
            Number of shots, 1 or more.
        rng : numpy.random.Generator
            Seeds Perceval's generators; Python's and NumPy's global ones are left as found. The
            same seed mostly, but not always, gives the same samples: Perceval uses threads.

        Returns
        -------
        (n_shots, n_modes) int64
            Photons detected in each bin.
        """
        angles = check_theta(theta, self.n_angles, self.layout)
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng)
        processor = self._processor(angles)
        with _seeded(int(rng.integers(2**32))):
            samples = processor.samples(n_shots)["results"]
        counts = np.array([list(sample) for sample in samples], dtype=np.int64)
        return counts[:, : self.n_modes]

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Draw clicks; parameters are those of `sample_photons`.

        Returns
        -------
        (n_shots, n_modes) uint8
        """
        clicks = self.sample_photons(theta, n_shots, rng=rng) > 0
        if self.dark_count_probability > 0.0:
            clicks |= rng.random(clicks.shape) < self.dark_count_probability
        return clicks.astype(np.uint8)

    def _processor(self, angles: NDArray[np.float64]) -> Any:
        import perceval

        splitters, phases = angles[: self.n_splitters], angles[self.n_splitters :]
        loops = list(
            zip(self.loop_lengths, self.phase_of_each_loop, self.loop_efficiencies, strict=True)
        )
        n_lossy = sum(self.n_modes for *_, kept in loops if kept < 1.0)
        noise = perceval.NoiseModel(
            indistinguishability=self.indistinguishability, transmittance=self.efficiency
        )
        processor = perceval.Processor("CliffordClifford2017", self.n_modes + n_lossy, noise=noise)
        k, unseen = 0, count(self.n_modes)

        def lose(mode: int, kept: float) -> None:
            if kept < 1.0:
                lost = perceval.BS.Ry(-2.0 * math.acos(math.sqrt(kept)))
                processor.add([mode, next(unseen)], lost)

        for length, psi, kept in loops:
            for first in range(length):  # the loop's first content goes round, too
                if psi:
                    processor.add(first, perceval.PS(psi))
                lose(first, kept)
            for first, second in beam_splitter_pairs(self.n_modes, (length,)):
                processor.add([first, second], perceval.BS.Ry(-2.0 * splitters[k]))
                if self.phase_shifters:
                    processor.add(first, perceval.PS(phases[k]))
                if psi:
                    processor.add(second, perceval.PS(psi))
                lose(second, kept)
                k += 1
        processor.min_detected_photons_filter(0)
        processor.with_input(perceval.BasicState([*self.input_state, *[0] * n_lossy]))
        return processor


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed Perceval, which seeds Python's and NumPy's global generators too; restore these."""
    import perceval

    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        perceval.random_seed(seed)
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
