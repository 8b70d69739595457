"""Maps and measures of notebook 09: laws, not values."""

import numpy as np
import pytest

from pqkd_helpers.lessons.nb09_controls.pictures import N_ANGLES, gram_matrices, left_of_z


def of_the_first_angle(theta):
    """Return a feature that turns as far as the first angle does."""
    return np.array([np.cos(theta[0]), np.sin(theta[0])])


@pytest.mark.parametrize("delta", [0.0, 0.3, 1.0])
def test_a_feature_that_turns_with_an_angle_keeps_the_cosine_of_its_step(delta):
    assert left_of_z(of_the_first_angle, delta) == pytest.approx(np.cos(delta))


def test_the_length_of_the_feature_does_not_matter():
    longer = left_of_z(lambda theta: 7.0 * (1.0 + theta[1] ** 2) * of_the_first_angle(theta), 0.5)
    assert longer == pytest.approx(left_of_z(of_the_first_angle, 0.5))


def test_all_angles_move():
    for angle in range(N_ANGLES):
        assert left_of_z(lambda theta, k=angle: of_the_first_angle(theta[k:]), 1.0) < 0.6


def turning(epochs, degrees_at):
    """Return z in a plane that turns by 2 degrees an epoch, and by 50 before one epoch."""
    turns = np.full(epochs - 1, 2.0)
    turns[degrees_at - 2] = 50.0
    angles = np.radians(np.concatenate([[0.0], np.cumsum(turns)]))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_every_map_is_of_the_cosines_of_all_pairs():
    z = turning(8, degrees_at=5)
    *maps, _ = gram_matrices({"a": z, "b": 3.0 * z, "c": z[::-1]}).axes
    assert [axes.get_title() for axes in maps] == ["a", "b", "c"]
    for axes, expected in zip(maps, (z @ z.T, z @ z.T, (z @ z.T)[::-1, ::-1]), strict=True):
        assert np.asarray(axes.images[0].get_array()) == pytest.approx(expected)


def test_the_arrow_points_between_the_epochs_with_the_largest_turn():
    first, second, _ = gram_matrices({"a": turning(8, 5), "b": turning(8, 5)}, ["b"]).axes
    assert not first.texts
    (arrow,) = second.texts
    assert arrow.xy == (4.5, 4.5)  # epochs 4 and 5
