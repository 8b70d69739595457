"""What a layer may do beyond the paper: share a basis, train gains, mix orthogonally."""

import copy
import math

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from pqkd_helpers.dictionary_convolutions import DictConv2d

Z = torch.randn(512, generator=torch.Generator().manual_seed(1))


def pair(second_inputs=6, **options):
    """A layer and one that uses its basis, conditioned on one z."""
    first = DictConv2d(3, second_inputs, 3, rank=5, padding=1, seed=0)
    second = DictConv2d(second_inputs, 4, 3, rank=5, padding=1, basis_of=first, seed=1, **options)
    both = nn.Sequential(first, second)
    for layer in both:
        layer.condition(Z)
    return both


def loss_of(both):
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    return both(x).square().mean()


def test_the_gradient_of_a_shared_basis_is_the_sum_of_both_layers_own():
    both = pair()
    loss_of(both).backward()
    apart = copy.deepcopy(both)
    apart[1].basis = nn.Parameter(apart[0].basis.detach().clone())
    apart.zero_grad()
    loss_of(apart).backward()
    assert torch.allclose(both[0].basis.grad, apart[0].basis.grad + apart[1].basis.grad)
    assert (apart[1].basis.grad.abs() > 0).all()


def test_a_shared_basis_is_one_parameter_and_counts_once():
    both = pair()
    assert both[0].basis is both[1].basis
    assert sum(p.numel() for p in both.parameters()) == 5 * 9 + 6 + 4
    assert copy.deepcopy(both)[0].basis is not both[0].basis
    for twin in (copy.deepcopy(both), copy.deepcopy(both).to(torch.float64)):
        assert twin[0].basis is twin[1].basis


def test_a_shared_basis_is_stored_once_and_comes_back():
    both, twin = pair(), pair()
    with torch.no_grad():
        both[0].basis.mul_(3.0)
    assert [name for name in both.state_dict() if "basis" in name] == ["0.basis"]
    twin.load_state_dict(load(save(both.state_dict())))
    assert twin[0].basis is twin[1].basis
    assert all(torch.equal(a.kernel(), b.kernel()) for a, b in zip(both, twin, strict=True))


def test_a_state_with_two_bases_is_not_forced_into_one():
    state = pair().state_dict()
    state["1.basis"] = torch.zeros(5, 3, 3)
    with pytest.raises(RuntimeError, match="Unexpected"):
        pair().load_state_dict(state)


@pytest.mark.parametrize("options", [{"rank": 4}, {"kernel_size": 5}])
def test_a_basis_of_another_shape_cannot_be_shared(options):
    sizes = {"kernel_size": 3, "rank": 5} | options
    with pytest.raises(ValueError, match=r"the basis of the other layer has shape \(5, 3, 3\)"):
        DictConv2d(1, 2, basis_of=DictConv2d(1, 2, 3, rank=5, seed=0), seed=1, **sizes)


def test_both_layers_of_a_shared_basis_start_with_hes_variance():
    for number, c_in in ((0, 3), (1, 48)):
        variances = []
        for seed in range(12):
            first = DictConv2d(3, 48, 3, rank=8, seed=seed)
            layers = [first, DictConv2d(48, 32, 3, rank=8, basis_of=first, seed=100 + seed)]
            layers[number].condition(torch.ones(512))
            variances.append(layers[number].kernel().detach().var().item())
        spread = np.std(variances, ddof=1) / math.sqrt(12)
        assert abs(np.mean(variances) - 2 / (c_in * 9)) < 6 * spread  # t, 11 df: 1e-4


def test_gains_multiply_the_kernels_of_their_channels_and_start_at_one():
    plain, layer = (DictConv2d(2, 3, 3, gains=gains, seed=0) for gains in (False, True))
    for each in (plain, layer):
        each.condition(Z)
    assert torch.equal(plain.kernel(), layer.kernel()) and torch.equal(plain.bias, layer.bias)
    with torch.no_grad():
        layer.gains.copy_(torch.tensor([2.0, 0.0, -1.0]))
    expected = torch.stack([2 * plain.kernel()[0], 0 * plain.kernel()[1], -plain.kernel()[2]])
    assert torch.allclose(layer.kernel(), expected)
    layer.kernel().sum().backward()
    assert torch.allclose(layer.gains.grad, plain.kernel().sum(dim=(1, 2, 3)), atol=1e-5)


@pytest.mark.parametrize("c_out", [5, 24, 40])
def test_an_orthogonal_mixing_has_orthogonal_rows_of_one_length(c_out):
    """Columns where there are more rows, 40, than columns, 4 channels times 6 filters."""
    layer = DictConv2d(4, c_out, 3, rank=6, orthogonal=True, seed=0)
    layer.condition(Z)
    M = layer.mixing.flatten(1)
    products = M @ M.T if c_out <= 24 else M.T @ M
    mean_square = (Z @ Z / 512).item()
    expected = mean_square * max(c_out, 24) * torch.eye(min(c_out, 24))
    assert torch.allclose(products, expected, atol=1e-5 * expected.max().item())
    assert M.square().mean().item() == pytest.approx(mean_square, rel=1e-5)


def test_the_rows_of_a_plain_mixing_are_not_orthogonal():
    layer = DictConv2d(4, 5, 3, rank=6, seed=0)
    layer.condition(Z)
    M = layer.mixing.flatten(1)
    assert (M @ M.T - torch.diag((M @ M.T).diagonal())).abs().max() > 1.0


def test_an_orthogonal_mixing_keeps_the_span_of_the_first_channels():
    """Gram and Schmidt: row n is row n of A z less its part along the rows before."""
    plain, layer = (DictConv2d(4, 5, 3, rank=6, orthogonal=o, seed=0) for o in (False, True))
    for each in (plain, layer):
        each.condition(Z)
    for n in (1, 3, 5):
        rows = torch.cat([plain.mixing.flatten(1)[:n], layer.mixing.flatten(1)[:n]])
        assert torch.linalg.matrix_rank(rows, atol=1e-3) == n
    first = plain.mixing.flatten(1)[0]
    assert torch.cosine_similarity(layer.mixing.flatten(1)[0], first, dim=0) > 0.9999


def test_the_length_of_z_scales_an_orthogonal_mixing_and_zero_gives_zero():
    layer = DictConv2d(2, 3, 3, orthogonal=True, seed=0)
    mixings = layer.project(torch.stack([Z, 2 * Z, -Z, 0 * Z]))
    assert torch.allclose(mixings[1], 2 * mixings[0], atol=1e-5)
    assert torch.allclose(mixings[2], -mixings[0], atol=1e-5)
    assert mixings[3].abs().max() == 0
    assert torch.allclose(layer.project(Z), mixings[0], atol=1e-6)


def test_a_gradient_passes_through_an_orthogonal_mixing():
    layer = DictConv2d(2, 3, 3, feature_dim=8, rank=2, orthogonal=True, seed=0)

    def entries(z):
        return layer.project(z.float()).double().square()[..., 0].sum()

    z = Z[:8].double().requires_grad_()
    entries(z).backward()
    step = 1e-3
    for i in range(8):
        shift = step * torch.eye(8, dtype=torch.float64)[i]
        numerical = (entries(z + shift) - entries(z - shift)).item() / (2 * step)
        assert z.grad[i].item() == pytest.approx(numerical, abs=2e-2)


def test_the_options_are_said():
    assert repr(pair(gains=True, orthogonal=True)[1]).endswith(
        "bias=True, shared basis, gains, orthogonal)"
    )
