import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.compression import FeatureSpecification
from pqkd_helpers.controls.circuit_settings import CircuitSettings
from pqkd_helpers.feature_histograms import HistogramFeature

THETA = tuple(np.random.default_rng(2).uniform(-np.pi, np.pi, 29).tolist())
LOSSY = CircuitSettings(loop_lengths=(1, 2), efficiency=0.8, dark_count_probability=0.01)


@pytest.mark.parametrize("scaling", ["raw", "unit-rms"])
def test_z_is_that_of_the_circuit_and_the_scaling(scaling):
    specification = FeatureSpecification(LOSSY, THETA, scaling=scaling, n_shots=None)
    circuit = TimeBinInterferometer(
        loop_lengths=(1, 2), efficiency=0.8, dark_count_probability=0.01
    )
    z = HistogramFeature(scaling)(circuit.half_click_probabilities(THETA).ravel())
    assert specification.is_exact and specification.z().dtype == np.float32
    assert np.abs(specification.z() - z).max() <= 1e-6


@pytest.mark.parametrize(
    "chance",
    [
        {"n_shots": 200},
        {"ema_beta": 0.9},
        {"scaling": "standardised"},
        {"circuit": CircuitSettings(features="single-photon")},
    ],
)
def test_chance_smoothing_and_statistics_make_it_inexact(chance):
    options = {"circuit": CircuitSettings(), "theta": (0.1,) * 30, "n_shots": None} | chance
    specification = FeatureSpecification(**options)
    assert not specification.is_exact
    with pytest.raises(ValueError, match="n_shots=None"):
        specification.z()


@pytest.mark.parametrize(
    "wrong",
    [
        {"theta": THETA},
        {"theta": (np.nan,) * 30},
        {"n_shots": 0},
        {"ema_beta": 1.0},
        {"scaling": "other"},
        {"circuit": CircuitSettings(features="single-photon"), "theta": THETA},
    ],
)
def test_bad_input(wrong):
    with pytest.raises(ValueError, match="expected"):
        FeatureSpecification(**{"circuit": CircuitSettings(), "theta": (0.1,) * 30} | wrong)
