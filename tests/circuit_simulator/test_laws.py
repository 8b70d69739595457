"""Laws of physics that the simulator must obey, whatever its method."""

import math

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.transfer_matrix import transfer_matrix
from tests.circuit_simulator.devices import draw_angles

ANGLES = [0.0, 0.3, math.pi / 4, 1.2]
OVERLAPS = [0.0, 0.36, 1.0]  # indistinguishability; 0.36 is an overlap x = 0.6


def outcome_probabilities(circuit, theta):
    states, probabilities = circuit.photon_probabilities(theta)
    return dict(zip(map(tuple, states.tolist()), probabilities, strict=True))


@pytest.mark.parametrize("indistinguishability", OVERLAPS)
@pytest.mark.parametrize("angle", ANGLES)
def test_hong_ou_mandel(angle, indistinguishability):
    """P(1,1) = 1 - (1 + I) sin^2(2 theta) / 2, and its dip at pi/4 has the visibility I."""
    circuit = TimeBinInterferometer((1, 1), (1,), indistinguishability=indistinguishability)
    apart = 1 - (1 + indistinguishability) * math.sin(2 * angle) ** 2 / 2
    p = outcome_probabilities(circuit, [angle])
    assert p[1, 1] == pytest.approx(apart, abs=1e-14)
    assert p[2, 0] == pytest.approx((1 - apart) / 2, abs=1e-14)
    assert circuit.click_probabilities([angle])[0b11] == pytest.approx(apart, abs=1e-14)


def test_photons_of_one_bin_split_like_coins_and_two_pairs_in_even_numbers():
    assert np.allclose(
        list(outcome_probabilities(TimeBinInterferometer((2, 0), (1,)), [0.4]).values()),
        [math.cos(0.4) ** 4, 2 * (math.sin(0.4) * math.cos(0.4)) ** 2, math.sin(0.4) ** 4],
    )
    pairs = outcome_probabilities(TimeBinInterferometer((2, 2), (1,)), [math.pi / 4])
    assert np.allclose(list(pairs.values()), [3 / 8, 0, 1 / 4, 0, 3 / 8], atol=1e-14)


def test_three_classical_particles_do_not_pair_up():
    """At x = 0 the particles interfere with nobody, not even with one another as a group."""
    circuit = TimeBinInterferometer((1, 1, 1), (1, 1), indistinguishability=0.0)
    theta = draw_angles(circuit, 0)
    alone = np.abs(circuit.unitary(theta)) ** 2
    expected = sum(alone[0, a] * alone[1, b] * alone[2, c] for a, b, c in PERMUTATIONS)
    assert outcome_probabilities(circuit, theta)[1, 1, 1] == pytest.approx(expected)


PERMUTATIONS = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


def test_one_photon_walks_down_the_chain():
    """One photon in bin 0, loop 1: p_k = cos^2(theta_k) times the sin^2 of all before."""
    theta = np.array([0.4, 1.1, -0.7])
    circuit = TimeBinInterferometer((1, 0, 0, 0), (1,))
    stays = np.append(np.cos(theta) ** 2, 1.0)
    exact = stays * np.cumprod(np.append(1.0, np.sin(theta) ** 2))
    assert np.allclose(circuit.photon_probabilities(theta)[1], exact, atol=1e-15)


@pytest.mark.parametrize("indistinguishability", OVERLAPS)
def test_two_point_functions_at_16_modes(indistinguishability):
    """<n_i n_k> = sum over j != l of |U_ij|^2 |U_kl|^2 + I Re(U_ij* U_kl* U_il U_kj)."""
    circuit = TimeBinInterferometer(indistinguishability=indistinguishability)
    theta = draw_angles(circuit, 1)
    n_shots = 40_000
    samples = circuit.sample_photons(theta, n_shots, rng=np.random.default_rng(0))
    U = circuit.unitary(theta)[:, ::2]
    crossed = (np.abs(U) ** 2).sum(axis=1)
    means = np.outer(crossed, crossed)
    exchange = np.abs(U @ U.conj().T) ** 2
    diagonal = np.einsum("ij,kj->ik", np.abs(U) ** 2, np.abs(U) ** 2)
    exact = means - diagonal + indistinguishability * (exchange - diagonal)
    pairs = np.triu_indices(16, k=1)
    products = samples[:, pairs[0]] * samples[:, pairs[1]]
    error = np.maximum(products.std(axis=0), 0.02) / math.sqrt(n_shots)
    deviation = (products.mean(axis=0) - exact[pairs]) / error
    assert np.abs(deviation).max() < 6.0  # 120 pairs: false-alarm rate 2e-7


