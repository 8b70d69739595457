"""Images and labels of your own as a data set: what is accepted, and the split.

Nothing is converted on the quiet. What is refused is refused with the line that puts it right.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..common.checks import check_whole
from .image_data import LEAST_PIXELS, SPLIT_SEED, ImageData, Split, channel_statistics

_MOST_COLOURS = 4  # red, green, blue, opacity
_NUMBERED = "names, labels = np.unique(labels, return_inverse=True)"


def data_from_images(
    name: str, images: ArrayLike, labels: ArrayLike, *, n_validation: int, n_test: int
) -> ImageData:
    """Return images of your own as a data set, split with the same share of every class.

    Parameters
    ----------
    name : str
        For messages.
    images : (n, channels, height, width) array_like of uint8
        Brightness 0 ... 255, channels first (arrays of 5 channels or more and a width of 4 or less
        are taken for channels last); height and width 4 or more. No channel may be the same in all
        training images, as the opacity of photographs is.
    labels : (n,) array_like of int
        Classes 0, 1, ..., 2 or more, without a gap; 3 images or more of each.
    n_validation, n_test : int
        Images held out; the rest is for training. Each part holds an image of every class.

    Raises
    ------
    ValueError
        If one of these rules is broken; the message says how to keep it.

    Examples
    --------
    >>> images = np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8), dtype=np.uint8)
    >>> data = data_from_images("mine", images, np.arange(60) % 3, n_validation=9, n_test=9)
    >>> len(data.train), len(data.validation), len(data.test), data.n_classes
    (42, 9, 9, 3)
    """
    pictures = _checked_images(name, images)
    classes = _checked_labels(name, labels, len(pictures))
    _check_sizes(name, classes, n_validation, n_test)
    rest, test = stratified_split(classes, n_test)
    _check_every_class(name, classes, test, least=1)
    _check_every_class(name, classes, rest, least=2)
    kept, held_out = stratified_split(classes[rest], n_validation)
    parts = (rest[kept], rest[held_out], test)
    for part in parts:
        _check_every_class(name, classes, part, least=1)
    return image_data(name, *((pictures[part], classes[part]) for part in parts))


def data_with_test_images(
    name: str,
    train: tuple[ArrayLike, ArrayLike],
    test: tuple[ArrayLike, ArrayLike],
    *,
    n_validation: int,
) -> ImageData:
    """Return images of your own that have a test set already; see `data_from_images`.

    Parameters
    ----------
    name : str
    train, test : (images, labels)
        The same classes in both, images of the same shape.
    n_validation : int
        Held out from the training images.

    Raises
    ------
    ValueError
        If a rule is broken.
    """
    (images, labels), (test_images, test_labels) = (
        (_checked_images(part, given[0]), given[1])
        for part, given in ((name, train), (f"{name}'s test set", test))
    )
    classes = _checked_labels(name, labels, len(images))
    test_classes = _checked_labels(f"{name}'s test set", test_labels, len(test_images))
    _check_every_class(name, classes, np.arange(len(classes)), least=2)
    kept, held_out = stratified_split(classes, n_validation)
    for part in (kept, held_out):
        _check_every_class(name, classes, part, least=1)
    return image_data(
        name,
        (images[kept], classes[kept]),
        (images[held_out], classes[held_out]),
        (test_images, test_classes),
    )


def image_data(name: str, *splits: tuple[NDArray[np.uint8], NDArray[np.int64]]) -> ImageData:
    """Return the data set of three splits, each images and labels."""
    train, validation, test = (
        Split(torch.from_numpy(images), torch.from_numpy(labels)) for images, labels in splits
    )
    mean, standard_deviation = channel_statistics(train.images)
    n_classes = int(train.labels.max()) + 1
    return ImageData(name, train, validation, test, mean, standard_deviation, n_classes)


def stratified_split(labels: NDArray[np.int64], n: int) -> tuple[NDArray[np.intp], ...]:
    """Return the indices that stay and the n that are held out, class shares kept."""
    from sklearn.model_selection import train_test_split

    indices = np.arange(len(labels))
    kept, held_out = train_test_split(
        indices, test_size=n, stratify=labels, random_state=SPLIT_SEED
    )
    return np.sort(kept), held_out


def _checked_images(name: str, images: ArrayLike) -> NDArray[np.uint8]:
    pictures = _as_array(f"images of {name}", images)
    if not pictures.size:
        raise ValueError(f"images of {name} have shape {pictures.shape}; 1 or more are expected")
    if pictures.dtype != np.uint8:
        raise ValueError(
            f"images of {name} are of type {pictures.dtype}; uint8, brightness 0 ... 255, is "
            f"expected{_to_uint8(pictures)}"
        )
    if pictures.ndim != 4:
        way = ", for grey images: images[:, None]" if pictures.ndim == 3 else ""
        raise ValueError(
            f"images of {name} have shape {pictures.shape}; (n, channels, height, width) is "
            f"expected{way}"
        )
    if pictures.shape[3] <= _MOST_COLOURS < pictures.shape[1]:
        raise ValueError(
            f"images of {name} have shape {pictures.shape}, the channels last; "
            "(n, channels, height, width) is expected: images.transpose(0, 3, 1, 2)"
        )
    if min(pictures.shape[2:]) < LEAST_PIXELS:
        raise ValueError(
            f"images of {name} have shape {pictures.shape}; {LEAST_PIXELS} x {LEAST_PIXELS} "
            "pixels or more are expected"
        )
    return pictures


def _to_uint8(pictures: NDArray[Any]) -> str:
    """Return how images of another type become uint8, as the end of a message."""
    if pictures.dtype.kind == "b":
        return ": 255 * images.astype(np.uint8)"
    if pictures.dtype.kind not in "iuf":
        return ""
    if not np.isfinite(pictures).all():
        return ", and some of these numbers are not finite (NaN or infinity)"
    least, most = pictures.min(), pictures.max()
    if pictures.dtype.kind == "f" and least >= 0 and most <= 1:
        return ": (255 * images).round().astype(np.uint8)"
    if least >= 0 and most <= 255:
        return ": images.round().astype(np.uint8)"
    return f", and these reach from {least:g} to {most:g}: scale them first"


def _checked_labels(name: str, labels: ArrayLike, n: int) -> NDArray[np.int64]:
    classes = _as_array(f"labels of {name}", labels)
    if classes.shape != (n,):
        way = ""
        if classes.ndim == 2 and len(classes) == n:
            way = ": labels[:, 0]" if classes.shape[1] == 1 else ": labels.argmax(axis=1)"
        raise ValueError(
            f"labels of {name} have shape {classes.shape}; ({n},), one whole number for each "
            f"image, is expected{way}"
        )
    if classes.dtype.kind not in "iu":
        raise ValueError(
            f"labels of {name} are of type {classes.dtype}; whole numbers are expected"
            f"{_to_whole(classes)}"
        )
    found = np.unique(classes)
    if len(found) < 2:
        raise ValueError(f"all labels of {name} are {found[0]}; 2 classes or more are expected")
    if found[0] != 0 or found[-1] != len(found) - 1:
        raise ValueError(
            f"labels of {name} are {len(found)} different numbers from {found[0]} to {found[-1]}; "
            f"0 to {len(found) - 1} without a gap are expected: {_NUMBERED}"
        )
    return classes.astype(np.int64)


def _to_whole(classes: NDArray[Any]) -> str:
    """Return how labels of another type become whole numbers, as the end of a message."""
    if classes.dtype.kind not in "fb":
        return f": {_NUMBERED}"
    if np.isfinite(classes).all() and np.array_equal(classes, np.trunc(classes)):
        return ": labels.astype(int)"
    return ", and some of these are none"


def _check_sizes(name: str, classes: NDArray[np.int64], n_validation: int, n_test: int) -> None:
    n, n_classes = len(classes), int(classes.max()) + 1
    for part, size in (("n_validation", n_validation), ("n_test", n_test)):
        if check_whole(part, size, least=1) < n_classes:
            raise ValueError(
                f"{part} is {size}; {n_classes} or more are expected, one image of each class of "
                f"{name}"
            )
    if n - n_validation - n_test < n_classes:
        raise ValueError(
            f"n_validation is {n_validation} and n_test is {n_test}, of {n} images of {name}; at "
            f"least {n_classes} are expected to remain, one of each class to train on"
        )
    _check_every_class(name, classes, np.arange(n), least=3)


def _check_every_class(
    name: str, classes: NDArray[np.int64], part: NDArray[np.intp], *, least: int
) -> None:
    """Refuse a class of which a part of the images has too few."""
    counts = np.bincount(classes)
    few = np.flatnonzero(np.bincount(classes[part], minlength=len(counts)) < least)
    if len(few):
        raise ValueError(
            f"class {few[0]} of {name} has {counts[few[0]]} of {len(classes)} images; enough for "
            "one in each of training, validation and test, with equal shares, are expected: hold "
            "out more images, add some of this class, or leave it out"
        )


def _as_array(what: str, given: ArrayLike) -> NDArray[Any]:
    if isinstance(given, Tensor):
        given = given.detach().cpu()
    try:
        return np.asarray(given)
    except ValueError as error:  # NumPy's word for lists of unequal length: inhomogeneous
        raise ValueError(f"{what} differ in shape; equal ones are expected") from error
