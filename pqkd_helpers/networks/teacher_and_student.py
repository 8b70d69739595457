"""Teacher and student: the same small network, with plain or with dictionary convolutions.

The student replaces the convolutions of its scope by `DictConv2d`. It is used in two steps:
``student.condition(z)``, then ``student(x)``. All images share one z.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from numpy.typing import ArrayLike
from torch import Tensor, nn

from ..common.checks import check_choice
from ..common.random_streams import derive_seed
from ..dictionary_convolutions.feature_tensor import as_feature
from ..dictionary_convolutions.layer import DictConv2d
from .conv_net import DROPOUT, ConvNet, dense_convolution, trained_values
from .settings import COMPRESSED, BasisStart, Scope, check_options, check_rank

__all__ = ["ConvNet", "StudentCNN", "TeacherCNN", "trained_values"]

# Options that the first stored students did not have, at their defaults.
_YOUNGER = {
    "batch_norm": False,
    "shared_basis": False,
    "gains": False,
    "bias": True,
    "orthogonal": False,
}


class TeacherCNN(ConvNet):
    """The dense network: every convolution is a plain `torch.nn.Conv2d`.

    Parameters
    ----------
    in_channels : int
        Channels of the images.
    widths : (int, int, int)
        Output channels of the three convolutions.
    n_classes : int
        Number of classes.
    batch_norm : bool
        As for `ConvNet`.
    seed : int
        Seed of the initial weights.

    Raises
    ------
    ValueError
        If a size is not a whole number >= 1 or there are not three widths.

    Examples
    --------
    >>> sum(p.numel() for p in TeacherCNN().parameters())
    224394
    """

    def __init__(
        self,
        in_channels: int = 1,
        widths: Sequence[int] = (64, 128, 128),
        n_classes: int = 10,
        *,
        batch_norm: bool = False,
        seed: int = 0,
    ) -> None:
        def convolution(name: str, c_in: int, c_out: int, size: int) -> nn.Module:
            return dense_convolution(c_in, c_out, size, seed=derive_seed(seed, "teacher", name))

        super().__init__(
            in_channels,
            widths,
            n_classes,
            convolution=convolution,
            linear_seed=derive_seed(seed, "teacher", "linear"),
            batch_norm=batch_norm,
        )


class StudentCNN(ConvNet):
    """The compressed network: the convolutions of its scope are dictionary convolutions.

    Parameters
    ----------
    in_channels, widths, n_classes
        As for `TeacherCNN`.
    rank : int or sequence of int
        Number R of basis filters: of each dictionary convolution, or one number for each.
    scope : {"conv1", "conv1+conv2", "all"}
        Which convolutions are dictionary convolutions.
    feature_dim : int
        Length of z.
    basis_start : {"he", "rank"}
        Variance of the basis at the start: He's ``2 / (C_in R k^2)``, or ``1 / (R k^2)``, which
        does not look at the input channels.
    batch_norm : bool
        As for `ConvNet`.
    shared_basis : bool
        Whether conv2 and conv3, both 3x3, share one basis: R filters are counted once.
    gains : bool
        Whether the dictionary convolutions train a factor per output channel.
    bias : bool
        Whether the convolutions train a bias per output channel. Batch norm makes it idle: it has
        a shift per channel.
    orthogonal : bool
        Whether the mixings of a layer's output channels are orthogonal; see `DictConv2d.project`.
    dropout : float
        As for `ConvNet`.
    seed : int
        Seed of the initial weights and, with the layer's name, of each layer's A.

    Raises
    ------
    ValueError
        If a size or a rank is not a whole number >= 1, the scope is unknown, or options do not go
        together: a shared basis with other than two 3x3 dictionary convolutions of one rank, or
        gains with batch norm, which has them already.

    Examples
    --------
    >>> import torch
    >>> student = StudentCNN(scope="all")
    >>> sum(p.numel() for p in student.parameters())
    1954
    >>> student.condition(torch.ones(512))
    >>> student(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        in_channels: int = 1,
        widths: Sequence[int] = (64, 128, 128),
        n_classes: int = 10,
        *,
        rank: int | Sequence[int] = 8,
        scope: Scope = "conv1+conv2",
        feature_dim: int = 512,
        basis_start: BasisStart = "he",
        batch_norm: bool = False,
        shared_basis: bool = False,
        gains: bool = False,
        bias: bool = True,
        orthogonal: bool = False,
        dropout: float = DROPOUT,
        seed: int = 0,
    ) -> None:
        check_choice("scope", scope, get_args(Scope))
        check_choice("basis_start", basis_start, get_args(BasisStart))
        ranks = check_rank(rank, scope)
        check_options(
            rank=ranks, scope=scope, shared_basis=shared_basis, gains=gains, batch_norm=batch_norm
        )
        layers: dict[str, DictConv2d] = {}

        def convolution(name: str, c_in: int, c_out: int, size: int) -> nn.Module:
            layer_seed = derive_seed(seed, "student", name)
            if name not in COMPRESSED[scope]:
                return dense_convolution(c_in, c_out, size, bias=bias, seed=layer_seed)
            n_filters = ranks if isinstance(ranks, int) else ranks[len(layers)]
            layers[name] = DictConv2d(
                c_in,
                c_out,
                size,
                rank=n_filters,
                feature_dim=feature_dim,
                padding=size // 2,
                bias=bias,
                basis_variance=1.0 / (n_filters * size**2) if basis_start == "rank" else None,
                basis_of=layers["conv2"] if shared_basis and name == "conv3" else None,
                gains=gains,
                orthogonal=orthogonal,
                seed=layer_seed,
            )
            return layers[name]

        super().__init__(
            in_channels,
            widths,
            n_classes,
            convolution=convolution,
            linear_seed=derive_seed(seed, "student", "linear"),
            batch_norm=batch_norm,
            dropout=dropout,
        )
        self.rank = ranks
        self.scope = scope
        self.feature_dim = feature_dim
        self.shared_basis, self.gains, self.bias = shared_basis, gains, bias
        self.orthogonal = orthogonal

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments that build a student of this shape.

        Seed, start of the basis and dropout are no part of it; options that the first stored
        students did not have are named only where they differ from their defaults.
        """
        shape = ("in_channels", "widths", "n_classes", "rank", "scope", "feature_dim")
        found = {name: getattr(self, name) for name in (*shape, *_YOUNGER)}
        return {name: v for name, v in found.items() if name in shape or v != _YOUNGER[name]}

    def dictionary_layers(self) -> list[DictConv2d]:
        """Return the dictionary convolutions, first to last."""
        return [layer for layer in self.children() if isinstance(layer, DictConv2d)]

    def condition(self, z: ArrayLike | Tensor) -> None:
        """Set the kernels of all dictionary convolutions from one feature.

        Parameters
        ----------
        z : (feature_dim,) array or tensor
            The feature; zero is allowed. The graph is kept only if z requires a gradient.

        Raises
        ------
        ValueError
            If z has another length or is not finite.
        """
        for layer in self.dictionary_layers():
            layer.condition(z)

    def condition_on_each(self, features: ArrayLike | Tensor) -> Iterator[Tensor]:
        """Condition on several features in turn, with one pass over every A for all of them.

        Parameters
        ----------
        features : (n, feature_dim) array or tensor

        Yields
        ------
        (feature_dim,) tensor
            The feature that the student is conditioned on now.
        """
        stack = as_feature(features, self.feature_dim)
        layers = self.dictionary_layers()
        mixings = [layer.project(stack) for layer in layers]
        for i, z in enumerate(stack):
            for layer, mixing in zip(layers, mixings, strict=True):
                layer.set_mixing(z, mixing[i])
            yield z