def test_uniform_loss_thins_the_photon_numbers():
    circuit = TimeBinInterferometer((1, 2, 0, 1), (1, 2))
    lossy = TimeBinInterferometer((1, 2, 0, 1), (1, 2), efficiency=0.6)
    theta = draw_angles(circuit, 2)
    thinned = dict.fromkeys(outcome_probabilities(lossy, theta), 0.0)
    for outcome, p in outcome_probabilities(circuit, theta).items():
        for kept in np.ndindex(*(n + 1 for n in outcome)):
            thinned[kept] += p * math.prod(
                math.comb(n, k) * 0.6**k * 0.4 ** (n - k)
                for n, k in zip(outcome, kept, strict=True)
            )
    for outcome, p in outcome_probabilities(lossy, theta).items():
        assert p == pytest.approx(thinned[outcome], abs=1e-14)


def test_nothing_arrives_where_everything_is_lost():
    for flaws in ({"efficiency": 0.0}, {"efficiency": 0.0, "dark_count_probability": 0.3}):
        circuit = TimeBinInterferometer((1, 0, 1, 1), **flaws)
        theta = draw_angles(circuit, 3)
        assert not circuit.sample_photons(theta, 20, rng=np.random.default_rng(0)).any()
        dark = flaws.get("dark_count_probability", 0.0)
        bits = np.array([[(word >> k) & 1 for k in range(4)] for word in range(16)])
        expected = np.where(bits, dark, 1 - dark).prod(axis=1)
        assert np.allclose(circuit.click_probabilities(theta), expected, atol=1e-15)


def test_all_detectors_click_where_dark_counts_are_certain():
    circuit = TimeBinInterferometer(dark_count_probability=1.0)
    theta = draw_angles(circuit, 4)
    assert circuit.sample(theta, 5, rng=np.random.default_rng(0)).all()
    assert np.allclose(circuit.half_click_probabilities(theta)[:, -1], 1.0)


def test_a_loop_loses_light_once_per_round_and_only_what_goes_round():
    """A photon that goes round k times keeps the efficiency to the power k, loading included."""
    circuit = TimeBinInterferometer((1, 0, 0, 0), (1,), loop_efficiency=0.8)
    states, probabilities = circuit.photon_probabilities([np.pi / 2, np.pi / 2, 0.0])
    arrives = {tuple(s): p for s, p in zip(states.tolist(), probabilities, strict=True)}
    assert arrives[0, 0, 1, 0] == pytest.approx(0.8**3)
    assert arrives[0, 0, 0, 0] == pytest.approx(1 - 0.8**3)
    # at 90 degrees the second pulse leaves at once, whatever the loop does to its content
    straight = TimeBinInterferometer((0, 1, 0), (1,), loop_efficiency=0.0)
    assert straight.photon_probabilities([np.pi / 2, 0.0])[1].max() == pytest.approx(1.0)


@pytest.mark.parametrize("loops", [(1,), (1, 1), (2,), (3, 1), (5, 1), (1, 2, 4)])
def test_the_loss_of_a_way_through_loops_is_the_number_of_its_rounds(loops):
    """From bin j to bin i every way makes i // L - j // L + 1 rounds in a loop of length L."""
    kept, n = 0.8, 7
    lossy = TimeBinInterferometer((1,) * n, loops, loop_efficiency=kept)
    theta = draw_angles(lossy, 0)[None]
    bins = np.arange(n)
    expected = np.eye(n)
    first = 0
    for length in loops:
        angles = theta[:, first : (first := first + n - length)]
        rounds = bins[:, None] // length - bins // length + 1
        one = transfer_matrix(angles, n, (length,))[0]
        expected = np.where(np.abs(one) > 0, one * kept ** (rounds / 2), 0.0) @ expected
    found = transfer_matrix(theta, n, loops, loop_efficiency=(kept,) * len(loops))[0]
    assert np.allclose(found, expected)


