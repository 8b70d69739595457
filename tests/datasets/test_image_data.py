from dataclasses import replace

import pytest
import torch

from pqkd_helpers.datasets import ImageData, Split
from pqkd_helpers.datasets.image_data import channel_statistics
from pqkd_helpers.datasets.image_format import ImageFormat


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
    ("images", "labels", "message"),
    [
        (torch.zeros(2, 1, 8, 8), torch.zeros(2).long(), "images are .*float32; an uint8 tensor"),
        (torch.zeros(2, 8, 8).byte(), torch.zeros(2).long(), r"\(n, channels, height, width\)"),
        (torch.zeros(2, 1, 8, 8).byte(), torch.zeros(2), "labels are .*float32; an int64 tensor"),
        (torch.zeros(2, 1, 8, 8).byte(), torch.zeros(3).long(), r"\(3,\).*; .* of 2 numbers"),
        (torch.zeros(2, 1, 8, 8).byte(), [0, 1], "labels are of type list"),
    ],
)
def test_a_split_of_another_shape_or_type_is_refused(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Split(images, labels)


def small_data(**changes):
    images = torch.arange(128, dtype=torch.uint8).view(2, 1, 8, 8)
    split = Split(images, torch.tensor([0, 1]))
    data = ImageData("small", split, split, split, torch.tensor([0.5]), torch.tensor([0.3]), 2)
    return replace(data, **changes)


def labelled(*labels):
    return Split(small_data().train.images, torch.tensor(labels))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test": labelled(0, 2)}, "test labels of small reach from 0 to 2; classes 0 to 1"),
        ({"train": labelled(-1, 1)}, "train labels of small reach from -1 to 1"),
        ({"n_classes": 1}, "n_classes is 1"),
        (
            {"test": Split(torch.zeros(2, 3, 8, 8).byte(), torch.tensor([0, 1]))},
            r"test images of small have the shape \(3, 8, 8\); \(1, 8, 8\) is expected",
        ),
        (
            {"validation": Split(torch.zeros(0, 1, 8, 8).byte(), torch.zeros(0).long())},
            "small has no validation images",
        ),
        ({"mean": torch.zeros(3)}, r"mean of small is a tensor of shape \(3,\)"),
        ({"mean": torch.tensor([torch.nan])}, r"mean is nan, a number in \[0, 1\]"),
        ({"mean": torch.tensor([33.3])}, r"mean is 33.* a number in \[0, 1\]"),
        ({"standard_deviation": torch.tensor([-0.1])}, "standard_deviation is -0.1.* number > 0"),
        ({"standard_deviation": torch.zeros(1)}, "channel 0 of small has one value.*leave it out"),
    ],
)
def test_data_that_no_network_could_learn_from_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        small_data(**changes)


def test_images_picked_without_contrast_are_refused():
    flat = small_data(train=Split(torch.zeros(2, 1, 8, 8).byte(), torch.tensor([0, 1])))
    with pytest.raises(ValueError, match="one value in all training images"):
        flat.with_train_images(1)


def test_the_deviation_of_a_constant_channel_is_0_exactly():
    values = torch.arange(256, dtype=torch.uint8)
    mean, deviation = channel_statistics(values.view(1, 256, 1, 1).expand(3, 256, 4, 4))
    assert torch.equal(deviation, torch.zeros(256)) and torch.equal(mean, values.float() / 255)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": (8, 8)}, r"shape is \(8, 8\), \(channels, height, width\)"),
        ({"shape": 8}, "shape is 8, a tuple"),
        ({"shape": (1, 8, 0)}, "a size of the images is 0"),
        ({"mean": (0.5, 0.5)}, "mean has 2 numbers, one per channel"),
        ({"mean": 0.5}, "mean is 0.5, a tuple"),
        ({"mean": (torch.nan,)}, r"mean is nan, a number in \[0, 1\]"),
        ({"mean": ("bright",)}, "mean is 'bright'"),
        ({"standard_deviation": (0.0,)}, "standard_deviation is 0.0"),
    ],
)
def test_a_format_that_normalises_nothing_is_refused(changes, message):
    given = {"shape": (1, 8, 8), "mean": (0.5,), "standard_deviation": (0.3,)}
    with pytest.raises(ValueError, match=message):
        ImageFormat(**(given | changes))
