import copy
import itertools
import math

import pytest
import torch

from pqkd_helpers.compression.conventional.pruning import (
    count_weights,
    prune_at_once,
    prune_gradually,
    pruned_share,
)
from pqkd_helpers.compression.conventional.quantisation import LAYERS
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.networks import AdamEpochs, AdamSettings, evaluate, train_teacher
from pqkd_helpers.networks.teacher_and_student import ConvNet

WIDTHS = (4, 6, 8)
SETTINGS = AdamSettings(epochs=2, batch_size=100, learning_rate=0.01)


def all_weights(network):
    return torch.cat([getattr(network, name).weight.detach().flatten() for name in LAYERS])


def gradually(digits, **changes):
    arguments = {"kept": 0.3, "settings": SETTINGS, "seed": 0} | changes
    return prune_gradually(TeacherCNN(1, WIDTHS), digits, **arguments)


@pytest.mark.parametrize("kept", [1.0, 2 / 3, 0.1, 1 / 113])
def test_the_largest_weights_of_all_layers_together_stay(kept):
    teacher = TeacherCNN(1, WIDTHS)
    before, after = all_weights(teacher), all_weights(prune_at_once(teacher, kept))
    stays = after != 0
    assert stays.sum() == len(before) - round((1 - kept) * len(before))
    assert torch.equal(after[stays], before[stays])
    if kept < 1:
        assert before[stays].abs().min() >= before[~stays].abs().max()


def test_biases_are_not_pruned():
    teacher = TeacherCNN(1, WIDTHS)
    pruned = prune_at_once(teacher, 0.01)
    assert all(torch.equal(getattr(pruned, n).bias, getattr(teacher, n).bias) for n in LAYERS)


@pytest.mark.parametrize("kept", [1.0, 2 / 3, 0.1, 1 / 113])
def test_the_share_kept_is_exact_after_training(digits, kept):
    n_kept, n_weights = count_weights(gradually(digits, kept=kept))
    assert n_kept == n_weights - round((1 - kept) * n_weights)


def test_pruned_weights_are_zero_in_every_step_and_never_come_back(digits, monkeypatch):
    """The layers are watched from inside, as the loss sees them."""
    seen = []
    forward = ConvNet.forward

    def watched(network, images):
        logits = forward(network, images)
        seen.append(all_weights(network) == 0)
        return logits

    monkeypatch.setattr(ConvNet, "forward", watched)
    pruned = gradually(digits)
    assert len(seen) == 24
    shares = [zeros.double().mean().item() for zeros in seen]
    assert shares[0] == 0 and shares[5] == pytest.approx(pruned_share(5 / 12, final=0.7), abs=1e-3)
    assert shares[12:] == [pytest.approx(0.7, abs=1e-3)] * 12
    assert all((later | ~earlier).all() for earlier, later in itertools.pairwise(seen))
    assert torch.equal(all_weights(pruned) == 0, seen[-1])


def test_with_all_weights_kept_it_is_plain_training(digits):
    twin = TeacherCNN(1, WIDTHS).to(memory_format=torch.contiguous_format)
    adam = AdamEpochs(twin, digits, SETTINGS, seed=0, role="pruned")
    for epoch in range(2):
        adam.run(
            epoch,
            lambda logits, batch: torch.nn.functional.cross_entropy(logits, batch.labels),
        )
    assert torch.equal(all_weights(gradually(digits, kept=1.0)), all_weights(twin))


def test_training_makes_good_what_pruning_spoiled(digits):
    teacher = TeacherCNN(1, (8, 12, 16))
    train_teacher(teacher, digits, AdamSettings(8, 32, 0.01, "one-cycle"))
    settings = AdamSettings(4, 32, 0.01, "one-cycle")
    at_once = evaluate(prune_at_once(teacher, 0.15), digits, "validation").accuracy
    trained = prune_gradually(teacher, digits, kept=0.15, settings=settings, seed=0)
    assert evaluate(trained, digits, "validation").accuracy > max(0.8, at_once + 0.1)
    assert not trained.training


def test_the_teacher_and_the_global_random_state_are_untouched(digits):
    teacher = TeacherCNN(1, WIDTHS)
    teacher.train()
    torch.manual_seed(4711)
    values, random = copy.deepcopy(teacher.state_dict()), torch.random.get_rng_state()
    prune_at_once(teacher, 0.5)
    prune_gradually(teacher, digits, kept=0.5, settings=SETTINGS, seed=0)
    assert torch.equal(torch.random.get_rng_state(), random)
    assert teacher.training and list(teacher.state_dict()) == list(values)
    assert all(torch.equal(value, values[name]) for name, value in teacher.state_dict().items())
    assert all(parameter.grad is None for parameter in teacher.parameters())


def test_the_result_depends_on_the_seed_alone(digits):
    def weights(seed, disturb):
        torch.manual_seed(disturb)
        return all_weights(gradually(digits, seed=seed))

    assert torch.equal(weights(0, 1), weights(0, 2))
    assert not torch.equal(weights(0, 1), weights(1, 1))


def test_a_pruned_network_is_a_plain_teacher_and_can_be_pruned_again(digits):
    pruned = gradually(digits)
    assert list(pruned.state_dict()) == list(TeacherCNN(1, WIDTHS).state_dict())
    assert all(parameter.requires_grad for parameter in pruned.parameters())
    assert count_weights(prune_at_once(pruned, 0.1))[0] == 83


@pytest.mark.parametrize(("epochs", "batch_size"), [(1, 1200), (1, 700), (3, 50)])
def test_any_number_of_steps_ends_at_the_share_kept(digits, epochs, batch_size):
    steps = []
    settings = AdamSettings(epochs, batch_size)
    pruned = gradually(digits, settings=settings, on_step=lambda: steps.append(1))
    assert count_weights(pruned)[0] == 248
    assert len(steps) == epochs * -(-1200 // batch_size)


def test_the_schedule_is_that_of_zhu_and_gupta():
    """Their equation 1, with initial share 0, n = 20 prunings of 100 steps, from step 0."""
    for step in range(0, 2001, 100):
        assert pruned_share(step / 2000, final=0.9) == pytest.approx(
            0.9 + (0 - 0.9) * (1 - (step - 0) / (20 * 100)) ** 3
        )


@pytest.mark.parametrize("kept", [0, 0.0, -0.1, 1.5, math.nan, math.inf, "half", None, True])
def test_a_share_out_of_range_is_refused(digits, kept):
    with pytest.raises(ValueError, match=r"kept is .* is expected"):
        prune_at_once(TeacherCNN(1, WIDTHS), kept)
    with pytest.raises(ValueError, match=r"kept is .* is expected"):
        gradually(digits, kept=kept)


@pytest.mark.parametrize("network", [torch.nn.Linear(2, 2), StudentCNN(1, WIDTHS), None])
def test_other_networks_are_refused(digits, network):
    expected = f"{type(network).__name__}, a TeacherCNN is expected"
    with pytest.raises(ValueError, match=expected):
        prune_at_once(network, 0.5)
    with pytest.raises(ValueError, match=expected):
        prune_gradually(network, digits, kept=0.5, settings=SETTINGS, seed=0)
    with pytest.raises(ValueError, match=expected):
        count_weights(network)


def test_a_network_that_is_being_pruned_elsewhere_is_refused():
    teacher = TeacherCNN(1, WIDTHS)
    torch.nn.utils.prune.l1_unstructured(teacher.linear, "weight", amount=3)
    with pytest.raises(ValueError, match=r"(?s)as it was built.*linear\.weight_orig"):
        prune_at_once(teacher, 0.5)
