"""The pictures of notebook 02 show the numbers that they were given."""

import numpy as np

from pqkd_helpers.lessons.nb02_feature_histograms import explorer as widget
from pqkd_helpers.lessons.nb02_feature_histograms import pictures as draw


def points(axes, number):
    return np.asarray(axes.lines[number].get_ydata())


def test_the_measured_bins_stand_over_the_exact_ones():
    rng = np.random.default_rng(0)
    exact, measured = rng.dirichlet(np.ones(256), 2).ravel(), rng.random(512)
    first, second = draw.histogram_and_exact(exact, measured, 200).axes
    for axes, part in ((first, slice(256)), (second, slice(256, None))):
        order = np.argsort(-exact[part])
        np.testing.assert_array_equal(points(axes, 0), measured[part][order])
        heights = axes.collections[0].get_paths()[0].vertices[:, 1]
        assert heights.max() == exact[part].max()


def test_both_joint_laws_are_drawn_on_one_scale():
    joint = np.random.default_rng(1).dirichlet(np.ones(16)).reshape(4, 4)
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    left, right = draw.joint_and_product(joint, product).axes[:2]
    np.testing.assert_array_equal(left.images[0].get_array(), joint)
    np.testing.assert_array_equal(right.images[0].get_array(), product)
    assert left.images[0].get_clim() == right.images[0].get_clim() == (0.0, joint.max())


def test_the_noise_picture_shows_bound_law_and_measurement():
    shots = np.array([10, 100])
    (axes,) = draw.shot_noise(shots, [0.3, 0.1], [0.31, 0.11], [7.0, 2.0]).axes
    assert [points(axes, i).tolist() for i in range(3)] == [[7, 2], [0.31, 0.11], [0.3, 0.1]]
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_the_averages_picture_shows_both_series_and_the_jump():
    (axes,) = draw.moving_average([0.3, 0.2], [0.3, 0.25], jump=2).axes
    assert points(axes, 0).tolist() == [0.3, 0.2] and points(axes, 1).tolist() == [0.3, 0.25]
    assert set(axes.lines[2].get_xdata()) == {2}


def test_the_explorers_noise_follows_the_law_before_the_jump():
    exact = widget.exact_halves()[0].ravel()
    law = np.sqrt((2 - exact @ exact) / 100)
    raw, smoothed = widget.distances(100, 0.9)
    early = slice(0, widget.JUMP - 1)
    np.testing.assert_allclose(np.sqrt(np.mean(raw[early] ** 2)), law, rtol=0.1)
    settled = np.sqrt(np.mean(smoothed[25 : widget.JUMP - 1] ** 2))
    np.testing.assert_allclose(settled, law / np.sqrt(19), rtol=0.25)


def test_the_explorers_average_recovers_from_the_jump_as_powers_of_beta():
    _, smoothed = widget.distances(1000, 0.9)
    after = smoothed[widget.JUMP - 1 : widget.JUMP + 5]
    np.testing.assert_allclose(after[1:] / after[:-1], 0.9, atol=0.03)


def test_without_smoothing_both_series_are_one():
    raw, smoothed = widget.distances(50, 0.0)
    np.testing.assert_array_equal(raw, smoothed)
