import dataclasses
import functools

import numpy as np
import pytest
import torch

from pqkd_helpers.circuit_simulator import SinglePhotonCircuit, TimeBinInterferometer
from pqkd_helpers.common.random_streams import numpy_stream
from pqkd_helpers.controls.angle_searches import sham_search
from pqkd_helpers.controls.features.coins_and_zero import ZeroFeature
from pqkd_helpers.controls.features.gaussian_features import GaussianFrozen
from pqkd_helpers.controls.features.recorded_feature import RecordedFeature
from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.dictionary_convolutions import fixed_projection
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN, distillation_loss
from pqkd_helpers.networks import AdamSettings, evaluate, predict_logits, train_teacher
from pqkd_helpers.spsa import SPSA, SPSAStep
from pqkd_helpers.training_loop import PQKDSettings, PQKDTrainer, photonic_feature
from pqkd_helpers.training_loop import feature_source as histogram_sources
from pqkd_helpers.training_loop.angle_search import spsa_search
from pqkd_helpers.training_loop.photonic_feature import angle_between

WIDTHS = (4, 6, 8)
SETTINGS = PQKDSettings(epochs=3, batch_size=64, n_shots=50, spsa_steps=2, spsa_batches=2)


class CountingCircuit:
    """A real circuit that remembers where it was asked and how many shots it gave."""

    def __init__(self):
        self.circuit = TimeBinInterferometer()
        self.n_modes, self.n_angles = 16, 30
        self.thetas, self.shots = [], 0

    def sample(self, theta, n_shots, *, rng):
        self.thetas.append(np.array(theta))
        self.shots += n_shots
        return self.circuit.sample(theta, n_shots, rng=rng)


def new_trainer(data, circuit=None, settings=SETTINGS, scope="all", seed=0, search=spsa_search):
    return PQKDTrainer(
        StudentCNN(1, WIDTHS, scope=scope, seed=seed),
        TeacherCNN(1, WIDTHS, seed=seed),
        data,
        circuit or TimeBinInterferometer(),
        settings,
        seed=seed,
        search=search,
    )


REVERSED_BITS = np.array([int(f"{value:08b}"[::-1], 2) for value in range(256)])


def slow_histogram(clicks):
    """Count binary words, first mode most significant, half by half."""
    histogram = np.zeros(512)
    for shot in clicks:
        word = "".join(map(str, shot))
        histogram[int(word[:8], 2)] += 1 / len(clicks)
        histogram[256 + int(word[8:], 2)] += 1 / len(clicks)
    return histogram


def broken_laws(data, circuit=None):
    """Run two epochs and return the names of the laws of the data flow that do not hold."""
    circuit = circuit or CountingCircuit()
    trainer = new_trainer(data, circuit)
    start = trainer.theta.copy()
    kernels, seen, histograms = [], [], []
    for _ in range(2):
        trainer.run_epoch()
        kernels.append(trainer.student.conv1.kernel().detach().clone())
        seen.append([layer.z.double().numpy() for layer in trainer.student.dictionary_layers()])
        histograms.append(trainer.feature.histogram)
    asked_for_z = circuit.thetas[-2]  # the last question is the fresh z's
    smoothed = 0.9 * histograms[0] + 0.1 * histograms[1]
    smoothed *= np.sqrt(512 / (smoothed @ smoothed))
    conv1 = trainer.student.conv1
    A = torch.from_numpy(conv1.projection.rows(0, 4 * 8))
    mixing = (A @ torch.from_numpy(trainer.feature.z).float()).view(4, 1, 8)
    many = [
        trainer.feature.scaling(
            histogram_sources.click_histograms(circuit.sample(t, 4000, rng=rng))
        )
        for t, rng in (
            (np.full(30, 0.4), np.random.default_rng(0)),
            (np.full(30, 0.4), np.random.default_rng(1)),
            (np.full(30, 1.1), np.random.default_rng(2)),
        )
    ]
    exact = slow_histogram(
        circuit.circuit.sample(trainer.theta, 4000, rng=np.random.default_rng(3))
    )
    wrong_orders = [np.roll(exact, 256), exact.reshape(2, 256)[:, REVERSED_BITS].ravel()]
    laws = {
        "the bits are in order": all(
            angle_between(trainer.feature.histogram, exact)
            < angle_between(trainer.feature.histogram, wrong)
            for wrong in wrong_orders
        ),
        "theta changes z": angle_between(many[0], many[2]) > 3 * angle_between(many[0], many[1]),
        "z changes W": np.allclose(conv1.mixing, mixing, atol=1e-4)
        and not torch.equal(kernels[0], kernels[1]),
        "shots are counted": sum(trainer.feature.shots.values()) == circuit.shots - 3 * 4000,
        "theta moved": not np.array_equal(start, trainer.theta),
        "z is sampled at the new theta": np.array_equal(asked_for_z, trainer.theta),
        "the student holds the smoothed z": all(
            np.allclose(z, smoothed, atol=1e-5) for z in seen[1]
        ),
    }
    return {law for law, holds in laws.items() if not holds}


