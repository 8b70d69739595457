"""Many photons: numbers that are right to the last digits, or a refusal; never nonsense."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pqkd_helpers.circuit_simulator import (
    SinglePhotonCircuit,
    TimeBinInterferometer,
    device,
    fock_beam_splitter,
    single_photon,
)
from pqkd_helpers.circuit_simulator.exact import click_probabilities, photon_probabilities
from pqkd_helpers.circuit_simulator.fock_beam_splitter import fock_beam_splitters
from pqkd_helpers.circuit_simulator.sampling import series_of_loops
from tests.circuit_simulator.devices import draw_angles

EDGE = photon_probabilities.MOST_PHOTONS
RATIONAL = math.atan2(4, 3)  # cos = 3/5, sin = 4/5


def in_pairs(n):
    """n photons in either input of a 50:50 splitter leave in even numbers, by the arcsine law."""
    law = [Fraction(0)] * (2 * n + 1)
    for k in range(n + 1):
        law[2 * k] = Fraction(math.comb(2 * k, k) * math.comb(2 * n - 2 * k, n - k), 4**n)
    return law


def through_splitters(numbers):
    """The law behind one loop of splitters with cos = 3/5, sin = 4/5, in whole numbers.

    Each photon is a linear form of the output modes; their product is multiplied out.
    """
    rows = [[int(i == j) for j in range(len(numbers))] for i in range(len(numbers))]
    for i in range(len(numbers) - 1):
        first, second = rows[i], rows[i + 1]
        rows[i] = [3 * a + 4 * b for a, b in zip(first, second, strict=True)]
        rows[i + 1] = [-4 * a + 3 * b for a, b in zip(first, second, strict=True)]
        for k in [*range(i), *range(i + 2, len(numbers))]:
            rows[k] = [5 * a for a in rows[k]]
    product = {(0,) * len(numbers): 1}
    for j, number in enumerate(numbers):
        for _ in range(number):
            longer = {}
            for powers, coefficient in product.items():
                for i, row in enumerate(rows):
                    key = (*powers[:i], powers[i] + 1, *powers[i + 1 :])
                    longer[key] = longer.get(key, 0) + coefficient * row[j]
            product = longer
    scale = 25 ** ((len(numbers) - 1) * sum(numbers)) * math.prod(map(math.factorial, numbers))
    return {
        powers: Fraction(coefficient**2 * math.prod(map(math.factorial, powers)), scale)
        for powers, coefficient in product.items()
    }


@pytest.mark.parametrize("n", [1, 8, 20, 30, 50, 70, EDGE // 2])
def test_photons_from_both_sides_of_a_splitter_leave_in_pairs(n):
    states, p = TimeBinInterferometer((n, n), (1,)).photon_probabilities([np.pi / 4])
    law = [float(in_pairs(n)[k]) for k in states[:, 0]]
    assert np.abs(p - law).max() < 1e-14
    assert abs(p.sum() - 1) < 1e-12


@pytest.mark.parametrize(
    "numbers", [(40, 25), (130, 3), (0, 60), (60, 60), (9, 12, 7), (14, 0, 14)]
)
def test_whole_numbers_agree(numbers):
    circuit = TimeBinInterferometer(numbers, (1,))
    states, p = circuit.photon_probabilities(np.full(circuit.n_angles, RATIONAL))
    law = through_splitters(numbers)
    assert sum(law.values()) == 1
    assert np.abs(p - [float(law.get(tuple(s), 0)) for s in states.tolist()]).max() < 1e-14


@st.composite
def crowded(draw):
    """A device with up to the largest number of photons, and few enough outcomes for a test."""
    n_modes = draw(st.integers(2, 4))
    most = {2: EDGE, 3: EDGE, 4: 40}[n_modes]
    photons = st.integers(0, most).flatmap(
        lambda total: st.lists(st.integers(0, total), min_size=n_modes - 1, max_size=n_modes - 1)
    )
    cuts = sorted(draw(photons))
    total = draw(st.integers(max(cuts[-1], 1), most))
    numbers = np.diff([0, *cuts, total]).tolist()
    loops = draw(st.lists(st.integers(1, n_modes - 1), min_size=1, max_size=2))
    circuit = TimeBinInterferometer(numbers, loops, phase_shifters=draw(st.booleans()))
    return circuit, draw_angles(circuit, draw(st.integers(0, 2**32 - 1)))


def at(angle, *numbers):
    circuit = TimeBinInterferometer(numbers, (1,))
    return circuit, np.full(circuit.n_angles, angle)


@given(crowded())
@example(at(np.pi / 4, EDGE // 2, EDGE // 2))
@example(at(1.0, EDGE // 3, EDGE // 3, EDGE // 3))
@settings(max_examples=15, deadline=None)
def test_up_to_the_largest_number_the_sum_is_1_and_the_means_are_those_of_light(drawn):
    """The mean photon number of a bin is that of classical light: sum_j |U_ij|^2 s_j."""
    circuit, theta = drawn
    states, p = circuit.photon_probabilities(theta)
    assert p.min() >= 0 and abs(p.sum() - 1) < 1e-12
    light = np.abs(circuit.unitary(theta)) ** 2 @ circuit.input_state
    assert np.abs(p @ states - light).max() < 1e-11 * circuit.n_photons


def test_flawed_light_of_many_photons():
    """Loss thins the numbers; photons that do not interfere are coins."""
    circuit = TimeBinInterferometer((30, 30), (1,), loop_efficiency=0.7, efficiency=0.9)
    states, p = circuit.photon_probabilities([0.6])
    light = (np.abs(circuit.detected_columns(np.array([[0.6]]))[0]) ** 2) @ [30, 30]
    assert abs(p.sum() - 1) < 1e-12 and np.allclose(p @ states, light, rtol=1e-12)
    circuit = TimeBinInterferometer((EDGE, 0), (1,), indistinguishability=0.0)
    states, p = circuit.photon_probabilities([RATIONAL])
    law = [math.comb(EDGE, k) * Fraction(9, 25) ** k * Fraction(16, 25) ** (EDGE - k)
           for k in states[:, 0].tolist()]  # fmt: skip
    assert np.abs(p - np.array(law, dtype=float)).max() < 1e-14


def test_one_photon_more_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(photon_probabilities, "take_apart", lambda columns: pytest.fail("worked"))
    circuit = TimeBinInterferometer((EDGE, 1), (1,))
    with pytest.raises(ValueError, match=f"{EDGE + 1} photons are too many"):
        circuit.photon_probabilities([0.3])


def test_the_matrices_of_a_splitter_are_orthogonal_up_to_the_largest_number():
    *_, B = fock_beam_splitters(np.array([1e-9, np.pi / 4, 3.0]), EDGE)
    for matrix in np.moveaxis(B, -1, 0):
        assert np.abs(matrix @ matrix.T - np.eye(EDGE + 1)).max() < 1e-12


@pytest.mark.parametrize("n", [4, 8])
def test_dark_bins_of_many_photons(n):
    """No light in bin 0: all photons are in the other."""
    circuit = TimeBinInterferometer((n, n), (1,))
    halves = circuit.half_click_probabilities([np.pi / 4])
    expected = float(in_pairs(n)[0])
    assert np.allclose(halves[:, 0], expected, rtol=1e-12)
    assert np.allclose(circuit.click_probabilities([np.pi / 4])[[1, 2]], expected, rtol=1e-12)


def test_two_photons_make_two_clicks_at_most_in_many_bins():
    """Of 2^18 patterns 172 are possible. The rounding errors of the others would add up."""
    circuit = TimeBinInterferometer((1, 0, 1) + (0,) * 15)
    p = circuit.click_probabilities(draw_angles(circuit, 0))
    clicks = np.array([word.bit_count() for word in range(2**18)])
    assert (p[clicks > 2] == 0).all() and abs(p.sum() - 1) < 1e-14


class TestGuards:
    """Where a method goes wrong all the same, its result is not handed out."""

    circuit = TimeBinInterferometer((2, 1, 0, 1), (1, 1))
    theta = np.full(6, 0.7)

    @pytest.fixture
    def wrong_splitters(self, monkeypatch):
        right = fock_beam_splitter._weights
        monkeypatch.setattr(
            fock_beam_splitter,
            "_weights",
            lambda *sizes: tuple(weights * (1 + 1e-7) for weights in right(*sizes)),
        )

    def test_of_the_splitters(self, wrong_splitters):
        one_loop = TimeBinInterferometer((2, 1, 0, 1), (1,))
        series = TimeBinInterferometer((1, 0) * 16, (1, 1))
        for work in (
            lambda: self.circuit.photon_probabilities(self.theta),
            lambda: one_loop.sample(self.theta[:3], 5, rng=np.random.default_rng(0)),
            lambda: series.sample(np.full(62, 0.7), 5, rng=np.random.default_rng(0)),
        ):
            with pytest.raises(FloatingPointError, match="beam splitter: the sum is off"):
                work()

    @pytest.mark.parametrize("factor", [1 + 1e-7, 1 - 1e-7, np.nan])
    def test_of_the_transfer_matrix(self, monkeypatch, factor):
        right = device.transfer_matrix
        for module in (device, single_photon):
            monkeypatch.setattr(
                module, "transfer_matrix", lambda *args, **names: factor * right(*args, **names)
            )
        for work in (
            lambda: self.circuit.photon_probabilities(self.theta),
            lambda: self.circuit.click_probabilities(self.theta),
            lambda: self.circuit.half_click_probabilities(self.theta),
            lambda: self.circuit.half_click_gradient(self.theta, np.ones((2, 4))),
            lambda: self.circuit.sample(self.theta, 5, rng=np.random.default_rng(0)),
            lambda: SinglePhotonCircuit(4).probabilities(self.theta),
        ):
            with pytest.raises(FloatingPointError, match="lost to rounding"):
                work()

    def test_of_the_permanents(self, monkeypatch):
        right = click_probabilities.vacuum_probabilities
        monkeypatch.setattr(
            click_probabilities, "vacuum_probabilities", lambda *args: (1 + 1e-7) * right(*args)
        )
        for work in (
            lambda: self.circuit.click_probabilities(self.theta),
            lambda: self.circuit.half_click_probabilities(self.theta),
            lambda: self.circuit.half_click_gradient(self.theta, np.ones((2, 4))),
        ):
            with pytest.raises(FloatingPointError, match="click probabilities: the sum is off"):
                work()

    def test_of_the_light_in_loops_in_series(self, monkeypatch):
        series = TimeBinInterferometer((1, 0) * 16, (1, 1), loop_efficiency=0.9)
        monkeypatch.setattr(
            series_of_loops, "_loss_probabilities", lambda most, efficiency: np.eye(most + 1) / 2
        )
        with pytest.raises(FloatingPointError, match="light in the loops"):
            series.sample(np.full(62, 0.7), 5, rng=np.random.default_rng(0))
