import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from tests.circuit_simulator.devices import LISTED, circuits, draw_angles
from tests.reference.oracle import click_patterns, detected_photons

VECTORS = json.loads((Path(__file__).parents[1] / "reference" / "vectors.json").read_text())
TOLERANCE = 1e-12  # total variation distance

listed = pytest.mark.parametrize("circuit", LISTED.values(), ids=LISTED)


def case(name, seed=0):
    return LISTED[name], draw_angles(LISTED[name], seed)


def distance(p, q):
    return 0.5 * np.abs(np.asarray(p) - np.asarray(q)).sum()


def distance_to(truth, circuit, theta):
    """Total variation distance of the outcomes from a dict of all that are possible."""
    states, probabilities = circuit.photon_probabilities(theta)
    outcomes = list(map(tuple, states.tolist()))
    assert len(set(outcomes)) == len(outcomes)
    assert {outcome for outcome, p in truth.items() if p > 0} <= set(outcomes)
    return distance(probabilities, [truth.get(outcome, 0.0) for outcome in outcomes])


def halves(patterns):
    """Marginal distributions of the first and of the second half of the bits."""
    side = round(len(patterns) ** 0.5)
    table = np.reshape(patterns, (side, side))
    return np.stack([table.sum(axis=1), table.sum(axis=0)])


def from_vector(vector):
    circuit = TimeBinInterferometer(
        vector["input_state"],
        vector["loop_lengths"],
        phase_shifters=bool(vector["ps_angles"]),
        efficiency=vector.get("transmission", 1.0),
        indistinguishability=vector.get("x", 1.0) ** 2,
    )
    return circuit, [*vector["bs_angles"], *(vector["ps_angles"] or ())]


@pytest.mark.parametrize(
    "vector", VECTORS["small"] + VECTORS["imperfect"], ids=lambda vector: vector["id"]
)
def test_outcomes_agree_with_other_simulators(vector):
    for source in {"cudaq", "perceval"} & vector.keys():
        theirs = {tuple(map(int, key.split(","))): p for key, p in vector[source].items()}
        assert distance_to(theirs, *from_vector(vector)) < TOLERANCE


@pytest.mark.parametrize("vector", VECTORS["big"], ids=lambda vector: vector["id"])
def test_halves_of_16_modes_agree_with_another_simulator(vector):
    circuit, theta = from_vector(vector)
    exact = circuit.half_click_probabilities(theta)
    for half, theirs in zip(exact, vector["perceval_half_histograms"], strict=True):
        assert distance(half, theirs) < TOLERANCE


@given(circuits())
@example(case("loops 1 and 2"))
@example(case("loops 1 and 2 with phases"))
@example(case("everything"))
@settings(max_examples=60, deadline=None)
def test_outcomes_agree_with_the_oracle(drawn):
    circuit, theta = drawn
    assert distance_to(detected_photons(circuit, theta), circuit, theta) < TOLERANCE


@given(circuits())
@example(case("loops 1 and 2"))
@example(case("loops 1 and 2 with phases"))
@example(case("everything"))
@settings(max_examples=60, deadline=None)
def test_click_patterns_and_halves_agree_with_the_oracle(drawn):
    circuit, theta = drawn
    truth = click_patterns(circuit, theta)
    assert distance(circuit.click_probabilities(theta), truth) < TOLERANCE
    if circuit.n_modes % 2 == 0:
        exact = circuit.half_click_probabilities(theta)
        for half, expected in zip(exact, halves(truth), strict=True):
            assert distance(half, expected) < TOLERANCE


