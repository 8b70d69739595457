"""A data set in memory: three splits of images with labels, and how they are normalised.

Images stay uint8; a batch is sliced from the tensor and normalised on the fly.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..common.checks import check_whole
from .image_format import ImageFormat, normalised

SPLIT_SEED = 42
LEAST_PIXELS = 4  # per side: the networks halve images twice


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels.

    Attributes
    ----------
    images : (n, channels, height, width) uint8 tensor
    labels : (n,) int64 tensor

    Raises
    ------
    ValueError
        If a shape or type is another one.
    """

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if getattr(self.images, "dtype", None) != torch.uint8 or self.images.ndim != 4:
            raise ValueError(
                f"images are {_described(self.images)}; an uint8 tensor "
                "(n, channels, height, width) is expected"
            )
        n = len(self.images)
        if getattr(self.labels, "dtype", None) != torch.int64 or self.labels.shape != (n,):
            raise ValueError(
                f"labels are {_described(self.labels)}; an int64 tensor of {n} numbers, one for "
                "each image, is expected"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> "Split":
        """Return the split on another device."""
        return Split(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True, eq=False)
class ImageData:
    """A data set in three splits, with the statistics that normalise it.

    Attributes
    ----------
    name : str
    train, validation, test : Split
        Images of one shape, 4 x 4 pixels or more; labels from 0 to ``n_classes - 1``.
    mean, standard_deviation : (channels,) float32 tensor
        Per channel over the training images, in units of full brightness: means in [0, 1],
        deviations above 0.
    n_classes : int
        2 or more.

    Raises
    ------
    ValueError
        If a split is empty, or one of these rules is broken. A channel that is the same in all
        training images, such as the opacity of photographs, has the deviation 0: leave it out.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    mean: Tensor
    standard_deviation: Tensor
    n_classes: int

    def __post_init__(self) -> None:
        check_whole("n_classes", self.n_classes, least=2)
        shape = self.train.images.shape[1:]
        if min(shape[1:]) < LEAST_PIXELS:
            raise ValueError(
                f"images of {self.name} have {shape[1]} x {shape[2]} pixels; "
                f"{LEAST_PIXELS} x {LEAST_PIXELS} or more are expected"
            )
        for part in ("train", "validation", "test"):
            self._check_split(part, getattr(self, part))
        for statistic in ("mean", "standard_deviation"):
            value = getattr(self, statistic)
            if not isinstance(value, Tensor) or value.shape != shape[:1]:
                raise ValueError(
                    f"{statistic} of {self.name} is {_described(value)}; a tensor of "
                    f"{shape[0]} numbers, one for each channel, is expected"
                )
        constant = (self.standard_deviation == 0).nonzero().flatten().tolist()
        if constant:
            raise ValueError(
                f"channel {constant[0]} of {self.name} has one value in all training images (the "
                "opacity of photographs?) and cannot be normalised: leave it out"
            )
        _ = self.format  # whose rules hold from the start, not only when a student is saved

    def _check_split(self, part: str, split: Split) -> None:
        if not len(split):
            raise ValueError(f"{self.name} has no {part} images; 1 or more are expected")
        shape, expected = tuple(split.images.shape[1:]), tuple(self.train.images.shape[1:])
        if shape != expected:
            raise ValueError(
                f"{part} images of {self.name} have the shape {shape}; {expected} is expected, as "
                "the training images have it"
            )
        least, most = int(split.labels.min()), int(split.labels.max())
        if least < 0 or most >= self.n_classes:
            raise ValueError(
                f"{part} labels of {self.name} reach from {least} to {most}; classes 0 to "
                f"{self.n_classes - 1} are expected"
            )

    @property
    def n_channels(self) -> int:
        """Channels of an image: 1 for grey, 3 for colour."""
        return self.train.images.shape[1]

    def normalise(self, images: Tensor) -> Tensor:
        """Return uint8 images as float32 of mean 0 and standard deviation 1 per channel."""
        return normalised(images, self.mean, self.standard_deviation)

    @property
    def format(self) -> ImageFormat:
        """Shape and normalisation of the images, as plain numbers."""
        channels, height, width = self.train.images.shape[1:]
        return ImageFormat(
            (channels, height, width),
            tuple(self.mean.tolist()),
            tuple(self.standard_deviation.tolist()),
        )

    def with_train_images(self, n: int) -> "ImageData":
        """Return the data with only ``n`` training images, always the same, normalised by these.

        They are picked at random; a larger choice contains the smaller ones.

        Raises
        ------
        ValueError
            Unless n is a whole number from 1 to the number of training images, or if a channel is
            the same in all images picked.
        """
        n_all = len(self.train)
        if check_whole("train_images", n, least=1) > n_all:
            raise ValueError(
                f"train_images is {n:,}, {n_all:,} at most of {self.name} are expected"
            )
        picked = np.sort(np.random.default_rng(SPLIT_SEED).permutation(n_all)[:n])
        train = Split(self.train.images[picked], self.train.labels[picked])
        mean, standard_deviation = channel_statistics(train.images)
        return replace(self, train=train, mean=mean, standard_deviation=standard_deviation)

    def to(self, device: torch.device | str) -> "ImageData":
        """Return the data on another device."""
        return replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            test=self.test.to(device),
            mean=self.mean.to(device),
            standard_deviation=self.standard_deviation.to(device),
        )


def channel_statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation per channel, exactly, from counts of the 256 values."""
    brightness = np.arange(256) / 255.0
    means, deviations = [], []
    for channel in images.unbind(1):
        share = np.bincount(channel.numpy().ravel(), minlength=256) / channel.numel()
        mean = share @ brightness
        means.append(mean)
        deviations.append(np.sqrt(share @ (brightness - mean) ** 2))
    return torch.tensor(means, dtype=torch.float32), torch.tensor(deviations, dtype=torch.float32)


def _described(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)} and type {value.dtype}"
    return f"of type {type(value).__name__}"
