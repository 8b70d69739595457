"""A plain CNN of four 3x3 convolutions: what a practitioner would train with so few values.

    conv1 3x3, max-pool 2;  conv2 3x3;  conv3 3x3, max-pool 2;  conv4 3x3;
    global average pooling;  linear

Each convolution is followed by ReLU, and by batch norm or a bias. Small filters and depth, and no
wide last layer whose linear layer would take most values. There is no z and no frozen A.

The form: K. Simonyan, A. Zisserman, arXiv:1409.1556; batch norm: arXiv:1502.03167.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...common.checks import check_whole
from ...common.random_streams import derive_seed, forked_seed

_SIZE = 3  # of the filters


class FourLayerCNN(nn.Module):
    """Four convolutions with few channels each.

    Parameters
    ----------
    in_channels : int
        Channels of the images.
    widths : sequence of four int
        Output channels of the convolutions.
    n_classes : int
        Number of classes.
    batch_norm : bool
        Whether batch norm follows each convolution; without it each has a bias.
    seed : int
        Seed of the initial weights.

    Raises
    ------
    ValueError
        If a size is not a whole number >= 1 or there are not four widths.

    Examples
    --------
    >>> sum(p.numel() for p in FourLayerCNN(1, (8, 8, 8, 8), batch_norm=True).parameters())
    1954
    """

    def __init__(
        self,
        in_channels: int = 1,
        widths: Sequence[int] = (8, 8, 8, 8),
        n_classes: int = 10,
        *,
        batch_norm: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if len(widths) != 4:
            raise ValueError(f"widths are {tuple(widths)}, four whole numbers are expected")
        channels = [check_whole("in_channels", in_channels, least=1)]
        channels += [check_whole("one of the widths", width, least=1) for width in widths]
        check_whole("n_classes", n_classes, least=1)
        self.widths = tuple(channels[1:])
        with forked_seed(derive_seed(seed, "four-layer CNN")):
            for number, (c_in, c_out) in enumerate(itertools.pairwise(channels), start=1):
                convolution = nn.Conv2d(c_in, c_out, _SIZE, padding="same", bias=not batch_norm)
                self.add_module(f"conv{number}", convolution)
                norm = nn.BatchNorm2d(c_out) if batch_norm else nn.Identity()
                self.add_module(f"norm{number}", norm)
            self.linear = nn.Linear(channels[-1], n_classes)
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits ``(batch, n_classes)`` of images ``(batch, in_channels, h, w)``."""
        for number in range(1, 5):
            x = getattr(self, f"norm{number}")(getattr(self, f"conv{number}")(x))
            if number in (1, 3):
                x = nn.functional.max_pool2d(x, 2)
            x = torch.relu(x)
        return self.linear(x.mean(dim=(2, 3)))


def four_layer_values(
    in_channels: int, widths: Sequence[int], n_classes: int, *, batch_norm: bool = True
) -> int:
    """Return how many values the network trains.

    Examples
    --------
    >>> four_layer_values(1, (8, 8, 8, 8), 10)
    1954
    """
    per_output = 2 if batch_norm else 1  # scale and shift; the bias
    layers = (
        outputs * (inputs * _SIZE**2 + per_output)
        for inputs, outputs in itertools.pairwise((in_channels, *widths))
    )
    return sum(layers) + n_classes * (widths[-1] + 1)


def affordable_widths(
    most: int, *, in_channels: int, n_classes: int, batch_norm: bool = True
) -> tuple[int, int, int, int]:
    """Return the widest network with at most so many trained values.

    Its widths are equal, or the last of them larger by one.

    Parameters
    ----------
    most : int
        Trained values.
    in_channels, n_classes : int
        Of images and labels.
    batch_norm : bool
        Whether the network has batch norm.

    Raises
    ------
    ValueError
        If one channel per layer is too much already.

    Examples
    --------
    >>> affordable_widths(1984, in_channels=1, n_classes=10)
    (8, 8, 8, 8)
    """
    found: tuple[int, int, int, int] | None = None
    for n_channels in itertools.count(4):
        first, second, third, fourth = ((n_channels + i) // 4 for i in range(4))
        widths = (first, second, third, fourth)
        if four_layer_values(in_channels, widths, n_classes, batch_norm=batch_norm) > most:
            break
        found = widths
    if found is None:
        raise ValueError(f"no network of four convolutions trains {most} values or fewer")
    return found
