"""What the worked solution of exercise 6.5 says of the small trainer is what that trainer gives."""

from dataclasses import replace
from functools import cache

import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
from pqkd_helpers.lessons.nb06_training_loop.exercises import change_the_method
from pqkd_helpers.networks import evaluate, train_teacher
from pqkd_helpers.statistics import paired_difference
from pqkd_helpers.training_loop import PQKDSettings, PQKDTrainer

DIGITS = load_dataset("digits")
WIDTHS = (8, 16, 16)
SETTINGS = PQKDSettings(epochs=4, batch_size=32, learning_rate=3e-3, schedule="one-cycle")
# Per cent. Another processor rounds sums otherwise, and training makes more of it: a student's
# accuracy moved by 0.7, without the average by 4.6; the mean of five differences by 0.1.
MOST_APART = 1.0


@cache
def teacher():
    network = TeacherCNN(1, WIDTHS, seed=0)
    train_teacher(network, DIGITS, replace(SETTINGS, epochs=8), seed=0)
    return network


def five_students(**changes):
    """Return test accuracies in per cent, as the notebook's `train_five` does with its own z."""
    accuracies = []
    for seed in range(5):
        student = StudentCNN(1, WIDTHS, scope="conv1+conv2", seed=seed)
        circuit, settings = TimeBinInterferometer(), replace(SETTINGS, **changes)
        run = PQKDTrainer(student, teacher(), DIGITS, circuit, settings, seed=seed)
        for _ in range(settings.epochs):
            run.run_epoch()
        accuracies.append(100 * evaluate(student, DIGITS, "test").accuracy)
    return accuracies


@pytest.mark.slow
def test_the_protocol_holds_the_trainers_numbers():
    protocol = change_the_method()
    before, after = five_students(), five_students(**protocol["change"])
    assert before == pytest.approx(protocol["before"], abs=MOST_APART)
    told = paired_difference(protocol["after"], protocol["before"]).mean
    assert paired_difference(after, before).mean == pytest.approx(told, abs=MOST_APART)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "mean", "low", "high"),
    [({"ema_beta": 0.0, "spsa_steps": 0}, -4.6, -8.6, -0.6), ({"hard_weight": 1.0}, 1.7, 0.3, 3.1)],
)
def test_the_runs_that_it_suggests_end_as_it_says(changes, mean, low, high):
    found = paired_difference(five_students(**changes), change_the_method()["before"])
    numbers = (found.mean, found.low, found.high)
    assert numbers == pytest.approx((mean, low, high), abs=MOST_APART)
