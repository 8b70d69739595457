"""Files of pictures as one array: all of one size and mode, or the others are named."""

import io
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_NAMED = 5  # of the pictures that cannot be used
_MODES = {"L": "grey", "RGB": "colour"}


class Picture(NamedTuple):
    """A picture's file: where it is, for messages, and its content; None if that is missing."""

    where: str
    content: bytes | None


def pixels(pictures: Sequence[Picture]) -> NDArray[np.uint8]:
    """Return pictures as an array ``(n, channels, height, width)``.

    Raises
    ------
    ValueError
        If one is damaged, of another size or mode than most, or neither grey nor RGB; all such are
        counted, the first named.
    """
    found = [_decoded(picture.content) for picture in pictures]
    sound = Counter((image.shape, len(image)) for image in found if not isinstance(image, str))
    (shape, _), _ = sound.most_common(1)[0] if sound else (((), 0), 0)
    bad = []
    for picture, image in zip(pictures, found, strict=True):
        if isinstance(image, str):
            bad.append(f"  {picture.where}: {image}")
        elif image.shape != shape:
            bad.append(f"  {picture.where}: {_size(image.shape)}, most are {_size(shape)}")
    if bad:
        more = [f"  and {len(bad) - _NAMED} more"] if len(bad) > _NAMED else []
        raise ValueError(
            "\n".join(
                [f"{len(bad)} of {len(pictures)} pictures cannot be used:", *bad[:_NAMED], *more]
            )
        )
    return np.stack(found)


def _decoded(content: bytes | None) -> NDArray[np.uint8] | str:
    """Return a picture ``(channels, height, width)``, or what is wrong with it."""
    from PIL import Image

    if content is None:
        return "not in the folder, only its name is"
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            if image.mode not in _MODES:
                return (
                    f"its mode is {image.mode}, L (grey) or RGB is expected: "
                    'Image.open(file).convert("RGB").save(file)'
                )
            array = np.asarray(image)
    except Exception as error:  # Pillow raises many kinds
        return f"not a picture, or damaged ({type(error).__name__})"
    return array[None] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


def _size(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{height} x {width} {'grey' if channels == 1 else 'colour'}"