def test_the_data_flow_is_whole(digits):
    assert broken_laws(digits) == set()


class DeafCircuit(CountingCircuit):
    """Ignores theta."""

    def sample(self, theta, n_shots, *, rng):
        self.thetas.append(np.array(theta))
        self.shots += n_shots
        return self.circuit.sample(np.zeros(30), n_shots, rng=rng)


class StingyCircuit(CountingCircuit):
    """Gives one shot less than it was asked for."""

    def sample(self, theta, n_shots, *, rng):
        return super().sample(theta, n_shots - 1, rng=rng)


def test_a_circuit_that_ignores_theta_is_noticed(digits):
    assert "theta changes z" in broken_laws(digits, DeafCircuit())


def test_missing_shots_are_noticed(digits):
    assert "shots are counted" in broken_laws(digits, StingyCircuit())


def test_a_student_that_ignores_z_is_noticed(digits, monkeypatch):
    original = StudentCNN.condition
    monkeypatch.setattr(StudentCNN, "condition", lambda self, z: original(self, np.ones(512)))
    assert broken_laws(digits) >= {"z changes W", "the student holds the smoothed z"}


def test_an_spsa_that_does_not_move_is_noticed(digits, monkeypatch):
    def lazy(self, losses):
        self._direction = None
        return SPSAStep(np.array(losses), 0.0, self.theta)

    monkeypatch.setattr(SPSA, "tell", lazy)
    assert broken_laws(digits) == {"theta moved"}


def test_a_missing_moving_average_is_noticed(digits, monkeypatch):
    def keep_the_last(self, new):
        self.value = np.array(new)
        return self.value.copy()

    monkeypatch.setattr(photonic_feature.EMA, "update", keep_the_last)
    assert broken_laws(digits) == {"the student holds the smoothed z"}


def test_evaluation_with_a_fresh_z_left_in_the_student_is_noticed(digits, monkeypatch):
    """If the fresh-z test forgot to restore z, the student would hold another z than trained."""
    original = PQKDTrainer.evaluate_with_fresh_z

    def forgetful(self, split, **options):
        results = original(self, split, **options)
        rng = np.random.default_rng(0)
        clicks = self.feature.circuit.circuit.sample(self.theta, 50, rng=rng)
        self.student.condition(self.feature.scaling(histogram_sources.click_histograms(clicks)))
        return results

    monkeypatch.setattr(PQKDTrainer, "evaluate_with_fresh_z", forgetful)
    assert "the student holds the smoothed z" in broken_laws(digits)


@pytest.mark.parametrize(
    "order", [np.roll(np.arange(512), 256), np.add.outer([0, 256], REVERSED_BITS).ravel()]
)
def test_swapped_halves_and_reversed_bits_are_noticed(digits, monkeypatch, order):
    original = histogram_sources.click_histograms
    monkeypatch.setattr(
        histogram_sources, "click_histograms", lambda clicks: original(clicks)[order]
    )
    assert broken_laws(digits) == {"the bits are in order"}


