import itertools
import lzma
import math

import pytest
import torch
from safetensors.torch import load, save

from pqkd_helpers.compression.conventional.pruning import prune_at_once
from pqkd_helpers.compression.conventional.quantisation import (
    LAYERS,
    pack,
    quantise,
    unpack,
)
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN

WIDTHS = (4, 6, 8)


def equal(one, other):
    parts = zip(
        one.weights + one.scales + one.biases,
        other.weights + other.scales + other.biases,
        strict=True,
    )
    return all(a.dtype == b.dtype and torch.equal(a, b) for a, b in parts)


def test_a_weight_moves_by_half_a_step_at_most():
    for size in (1e-5, 1e-2, 1.0, 1e3):
        network = TeacherCNN(1, WIDTHS)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.mul_(size)
        quantised = quantise(network)
        again = quantised.network()
        for name, scale in zip(LAYERS, quantised.scales, strict=True):
            before, after = getattr(network, name).weight, getattr(again, name).weight
            step = scale.float().view(-1, *[1] * (before.dim() - 1))
            assert ((before - after).abs() <= 0.5001 * step).all()
            largest = before.abs().flatten(1).amax(dim=1)
            assert (scale.float() <= (largest / 127).clamp(min=2**-14) * 1.001).all()


def test_it_is_torchs_own_quantisation():
    network = TeacherCNN(1, WIDTHS)
    quantised = quantise(network)
    again = quantised.network()
    for name, scale in zip(LAYERS, quantised.scales, strict=True):
        weight = getattr(network, name).weight.detach()
        torchs = torch.fake_quantize_per_channel_affine(
            weight, scale.float(), torch.zeros(len(scale), dtype=torch.int32), 0, -127, 127
        )
        assert torch.allclose(torchs, getattr(again, name).weight, rtol=1e-6, atol=0)


def test_every_channel_uses_its_whole_range():
    weights = quantise(TeacherCNN(1, WIDTHS)).weights
    assert all((w.abs().flatten(1).amax(dim=1) == 127).all() for w in weights)
    assert [w.dtype for w in weights] == [torch.int8] * 4


def test_zeros_stay_zeros_and_biases_are_float16():
    network = prune_at_once(TeacherCNN(1, WIDTHS), 0.05)
    again = quantise(network).network()
    for name in LAYERS:
        before, after = getattr(network, name), getattr(again, name)
        assert (after.weight[before.weight == 0] == 0).all()
        assert torch.equal(after.bias, before.bias.half().float())
        assert after.bias.dtype == after.weight.dtype == torch.float32


def test_what_is_quantised_already_does_not_change():
    once = quantise(TeacherCNN(1, WIDTHS))
    assert equal(quantise(once.network()), once)


def test_the_network_is_in_evaluation_mode_and_torchs_random_state_untouched():
    torch.manual_seed(4711)
    random = torch.random.get_rng_state()
    network = TeacherCNN(1, WIDTHS)
    network.train()
    assert not unpack(pack(quantise(network))).network().training
    assert network.training and torch.equal(torch.random.get_rng_state(), random)


@pytest.mark.parametrize("kept", [1.0, 0.5, 0.1, 0.01, 1e-9])
@pytest.mark.parametrize("sizes", [(1, WIDTHS, 10), (3, (16, 20, 5), 3)])
def test_the_network_comes_out_of_the_file_unchanged(kept, sizes):
    quantised = quantise(prune_at_once(TeacherCNN(*sizes), kept))
    file = pack(quantised)
    again = unpack(file)
    assert equal(again, quantised)
    assert pack(again) == file == pack(quantised)
    images = torch.rand(3, sizes[0], 12, 12)
    assert torch.equal(again.network()(images), quantised.network()(images))


@pytest.mark.parametrize("gap", [0, 1, 254, 255, 256, 257, 510, 511, 512, 513, 1000])
def test_gaps_of_any_length(gap):
    network = TeacherCNN(1, (16, 16, 16))
    with torch.no_grad():
        for name in LAYERS:
            getattr(network, name).weight.zero_()
        flat = network.conv2.weight.data = torch.zeros(16, 16, 3, 3)
        flat.view(-1)[[7, 8 + gap, 2303]] = torch.tensor([1.0, -1.0, 0.5])
    quantised = quantise(network)
    assert equal(unpack(pack(quantised)), quantised)
    assert quantised.weights[1].flatten()[[7, 8 + gap, 2303]].tolist() == [127, -127, 127]


def test_more_pruning_makes_a_smaller_file():
    teacher = TeacherCNN(1, (16, 16, 16))
    sizes = [len(pack(quantise(prune_at_once(teacher, kept)))) for kept in (1, 0.5, 0.1, 0.01)]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] < sizes[0] / 5


def test_zeros_take_next_to_no_place():
    quantised = quantise(prune_at_once(TeacherCNN(1, (16, 16, 16)), 0.01))
    n_weights = sum(weight.numel() for weight in quantised.weights)
    n_kept = sum(int(weight.count_nonzero()) for weight in quantised.weights)
    file = lzma.decompress(pack(quantised), format=lzma.FORMAT_ALONE)
    assert n_kept < n_weights / 50
    assert n_kept <= len(load(file)["weights"]) <= n_kept + n_weights // 256


@pytest.mark.parametrize(
    "content",
    [b"", b"text", lzma.compress(b"text", format=lzma.FORMAT_ALONE), save({"x": torch.ones(1)})],
)
def test_other_files_are_refused(content):
    with pytest.raises(ValueError, match=f"these {len(content)} bytes are no network packed"):
        unpack(content)


def test_a_file_cut_anywhere_is_refused():
    file = pack(quantise(TeacherCNN(1, (2, 2, 2))))
    for length in range(0, len(file), 7):
        with pytest.raises(ValueError, match="no network packed"):
            unpack(file[:length])


DAMAGES = {
    "cut": lambda part: part[:-1],
    "doubled": lambda part: torch.cat([part, part]),
    "reshaped": lambda part: part[None],
}


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *itertools.product(["sizes", "scales", "biases"], DAMAGES),
        ("weights", "doubled"),
        ("weights", "reshaped"),
    ],  # with weights cut off at the end it is a valid file
)
def test_a_file_whose_parts_do_not_fit_is_refused(name, damage):
    content = load(lzma.decompress(pack(quantise(TeacherCNN(1, WIDTHS)))))
    content[name] = DAMAGES[damage](content[name]).clone()
    with pytest.raises(ValueError, match="no network packed"):
        unpack(lzma.compress(save(content), format=lzma.FORMAT_ALONE))


@pytest.mark.parametrize("name", ["sizes", "weights", "scales", "biases"])
def test_a_file_without_one_of_its_parts_is_refused(name):
    content = load(lzma.decompress(pack(quantise(TeacherCNN(1, WIDTHS)))))
    del content[name]
    with pytest.raises(ValueError, match="no network packed"):
        unpack(lzma.compress(save(content), format=lzma.FORMAT_ALONE))


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e8])
@pytest.mark.parametrize("name", ["conv2.weight", "conv2.bias"])
def test_numbers_that_float16_cannot_hold_are_refused(value, name):
    network = TeacherCNN(1, WIDTHS)
    network.get_parameter(name).data[0] = value
    with pytest.raises(ValueError, match=r"conv2.*float16.*expected"):
        quantise(network)


@pytest.mark.parametrize("network", [torch.nn.Linear(2, 2), StudentCNN(1, WIDTHS), None])
def test_other_networks_are_refused(network):
    with pytest.raises(ValueError, match=f"{type(network).__name__}, a TeacherCNN is expected"):
        quantise(network)
