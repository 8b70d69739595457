import math

import pytest
import torch

from pqkd_helpers.compression.conventional.prune_to_bytes import prune_to_bytes
from pqkd_helpers.compression.conventional.pruning import (
    count_weights,
    prune_at_once,
)
from pqkd_helpers.compression.conventional.quantisation import pack, quantise, unpack
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.networks import AdamSettings, evaluate, train_teacher

SETTINGS = AdamSettings(epochs=1, batch_size=100, learning_rate=0.01)


@pytest.fixture(scope="module")
def teacher(digits):
    teacher = TeacherCNN(1, (8, 12, 16))
    train_teacher(teacher, digits, AdamSettings(8, 32, 0.01, "one-cycle"))
    return teacher


def to_bytes(teacher, digits, **changes):
    arguments = {"at_most": 900, "settings": SETTINGS, "seed": 0} | changes
    return prune_to_bytes(teacher, digits, **arguments)


@pytest.fixture(scope="module")
def file(teacher, digits):
    return to_bytes(teacher, digits)


def test_the_file_fits_and_leaves_little_room(file):
    assert 0.9 * 900 < len(file) <= 900
    assert isinstance(unpack(file).network(), TeacherCNN)


@pytest.mark.slow
@pytest.mark.parametrize("at_most", [500, 2000])
def test_files_of_other_sizes_fit_too(teacher, digits, at_most):
    assert 0.9 * at_most < len(to_bytes(teacher, digits, at_most=at_most)) <= at_most


def test_a_file_that_has_room_for_all_weights_keeps_them(teacher, digits):
    network = unpack(to_bytes(teacher, digits, at_most=10**6)).network()
    everything = unpack(pack(quantise(teacher))).network()
    assert count_weights(network)[0] == pytest.approx(count_weights(everything)[0], rel=0.02)


def test_it_beats_pruning_at_once_at_the_same_size(teacher, digits):
    file = to_bytes(teacher, digits, at_most=1200, settings=AdamSettings(3, 32, 0.01, "one-cycle"))
    network = unpack(file).network()
    n_kept, n_weights = count_weights(network)
    at_once = unpack(pack(quantise(prune_at_once(teacher, n_kept / n_weights)))).network()
    tuned, untuned = (evaluate(n, digits, "validation").accuracy for n in (network, at_once))
    assert tuned > untuned + 0.1


def test_a_file_too_large_after_training_is_made_again_with_fewer_weights(
    teacher, digits, monkeypatch
):
    """Training fills the zeros' place here, by force, unless few weights are asked for."""
    shares = []

    def fattening(teacher, data, *, kept, **_):
        shares.append(kept)
        return prune_at_once(teacher, min(1.0, 1.3 * kept))

    monkeypatch.setattr(
        "pqkd_helpers.compression.conventional.prune_to_bytes.prune_gradually", fattening
    )
    assert len(to_bytes(teacher, digits)) <= 900
    assert len(shares) > 1 and shares == sorted(shares, reverse=True)


def test_the_teacher_and_the_global_random_state_are_untouched(teacher, digits, file):
    values = {name: value.clone() for name, value in teacher.state_dict().items()}
    torch.manual_seed(4711)
    random = torch.random.get_rng_state()
    assert to_bytes(teacher, digits) == file
    assert to_bytes(teacher, digits, seed=1) != file
    assert torch.equal(torch.random.get_rng_state(), random)
    assert all(torch.equal(value, values[name]) for name, value in teacher.state_dict().items())


@pytest.mark.parametrize("at_most", [1, 250])
def test_too_few_bytes_for_biases_and_scales_are_refused(teacher, digits, at_most):
    with pytest.raises(ValueError, match=f"at_most leaves {at_most} bytes, .* are expected"):
        to_bytes(teacher, digits, at_most=at_most)


@pytest.mark.parametrize("at_most", [0, -1, 900.5, math.nan, "900", None, True])
def test_a_size_that_is_no_whole_number_is_refused(teacher, digits, at_most):
    with pytest.raises(ValueError, match=r"at_most is .*, a whole number >= 1 is expected"):
        to_bytes(teacher, digits, at_most=at_most)


def test_other_networks_are_refused(digits):
    with pytest.raises(ValueError, match="StudentCNN, a TeacherCNN is expected"):
        to_bytes(StudentCNN(1, (4, 6, 8)), digits)
