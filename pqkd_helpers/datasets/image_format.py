"""What a network expects of its images: their shape and how they are normalised."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..common.checks import check_positive, check_share, check_whole, set_field


@dataclass(frozen=True)
class ImageFormat:
    """What a network trained on a data set expects: shape and normalisation of the images.

    Attributes
    ----------
    shape : (int, int, int)
        Channels, height, width.
    mean, standard_deviation : tuple of float
        Per channel, in units of full brightness: means in [0, 1], deviations above 0.

    Raises
    ------
    ValueError
        If a number is missing, too many, or out of range.
    """

    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    standard_deviation: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("shape", "mean", "standard_deviation"):
            numbers = getattr(self, name)
            if not isinstance(numbers, Iterable):
                raise ValueError(f"{name} is {numbers!r}, a tuple of numbers is expected")
            set_field(self, name, tuple(numbers))
        if len(self.shape) != 3:
            raise ValueError(f"shape is {self.shape}, (channels, height, width) is expected")
        for size in self.shape:
            check_whole("a size of the images", size, least=1)
        for name in ("mean", "standard_deviation"):
            numbers = getattr(self, name)
            if len(numbers) != self.shape[0]:
                raise ValueError(f"{name} has {len(numbers)} numbers, one per channel is expected")
        for number in self.mean:
            check_share("mean", number)
        for number in self.standard_deviation:
            check_positive("standard_deviation", number)

    def normalise(self, images: Tensor) -> Tensor:
        """Return uint8 images as float32 of mean 0 and standard deviation 1 per channel."""
        mean, deviation = (
            torch.tensor(numbers, dtype=torch.float32, device=images.device)
            for numbers in (self.mean, self.standard_deviation)
        )
        return normalised(images, mean, deviation)


def normalised(images: Tensor, mean: Tensor, standard_deviation: Tensor) -> Tensor:
    """Return uint8 images as float32, less the mean, over the standard deviation.

    Parameters
    ----------
    images : (..., channels, height, width) uint8 tensor
    mean, standard_deviation : (channels,) float32 tensor
        In units of full brightness.
    """
    scale = 1.0 / (255.0 * standard_deviation)
    shift = mean / standard_deviation
    return images.float() * scale.view(-1, 1, 1) - shift.view(-1, 1, 1)
