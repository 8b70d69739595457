"""Angles of a device that are not quite those asked for, and wander from job to job.

    theta_device = theta + e_t,   e_0 = offset * g_0,   e_t = e_(t-1) + step * g_t

with independent standard Gaussian vectors g: a calibration that was never exact (the offset), and a
random walk that makes it worse. After t jobs an angle is off by ``sqrt(offset^2 + t step^2)``
radians, root mean square.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..common.checks import check_fields, check_generator, check_not_negative, check_whole


@dataclass(frozen=True)
class AngleDrift:
    """How far a device's angles are from those asked for.

    Attributes
    ----------
    offset : float
        Radians by which every angle is off from the start, standard deviation, 0 or more.
    step : float
        Radians by which every angle moves from one job to the next, standard deviation, 0 or more.

    Raises
    ------
    ValueError
        If one of them is not of this form.
    """

    offset: float = 0.05
    step: float = 0.002

    def __post_init__(self) -> None:
        check_fields(self, check_not_negative, "offset", "step")

    def errors(self, n_angles: int, *, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        """Return the errors of the angles at one job after the other, without end.

        Parameters
        ----------
        n_angles : int
        rng : numpy.random.Generator

        Yields
        ------
        (n_angles,) float64
            To be added to the angles asked for, radians.

        Examples
        --------
        >>> errors = AngleDrift(offset=0.1, step=0.0).errors(30, rng=np.random.default_rng(0))
        >>> bool((next(errors) == next(errors)).all())
        True
        """
        n_angles = check_whole("n_angles", n_angles, least=1)
        check_generator(rng)
        return self._walk(n_angles, rng)

    def _walk(self, n_angles: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        error = rng.normal(0.0, self.offset, n_angles)
        while True:
            yield error
            error = error + rng.normal(0.0, self.step, n_angles)
