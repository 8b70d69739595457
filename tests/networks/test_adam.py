import itertools
import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from pqkd_helpers.knowledge_distillation import TeacherCNN
from pqkd_helpers.networks import AdamEpochs, AdamSettings, TeacherTrainer, evaluate, train_teacher
from pqkd_helpers.networks.adam import one_cycle, select_device

WIDTHS = (4, 6, 8)


def test_evaluate_equals_a_slow_count(digits):
    model = TeacherCNN(1, WIDTHS)
    model.train()
    result = evaluate(model, digits, "test")
    assert model.training
    model.eval()
    right, entropy = 0, 0.0
    for image, label in zip(digits.test.images, digits.test.labels, strict=True):
        logits = model(digits.normalise(image[None]))[0].double()
        right += int(logits.argmax() == label)
        entropy -= functional.log_softmax(logits, dim=0)[label].item()
    assert result.accuracy == right / 300 and result.n_images == 300
    assert result.cross_entropy == pytest.approx(entropy / 300, rel=1e-5)


def test_every_image_is_used_once_per_epoch_in_a_new_order(digits):
    model = TeacherCNN(1, WIDTHS)
    adam = AdamEpochs(model, digits, AdamSettings(epochs=2, batch_size=50), seed=0, role="teacher")
    seen = [[], []]

    def loss(logits, batch):
        seen[epoch].append(batch.indices)
        return functional.cross_entropy(logits, batch.labels)

    for epoch in (0, 1):
        adam.run(epoch, loss)
    orders = [torch.cat(batches) for batches in seen]
    assert len(seen[0]) == adam.steps_per_epoch == 24
    assert all(torch.equal(order.sort().values, torch.arange(1200)) for order in orders)
    assert not torch.equal(*orders)


@pytest.mark.parametrize("arithmetic", ["float32", "bfloat16"])
def test_only_the_products_of_a_training_step_have_other_numbers(digits, arithmetic):
    model = TeacherCNN(1, WIDTHS)
    products, losses = [], []
    model.conv2.register_forward_hook(
        lambda layer, x, y: products.append((model.training, y.dtype))
    )
    settings = AdamSettings(epochs=1, batch_size=600, arithmetic=arithmetic)
    adam = AdamEpochs(model, digits, settings, seed=0, role="teacher")

    def loss(logits, batch):
        losses.append(logits.dtype)
        return functional.cross_entropy(logits, batch.labels)

    adam.run(0, loss)
    evaluate(model, digits, "test")
    assert set(products) == {(True, getattr(torch, arithmetic)), (False, torch.float32)}
    assert set(losses) == {torch.float32}
    assert all(p.dtype == torch.float32 == p.grad.dtype for p in model.parameters())


def test_rounded_products_learn_as_well(digits):
    found = {}
    for arithmetic in ("float32", "bfloat16"):
        settings = AdamSettings(epochs=8, learning_rate=1e-2, arithmetic=arithmetic)
        trainer = TeacherTrainer(TeacherCNN(1, WIDTHS), digits, settings, seed=0)
        found[arithmetic] = [trainer.run_epoch() for _ in range(8)][-1].validation_accuracy
    assert found["float32"] != found["bfloat16"]
    assert min(found.values()) > 0.6 and max(found.values()) - min(found.values()) < 0.05


def test_the_first_step_is_adams(digits):
    """Adam's first step moves a weight by the learning rate, whatever its gradient's size."""
    model = TeacherCNN(1, WIDTHS)
    before = model.linear.weight.detach().clone()
    settings = AdamSettings(epochs=1, batch_size=1200, learning_rate=1e-3)
    AdamEpochs(model, digits, settings, seed=0, role="teacher").run(
        0, lambda logits, batch: functional.cross_entropy(logits, batch.labels)
    )
    move = model.linear.weight.detach() - before
    assert move.abs().median().item() == pytest.approx(1e-3, rel=1e-3)
    assert move.abs().max().item() < 1.001e-3


