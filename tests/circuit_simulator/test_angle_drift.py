from itertools import islice

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator.angle_drift import AngleDrift


def errors_of(drift, n_jobs, n_angles=4_000, seed=0):
    return np.array([*islice(drift.errors(n_angles, rng=np.random.default_rng(seed)), n_jobs)])


def test_an_angle_is_off_by_its_offset_and_a_random_walk():
    errors = errors_of(AngleDrift(offset=0.1, step=0.02), 51)
    for job in (0, 10, 50):
        expected = 0.1**2 + job * 0.02**2
        assert errors[job].var() == pytest.approx(expected, rel=5 * (2 / 4_000) ** 0.5)
    assert np.abs(errors.mean(axis=1)).max() < 5 * errors.std() / 4_000**0.5


def test_steps_of_different_jobs_are_independent():
    steps = np.diff(errors_of(AngleDrift(offset=0.1, step=0.02), 12), axis=0)
    correlations = np.corrcoef(steps)[np.triu_indices(11, k=1)]
    assert np.abs(correlations).max() < 5 / 4_000**0.5


def test_without_a_step_the_errors_stay_and_without_both_there_are_none():
    assert (np.diff(errors_of(AngleDrift(offset=0.1, step=0.0), 3), axis=0) == 0).all()
    assert (errors_of(AngleDrift(offset=0.0, step=0.0), 3) == 0).all()


def test_an_error_that_was_handed_out_does_not_change():
    errors = AngleDrift(step=0.1).errors(3, rng=np.random.default_rng(0))
    first = next(errors)
    kept = first.copy()
    next(errors)
    assert (first == kept).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AngleDrift(offset=-0.1), "offset is -0.1, a finite number >= 0"),
        (lambda: AngleDrift(step=float("inf")), "step is inf"),
        (lambda: AngleDrift(step=None), "step is None"),
        (lambda: AngleDrift().errors(0, rng=np.random.default_rng(0)), "n_angles is 0"),
        (lambda: AngleDrift().errors(3, rng=0), "rng is 0"),
    ],
)
def test_what_is_no_drift_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
