"""A student in eight bits: nothing moves by more than half a step, and what is read is what counts.

The oracle works one row at a time, in plain Python.
"""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from pqkd_helpers.compression import (
    CompressedFileError,
    read_compressed,
    save_compressed,
    to_dense,
)
from pqkd_helpers.compression import sealed_tensors as sealed
from pqkd_helpers.compression.compressed_file import compressed_bytes, compressed_from_bytes
from pqkd_helpers.compression.conventional.quantisation import LAYERS, quantise
from pqkd_helpers.compression.folding import without_batch_norm
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.networks.evaluation import predict_logits, score

from .features import EXACT, SMOOTHED, THETA

STUDENTS = {
    "as-published": {},
    "two-layers": {"scope": "conv1+conv2"},
    "shared-basis": {"rank": (5, 7, 7), "shared_basis": True},
    "gains": {"gains": True, "bias": False},
    "orthogonal": {"orthogonal": True},
    "at-its-best": {
        **{"rank": (5, 7, 7), "shared_basis": True, "bias": False},
        **{"batch_norm": True, "orthogonal": True},
    },
}


def student_of(size=1.0, **options):
    """A student whose numbers, batch norm's statistics included, are all its own."""
    student = StudentCNN(widths=(4, 6, 8), **{"scope": "all", **options}).eval()
    numbers = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in student.state_dict().values():
            if value.is_floating_point():
                value.copy_(0.5 + torch.rand(value.shape, generator=numbers))
        for parameter in student.parameters():
            parameter.copy_(size * torch.randn(parameter.shape, generator=numbers))
    student.condition(np.random.default_rng(5).exponential(size=512))
    return student


def int8_bytes(student, **options):
    return compressed_bytes(student, dtype=torch.int8, **options)


def stored_numbers(student):
    """Weights and z row by row: what has a scale each. The last dimension is the row's."""
    student = without_batch_norm(student) if student.batch_norm else student
    rows = {
        name: value.detach().flatten(1)
        for name, value in student.named_parameters()
        if value.dim() > 1
    }
    return rows | {"z": student.conv1.z.view(-1, 16)}


def rounded(row):
    """Return a row's numbers after eight bits, and its scale, by the rule as it is written."""
    scale = float(np.float16(max(max(abs(x) for x in row) / 127, 2**-14)))
    return [scale * max(-127, min(127, round(x / scale))) for x in row], scale


@pytest.mark.parametrize("size", [1e-5, 1e-2, 1.0, 1e3])
@pytest.mark.parametrize("options", STUDENTS.values(), ids=STUDENTS)
def test_no_number_moves_by_more_than_half_a_step(options, size):
    student = student_of(size, **options)
    found = compressed_from_bytes(int8_bytes(student)).student
    before, after = stored_numbers(student), stored_numbers(found)
    assert before.keys() == after.keys()
    for name, rows in before.items():
        for row, read in zip(rows.tolist(), after[name].tolist(), strict=True):
            step = max(max(map(abs, row)) / 127, 2**-14)
            assert max(abs(x - y) for x, y in zip(row, read, strict=True)) <= 0.5005 * step, name


@pytest.mark.parametrize("options", STUDENTS.values(), ids=STUDENTS)
def test_the_int8_student_is_the_network_of_the_rounded_numbers(options, digits):
    student = student_of(0.3, **options)
    with torch.no_grad():  # so that it takes the images for several classes
        student.linear.bias -= predict_logits(student, digits, digits.test.images).mean(0)
    content = int8_bytes(student)
    by_hand = without_batch_norm(student) if student.batch_norm else student
    with torch.no_grad():
        for parameter in by_hand.parameters():
            if parameter.dim() == 1:
                parameter.copy_(parameter.half())
            else:
                rows = [rounded(row)[0] for row in parameter.flatten(1).tolist()]
                parameter.copy_(torch.tensor(rows).view(parameter.shape))
    by_hand.condition(
        np.array([rounded(row)[0] for row in stored_numbers(by_hand)["z"].tolist()]).ravel()
    )
    found = compressed_from_bytes(content)
    assert found.dtype == torch.int8 and not found.student.training
    state = found.student.state_dict()
    for name, value in by_hand.state_dict().items():
        assert state[name].dtype == torch.float32
        assert torch.allclose(state[name], value, rtol=1e-6, atol=0), name
    logits, *others = (
        predict_logits(network, digits, digits.test.images)
        for network in (found.student, by_hand, to_dense(found.student))
    )
    assert len(logits.argmax(1).unique()) > 1
    for other in others:
        assert torch.allclose(logits, other, rtol=1e-4, atol=1e-4 * float(logits.abs().max()))
        assert (
            score(logits, digits.test.labels).accuracy == score(other, digits.test.labels).accuracy
        )


def test_the_rule_is_that_of_the_int8_teacher():
    student = student_of(scope="conv1")
    teacher = TeacherCNN(widths=(4, 6, 8))
    names = ("conv2.weight", "conv3.weight", "linear.weight", "conv2.bias", "linear.bias")
    with torch.no_grad():
        for name in names:
            teacher.get_parameter(name).copy_(student.get_parameter(name))
    ours = compressed_from_bytes(int8_bytes(student)).student
    theirs = quantise(teacher).network()
    assert {name.partition(".")[0] for name in names} < {*LAYERS}
    for name in names:
        assert torch.equal(ours.get_parameter(name), theirs.get_parameter(name)), name


