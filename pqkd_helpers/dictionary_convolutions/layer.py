"""Dictionary convolutions: kernels mixed from a few trained filters by a photonic feature.

    W[o, i, a, b] = sum_r M[o, i, r] B[r, a, b],    vec(M) = A z

The basis B, R filters of k x k, is all that is trained (and a bias per output channel). The
mixing M follows from the feature z through the frozen random matrix A. z changes once per epoch,
so M is computed once by `DictConv2d.condition` and not in every forward pass.

With entries of A of variance 1/512 and ``|z|^2 = 512`` the entries of M have variance 1, and B of
variance ``2 / (C_in R k^2)`` gives W He's variance ``2 / (C_in k^2)`` in every layer
(K. He et al., arXiv:1502.01852).

Backs notebook 03.
"""

import copy
import math
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional

from ..common.checks import check_positive, check_whole
from ..common.random_streams import derive_seed
from .fixed_projection import FixedProjection

__all__ = ["DictConv2d", "FixedProjection", "as_feature"]


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


class DictConv2d(nn.Module):
    """A 2D convolution whose kernel is a frozen mixing of trained basis filters.

    Use it like `torch.nn.Conv2d`, after one call of `condition`.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels in and out.
    kernel_size : int or (int, int)
        Height and width of the filters.
    rank : int
        Number R of basis filters.
    feature_dim : int
        Length of z.
    stride, padding : int or (int, int)
        As in `torch.nn.Conv2d`.
    bias : bool
        Whether a bias per output channel is trained.
    basis_variance : float or None
        Variance of the basis at the start; None is He's ``2 / (C_in R k^2)``.
    seed : int
        Seed of A, of the basis and of the bias. Give every layer of a network its own: with
        equal seeds the A of one layer is the beginning of the other's.

    Attributes
    ----------
    basis : (rank, height, width) float32 parameter
    bias : (out_channels,) float32 parameter or None
    z : (feature_dim,) float32 buffer
        The feature last given to `condition`; NaN before. It is part of the ``state_dict``,
        unlike A and M, which loading recomputes.

    Raises
    ------
    ValueError
        If a size or the rank is not a whole number >= 1, or the variance is not positive.

    Examples
    --------
    >>> layer = DictConv2d(1, 4, 5, padding=2, seed=0)
    >>> layer.condition(torch.ones(512))
    >>> layer(torch.zeros(2, 1, 28, 28)).shape, layer.kernel().shape
    (torch.Size([2, 4, 28, 28]), torch.Size([4, 1, 5, 5]))
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        *,
        rank: int = 8,
        feature_dim: int = 512,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        bias: bool = True,
        basis_variance: float | None = None,
        seed: int,
    ) -> None:
        super().__init__()
        height, width = _pair("kernel_size", kernel_size, least=1)
        check_whole("in_channels", in_channels, least=1)
        check_whole("out_channels", out_channels, least=1)
        check_whole("rank", rank, least=1)
        check_whole("feature_dim", feature_dim, least=1)
        fan_in = in_channels * height * width
        if basis_variance is None:
            basis_variance = 2.0 / (fan_in * rank)
        check_positive("basis_variance", basis_variance)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = (height, width)
        self.rank = rank
        self.feature_dim = feature_dim
        self.stride = _pair("stride", stride, least=1)
        self.padding = _pair("padding", padding, least=0)
        self.projection = FixedProjection(
            in_features=feature_dim,
            out_features=out_channels * in_channels * rank,
            seed=derive_seed(seed, "projection"),
        )
        generator = torch.Generator().manual_seed(derive_seed(seed, "basis"))
        self.basis = nn.Parameter(
            torch.randn(rank, height, width, generator=generator) * math.sqrt(basis_variance)
        )
        if bias:
            limit = 1.0 / math.sqrt(fan_in)  # as in torch.nn.Conv2d
            self.bias = nn.Parameter(
                torch.empty(out_channels).uniform_(-limit, limit, generator=generator)
            )
        else:
            self.register_parameter("bias", None)
        self.register_buffer("z", torch.full((feature_dim,), math.nan))
        self.register_buffer("mixing", None, persistent=False)
        self.z: Tensor
        self.mixing: Tensor | None

    def condition(self, z: ArrayLike | Tensor) -> None:
        """Set the mixing ``vec(M) = A z`` for all forward passes to come.

        Parameters
        ----------
        z : (feature_dim,) array or tensor
            The feature; zero is allowed. The graph is kept only if z requires a gradient.

        Raises
        ------
        ValueError
            If z has another length or is not finite.
        """
        feature = as_feature(z, self.feature_dim)
        if feature.ndim != 1:
            raise ValueError(
                f"z has shape {tuple(feature.shape)}, ({self.feature_dim},) is expected"
            )
        self.set_mixing(feature, self.project(feature))

    def project(self, z: Tensor) -> Tensor:
        """Return the mixings of one or several features in one pass over A.

        Parameters
        ----------
        z : (..., feature_dim) float32 tensor

        Returns
        -------
        (..., out_channels, in_channels, rank) float32 tensor
        """
        with torch.inference_mode(False):
            mixing = self.projection(z.to(self.basis.device))
            mixing = mixing.unflatten(-1, (self.out_channels, self.in_channels, self.rank))
            # Rank by rank in memory: `kernel` and its gradient then need no copy of it.
            return mixing.movedim(-1, -3).contiguous().movedim(-3, -1)

    def set_mixing(self, z: Tensor, mixing: Tensor) -> None:
        """Take over a mixing computed by `project`, and the z it belongs to."""
        self.z = z.detach().to(self.basis, copy=True)  # layers share no memory
        self.mixing = mixing.to(self.basis)

    def kernel(self) -> Tensor:
        """Return the kernel W.

        Returns
        -------
        (out_channels, in_channels, height, width) tensor

        Raises
        ------
        RuntimeError
            Before the first call of `condition`.
        """
        if self.mixing is None:
            raise RuntimeError("the layer has no mixing yet: call condition(z) first")
        by_rank = self.mixing.permute(2, 0, 1).flatten(1)  # (rank, out * in)
        by_place = self.basis.flatten(1).T @ by_rank  # (height * width, out * in)
        kernel = by_place.view(*self.kernel_size, self.out_channels, self.in_channels)
        # The memory order that convolutions on CPUs are fastest with; same values.
        return kernel.permute(2, 3, 0, 1).contiguous(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve images.

        Parameters
        ----------
        x : (batch, in_channels, height, width) tensor

        Returns
        -------
        (batch, out_channels, out_height, out_width) tensor
        """
        return functional.conv2d(x, self.kernel(), self.bias, self.stride, self.padding)

    def __deepcopy__(self, memo: dict[int, Any]) -> "DictConv2d":
        """Copy as any module is copied, but a mixing that carries a graph without it."""
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        buffers = {n: None if b is None else b.detach() for n, b in self._buffers.items()}
        twin.__dict__.update(copy.deepcopy(self.__dict__ | {"_buffers": buffers}, memo))
        return twin

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        if torch.isnan(self.z).any():
            self.mixing = None
        else:
            self.condition(self.z)

    def extra_repr(self) -> str:
        """Describe the layer as `torch.nn.Conv2d` does."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, rank={self.rank}, "
            f"feature_dim={self.feature_dim}, bias={self.bias is not None}"
        )


def _pair(name: str, size: int | tuple[int, int], *, least: int) -> tuple[int, int]:
    sizes = np.atleast_1d(np.array(size, dtype=object))
    if sizes.shape not in {(1,), (2,)}:
        raise ValueError(f"{name} is {size!r}, one whole number or two are expected")
    return check_whole(name, sizes[0], least=least), check_whole(name, sizes[-1], least=least)
