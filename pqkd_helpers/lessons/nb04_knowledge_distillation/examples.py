"""A few images of notebook 04, with what a teacher and a student say about them.

The logits were stored from the notebook's teacher and from a student that learned from labels
alone; the images are read from mnist-5k, whose validation and test images follow each other here.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...datasets.loading import load_dataset


@dataclass(frozen=True)
class Example:
    """One held-out image with what two networks say about it.

    Attributes
    ----------
    place : int
        Among the validation images followed by the test images.
    label : int
    teacher, student : tuple of 10 floats
        Logits, rounded to one decimal.
    """

    place: int
    label: int
    teacher: tuple[float, ...]
    student: tuple[float, ...]


EXAMPLES: dict[str, Example] = {
    "a plain 0": Example(
        198,
        0,
        (10.9, -1.1, 2.6, -11.3, -10.1, -0.7, -2.8, -2.5, -2.8, -3.3),
        (11.1, -27.5, 7.3, -1.6, -11.3, 4.3, -7.8, -1.3, -9.4, -8.8),
    ),
    "a 7 with a bar": Example(
        150,
        7,
        (-7.0, 1.1, -1.2, 7.7, -8.8, -1.9, -26.6, 12.5, -4.3, 5.3),
        (-5.9, -14.0, 5.8, 4.0, -2.8, 0.6, -17.2, 12.4, -15.1, 4.3),
    ),
    "a 5 that leans towards 6": Example(
        188,
        5,
        (0.7, -4.9, 0.5, -11.8, -5.6, 8.8, 5.2, -9.2, 1.8, -2.4),
        (-2.0, -14.4, -3.7, -2.4, -0.8, 6.3, 2.0, -11.4, -0.9, 0.9),
    ),
    "a 4 that is almost a 9": Example(
        452,
        4,
        (-3.5, 0.8, -4.8, -9.7, 7.5, -5.3, -4.1, -1.8, -2.1, 7.2),
        (-4.7, -1.2, -10.0, -0.6, 5.4, -0.5, -1.0, -4.9, -1.1, 7.2),
    ),
    "a 7 that is almost a 1": Example(
        490,
        7,
        (-4.5, 6.1, -3.0, -0.2, -8.0, -5.4, -19.2, 6.7, 1.1, 1.7),
        (-5.3, 4.6, -3.0, 1.7, -0.2, -5.0, -10.2, 4.6, -6.9, 5.7),
    ),
    "a 3 that the teacher calls a 5": Example(
        286,
        3,
        (-1.8, -1.8, -0.5, 1.8, -5.8, 4.8, -3.1, -4.1, 1.2, -0.5),
        (-2.3, -3.9, 4.3, 3.2, -6.4, 2.7, -5.5, -4.3, -5.3, -4.1),
    ),
}


def image_of(name: str) -> NDArray[np.float32]:
    """Return the image of an example at half the size: (14, 14), brightness 0 to 255."""
    pixels: NDArray[np.float32] = _image(EXAMPLES[name].place)
    return pixels


@cache
def _image(place: int) -> NDArray[np.float32]:
    data = load_dataset("mnist-5k")
    n = len(data.validation)
    split, row = (data.validation, place) if place < n else (data.test, place - n)
    image = split.images[row, 0].numpy().astype(np.float32)
    return image.reshape(14, 2, 14, 2).mean(axis=(1, 3))
