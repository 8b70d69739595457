import numpy as np
import pytest

from pqkd_helpers.controls.angle_searches import LocalRandomSearch


def search(**options):
    return LocalRandomSearch(
        np.zeros(3), **{"step_size": 0.5, "rng": np.random.default_rng(0)} | options
    )


def test_it_moves_to_the_neighbour_only_if_that_is_better():
    s = search()
    here, there = s.ask()
    assert np.array_equal(s.ask(), [here, there])
    s.tell([1.0, 2.0])
    assert np.array_equal(s.theta, here)
    _, better = s.ask()
    step = s.tell([1.0, 0.5])
    assert np.array_equal(s.theta, better) and np.array_equal(step.theta, better)
    assert s.n_steps == 2 and step.gradient_norm == 0.0


def test_candidates_stay_within_the_bound():
    s = search(step_size=10.0, bound=1.0)
    assert np.abs(s.ask()).max() == 1.0


def test_it_finds_a_minimum_as_noisy_losses_allow():
    rng = np.random.default_rng(1)
    s = LocalRandomSearch(np.full(3, 2.0), step_size=0.2, rng=rng)
    for _ in range(600):
        s.tell([float(p @ p) + 0.01 * rng.normal() for p in s.ask()])
    assert np.abs(s.theta).max() < 0.3


def test_wrong_input_is_refused_and_changes_nothing():
    with pytest.raises(ValueError, match="step_size"):
        search(step_size=0.0)
    with pytest.raises(ValueError, match=r"within \+-1"):
        LocalRandomSearch([2.0], bound=1.0, rng=np.random.default_rng(0))
    s = search()
    with pytest.raises(RuntimeError, match="ask"):
        s.tell([1.0, 2.0])
    s.ask()
    with pytest.raises(ValueError, match="two finite numbers"):
        s.tell([1.0, np.nan])
    assert s.n_steps == 0 and np.array_equal(s.theta, np.zeros(3))
