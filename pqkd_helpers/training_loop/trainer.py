"""The full training loop: Algorithm S1, which alternates two optimisers.

In every epoch:

1. SPSA takes 10 steps on the circuit's angles theta. Its objective is the distillation loss on a
   few validation batches, with the student conditioned on the feature that the moving average
   would become at theta + c Delta and at theta - c Delta. (We do not know which feature the paper
   means; `objective="fresh"` takes the histogram of the moment.)
2. The circuit is sampled at the new theta; the histogram goes through the moving average and the
   scaling, and the student is conditioned on the resulting z.
3. Adam trains the student's weights for one epoch with z held fixed.

No gradient ever passes through the circuit. The teacher is trained beforehand, on the labels
alone (`train_teacher`).

Backs notebook 06.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..common.random_streams import numpy_stream
from ..datasets.image_data import ImageData, Split
from ..knowledge_distillation.student_training import Distillation, StudentEpoch
from ..networks.evaluation import Evaluation, predict_logits
from ..networks.teacher_and_student import StudentCNN
from ..spsa import SPSAStep
from .angle_search import AngleSearch, EpochSearch, spsa_search
from .exact_gradient import ExactGradientDescent, exact_step, interferometer_of
from .feature_source import Source
from .fresh_z import accuracy_at_zero_z, evaluate_with_fresh_z
from .photonic_feature import PhotonicFeature, check_circuit
from .settings import PQKDSettings


@dataclass(frozen=True, eq=False)
class PQKDEpoch(StudentEpoch):
    """What one epoch of Algorithm S1 measured.

    Attributes
    ----------
    fresh_z_validation_accuracy : float
        Accuracy under one fresh feature at theta.
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
    circuit : Sampler or HistogramSource
        The photonic circuit, or what stands in its place.
    settings : PQKDSettings
    seed : int
        Run seed of all streams.
    search : callable
        ``search(settings, theta, rng)`` returns what tunes the angles: SPSA, or a control.

    Attributes
    ----------
    theta : (n_angles,) float64
        The angles now, radians.
    feature : PhotonicFeature
        Circuit, moving average and scaling; ``feature.z`` is the z last trained with.
    distillation : Distillation
        Adam on the student's weights.
    spsa_images : int
        SPSA evaluates its objective on the first so many validation images.
    epoch : int
        Epochs done.

    Raises
    ------
    ValueError
        If the histogram does not fit the student, or z has no length (known in the first epoch).
    """

    def __init__(
        self,
        student: StudentCNN,
        teacher: nn.Module,
        data: ImageData,
        circuit: Source,
        settings: PQKDSettings,
        *,
        seed: int,
        search: Callable[
            [PQKDSettings, NDArray[np.float64], np.random.Generator],
            AngleSearch | ExactGradientDescent,
        ] = spsa_search,
    ) -> None:
        check_circuit(circuit, student.feature_dim)
        self.student = student
        self.data = data
        self.settings = settings
        self.feature = PhotonicFeature.from_settings(circuit, settings)
        self.feature.check_length()
        theta = _first_theta(settings, circuit.n_angles, seed)
        self.spsa = search(settings, theta, numpy_stream(seed, "SPSA"))
        if isinstance(self.spsa, ExactGradientDescent):
            interferometer_of(circuit)
        self._step_size = self.spsa.step_size
        self.spsa_images = _spsa_images(settings, len(data.validation))
        self.epoch = 0
        self._interrupted = False
        self._seed = seed
        self.distillation = Distillation(student, teacher, data, settings, seed=seed)

    @property
    def theta(self) -> NDArray[np.float64]:
        """The angles now, radians."""
        return self.spsa.theta

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return self.distillation.adam.steps_per_epoch

    def run_epoch(self, on_step: Callable[[], object] = lambda: None) -> PQKDEpoch:
        """Run one epoch of Algorithm S1 and say what was measured.

        Parameters
        ----------
        on_step : callable
            Called after every gradient step, for a progress bar.
        """
        if self._interrupted:
            raise RuntimeError(
                "the last epoch was interrupted, so theta, z and the weights do not belong "
                "together: make a new trainer, or load_state(...) of a finished epoch"
            )
        self._interrupted = True
        shots_before = sum(self.feature.shots.values())
        self.feature.begin_epoch(self.epoch)
        if self.epoch == 0:
            self.feature.fit(numpy_stream(self._seed, "fitting"), self.settings.fit_settings)
        rng = numpy_stream(self._seed, "shots", self.epoch)
        spsa_steps = self._tune_angles(rng)
        self.student.condition(self.feature.update(self.theta, rng))
        measured = self.distillation.train_epoch(self.epoch, on_step)
        self.epoch += 1
        rng = numpy_stream(self._seed, "fresh z", self.epoch)
        (fresh,) = self.evaluate_with_fresh_z("validation", rng=rng)
        assert self.feature.ema.value is not None
        self._interrupted = False
        return PQKDEpoch(
            epoch=self.epoch,
            **measured,
            fresh_z_validation_accuracy=fresh.accuracy,
            spsa_losses=[step.losses.tolist() for step in spsa_steps],
            spsa_gradient_norms=[step.gradient_norm for step in spsa_steps],
            feature_norm=float(np.linalg.norm(self.feature.ema.value)),
            drift=self.feature.drift,
            theta=self.theta.tolist(),
            shots=sum(self.feature.shots.values()) - shots_before,
        )

    def evaluate_with_fresh_z(
        self,
        split: Literal["validation", "test"],
        *,
        rng: np.random.Generator,
        n_draws: int = 1,
        n_shots: int | None = None,
        on_draw: Callable[[], object] = lambda: None,
    ) -> list[Evaluation]:
        """Evaluate the student under fresh features; see `fresh_z.evaluate_with_fresh_z`."""
        return evaluate_with_fresh_z(
            *(self.student, self.data, self.feature, self.theta, split),
            rng=rng,
            n_draws=n_draws,
            n_shots=n_shots,
            on_draw=on_draw,
        )

    def accuracy_at_zero_z(self, split: Literal["validation", "test"] = "test") -> float:
        """Return the accuracy at z = 0 of the student trained with z."""
        return accuracy_at_zero_z(self.student, self.data, self.feature, split)

    def unseen_validation(self) -> Split:
        """Return the validation images that SPSA never uses."""
        validation = self.data.validation
        return Split(validation.images[self.spsa_images :], validation.labels[self.spsa_images :])

    def _tune_angles(self, rng: np.random.Generator) -> list[SPSAStep]:
        """Take the epoch's SPSA steps on theta (part 1 of the algorithm)."""
        self.spsa.rng = numpy_stream(self._seed, "SPSA", self.epoch)
        if isinstance(self.spsa, EpochSearch):
            self.spsa.begin_epoch(self._seed, self.epoch)
        batches_rng = numpy_stream(self._seed, "validation batches", self.epoch)
        n_images = self.settings.spsa_batches * self.settings.batch_size
        through_ema = self.settings.objective == "through-ema"
        share = self.settings.step_share(self.epoch)
        if self.settings.resting_share > 0.0:
            self.spsa.step_size = share * self._step_size
        steps = []
        for _ in range(self.settings.spsa_steps if share > 0.0 else 0):
            indices = batches_rng.permutation(self.spsa_images)[:n_images]
            if isinstance(self.spsa, ExactGradientDescent):
                loss = partial(self._loss, indices=indices)
                steps.append(exact_step(self.spsa, self.feature, loss, through_ema=through_ema))
                continue
            features = [
                self.feature.probe(theta, rng, through_ema=through_ema) for theta in self.spsa.ask()
            ]
            steps.append(self.spsa.tell(self._objective(np.stack(features), indices)))
        return steps

    def _loss(self, z: Tensor, indices: NDArray[np.int64]) -> Tensor:
        """Return the validation loss under a z, with its graph."""
        where = torch.from_numpy(indices).to(self.data.validation.labels.device)
        self.student.eval()
        self.student.condition(z)
        logits = self.student(self.data.normalise(self.data.validation.images[where]))
        return self.distillation.validation_objective(logits, where)

    def _objective(self, features: NDArray[np.float64], indices: NDArray[np.int64]) -> list[float]:
        """Return the validation loss under each feature, on the same images."""
        where = torch.from_numpy(indices).to(self.data.validation.labels.device)
        images = self.data.validation.images[where]
        return [
            self.distillation.validation_loss(
                predict_logits(self.student, self.data, images), where
            )
            for _ in self.student.condition_on_each(features)
        ]

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that a later continuation needs, once an epoch is done."""
        live = {
            "epoch": torch.tensor(self.epoch),
            "theta": torch.from_numpy(self.theta),
            "spsa_steps": torch.tensor(self.spsa.n_steps),
            **self.feature.state(),
            **self.distillation.state(),
        }
        return {name: value.clone() for name, value in live.items()}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` returned."""
        self.epoch = int(state["epoch"])
        self.spsa.theta = state["theta"].numpy().copy()
        self.spsa.n_steps = int(state["spsa_steps"])
        self.feature.load_state(state)
        self.feature.begin_epoch(self.epoch - 1)
        self.distillation.load_state(state)
        self._interrupted = False


def _first_theta(settings: PQKDSettings, n_angles: int, seed: int) -> NDArray[np.float64]:
    if settings.theta_start == "zero":
        return np.zeros(n_angles)
    bound = min(math.pi, settings.spsa_bound)
    return numpy_stream(seed, "theta").uniform(-bound, bound, n_angles)


def _spsa_images(settings: PQKDSettings, n_validation: int) -> int:
    if settings.spsa_images is None:
        return max(1, n_validation // 2)
    return min(settings.spsa_images, n_validation)
