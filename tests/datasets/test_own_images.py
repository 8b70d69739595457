import re
from pathlib import Path

import numpy as np
import pytest
import torch

from pqkd_helpers.datasets import data_from_images

PAGE = Path(__file__).parents[2] / "notebooks" / "bring_your_own.md"
GREY = np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8), dtype=np.uint8)
LABELS = np.arange(60) % 3


def data(images=GREY, labels=LABELS, n_validation=9, n_test=9):
    return data_from_images("mine", images, labels, n_validation=n_validation, n_test=n_test)


def refusal(**given):
    with pytest.raises(ValueError) as caught:
        data(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    "images",
    [
        GREY[:, 0],
        GREY / 255.0,
        GREY.astype(np.float32),
        GREY.astype(int),
        GREY > 127,
        np.repeat(GREY, 3, axis=1).transpose(0, 2, 3, 1),
    ],
    ids=["no channels", "shares", "floats", "integers", "black and white", "channels last"],
)
def test_other_images_are_refused_with_the_line_that_puts_them_right(images):
    line = refusal(images=images).rpartition(": ")[2]
    assert data(images=eval(line, {"np": np, "images": images})).n_classes == 3


@pytest.mark.parametrize(
    "labels",
    [
        LABELS[:, None],
        np.eye(3)[LABELS],
        LABELS.astype(float),
        LABELS == 0,
        np.array(["cat", "dog", "eel"])[LABELS],
        LABELS - 1,
        LABELS + 1,
        LABELS * 2,
    ],
    ids=["column", "rows", "floats", "bools", "text", "negative", "from 1", "gap"],
)
def test_other_labels_are_refused_with_the_line_that_puts_them_right(labels):
    line = refusal(labels=labels).rpartition(": ")[2]
    names = {"np": np, "labels": labels}
    exec(line if "labels =" in line else f"labels = {line}", names)
    assert data(labels=names["labels"]).n_classes == len(np.unique(names["labels"]))


def test_the_page_bring_your_own_names_every_line():
    """Each of them is one that the messages give."""
    source = Path(data_from_images.__code__.co_filename).read_text("utf-8")
    lines = re.findall(r"^\| .* \| `(.*)` \|$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert len(lines) == 10
    assert [line for line in lines if line not in source] == ["images[:, :3]"]


def test_photographs_with_their_opacity_are_refused():
    opacity = np.full_like(GREY, 255)
    message = refusal(images=np.concatenate([GREY, GREY, GREY, opacity], axis=1))
    assert "channel 3 of mine has one value" in message and "leave it out" in message


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (GREY[:0], "1 or more are expected"),
        (np.where(GREY > 9, GREY, np.nan), "not finite"),
        (GREY.astype(np.int64) * 200, "reach from 0 to 51000: scale them first"),
        (GREY.astype(float) - 128, "reach from -128 to 127: scale them first"),
        (GREY.astype(str), "of type <U3; uint8"),
        (GREY[:, :, :, :2], "4 x 4 pixels or more"),
        (GREY[0, 0], r"(n, channels, height, width)"),
        ([np.zeros((1, 8, 8), np.uint8), np.zeros((1, 9, 9), np.uint8)], "differ in shape"),
    ],
)
def test_images_that_no_line_puts_right_are_refused(images, message):
    assert message in refusal(images=images)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:-1], "(60,), one whole number for each image"),
        (LABELS / 2, "float64; whole numbers are expected, and some of these are none"),
        (np.where(LABELS, LABELS, np.nan), "float64; whole numbers are expected, and some"),
        (LABELS * 0, "all labels of mine are 0; 2 classes or more"),
        (np.where(np.arange(60) < 2, 1, 0), "class 1 of mine has 2 of 60 images"),
    ],
)
def test_other_labels_are_refused(labels, message):
    assert message in refusal(labels=labels)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"n_test": 0}, "n_test is 0, a whole number >= 1"),
        ({"n_validation": 2.5}, "n_validation is 2.5, a whole number"),
        ({"n_test": 2}, "n_test is 2; 3 or more are expected, one image of each class"),
        ({"n_test": 500}, "n_test is 500, of 60 images of mine; at least 3 are expected to remain"),
        ({"n_test": 30, "n_validation": 28}, "at least 3 are expected to remain"),
    ],
)
def test_parts_that_are_too_small_or_too_large_are_refused(sizes, message):
    assert message in refusal(**sizes)


def test_every_part_holds_every_class_or_the_split_is_refused():
    """Whatever the counts, in particular where one class is rare."""
    rng = np.random.default_rng(1)
    accepted = 0
    for rare in range(1, 12):
        labels = rng.permutation(np.r_[np.zeros(60 - rare, int), np.ones(rare, int)])
        for n_validation, n_test in ((2, 2), (5, 20), (20, 5), (28, 29)):
            try:
                split = data(labels=labels, n_validation=n_validation, n_test=n_test)
            except ValueError as error:
                assert f"class 1 of mine has {rare} of 60 images" in str(error)
                continue
            accepted += 1
            for part in (split.train, split.validation, split.test):
                assert part.labels.unique().tolist() == [0, 1]
    assert 5 < accepted < 40


def test_tensors_lists_and_views_are_accepted():
    expected = data().train.images
    for images, labels in (
        (torch.from_numpy(GREY), torch.from_numpy(LABELS)),
        (list(GREY), LABELS.tolist()),
        (np.flip(GREY[..., ::-1].copy(), axis=3), LABELS[::-1].copy()[::-1]),
    ):
        assert torch.equal(data(images=images, labels=labels).train.images, expected)
