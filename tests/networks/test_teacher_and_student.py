import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from pqkd_helpers.compression import measure_compression, to_dense, trained_values
from pqkd_helpers.controls.students.low_rank import LowRankStudent
from pqkd_helpers.controls.students.trained_z import HypernetworkStudent, LearnedZStudent
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN


def test_counts_of_trained_values():
    assert trained_values(TeacherCNN()) == 224_394
    assert trained_values(StudentCNN(scope="conv1+conv2")) == 149_338
    assert trained_values(StudentCNN(scope="all")) == 1_954
    assert trained_values(TeacherCNN(widths=(32, 64, 128))) == 94_474
    assert trained_values(StudentCNN(widths=(32, 64, 128))) == 75_514


@pytest.mark.parametrize(
    ("widths", "ratio"), [((32, 64, 64), 48.06), ((48, 96, 96), 80.07), ((64, 128, 128), 113.1)]
)
def test_compression_ratios_of_the_whole_network(widths, ratio):
    compression = measure_compression(
        TeacherCNN(widths=widths), StudentCNN(widths=widths, scope="all"), n_angles=30
    )
    assert compression.whole_network == pytest.approx(ratio, rel=1e-3)


def test_ratios_by_hand():
    compression = measure_compression(TeacherCNN(), StudentCNN(scope="all"), n_angles=30)
    kernels = 64 * 25 + 64 * 128 * 9 + 128 * 128 * 9
    biases = 64 + 128 + 128
    assert compression.convolutions == (kernels + biases) / (8 * (25 + 9 + 9) + biases + 30)
    assert compression.convolution_kernels == kernels / (8 * (25 + 9 + 9) + 30)


def test_the_partial_student_is_one_and_a_half_times_smaller():
    compression = measure_compression(TeacherCNN(), StudentCNN(), n_angles=30)
    assert compression.student_values == 149_338 + 30
    assert compression.whole_network == pytest.approx(1.50, abs=0.005)


def test_every_layer_and_seed_has_its_own_a():
    rows = []
    for seed in (0, 1):
        for layer in StudentCNN(widths=(4, 4, 4), scope="all", seed=seed).dictionary_layers():
            rows.append(layer.projection.rows(0, 4).ravel())
    correlations = np.corrcoef(rows)[np.triu_indices(6, 1)]
    assert np.abs(correlations).max() < 0.15  # 2,048 values: 0.02 expected, 7 sigma


def test_condition_on_each_equals_condition():
    student = StudentCNN(widths=(2, 3, 4), scope="all")
    features = torch.randn(3, 512)
    x = torch.randn(2, 1, 12, 12)
    student.eval()
    for z, seen in zip(features, student.condition_on_each(features), strict=True):
        together = student(x)
        assert torch.equal(seen, z)
        student.condition(z)
        assert torch.allclose(student(x), together, atol=1e-5)


SHAPE = (1, (4, 6, 8))


@pytest.mark.parametrize(
    "new",
    [
        lambda: TeacherCNN(*SHAPE, batch_norm=True),
        lambda: StudentCNN(*SHAPE, scope="conv1"),
        lambda: StudentCNN(*SHAPE, batch_norm=True),
        lambda: StudentCNN(*SHAPE, scope="all"),
        lambda: LowRankStudent(*SHAPE, rank=2),
        lambda: LearnedZStudent(*SHAPE, norm=22.6),
        lambda: HypernetworkStudent(*SHAPE, norm=22.6),
        lambda: to_dense(TeacherCNN(*SHAPE)),
    ],
)
def test_safetensors_takes_the_values_as_they_are(new):
    """No two share memory, and all are in torch's usual order."""
    network, twin, x = new().eval(), new().eval(), torch.randn(2, 1, 12, 12)
    if isinstance(network, StudentCNN):
        for _ in network.condition_on_each(torch.randn(2, 512)):
            expected = network(x)
    else:
        expected = network(x)
    twin.load_state_dict(load(save(network.state_dict())))
    assert torch.allclose(twin(x), expected, atol=1e-6)


def test_the_values_with_their_variables_are_the_parameters_themselves():
    teacher = TeacherCNN(*SHAPE)
    kept = teacher.state_dict(keep_vars=True)
    assert all(kept[name] is value for name, value in teacher.named_parameters())


def test_student_before_condition():
    with pytest.raises(RuntimeError, match="call condition"):
        StudentCNN()(torch.zeros(1, 1, 28, 28))


def test_scopes():
    sizes = {"conv1": 1, "conv1+conv2": 2, "all": 3}
    for scope, n_layers in sizes.items():
        assert len(StudentCNN(scope=scope).dictionary_layers()) == n_layers


def test_seeds_and_the_global_random_state():
    before = torch.random.get_rng_state()
    first, again, other = (TeacherCNN(seed=seed) for seed in (0, 0, 1))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(first.conv2.weight, again.conv2.weight)
    assert not torch.equal(first.conv2.weight, other.conv2.weight)


def test_global_average_pooling_takes_any_image_size():
    student = StudentCNN(3, widths=(2, 3, 4), n_classes=7, scope="all")
    student.condition(np.ones(512))
    assert student(torch.zeros(2, 3, 32, 32)).shape == (2, 7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scope": "conv2"}, "'conv2'.*conv1.*all"),
        ({"basis_start": "x"}, "basis_start"),
        ({"rank": 0}, "rank"),
        ({"widths": (1, 2)}, "widths"),
        ({"widths": (1, 2, 0)}, "widths"),
        ({"n_classes": 0}, "n_classes"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        StudentCNN(**arguments)
