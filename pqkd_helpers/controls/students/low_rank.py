"""Mixings trained as products of small matrices: the PQKD student without z (notebook 09).

The mixing of every dictionary convolution is ``M[o, i, r] = P[o, r] Q[i, r]`` with trained P and Q:
the canonical polyadic form of a kernel.

Reference: V. Lebedev et al., arXiv:1412.6553.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...common.checks import check_whole
from ...common.random_streams import derive_seed
from ...networks.teacher_and_student import ConvNet
from .narrow_cnn import KERNEL_SIZES


class LowRankConv2d(nn.Module):
    """A 2D convolution whose kernel is a sum of R products of three trained factors.

    Parameters
    ----------
    in_channels, out_channels, kernel_size : int
        As in `torch.nn.Conv2d`; the padding keeps the size of the images.
    rank : int
        Number R of products.
    seed : int
        Seed of the start; the kernel then has He's variance.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, *, rank: int, seed: int
    ) -> None:
        super().__init__()
        check_whole("rank", rank, least=1)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride = (kernel_size, kernel_size), (1, 1)
        self.padding = (kernel_size // 2, kernel_size // 2)
        generator = torch.Generator().manual_seed(seed)
        fan_in = in_channels * kernel_size**2
        deviation = math.sqrt(2.0 / (fan_in * rank))

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator)

        self.outputs = nn.Parameter(normal(out_channels, rank))
        self.inputs = nn.Parameter(normal(in_channels, rank))
        self.basis = nn.Parameter(deviation * normal(rank, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def kernel(self) -> Tensor:
        """Return the kernel ``(out_channels, in_channels, height, width)``."""
        return torch.einsum("or,ir,rab->oiab", self.outputs, self.inputs, self.basis)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve images ``(batch, in_channels, height, width)``."""
        return functional.conv2d(x, self.kernel(), self.bias, self.stride, self.padding)


class LowRankStudent(ConvNet):
    """The student's shape with `LowRankConv2d` in all three places.

    Parameters
    ----------
    in_channels, widths, n_classes
        As for `TeacherCNN`.
    rank : int
        Products per kernel.
    batch_norm : bool
        As for `ConvNet`.
    seed : int

    Examples
    --------
    >>> sum(p.numel() for p in LowRankStudent(1, (16, 32, 32), rank=2).parameters())
    754
    """

    def __init__(
        self,
        in_channels: int = 1,
        widths: Sequence[int] = (64, 128, 128),
        n_classes: int = 10,
        *,
        rank: int,
        batch_norm: bool = False,
        seed: int = 0,
    ) -> None:
        def convolution(name: str, c_in: int, c_out: int, size: int) -> nn.Module:
            layer_seed = derive_seed(seed, "low-rank student", name)
            return LowRankConv2d(c_in, c_out, size, rank=rank, seed=layer_seed)

        super().__init__(
            in_channels,
            widths,
            n_classes,
            convolution=convolution,
            linear_seed=derive_seed(seed, "low-rank student", "linear"),
            batch_norm=batch_norm,
        )


def affordable_rank(target: int, *, in_channels: int, widths: Sequence[int], n_classes: int) -> int:
    """Return the largest rank of `LowRankStudent` within ``target`` values; 1 at least.

    Examples
    --------
    >>> affordable_rank(784, in_channels=1, widths=(16, 32, 32), n_classes=10)
    2
    """
    channels = (in_channels, *widths)
    per_rank = sum(
        inputs + outputs + size**2
        for inputs, outputs, size in zip(channels, widths, KERNEL_SIZES, strict=False)
    )
    fixed = sum(widths) + n_classes * (widths[-1] + 1)
    return max(1, (target - fixed) // per_rank)
