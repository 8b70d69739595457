"""Images of one's own on disk: read whole or not at all, what is wrong is named."""

import importlib.util
import json

import numpy as np
import pytest
from PIL import Image

from pqkd_helpers.datasets import look_at
from pqkd_helpers.datasets.available import OWN

from .made_up_pictures import CLASSES, arrow, bands, folders

IMAGES, LABELS = bands(60)


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def read(path):
    own = look_at(path)
    return own, own.load()


def refusal(path):
    with pytest.raises(ValueError) as caught:
        look_at(path)
    return str(caught.value)


@pytest.mark.parametrize("channels", [1, 3])
def test_folders_of_pictures_and_an_npz_of_the_same_images_are_the_same_data(tmp_path, channels):
    images, labels = bands(60, channels=channels)
    order = np.argsort(labels, kind="stable")  # the order in which folders are read
    files, whole = read(folders(tmp_path / "mine", images, labels))
    one, arrays = read(npz(tmp_path / "mine.npz", images=images[order], labels=labels[order]))
    assert files.name == one.name and OWN.fullmatch(files.name) and files.sizes == one.sizes
    assert files.classes == CLASSES and one.classes == ("0", "1", "2")
    assert files.sizes == ((channels, 12, 12), 48, 6, 6)
    for part in ("train", "validation", "test"):
        assert (getattr(whole, part).images == getattr(arrays, part).images).all()
        assert (getattr(whole, part).labels == getattr(arrays, part).labels).all()


def test_a_test_set_of_its_own_stays_the_test_set(tmp_path):
    test_images, test_labels = bands(12, seed=1)
    own, data = read(
        npz(
            tmp_path / "a.npz",
            **{"images": IMAGES, "labels": LABELS},
            **{"test_images": test_images, "test_labels": test_labels},
        )
    )
    assert own.sizes[1:] == (54, 6, 12) and (data.test.images.numpy() == test_images).all()
    folders(tmp_path / "b" / "train", IMAGES, LABELS)
    folders(tmp_path / "b" / "test", test_images, test_labels)
    assert look_at(tmp_path / "b").sizes == own.sizes


def test_other_images_have_another_name_and_a_change_on_the_way_is_noticed(tmp_path):
    own = look_at(folders(tmp_path / "mine", IMAGES, LABELS))
    assert look_at(folders(tmp_path / "again" / "mine", IMAGES, LABELS)).name == own.name
    first = tmp_path / "mine" / "top" / "0002.png"
    Image.new("L", (12, 12), 7).save(first)
    assert look_at(tmp_path / "mine").name != own.name
    with pytest.raises(ValueError, match="has changed"):
        own.load()


def test_every_bad_file_is_counted_and_the_first_are_named(tmp_path):
    path = folders(tmp_path / "mine", IMAGES, LABELS)
    (path / ".DS_Store").write_text("hidden files are no pictures")
    (path / "top" / ".thumbs").write_text("")
    whole = (path / "top" / "0005.png").read_bytes()
    (path / "top" / "0005.png").write_bytes(whole[: len(whole) // 2])
    (path / "top" / "notes.txt").write_text("which camera?")
    (path / "top" / "deeper").mkdir()
    Image.new("L", (12, 9)).save(path / "middle" / "0001.png")
    Image.new("RGB", (12, 12)).save(path / "middle" / "0004.png")
    Image.new("RGBA", (12, 12)).save(path / "bottom" / "0000.png")
    told = refusal(path)
    assert told.startswith("6 of 62 pictures cannot be used:") and told.endswith("and 1 more")
    for file, reason in (
        ("bottom/0000.png", "its mode is RGBA, L (grey) or RGB is expected"),
        ("middle/0001.png", "9 x 12 grey, most are 12 x 12 grey"),
        ("middle/0004.png", "12 x 12 colour, most are 12 x 12 grey"),
        ("top/0005.png", "not a picture, or damaged"),
    ):
        assert f"{path / file}: {reason}" in told


def test_forms_that_are_no_data_are_refused_with_what_is_expected(tmp_path):
    assert "there are no data at" in refusal(tmp_path / "nowhere")
    assert "or one of mnist-5k, digits" in refusal(tmp_path / "nowhere")
    assert "has 0 folders" in refusal(tmp_path)
    folders(tmp_path / "one", IMAGES[:1], LABELS[:1])
    assert "has 1 folders" in refusal(tmp_path / "one")
    (tmp_path / "one" / "empty").mkdir()
    assert f"no picture in {tmp_path / 'one' / 'empty'}" in refusal(tmp_path / "one")
    folders(tmp_path / "two" / "train", IMAGES, LABELS)
    folders(tmp_path / "two" / "test", IMAGES[:1], LABELS[:1])
    assert "equal ones are expected" in refusal(tmp_path / "two")


def test_an_npz_is_refused_before_anything_is_made_of_it(tmp_path):
    file = npz(tmp_path / "a.npz", x_train=IMAGES, y_train=LABELS)
    assert "holds x_train, y_train; images and labels are expected" in refusal(file)
    file = npz(tmp_path / "a.npz", images=IMAGES[:, 0], labels=LABELS)
    assert "for grey images: images[:, None]" in refusal(file)
    file = npz(tmp_path / "a.npz", images=IMAGES, labels=LABELS, test_images=IMAGES / 255.0,
               test_labels=LABELS)  # fmt: skip
    assert "a.npz's test set" in refusal(file)
    file.write_bytes(file.read_bytes()[:2_000])
    assert f"{file} cannot be read" in refusal(file)
    file = npz(tmp_path / "b.npz", images=np.array([{}, {}], dtype=object), labels=LABELS)
    assert "cannot be read" in refusal(file)  # pickled objects could run code


def test_arrow_needs_a_package_that_is_named(tmp_path, monkeypatch):
    (tmp_path / "dataset_info.json").write_text("{}")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"needs pyarrow, which is not installed.*arrow"):
        look_at(tmp_path)


def test_arrow_of_the_same_images_is_the_same_data(tmp_path):
    pytest.importorskip("pyarrow")
    own = look_at(arrow(tmp_path / "hf" / "mine", IMAGES, LABELS))
    same = look_at(npz(tmp_path / "mine.npz", images=IMAGES, labels=LABELS))
    assert own.name == same.name and own.classes == CLASSES
    both = tmp_path / "both"
    arrow(both / "train", IMAGES, LABELS)
    arrow(both / "test", *bands(12, seed=1))
    (both / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "test"]}))
    assert look_at(both).sizes[1:] == (54, 6, 12)


def test_arrow_that_cannot_be_used_is_refused(tmp_path):
    pytest.importorskip("pyarrow")
    path = arrow(tmp_path / "a", IMAGES, LABELS, without_bytes=(4,))
    assert "row 4: not in the folder, only its name is" in refusal(path)
    file = path / "data-00000-of-00001.arrow"
    file.write_bytes(file.read_bytes()[:5_000])
    assert f"{file} cannot be read" in refusal(path)
    (path / "dataset_info.json").write_text(json.dumps({"features": {"text": {"_type": "Value"}}}))
    assert "has the columns text; one of type Image" in refusal(path)
    (path / "dataset_info.json").write_text("[]")
    assert "holds list" in refusal(path)
