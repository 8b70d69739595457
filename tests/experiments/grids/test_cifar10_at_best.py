"""PQKD at its best on CIFAR-10: its size, and that the recipe is the one that the choices name."""

import pytest

from pqkd_helpers.compression import trained_values
from pqkd_helpers.experiments.grids.cifar10_at_best import (
    CANDIDATES,
    CHOSEN,
    CIFAR10_AT_BEST,
    CIFAR10_CHOICES,
)
from pqkd_helpers.experiments.runs.building import build_student, build_teacher
from pqkd_helpers.experiments.runs.run import record_of
from pqkd_helpers.records import Catalogue

WITHIN = 0.005  # of accuracy: the first named of these is taken


def test_the_answer_is_that_of_the_stored_runs():
    runs = {arm: Catalogue().runs("cifar10-choices", arm, tier="cpu") for arm in CANDIDATES}
    accuracy = {}
    for arm, (run,) in runs.items():
        assert run["seed"] == 1000
        accuracy[arm] = run["student"]["final"]["validation"]["accuracy"]
    best = max(accuracy.values())
    assert next(arm for arm in CANDIDATES if accuracy[arm] >= best - WITHIN) == CHOSEN


def test_the_seed_of_the_choice_is_not_the_one_that_is_shown():
    chosen = {job.config.seed for job in CIFAR10_CHOICES.jobs("cpu", 1)}
    shown = {job.config.seed for job in CIFAR10_AT_BEST.jobs("cpu", 1)}
    assert chosen == {1000} and shown == {0}


def test_the_student_trains_two_thirds_of_what_its_teacher_trains():
    config = CIFAR10_AT_BEST.config("cpu", "cifar10", "pqkd", 0)
    teacher, student = (
        trained_values(build(config, 3, 10)) for build in (build_teacher, build_student)
    )
    # 16 filters of 25 values, 32 of 9, conv3 as it is but for biases, batch norm, linear, angles.
    assert student + 30 == 30 + 16 * 25 + 32 * 9 + 128 * 128 * 9 + 2 * 320 + 1290
    assert teacher / (student + 30) == pytest.approx(1.5, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("arm", CIFAR10_AT_BEST.arms)
def test_a_tiny_run_is_carried_out(arm):
    config = CIFAR10_AT_BEST.config("smoke", "cifar10", arm, 0)
    record = record_of(config, ("cifar10-at-best", arm, "smoke"))
    assert len(record["student"]["epochs"]) == config.epochs
