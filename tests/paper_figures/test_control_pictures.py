"""What the pictures of the controls show is what they were given."""

from functools import partial

import numpy as np
import pytest

from pqkd_helpers.paper_figures.controls.curves import (
    error_over_length,
    error_over_turning,
    learning_curves,
)


def test_learning_curves_are_means_over_the_seeds():
    errors = {"light": np.array([[50.0, 20.0], [40.0, 10.0]]), "coins": np.array([[60.0, 30.0]])}
    (axes,) = learning_curves(errors).axes
    light, coins = axes.lines
    assert np.allclose(light.get_ydata(), [45.0, 15.0]) and np.allclose(light.get_xdata(), [1, 2])
    assert (light.get_label(), coins.get_label()) == ("light (2)", "coins (1)")


def test_every_learning_curve_can_be_told_from_the_others_in_grey():
    (axes,) = learning_curves({str(arm): np.ones((1, 2)) for arm in range(8)}).axes
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 8


GROUPS = {"photonic": "", "uniform-bits": "instead", "gaussian-drift": "instead"}


def test_every_run_is_a_point_over_its_turning():
    points = {
        "uniform-bits": np.array([[30.0, 15.0], [32.0, 17.0]]),
        "photonic": np.array([[1.0, 12.0], [2.0, 11.0]]),
        "gaussian-drift": np.array([[3.0, 12.0]]),
    }
    figure = error_over_turning(points, GROUPS, named=["uniform-bits"])
    (axes,) = figure.axes
    drawn = dict(zip(("photonic", "uniform-bits", "gaussian-drift"), axes.lines, strict=True))
    for arm, line in drawn.items():
        assert np.allclose(line.get_xydata(), points[arm])
    markers = {arm: line.get_marker() for arm, line in drawn.items()}
    assert markers["photonic"] != markers["uniform-bits"] == markers["gaussian-drift"]
    (name,) = axes.texts
    assert name.get_text() == "uniform-bits" and np.allclose(name.xy, [31.0, 16.0])
    (legend,) = figure.legends
    assert len(legend.texts) == 2  # each group once


def test_runs_of_one_length_are_averaged_in_the_order_of_the_lengths():
    points = {"light": np.array([[10.0, 12.0], [1.0, 80.0], [10.0, 14.0]])}
    (axes,) = error_over_length(points).axes
    means, dots = axes.lines
    assert np.allclose(means.get_xydata(), [[1.0, 80.0], [10.0, 13.0]])
    assert np.allclose(dots.get_xydata(), points["light"]) and axes.get_xscale() == "log"


@pytest.mark.parametrize(
    "draw",
    [learning_curves, partial(error_over_turning, groups=GROUPS), error_over_length],
    ids=["learning", "turning", "length"],
)
def test_axes_have_units(draw):
    (axes,) = draw({"photonic": np.array([[1.0, 12.0], [2.0, 11.0]])}).axes
    assert "(" in axes.get_ylabel() and axes.get_xlabel()
