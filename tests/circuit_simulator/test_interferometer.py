import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.feature_histograms import click_histograms
from tests.reference.oracle import beam_splitter_network, photon_probabilities
from tests.statistics import fits

VECTORS = json.loads((Path(__file__).parents[1] / "reference" / "vectors.json").read_text())
PHASELESS = [vector for vector in VECTORS["small"] if not vector["ps_angles"]]
HISTOGRAMS = [vector for vector in VECTORS["big"] if not vector["ps_angles"]]


def name(vector):
    return vector["id"]


def as_tuple(outcome):
    return tuple(map(int, outcome.split(",")))


def counts_of(samples, states):
    """How often each state was sampled; fails on a state outside the list."""
    index = {state: i for i, state in enumerate(states)}
    counts = np.zeros(len(states))
    for row, number in zip(*np.unique(samples, axis=0, return_counts=True), strict=True):
        counts[index[tuple(row.tolist())]] = number
    return counts


@pytest.mark.parametrize("vector", PHASELESS, ids=name)
def test_oracle_and_unitary_agree_with_two_other_simulators(vector):
    circuit = TimeBinInterferometer(vector["input_state"], vector["loop_lengths"])
    exact = photon_probabilities(circuit.unitary(vector["bs_angles"]), vector["input_state"])
    for source in ("cudaq", "perceval"):
        for outcome, probability in vector[source].items():
            assert exact[as_tuple(outcome)] == pytest.approx(probability, abs=1e-12)


@pytest.mark.parametrize("vector", PHASELESS, ids=name)
def test_samples_follow_the_exact_distribution(vector):
    circuit = TimeBinInterferometer(vector["input_state"], vector["loop_lengths"])
    rng = np.random.default_rng(int(vector["id"][1:]))
    samples = circuit.sample_photons(vector["bs_angles"], 20_000, rng=rng)
    exact = {as_tuple(outcome): p for outcome, p in vector["perceval"].items()}
    impossible = (
        photon_probabilities(circuit.unitary(vector["bs_angles"]), vector["input_state"]).keys()
        - exact.keys()
    )
    exact |= dict.fromkeys(impossible, 0.0)
    assert fits(counts_of(samples, list(exact)), list(exact.values()))


@pytest.mark.parametrize("vector", HISTOGRAMS, ids=name)
def test_click_histograms_of_16_modes_follow_the_exact_ones(vector):
    circuit = TimeBinInterferometer(vector["input_state"], vector["loop_lengths"])
    clicks = circuit.sample(vector["bs_angles"], 20_000, rng=np.random.default_rng(5))
    sampled = click_histograms(clicks).reshape(2, 256)
    for half, exact in zip(sampled, vector["perceval_half_histograms"], strict=True):
        assert fits(np.rint(half * 20_000), exact)


@given(
    st.integers(2, 7).flatmap(
        lambda m: st.tuples(
            st.just(m), st.lists(st.integers(1, m - 1), min_size=1, max_size=3), st.randoms()
        )
    )
)
@settings(max_examples=30, deadline=None)
def test_unitary_equals_a_product_of_gates(case):
    n_modes, loops, random = case
    circuit = TimeBinInterferometer((1,) + (0,) * (n_modes - 1), loops)
    theta = np.array([random.uniform(-7, 7) for _ in range(circuit.n_angles)])
    U = circuit.unitary(theta)
    assert np.allclose(U, beam_splitter_network(theta, n_modes, loops), atol=1e-13)
    assert np.allclose(U @ U.T, np.eye(n_modes), atol=1e-13)


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 4, 1.2])
def test_hong_ou_mandel(angle):
    """Two photons on one splitter: P(1,1) = cos^2(2 theta)."""
    circuit = TimeBinInterferometer((1, 1), (1,))
    samples = circuit.sample_photons([angle], 20_000, rng=np.random.default_rng(1))
    together, apart = math.sin(2 * angle) ** 2 / 2, math.cos(2 * angle) ** 2
    counts = counts_of(samples, [(2, 0), (1, 1), (0, 2)])
    assert fits(counts, [together, apart, together])


def test_four_photons_on_a_balanced_splitter_come_in_even_numbers():
    circuit = TimeBinInterferometer((2, 2), (1,))
    samples = circuit.sample_photons([math.pi / 4], 20_000, rng=np.random.default_rng(2))
    counts = counts_of(samples, [(4, 0), (3, 1), (2, 2), (1, 3), (0, 4)])
    assert fits(counts, [3 / 8, 0, 1 / 4, 0, 3 / 8])


def test_one_photon_walks_down_the_chain():
    """One photon in bin 0, loop 1: p_k = cos^2(theta_k) times the sin^2 of all before."""
    theta = np.array([0.4, 1.1, -0.7])
    circuit = TimeBinInterferometer((1, 0, 0, 0), (1,))
    stays = np.append(np.cos(theta) ** 2, 1.0)
    exact = stays * np.cumprod(np.append(1.0, np.sin(theta) ** 2))
    samples = circuit.sample_photons(theta, 20_000, rng=np.random.default_rng(3))
    assert fits(samples.sum(axis=0), exact)


