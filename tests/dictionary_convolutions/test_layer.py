import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pqkd_helpers.dictionary_convolutions import DictConv2d


def conditioned(*sizes, z=None, **options):
    layer = DictConv2d(*sizes, seed=options.pop("seed", 0), **options)
    if z is None:
        z = torch.randn(layer.feature_dim, generator=torch.Generator().manual_seed(1))
    layer.condition(z)
    return layer


def test_kernel_equals_an_explicit_loop():
    layer = conditioned(3, 4, (3, 5), rank=2)
    A = layer.projection.rows(0, 4 * 3 * 2).astype(float)
    M = A @ layer.z.numpy().astype(float)
    B = layer.basis.detach().numpy().astype(float)
    W = np.zeros((4, 3, 3, 5))
    for o in range(4):
        for i in range(3):
            for r in range(2):
                W[o, i] += M[(o * 3 + i) * 2 + r] * B[r]
    assert np.allclose(layer.kernel().detach().numpy(), W, atol=1e-6)


def test_it_convolves_as_conv2d_does():
    layer = conditioned(2, 5, 3, stride=2, padding=1)
    plain = nn.Conv2d(2, 5, 3, stride=2, padding=1)
    plain.load_state_dict({"weight": layer.kernel().detach(), "bias": layer.bias.detach()})
    x = torch.randn(4, 2, 9, 8)
    assert torch.allclose(layer(x), plain(x), atol=1e-5)


@pytest.mark.parametrize(
    ("c_in", "c_out", "size"), [(1, 64, 5), (3, 64, 5), (64, 128, 3), (128, 128, 3)]
)
def test_he_variance_at_the_start(c_in, c_out, size):
    """Var W = 2 / (C_in k^2) over many seeds, with |z|^2 = 512."""
    z = torch.full((512,), 1.0)
    variances = [
        conditioned(c_in, c_out, size, z=z, seed=seed).kernel().detach().var().item()
        for seed in range(12)
    ]
    spread = np.std(variances, ddof=1) / math.sqrt(12)
    assert abs(np.mean(variances) - 2 / (c_in * size**2)) < 6 * spread  # t, 11 df: 1e-4


def test_what_is_trained():
    names = [name for name, _ in DictConv2d(1, 4, 5, seed=0).named_parameters()]
    assert names == ["basis", "bias"]
    assert sum(p.numel() for p in DictConv2d(64, 128, 3, seed=0).parameters()) == 8 * 9 + 128


def test_gradients_reach_the_basis_and_stop_at_a_plain_z():
    layer = conditioned(1, 2, 3)
    layer(torch.randn(1, 1, 5, 5)).sum().backward()
    assert layer.basis.grad.abs().sum() > 0
    assert not layer.mixing.requires_grad


def test_a_z_that_requires_a_gradient_keeps_its_graph():
    z = torch.randn(512, requires_grad=True)
    layer = DictConv2d(1, 2, 3, seed=0)
    layer.condition(z)
    layer(torch.randn(1, 1, 5, 5)).square().sum().backward()
    assert z.grad.abs().sum() > 0


def test_state_dict_holds_basis_bias_and_z_but_neither_a_nor_m():
    layer = conditioned(2, 3, 3)
    assert set(layer.state_dict()) == {"basis", "bias", "z"}
    copied = DictConv2d(2, 3, 3, seed=0)
    copied.load_state_dict(layer.state_dict())
    assert torch.equal(copied.kernel(), layer.kernel())


def test_loading_an_unconditioned_state_leaves_the_layer_unconditioned():
    layer = conditioned(2, 3, 3)
    layer.load_state_dict(DictConv2d(2, 3, 3, seed=0).state_dict())
    with pytest.raises(RuntimeError, match="condition"):
        layer.kernel()


def test_a_state_of_another_shape_is_refused():
    with pytest.raises(RuntimeError, match="size mismatch"):
        conditioned(2, 3, 3).load_state_dict(conditioned(2, 3, 3, rank=4).state_dict())


def test_forward_before_condition():
    with pytest.raises(RuntimeError, match="call condition"):
        DictConv2d(1, 2, 3, seed=0)(torch.zeros(1, 1, 5, 5))


def test_deepcopy_is_independent():
    layer = conditioned(1, 2, 3)
    twin = copy.deepcopy(layer)
    assert torch.equal(twin.kernel(), layer.kernel())
    twin.condition(np.zeros(512))
    assert twin.kernel().abs().sum() == 0 < layer.kernel().abs().sum()


