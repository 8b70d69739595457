"""The films of notebook 01 show what the simulator gives."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.lessons.film import value_at
from pqkd_helpers.lessons.nb01_circuit_simulator.hong_ou_mandel_film import hong_ou_mandel_film
from pqkd_helpers.lessons.nb01_circuit_simulator.one_shot_film import (
    light_in_loop,
    one_shot,
    shot_film,
)


def test_two_loops_pulse_by_pulse_are_the_transfer_matrix():
    device = TimeBinInterferometer((1, 0, 1, 1, 0, 0))
    theta = np.random.default_rng(0).uniform(-np.pi, np.pi, device.n_angles)
    between, _ = light_in_loop(theta[:5], np.eye(6))
    leaving, _ = light_in_loop(theta[5:], between)
    assert np.allclose(leaving, device.unitary(theta))


def test_no_light_is_lost_at_any_pulse():
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, 5)
    arriving = np.random.default_rng(2).standard_normal((6, 3))
    leaving, held = light_in_loop(theta, arriving)
    come = np.cumsum((arriving**2).sum(axis=1))
    gone = np.concatenate([[0.0], np.cumsum((leaving[:-1] ** 2).sum(axis=1))])
    assert np.allclose(come, gone + (held**2).sum(axis=1))


def test_an_amplitude_stays_one_round_and_meets_the_next_pulse():
    first_pulse = np.eye(3)[:, :1]
    leaving, held = light_in_loop([0.0, np.pi / 2], first_pulse)
    assert np.allclose(held[0], 1.0) and np.allclose(leaving[0], 1.0)  # 0 degrees: leaves as bin 0
    leaving, held = light_in_loop([np.pi / 2, 0.0], first_pulse)
    assert np.allclose(leaving[0], 0.0) and np.allclose(held[1] ** 2, 1.0)  # 90: round again


def test_the_bits_are_those_of_a_shot_of_the_notebook():
    film = one_shot()
    device, rng = TimeBinInterferometer(), np.random.default_rng(2)
    theta = rng.uniform(-np.pi, np.pi, device.n_angles)
    bits = device.sample(theta, 20_000, rng=rng)[0]
    clicks = ", ".join(map(str, np.flatnonzero(bits)))
    assert f"clicks in the time bins {clicks}:" in film.alt


def test_at_the_end_all_bits_are_known_and_no_light_is_left():
    bits = np.array([1, 0, 0, 1])
    film = shot_film((1, 0, 1, 0), np.linspace(-1.0, 2.0, 6), bits)
    seen = [
        part.drawing
        for part in film.parts
        if not isinstance(part, str)
        and part.opacity
        and value_at(part.opacity, film.seconds)
        and isinstance(part.drawing, str)
    ]
    assert [int(bit) for bit in re.findall(r">([01])</text>", "".join(seen))] == bits.tolist()
    assert not [drawing for drawing in seen if "<circle" in drawing]


def test_a_discs_area_is_the_mean_number_of_photons():
    theta = np.random.default_rng(3).uniform(-np.pi, np.pi, 6)
    film = shot_film((1, 0, 1, 0), theta, np.zeros(4))
    unitary = TimeBinInterferometer((1, 0, 1, 0)).unitary(theta)
    means = (unitary[:, [0, 2]] ** 2).sum(axis=1)
    drawn = [
        float(re.search(r'r="([\d.]+)"', part.drawing)[1])
        for part in film.parts
        if not isinstance(part, str)
        and isinstance(part.drawing, str)
        and "fill-opacity" in part.drawing
        and part.pose
        and part.pose[-1][1].x == 570.0
    ]
    assert drawn == pytest.approx(np.maximum(12.0 * np.sqrt(means), 2.0), abs=0.06)


@pytest.mark.parametrize(("degrees", "chance"), [(0, 1.0), (30, 0.25), (45, 0.0), (90, 1.0)])
def test_the_amplitudes_add_up_to_the_chance_of_the_dip(degrees, chance):
    film = hong_ou_mandel_film()
    second = 1.5 + degrees / 9.0 + 2.5 * (degrees > 45)
    stay, change, total, dot = [
        value_at(part.pose, second)
        for part in film.parts
        if not isinstance(part, str) and part.pose
    ]
    assert -stay.high - change.high == pytest.approx(-total.high)
    assert total.high**2 == pytest.approx(chance)
    assert dot.y == pytest.approx(345.0 - 260.0 * chance)
    assert stay.y == change.y == 215.0  # one bar up from zero, one down


def test_the_reading_says_the_chance_at_45_degrees():
    svg = hong_ou_mandel_film().svg(motion="none")
    words = [element.text for element in ET.fromstring(svg).iter() if element.text]
    assert "θ = 45°, chance 0.00" in words and "θ = 60°, chance 0.25" in words
