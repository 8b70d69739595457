"""How much of z is left when the angles move: laws of the measure, not its values."""

import numpy as np
import pytest

from pqkd_helpers.lessons.nb09_controls.pictures import N_ANGLES, left_of_z


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
