"""What the pictures of the controls show is what they were given."""

import numpy as np
import pytest

from pqkd_helpers.paper_figures.controls.comparison import controls
from pqkd_helpers.paper_figures.controls.contrasts import (
    CIRCUIT,
    FOLLOW_UP,
    KNOWN,
    NULL,
    OTHER_SOURCES,
    PRIMARY,
    STUDENTS,
)
from pqkd_helpers.paper_figures.controls.curves import (
    error_over_length,
    error_over_turning,
    learning_curves,
)
from pqkd_helpers.paper_figures.controls.forest import BLOCKS, DIFFERENCE, IN_PLAIN_WORDS, forest
from pqkd_helpers.publishing.figures import AT_ONE_RECIPE
from pqkd_helpers.records import Catalogue
from pqkd_helpers.statistics.means import mean_of

STORED = Catalogue()


def test_learning_curves_are_means_over_the_seeds():
    errors = {"light": np.array([[50.0, 20.0], [40.0, 10.0]]), "coins": np.array([[60.0, 30.0]])}
    (axes,) = learning_curves(errors).axes
    light, coins = axes.lines
    assert np.allclose(light.get_ydata(), [45.0, 15.0]) and np.allclose(light.get_xdata(), [1, 2])
    assert (light.get_label(), coins.get_label()) == ("light (2)", "coins (1)")


def test_every_learning_curve_can_be_told_from_the_others_in_grey():
    (axes,) = learning_curves({str(arm): np.ones((1, 2)) for arm in range(8)}).axes
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 8


def test_every_run_is_a_point_over_its_turning_and_two_arms_are_named():
    points = {
        "uniform-bits": np.array([[30.0, 15.0], [32.0, 17.0]]),
        "photonic": np.array([[1.0, 12.0], [2.0, 11.0]]),
        "gaussian-drift": np.array([[3.0, 12.0]]),
    }
    (axes,) = error_over_turning(points, named=["photonic", "uniform-bits"]).axes
    others, light, bits = axes.lines
    assert np.allclose(others.get_xydata(), points["gaussian-drift"])
    assert np.allclose(light.get_xydata(), points["photonic"])
    assert np.allclose(bits.get_xydata(), points["uniform-bits"])
    assert (light.get_label(), bits.get_label()) == ("the light", "coin tosses")
    assert len({line.get_marker() for line in axes.lines}) == 3


def made_up_rows(*groups):
    arms = {"planned": "yoked", "circuit": "marginals", "students": "narrow-cnn"}
    return [
        {"arm": arms[group], "group": group, "n": 5, DIFFERENCE: mean_of([1.0, 2.0, 1.5])}
        for group in groups
    ]


def test_the_forest_has_a_block_per_kind_of_control_and_plain_words():
    figure = forest(made_up_rows("circuit", "planned", "students"), margin=0.5)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == list(BLOCKS)
    labels = [axes.get_yticklabels()[0].get_text() for axes in figure.axes]
    assert labels[0] == "another run's z (5)"
    assert len(forest(made_up_rows("planned"), margin=0.5).axes) == 1


def test_a_legend_tells_a_family_from_the_checks():
    rows = [*made_up_rows("planned"), {**made_up_rows("planned")[0], "group": "checks"}]
    (legend,) = forest(rows, margin=0.5).legends
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["family 1, planned first", "checks of the experiment"]
    assert not forest(made_up_rows("planned"), margin=0.5).legends


def test_the_readme_shows_five_opponents_that_have_the_lights_recipe():
    result = STORED.once(controls)
    recipes = {row["arm"]: row["recipe"] for row in result.rows}
    assert {recipes[arm] for arm in AT_ONE_RECIPE} == {recipes["photonic"]}
    (axes,) = result.of(*AT_ONE_RECIPE).draw().axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [f"{IN_PLAIN_WORDS[arm]} (42)" for arm in AT_ONE_RECIPE] and len(labels) == 5


def test_every_control_has_plain_words():
    arms = {
        *PRIMARY.values(),
        *FOLLOW_UP.values(),
        NULL,
        KNOWN,
        *CIRCUIT,
        *OTHER_SOURCES,
        *STUDENTS,
    }
    assert {*IN_PLAIN_WORDS} == {*arms, "zero", "photonic"}
    assert len({*IN_PLAIN_WORDS.values()}) == len(IN_PLAIN_WORDS)


def test_runs_of_one_length_are_averaged_in_the_order_of_the_lengths():
    points = {"light": np.array([[10.0, 12.0], [1.0, 80.0], [10.0, 14.0]])}
    (axes,) = error_over_length(points).axes
    means, dots = axes.lines
    assert np.allclose(means.get_xydata(), [[1.0, 80.0], [10.0, 13.0]])
    assert np.allclose(dots.get_xydata(), points["light"]) and axes.get_xscale() == "log"


@pytest.mark.parametrize(
    "draw",
    [learning_curves, error_over_turning, error_over_length],
    ids=["learning", "turning", "length"],
)
def test_axes_have_units(draw):
    (axes,) = draw({"photonic": np.array([[1.0, 12.0], [2.0, 11.0]])}).axes
    assert "(" in axes.get_ylabel() and axes.get_xlabel()
