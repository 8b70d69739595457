"""The data sets there are, the files of those that are downloaded, and where these lie.

The files stand in the folder as torchvision leaves them. Every file is known by its MD5 sum.
"""

import hashlib
import os
import re
import string
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from ..common.files import as_path

DatasetName = Literal["mnist-5k", "digits", "mnist", "fashion-mnist", "cifar10"]
OWN = re.compile(r"own-[A-Za-z0-9-]+-[0-9a-f]{8}")  # names of data of one's own: see `own_files`
EMBEDDED: tuple[DatasetName, ...] = ("mnist-5k", "digits")
DATA_VARIABLE = "PQKD_DATA"


class Sizes(NamedTuple):
    """Shape of a data set's images (channels, height, width), and the images of each split."""

    shape: tuple[int, int, int]
    train: int
    validation: int
    test: int


SIZES: dict[str, Sizes] = {  # known without reading a file
    "mnist-5k": Sizes((1, 28, 28), 4_000, 500, 500),
    "digits": Sizes((1, 8, 8), 1_200, 297, 300),
    "mnist": Sizes((1, 28, 28), 55_000, 5_000, 10_000),
    "fashion-mnist": Sizes((1, 28, 28), 55_000, 5_000, 10_000),
    "cifar10": Sizes((3, 32, 32), 45_000, 5_000, 10_000),
}

# The files that images and labels are read from, with their MD5 sums.
FILES: dict[str, dict[str, str]] = {
    "mnist": {
        "MNIST/raw/train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "MNIST/raw/train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "MNIST/raw/t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "MNIST/raw/t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    },
    "fashion-mnist": {
        "FashionMNIST/raw/train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "FashionMNIST/raw/train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "FashionMNIST/raw/t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "FashionMNIST/raw/t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    },
    "cifar10": {
        "cifar-10-batches-py/data_batch_1": "c99cafc152244af753f735de768cd75f",
        "cifar-10-batches-py/data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "cifar-10-batches-py/data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "cifar-10-batches-py/data_batch_4": "634d18415352ddfa80567beed471001a",
        "cifar-10-batches-py/data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "cifar-10-batches-py/test_batch": "40351d587109b95175f43aff81a1287e",
    },
}
# What is downloaded and holds them.
ARCHIVES: dict[str, dict[str, str]] = {
    "mnist": {
        "MNIST/raw/train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "MNIST/raw/train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "MNIST/raw/t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "MNIST/raw/t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
    "fashion-mnist": {
        "FashionMNIST/raw/train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "FashionMNIST/raw/train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "FashionMNIST/raw/t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "FashionMNIST/raw/t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
    "cifar10": {"cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a"},
}


def data_root(root: str | Path | None = None) -> Path:
    """Return the folder of the downloaded data sets: ``root``, else ``$PQKD_DATA``, else data.

    Blanks, line ends and quotation marks around the variable's value are no part of it: files of
    settings and Windows leave them there.
    """
    variable = os.environ.get(DATA_VARIABLE, "").strip(string.whitespace + "\"'")
    return as_path(root or variable or "data")


def is_on_disk(name: DatasetName, root: str | Path | None = None) -> bool:
    """Tell whether all files of a data set, or all its archives, are there.

    Their content is not looked at: see `damaged_files`.
    """
    if name in EMBEDDED:
        return True
    folder = data_root(root)
    return not missing(folder, FILES[name]) or not missing(folder, ARCHIVES[name])


def damaged_files(name: DatasetName, root: str | Path | None = None) -> list[str]:
    """Return the files of a data set that are there but cut, altered, or of another data set.

    An archive counts if the files that it holds are not there.
    """
    if name in EMBEDDED:
        return []
    folder = data_root(root)
    needed = ARCHIVES[name] if missing(folder, FILES[name]) else {}
    return damaged(folder, FILES[name] | needed)


def missing(folder: Path, files: Iterable[str]) -> list[str]:
    """Return those of the files that the folder does not hold."""
    return [file for file in files if not (folder / file).is_file()]


def damaged(folder: Path, sums: Mapping[str, str]) -> list[str]:
    """Return those of the files that the folder holds with another MD5 sum."""
    return [
        file for file in sums if (folder / file).is_file() and _md5(folder / file) != sums[file]
    ]


def _md5(path: Path) -> str:
    with path.open("rb") as file:  # a check against accidents, allowed where MD5 is no security
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