def test_spsa_judges_both_points_on_the_same_fresh_images(digits, monkeypatch):
    """Its losses are the distillation losses under the probed features, in evaluation mode."""
    trainer = new_trainer(digits)
    asked = []
    original = PQKDTrainer._objective

    def spy(self, features, indices):
        losses = original(self, features, indices)
        asked.append((features, indices, losses))
        return losses

    monkeypatch.setattr(PQKDTrainer, "_objective", spy)
    initial = {k: v.clone() for k, v in trainer.student.state_dict().items()}
    epoch = trainer.run_epoch()
    assert [losses for _, _, losses in asked] == epoch.spsa_losses
    assert not np.array_equal(asked[0][1], asked[1][1])
    assert len(asked[0][1]) == 2 * 64 and max(i for _, idx, _ in asked for i in idx) < 148
    student, teacher = StudentCNN(1, WIDTHS, scope="all"), TeacherCNN(1, WIDTHS)
    student.load_state_dict(initial)
    features, indices, losses = asked[0]
    for z, loss in zip(features, losses, strict=True):
        student.condition(z)
        images = digits.validation.images[indices]
        expected = distillation_loss(
            predict_logits(student, digits, images),
            predict_logits(teacher, digits, images),
            digits.validation.labels[indices],
        )
        assert loss == pytest.approx(expected.item(), rel=1e-5)


def test_spsa_probes_the_circuit_at_theta_plus_and_minus_c_delta(digits):
    circuit = CountingCircuit()
    trainer = new_trainer(digits, circuit)
    start = trainer.theta.copy()
    trainer.run_epoch()
    plus, minus = circuit.thetas[:2]
    assert np.allclose(np.abs(plus - start), 0.1) and np.allclose(plus + minus, 2 * start)
    assert len(circuit.thetas) == 2 * 2 + 1 + 1  # two steps, the update, one fresh z


def test_spsa_moves_theta_by_its_own_rule(digits):
    """The first step's losses and points give the middle of the second step's points."""
    circuit = CountingCircuit()
    trainer = new_trainer(digits, circuit)
    start = trainer.theta.copy()
    epoch = trainer.run_epoch()
    direction = (circuit.thetas[0] - start) / 0.1
    plus, minus = epoch.spsa_losses[0]
    gradient = (plus - minus) / 0.2 * direction
    moved = np.clip(start - SETTINGS.spsa_step_size * gradient, -np.pi, np.pi)
    assert not np.array_equal(moved, start)
    assert np.allclose((circuit.thetas[2] + circuit.thetas[3]) / 2, moved, atol=1e-12)


CHANGES = {
    "epochs": 4,
    "batch_size": 32,
    "learning_rate": 0.01,
    "schedule": "one-cycle",
    "temperature": 2.0,
    "hard_weight": 0.9,
    "label_smoothing": 0.1,
    "augmentation": "flip-and-shift",
    "arithmetic": "bfloat16",
    "n_shots": 40,
    "ema_beta": 0.5,
    "scaling": "raw",
    "fit_settings": 3,
    "theta_start": "zero",
    "spsa_steps": 1,
    "spsa_step_size": 0.1,
    "spsa_perturbation": 0.2,
    "spsa_bound": 0.5,
    "spsa_decay": True,
    "spsa_batches": 1,
    "spsa_images": 100,
    "objective": "fresh",
    "feature_gain": 2.0,
    "averaged": "unit-vectors",
    "resting_share": 0.5,
}
BASES = {
    "epochs": {"schedule": "one-cycle"},
    "fit_settings": {"scaling": "standardised", "fit_settings": 4},
}


@pytest.fixture(scope="module")
def two_epochs(digits):
    """What happens under given settings; most tests have one of them in common."""

    @functools.cache
    def run(settings):
        trainer = new_trainer(digits, settings=settings)
        return [dataclasses.asdict(trainer.run_epoch()) for _ in range(2)]

    return run


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(PQKDSettings)])
def test_every_setting_changes_what_happens(two_epochs, name):
    base = dataclasses.replace(SETTINGS, **BASES.get(name, {}))
    changed = dataclasses.replace(base, **{name: CHANGES[name]})
    assert two_epochs(base) != two_epochs(changed)


class Constant:
    """A source of histograms that never changes, without shots or with them."""

    n_modes, n_angles, is_scaled, is_smoothed = 16, 30, True, True

    def __init__(self, vector, takes_shots=False, is_scaled=True):
        self.vector, self.takes_shots, self.is_scaled = vector, takes_shots, is_scaled

    def histogram(self, theta, n_shots, *, rng):
        return self.vector.copy()


