"""Every control is what it says it is: norms, kernels, variances, drift, determinism."""

import itertools

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.controls.build_source import build_source
from pqkd_helpers.controls.circuit_settings import RECORDED, TRAINED, CircuitSettings
from pqkd_helpers.controls.features.circuit_variants import KeptShots, Marginals, Shuffled
from pqkd_helpers.controls.features.classical_map import ClassicalMap
from pqkd_helpers.controls.features.gaussian_features import (
    GaussianFresh,
    GaussianFrozen,
    drifting_features,
)
from pqkd_helpers.controls.features.recorded_feature import RecordedFeature
from pqkd_helpers.feature_histograms import click_histograms
from pqkd_helpers.training_loop.feature_source import measure_histogram
from pqkd_helpers.training_loop.photonic_feature import PhotonicFeature, angle_between

CIRCUIT = TimeBinInterferometer()
RNG = np.random.default_rng(5)
THETAS = RNG.uniform(-np.pi, np.pi, (60, 30))
SOURCES = [
    name
    for name in CircuitSettings.__dataclass_fields__["features"].type.__args__
    if name not in (*RECORDED, *TRAINED)
]


def histogram(source, theta=THETAS[0], n_shots=200, seed=0):
    return measure_histogram(source, theta, n_shots, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_shots_give_the_same_z_of_the_photonic_norm(name):
    feature = [
        PhotonicFeature(
            build_source(CircuitSettings(features=name), seed=3),
            n_shots=200,
            ema_beta=0.9,
            scaling="unit-rms",
            gain=0.5,
        )
        for _ in range(2)
    ]
    for theta in THETAS[:3]:
        z, again = (f.update(theta, np.random.default_rng(7)) for f in feature)
        assert np.array_equal(z, again) and z.shape == (512,)
        assert z @ z == pytest.approx(0.0 if name == "zero" else 0.25 * 512)


@pytest.mark.parametrize("name", ["shuffled", "classical-map", "gaussian-frozen"])
def test_what_is_drawn_once_follows_from_the_seed(name):
    settings = CircuitSettings(features=name)
    one, same, other = (histogram(build_source(settings, seed=s)) for s in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_no_circuit_gives_a_recorded_or_a_trained_feature():
    for name in (*RECORDED, *TRAINED):
        with pytest.raises(ValueError, match="no circuit"):
            build_source(CircuitSettings(features=name))


def test_shuffling_keeps_every_inner_product():
    shuffled = Shuffled(CIRCUIT, seed=1)
    plain = np.stack([histogram(CIRCUIT, theta) for theta in THETAS[:5]])
    moved = np.stack([histogram(shuffled, theta) for theta in THETAS[:5]])
    assert not np.array_equal(plain, moved)
    assert np.allclose(plain @ plain.T, moved @ moved.T)


def test_kept_shots_are_taken_once():
    source = KeptShots(CIRCUIT, seed=1)
    assert np.array_equal(histogram(source, seed=0), histogram(source, seed=1))
    assert not np.array_equal(histogram(source), histogram(KeptShots(CIRCUIT, seed=2)))
    assert not source.takes_shots


def test_marginals_have_the_circuits_click_probabilities_and_no_correlations():
    source = Marginals(CIRCUIT)
    theta = THETAS[1]
    clicks = CIRCUIT.sample(theta, 40_000, rng=np.random.default_rng(0))
    p = source.click_probabilities(theta)
    assert np.allclose(p, clicks.mean(axis=0), atol=0.012)
    bits = source.sample(theta, 40_000, rng=np.random.default_rng(0)).astype(float)
    assert np.allclose(bits.mean(axis=0), p, atol=0.012)
    varying = (p > 0.02) & (p < 0.98)
    between = np.corrcoef(bits[:, varying], rowvar=False)
    assert np.abs(between[~np.eye(len(between), dtype=bool)]).max() < 0.03
    assert np.abs(np.corrcoef(clicks[:, varying], rowvar=False) - np.eye(len(between))).max() > 0.1


def test_distinguishable_photons_differ_from_interfering_ones():
    classical = build_source(CircuitSettings(features="distinguishable"))
    distances = [
        np.abs(a - b).sum() / 4
        for a, b in zip(
            CIRCUIT.half_click_probabilities(THETAS),
            classical.half_click_probabilities(THETAS),
            strict=True,
        )
    ]
    assert 0.05 < np.median(distances) < 0.8
    assert np.allclose(CIRCUIT.half_click_probabilities(THETAS[0]).sum(axis=1), 1.0)


def cosines(histograms, neighbours):
    dots = (histograms * neighbours).sum(axis=1)
    return dots / np.linalg.norm(histograms, axis=1) / np.linalg.norm(neighbours, axis=1)


def test_the_classical_map_is_as_concentrated_and_as_wide_as_the_circuit():
    rng = np.random.default_rng(2)
    maps = [ClassicalMap(seed=s) for s in range(4)]

    def photonic(thetas):
        return CIRCUIT.half_click_probabilities(thetas).reshape(len(thetas), -1)

    def classical(thetas):
        return np.stack([maps[i % 4].probabilities(t).ravel() for i, t in enumerate(thetas)])

    norms = [np.median(np.linalg.norm(f(THETAS), axis=1)) for f in (photonic, classical)]
    assert norms[1] == pytest.approx(norms[0], rel=0.15)
    for shift, tolerance in ((0.05, 0.02), (0.1, 0.04), (0.3, 0.12)):
        there = THETAS + shift * rng.choice([-1.0, 1.0], THETAS.shape)
        width = [np.median(cosines(f(THETAS), f(there))) for f in (photonic, classical)]
        assert width[1] == pytest.approx(width[0], abs=tolerance)
    unrelated = rng.permutation(THETAS)
    width = [np.median(cosines(f(THETAS), f(unrelated))) for f in (photonic, classical)]
    assert width == pytest.approx([0.2, 0.07], abs=0.05)  # no match there, as the module says


def test_the_classical_map_has_the_circuits_period():
    """At the bounds, -pi and pi, where clipped steps end, both see one setting."""
    turns = 2.0 * np.pi * np.random.default_rng(3).integers(-1, 2, THETAS.shape)
    source = ClassicalMap(seed=0)
    for theta, turned in zip(THETAS, THETAS + turns, strict=True):
        for f in (CIRCUIT.half_click_probabilities, source.probabilities):
            assert np.allclose(f(theta), f(turned))


def test_the_classical_map_is_sampled():
    source = ClassicalMap(seed=0)
    p = source.probabilities(THETAS[0]).ravel()
    draws = np.stack([histogram(source, n_shots=100, seed=s) for s in range(300)])
    assert np.allclose(draws.mean(axis=0), p, atol=0.01)
    noise = ((draws - p) ** 2).sum(axis=1).mean()
    assert noise == pytest.approx((2.0 - p @ p) / 100, rel=0.05)


def test_gaussian_features():
    frozen, fresh = GaussianFrozen(seed=1), GaussianFresh()
    assert np.array_equal(histogram(frozen, seed=0), histogram(frozen, seed=1))
    many = np.stack([histogram(fresh, seed=s) for s in range(400)])
    assert many.mean() == pytest.approx(0.0, abs=0.02)
    assert many.var() == pytest.approx(1.0, abs=0.02)


def test_a_drifting_feature_turns_by_the_recorded_angles():
    angles = [0.3, 0.1, 0.0, 1.2]
    z = drifting_features(angles, 512, norm=3.0, seed=4)
    assert [angle_between(a, b) for a, b in itertools.pairwise(z)] == pytest.approx(angles)
    assert np.allclose(np.linalg.norm(z, axis=1), 3.0)
    assert np.array_equal(z, drifting_features(angles, 512, norm=3.0, seed=4))


def test_a_recorded_feature_is_given_epoch_by_epoch_as_it_was():
    z = RNG.standard_normal((3, 512))
    source = RecordedFeature(z, n_angles=30)
    feature = PhotonicFeature(source, n_shots=200, ema_beta=0.9, scaling="unit-rms", gain=2.0)
    for epoch in range(3):
        feature.begin_epoch(epoch)
        assert np.array_equal(feature.update(THETAS[0], RNG), z[epoch])
        assert np.array_equal(feature.fresh(THETAS[0], RNG), z[epoch])
    assert source.n_modes == 16 and feature.shots["training"] == 0
    with pytest.raises(ValueError, match="donor ran 3 epochs"):
        feature.begin_epoch(3)
    with pytest.raises(ValueError, match="one row per epoch"):
        RecordedFeature(z[0], n_angles=30)


def test_independent_bits_of_certain_detectors_are_certain():
    """At theta = 0 every photon stays in its bin."""
    source = Marginals(CIRCUIT)
    bits = source.sample(np.zeros(30), 5, rng=np.random.default_rng(0))
    clicks = CIRCUIT.sample(np.zeros(30), 5, rng=np.random.default_rng(0))
    assert np.array_equal(click_histograms(bits), click_histograms(clicks))
