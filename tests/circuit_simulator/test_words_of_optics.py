"""What the notebooks say about the device in words of optics, with the numbers behind it."""

import math
from itertools import product

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.sampling.live_states import live_states


def splitter_with_memory(settings, pulses, phase=0.0):
    """Send pulses (m, n) through one loop, round by round; m + 1 settings of its splitter.

    At every time the splitter couples what the loop holds with what arrives. Returns what leaves,
    (m + 1, n), and what the loop holds at the end.
    """
    held, leaves = np.zeros(pulses.shape[1], complex), []
    for angle, arriving in zip(settings, [*pulses, np.zeros_like(held)], strict=True):
        c, s = np.cos(angle), np.sin(angle)
        leaves.append(c * held + s * arriving)
        held = np.exp(1j * phase) * (c * arriving - s * held)
    return np.array(leaves), held


def two_loops(theta, n_modes, phases=(0.0, 0.0)):
    """Return the transfer matrix of two such loops, each loaded and emptied by a full swap."""
    pulses = np.eye(n_modes, dtype=complex)
    for free, phase in zip(np.split(theta, 2), phases, strict=True):
        leaves, held = splitter_with_memory([0.0, *free, 0.0], pulses, phase)
        assert np.allclose(leaves[0], 0) and np.allclose(held, 0)  # loaded, and empty at the end
        pulses = leaves[1:]
    return pulses


def click_halves(theta, difference, state=(1, 0) * 4):
    """Return exact half histograms of two loops whose round-trip phases differ."""
    device = TimeBinInterferometer(state, loop_phases=(difference, 0.0))
    return device.half_click_probabilities(theta)


def distance(p, q):
    """Return the total variation between half histograms, mean of the two halves."""
    return 0.5 * np.abs(p - q).sum(axis=-1).mean(axis=-1)


@pytest.fixture(scope="module")
def theta():
    return np.random.default_rng(0).uniform(-np.pi, np.pi, (200, 14))


def test_a_loop_for_16_pulses_has_17_settings_15_of_them_free():
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, 30)
    assert np.allclose(two_loops(theta, 16), TimeBinInterferometer().unitary(theta))


@pytest.mark.parametrize("phases", [(1.1, 0.4), (0.0, 2.5), (-0.7, 0.0)])
def test_a_loops_phase_is_taken_up_at_every_round_of_a_pulse(theta, phases):
    U = TimeBinInterferometer((1, 0) * 4, loop_phases=phases).unitary(theta[0])
    assert np.allclose(U, two_loops(theta[0], 8, phases), atol=1e-14)


def test_a_phase_that_both_loops_share_drops_out(theta):
    U = TimeBinInterferometer((1, 0) * 4).unitary(theta[0])
    rounds = np.arange(8)[:, None] - np.arange(8) + 2  # from bin j to bin i, both loops together
    assert np.allclose(two_loops(theta[0], 8, (1.1, 1.1)), np.exp(1.1j * rounds) * U)
    shared = TimeBinInterferometer((1, 0) * 4, loop_phases=1.1)
    assert np.allclose(shared.half_click_probabilities(theta), click_halves(theta, 0.0), atol=1e-13)


def test_a_small_difference_of_the_phases_counts_by_its_square(theta):
    """Without it all amplitudes are real; so a difference and its opposite are conjugates."""
    assert np.allclose(click_halves(theta, 0.7), click_halves(theta, -0.7), atol=1e-13)
    still = click_halves(theta, 0.0)
    moved = [distance(click_halves(theta, phase), still).mean() for phase in (0.01, 0.02)]
    assert moved[1] / moved[0] == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize(
    ("loops", "phases", "drops_out"),
    [
        ((2,), (0.9,), True),
        ((1, 1, 1), (0.9, 0.9, 0.9), True),
        ((1, 1, 1), (0.9, 0.9, 0.3), False),
        ((1, 2), (0.9, 1.8), True),  # in the ratio of the lengths: as a colour of light, detuned
        ((1, 2), (0.9, 0.9), False),
        ((3, 1), (0.9, 0.3), True),
        ((3, 1), (0.9, 0.9), False),
    ],
)
def test_phases_in_the_ratio_of_the_lengths_drop_out(loops, phases, drops_out):
    state, flaws = (1, 1, 0, 1, 0, 0), {"loop_efficiency": 0.8, "indistinguishability": 0.7}
    still = TimeBinInterferometer(state, loops, **flaws)
    turned = TimeBinInterferometer(state, loops, loop_phases=phases, **flaws)
    angles = np.random.default_rng(3).uniform(-np.pi, np.pi, still.n_angles)
    apart = np.abs(turned.click_probabilities(angles) - still.click_probabilities(angles)).max()
    assert (apart < 1e-14) if drops_out else (apart > 1e-3)


def test_a_difference_of_the_phases_is_a_ramp_between_the_loops(theta):
    device = TimeBinInterferometer((1, 0) * 4, phase_shifters=True)
    ramp = 0.7 * np.arange(-7, 0)
    U = device.unitary(np.concatenate([theta[0], ramp, np.zeros(7)]))
    slow = two_loops(theta[0], 8, (1.1, 0.4))
    at_bins = np.exp(1j * np.arange(8)[:, None] * 0.4), np.exp(-1j * np.arange(8) * 1.1)
    ratio = slow / (at_bins[0] * at_bins[1] * np.where(np.abs(U) > 1e-9, U, 1.0))
    assert np.ptp(ratio[np.abs(U) > 1e-9]) == pytest.approx(0, abs=1e-8)  # one phase for all


