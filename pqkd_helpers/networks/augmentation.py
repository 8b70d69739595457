"""Augmentation of images: mirrored by a coin toss, shifted by up to four pixels, a square erased.

Mirror and shift are the usual recipe for CIFAR-10; erasing a square ("cutout", T. DeVries and
G. W. Taylor, arXiv:1708.04552) keeps a network from relying on one detail. New pixels are black, as
in torchvision's ``RandomCrop(32, 4)``; unlike that transform on a batch, every image gets its own
shift.
"""

import torch
from torch import Tensor

_SHIFT = 4
_ERASED = 8


def flip_and_shift(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return a batch of images, each mirrored with probability 1/2 and shifted at random.

    Parameters
    ----------
    images : (batch, channels, height, width) tensor
        Any type; new pixels at the border are 0.
    generator : torch.Generator
        Source of the random numbers, on the CPU.

    Returns
    -------
    (batch, channels, height, width) tensor

    Examples
    --------
    >>> images = torch.ones(5, 3, 32, 32, dtype=torch.uint8)
    >>> flip_and_shift(images, torch.Generator().manual_seed(0)).shape
    torch.Size([5, 3, 32, 32])
    """
    _check_generator(generator)
    n, _, height, width = images.shape
    shifts = torch.randint(0, 2 * _SHIFT + 1, (2, n, 1), generator=generator)
    mirrored = torch.rand(n, 1, generator=generator) < 0.5
    columns = torch.arange(width).expand(n, width)
    columns = torch.where(mirrored, columns.flip(1), columns) + shifts[0]
    rows = torch.arange(height) + shifts[1]
    padded = torch.nn.functional.pad(images, (_SHIFT,) * 4)
    rows, columns = rows.to(images.device), columns.to(images.device)
    # One index per image, row and column; the channels stay whole.
    batch = torch.arange(n, device=images.device)[:, None, None]
    picked = padded.movedim(1, -1)[batch, rows[:, :, None], columns[:, None, :]]
    return picked.movedim(-1, 1)


def erase_square(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return a batch of images, each with a black square of 8 x 8 pixels at a random place.

    The square's centre is any pixel, so at the border a part of it falls outside.

    Parameters
    ----------
    images : (batch, channels, height, width) tensor
    generator : torch.Generator
        Source of the random numbers, on the CPU.

    Returns
    -------
    (batch, channels, height, width) tensor

    Examples
    --------
    >>> images = torch.ones(500, 1, 32, 32)
    >>> result = erase_square(images, torch.Generator().manual_seed(0))
    >>> bool((result == 0).sum(dim=(1, 2, 3)).max() == 64)
    True
    """
    _check_generator(generator)
    n, _, height, width = images.shape

    def hidden(length: int) -> Tensor:
        centre = torch.randint(0, length, (n, 1), generator=generator)
        offset = torch.arange(length) - centre + _ERASED // 2
        return ((offset >= 0) & (offset < _ERASED)).to(images.device)

    rows, columns = hidden(height), hidden(width)
    square = rows[:, None, :, None] & columns[:, None, None, :]
    return images.masked_fill(square, 0)


def _check_generator(generator: torch.Generator) -> None:
    if not isinstance(generator, torch.Generator):  # torch takes None for its global one
        raise ValueError(
            f"generator is {generator!r}, a torch.Generator is expected, such as "
            "torch.Generator().manual_seed(0)"
        )
