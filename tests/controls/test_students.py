"""Students without a circuit: their sizes, and that what is trained is trained."""

import pytest
import torch

from pqkd_helpers.compression import to_dense, trained_values
from pqkd_helpers.controls.students.four_layer_cnn import (
    FourLayerCNN,
    affordable_widths,
    four_layer_values,
)
from pqkd_helpers.controls.students.low_rank import LowRankConv2d, LowRankStudent, affordable_rank
from pqkd_helpers.controls.students.narrow_cnn import narrow_widths, plain_values
from pqkd_helpers.controls.students.trained_z import HypernetworkStudent, LearnedZStudent
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN

IMAGES = torch.randn(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("widths", [(16, 32, 32), (64, 128, 128), (3, 5, 4)])
def test_values_are_counted_as_torch_counts_them(widths, batch_norm):
    network = TeacherCNN(3, widths, 7, batch_norm=batch_norm)
    # With batch norm the convolutions keep their biases, which it cancels: three per channel.
    assert plain_values(3, widths, 7, batch_norm=batch_norm) == trained_values(network)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("target", [784, 1184, 1984, 5000])
def test_the_narrow_network_is_as_large_as_asked_to_within_one_percent(target, batch_norm):
    widths = narrow_widths(
        target, in_channels=1, widths=(16, 32, 32), n_classes=10, batch_norm=batch_norm
    )
    n_values = trained_values(TeacherCNN(1, widths, batch_norm=batch_norm))
    assert abs(n_values - target) <= 0.01 * target


def test_a_size_that_no_network_has_is_refused():
    with pytest.raises(ValueError, match="no plain network trains 20 values"):
        narrow_widths(20, in_channels=1, widths=(16, 32, 32), n_classes=10)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("most", [600, 1184, 1984, 6000, 20_000])
def test_the_network_of_four_layers_is_the_largest_that_fits(batch_norm, most):
    first, *_, last = widths = affordable_widths(
        most, in_channels=1, n_classes=10, batch_norm=batch_norm
    )
    network = FourLayerCNN(1, widths, batch_norm=batch_norm)
    counted = four_layer_values(1, widths, 10, batch_norm=batch_norm)
    assert trained_values(network) == counted <= most
    assert first <= last <= first + 1 and sorted(widths) == list(widths)
    n_larger = sum(widths) + 1
    larger = [(n_larger + i) // 4 for i in range(4)]
    assert four_layer_values(1, larger, 10, batch_norm=batch_norm) > most


def test_the_network_of_four_layers_is_what_its_formula_says():
    network = FourLayerCNN(1, (2, 3, 4, 5), n_classes=7, batch_norm=True).eval()
    x = IMAGES
    for number in (1, 2, 3, 4):
        convolution, norm = getattr(network, f"conv{number}"), getattr(network, f"norm{number}")
        assert convolution.bias is None and convolution.kernel_size == (3, 3)
        x = torch.relu(norm(convolution(x)))
        if number in (1, 3):
            x = torch.nn.functional.max_pool2d(x, 2)
    assert x.shape == (5, 5, 7, 7)
    assert torch.allclose(network(IMAGES), network.linear(x.mean(dim=(2, 3))), atol=1e-6)
    assert FourLayerCNN(batch_norm=False).conv1.bias is not None


@pytest.mark.parametrize("widths", [(8, 8, 8), (8, 8, 8, 0)])
def test_a_network_of_four_layers_has_four_widths(widths):
    with pytest.raises(ValueError, match="widths"):
        FourLayerCNN(1, widths)
    with pytest.raises(ValueError, match="no network of four convolutions trains 20 values"):
        affordable_widths(20, in_channels=1, n_classes=10)


def test_the_rank_is_the_largest_that_fits():
    rank = affordable_rank(1984, in_channels=1, widths=(16, 32, 32), n_classes=10)
    sizes = [
        trained_values(LowRankStudent(1, (16, 32, 32), rank=r, seed=0)) for r in (rank, rank + 1)
    ]
    assert sizes[0] <= 1984 < sizes[1]
    assert affordable_rank(10, in_channels=1, widths=(16, 32, 32), n_classes=10) == 1


def test_a_low_rank_kernel_is_the_sum_of_its_products():
    layer = LowRankConv2d(3, 4, 5, rank=2, seed=1)
    kernel = layer.kernel()
    o, i = 2, 1
    by_hand = sum(layer.outputs[o, r] * layer.inputs[i, r] * layer.basis[r] for r in range(2))
    assert torch.allclose(kernel[o, i], by_hand)
    x = torch.randn(2, 3, 8, 8)
    assert layer(x).shape == (2, 4, 8, 8)


def test_a_low_rank_layer_starts_at_hes_scale():
    kernels = torch.stack([LowRankConv2d(8, 16, 3, rank=4, seed=s).kernel() for s in range(200)])
    assert kernels.var().item() == pytest.approx(2.0 / (8 * 9), rel=0.1)


@pytest.mark.parametrize("kind", [LearnedZStudent, HypernetworkStudent])
def test_z_is_trained_and_keeps_its_norm(kind):
    student = kind(1, (4, 6, 8), rank=3, scope="all", norm=5.0, seed=1)
    student(IMAGES).sum().backward()
    assert all(p.grad is not None for p in student.parameters())
    assert student.conv1.z.norm().item() == pytest.approx(5.0, rel=1e-5)
    before = student.conv2.kernel().detach().clone()
    torch.optim.SGD(student.parameters(), lr=0.1).step()
    student(IMAGES)
    assert not torch.equal(before, student.conv2.kernel().detach())
    assert student.conv1.z.norm().item() == pytest.approx(5.0, rel=1e-5)


def test_what_a_trained_z_costs_is_counted():
    options = {"rank": 3, "scope": "all", "seed": 1}
    plain = trained_values(StudentCNN(1, (4, 6, 8), **options))
    learned = LearnedZStudent(1, (4, 6, 8), norm=5.0, **options)
    assert trained_values(learned) == plain + 512
    hyper = HypernetworkStudent(1, (4, 6, 8), norm=5.0, n_inputs=30, hidden=16, **options)
    assert trained_values(hyper) == plain + 30 + 30 * 16 + 16 + 16 * 512 + 512


@pytest.mark.parametrize("make", [TeacherCNN, StudentCNN])
def test_with_batch_norm_the_scale_of_z_leaves_the_forward_pass(make):
    network = make(1, (4, 6, 8), batch_norm=True).train()
    network.dropout.p = 0.0
    if make is TeacherCNN:
        first = network(IMAGES)
        with torch.no_grad():
            for layer in (network.conv1, network.conv2):
                layer.weight *= 3.0
                layer.bias *= 3.0
    else:
        z = torch.randn(512, generator=torch.Generator().manual_seed(1))
        network.condition(z)
        with torch.no_grad():
            for layer in network.dictionary_layers():
                layer.bias.zero_()
        first = network(IMAGES)
        network.condition(3.0 * z)
    assert torch.allclose(first, network(IMAGES), atol=2e-3)


def test_batch_norm_becomes_part_of_the_plain_network():
    student = StudentCNN(1, (4, 6, 8), scope="all", batch_norm=True)
    student.condition(torch.ones(512))
    student.train()
    for _ in range(3):
        student(IMAGES)
    student.eval()
    dense = to_dense(student)
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in dense)
    assert torch.allclose(dense(IMAGES), student(IMAGES), atol=1e-5)