@pytest.mark.parametrize(
    ("circuit", "scaling"),
    [
        (GaussianFrozen(seed=0), "standardised"),
        (Constant(np.full(512, 0.1)), "standardised"),
        (Constant(np.zeros(512)), "raw"),
        (Constant(np.zeros(512)), "unit-rms"),
        (Constant(np.full(512, 1e-50)), "raw"),
        (Constant(np.zeros(512), is_scaled=False), "unit-rms"),
        (RecordedFeature(np.zeros((3, 512)), n_angles=30), "unit-rms"),
    ],
)
def test_a_feature_without_length_is_refused_before_any_work(digits, circuit, scaling):
    with pytest.raises(ValueError, match=r"z = 0|length|norm 0"):
        new_trainer(digits, circuit, dataclasses.replace(SETTINGS, scaling=scaling))


def test_with_shots_it_is_refused_before_the_student_learns(digits):
    circuit = Constant(np.full(512, 0.1), takes_shots=True)
    trainer = new_trainer(digits, circuit, dataclasses.replace(SETTINGS, scaling="standardised"))
    before = [value.clone() for value in trainer.student.parameters()]
    with pytest.raises(ValueError, match="the same at all settings"):
        trainer.run_epoch()
    assert all(map(torch.equal, before, trainer.student.parameters()))


def test_only_the_control_without_a_signal_may_be_zero(digits):
    trainer = new_trainer(digits, ZeroFeature(), dataclasses.replace(SETTINGS, epochs=1))
    trainer.run_epoch()
    assert not trainer.feature.z.any()


def test_the_training_loss_is_the_distillation_loss(digits):
    """Without dropout and at a vanishing learning rate: that of the whole training split."""
    trainer = new_trainer(digits, settings=dataclasses.replace(SETTINGS, learning_rate=1e-12))
    trainer.student.dropout.p = 0.0
    epoch = trainer.run_epoch()
    expected = distillation_loss(
        predict_logits(trainer.student, digits, digits.train.images),
        predict_logits(TeacherCNN(1, WIDTHS), digits, digits.train.images),
        digits.train.labels,
    )
    assert epoch.train_loss == pytest.approx(expected.item(), rel=1e-5)
    assert epoch.train_accuracy == evaluate(trainer.student, digits, "train").accuracy


def test_dropout_draws_anew_in_every_epoch(digits):
    """One batch of all images, no learning: what differs between two epochs is the dropout."""
    settings = dataclasses.replace(
        SETTINGS, learning_rate=1e-12, batch_size=1200, spsa_steps=0, ema_beta=0.999
    )
    trainer = new_trainer(digits, settings=settings)
    trainer.run_epoch()
    masks = []

    def keep(module, inputs, output):
        if module.training:
            masks.append(output == 0)

    trainer.student.dropout.register_forward_hook(keep)
    trainer.run_epoch()
    trainer.run_epoch()
    assert not torch.equal(*masks)


def test_the_fresh_figure_is_one_of_the_validation_split(digits):
    trainer = new_trainer(digits)
    epoch = trainer.run_epoch()
    (again,) = trainer.evaluate_with_fresh_z("validation", rng=numpy_stream(0, "fresh z", 1))
    assert again.accuracy == epoch.fresh_z_validation_accuracy and again.n_images == 297
    before = trainer.evaluate_with_fresh_z("test", rng=np.random.default_rng(0), n_draws=2)
    assert [result.n_images for result in before] == [300, 300]
    assert before[0].cross_entropy != before[1].cross_entropy


def test_fresh_objective_is_unsmoothed_and_the_other_goes_through_the_average(digits):
    for objective in ("fresh", "through-ema"):
        settings = dataclasses.replace(SETTINGS, objective=objective, n_shots=5000)
        trainer = new_trainer(digits, settings=settings)
        trainer.run_epoch()
        theta = np.full(30, 0.7)
        z = trainer.feature.probe(
            theta, np.random.default_rng(0), through_ema=objective == "through-ema"
        )
        clicks = trainer.feature.circuit.sample(theta, 5000, rng=np.random.default_rng(0))
        histogram = histogram_sources.click_histograms(clicks)
        if objective == "through-ema":
            histogram = 0.9 * trainer.feature.ema.value + 0.1 * histogram
        assert angle_between(z, histogram) < 1e-6


