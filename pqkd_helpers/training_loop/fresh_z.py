"""Testing a student under other features than the z it was trained with.

A fresh z is sampled at theta and scaled, without smoothing: what hardware in the loop would give.
The student is left conditioned on the z that it was trained with, also after an error.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..common.checks import check_choice, check_whole
from ..datasets.image_data import ImageData
from ..networks.evaluation import Evaluation, evaluate
from ..networks.teacher_and_student import StudentCNN
from .photonic_feature import PhotonicFeature

TestedSplit = Literal["validation", "test"]


def evaluate_with_fresh_z(
    student: StudentCNN,
    data: ImageData,
    feature: PhotonicFeature,
    theta: NDArray[np.float64],
    split: TestedSplit,
    *,
    rng: np.random.Generator,
    n_draws: int = 1,
    n_shots: int | None = None,
    on_draw: Callable[[], object] = lambda: None,
) -> list[Evaluation]:
    """Evaluate a trained student under fresh features.

    Parameters
    ----------
    student : StudentCNN
    data : ImageData
    feature : PhotonicFeature
        The feature it was trained with; its ledger counts the shots.
    theta : (n_angles,) float64
        Angles of the circuit, radians.
    split : {"validation", "test"}
    rng : numpy.random.Generator
        Source of the shots.
    n_draws : int
        Number of features drawn.
    n_shots : int or None
        Shots per feature; None is the number used in training.
    on_draw : callable
        Called after every feature, for a progress bar.

    Raises
    ------
    ValueError
        If the split is unknown or a number is below 1.
    RuntimeError
        Before the first epoch.
    """
    check_choice("split", split, ("validation", "test"))
    check_whole("n_draws", n_draws, least=1)
    results = []
    with _own_z_restored(student, feature):
        features = [feature.fresh(theta, rng, n_shots) for _ in range(n_draws)]
        for _ in student.condition_on_each(np.stack(features)):
            results.append(evaluate(student, data, split))
            on_draw()
    return results


def accuracy_at_zero_z(
    student: StudentCNN, data: ImageData, feature: PhotonicFeature, split: TestedSplit
) -> float:
    """Return the accuracy at z = 0, where every compressed kernel is zero."""
    check_choice("split", split, ("validation", "test"))
    with _own_z_restored(student, feature):
        student.condition(np.zeros(student.feature_dim))
        return evaluate(student, data, split).accuracy


@contextmanager
def _own_z_restored(student: StudentCNN, feature: PhotonicFeature) -> Iterator[None]:
    if feature.z is None:
        raise RuntimeError("the student was not trained yet: call run_epoch() first")
    try:
        yield
    finally:
        student.condition(feature.z)
