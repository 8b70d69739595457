import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.feature_histograms import click_histograms
from tests.reference.oracle import photon_probabilities
from tests.statistics import fits

VECTORS = json.loads((Path(__file__).parents[1] / "reference" / "vectors.json").read_text())
HISTOGRAMS = [vector for vector in VECTORS["big"] if not vector["ps_angles"]]


def by_listing(circuit, theta):
    """Both half histograms from the probabilities of all outcomes."""
    half = circuit.n_modes // 2
    result = np.zeros((2, 2**half))
    outcomes = photon_probabilities(circuit.unitary(theta), circuit.input_state)
    for outcome, probability in outcomes.items():
        word = "".join("1" if number else "0" for number in outcome)
        result[0, int(word[:half], 2)] += probability
        result[1, int(word[half:], 2)] += probability
    return result


@pytest.mark.parametrize("vector", HISTOGRAMS, ids=lambda vector: vector["id"])
def test_they_agree_with_another_simulator_at_16_modes(vector):
    circuit = TimeBinInterferometer(vector["input_state"], vector["loop_lengths"])
    exact = circuit.half_click_probabilities(vector["bs_angles"])
    assert np.allclose(exact, vector["perceval_half_histograms"], atol=1e-13)


DEVICES = st.sampled_from([2, 4]).flatmap(
    lambda m: st.tuples(
        st.lists(st.integers(0, 2), min_size=m, max_size=m).filter(lambda s: 1 <= sum(s) <= 4),
        st.lists(st.integers(1, m - 1), min_size=1, max_size=3),
        st.integers(0, 2**32 - 1),
    )
)


@given(DEVICES)
@settings(max_examples=60, deadline=None)
def test_they_agree_with_the_list_of_all_outcomes(device):
    """Several photons in one bin and loops of mixed length included."""
    state, loops, seed = device
    circuit = TimeBinInterferometer(state, loops)
    theta = np.random.default_rng(seed).uniform(-7, 7, circuit.n_angles)
    assert np.allclose(
        circuit.half_click_probabilities(theta), by_listing(circuit, theta), atol=1e-13
    )


def test_a_device_with_loops_1_and_2_agrees():
    """Loops of different parity are the only ones that see the sign of the beam splitter."""
    circuit = TimeBinInterferometer((1, 1, 0, 2), (1, 2))
    theta = np.array([0.3, -1.1, 0.8, 0.5, 2.0])
    assert np.allclose(
        circuit.half_click_probabilities(theta), by_listing(circuit, theta), atol=1e-13
    )


def test_samples_of_8_photons_follow_them():
    circuit = TimeBinInterferometer()
    rng = np.random.default_rng(11)
    theta = rng.uniform(-np.pi, np.pi, 30)
    sampled = click_histograms(circuit.sample(theta, 20_000, rng=rng)).reshape(2, 256)
    for half, exact in zip(sampled, circuit.half_click_probabilities(theta), strict=True):
        assert fits(np.rint(half * 20_000), exact)


@pytest.mark.parametrize("angle", [0.0, np.pi / 2, -np.pi / 2, np.pi, 1e6, 0.7])
def test_they_are_probabilities_at_special_angles(angle):
    exact = TimeBinInterferometer().half_click_probabilities(np.full(30, angle))
    assert (exact >= 0).all() and np.allclose(exact.sum(axis=1), 1, atol=1e-12)


def test_devices_without_halves_or_too_large_are_refused():
    with pytest.raises(ValueError, match="3 modes have no halves"):
        TimeBinInterferometer((1, 0, 1)).half_click_probabilities(np.zeros(4))
    with pytest.raises(ValueError, match="GiB"):
        TimeBinInterferometer((1,) * 20).half_click_probabilities(np.zeros(38))
