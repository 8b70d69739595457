"""Angles that come to rest, angles by exact gradient, and averages of unit vectors."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from pqkd_helpers.circuit_simulator import SinglePhotonCircuit, TimeBinInterferometer
from pqkd_helpers.controls.angle_searches import random_search
from pqkd_helpers.controls.features.circuit_variants import ExactHistograms
from pqkd_helpers.controls.features.gaussian_features import GaussianFrozen
from pqkd_helpers.controls.features.recorded_feature import RecordedFeature
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.training_loop import PQKDSettings, PQKDTrainer
from pqkd_helpers.training_loop.angle_search import spsa_search
from pqkd_helpers.training_loop.exact_gradient import (
    ExactGradientDescent,
    differentiable_z,
    exact_gradient_search,
)
from pqkd_helpers.training_loop.photonic_feature import PhotonicFeature

SETTINGS = PQKDSettings(
    epochs=3,
    batch_size=64,
    n_shots=50,
    spsa_steps=2,
    spsa_batches=2,
    spsa_step_size=0.05,
    objective="fresh",
)
CIRCUIT = TimeBinInterferometer()
THETA = np.random.default_rng(0).uniform(-np.pi, np.pi, 30)


def new_trainer(data, source=CIRCUIT, search=spsa_search, **changes):
    settings = dataclasses.replace(SETTINGS, **changes)
    student = StudentCNN(1, (4, 6, 8), scope="all", orthogonal=True)
    teacher = TeacherCNN(1, (4, 6, 8))
    return PQKDTrainer(student, teacher, data, source, settings, seed=0, search=search)


@pytest.mark.parametrize("search", [spsa_search, random_search, exact_gradient_search])
def test_the_angles_rest_at_the_end_and_no_shot_is_spent_on_them(digits, search):
    trainer = new_trainer(digits, search=search, resting_share=1 / 3)
    epochs = [trainer.run_epoch() for _ in range(3)]
    assert epochs[2].theta == epochs[1].theta and epochs[2].spsa_losses == []
    assert len(epochs[1].spsa_losses) == 2
    assert epochs[2].shots == 2 * 50  # z, and the fresh z of the test
    if search is not random_search:  # which stays where nothing better is found
        assert epochs[1].theta != epochs[0].theta


def test_the_step_falls_along_a_cosine_to_the_rest(digits):
    """A step of the exact gradient has the length that it is given."""
    trainer = new_trainer(
        digits, search=exact_gradient_search, resting_share=1 / 3, spsa_steps=1, spsa_bound=100.0
    )
    moves, before = [], trainer.theta.copy()
    for _ in range(3):
        theta = np.array(trainer.run_epoch().theta)
        moves.append(np.sqrt(np.mean((theta - before) ** 2)))
        before = theta
    assert moves == pytest.approx([0.05, 0.05 / 2, 0.0])


def test_without_rest_the_step_size_stays_as_it_is():
    settings = PQKDSettings(epochs=7)
    assert [settings.step_share(epoch) for epoch in range(7)] == [1.0] * 7
    rested = dataclasses.replace(settings, epochs=9, resting_share=1 / 3)
    shares = [rested.step_share(epoch) for epoch in range(9)]
    assert shares[:6] == pytest.approx([(1 + math.cos(math.pi * e / 6)) / 2 for e in range(6)])
    assert shares[6:] == [0.0] * 3


@pytest.mark.parametrize("share", [-0.1, 1.0, "a third"])
def test_a_share_of_rest_is_in_zero_to_one(share):
    with pytest.raises(ValueError, match="resting_share"):
        PQKDSettings(resting_share=share)


def feature_of(source=CIRCUIT, **options):
    given = {"n_shots": 50, "ema_beta": 0.75, "scaling": "unit-rms", "averaged": "unit-vectors"}
    return PhotonicFeature(source, **given | options)


class Alternating:
    """Two histograms of very different lengths, in turn."""

    n_modes, n_angles, takes_shots = 16, 30, False
    vectors = (np.eye(512)[3], 0.01 * np.ones(512))

    def __init__(self):
        self.count = 0

    def histogram(self, theta, n_shots, *, rng):
        self.count += 1
        return self.vectors[(self.count - 1) % 2].copy()


def test_an_average_of_unit_vectors_does_not_know_their_lengths():
    feature = feature_of(Alternating())
    for _ in range(2):
        z = feature.update(THETA, np.random.default_rng(0))
    first, second = (v / np.linalg.norm(v) for v in Alternating.vectors)
    mean = 0.75 * first + 0.25 * second
    assert np.allclose(z, mean * math.sqrt(512) / np.linalg.norm(mean))
    assert np.allclose(feature.histogram, Alternating.vectors[1])  # as it was measured
    again = feature.probe(THETA, np.random.default_rng(0), through_ema=True)
    mean = 0.75 * mean + 0.25 * first
    assert np.allclose(again, mean * math.sqrt(512) / np.linalg.norm(mean))


def test_a_feature_that_is_z_already_is_not_divided_by_its_length():
    z = np.random.default_rng(1).normal(size=(2, 512))
    feature = feature_of(RecordedFeature(z, n_angles=30))
    feature.begin_epoch(0)
    assert np.allclose(feature.update(THETA, np.random.default_rng(0)), z[0])


def test_a_histogram_of_nothing_is_still_refused():
    with pytest.raises(ValueError, match="norm 0"):
        source = Alternating()
        source.vectors = (np.zeros(512),) * 2
        feature_of(source).update(THETA, np.random.default_rng(0))


def test_the_statistics_of_standardised_are_not_of_unit_vectors():
    with pytest.raises(ValueError, match="another scaling"):
        PQKDSettings(averaged="unit-vectors", scaling="standardised")


@pytest.mark.parametrize("averaged", ["histograms", "unit-vectors"])
@pytest.mark.parametrize("scaling", ["raw", "unit-rms", "standardised"])
@pytest.mark.parametrize("through_ema", [False, True])
def test_the_differentiable_z_is_the_one_that_is_probed(averaged, scaling, through_ema):
    if scaling == "standardised" and averaged == "unit-vectors":
        return
    rng = np.random.default_rng(2)
    feature = feature_of(ExactHistograms(CIRCUIT), scaling=scaling, averaged=averaged, gain=2.0)
    feature.fit(rng, n_settings=4)
    feature.update(rng.uniform(-np.pi, np.pi, 30), rng)
    theta = torch.from_numpy(THETA).requires_grad_()
    z = differentiable_z(feature, theta, through_ema=through_ema)

    def probed(angles):
        return feature.probe(angles, rng, through_ema=through_ema)

    assert np.allclose(z.detach().numpy(), probed(THETA), atol=1e-9)
    weights = rng.normal(size=512)
    (gradient,) = torch.autograd.grad(z @ torch.from_numpy(weights), theta)
    steps = 1e-5 * np.eye(30)[[0, 7, 21]]
    numerical = [weights @ (probed(THETA + s) - probed(THETA - s)) / 2e-5 for s in steps]
    assert np.allclose(gradient.numpy()[[0, 7, 21]], numerical, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("objective", ["fresh", "through-ema"])
def test_the_gradient_followed_is_that_of_the_objective(digits, monkeypatch, objective):
    """Central differences of the same loss on the same images, float32 throughout."""
    followed = []
    moved = ExactGradientDescent.moved
    monkeypatch.setattr(
        ExactGradientDescent, "moved", lambda self, g: followed.append(g) or moved(self, g)
    )
    source = ExactHistograms(CIRCUIT)
    trainer = new_trainer(
        digits, source, exact_gradient_search, objective=objective, spsa_batches=99, spsa_steps=1
    )
    trainer.run_epoch()
    before, state = trainer.theta.copy(), trainer.feature.state()
    weights = {name: value.clone() for name, value in trainer.student.state_dict().items()}
    trainer.run_epoch()
    trainer.student.load_state_dict(weights)
    trainer.feature.load_state(state)
    indices = np.arange(trainer.spsa_images)  # all of them, whatever their order

    def loss(theta):
        probe = trainer.feature.probe(
            theta, np.random.default_rng(0), through_ema=objective == "through-ema"
        )
        return trainer._objective(probe[None], indices)[0]

    gradient = followed[-1]
    largest = np.argsort(-np.abs(gradient))[:3]
    for i in largest:
        shift = 2e-2 * np.eye(30)[i]
        numerical = (loss(before + shift) - loss(before - shift)) / 4e-2
        assert gradient[i] == pytest.approx(numerical, rel=0.1, abs=0.02 * abs(gradient).max())


def test_small_exact_steps_lower_the_loss(digits):
    trainer = new_trainer(
        digits, ExactHistograms(CIRCUIT), exact_gradient_search, spsa_step_size=1e-3, spsa_batches=9
    )
    steps = [losses for _ in range(3) for losses in trainer.run_epoch().spsa_losses]
    assert len(steps) == 6 and all(after < before for before, after in steps)


def test_a_run_with_exact_gradients_goes_on_bit_for_bit(digits):
    options = {"search": exact_gradient_search, "resting_share": 1 / 3, "averaged": "unit-vectors"}
    whole, first, second = (new_trainer(digits, **options) for _ in range(3))
    expected = [dataclasses.asdict(whole.run_epoch()) for _ in range(3)]
    first.run_epoch()
    second.load_state(first.state())
    assert [dataclasses.asdict(second.run_epoch()) for _ in range(2)] == expected[1:]


@pytest.mark.parametrize("source", [SinglePhotonCircuit(), GaussianFrozen(seed=0)])
def test_what_has_no_exact_gradient_is_refused_before_any_work(digits, source):
    with pytest.raises(ValueError, match="exact gradient is known for the interferometer"):
        new_trainer(digits, source, exact_gradient_search)


def test_an_exact_step_has_its_length_and_stays_within_the_bound():
    search = ExactGradientDescent([0.0, 1.0, -1.0], step_size=0.2, bound=1.05)
    step = search.descend([3.0, -4.0, 0.0], [2.0, 1.0])
    rms = math.sqrt(25 / 3)
    assert np.allclose(step.theta, [-0.2 * 3 / rms, 1.05, -1.0])
    assert step.gradient_norm == 5.0 and search.n_steps == 1
    assert np.array_equal(search.descend(np.zeros(3), [1.0, 1.0]).theta, step.theta)