def test_one_cycle_is_followed(digits):
    model = TeacherCNN(1, WIDTHS)
    settings = AdamSettings(epochs=2, batch_size=100, learning_rate=0.01, schedule="one-cycle")
    adam = AdamEpochs(model, digits, settings, seed=0, role="teacher")
    rates = []
    for epoch in (0, 1):
        adam.run(
            epoch,
            lambda logits, batch: functional.cross_entropy(logits, batch.labels),
            lambda: rates.append(adam._adam.param_groups[0]["lr"]),
        )
    assert rates == [0.01 * one_cycle(step / 24) for step in range(24)]
    assert max(rates) > 0.0099 and rates[0] < 0.0005 and rates[-1] < 0.0003


def test_one_cycle_is_continuous():
    grid = [one_cycle(step / 1000) for step in range(1001)]
    assert max(abs(a - b) for a, b in itertools.pairwise(grid)) < 0.006


def test_training_depends_on_the_seed_alone(digits):
    settings = AdamSettings(epochs=1, batch_size=200)

    def weights(seed, disturb):
        torch.manual_seed(disturb)
        state = torch.random.get_rng_state()
        model = TeacherCNN(1, WIDTHS, seed=3)
        train_teacher(model, digits, settings, seed=seed)
        assert torch.equal(state, torch.random.get_rng_state())
        return model.conv2.weight

    assert torch.equal(weights(0, 1), weights(0, 2))
    assert not torch.equal(weights(0, 1), weights(1, 1))


def test_a_teacher_learns_the_digits(digits):
    model = TeacherCNN(1, (16, 32, 32))
    settings = AdamSettings(epochs=12, batch_size=32, learning_rate=0.01, schedule="one-cycle")
    epochs = train_teacher(model, digits, settings)
    assert evaluate(model, digits, "test").accuracy > 0.9
    assert epochs[-1].train_loss < epochs[0].train_loss and not model.training


def test_the_best_of_every_tenth_epoch_is_kept(digits):
    settings = AdamSettings(epochs=21, batch_size=600, learning_rate=0.02)
    model = TeacherCNN(1, (2, 3, 4))
    trainer = TeacherTrainer(model, digits, settings, selection="best-of-every-10th", seed=0)
    accuracies, weights = [], []
    for _ in range(21):
        accuracies.append(trainer.run_epoch().validation_accuracy)
        weights.append(model.linear.weight.detach().clone())
    trainer.finish()
    best = 10 if accuracies[9] >= accuracies[19] else 20
    assert trainer.selected_epoch == best
    assert torch.equal(model.linear.weight, weights[best - 1])


def test_a_teacher_goes_on_bit_for_bit(digits):
    settings = AdamSettings(epochs=3, batch_size=100, schedule="one-cycle")

    def trainer():
        return TeacherTrainer(TeacherCNN(1, WIDTHS), digits, settings, seed=0)

    whole, first, second = trainer(), trainer(), trainer()
    expected = [whole.run_epoch() for _ in range(3)]
    first.run_epoch()
    stored = {
        name: value.clone(memory_format=torch.contiguous_format)
        for name, value in first.state().items()
    }
    second.load_state(stored)
    assert [second.run_epoch() for _ in range(2)] == expected[1:]
    assert torch.equal(second.teacher.conv1.weight, whole.teacher.conv1.weight)


def test_a_diverging_loss_is_reported(digits):
    class Diverging(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, x):
            return self.weight * torch.full((len(x), 10), math.inf)

    adam = AdamEpochs(Diverging(), digits, AdamSettings(), seed=0, role="teacher")
    with pytest.raises(FloatingPointError, match="teacher's loss became nan in epoch 1"):
        adam.run(0, lambda logits, batch: functional.cross_entropy(logits, batch.labels))


def test_unknown_split(digits):
    with pytest.raises(ValueError, match=r"'dev'.*train.*validation.*test"):
        evaluate(TeacherCNN(1, WIDTHS), digits, "dev")


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"epochs": 1.5},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": math.nan},
        {"schedule": "cosine"},
    ],
)
def test_bad_settings(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        AdamSettings(**wrong)


def test_devices():
    assert select_device("cpu").type == "cpu"
    assert select_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    for unknown in ("abacus", "meta"):
        with pytest.raises(ValueError, match=f"{unknown}.*auto, cpu, cuda, mps"):
            select_device(unknown)


def test_auto_never_takes_an_apple_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert select_device("auto").type == "cpu"
