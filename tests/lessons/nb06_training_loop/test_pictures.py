"""The pictures of notebook 06 show the numbers that they were given."""

import numpy as np
import pytest

from pqkd_helpers.common.figure_style import LEAST_TEXT, WIDTH, smallest_text
from pqkd_helpers.experiments.runs.building import build_pqkd_student
from pqkd_helpers.experiments.runs.presets import preset
from pqkd_helpers.feature_histograms import HistogramFeature
from pqkd_helpers.lessons.nb06_training_loop import explorer as widget
from pqkd_helpers.lessons.nb06_training_loop import pictures as draw
from pqkd_helpers.records import stored_record


def test_accuracies_are_bars_in_per_cent_below_the_own_one_with_chance_as_a_line():
    (axes,) = draw.under_other_features(0.9, {"fresh": [0.2, 0.3], "exact": 0.4}, 0.1).axes
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], [90.0, 25.0, 40.0])
    dots, chance = axes.lines
    np.testing.assert_allclose(dots.get_xdata(), [20.0, 30.0])
    assert chance.get_xdata() == [10.0, 10.0]


def test_the_state_shows_angles_histogram_and_kernels():
    theta, histogram = np.linspace(-3, 3, 30), np.random.default_rng(0).random(512)
    kernels = np.arange(8 * 9.0).reshape(8, 3, 3)
    angles, bins, mosaic = draw.state_of_a_run(theta, histogram, kernels).axes
    np.testing.assert_allclose([bar.get_height() for bar in angles.patches], theta)
    np.testing.assert_array_equal(bins.lines[0].get_ydata(), histogram)
    picture = np.asarray(mosaic.images[0].get_array())
    np.testing.assert_array_equal(picture[:3, :3], kernels[0])
    np.testing.assert_array_equal(picture[4:, 12:15], kernels[7])


def test_the_explorers_kernels_are_those_of_the_runs_first_student():
    histogram = widget.histories("fresh")["smoothed"][4]
    student = build_pqkd_student(preset("quick"), 1, 10)
    student.condition(HistogramFeature("unit-rms")(histogram))
    expected = student.conv1.kernel().detach().numpy()[:8, 0]
    np.testing.assert_allclose(widget.kernels(histogram), expected, rtol=1e-6)


def test_one_epoch_has_three_parts_and_readable_text():
    figure = draw.one_epoch()
    (axes,) = figure.axes
    said = [text.get_text() for text in axes.texts]
    assert [text for text in said if text[1:3] == "  "] == [title for title, *_ in draw.PARTS]
    assert smallest_text(figure) >= LEAST_TEXT and figure.get_size_inches()[0] <= WIDTH


def test_a_run_is_drawn_under_the_usual_title_or_under_a_given_one():
    record = stored_record("train-quick-30-epochs-seed0")
    usual, given = draw.training_curves(record), draw.training_curves(record, "Where do they go?")
    assert usual.get_suptitle() and given.get_suptitle() == "Where do they go?"
    assert len(usual.axes) == len(given.axes) == 4


@pytest.mark.parametrize("objective", widget.RUNS)
def test_the_explorers_histories_are_consistent(objective):
    history = widget.histories(objective)
    assert history["theta"].shape == (widget.N_EPOCHS, 30)
    np.testing.assert_allclose(history["fresh"].sum(axis=1), 2.0)
    np.testing.assert_array_equal(history["smoothed"][0], history["fresh"][0])
    second = 0.9 * history["fresh"][0] + 0.1 * history["fresh"][1]
    np.testing.assert_allclose(history["smoothed"][1], second)
