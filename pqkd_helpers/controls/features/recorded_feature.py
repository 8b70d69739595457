"""A feature that was recorded beforehand, one z per epoch (notebook 09).

The run that it is taken from is the donor. The control "yoked" replays the z of another seed's
photonic run: the same inner products between all epochs, but angles that were selected for other
weights and another A. (In psychology a yoked control receives what its partner has earned.)
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class RecordedFeature:
    """Give the z of each epoch from a record; it is neither smoothed nor scaled again.

    Parameters
    ----------
    features : (n_epochs, feature_dim) array_like
        z of every epoch.
    n_angles : int
        Number of angles of the circuit that it replaces; they have no effect.

    Raises
    ------
    ValueError
        If the features are not a matrix of finite numbers.

    Examples
    --------
    >>> source = RecordedFeature([[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 1.0]], n_angles=1)
    >>> source.begin_epoch(1)
    >>> source.histogram(np.zeros(1), 200, rng=np.random.default_rng(0))
    array([0., 1., 0., 1.])
    """

    takes_shots = False
    is_scaled = False
    is_smoothed = False

    def __init__(self, features: ArrayLike, *, n_angles: int) -> None:
        self.features = np.asarray(features, dtype=np.float64)
        if self.features.ndim != 2 or not np.isfinite(self.features).all():
            raise ValueError(
                f"the features have shape {self.features.shape}: a matrix of finite numbers, one "
                "row per epoch, is expected"
            )
        self.n_modes = 2 * int(np.log2(self.features.shape[1] / 2))
        self.n_angles = n_angles
        self._epoch = 0

    def begin_epoch(self, epoch: int) -> None:
        """Go to the z of an epoch, from 0.

        Raises
        ------
        ValueError
            If none was recorded.
        """
        if not 0 <= epoch < len(self.features):
            raise ValueError(
                f"epoch {epoch + 1} has no recorded z: the donor ran {len(self.features)} epochs"
            )
        self._epoch = epoch

    def histogram(self, theta: Array, n_shots: int, *, rng: np.random.Generator) -> Array:
        """Return this epoch's z ``(feature_dim,)``; nothing else is used."""
        return self.features[self._epoch].copy()
