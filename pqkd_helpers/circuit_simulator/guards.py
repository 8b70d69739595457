"""The last check of every exact method: what is no distribution is never handed out.

What cannot be computed well is refused beforehand. Should rounding errors spoil a result all the
same, its sum shows it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Far above the rounding errors of all methods, far below what any number of shots could see.
TOLERANCE = 1e-9


def check_sums(name: str, probabilities: NDArray[np.float64]) -> None:
    """Raise ``FloatingPointError`` unless the probabilities are none below 0 and sum to 1.

    Parameters
    ----------
    name : str
        What they are, for the message.
    probabilities : (..., n) float64

    Examples
    --------
    >>> check_sums("coin", np.array([0.5, 0.6]))
    Traceback (most recent call last):
    ...
    FloatingPointError: coin: the sum is off by 0.1, the smallest is 0.5: lost to rounding
    """
    error = np.abs(probabilities.sum(axis=-1) - 1.0).max()
    smallest = probabilities.min()
    if not (error < TOLERANCE and smallest > -TOLERANCE):  # also if they are nan
        raise FloatingPointError(
            f"{name}: the sum is off by {error:.2g}, the smallest is {smallest:.2g}: "
            "lost to rounding"
        )


def check_light(columns: NDArray[Any], *, lossy: bool) -> None:
    """Raise ``FloatingPointError`` unless each input's light is all there, or some of it is lost.

    Parameters
    ----------
    columns : (batch, n_modes, n_inputs) array
        Columns of a transfer matrix.
    lossy : bool
        Whether light may be lost.
    """
    light = (np.abs(columns) ** 2).sum(axis=1)
    if not (light.max() < 1.0 + TOLERANCE and (lossy or light.min() > 1.0 - TOLERANCE)):
        raise FloatingPointError(
            f"transfer matrix: of each input's light, between {light.min():.10g} and "
            f"{light.max():.10g} arrives: lost to rounding"
        )
