"""Images of your own on disk as a data set: a folder per class, an ``.npz``, a folder of Arrow.

Three forms are read, each with or without a test set of its own:

- a folder with a folder of pictures for each class, or two such folders, ``train`` and ``test``;
- a file ``.npz`` with ``images`` and ``labels``, and perhaps ``test_images`` and ``test_labels``;
- a folder that ``save_to_disk`` of Hugging Face's *datasets* wrote (needs pyarrow).

Everything is read and checked before it is used. A tenth of the images is held out for validation,
and another tenth for the test where none is given. The name of the data says what they hold: other
images, other name, and with it another configuration of a run.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from ..common.files import as_path, sha256
from ..common.requirements import require_extra
from .available import DatasetName, Sizes
from .image_data import ImageData
from .own_images import data_from_images, data_with_test_images
from .own_pictures import Picture, pixels

HELD_OUT = 0.1
_DICTIONARY, _INFORMATION, _STATE = "dataset_dict.json", "dataset_info.json", "state.json"


@dataclass(frozen=True)
class OwnData:
    """Data of one's own, looked at: what they hold, and where they lie.

    Attributes
    ----------
    path : Path
    name : str
        ``own-NAME-DIGITS``; the digits are those of the images and labels.
    sizes : Sizes
    classes : tuple of str
        Their names, in the order of the labels.
    """

    path: Path
    name: str
    sizes: Sizes
    classes: tuple[str, ...]

    def load(self) -> ImageData:
        """Read them again.

        Raises
        ------
        ValueError
            If they have changed since.
        """
        data, _ = _read(self.path)
        if data.name != self.name:
            raise ValueError(f"{self.path} has changed since the command began: start it again")
        return data

    def __str__(self) -> str:
        """Return one line for people."""
        channels, height, width = self.sizes.shape
        return (
            f"{self.path}: {len(self.classes)} classes ({', '.join(self.classes)[:200]}), {height} "
            f"x {width} pixels, {channels} {'channel' if channels == 1 else 'channels'}; "
            f"{self.sizes.train:,} images to train, {self.sizes.validation:,} to validate, "
            f"{self.sizes.test:,} to test"
        )


def look_at(path: Path | str) -> OwnData:
    """Read data of one's own, check all of it, and say what they are.

    Raises
    ------
    ValueError
        If there is nothing there, the form is unknown, or a file of it cannot be used.
    ModuleNotFoundError
        If the form needs pyarrow, which is not installed.
    """
    path = as_path(path).absolute()
    data, classes = _read(path)
    parts = (len(data.train), len(data.validation), len(data.test))
    return OwnData(path, data.name, Sizes(data.format.shape, *parts), classes)


class _Part(NamedTuple):
    """Images and labels, not checked yet."""

    images: NDArray[Any]
    labels: NDArray[Any]


class _Parts(NamedTuple):
    """What a form holds: everything, or training and test images; the names of the classes."""

    train: _Part
    test: _Part | None
    classes: tuple[str, ...]


def _read(path: Path) -> tuple[ImageData, tuple[str, ...]]:
    train, test, classes = _reader(path)(path)
    held_out = max(round(HELD_OUT * len(train.images)), len(np.unique(train.labels)))
    if test is None:
        data = data_from_images(path.name, *train, n_validation=held_out, n_test=held_out)
    else:
        data = data_with_test_images(path.name, train, test, n_validation=held_out)
    label = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-") or "data"
    name = f"own-{label}-{_digits(data)}"
    return replace(data, name=name), classes or tuple(map(str, range(data.n_classes)))


def _reader(path: Path) -> Callable[[Path], _Parts]:
    if path.is_dir():
        is_arrow = any((path / name).is_file() for name in (_DICTIONARY, _INFORMATION))
        return _arrow if is_arrow else _folders
    if path.suffix == ".npz" and path.is_file():
        return _npz
    raise ValueError(
        f"there are no data at {path}; a folder of pictures per class, a file .npz or a folder "
        f"written by save_to_disk is expected, or one of {', '.join(get_args(DatasetName))}"
    )


def _digits(data: ImageData) -> str:
    splits = (data.train, data.validation, data.test)
    arrays = [array for split in splits for array in (split.images, split.labels)]
    texts = [f"{tuple(array.shape)}".encode() + array.numpy().tobytes() for array in arrays]
    return sha256(b"".join(texts))[:8]


def _folders(path: Path) -> _Parts:
    names = _folder_names(path)
    if names != ["test", "train"]:
        return _Parts(_pictures(path, names), None, tuple(names))
    classes = _folder_names(path / "train")
    if (others := _folder_names(path / "test")) != classes:
        raise ValueError(
            f"{path} has the classes {classes} in train and {others} in test; equal ones are "
            "expected"
        )
    train, test = (_pictures(path / part, classes) for part in ("train", "test"))
    return _Parts(train, test, tuple(classes))


def _folder_names(path: Path) -> list[str]:
    return sorted(item.name for item in path.iterdir() if item.is_dir() and item.name[0] != ".")


def _pictures(path: Path, classes: list[str]) -> _Part:
    """Read all files of the classes' folders, but for hidden ones."""
    files = [sorted((path / name).iterdir()) for name in classes]
    files = [[file for file in found if file.name[0] != "."] for found in files]
    if empty := [name for name, found in zip(classes, files, strict=True) if not found]:
        raise ValueError(
            f"there is no picture in {path / empty[0]}; some of each class are expected"
        )
    if len(classes) < 2:
        raise ValueError(
            f"{path} has {len(classes)} folders; two or more are expected, one of pictures for "
            "each class"
        )
    pictures = [
        Picture(str(file), file.read_bytes() if file.is_file() else None)
        for found in files
        for file in found
    ]
    return _Part(pixels(pictures), np.repeat(np.arange(len(classes)), list(map(len, files))))


