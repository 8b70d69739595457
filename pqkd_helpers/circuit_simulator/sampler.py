"""What every photonic circuit offers, and the checks at its door."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Sampler(Protocol):
    """A source of clicks: angles in, one row of 0s and 1s out per shot."""

    @property
    def n_modes(self) -> int:
        """Number of output modes (time bins), each watched by a threshold detector."""

    @property
    def n_angles(self) -> int:
        """Number of angles in theta."""

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return clicks of shape ``(n_shots, n_modes)``: 1 where a detector clicked."""


def check_theta(theta: ArrayLike, n_angles: int, layout: str) -> NDArray[np.float64]:
    """Return theta as float64 of shape ``(n_angles,)``.

    Parameters
    ----------
    theta : array_like
        Angles in radians.
    n_angles : int
        Number of angles expected.
    layout : str
        How the angles are laid out, for the message: ``"15 + 15 over the loops (1, 1)"``.

    Raises
    ------
    ValueError
        If theta is not a vector of ``n_angles`` finite numbers.
    """
    if np.ndim(theta) != 1:
        raise ValueError(f"theta has shape {np.shape(theta)}, ({n_angles},) is expected")
    return check_settings(theta, n_angles, layout)[0]


def check_settings(theta: ArrayLike, n_angles: int, layout: str) -> NDArray[np.float64]:
    """Return one setting of the angles, or many, as float64 of shape ``(batch, n_angles)``.

    Parameters
    ----------
    theta : (n_angles,) or (batch, n_angles) array_like
        Angles in radians; at least one setting.
    n_angles, layout
        As in `check_theta`.

    Raises
    ------
    ValueError
        If theta has another shape or an angle is not a finite number.
    """
    angles = np.asarray(theta)
    if angles.dtype.kind not in "iuf":
        raise ValueError(f"theta holds {angles.dtype}, {n_angles} real angles are expected")
    angles = angles.astype(np.float64)
    if angles.ndim not in (1, 2) or angles.shape[0] == 0:
        raise ValueError(
            f"theta has shape {angles.shape}, ({n_angles},) or (batch, {n_angles}) is expected"
        )
    if angles.shape[-1] != n_angles:
        raise ValueError(f"theta has {angles.shape[-1]} angles, {n_angles} expected ({layout})")
    if not np.isfinite(angles).all():
        first = tuple(np.argwhere(~np.isfinite(angles))[0].tolist())
        place = ", ".join(map(str, first))
        raise ValueError(f"theta[{place}] is {angles[first]}, finite angles are expected")
    return angles.reshape(-1, n_angles)
