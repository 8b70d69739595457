"""The film of notebook 06 shows a run of SPSA: its angles, z that turns, and the average."""

from itertools import pairwise

import numpy as np
import pytest

from pqkd_helpers.feature_histograms import EMA
from pqkd_helpers.lessons.film import value_at
from pqkd_helpers.lessons.nb06_training_loop.films import directions, plane, run, turning_z


def angle(first, second):
    return np.degrees(np.arccos(np.clip(first @ second, -1.0, 1.0)))


def test_the_loss_falls_and_z_turns_a_long_way():
    _, losses, measured = run()
    z = directions(measured)
    assert losses[-1] < 0.2 * losses[0]
    assert angle(z[0], z[-1]) > 45.0


def test_the_average_is_late_and_turns_less_from_step_to_step():
    _, _, measured = run()
    average = EMA(0.9)
    kept = directions(np.stack([average.update(histogram) for histogram in measured]))
    fresh = directions(measured)
    steps = [np.mean([angle(a, b) for a, b in pairwise(v)]) for v in (fresh, kept)]
    assert steps[1] < 0.5 * steps[0]
    assert angle(kept[10], fresh[10]) > angle(kept[-1], fresh[-1])


def test_most_of_the_averages_length_lies_in_the_plane():
    _, _, measured = run()
    average = EMA(0.9)
    kept = directions(np.stack([average.update(histogram) for histogram in measured]))
    axes = plane(kept)
    assert axes @ axes.T == pytest.approx(np.eye(2), abs=1e-12)
    assert np.linalg.norm(kept @ axes.T, axis=1).min() > 0.85


def test_the_dials_needles_stand_at_the_angles():
    theta, _, _ = run()
    film = turning_z()
    needles = [
        part for part in film.parts
        if not isinstance(part, str) and part.pose and 'points="0,0 16,0"' in part.drawing
    ]  # fmt: skip
    turned = [value_at(needle.pose, film.still).turn for needle in needles]
    assert turned == pytest.approx(-np.degrees(theta[20]))