def _npz(path: Path) -> _Parts:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} cannot be read ({type(error).__name__}: {error})") from error
    kinds = ({"images", "labels"}, {"images", "labels", "test_images", "test_labels"})
    if set(arrays) not in kinds:
        raise ValueError(
            f"{path} holds {', '.join(arrays) or 'nothing'}; images and labels are expected, and "
            "test_images and test_labels if there is a test set: "
            "np.savez(file, images=images, labels=labels)"
        )
    test = None
    if "test_images" in arrays:
        test = _Part(arrays["test_images"], arrays["test_labels"])
    return _Parts(_Part(arrays["images"], arrays["labels"]), test, ())


def _arrow(path: Path) -> _Parts:
    require_extra("arrow", "pyarrow", purpose=f"{path}, a folder of Hugging Face's datasets,")
    if not (path / _DICTIONARY).is_file():
        part, classes = _arrow_part(path)
        return _Parts(part, None, classes)
    names = _json(path / _DICTIONARY).get("splits", [])
    if sorted(names) not in (["train"], ["test", "train"]):
        raise ValueError(
            f"{path} has the splits {', '.join(names)}; train, or train and test, are expected"
        )
    parts = {name: _arrow_part(path / name) for name in names}
    if len({classes for _, classes in parts.values()}) > 1:
        raise ValueError(f"train and test of {path} have classes of other names")
    train, classes = parts["train"]
    return _Parts(train, parts["test"][0] if "test" in parts else None, classes)


def _arrow_part(path: Path) -> tuple[_Part, tuple[str, ...]]:
    """Read one split: its column of type Image, and its column of type ClassLabel."""
    import pyarrow as pa

    features = _json(path / _INFORMATION).get("features") or {}
    columns = {
        kind: [name for name, feature in features.items() if feature.get("_type") == kind]
        for kind in ("Image", "ClassLabel")
    }
    if any(len(found) != 1 for found in columns.values()):
        raise ValueError(
            f"{path} has the columns {', '.join(features) or 'none'}; one of type Image and one of "
            "type ClassLabel are expected"
        )
    (image,), (label,) = columns["Image"], columns["ClassLabel"]
    pictures: list[Picture] = []
    labels: list[int | None] = []
    for entry in _json(path / _STATE).get("_data_files", []):
        file = path / entry["filename"]
        try:
            with pa.memory_map(str(file)) as source:
                table = pa.ipc.open_stream(source).read_all()
            rows = zip(table[image].to_pylist(), table[label].to_pylist(), strict=True)
            for picture, number in rows:
                content = picture["bytes"] if picture else None
                pictures.append(Picture(f"{file}, row {len(pictures)}", content))
                labels.append(number)
        except (OSError, KeyError, pa.ArrowException) as error:
            raise ValueError(f"{file} cannot be read ({type(error).__name__})") from error
    if not pictures or None in labels:
        raise ValueError(f"{path} has no rows, or rows without a label; labelled ones are expected")
    return _Part(pixels(pictures), np.array(labels)), tuple(features[label]["names"])


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds {type(found).__name__}; an object of JSON is expected")
    return found
