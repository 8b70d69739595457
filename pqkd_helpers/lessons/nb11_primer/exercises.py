"""The exercise of notebook 11: slide a filter over an image."""

import numpy as np

from ..exercise import Exercise, Mistake, drawn, expect


def slide(image, kernel):
    """Slide a filter over an image and return its map.

    Parameters
    ----------
    image : (h, w) array
    kernel : (k, k) array
        The filter; it stays inside the image.

    Returns
    -------
    (h - k + 1, w - k + 1) array
        At (i, j): the sum of pixel times weight, the filter's upper left corner at pixel (i, j).
    """
    k = len(kernel)
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    feature_map = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            feature_map[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return feature_map


_SIZES = ((8, 8, 3), (5, 9, 2), (4, 4, 4), (6, 3, 1))


def _it_stays_inside(answer):
    """The map has a pixel for every place at which the whole filter lies on the image."""
    for height, width, k in _SIZES:
        shape = np.shape(answer(np.ones((height, width)), np.ones((k, k))))
        given = f"an image of {height} x {width} and a filter of {k} x {k}, the map's shape"
        expect(shape, (height - k + 1, width - k + 1), given=given)


def _one_weight_copies(answer):
    """A filter whose only weight is a 1 copies the image, from where that weight lies."""
    image = drawn(0).random((6, 7))
    for i, j in ((0, 0), (0, 2), (2, 0), (1, 1)):
        kernel = np.zeros((3, 3))
        kernel[i, j] = 1.0
        given = f"a filter of 3 x 3 with a 1 at row {i}, column {j}"
        expect(answer(image, kernel), image[i : i + 4, j : j + 5], given=given)


def _filters_add(answer):
    """The map of a sum of two filters is the sum of their maps."""
    image, (one, two) = drawn(1).random((5, 6)), drawn(2).normal(size=(2, 3, 3))
    total = answer(image, one) + answer(image, two)
    expect(answer(image, one + two), total, given="the sum of two filters")


_SLIDE = Exercise(
    number="11.1",
    name="Slide a filter",
    difficulty=2,
    minutes=6,
    task="""
    Write the sliding filter: at every place, the sum of pixel times weight, as for the one place
    above. Two loops are fine.
    """,
    reference=slide,
    laws=(_it_stays_inside, _one_weight_copies, _filters_add),
    probes=lambda: [
        (drawn(3).random((8, 8)), drawn(4).normal(size=(3, 3))),
        (drawn(5).random((5, 7)), drawn(6).normal(size=(2, 2))),
    ],
    private_inputs=lambda rng: (rng.random((7, 6)), rng.normal(size=(3, 3))),
    mistakes=(
        Mistake(
            lambda image, kernel: slide(image, kernel)[:-1, :-1],
            "the last place is missing: count the places of a filter 3 wide on an image 4 wide.",
        ),
        Mistake(
            lambda image, kernel: slide(image, kernel[::-1, ::-1]),
            "the filter is turned by half a turn. Mathematicians call that a convolution; "
            "neural networks leave the filter as it is.",
        ),
        Mistake(
            lambda image, kernel: slide(image, kernel.T),
            "rows and columns of the filter are exchanged.",
        ),
        Mistake(
            lambda image, kernel: slide(image, kernel) / kernel.size,
            "a sum is wanted, not a mean.",
        ),
    ),
    hints=(
        "First the map's size: at how many rows, and at how many columns, can the corner lie?",
        "The patch under the filter at (i, j) is image[i : i + k, j : j + k].",
        "Start with np.zeros((h - k + 1, w - k + 1)); at each (i, j) write (patch * kernel).sum().",
    ),
    explanation="""
    `torch.nn.functional.conv2d` does the same for many images, channels and filters at once. It
    gives the same numbers, as the next cell shows.
    """,
)

EXERCISES = (_SLIDE,)
