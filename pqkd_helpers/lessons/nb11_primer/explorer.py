"""The explorer of notebook 11: a filter that slides over a digit."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from ...datasets.loading import load_dataset
from ..explorer import Choice, Explorer, Slider
from .exercises import slide
from .pictures import sliding_filter

FILTERS = {
    "bright to the left": ((1, 0, -1),) * 3,
    "bright above": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "blur": ((1 / 9,) * 3,) * 3,
    "a bright spot": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
}


@cache
def a_digit() -> np.ndarray:
    """Return the first training image of `digits`, (8, 8), dark 0 and bright 1."""
    image: np.ndarray = load_dataset("digits").train.images[0, 0].numpy() / 255.0
    return image


def draw(kernel: str, row: int, column: int) -> Figure:
    """Draw a filter at one place of the digit."""
    weights = np.array(FILTERS[kernel], dtype=float)
    return sliding_filter(a_digit(), weights, slide(a_digit(), weights), row, column)


SLIDING_FILTER = Explorer(
    name="11.filter",
    draw=draw,
    controls={
        "kernel": Choice("filter", {name: name for name in FILTERS}, "bright to the left"),
        "row": Slider("row (0 is at the top)", 0, 5, 1, 2),
        "column": Slider("column (0 is at the left)", 0, 5, 1, 5),
    },
    alt=(
        "Three squares of pixels: a digit with a frame of 3 x 3 pixels at row {row}, column "
        "{column}; the filter '{kernel}' with its nine numbers; and the map of 6 x 6 pixels, in "
        "which the pixel at row {row}, column {column} is framed."
    ),
    grid={
        "kernel": tuple(FILTERS),
        "row": (0, 2, 4),
        "column": (0, 1, 2, 3, 4, 5),
    },
)
EXPLORERS = (SLIDING_FILTER,)
