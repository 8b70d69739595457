"""The pictures of notebook 00 show the numbers that they were given."""

import numpy as np
import pytest

from pqkd_helpers.lessons.nb00_start_here import pictures as first_run
from pqkd_helpers.lessons.nb00_start_here.idea_in_one_picture import KINDS, idea_in_one_picture
from pqkd_helpers.lessons.showing import png_bytes


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(0)
    return {
        "input_state": (1, 0, 2, 0),
        "clicks": rng.integers(0, 2, (12, 4)),
        "histogram": rng.random(32),
        "projection": rng.normal(size=(5, 7)),
        "mixing": rng.normal(size=(6, 3)),
        "basis": rng.normal(size=(3, 2, 2)),
        "kernels": rng.normal(size=(6, 2, 2)),
        "digit": rng.integers(0, 256, (8, 8)),
        "n_angles": 6,
    }


@pytest.fixture(scope="module")
def insets(parts):
    return {axes.get_label(): axes for axes in idea_in_one_picture(**parts).axes}


def test_the_idea_shows_the_real_pixels(parts, insets):
    for name in ("clicks", "projection", "mixing", "digit"):
        np.testing.assert_array_equal(insets[name].images[0].get_array(), parts[name])
    bars = insets["histogram"].patches
    np.testing.assert_array_equal([bar.get_height() for bar in bars], parts["histogram"])
    halves = [bar.get_facecolor() for bar in bars]
    assert len(set(halves[:16])) == len(set(halves[16:])) == 1 and halves[0] != halves[16]


def test_the_idea_shows_every_filter_and_kernel_once(parts, insets):
    for name in ("basis", "kernels"):
        board = np.ma.filled(insets[name].images[0].get_array(), np.nan)
        drawn = np.sort(board[np.isfinite(board)])
        np.testing.assert_array_equal(drawn, np.sort(parts[name].ravel()))
    first_row = insets["kernels"].images[0].get_array()[:2]
    np.testing.assert_array_equal(first_row[:, :2], parts["kernels"][0])
    np.testing.assert_array_equal(first_row[:, 3:5], parts["kernels"][1])


def test_the_idea_counts_photons_bins_and_angles(insets):
    texts = {text.get_text() for text in insets["page"].texts}
    assert "3 in 4 time bins" in texts and r"6 angles $\theta$" in texts
    assert set(KINDS) <= texts


def test_kinds_differ_without_colour():
    looks = {(k.get("linestyle"), k.get("hatch"), k["linewidth"]) for k in KINDS.values()}
    assert len(looks) == len(KINDS) == 4


def test_bars_of_accuracy_show_values_and_intervals():
    results = {"a": (0.9, 0.85, 0.95), "b": (0.1, 0.1, 0.1)}
    (axes,) = first_run.accuracies(results, chance=0.1).axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([90, 10])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    ends = [container.errorbar.lines[2][0].get_segments()[0] for container in axes.containers[1::2]]
    assert ends[0][:, 0] == pytest.approx([85, 95])
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert list(dashed[0].get_xdata()) == [10, 10]


def test_seeds_show_pairs_differences_and_interval():
    left, right = first_run.seeds([90, 92], [91, 89], (-4.0, 2.0)).axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in left.lines}
    assert drawn["teacher"] == [90, 92] and drawn["student"] == [91, 89]
    differences, mean = right.lines[2].get_ydata(), right.lines[0].get_ydata()
    assert list(differences) == [1, -3] and set(mean) == {-1}
    band = right.patches[0].get_extents().transformed(right.transData.inverted())
    assert (band.y0, band.y1) == pytest.approx((-4, 2))


def test_the_notebooks_pictures_are_small(parts):
    assert len(png_bytes(idea_in_one_picture(**parts))) <= 100_000
