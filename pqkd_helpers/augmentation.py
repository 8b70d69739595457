"""Augmentation of images: each one mirrored by a coin toss and shifted by up to four pixels.

The usual recipe for CIFAR-10. The padding is black, as in torchvision's ``RandomCrop(32, 4)``;
unlike that transform on a batch, every image gets a shift of its own.
"""

import torch
from torch import Tensor

_SHIFT = 4


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