@pytest.mark.parametrize("feature", [None, EXACT, SMOOTHED])
@pytest.mark.parametrize("options", STUDENTS.values(), ids=STUDENTS)
def test_a_byte_for_a_weight_and_two_for_a_scale_gain_or_bias(options, feature, tmp_path):
    student = student_of(**options)
    if feature is EXACT:
        student.condition(EXACT.z())
    n_bytes = save_compressed(student, tmp_path / "s", feature=feature, dtype=torch.int8)
    content = (tmp_path / "s").read_bytes()
    rows = stored_numbers(student)
    if feature is EXACT:
        del rows["z"]
    folded = without_batch_norm(student) if student.batch_norm else student
    n_vectors = sum(p.numel() for p in folded.parameters() if p.dim() == 1)
    numbers = sum(row.numel() + 2 * len(row) for row in rows.values()) + 2 * n_vectors
    numbers += 0 if feature is None else 8 * len(THETA)
    header = int.from_bytes(content[:8], "little")
    assert n_bytes == len(content) == 8 + header + numbers
    assert read_compressed(tmp_path / "s").feature == feature


@pytest.mark.parametrize("options", STUDENTS.values(), ids=STUDENTS)
def test_eight_bits_make_the_smallest_file(options):
    student = student_of(**options)
    sizes = [
        len(compressed_bytes(student, feature=SMOOTHED, dtype=dtype))
        for dtype in (torch.int8, torch.float16, torch.float32)
    ]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("options", STUDENTS.values(), ids=STUDENTS)
def test_what_came_out_of_such_a_file_is_saved_as_the_same_bytes(options):
    content = int8_bytes(student_of(**options), feature=SMOOTHED)
    found = compressed_from_bytes(content)
    assert int8_bytes(found.student, feature=found.feature) == content


def test_a_few_large_numbers_of_z_leave_the_others_their_digits():
    student = student_of()
    z = np.linspace(0.5, 1.0, 512)
    z[[3, 100]] = 100.0
    student.condition(z)
    found = compressed_from_bytes(int8_bytes(student)).student
    far = np.arange(512) // 16 != 0
    far &= np.arange(512) // 16 != 100 // 16
    assert np.abs(found.conv1.z.numpy() - z)[far].max() <= 0.004


@pytest.mark.parametrize("length", [1, 4, 20, 48])
def test_a_z_of_any_length_comes_back(length):
    student = StudentCNN(widths=(4, 6, 8), scope="all", feature_dim=length)
    z = np.random.default_rng(0).normal(size=length)
    student.condition(z)
    found = compressed_from_bytes(int8_bytes(student)).student
    assert np.abs(found.conv1.z.numpy() - z).max() <= 0.501 / 127 * np.abs(z).max()


def test_a_z_of_zeros_stays_one():
    student = student_of()
    student.condition(np.zeros(512))
    assert not compressed_from_bytes(int8_bytes(student)).student.conv1.z.any()


def test_only_such_a_file_needs_the_newer_format(monkeypatch):
    student = student_of()
    contents = {
        dtype: compressed_bytes(student, dtype=dtype)
        for dtype in (torch.float32, torch.float16, torch.int8)
    }
    monkeypatch.setattr(sealed, "FORMAT", 1)  # what an older version reads
    for dtype, content in contents.items():
        if dtype != torch.int8:
            assert compressed_from_bytes(content).dtype == dtype
    with pytest.raises(CompressedFileError, match=r"format 2, this version .* up to 1"):
        compressed_from_bytes(contents[torch.int8])


def sealed_anew(change):
    """Return a whole file whose tensors were changed before it was sealed."""
    tensors, description = sealed.unseal(int8_bytes(student_of()), "the file")
    return sealed.seal(change(tensors), description)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: {name: part for name, part in t.items() if name != "scales"},
        lambda t: t | {"scales": t["scales"][:-1].clone()},
        lambda t: t | {"scales": torch.cat([t["scales"], t["scales"][:1]])},
        lambda t: t | {"z": t["z"][:-1].clone()},
        lambda t: t | {"z": t["z"][:, :-1].contiguous()},
        lambda t: t | {"z": t["z"].flatten()},
        lambda t: t | {"linear.weight": t["linear.weight"].T.contiguous()},
        lambda t: {name: part for name, part in t.items() if part.dtype != torch.int8},
    ],
    ids=[
        "no-scales",
        "one-too-few",
        "one-too-many",
        "short-z",
        "narrow-z",
        "flat-z",
        "turned",
        "no-weights",
    ],
)
def test_a_whole_file_whose_parts_do_not_fit_is_refused(change):
    compressed_from_bytes(sealed_anew(dict))
    with pytest.raises(CompressedFileError, match="does not describe a student"):
        compressed_from_bytes(sealed_anew(change))


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e8])
@pytest.mark.parametrize("name", ["conv2.basis", "conv2.bias", "linear.weight"])
def test_numbers_that_do_not_fit_are_refused(name, value):
    student = student_of()
    student.get_parameter(name).data.view(-1)[0] = value
    with pytest.raises(ValueError, match=rf"{name} goes up to .* expected"):
        int8_bytes(student)


def test_the_student_is_left_as_it_is():
    student = student_of(**STUDENTS["at-its-best"])
    before = {name: value.clone() for name, value in student.state_dict().items()}
    int8_bytes(student)
    after = student.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_the_description_is_that_of_the_other_files():
    student = student_of(**STUDENTS["at-its-best"])
    described = {
        dtype: sealed.unseal(compressed_bytes(student, feature=SMOOTHED, dtype=dtype), "")[1]
        for dtype in (torch.float32, torch.int8)
    }
    assert described[torch.int8] == described[torch.float32]
    feature = json.loads(json.dumps(dataclasses.asdict(SMOOTHED)))
    assert feature["circuit"].pop("loop_phases") == 0.0  # where there are none, nothing is said
    assert described[torch.int8]["feature"] == {k: v for k, v in feature.items() if k != "theta"}
