import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.controls.build_source import build_source
from pqkd_helpers.controls.circuit_settings import CircuitSettings
from pqkd_helpers.controls.features.circuit_variants import ExactHistograms
from pqkd_helpers.controls.features.coins_and_zero import UniformBits, ZeroFeature
from pqkd_helpers.feature_histograms import HistogramFeature, click_histograms
from pqkd_helpers.training_loop.photonic_feature import PhotonicFeature

THETA = np.random.default_rng(3).uniform(-np.pi, np.pi, 30)


def feature_of(source, scaling="unit-rms"):
    return PhotonicFeature(source, n_shots=200, ema_beta=0.9, scaling=scaling)


def test_many_shots_come_close_to_the_exact_histogram():
    circuit = TimeBinInterferometer()
    exact = ExactHistograms(circuit).histogram(THETA, 1, rng=np.random.default_rng(0))
    sampled = click_histograms(circuit.sample(THETA, 100_000, rng=np.random.default_rng(0)))
    expected = np.sqrt((2 - exact @ exact) / 100_000)
    assert np.linalg.norm(sampled - exact) == pytest.approx(expected, rel=0.15)


def test_exact_histograms_cost_no_shots_and_do_not_scatter():
    feature = feature_of(ExactHistograms(TimeBinInterferometer()))
    rng = np.random.default_rng(0)
    z = feature.update(THETA, rng)
    assert np.array_equal(feature.fresh(THETA, rng), z)
    assert np.allclose(feature.probe(THETA, rng, through_ema=True), z, rtol=1e-12)
    assert set(feature.shots.values()) == {0}
    assert feature.circuit_evaluations == {"training": 2, "fitting": 0, "fresh_z": 1}


def test_the_fit_of_a_source_without_shots_is_counted():
    feature = feature_of(ExactHistograms(TimeBinInterferometer()), "standardised")
    feature.fit(np.random.default_rng(0), 5)
    assert feature.shots["fitting"] == 0 and feature.circuit_evaluations["fitting"] == 5
    sampled = feature_of(TimeBinInterferometer(), "standardised")
    sampled.fit(np.random.default_rng(0), 5)
    assert sampled.shots["fitting"] == 1000 and sampled.circuit_evaluations["fitting"] == 5


def test_coin_tosses_are_fair_independent_and_deaf_to_the_angles():
    source = UniformBits()
    bits = source.sample(THETA, 50_000, rng=np.random.default_rng(0))
    assert bits.shape == (50_000, 16) and set(np.unique(bits)) == {0, 1}
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.01
    correlation = np.corrcoef(bits.T) - np.eye(16)
    assert np.abs(correlation).max() < 0.02
    other = source.sample(np.zeros(30), 50_000, rng=np.random.default_rng(0))
    assert np.array_equal(bits, other)


def test_zero_stays_zero_under_every_scaling():
    for scaling in ("raw", "unit-rms", "standardised"):
        feature = feature_of(ZeroFeature(), scaling)
        feature.fit(np.random.default_rng(0), 3)
        assert not feature.update(THETA, np.random.default_rng(0)).any()
        assert not feature.fresh(THETA, np.random.default_rng(0)).any()
        assert set(feature.shots.values()) == {0}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("photonic-exact", ExactHistograms), ("uniform-bits", UniformBits), ("zero", ZeroFeature)],
)
def test_the_sources_have_the_shape_of_the_circuit_they_replace(name, kind):
    for loops in ((1,), (1, 1), (1, 1, 1)):
        settings = CircuitSettings(features=name, loop_lengths=loops)
        source = build_source(settings)
        assert isinstance(source, kind)
        assert (source.n_modes, source.n_angles) == (16, 15 * len(loops))


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="n_modes is 1"):
        UniformBits(n_modes=1)
    with pytest.raises(ValueError, match="29 angles, 30 expected"):
        UniformBits().sample(THETA[:29], 5, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="n_shots"):
        UniformBits().sample(THETA, 0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="norm 0"):
        HistogramFeature("unit-rms")(np.zeros(512))
