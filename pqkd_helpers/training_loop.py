"""Training: the teacher by plain gradient descent, the student by Algorithm S1.

Algorithm S1 of the paper alternates two optimisers. In every epoch:

1. SPSA takes 10 steps on the circuit's angles theta. Its objective is the distillation loss on a
   few validation batches, with the student conditioned on a feature sampled afresh at
   theta + c Delta and at theta - c Delta.
2. The circuit is sampled at the new theta; the histogram goes through the moving average and the
   scaling, and the student is conditioned on the resulting z.
3. Adam trains the student's weights for one epoch with z held fixed.

No gradient ever passes through the circuit.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .circuit_simulator import Sampler
from .datasets import ImageData, Split
from .feature_histograms import EMA, HistogramFeature, Scaling, click_histograms
from .gradient_training import (
    AdamEpochs,
    AdamSettings,
    Evaluation,
    evaluate,
    predict_logits,
    score,
    select_device,
)
from .knowledge_distillation import check_loss_settings, distillation_loss
from .networks import StudentCNN
from .random_streams import numpy_stream
from .spsa import SPSA, SPSAStep

__all__ = [
    "AdamSettings",
    "Evaluation",
    "PQKDSettings",
    "PQKDTrainer",
    "TeacherTrainer",
    "evaluate",
    "select_device",
    "train_teacher",
]

TeacherSelection = Literal["last", "best-of-every-10th"]
ThetaStart = Literal["uniform", "zero"]
Objective = Literal["fresh", "through-ema"]

PURPOSES = ("training", "fitting", "fresh_z")


@dataclass(frozen=True)
class TeacherEpoch:
    """What one epoch of the teacher measured; train figures are taken while learning."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_cross_entropy: float
    validation_accuracy: float


