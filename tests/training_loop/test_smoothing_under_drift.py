import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.angle_drift import AngleDrift
from pqkd_helpers.training_loop.smoothing_under_drift import drifted_histograms

CIRCUIT = TimeBinInterferometer((1, 0, 1, 0), (1, 1))
THETA = np.linspace(-1, 1, 6)
STILL = AngleDrift(offset=0.0, step=0.0)


def measured(drift, *, n_epochs=400, seed=0, **options):
    rng = np.random.default_rng(seed)
    return drifted_histograms(CIRCUIT, THETA, drift, n_epochs=n_epochs, rng=rng, **options)


def mean_square(distances, forgotten=50):
    return float((distances[forgotten:] ** 2).mean())


def noise(found, n_shots=200):
    return float((2.0 - (found.exact**2).sum(axis=1)).mean()) / n_shots


def test_a_device_that_does_not_drift_has_noise_alone_and_smoothing_divides_it_by_nineteen():
    found = measured(STILL, n_epochs=2_000)
    distances = found.distances()
    assert (distances["off"] < 1e-12).all() and (distances["lag"] < 1e-12).all()
    assert mean_square(distances["without smoothing"]) == pytest.approx(noise(found), rel=0.1)
    assert mean_square(distances["smoothed"]) == pytest.approx(noise(found) / 19, rel=0.25)


def test_under_drift_the_lag_is_what_the_steps_of_the_device_say_and_it_adds_to_the_noise():
    found = measured(AngleDrift(offset=0.0, step=0.01), n_epochs=4_000)
    distances = found.distances()
    step = float((np.diff(found.exact, axis=0) ** 2).sum(axis=1).mean())
    lag = mean_square(distances["lag"])
    assert lag == pytest.approx(0.9**2 / (1 - 0.9**2) * step, rel=0.25)
    assert mean_square(distances["smoothed"]) == pytest.approx(noise(found) / 19 + lag, rel=0.1)


@pytest.mark.parametrize("beta", [0.7, 0.9])
@pytest.mark.parametrize(("share", "helps"), [(0.5, True), (2.0, False)])
def test_smoothing_helps_while_the_step_is_small_compared_with_the_noise(beta, share, helps):
    unit = measured(AngleDrift(offset=0.0, step=1e-4), n_epochs=4_000)
    of_one = float((np.diff(unit.exact, axis=0) ** 2).sum(axis=1).mean()) / 1e-8
    step = (share * 2.0 * (1.0 - beta) / beta * noise(unit, 2_000) / of_one) ** 0.5
    drift = AngleDrift(offset=0.0, step=step)
    found = measured(drift, beta=beta, n_epochs=150, n_shots=2_000)
    distances = found.distances()
    ratio = mean_square(distances["smoothed"]) / mean_square(distances["without smoothing"])
    assert (ratio < 0.8) if helps else (ratio > 1.2)


def test_more_shots_remove_the_noise_and_never_the_lag():
    drift = AngleDrift(offset=0.0, step=0.01)
    few, many = (measured(drift, n_shots=n, n_epochs=200).distances() for n in (200, 20_000))
    assert (few["lag"] == many["lag"]).all()
    assert mean_square(many["without smoothing"]) < mean_square(few["without smoothing"]) / 50
    assert mean_square(many["smoothed"]) == pytest.approx(mean_square(many["lag"]), rel=0.05)


def test_without_an_average_there_is_no_lag_and_smoothed_is_raw():
    found = measured(AngleDrift(step=0.01), n_epochs=20, beta=0.0)
    assert (found.smoothed == found.raw).all()
    assert (found.distances()["lag"] == 0).all()


def test_a_wrong_calibration_is_off_from_the_start_and_no_average_can_lag_behind_it():
    found = measured(AngleDrift(offset=0.2, step=0.0), n_epochs=20)
    assert found.distances()["off"].min() > 0.05
    assert found.distances()["lag"].max() < 1e-12


def test_jobs_between_two_measurements_move_the_device_too():
    one, many = (
        measured(AngleDrift(offset=0.0, step=0.002), jobs_per_epoch=n, n_epochs=200)
        for n in (1, 50)
    )
    steps = [np.diff(found.exact, axis=0).std() for found in (one, many)]
    assert steps[1] / steps[0] == pytest.approx(50**0.5, rel=0.3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_epochs": 0}, "n_epochs is 0"),
        ({"jobs_per_epoch": 0}, "jobs_per_epoch is 0"),
        ({"n_shots": 0}, "n_shots is 0"),
        ({"beta": 1.0}, "beta is 1.0"),
    ],
)
def test_what_is_not_of_this_form_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        measured(STILL, **options)