@pytest.mark.parametrize("objective", ["fresh", "through-ema"])
def test_only_the_objective_through_the_average_knows_of_the_epoch_before(
    digits, monkeypatch, objective
):
    """The source gives another vector in the second epoch; a fresh z is that vector alone."""
    before, now = np.eye(512)[:2]
    source = Constant(before)
    trainer = new_trainer(digits, source, dataclasses.replace(SETTINGS, objective=objective))
    trainer.run_epoch()
    source.vector, seen = now, []
    original = StudentCNN.condition_on_each

    def spy(self, features):
        seen.extend(features)
        return original(self, features)

    monkeypatch.setattr(StudentCNN, "condition_on_each", spy)
    trainer.run_epoch()
    *judged, fresh = seen
    expected = now if objective == "fresh" else 0.9 * before + 0.1 * now
    assert len(judged) == 4 and all(angle_between(z, expected) < 1e-6 for z in judged)
    assert angle_between(fresh, now) < 1e-6


class Noting(Constant):
    """Notes where it was asked and the next number of its stream."""

    def __init__(self):
        super().__init__(np.ones(512))
        self.asked = []

    def histogram(self, theta, n_shots, *, rng):
        self.asked.append((theta, rng.random()))
        return super().histogram(theta, n_shots, rng=rng)


def test_every_epoch_draws_directions_images_coins_and_shots_of_its_own(digits, monkeypatch):
    source, images, coins = Noting(), [], []

    def one_is_better(self, features, indices):
        images.append(indices)
        return [1.0, 2.0]

    monkeypatch.setattr(PQKDTrainer, "_objective", one_is_better)
    tell = SPSA.tell
    monkeypatch.setattr(SPSA, "tell", lambda self, x: coins.append(x[0]) or tell(self, x))
    settings = dataclasses.replace(SETTINGS, spsa_steps=30)
    trainer = new_trainer(digits, source, settings, search=sham_search)
    epochs = []
    for _ in range(2):
        source.asked.clear(), images.clear(), coins.clear()
        trainer.run_epoch()
        (plus, shots), (minus, _) = source.asked[:2]
        epochs.append([np.sign(plus - minus), images[0], [*coins], shots, source.asked[-1][1]])
    assert not any(map(np.array_equal, *epochs))


def test_epoch_figures_are_those_of_the_trained_z(digits):
    trainer = new_trainer(digits)
    epoch = trainer.run_epoch()
    again = evaluate(trainer.student, digits, "validation")
    assert epoch.validation_accuracy == again.accuracy
    assert epoch.validation_cross_entropy == again.cross_entropy
    assert epoch.drift is None and epoch.shots == 50 * 6
    assert epoch.feature_norm == pytest.approx(np.linalg.norm(trainer.feature.ema.value))
    assert trainer.run_epoch().drift > 0


def test_a_run_goes_on_bit_for_bit(digits):
    settings = dataclasses.replace(SETTINGS, scaling="standardised", fit_settings=3)
    whole, first = (new_trainer(digits, settings=settings) for _ in range(2))
    expected = [dataclasses.asdict(whole.run_epoch()) for _ in range(3)]
    first.run_epoch()
    second = new_trainer(digits, settings=settings)
    second.load_state(first.state())
    assert [dataclasses.asdict(second.run_epoch()) for _ in range(2)] == expected[1:]
    assert second.feature.shots == whole.feature.shots and second.feature.shots["fitting"] == 150
    assert second.feature.circuit_evaluations == whole.feature.circuit_evaluations


def test_same_seed_same_result_whatever_ran_before(digits):
    results = []
    for disturb in (1, 2):
        torch.manual_seed(disturb)
        np.random.seed(disturb)  # noqa: NPY002
        state, numpy_state = torch.random.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
        results.append(dataclasses.asdict(new_trainer(digits).run_epoch()))
        assert torch.equal(state, torch.random.get_rng_state())
        assert np.array_equal(numpy_state, np.random.get_state()[1])  # noqa: NPY002
    assert results[0] == results[1]
    assert dataclasses.asdict(new_trainer(digits, seed=1).run_epoch()) != results[0]


