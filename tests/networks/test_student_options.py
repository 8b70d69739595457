"""Every option of the student: counted, stored, written out as a plain network."""

import itertools

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from pqkd_helpers.compression import measure_compression, measure_sizes, to_dense, trained_values
from pqkd_helpers.compression.compressed_file import compressed_bytes, compressed_from_bytes
from pqkd_helpers.compression.folding import without_batch_norm
from pqkd_helpers.controls.circuit_settings import CircuitSettings
from pqkd_helpers.controls.feature_specification import FeatureSpecification
from pqkd_helpers.datasets.image_format import ImageFormat
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN

WIDTHS = (4, 6, 8)
Z = np.random.default_rng(0).normal(size=512)
IMAGES = torch.randn(5, 1, 28, 28, generator=torch.Generator().manual_seed(1))

COMBINED = [
    {"scope": scope, "shared_basis": shared, "bias": bias, "orthogonal": orthogonal, **norm}
    for scope, shared, bias, orthogonal, norm in itertools.product(
        ("all", "conv1+conv2"),
        (False, True),
        (False, True),
        (False, True),
        ({}, {"gains": True}, {"batch_norm": True}),
    )
    if not (shared and scope != "all")
]
RANKS = {"all": (3, 7, 7), "conv1+conv2": (3, 7)}


def trained(options):
    """A student that has seen images, so that batch norm has statistics, in evaluation mode."""
    student = StudentCNN(1, WIDTHS, rank=RANKS[options["scope"]], seed=3, **options)
    student.condition(Z)
    with torch.no_grad():
        for parameter in student.parameters():
            parameter.add_(0.1 * torch.rand(parameter.shape))
        for _ in range(3):
            student.train()(IMAGES)
    return student.eval()


def values_by_hand(scope, shared_basis, bias, orthogonal, gains=False, batch_norm=False):
    """Filters, gains and biases, batch norm's two numbers per channel, linear layer."""
    bases = 3 * 25 + 7 * 9 * (1 if shared_basis or scope != "all" else 2)
    dense = 6 * 8 * 9 if scope != "all" else 0
    mixed = 4 + 6 + (8 if scope == "all" else 0)
    per_channel = (4 + 6 + 8) * (bias + 2 * batch_norm) + mixed * gains
    return bases + dense + per_channel + 10 * (8 + 1)


@pytest.mark.parametrize("options", COMBINED, ids=str)
def test_what_is_counted_is_what_is_trained(options):
    student = trained(options)
    expected = values_by_hand(**options)
    assert trained_values(student) == expected
    assert sum(p.numel() for p in student.parameters() if p.requires_grad) == expected
    teacher = TeacherCNN(1, WIDTHS)
    compression = measure_compression(teacher, student, n_angles=30)
    assert compression.student_values == expected + 30
    norms = 2 * 18 if options.get("batch_norm") else 0
    convolutions = trained_values(teacher) - 90
    assert compression.convolutions == pytest.approx(convolutions / (expected + 30 - 90 - norms))


@pytest.mark.parametrize("options", COMBINED, ids=str)
def test_the_plain_network_and_the_file_give_the_same_logits(options):
    student = trained(options)
    expected = student(IMAGES)
    assert torch.allclose(to_dense(student)(IMAGES), expected, atol=1e-5)
    found = compressed_from_bytes(compressed_bytes(student)).student
    assert torch.allclose(found(IMAGES), expected, atol=1e-5)
    again = compressed_bytes(found)
    assert again == compressed_bytes(compressed_from_bytes(again).student)


@pytest.mark.parametrize("options", COMBINED, ids=str)
def test_the_state_comes_back_through_safetensors(options):
    student = trained(options)
    twin = StudentCNN(**student.options(), seed=3).eval()
    twin.load_state_dict(load(save(student.state_dict())))
    assert torch.equal(twin(IMAGES), student(IMAGES))


def test_batch_norm_without_biases_is_as_large_in_the_file_as_trained():
    options = {"scope": "all", "shared_basis": True, "bias": False, "batch_norm": True}
    student = trained(options)
    folded = without_batch_norm(student)
    assert trained_values(folded) == trained_values(student)
    assert student.batch_norm and not folded.batch_norm and folded.gains and folded.bias
    assert torch.allclose(folded(IMAGES), student(IMAGES), atol=1e-5)


def test_a_student_that_came_from_a_file_folds_with_the_seeds_of_the_file():
    student = trained({"scope": "all", "batch_norm": True})
    other = StudentCNN(**student.options(), seed=4)
    for mine, theirs in zip(student.dictionary_layers(), other.dictionary_layers(), strict=True):
        theirs.projection = mine.projection
    other.load_state_dict(student.state_dict())
    assert torch.allclose(without_batch_norm(other)(IMAGES), student(IMAGES), atol=1e-5)


@pytest.mark.parametrize("shared", [False, True])
def test_the_ledger_counts_a_shared_basis_once(shared):
    student = StudentCNN(1, WIDTHS, scope="all", rank=(3, 7, 7), shared_basis=shared)
    circuit = FeatureSpecification(CircuitSettings(), (0.1,) * 30, n_shots=None)
    student.condition(circuit.z())
    images = ImageFormat((1, 28, 28), (0.13,), (0.31,))
    sizes = measure_sizes(TeacherCNN(1, WIDTHS), student, feature=circuit, images=images)
    by_layer = sizes.trained_values["student"]
    assert sum(by_layer.values()) == trained_values(student) + 30
    assert by_layer["conv3"] == 8 + (0 if shared else 63) and by_layer["conv2"] == 6 + 63


def test_a_student_without_younger_options_is_described_as_it_always_was():
    assert StudentCNN(1, WIDTHS, scope="all").options() == {
        "in_channels": 1,
        "widths": (4, 6, 8),
        "n_classes": 10,
        "rank": 8,
        "scope": "all",
        "feature_dim": 512,
    }


def test_one_rank_for_each_layer():
    student = StudentCNN(1, WIDTHS, scope="all", rank=(3, 5, 7))
    assert [layer.rank for layer in student.dictionary_layers()] == [3, 5, 7]
    assert StudentCNN(1, WIDTHS, scope="all", rank=np.array([5, 5, 5])).rank == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shared_basis": True}, "shared basis has one rank"),
        ({"shared_basis": True, "scope": "all", "rank": (2, 3, 4)}, "shared basis has one rank"),
        ({"gains": True, "batch_norm": True}, "batch norm has gains"),
        ({"rank": (8, 8, 8)}, "3 numbers, one or 2 are expected"),
        ({"rank": (8, 0)}, "rank is 0"),
        ({"rank": ()}, "0 numbers"),
    ],
)
def test_options_that_do_not_go_together(options, message):
    with pytest.raises(ValueError, match=message):
        StudentCNN(1, WIDTHS, **options)