def test_later_inputs_and_angles_cannot_reach_earlier_bins():
    """Bin i hears of inputs up to i + (sum of the loop lengths), in [1] of angles up to i."""
    for loops in ((1,), (1, 1), (1, 2)):
        reach = sum(loops)
        early = TimeBinInterferometer((1, 0, 1) + (0,) * 5, loops)
        late = TimeBinInterferometer((1, 0, 1) + (0,) * 4 + (2,), loops)
        theta = draw_angles(early, 5)
        first = [c.click_probabilities(theta).reshape(2 ** (7 - reach), -1).sum(axis=1)
                 for c in (early, late)]  # fmt: skip
        assert np.allclose(*first, atol=1e-15)
    circuit = TimeBinInterferometer((1,) * 8, (1,))
    theta = draw_angles(circuit, 6)
    changed = theta.copy()
    changed[5:] += 1.0
    U, V = circuit.unitary(theta), circuit.unitary(changed)
    assert np.array_equal(U[:5], V[:5]) and not np.allclose(U[5:], V[5:])
    assert np.allclose(np.triu(U, k=2), 0.0)


@pytest.mark.parametrize("loops", [(1,), (3, 1), (2, 2)])
def test_all_angles_reversed_change_nothing_where_signs_can_be_gauged_away(loops):
    circuit = TimeBinInterferometer((1, 1, 0, 2, 0), loops)
    theta = draw_angles(circuit, 7)
    p, q = (circuit.photon_probabilities(sign * theta)[1] for sign in (1, -1))
    assert np.allclose(p, q, atol=1e-14)


def test_all_angles_reversed_do_change_loops_of_mixed_parity():
    circuit = TimeBinInterferometer((1, 1, 0, 2, 0), (1, 2))
    theta = draw_angles(circuit, 7)
    p, q = (circuit.photon_probabilities(sign * theta)[1] for sign in (1, -1))
    assert 0.5 * np.abs(p - q).sum() > 0.1


def test_phases_of_the_last_loop_change_nothing_and_those_of_the_first_do():
    circuit = TimeBinInterferometer((1, 1, 0, 1), (1, 1), phase_shifters=True)
    theta = draw_angles(circuit, 8)
    theta[6:] = 0.0
    reference = circuit.photon_probabilities(theta)[1]
    for phases, changes in ((slice(9, 12), False), (slice(6, 9), True)):
        shifted = theta.copy()
        shifted[phases] = 1.0
        distance = 0.5 * np.abs(circuit.photon_probabilities(shifted)[1] - reference).sum()
        assert (distance > 0.01) == changes


def test_right_angles_shift_the_bins_and_zero_angles_leave_them():
    """Loop 1 moves every bin one step early, the first to the end; two loops move two steps."""
    state = (1, 2, 0, 0, 1, 0)
    for loops, shift in (((1,), 1), ((1, 1), 2), ((2,), 2)):
        circuit = TimeBinInterferometer(state, loops)
        for angle, expected in ((np.pi / 2, np.roll(state, -shift)), (0.0, state)):
            theta = np.full(circuit.n_angles, angle)
            samples = circuit.sample_photons(theta, 5, rng=np.random.default_rng(0))
            assert (samples == expected).all()


def test_one_right_angle_swaps_its_two_bins():
    circuit = TimeBinInterferometer((1, 2, 3, 4), (1, 2))
    for k, (first, second) in enumerate([(0, 1), (1, 2), (2, 3), (0, 2), (1, 3)]):
        expected = [1, 2, 3, 4]
        expected[first], expected[second] = expected[second], expected[first]
        theta = np.zeros(5)
        theta[k] = np.pi / 2
        sample = circuit.sample_photons(theta, 1, rng=np.random.default_rng(0))
        assert sample.tolist() == [expected]
