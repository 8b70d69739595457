"""A student comes out of its file as it went in, or the file is refused."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pqkd_helpers.compression import (
    CompressedFileError,
    FeatureSpecification,
    load_compressed,
    read_compressed,
    save_compressed,
)
from pqkd_helpers.compression.compressed_file import compressed_bytes, compressed_from_bytes
from pqkd_helpers.compression.sealed_tensors import seal
from pqkd_helpers.controls.circuit_settings import CircuitSettings
from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.datasets.image_format import ImageFormat
from pqkd_helpers.experiments.runs.teacher_checkpoints import STORED_CHECKPOINTS
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.networks import predict_logits

from .features import EXACT, SMOOTHED, THETA

IMAGES = ImageFormat((1, 28, 28), (0.13062754273414612,), (0.30810779333114624,))
KILO = 1000


def student_of(scope="all", z=None, widths=(4, 6, 8), **options):
    student = StudentCNN(widths=widths, scope=scope, **options).eval()
    student.condition(EXACT.z() if z is None else z)
    return student


SMALL, SMALL_INT8 = (
    compressed_bytes(
        student_of(widths=(2, 2, 2), rank=1), feature=EXACT, images=IMAGES, dtype=dtype
    )
    for dtype in (torch.float32, torch.int8)
)


@pytest.mark.parametrize("scope", ["conv1", "conv1+conv2", "all"])
@pytest.mark.parametrize("feature", [None, EXACT, SMOOTHED])
def test_the_same_student_comes_back(scope, feature, tmp_path):
    student = student_of(scope, seed=3, in_channels=3, n_classes=7)
    n_bytes = save_compressed(student, tmp_path / "s", feature=feature, images=IMAGES)
    assert n_bytes == (tmp_path / "s").stat().st_size
    found = read_compressed(tmp_path / "s")
    assert found.feature == feature and found.images == IMAGES and found.dtype == torch.float32
    assert not found.student.training
    for name, value in student.state_dict().items():
        assert torch.equal(found.student.state_dict()[name], value), name
    for mine, theirs in zip(
        student.dictionary_layers(), found.student.dictionary_layers(), strict=True
    ):
        assert mine.projection.seed == theirs.projection.seed
        assert torch.equal(mine.kernel(), theirs.kernel())


def test_an_exact_feature_leaves_z_out_and_a_smoothed_one_does_not():
    student = student_of()
    with_angles, with_z, without_origin = (
        len(compressed_bytes(student, feature=feature)) for feature in (EXACT, SMOOTHED, None)
    )
    assert with_z - with_angles > 4 * 500 and without_origin > with_angles


def test_standardised_needs_its_statistics_so_z_is_stored():
    feature = FeatureSpecification(CircuitSettings(), THETA, scaling="standardised", n_shots=None)
    z = np.random.default_rng(1).normal(size=512).astype(np.float32)
    found = compressed_from_bytes(compressed_bytes(student_of(z=z), feature=feature))
    assert np.array_equal(found.student.conv1.z.numpy(), z)


@pytest.mark.parametrize(
    ("dtype", "feature", "most"),
    [
        (torch.float32, EXACT, 10 * KILO),
        (torch.float32, SMOOTHED, 13 * KILO),
        (torch.float16, EXACT, 6 * KILO),
        (torch.float16, SMOOTHED, 8 * KILO),
        (torch.int8, EXACT, 5 * KILO),
        (torch.int8, SMOOTHED, 6 * KILO),
    ],
)
def test_files_at_the_papers_widths_are_small(dtype, feature, most):
    student = student_of(widths=(64, 128, 128))
    assert len(compressed_bytes(student, feature=feature, images=IMAGES, dtype=dtype)) <= most


def test_the_bytes_are_the_same_every_time():
    assert compressed_bytes(student_of(), feature=EXACT) == compressed_bytes(
        student_of(), feature=EXACT
    )


@pytest.mark.parametrize("path", sorted(STORED_CHECKPOINTS.glob("*/student.safetensors")))
def test_a_student_that_an_older_version_stored_is_written_again_as_the_same_bytes(path):
    found = read_compressed(path)
    assert path.read_bytes() == compressed_bytes(
        found.student, feature=found.feature, images=found.images, dtype=found.dtype
    )


def test_float16_rounds_to_eleven_bits_and_loads_as_float32():
    student = student_of()
    found = compressed_from_bytes(compressed_bytes(student, dtype=torch.float16))
    assert found.dtype == torch.float16
    for name, value in student.named_parameters():
        loaded = dict(found.student.named_parameters())[name]
        assert loaded.dtype == torch.float32 and not torch.equal(loaded, value)
        assert torch.allclose(loaded, value, rtol=2**-11, atol=2**-24)


@given(
    whole=st.sampled_from([SMALL, SMALL_INT8]),
    position=st.integers(0, min(len(SMALL), len(SMALL_INT8)) - 1),
    change=st.integers(1, 255),
    kind=st.sampled_from(["flip", "cut", "drop", "insert", "append"]),
)
@settings(max_examples=300, deadline=None)
def test_damage_anywhere_is_noticed(whole, position, change, kind):
    damaged = bytearray(whole)
    if kind == "flip":
        damaged[position] ^= change
    elif kind == "cut":
        del damaged[position:]
    elif kind == "drop":
        del damaged[position]
    elif kind == "insert":
        damaged.insert(position, change)
    else:
        damaged += bytes([change]) * (1 + position)
    if bytes(damaged) == whole:  # a byte inserted beside its equal changes something all the same
        raise AssertionError("the test changed nothing")
    with pytest.raises(CompressedFileError, match=r"damaged|no compressed student|format"):
        compressed_from_bytes(bytes(damaged), "the file")


def test_a_newer_format_is_named():
    newer = SMALL.replace(b'\\"format\\":1', b'\\"format\\":9')
    with pytest.raises(CompressedFileError, match=r"format 9, this version .* up to 2"):
        compressed_from_bytes(newer)


@pytest.mark.parametrize("content", [b"", b"x", b"\x02" + bytes(7) + b"{}", b"[1]" * 99])
def test_other_files_are_refused(content, tmp_path):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(CompressedFileError, match="no compressed student"):
        load_compressed(tmp_path / "f")


@pytest.mark.parametrize(
    "change",
    [
        {"network": {}},
        {"seeds": [1]},
        {"seeds": [1, 2, -3]},
        {"seeds": None},
        {"images": {"shape": [1, 0, 0]}},
        {"feature": {"circuit": {"loop_lengths": [99]}}},
        {"more": 1},
    ],
)
def test_a_whole_file_with_a_wrong_description_is_refused(change):
    student = student_of()
    described = {
        "network": {
            "in_channels": 1,
            "widths": [4, 6, 8],
            "n_classes": 10,
            "rank": 8,
            "scope": "all",
            "feature_dim": 512,
        },
        "seeds": [1, 2, 3],
        "images": None,
        "feature": None,
    }
    tensors = {name: value.detach() for name, value in student.named_parameters()}
    tensors["z"] = torch.ones(512)
    compressed_from_bytes(seal(tensors, described))
    with pytest.raises(CompressedFileError, match="does not describe a student"):
        compressed_from_bytes(seal(tensors, described | change))
    del tensors["conv1.bias"]
    with pytest.raises(CompressedFileError, match="does not describe a student"):
        compressed_from_bytes(seal(tensors, described))


def test_what_cannot_be_saved():
    with pytest.raises(ValueError, match="no z yet"):
        compressed_bytes(StudentCNN(widths=(4, 6, 8)))
    with pytest.raises(ValueError, match="TeacherCNN, a StudentCNN is expected"):
        compressed_bytes(TeacherCNN(widths=(4, 6, 8)))
    with pytest.raises(ValueError, match="float64"):
        compressed_bytes(student_of(), dtype=torch.float64)
    student = student_of()
    student.conv2.condition(np.ones(512))
    with pytest.raises(ValueError, match="different z"):
        compressed_bytes(student)
    with pytest.raises(ValueError, match="gives another z"):
        compressed_bytes(student_of(z=np.ones(512)), feature=EXACT)
    student = student_of()
    student.linear = torch.nn.Linear(8, 11)
    with pytest.raises(ValueError, match=r"linear\.bias is not as in a StudentCNN"):
        compressed_bytes(student)


def test_numbers_that_do_not_fit_are_refused_and_the_old_file_stays(tmp_path):
    student = student_of()
    save_compressed(student, tmp_path / "s")
    before = (tmp_path / "s").read_bytes()
    with torch.no_grad():
        student.linear.bias[0] = 1e5
    with pytest.raises(ValueError, match=r"linear\.bias goes up to 1e\+05.*float16"):
        save_compressed(student, tmp_path / "s", dtype=torch.float16)
    assert (tmp_path / "s").read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_the_random_state_of_the_caller_is_left_alone():
    state = torch.random.get_rng_state()
    compressed_from_bytes(SMALL)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.slow
def test_a_fresh_process_predicts_the_same_without_training_code(mnist_root, tmp_path):
    """All 10,000 test images of MNIST, at the paper's widths; the fresh process cannot train."""
    data = load_dataset("mnist", mnist_root)
    student = student_of(widths=(64, 128, 128))
    save_compressed(student, tmp_path / "s", feature=EXACT, images=data.format)
    code = f"""
import sys, numpy as np, torch
from pqkd_helpers.compression import read_compressed
loaded = set(sys.modules)
forbidden = {{"pqkd_helpers." + name for name in
             ("training_loop.trainer", "networks.adam", "datasets.loading", "experiments", "spsa")}}
assert not loaded & forbidden, loaded & forbidden
found = read_compressed({str(tmp_path / "s")!r})
from pqkd_helpers.datasets import load_dataset
images = load_dataset("mnist", {str(mnist_root)!r}).test.images
with torch.no_grad():
    logits = torch.cat([found.student(found.images.normalise(x)) for x in images.split(100)])
np.savez({str(tmp_path / "l.npz")!r}, logits=logits, kernel=found.student.conv3.kernel().detach())
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    fresh = np.load(tmp_path / "l.npz")
    mine = predict_logits(student, data, data.test.images)
    assert len(mine) == 10_000 and np.array_equal(fresh["logits"].argmax(1), mine.argmax(1))
    kernel = student.conv3.kernel().detach().numpy()
    assert np.abs(fresh["kernel"] - kernel).max() <= 1e-6
    assert len(np.unique(mine.argmax(1))) > 1


def test_nothing_in_the_file_is_code():
    header = json.loads(SMALL[8 : 8 + int.from_bytes(SMALL[:8], "little")])
    assert b"pickle" not in SMALL and set(header) > {"__metadata__", "theta", "linear.weight"}