def test_a_sham_moves_theta_by_steps_of_the_same_size_in_a_direction_of_its_own(digits):
    signs = set()
    for seed in range(6):
        real, sham = (
            new_trainer(
                digits,
                settings=dataclasses.replace(SETTINGS, spsa_steps=1),
                seed=seed,
                search=search,
            )
            for search in (spsa_search, sham_search)
        )
        start = real.theta.copy()
        one, other = real.run_epoch(), sham.run_epoch()
        assert one.spsa_losses == other.spsa_losses
        assert one.spsa_gradient_norms == other.spsa_gradient_norms
        free = np.maximum(np.abs(real.theta), np.abs(sham.theta)) < np.pi  # not clipped
        ratio = (sham.theta - start)[free] / (real.theta - start)[free]
        signs.add(round(ratio.mean()))
        np.testing.assert_allclose(ratio, ratio.mean())
        if signs == {1, -1}:
            return
    pytest.fail("six shams went the same way as SPSA, or the other")


def test_no_spsa_step_keeps_theta(digits):
    trainer = new_trainer(digits, settings=dataclasses.replace(SETTINGS, spsa_steps=0))
    start = trainer.theta.copy()
    epoch = trainer.run_epoch()
    assert np.array_equal(start, trainer.theta) and epoch.spsa_losses == []


def test_theta_starts_at_random_or_at_zero(digits):
    uniform = np.concatenate([new_trainer(digits, seed=s).theta for s in range(4)])
    assert np.abs(uniform).max() <= np.pi and uniform.std() > 1.5
    zero = new_trainer(digits, settings=dataclasses.replace(SETTINGS, theta_start="zero"))
    assert not zero.theta.any()


def test_zero_z_makes_every_compressed_kernel_zero(digits):
    trainer = new_trainer(digits)
    trainer.run_epoch()
    kernels = []
    trainer.student.conv1.register_forward_hook(lambda conv1, *_: kernels.append(conv1.kernel()))
    accuracy = trainer.accuracy_at_zero_z("test")
    assert kernels and not torch.cat(kernels).any()
    shares = digits.test.labels.bincount() / len(digits.test)
    assert any(accuracy == pytest.approx(share.item()) for share in shares)
    assert np.allclose(trainer.student.conv1.z, trainer.feature.z, atol=1e-5)


def test_a_wrong_call_leaves_the_student_and_the_books_as_they_were(digits):
    trainer = new_trainer(digits)
    with pytest.raises(RuntimeError, match="not trained yet"):
        trainer.evaluate_with_fresh_z("test", rng=np.random.default_rng(0))
    with pytest.raises(RuntimeError, match="not trained yet"):
        trainer.accuracy_at_zero_z()
    trainer.run_epoch()
    shots = dict(trainer.feature.shots)
    for wrong in ({"split": "tset"}, {"n_shots": 0}, {"n_draws": 0}):
        with pytest.raises(ValueError):
            trainer.evaluate_with_fresh_z(
                **{"split": "test", "rng": np.random.default_rng(0), **wrong}
            )
    assert np.allclose(trainer.student.conv1.z, trainer.feature.z, atol=1e-5)
    assert trainer.feature.shots == shots


def test_an_interrupted_test_leaves_the_student_with_its_own_z(digits):
    def interrupt():
        raise KeyboardInterrupt

    trainer = new_trainer(digits)
    trainer.run_epoch()
    with pytest.raises(KeyboardInterrupt):
        trainer.evaluate_with_fresh_z("test", rng=np.random.default_rng(0), on_draw=interrupt)
    assert np.allclose(trainer.student.conv1.z, trainer.feature.z, atol=1e-5)


def test_an_interrupted_epoch_cannot_be_run_on_top_of(digits):
    def interrupt():
        raise KeyboardInterrupt

    trainer, untouched = new_trainer(digits), new_trainer(digits)
    trainer.run_epoch()
    state = trainer.state()
    with pytest.raises(KeyboardInterrupt):
        trainer.run_epoch(on_step=interrupt)
    with pytest.raises(RuntimeError, match="interrupted"):
        trainer.run_epoch()
    trainer.load_state(state)
    untouched.run_epoch()
    assert dataclasses.asdict(trainer.run_epoch()) == dataclasses.asdict(untouched.run_epoch())


def test_unseen_validation_images_are_those_outside_the_pool(digits):
    trainer = new_trainer(digits, settings=dataclasses.replace(SETTINGS, spsa_images=100))
    assert trainer.spsa_images == 100
    unseen = trainer.unseen_validation()
    assert torch.equal(unseen.images, digits.validation.images[100:])


