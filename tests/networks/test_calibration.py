import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from pqkd_helpers.networks import score
from pqkd_helpers.networks.calibration import (
    expected_calibration_error,
    fit_temperature,
)
from pqkd_helpers.networks.evaluation import Evaluation


def test_a_slow_count_agrees():
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(rng.normal(0, 2, (500, 10)))
    labels = torch.from_numpy(rng.integers(0, 10, 500))
    confidence, answers = torch.softmax(logits, 1).max(1)
    expected = 0.0
    for i in range(15):
        inside = (confidence > i / 15) & (confidence <= (i + 1) / 15)
        if inside.any():
            accuracy = (answers[inside] == labels[inside]).double().mean()
            expected += abs(accuracy - confidence[inside].mean()) * inside.sum() / 500
    assert expected_calibration_error(logits, labels) == pytest.approx(expected.item())


@pytest.mark.parametrize("n_bins", [10, 15, 25, 29])
def test_a_confidence_at_the_edge_of_two_bins_counts_in_the_lower_one(n_bins):
    """Two answers, one at the edge, one half a bin below it: they share a bin."""
    for i in range(n_bins // 2 + 1, n_bins):
        confidence = np.array([i / n_bins, (i - 0.5) / n_bins])
        logits = torch.from_numpy(np.log(np.stack([confidence, 1 - confidence], axis=1)))
        if torch.softmax(logits, 1)[0, 0] != confidence[0]:
            continue  # rounded off the edge
        # one right, one wrong: in one bin their gaps cancel in part
        together = abs(1 - confidence.sum()) / 2
        assert expected_calibration_error(
            logits, torch.tensor([0, 1]), n_bins=n_bins
        ) == pytest.approx(together)


def test_a_network_that_is_right_as_often_as_it_says_has_almost_none():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(200_000, 10, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]
    assert expected_calibration_error(logits, labels) < 0.005
    assert expected_calibration_error(3 * logits, labels) > 0.2


def test_boasting_costs_all_of_it():
    logits = torch.tensor([[100.0, 0.0]] * 4)
    assert expected_calibration_error(logits, torch.tensor([1, 1, 1, 1])) == pytest.approx(1.0)
    assert expected_calibration_error(logits, torch.tensor([0, 0, 0, 0])) == 0.0


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_factor(factor):
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(50_000, 10, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]
    temperature = fit_temperature(factor * logits, labels)
    assert temperature == pytest.approx(factor, rel=0.03)
    best = functional.cross_entropy(factor * logits / temperature, labels)
    for other in (0.9, 1.1):
        assert functional.cross_entropy(factor * logits / (temperature * other), labels) > best


def test_a_network_that_knows_nothing_gets_the_highest_temperature():
    logits = torch.randn(1000, 10, generator=torch.Generator().manual_seed(2))
    labels = (logits.argmin(1)).long()
    assert math.isclose(fit_temperature(logits, labels), 100.0, rel_tol=1e-3)


@pytest.mark.parametrize("measure", [expected_calibration_error, fit_temperature, score])
@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (torch.zeros(0, 10), torch.zeros(0, dtype=torch.int64), "one answer or more"),
        (torch.zeros(2), torch.tensor([0, 1]), "one answer or more"),
        (torch.zeros(2, 3), torch.tensor([0]), r"labels have shape \(1,\)"),
        (torch.zeros(2, 3), torch.tensor([0, -100]), "labels hold -100"),
        (torch.zeros(2, 3), torch.tensor([0, 3]), "labels hold 3"),
        (torch.tensor([[0.0, 1.0], [math.nan, 1.0]]), torch.tensor([0, 1]), r"logits\[1\] is"),
        (torch.tensor([[math.inf, 1.0]]), torch.tensor([0]), r"logits\[0\] is"),
        (torch.tensor([[-math.inf, -math.inf]]), torch.tensor([0]), r"logits\[0\] is"),
    ],
)
def test_answers_that_cannot_be_judged_are_refused(measure, logits, labels, message):
    with pytest.raises(ValueError, match=message):
        measure(logits, labels)


def test_one_answer_of_each_kind():
    sure = torch.tensor([[-math.inf, 0.0]])  # -inf: the other class is ruled out
    assert score(sure, torch.tensor([1])) == Evaluation(1.0, 0.0, 1, 0.0)
    assert score(sure, torch.tensor([0])).calibration_error == 1.0
    assert fit_temperature(torch.tensor([[9.0, 2.0]]), torch.tensor([0])) < 0.1
    assert fit_temperature(torch.tensor([[9.0, 2.0]]), torch.tensor([1])) > 99.0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="n_bins"):
        expected_calibration_error(torch.zeros(1, 2), torch.zeros(1, dtype=torch.int64), n_bins=0)
