"""The maps of notebook 09 show the cosines of what they were given, and where it turned most."""

import numpy as np
import pytest

from pqkd_helpers.lessons.nb09_controls.pictures import gram_matrices


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