def test_the_single_photon_circuit_fits_too(digits):
    assert new_trainer(digits, SinglePhotonCircuit()).run_epoch().shots == 300


def test_a_circuit_of_the_wrong_size_is_refused(digits):
    with pytest.raises(ValueError, match="14 modes gives 256 numbers, the student expects 512"):
        new_trainer(digits, TimeBinInterferometer((1, 0) * 7))
    with pytest.raises(ValueError, match="15 modes"):
        new_trainer(digits, TimeBinInterferometer((1,) * 15))


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": 0.0},
        {"hard_weight": 2.0},
        {"n_shots": 0},
        {"ema_beta": 1.0},
        {"scaling": "none"},
        {"fit_settings": 1},
        {"theta_start": "one"},
        {"spsa_steps": -1},
        {"spsa_step_size": 0.0},
        {"spsa_perturbation": 0.0},
        {"spsa_bound": -1.0},
        {"spsa_batches": 0},
        {"spsa_images": 0},
        {"spsa_images": 1.5},
        {"spsa_step_size": np.inf},
        {"temperature": "3"},
        {"n_shots": True},
        {"objective": "x"},
        {"epochs": 0},
    ],
)
def test_bad_settings_are_refused_before_any_work(wrong):
    with pytest.raises(ValueError):
        PQKDSettings(**wrong)


def test_angles_between_vectors():
    assert angle_between(np.array([1.0, 0.0]), np.array([0.0, 2.0])) == pytest.approx(np.pi / 2)
    assert angle_between(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0.0
    assert angle_between(np.array([1.0, 0.0]), np.array([-3.0, 0.0])) == pytest.approx(np.pi)


@pytest.mark.slow
@pytest.mark.full_data
def test_one_epoch_on_mnist(mnist_root):
    """A narrow teacher reaches 95 %, a fully compressed student 88 % of the test images."""
    data = load_dataset("mnist", mnist_root)
    recipe = {"epochs": 1, "batch_size": 64, "learning_rate": 6e-3, "schedule": "one-cycle"}
    teacher = TeacherCNN(1, (16, 32, 32))
    train_teacher(teacher, data, AdamSettings(**recipe))
    assert evaluate(teacher, data, "test").accuracy > 0.95
    student = StudentCNN(1, (16, 32, 32), scope="all")
    settings = PQKDSettings(**recipe, spsa_steps=2)
    trainer = PQKDTrainer(student, teacher, data, TimeBinInterferometer(), settings, seed=0)
    trainer.run_epoch()
    assert evaluate(student, data, "test").accuracy > 0.88


class StoredProjection(torch.nn.Module):
    """The article's way: the whole of A in memory, as a plain matrix."""

    def __init__(self, generated):
        super().__init__()
        rows = generated.rows(0, generated.out_features)
        self.A = torch.from_numpy(rows).double()

    def forward(self, z):
        return (z.double() @ self.A.T).float()


def test_a_run_with_a_stored_a_ends_like_one_with_a_generated_a(digits, monkeypatch):
    """Two epochs; A z is made block by block on one side, in float64 at once on the other."""
    monkeypatch.setattr(
        fixed_projection, "PROJECTION_CACHE", fixed_projection.ProjectionCache(budget_bytes=0)
    )
    monkeypatch.setattr(fixed_projection, "_BLOCK_VALUES", 512 * 7)
    generated, stored = new_trainer(digits), new_trainer(digits)
    for layer in stored.student.dictionary_layers():
        layer.projection = StoredProjection(layer.projection)
    epochs = [[trainer.run_epoch() for _ in range(2)] for trainer in (generated, stored)]
    assert np.allclose(generated.theta, stored.theta, atol=1e-3)
    for mine, theirs in zip(
        generated.student.parameters(), stored.student.parameters(), strict=True
    ):
        assert torch.allclose(mine, theirs, atol=1e-3)
    for mine, theirs in zip(*epochs, strict=True):
        assert mine.train_loss == pytest.approx(theirs.train_loss, rel=1e-3)
    moved = new_trainer(digits)
    assert (generated.student.linear.weight - moved.student.linear.weight).abs().max() > 0.01