@listed
def test_a_batch_of_settings_is_each_setting_alone(circuit):
    theta = draw_angles(circuit, 1, batch=(3,))
    states, together = circuit.photon_probabilities(theta)
    assert together.shape == (3, len(states))
    for one, expected in zip(theta, together, strict=True):
        assert np.allclose(circuit.photon_probabilities(one)[1], expected, atol=1e-15)
    assert np.allclose(
        circuit.click_probabilities(theta), [circuit.click_probabilities(t) for t in theta]
    )
    if circuit.n_modes % 2 == 0:
        exact = circuit.half_click_probabilities(theta)
        alone = [circuit.half_click_probabilities(t) for t in theta]
        assert exact.shape == (3, 2, 2 ** (circuit.n_modes // 2))
        assert np.allclose(exact, alone, atol=1e-15)


def test_a_batch_beyond_one_block_of_memory():
    circuit = TimeBinInterferometer()
    theta = draw_angles(circuit, 2, batch=(5,))
    alone = [circuit.half_click_probabilities(t) for t in theta]
    assert np.allclose(circuit.half_click_probabilities(theta), alone, atol=1e-15)


def test_three_routes_agree_at_16_modes():
    """Halves by permanents, patterns by permanents, and outcomes multiplied out."""
    circuit = TimeBinInterferometer((1, 0, 0, 0, 2, 0) + (1,) + (0,) * 9)
    theta = draw_angles(circuit, 3)
    states, probabilities = circuit.photon_probabilities(theta)
    patterns = np.bincount(
        (states > 0) @ (1 << np.arange(15, -1, -1)), probabilities, minlength=2**16
    )
    assert np.abs(circuit.click_probabilities(theta) - patterns).max() < 1e-14
    for half, expected in zip(
        circuit.half_click_probabilities(theta), halves(patterns), strict=True
    ):
        assert distance(half, expected) < TOLERANCE


@pytest.mark.parametrize("angle", [0.0, np.pi / 2, -np.pi / 2, np.pi, -np.pi, 1e6, 0.7])
@listed
def test_probabilities_are_probabilities_at_special_angles(circuit, angle):
    theta = np.full(circuit.n_angles, angle)
    for p in (circuit.photon_probabilities(theta)[1], circuit.click_probabilities(theta)):
        assert (p >= 0).all() and p.sum() == pytest.approx(1, abs=1e-12)


def test_halves_of_the_default_device_are_probabilities_at_special_angles():
    for angle in (0.0, np.pi / 2, -np.pi, 1e6):
        exact = TimeBinInterferometer().half_click_probabilities(np.full(30, angle))
        assert (exact >= 0).all() and np.allclose(exact.sum(axis=1), 1, atol=1e-12)


def test_outcomes_keep_full_double_precision():
    """Errors of single precision, 1e-7, would hide in every looser test."""
    circuit = TimeBinInterferometer()
    theta = draw_angles(circuit, 4)
    _, probabilities = circuit.photon_probabilities(theta)
    assert abs(probabilities.sum() - 1) < 1e-13
    assert abs(circuit.half_click_probabilities(theta).sum() - 2) < 1e-12


@pytest.mark.parametrize(
    ("circuit", "method", "message"),
    [
        (TimeBinInterferometer((1, 0, 1)), "half_click_probabilities", "3 modes have no halves"),
        (TimeBinInterferometer((1,) * 26), "half_click_probabilities", "26 modes are too many"),
        (TimeBinInterferometer((1,) * 26), "click_probabilities", "26 modes are too many"),
        (TimeBinInterferometer((1,) * 24), "half_click_probabilities", "multiplications"),
        (TimeBinInterferometer((1,) * 24), "click_probabilities", "multiplications"),
        (TimeBinInterferometer((2000, 0), (1,)), "half_click_probabilities", "multiplications"),
        (TimeBinInterferometer((171, 0), (1,)), "photon_probabilities", "171 photons are too many"),
        (
            TimeBinInterferometer((11, 0), (1,), indistinguishability=0.5),
            "half_click_probabilities",
            "at most 10 photons",
        ),
        (TimeBinInterferometer((1,) * 16), "photon_probabilities", "300,540,195 outcomes"),
        (
            TimeBinInterferometer((1,) * 16, indistinguishability=0.5),
            "photon_probabilities",
            "65,536 ways",
        ),
        (
            TimeBinInterferometer((1, 0) * 8, efficiency=0.5),
            "photon_probabilities",
            "7,888,725 outcomes",
        ),
    ],
)
def test_what_is_too_large_is_refused_with_its_size(circuit, method, message):
    with pytest.raises(ValueError, match=message):
        getattr(circuit, method)(np.zeros(circuit.n_angles))


def test_batches_that_do_not_fit_in_memory_are_refused_with_their_size():
    circuit = TimeBinInterferometer((1,) + (0,) * 23)
    with pytest.raises(ValueError, match=r"1000 times, .* 2\^34 numbers"):
        circuit.click_probabilities(np.zeros((1000, circuit.n_angles)))
    circuit = TimeBinInterferometer((1, 0) * 500, (1,))
    with pytest.raises(ValueError, match="too many to list"):
        circuit.photon_probabilities(np.zeros((1000, circuit.n_angles)))


def test_ten_partly_distinguishable_photons_in_one_bin_are_computed():
    circuit = TimeBinInterferometer((10, 0), (1,), indistinguishability=0.25)
    exact = circuit.half_click_probabilities([0.6])
    # nothing to interfere with: each photon stays with probability cos^2
    stay = np.cos(0.6) ** 2
    assert np.allclose(exact[:, 0], [(1 - stay) ** 10, stay**10], atol=1e-12)
