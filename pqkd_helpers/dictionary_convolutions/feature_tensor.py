"""A feature z, from wherever it comes, as the tensor that the layers compute with."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor


def as_feature(z: ArrayLike | Tensor, feature_dim: int) -> Tensor:
    """Return a feature, or a stack of them, as a float32 tensor.

    Parameters
    ----------
    z : (..., feature_dim) array or tensor
        The feature; a tensor keeps its gradient.
    feature_dim : int
        Length expected.

    Raises
    ------
    ValueError
        If the length differs or a value is not finite.
    """
    if not isinstance(z, Tensor):
        values = np.array(z)  # a copy: any strides, writeable
        if values.dtype.kind not in "biuf":
            raise ValueError(f"z holds {values.dtype}, real numbers are expected")
        z = torch.from_numpy(values)
    if z.is_complex():
        raise ValueError(f"z holds {z.dtype}, real numbers are expected")
    with torch.inference_mode(False):
        feature = z.to(torch.float32).clone()
    if feature.ndim == 0 or feature.shape[-1] != feature_dim:
        raise ValueError(f"z has shape {tuple(feature.shape)}, ({feature_dim},) is expected")
    if not torch.isfinite(feature).all():
        raise ValueError("z is not finite, finite numbers are expected")
    return feature
