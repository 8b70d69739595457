"""Teacher and student: the same small network, with plain or with dictionary convolutions.

    conv1 5x5, ReLU, max-pool 2;  conv2 3x3, ReLU, max-pool 2;  conv3 3x3, ReLU, dropout 0.25;
    global average pooling;  linear

The student replaces the convolutions of its scope by `DictConv2d`. It is used in two steps:
``student.condition(z)``, then ``student(x)``. All images share one z.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from ..common.checks import check_choice, check_whole
from ..common.random_streams import derive_seed, forked_seed
from ..dictionary_convolutions.layer import DictConv2d, as_feature
from .settings import BasisStart, Scope, check_widths

# name, in_channels, out_channels, kernel_size -> layer
ConvolutionFactory = Callable[[str, int, int, int], nn.Module]

_COMPRESSED: dict[Scope, tuple[str, ...]] = {
    "conv1": ("conv1",),
    "conv1+conv2": ("conv1", "conv2"),
    "all": ("conv1", "conv2", "conv3"),
}

_DROPOUT = 0.25


class ConvNet(nn.Module):
    """The shape shared by teacher and student.

    Parameters
    ----------
    in_channels, widths, n_classes
        As for `TeacherCNN`.
    convolution : callable
        Builds each convolution from its name, channels in, channels out and kernel size.
    linear_seed : int
        Seed of the linear layer.
    batch_norm : bool
        Whether batch norm follows each convolution. The size of a kernel then has no effect on
        the forward pass in training.
    """

    def __init__(
        self,
        in_channels: int,
        widths: Sequence[int],
        n_classes: int,
        *,
        convolution: ConvolutionFactory,
        linear_seed: int,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        check_whole("in_channels", in_channels, least=1)
        check_whole("n_classes", n_classes, least=1)
        self.widths = check_widths(widths)
        self.in_channels = in_channels
        self.n_classes = n_classes
        first, second, third = self.widths
        self.conv1 = convolution("conv1", in_channels, first, 5)
        self.conv2 = convolution("conv2", first, second, 3)
        self.conv3 = convolution("conv3", second, third, 3)
        self.batch_norm = batch_norm
        normalisation = nn.BatchNorm2d if batch_norm else nn.Identity
        self.norm1, self.norm2, self.norm3 = map(normalisation, self.widths)
        self.dropout = nn.Dropout(_DROPOUT)
        with forked_seed(linear_seed):
            self.linear = nn.Linear(third, n_classes)
        self.to(memory_format=torch.channels_last)  # same results, about a fifth faster on CPUs

    def forward(self, x: Tensor) -> Tensor:
        """Return logits ``(batch, n_classes)`` of images ``(batch, in_channels, h, w)``."""
        # max(relu(x)) = relu(max(x)): pooled first, ReLU has a quarter of the work.
        x = torch.relu(nn.functional.max_pool2d(self.norm1(self.conv1(x)), 2))
        x = torch.relu(nn.functional.max_pool2d(self.norm2(self.conv2(x)), 2))
        x = self.dropout(torch.relu(self.norm3(self.conv3(x))))
        return self.linear(x.mean(dim=(2, 3)))

    def state_dict(self, *args: Any, **options: Any) -> dict[str, Any]:  # type: ignore[override]
        """Return all values by name, in torch's usual memory order, as safetensors asks for.

        Those of plain convolutions are copies: to change them, change the parameters.
        """
        values = super().state_dict(*args, **options)
        for name, value in values.items():
            if isinstance(value, Tensor) and not isinstance(value, nn.Parameter):
                values[name] = value.contiguous()
        return values


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
            return _dense_convolution(c_in, c_out, size, derive_seed(seed, "teacher", name))

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
    rank : int
        Number R of basis filters of each dictionary convolution.
    scope : {"conv1", "conv1+conv2", "all"}
        Which convolutions are dictionary convolutions.
    feature_dim : int
        Length of z.
    basis_start : {"he", "rank"}
        Variance of the basis at the start: He's ``2 / (C_in R k^2)``, or ``1 / (R k^2)``, which
        does not look at the input channels.
    batch_norm : bool
        As for `ConvNet`.
    seed : int
        Seed of the initial weights and, with the layer's name, of each layer's A.

    Raises
    ------
    ValueError
        If a size or the rank is not a whole number >= 1, or the scope is unknown.

    Examples
    --------
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
        rank: int = 8,
        scope: Scope = "conv1+conv2",
        feature_dim: int = 512,
        basis_start: BasisStart = "he",
        batch_norm: bool = False,
        seed: int = 0,
    ) -> None:
        check_choice("scope", scope, get_args(Scope))
        check_choice("basis_start", basis_start, get_args(BasisStart))
        check_whole("rank", rank, least=1)

        def convolution(name: str, c_in: int, c_out: int, size: int) -> nn.Module:
            layer_seed = derive_seed(seed, "student", name)
            if name not in _COMPRESSED[scope]:
                return _dense_convolution(c_in, c_out, size, layer_seed)
            return DictConv2d(
                c_in,
                c_out,
                size,
                rank=rank,
                feature_dim=feature_dim,
                padding=size // 2,
                basis_variance=1.0 / (rank * size**2) if basis_start == "rank" else None,
                seed=layer_seed,
            )

        super().__init__(
            in_channels,
            widths,
            n_classes,
            convolution=convolution,
            linear_seed=derive_seed(seed, "student", "linear"),
            batch_norm=batch_norm,
        )
        self.rank = rank
        self.scope = scope
        self.feature_dim = feature_dim

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


def _dense_convolution(c_in: int, c_out: int, size: int, seed: int) -> nn.Module:
    with forked_seed(seed):
        return nn.Conv2d(c_in, c_out, size, padding=size // 2)


def trained_values(module: nn.Module) -> int:
    """Return the number of values that training changes.

    Examples
    --------
    >>> trained_values(nn.Linear(128, 10))
    1290
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
