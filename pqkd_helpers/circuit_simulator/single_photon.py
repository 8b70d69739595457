"""The simplified circuit: one photon's probabilities, then one coin per mode.

One photon enters in mode 0 and leaves in mode i with probability ``p_i = |U[i, 0]|^2``. So far
this is right for one photon. But each shot then tosses an independent coin of bias ``p_i`` for
every mode, so that shots with no click and with several clicks occur although there is one
photon. No two photons ever interfere. This is the model of a published explanatory article on
PQKD; it is kept as a first lesson and as a control, not as a model of the paper's device.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..common.checks import check_generator, check_whole
from .device import MOST_MODES
from .guards import check_sums
from .loops import describe_angles
from .sampler import check_theta
from .transfer_matrix import transfer_matrix

LOOP_LENGTHS = (1, 1)


class SinglePhotonCircuit:
    """One photon in mode 0, two loops of length 1, and independent coin tosses.

    Parameters
    ----------
    n_modes : int
        Number of modes, 2 to 1,000. There are ``2 (n_modes - 1)`` angles.

    Raises
    ------
    ValueError
        If ``n_modes`` is not a whole number from 2 to 1,000.

    Examples
    --------
    >>> circuit = SinglePhotonCircuit(n_modes=4)
    >>> circuit.n_angles
    6
    >>> circuit.sample(np.zeros(6), 2, rng=np.random.default_rng(0))
    array([[1, 0, 0, 0],
           [1, 0, 0, 0]], dtype=uint8)
    """

    def __init__(self, n_modes: int = 16) -> None:
        self.n_modes = check_whole("n_modes", n_modes, least=2)
        if self.n_modes > MOST_MODES:
            raise ValueError(f"n_modes is {self.n_modes}, at most {MOST_MODES:,} are expected")
        self.n_angles = len(LOOP_LENGTHS) * (self.n_modes - 1)

    def probabilities(self, theta: ArrayLike) -> NDArray[np.float64]:
        """Return ``|U[i, 0]|^2``: where the one photon goes.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Angles in radians.

        Returns
        -------
        (n_modes,) float64
            Probabilities in [0, 1] that sum to 1.
        """
        angles = check_theta(theta, self.n_angles, describe_angles(self.n_modes, LOOP_LENGTHS))
        columns = transfer_matrix(angles[None], self.n_modes, LOOP_LENGTHS, inputs=np.array([0]))
        probabilities = columns[0, :, 0] ** 2
        check_sums("probabilities of one photon", probabilities)
        return probabilities

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Toss one coin per mode and shot.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Angles in radians.
        n_shots : int
            Number of shots, 1 or more.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        (n_shots, n_modes) uint8
            1 where the mode's coin fell on "click".

        Raises
        ------
        ValueError
            If theta has the wrong length or is not finite, ``n_shots`` < 1, or ``rng`` is no
            generator.
        """
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng, "random")
        bias = self.probabilities(theta)
        return (rng.random((n_shots, self.n_modes)) < bias).astype(np.uint8)

    def __repr__(self) -> str:
        return f"SinglePhotonCircuit(n_modes={self.n_modes})"