def test_deepcopy_of_a_layer_that_carries_a_graph():
    layer = conditioned(1, 2, 3, z=torch.ones(512, requires_grad=True))
    network = torch.nn.Sequential(layer, layer)
    twin = copy.deepcopy(network)
    assert twin[0] is twin[1] and torch.equal(twin[0].kernel(), layer.kernel())
    assert layer.mixing.requires_grad and not twin[0].mixing.requires_grad
    assert twin[0].basis.requires_grad and twin[0].basis is not layer.basis


def test_to_moves_and_casts_everything():
    layer = conditioned(1, 2, 3).to(torch.float64)
    assert layer.kernel().dtype == torch.float64
    assert layer(torch.zeros(1, 1, 5, 5, dtype=torch.float64)).dtype == torch.float64
    assert conditioned(1, 2, 3).to("meta").basis.device.type == "meta"


def test_repr_reads_like_conv2d():
    assert repr(DictConv2d(1, 4, 5, padding=2, bias=False, seed=0)) == (
        "DictConv2d(1, 4, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), "
        "rank=8, feature_dim=512, bias=False)"
    )


def test_compiles_to_one_graph():
    layer = conditioned(1, 4, 3, padding=1)
    x = torch.randn(2, 1, 8, 8)
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(x), layer(x), atol=1e-6)


def test_conditioning_in_inference_mode_does_not_spoil_training():
    layer = DictConv2d(1, 2, 3, seed=0)
    with torch.inference_mode():
        layer.condition(torch.ones(512))
    layer(torch.zeros(1, 1, 5, 5)).sum().backward()


def test_global_random_state_is_left_alone():
    before = torch.random.get_rng_state()
    conditioned(1, 2, 3)
    assert torch.equal(before, torch.random.get_rng_state())


def test_numpy_sizes_and_any_real_array_will_do():
    layer = DictConv2d(np.int64(1), np.int64(2), np.int64(3), rank=np.int32(4), seed=np.int64(0))
    z = np.arange(512.0)
    z.flags.writeable = False
    for array in (z, z[::-1], z.astype(int), torch.arange(512)):
        layer.condition(array)
        assert np.array_equal(layer.z.numpy(), np.asarray(array).astype(np.float32))


@pytest.mark.parametrize("z", [np.ones(512, complex), ["1"] * 512, torch.ones(512) * 1j])
def test_a_z_that_is_not_real_is_refused(z):
    with pytest.raises(ValueError, match="real numbers"):
        DictConv2d(1, 2, 3, seed=0).condition(z)


def test_zero_z_gives_a_zero_kernel():
    assert conditioned(1, 2, 3, z=np.zeros(512)).kernel().abs().sum() == 0


@pytest.mark.parametrize(
    "z", [np.ones(511), np.ones((1, 512)), 3.0, np.full(512, np.nan), np.full(512, np.inf)]
)
def test_bad_features_change_nothing(z):
    layer = conditioned(1, 2, 3)
    before = layer.kernel().clone()
    with pytest.raises(ValueError, match="z "):
        layer.condition(z)
    assert torch.equal(layer.kernel(), before)


@given(st.lists(st.floats(width=32), min_size=0, max_size=6))
@settings(max_examples=50, deadline=None)
def test_any_list_conditions_or_is_refused(values):
    layer = DictConv2d(1, 2, 3, feature_dim=4, seed=0)
    good = len(values) == 4 and np.isfinite(values).all()
    try:
        layer.condition(np.array(values))
    except ValueError:
        assert not good
    else:
        assert good and layer.mixing is not None


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ((1, 2, 3), {"rank": 0}, "rank is 0"),
        ((1, 2, 3), {"rank": 1.5}, "rank is 1.5"),
        ((0, 2, 3), {}, "in_channels"),
        ((1, -2, 3), {}, "out_channels"),
        ((1, 2, 0), {}, "kernel_size"),
        ((1, 2, 3), {"feature_dim": 0}, "feature_dim"),
        ((1, 2, 3), {"basis_variance": 0.0}, "basis_variance"),
        ((1, 2, 3), {"seed": -1}, "seed"),
        ((1, 2, 3), {"stride": 0}, "stride is 0"),
        ((1, 2, 3), {"padding": -1}, "padding is -1"),
        ((1, 2, 3), {"padding": "same"}, "padding is 'same'"),
        ((1, 2, (3, 3, 3)), {}, "one whole number or two"),
    ],
)
def test_bad_sizes(sizes, options, message):
    with pytest.raises(ValueError, match=message):
        DictConv2d(*sizes, **{"seed": 0, **options})