def test_a_quarter_wave_between_the_loops_moves_more_than_a_quarter_of_the_half_histograms(theta):
    moved = distance(click_halves(theta, np.pi / 2), click_halves(theta, 0.0))
    assert np.median(moved) == pytest.approx(0.28, abs=0.03)


def test_half_a_wave_between_the_loops_is_another_sign_of_the_first_loops_angles(theta):
    flipped = np.hstack([-theta[:, :7], theta[:, 7:]])
    assert np.allclose(click_halves(theta, np.pi), click_halves(flipped, 0.0))
    assert np.median(distance(click_halves(theta, np.pi), click_halves(theta, 0.0))) > 0.3


def test_thirty_splitters_in_bricks_are_another_device():
    """Two pairs of layers of 8 and 7 splitters: 30 angles and 16 modes too, but a short reach."""
    layers = 2 * [range(0, 15, 2), range(1, 15, 2)]
    assert sum(map(len, layers)) == TimeBinInterferometer().n_angles == 30
    rng, bricks = np.random.default_rng(2), np.eye(16)
    for i in (i for layer in layers for i in layer):
        c, s = np.cos(angle := rng.uniform(0.3, 1.2)), np.sin(angle)
        bricks[[i, i + 1]] = np.array([[c, s], [-s, c]]) @ bricks[[i, i + 1]]
    loops = TimeBinInterferometer().unitary(rng.uniform(0.3, 1.2, 30))
    furthest = [np.flatnonzero(np.abs(U[:, 0]) > 1e-12).max() for U in (bricks, loops)]
    assert furthest == [4, 15]


@pytest.mark.parametrize("n", [1, 8, 40])
def test_two_loops_of_length_1_hold_few_states_for_any_number_of_photons(n):
    assert len(live_states(n, 2)) == (n + 1) * (n + 2) // 2
    assert len(live_states(8, 2)) == 45


def test_the_visibility_is_the_squared_overlap_of_a_pair_and_no_share_of_photons():
    """Were a tenth of the photons unlike all others, the dip would be less deep."""
    angle = [np.pi / 4]
    alike = TimeBinInterferometer((1, 1), (1,), indistinguishability=0.9)
    marbles = TimeBinInterferometer((1, 1), (1,), indistinguishability=0.0)
    together = alike.click_probabilities(angle)[0b11]
    assert together == pytest.approx(0.05)
    one_bad_of_ten = (1 - 0.9**2) * marbles.click_probabilities(angle)[0b11]
    assert one_bad_of_ten == pytest.approx(0.095)


def test_loss_at_the_source_equals_loss_at_the_detector():
    """A loss that is the same for every photon commutes with the network."""
    angles, source = np.array([0.4, -1.1, 2.0, 0.9, -0.3, 1.7]), 0.7
    after = TimeBinInterferometer((1, 1, 0, 1), efficiency=source).click_probabilities(angles)
    before = np.zeros(16)
    for kept in product((0, 1), repeat=3):
        chance = math.prod(source if k else 1 - source for k in kept)
        if any(kept):
            state = (kept[0], kept[1], 0, kept[2])
            before += chance * TimeBinInterferometer(state).click_probabilities(angles)
        else:
            before[0] += chance  # nothing entered, nothing clicks
    assert np.allclose(before, after)


def test_where_all_angles_are_multiples_of_a_right_angle_the_outcome_is_certain_and_flat():
    circuit, rng = TimeBinInterferometer(), np.random.default_rng(3)
    corners = np.pi / 2 * rng.integers(-2, 3, (20, 30))
    h = circuit.half_click_probabilities(corners)
    assert np.allclose(h * (1 - h), 0)
    slopes = circuit.half_click_gradient(corners, rng.normal(size=h.shape))
    assert np.abs(slopes).max() < 1e-12


def test_only_multiples_of_pi_are_blind_in_two_loops():
    circuit, rng = TimeBinInterferometer(), np.random.default_rng(4)
    shift = 0.1 * rng.choice([-1.0, 1.0], (20, 30))
    for unit, blind in ((np.pi, True), (np.pi / 2, False)):
        corners = unit * (2 * rng.integers(-1, 1, (20, 30)) + 1)
        sides = [circuit.half_click_probabilities(corners + s * shift) for s in (1, -1)]
        assert np.allclose(*sides) == blind


@pytest.mark.parametrize(("loops", "settings"), [((1,), 16), ((1, 1), 32)])
def test_click_probabilities_have_exact_gradients_from_shifted_settings(loops, settings):
    """The general parameter-shift rule (arXiv:2107.12390; for photons arXiv:2409.16369).

    With n photons a probability is a sum of waves of whole frequencies up to 2n in each angle:
    4n settings an angle; 2n in a single loop, where only the even ones occur.
    """
    circuit, rng = TimeBinInterferometer(loop_lengths=loops), np.random.default_rng(5)
    angles = rng.uniform(-np.pi, np.pi, circuit.n_angles)
    weights = rng.normal(size=(2, 256))
    unit = {(1,): 2, (1, 1): 1}[loops]  # the lowest frequency
    k = np.arange(1, settings + 1)
    shift = (2 * k - 1) * np.pi / settings
    factor = unit * (-1.0) ** (k - 1) / (2 * settings * np.sin(shift / 2) ** 2)
    slopes = circuit.half_click_gradient(angles, weights)
    for number in (0, 7, circuit.n_angles - 1):
        shifted = np.tile(angles, (settings, 1))
        shifted[:, number] += shift / unit
        values = (circuit.half_click_probabilities(shifted) * weights).sum(axis=(1, 2))
        assert factor @ values == pytest.approx(slopes[number], abs=1e-10)
    assert settings * circuit.n_angles == {(1,): 240, (1, 1): 960}[loops]
