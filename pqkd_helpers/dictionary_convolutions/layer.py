"""Dictionary convolutions: kernels mixed from a few trained filters by a photonic feature.

    W[o, i, a, b] = sum_r M[o, i, r] B[r, a, b],    vec(M) = A z

The basis B, R filters of k x k, is all that is trained (and a bias per output channel; a gain, if
asked for). The mixing M follows from the feature z through the frozen random matrix A. z changes
once per epoch, so M is computed once by `DictConv2d.condition` and not in every forward pass.

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
from .feature_tensor import as_feature
from .fixed_projection import FixedProjection
from .orthogonal_rows import orthogonal_rows

__all__ = ["DictConv2d", "FixedProjection", "as_feature"]


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
    basis_of : DictConv2d or None
        A layer whose basis this one uses too: one parameter, trained by the gradients of both.
        Rank and kernel size must agree. The mixing is scaled by a fixed number, so that the kernel
        starts with the variance that a basis of its own would give.
    gains : bool
        Whether a factor per output channel is trained, 1 at the start.
    orthogonal : bool
        Whether the mixing of one output channel is orthogonal to that of every other: `project`.
    seed : int
        Seed of A, of the basis and of the bias. Give every layer of a network its own: with
        equal seeds the A of one layer is the beginning of the other's.

    Attributes
    ----------
    basis : (rank, height, width) float32 parameter
        A shared one is in the ``state_dict`` of the layer it belongs to alone.
    bias : (out_channels,) float32 parameter or None
    gains : (out_channels,) float32 parameter or None
    z : (feature_dim,) float32 buffer
        The feature last given to `condition`; NaN before. It is part of the ``state_dict``,
        unlike A and M, which loading recomputes.

    Raises
    ------
    ValueError
        If a size or the rank is not a whole number >= 1, the variance is not positive, or the basis
        of the other layer has another shape.

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
        basis_of: "DictConv2d | None" = None,
        gains: bool = False,
        orthogonal: bool = False,
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
        self.basis_variance = check_positive("basis_variance", basis_variance)
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
        self.orthogonal = orthogonal
        self.shares_basis = basis_of is not None
        self.mixing_scale = 1.0
        if basis_of is None:
            self.basis = nn.Parameter(
                torch.randn(rank, height, width, generator=generator) * math.sqrt(basis_variance)
            )
        else:
            self.basis = basis_of.basis
            self.mixing_scale = math.sqrt(basis_variance / basis_of.basis_variance)
            if self.basis.shape != (rank, height, width):
                raise ValueError(
                    f"the basis of the other layer has shape {tuple(self.basis.shape)}, "
                    f"{(rank, height, width)} is expected: the rank and kernel size of this layer"
                )
        self.register_parameter("gains", nn.Parameter(torch.ones(out_channels)) if gains else None)
        self.gains: nn.Parameter | None
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

        An orthogonal layer makes the rows of M, one of ``C_in R`` numbers per output channel,
        orthogonal and equally long (its columns where there are more rows than columns), by
        Gram and Schmidt; the mean square of M stays ``|z|^2 / feature_dim``. The rows of A cannot
        be: there are far more of them than the ``feature_dim`` numbers each has.

        Parameters
        ----------
        z : (..., feature_dim) float32 tensor

        Returns
        -------
        (..., out_channels, in_channels, rank) float32 tensor
        """
        with torch.inference_mode(False):
            mixing = self.projection(z.to(self.basis.device))
            if self.orthogonal:
                rows = mixing.unflatten(-1, (self.out_channels, -1))
                size = z.norm(dim=-1) * math.sqrt(max(rows.shape[-2:]) / self.feature_dim)
                mixing = (size[..., None, None] * orthogonal_rows(rows)).flatten(-2)
            if self.shares_basis:
                mixing = self.mixing_scale * mixing
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
        kernel = kernel.permute(2, 3, 0, 1).contiguous(memory_format=torch.channels_last)
        return kernel if self.gains is None else self.gains[:, None, None, None] * kernel

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

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        if self.shares_basis:
            del destination[f"{prefix}basis"]

    def _load_from_state_dict(
        self, state: Any, prefix: str, metadata: Any, strict: bool, *keys_and_messages: Any
    ) -> None:
        name = f"{prefix}basis"
        if self.shares_basis and name not in state:
            state = {**state, name: self.basis}  # the layer it belongs to loads it
        elif self.shares_basis:
            keys_and_messages[1].append(name)  # unexpected: the state is of a layer with its own
        super()._load_from_state_dict(state, prefix, metadata, strict, *keys_and_messages)
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
            + ", shared basis" * self.shares_basis
            + ", gains" * (self.gains is not None)
            + ", orthogonal" * self.orthogonal
        )


def _pair(name: str, size: int | tuple[int, int], *, least: int) -> tuple[int, int]:
    sizes = np.atleast_1d(np.array(size, dtype=object))
    if sizes.shape not in {(1,), (2,)}:
        raise ValueError(f"{name} is {size!r}, one whole number or two are expected")
    return check_whole(name, sizes[0], least=least), check_whole(name, sizes[-1], least=least)