class TeacherTrainer:
    """Train a network on the labels alone, epoch by epoch.

    Parameters
    ----------
    teacher : torch.nn.Module
        The network, on the device of the data.
    data : ImageData
    settings : AdamSettings
    selection : {"last", "best-of-every-10th"}
        Which weights `finish` leaves in the network: those of the last epoch, or the best by
        validation accuracy among the epochs 10, 20, ... (needs at least 10 epochs).
    seed : int
        Run seed.
    """

    def __init__(
        self,
        teacher: nn.Module,
        data: ImageData,
        settings: AdamSettings,
        *,
        selection: TeacherSelection = "last",
        seed: int,
    ) -> None:
        check_teacher_selection(selection, settings.epochs)
        self.teacher = teacher
        self.data = data
        self.epoch = 0
        self.selected_epoch = 0
        self._selection = selection
        self._adam = AdamEpochs(teacher, data, settings, seed=seed, role="teacher")
        self._best_accuracy = -1.0
        self._best_weights: dict[str, Tensor] = {}

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return self._adam.steps_per_epoch

    def run_epoch(self, on_step: Callable[[], object] = lambda: None) -> TeacherEpoch:
        """Train for one epoch and say what was measured."""

        def loss(logits: Tensor, indices: Tensor) -> Tensor:
            return nn.functional.cross_entropy(logits, self.data.train.labels[indices])

        train_loss, train_accuracy = self._adam.run(self.epoch, loss, on_step)
        self.epoch += 1
        validation = evaluate(self.teacher, self.data, "validation")
        if self._selection == "last":
            self.selected_epoch = self.epoch
        elif self.epoch % 10 == 0 and validation.accuracy > self._best_accuracy:
            self.selected_epoch = self.epoch
            self._best_accuracy = validation.accuracy
            self._best_weights = {k: v.clone() for k, v in self.teacher.state_dict().items()}
        return TeacherEpoch(
            self.epoch,
            train_loss,
            train_accuracy,
            validation.cross_entropy,
            validation.accuracy,
        )

    def finish(self) -> None:
        """Leave the selected weights in the network, in evaluation mode."""
        if self._best_weights:
            self.teacher.load_state_dict(self._best_weights)
        self.teacher.eval()

    def state(self) -> dict[str, Tensor]:
        """Return all that a later continuation needs."""
        best = {f"best.{name}": value for name, value in self._best_weights.items()}
        return {
            "epoch": torch.tensor([self.epoch, self.selected_epoch]),
            "best_accuracy": torch.tensor(self._best_accuracy, dtype=torch.float64),
            **{f"model.{name}": value for name, value in self.teacher.state_dict().items()},
            **best,
            **self._adam.state(),
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.epoch, self.selected_epoch = state["epoch"].tolist()
        self._best_accuracy = state["best_accuracy"].item()
        self._best_weights = _with_prefix(state, "best.")
        self.teacher.load_state_dict(_with_prefix(state, "model."))
        self._adam.load_state(state)


def check_teacher_selection(selection: TeacherSelection, epochs: int) -> None:
    """Raise ``ValueError`` if the selection is unknown or has no epoch to select."""
    if selection not in get_args(TeacherSelection):
        raise ValueError(
            f"teacher selection is {selection!r}, one of {get_args(TeacherSelection)} is expected"
        )
    if selection == "best-of-every-10th" and epochs < 10:
        raise ValueError(
            f"best-of-every-10th has no epoch to select in {epochs} epochs, 10 or more are expected"
        )


def train_teacher(
    teacher: nn.Module, data: ImageData, settings: AdamSettings, *, seed: int = 0
) -> list[TeacherEpoch]:
    """Train a teacher on the labels and return what every epoch measured.

    Parameters
    ----------
    teacher : torch.nn.Module
        The network, on the device of the data; it is trained in place and left in evaluation
        mode with the weights of the last epoch.
    data : ImageData
    settings : AdamSettings
    seed : int
        Run seed of the data order and dropout.
    """
    trainer = TeacherTrainer(teacher, data, settings, seed=seed)
    epochs = [trainer.run_epoch() for _ in range(settings.epochs)]
    trainer.finish()
    return epochs


@dataclass(frozen=True)
class PQKDSettings(AdamSettings):
    """All of Algorithm S1's numbers; the defaults are the paper's, where it states them.

    Attributes
    ----------
    temperature : float
        Temperature tau of the soft targets.
    hard_weight : float
        Share of the labels' cross-entropy in the loss, in [0, 1]; the rest is the teacher's.
    n_shots : int
        Shots S per feature estimate.
    ema_beta : float
        Share of the old histogram kept by the moving average over epochs.
    scaling : {"raw", "standardised", "unit-rms"}
        Scaling of the smoothed histogram into z. The paper standardises; raw is unscaled.
    fit_settings : int
        Random circuit settings on which "standardised" measures its statistics, S shots each.
    theta_start : {"uniform", "zero"}
        First angles: uniform in [-pi, pi], or all zero, where the gradient vanishes.
    spsa_steps : int
        SPSA steps per epoch; 0 keeps theta as it starts.
    spsa_step_size : float
        SPSA's gain a.
    spsa_perturbation : float
        SPSA's shift c of every angle, radians.
    spsa_bound : float
        Updated angles are clipped to [-bound, bound], radians.
    spsa_decay : bool
        Whether SPSA's gains decay by Spall's rule.
    spsa_batches : int
        Validation batches judged at both points of a step, drawn anew in every step.
    spsa_images : int or None
        The batches are drawn from this many validation images; None is half of them, so that
        the other half stays unseen by SPSA.
    objective : {"fresh", "through-ema"}
        Feature that SPSA judges: sampled afresh, or as the moving average would take it in.
    """

    temperature: float = 3.0
    hard_weight: float = 0.5
    n_shots: int = 200
    ema_beta: float = 0.9
    scaling: Scaling = "unit-rms"
    fit_settings: int = 64
    theta_start: ThetaStart = "uniform"
    spsa_steps: int = 10
    spsa_step_size: float = 0.05
    spsa_perturbation: float = 0.1
    spsa_bound: float = math.pi
    spsa_decay: bool = False
    spsa_batches: int = 5
    spsa_images: int | None = None
    objective: Objective = "fresh"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_loss_settings(self.temperature, self.hard_weight)
        smallest = {"n_shots": 1, "fit_settings": 2, "spsa_steps": 0, "spsa_batches": 1}
        for name, least in smallest.items():
            number = getattr(self, name)
            if not isinstance(number, int) or isinstance(number, bool) or number < least:
                raise ValueError(f"{name} is {number!r}, a whole number >= {least} is expected")
        if self.spsa_images is not None and self.spsa_images < 1:
            raise ValueError(f"spsa_images is {self.spsa_images}, 1 or more or None is expected")
        EMA(self.ema_beta)
        HistogramFeature(self.scaling)
        self.spsa(np.zeros(1), numpy_stream(0))
        for name, choice, choices in (
            ("theta_start", self.theta_start, get_args(ThetaStart)),
            ("objective", self.objective, get_args(Objective)),
        ):
            if choice not in choices:
                raise ValueError(f"{name} is {choice!r}, one of {choices} is expected")

    def spsa(self, theta: NDArray[np.float64], rng: np.random.Generator) -> SPSA:
        """Return the optimiser of the angles."""
        return SPSA(
            theta,
            step_size=self.spsa_step_size,
            perturbation=self.spsa_perturbation,
            bound=self.spsa_bound,
            decay_offset=0.1 * self.epochs * self.spsa_steps if self.spsa_decay else None,
            rng=rng,
        )


@dataclass(frozen=True, eq=False)
class PQKDEpoch:
    """What one epoch of Algorithm S1 measured.

    Attributes
    ----------
    epoch : int
        Number of the epoch, from 1.
    train_loss, train_accuracy : float
        Distillation loss (nats) and accuracy, taken while learning (dropout on).
    validation_loss, validation_cross_entropy, validation_accuracy : float
        With the z trained with.
    fresh_z_validation_accuracy : float
        The same under one feature sampled afresh at theta.
    spsa_losses : (steps, 2) nested list
        Objective at both points of every SPSA step, nats.
    spsa_gradient_norms : list of float
        Norm of every gradient estimate, nats per radian.
    feature_norm : float
        |z| before scaling: the norm of the smoothed histogram.
    drift : float or None
        Angle between this epoch's z and the last one's, radians.
    theta : list of float
        The angles, radians.
    shots : int
        Shots taken in this epoch, the fresh feature's included.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_cross_entropy: float
    validation_accuracy: float
    fresh_z_validation_accuracy: float
    spsa_losses: list[list[float]]
    spsa_gradient_norms: list[float]
    feature_norm: float
    drift: float | None
    theta: list[float]
    shots: int


class PQKDTrainer:
    """Distil a student by Algorithm S1, epoch by epoch.

    Parameters
    ----------
    student : StudentCNN
        The student, on the device of the data; trained in place.
    teacher : torch.nn.Module
        The trained teacher; its logits are computed once.
    data : ImageData
    circuit : Sampler
        The photonic circuit, or anything with the same three names.
    settings : PQKDSettings
    seed : int
        Run seed of all streams.

    Attributes
    ----------
    theta : (n_angles,) float64
        The angles now, radians.
    histogram, smoothed_histogram : (feature_dim,) float64 or None
        Last raw histogram, and its moving average.
    z : (feature_dim,) float64 or None
        The feature that the student was last trained with.
    shots, circuit_evaluations : dict
        Shots taken so far, and feature estimates, for "training", "fitting" and "fresh_z".
    spsa_images : int
        The first so many validation images are those that SPSA judges on.

    Raises
    ------
    ValueError
        If the circuit's histogram does not fit the student.
    """

    def __init__(
        self,
        student: StudentCNN,
        teacher: nn.Module,
        data: ImageData,
        circuit: Sampler,
        settings: PQKDSettings,
        *,
        seed: int,
    ) -> None:
        check_circuit(circuit, student.feature_dim)
        self.student = student
        self.data = data
        self.circuit = circuit
        self.settings = settings
        self.feature = HistogramFeature(settings.scaling)
        self.ema = EMA(settings.ema_beta)
        self.spsa = settings.spsa(self._first_theta(seed), numpy_stream(seed, "SPSA"))
        self.histogram: NDArray[np.float64] | None = None
        self.z: NDArray[np.float64] | None = None
        self.epoch = 0
        self.shots = dict.fromkeys(PURPOSES, 0)
        self.circuit_evaluations = dict.fromkeys(PURPOSES, 0)
        self._seed = seed
        self._adam = AdamEpochs(student, data, settings, seed=seed, role="student")
        self._train_targets = predict_logits(teacher, data, data.train.images)
        self._validation_targets = predict_logits(teacher, data, data.validation.images)
        self.spsa_images = spsa_pool_size(settings, len(data.validation))

    @property
    def theta(self) -> NDArray[np.float64]:
        """The angles now, radians."""
        return self.spsa.theta

    @property
    def smoothed_histogram(self) -> NDArray[np.float64] | None:
        """The moving average of the histograms."""
        return self.ema.value

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return self._adam.steps_per_epoch

    def run_epoch(self, on_step: Callable[[], object] = lambda: None) -> PQKDEpoch:
        """Run one epoch of Algorithm S1 and say what was measured.

        Parameters
        ----------
        on_step : callable
            Called after every gradient step, for a progress bar.
        """
        shots_before = sum(self.shots.values())
        if self.epoch == 0:
            self._fit_scaling()
        rng = numpy_stream(self._seed, "shots", self.epoch)
        spsa_steps = self._tune_angles(rng)
        drift = self._update_feature(rng)
        train_loss, train_accuracy = self._adam.run(self.epoch, self._train_loss, on_step)
        self.epoch += 1
        logits = predict_logits(self.student, self.data, self.data.validation.images)
        validation = score(logits, self.data.validation.labels)
        validation_loss = self._distillation(
            logits, self._validation_targets, self.data.validation.labels
        )
        fresh = self.evaluate_with_fresh_z(
            "validation", rng=numpy_stream(self._seed, "fresh z", self.epoch)
        )
        assert self.ema.value is not None
        return PQKDEpoch(
            epoch=self.epoch,
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            validation_loss=validation_loss.item(),
            validation_cross_entropy=validation.cross_entropy,
            validation_accuracy=validation.accuracy,
            fresh_z_validation_accuracy=fresh[0].accuracy,
            spsa_losses=[step.losses.tolist() for step in spsa_steps],
            spsa_gradient_norms=[step.gradient_norm for step in spsa_steps],
            feature_norm=float(np.linalg.norm(self.ema.value)),
            drift=drift,
            theta=self.theta.tolist(),
            shots=sum(self.shots.values()) - shots_before,
        )

    def evaluate_with_fresh_z(
        self,
        split: Literal["validation", "test"],
        *,
        rng: np.random.Generator,
        n_draws: int = 1,
        n_shots: int | None = None,
    ) -> list[Evaluation]:
        """Judge the student under features sampled afresh at theta, without smoothing.

        This is what hardware in the loop would give. The student is left conditioned on the z
        it was trained with.

        Parameters
        ----------
        split : {"validation", "test"}
        rng : numpy.random.Generator
            Source of the shots.
        n_draws : int
            Number of features drawn.
        n_shots : int or None
            Shots per feature; None is the number used in training.
        """
        n_shots = n_shots or self.settings.n_shots
        features = [
            self.feature(self._sample(self.theta, n_shots, rng, "fresh_z")) for _ in range(n_draws)
        ]
        results = [
            evaluate(self.student, self.data, split)
            for _ in self.student.condition_on_each(np.stack(features))
        ]
        assert self.z is not None
        self.student.condition(self.z)
        return results

    def accuracy_at_zero_z(self, split: Literal["validation", "test"] = "test") -> float:
        """Return the accuracy at z = 0 of the student trained with z.

        Every compressed kernel is then zero. The student is left conditioned on the z it was
        trained with.
        """
        assert self.z is not None
        self.student.condition(np.zeros(self.student.feature_dim))
        accuracy = evaluate(self.student, self.data, split).accuracy
        self.student.condition(self.z)
        return accuracy

    def unseen_validation(self) -> Split:
        """Return the validation images that SPSA never judges on."""
        validation = self.data.validation
        return Split(validation.images[self.spsa_images :], validation.labels[self.spsa_images :])

    def _first_theta(self, seed: int) -> NDArray[np.float64]:
        if self.settings.theta_start == "zero":
            return np.zeros(self.circuit.n_angles)
        bound = min(math.pi, self.settings.spsa_bound)
        return numpy_stream(seed, "theta").uniform(-bound, bound, self.circuit.n_angles)

    def _fit_scaling(self) -> None:
        shots = self.feature.fit(
            self.circuit,
            n_shots=self.settings.n_shots,
            rng=numpy_stream(self._seed, "fitting"),
            n_settings=self.settings.fit_settings,
        )
        self.shots["fitting"] += shots
        self.circuit_evaluations["fitting"] += shots // self.settings.n_shots

    def _sample(
        self, theta: NDArray[np.float64], n_shots: int, rng: np.random.Generator, purpose: str
    ) -> NDArray[np.float64]:
        """Return the histogram of fresh shots and enter them in the books."""
        self.shots[purpose] += n_shots
        self.circuit_evaluations[purpose] += 1
        return click_histograms(self.circuit.sample(theta, n_shots, rng=rng))

    def _tune_angles(self, rng: np.random.Generator) -> list[SPSAStep]:
        """Take the epoch's SPSA steps on theta (part 1 of the algorithm)."""
        self.spsa.rng = numpy_stream(self._seed, "SPSA", self.epoch)
        batches_rng = numpy_stream(self._seed, "validation batches", self.epoch)
        steps = []
        for _ in range(self.settings.spsa_steps):
            features = [self._probe(theta, rng) for theta in self.spsa.ask()]
            n_images = self.settings.spsa_batches * self.settings.batch_size
            indices = batches_rng.permutation(self.spsa_images)[:n_images]
            steps.append(self.spsa.tell(self._objective(np.stack(features), indices)))
        return steps

    def _probe(self, theta: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Return the feature that SPSA judges at theta."""
        histogram = self._sample(theta, self.settings.n_shots, rng, "training")
        if self.settings.objective == "through-ema":
            histogram = self.ema.preview(histogram)
        return self.feature(histogram)

    def _objective(self, features: NDArray[np.float64], indices: NDArray[np.int64]) -> list[float]:
        """Return the validation loss under each feature, on the same images."""
        where = torch.from_numpy(indices).to(self.data.validation.labels.device)
        images = self.data.validation.images[where]
        targets, labels = self._validation_targets[where], self.data.validation.labels[where]
        return [
            self._distillation(
                predict_logits(self.student, self.data, images), targets, labels
            ).item()
            for _ in self.student.condition_on_each(features)
        ]

    def _update_feature(self, rng: np.random.Generator) -> float | None:
        """Sample at theta, smooth, scale, condition (part 2); return the drift of z."""
        self.histogram = self._sample(self.theta, self.settings.n_shots, rng, "training")
        z = self.feature(self.ema.update(self.histogram))
        drift = None if self.z is None else angle_between(self.z, z)
        self.z = z
        self.student.condition(z)
        return drift

    def _train_loss(self, logits: Tensor, indices: Tensor) -> Tensor:
        return self._distillation(
            logits, self._train_targets[indices], self.data.train.labels[indices]
        )

    def _distillation(self, logits: Tensor, targets: Tensor, labels: Tensor) -> Tensor:
        return distillation_loss(
            logits,
            targets,
            labels,
            temperature=self.settings.temperature,
            hard_weight=self.settings.hard_weight,
        )

    def state(self) -> dict[str, Tensor]:
        """Return all that a later continuation needs."""
        assert self.z is not None and self.histogram is not None and self.ema.value is not None
        state = {
            "epoch": torch.tensor(self.epoch),
            "shots": torch.tensor(list(self.shots.values())),
            "circuit_evaluations": torch.tensor(list(self.circuit_evaluations.values())),
            "theta": torch.from_numpy(self.theta),
            "spsa_steps": torch.tensor(self.spsa.n_steps),
            "histogram": torch.from_numpy(self.histogram),
            "smoothed_histogram": torch.from_numpy(self.ema.value),
            "z": torch.from_numpy(self.z),
            **{f"model.{name}": value for name, value in self.student.state_dict().items()},
            **self._adam.state(),
        }
        if self.feature.mean is not None and self.feature.standard_deviation is not None:
            state["scaling.mean"] = torch.from_numpy(self.feature.mean)
            state["scaling.standard_deviation"] = torch.from_numpy(self.feature.standard_deviation)
        return state

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.epoch = int(state["epoch"])
        for book in ("shots", "circuit_evaluations"):
            setattr(self, book, dict(zip(PURPOSES, state[book].tolist(), strict=True)))
        self.spsa.theta = state["theta"].numpy().copy()
        self.spsa.n_steps = int(state["spsa_steps"])
        self.histogram = state["histogram"].numpy().copy()
        self.ema.value = state["smoothed_histogram"].numpy().copy()
        self.z = state["z"].numpy().copy()
        if "scaling.mean" in state:
            self.feature.mean = state["scaling.mean"].numpy().copy()
            self.feature.standard_deviation = state["scaling.standard_deviation"].numpy().copy()
        self.student.load_state_dict(_with_prefix(state, "model."))
        self._adam.load_state(state)


def check_circuit(circuit: Sampler, feature_dim: int) -> None:
    """Raise ``ValueError`` unless the circuit's histogram has ``feature_dim`` bins."""
    if circuit.n_modes % 2 or 2 * 2 ** (circuit.n_modes // 2) != feature_dim:
        raise ValueError(
            f"a circuit of {circuit.n_modes} modes does not give the {feature_dim} numbers that "
            f"the student expects: {2 * int(math.log2(max(feature_dim, 2) / 2))} modes would"
        )


def spsa_pool_size(settings: PQKDSettings, n_validation: int) -> int:
    """Return how many validation images SPSA draws its batches from."""
    if settings.spsa_images is None:
        return max(1, n_validation // 2)
    return min(settings.spsa_images, n_validation)


def angle_between(u: NDArray[np.float64], v: NDArray[np.float64]) -> float:
    """Return the angle between two vectors, radians in [0, pi]; 0 if one of them is zero."""
    u, v = (x / max(float(np.linalg.norm(x)), np.finfo(float).tiny) for x in (u, v))
    return float(2.0 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))


def _with_prefix(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
    }