def test_photons_are_conserved_and_their_mean_follows_the_unitary():
    """Mean photon numbers are sum_j s_j |U_ij|^2: interference never changes them."""
    circuit = TimeBinInterferometer()
    rng = np.random.default_rng(4)
    theta = rng.uniform(-np.pi, np.pi, 30)
    samples = circuit.sample_photons(theta, 20_000, rng=rng)
    assert (samples.sum(axis=1) == 8).all()
    mean = circuit.unitary(theta) ** 2 @ circuit.input_state
    deviation = np.abs(samples.mean(axis=0) - mean) / (samples.std(axis=0) / math.sqrt(20_000))
    assert deviation.max() < 5.5  # 16 bins: false-alarm rate 6e-7


def test_all_angles_at_a_right_angle_shift_the_bins():
    """Loop 1 moves every bin one step early, the first to the end; two loops move two steps."""
    state = (1, 2, 0, 0, 1, 0)
    for loops, shift in (((1,), 1), ((1, 1), 2), ((2,), 2)):
        circuit = TimeBinInterferometer(state, loops)
        theta = np.full(circuit.n_angles, np.pi / 2)
        samples = circuit.sample_photons(theta, 5, rng=np.random.default_rng(0))
        assert (samples == np.roll(state, -shift)).all()


def test_later_inputs_and_angles_cannot_reach_earlier_bins():
    """With loop 1, bin i hears of input bins up to i + 1 only."""
    rng = np.random.default_rng(0)
    theta = rng.uniform(-3, 3, 7)
    U = TimeBinInterferometer((1,) * 8, (1,)).unitary(theta)
    assert np.allclose(np.triu(U, k=2), 0.0)
    changed = theta.copy()
    changed[5:] += 1.0
    V = TimeBinInterferometer((1,) * 8, (1,)).unitary(changed)
    assert np.array_equal(U[:5], V[:5])


def test_same_seed_same_samples_other_seed_others():
    circuit = TimeBinInterferometer()
    theta = np.linspace(-1, 1, 30)
    first, again, other = (
        circuit.sample(theta, 50, rng=np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert first.dtype == np.uint8 and first.shape == (50, 16) and first.max() == 1


def test_shots_beyond_one_block_of_memory(monkeypatch):
    monkeypatch.setattr("pqkd_helpers.circuit_simulator.boson_sampling._BLOCK_FLOATS", 64)
    circuit = TimeBinInterferometer((1, 1, 0), (1,))
    samples = circuit.sample_photons([0.3, 0.4], 37, rng=np.random.default_rng(0))
    assert samples.shape == (37, 3) and (samples.sum(axis=1) == 2).all()


@pytest.mark.parametrize("angle", [0.0, np.pi, -np.pi, np.pi / 2, 1e6])
def test_special_and_huge_angles_work(angle):
    circuit = TimeBinInterferometer()
    clicks = circuit.sample(np.full(30, angle), 20, rng=np.random.default_rng(0))
    assert clicks.sum(axis=1).min() >= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 0), (1,)), "0 photons"),
        (((1, -1, 1), (1,)), "-1 photons in a bin"),
        (((1.5, 0.0), (1,)), "whole photon numbers"),
        (((True, False), (1,)), "whole photon numbers"),
        (((1,), (1,)), "2 or more time bins"),
        (((), (1,)), "2 or more time bins"),
        (((21, 0), (1,)), "from 1 to 20"),
        (((1, 0), (2,)), "from 1 to 1 is expected"),
        (((1, 0), (0,)), "loop length 0"),
        (((1, 0), (1.0,)), "loop length 1.0"),
        (((1, 0), ()), "at least one loop"),
    ],
)
def test_impossible_devices_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        TimeBinInterferometer(*arguments)


@pytest.mark.parametrize(
    ("theta", "n_shots", "message"),
    [
        (np.zeros(29), 1, r"theta has 29 angles, 30 expected \(15 \+ 15 over the loops \(1, 1\)\)"),
        (np.zeros((1, 30)), 1, "shape"),
        (np.full(30, np.nan), 1, r"theta\[0\] is nan"),
        (np.full(30, np.inf), 1, "finite"),
        (["a"] * 30, 1, "real angles"),
        (np.zeros(30, complex), 1, "real angles"),
        (np.zeros(30), 0, "n_shots is 0"),
        (np.zeros(30), 1.5, "n_shots is 1.5"),
        (np.zeros(30), True, "n_shots is True"),
    ],
)
def test_impossible_requests_are_refused(theta, n_shots, message):
    with pytest.raises(ValueError, match=message):
        TimeBinInterferometer().sample(theta, n_shots, rng=np.random.default_rng(0))


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_list_is_sampled_or_refused(theta):
    circuit = TimeBinInterferometer((1, 1, 0, 0), (1,))
    good = len(theta) == 3 and np.isfinite(theta).all()
    try:
        clicks = circuit.sample(theta, 3, rng=np.random.default_rng(0))
    except ValueError:
        assert not good
    else:
        assert good and clicks.shape == (3, 4)
