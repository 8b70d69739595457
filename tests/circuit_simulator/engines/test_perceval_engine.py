import random

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.engines import PercevalInterferometer
from pqkd_helpers.feature_histograms import click_histograms
from tests.circuit_simulator.devices import LISTED, draw_angles
from tests.goodness_of_fit import fits


def same_device(circuit):
    return eval(f"PercevalInterferometer({circuit.describe()})")


@pytest.mark.parametrize("circuit", LISTED.values(), ids=LISTED)
def test_its_samples_follow_our_exact_distribution(circuit):
    theta = draw_angles(circuit, 0)
    theirs = same_device(circuit)
    assert (theirs.n_modes, theirs.n_angles) == (circuit.n_modes, circuit.n_angles)
    clicks = theirs.sample(theta, 5_000, rng=np.random.default_rng(1))
    assert clicks.shape == (5_000, circuit.n_modes) and clicks.dtype == np.uint8
    words = clicks @ (1 << np.arange(circuit.n_modes - 1, -1, -1))
    counts = np.bincount(words, minlength=2**circuit.n_modes)
    assert fits(counts, circuit.click_probabilities(theta))


def test_its_histograms_of_16_modes_follow_ours():
    theirs, ours = PercevalInterferometer(), TimeBinInterferometer()
    theta = draw_angles(ours, 2)
    sampled = click_histograms(theirs.sample(theta, 5_000, rng=np.random.default_rng(3)))
    for half, exact in zip(
        sampled.reshape(2, 256), ours.half_click_probabilities(theta), strict=True
    ):
        assert fits(np.rint(half * 5_000), exact)


def test_it_takes_its_seed_from_rng_and_leaves_global_generators_alone():
    circuit = same_device(LISTED["everything"])
    theta = draw_angles(circuit, 4)
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    rng = np.random.default_rng(0)
    first, other = (circuit.sample_photons(theta, 200, rng=rng) for _ in range(2))
    assert not np.array_equal(first, other)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002


def test_what_is_missing_or_wrong_is_said(monkeypatch):
    circuit = PercevalInterferometer((1, 0), (1,))
    with pytest.raises(ValueError, match="theta has 2 angles, 1 expected"):
        circuit.sample([0.0, 0.0], 1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="n_shots is 0"):
        circuit.sample([0.0], 0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="efficiency is 2"):
        PercevalInterferometer(efficiency=2)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match='pip install "perceval-quandela'):
        PercevalInterferometer()
