"""The pictures of notebook 12 show the numbers that they were given."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator.device_budget import DeviceBudget
from pqkd_helpers.common.figure_style import LEAST_TEXT, WIDTH, smallest_text
from pqkd_helpers.lessons.nb12_real_light import explorer
from pqkd_helpers.lessons.nb12_real_light import pictures as draw
from pqkd_helpers.lessons.nb12_real_light.chain import STATIONS

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
VALUES = np.linspace(0.1, 0.9, 5)


def ys(axes):
    return [np.asarray(line.get_ydata()).tolist() for line in axes.lines]


def test_both_kinds_of_phases_and_the_noise_are_drawn():
    curves = {"a common phase": 0 * VALUES, "a difference": VALUES}
    (axes,) = draw.phases(np.arange(5), curves, 0.3).axes
    assert ys(axes)[:2] == [[0.0] * 5, VALUES.tolist()] and set(ys(axes)[2]) == {0.3}


def test_each_device_has_its_square_on_one_scale():
    grams = {"ideal": np.eye(4), "lossy": np.full((4, 4), 0.9)}
    figure = draw.likeness(grams)
    images = [axes.images[0] for axes in figure.axes if axes.images]
    for image, gram in zip(images, grams.values(), strict=True):
        np.testing.assert_array_equal(image.get_array(), gram)
        assert image.get_clim() == (0.0, 1.0)
    assert [axes.get_title() for axes in figure.axes[:2]] == [*grams]


def test_each_drift_has_its_panel_and_each_error_its_line():
    lines = {"without smoothing": VALUES, "smoothed": 2 * VALUES, "lag": VALUES / 2}
    panels = draw.drift({"slow": lines, "fast": {k: 3 * v for k, v in lines.items()}}).axes
    assert ys(panels[0]) == [v.tolist() for v in lines.values()]
    assert ys(panels[1])[1] == (6 * VALUES).tolist()
    low, high = panels[0].get_ylim()
    assert low == 0.0 and high > 6 * VALUES.max() and panels[1].get_ylim() == (low, high)


def test_odds_are_the_sums_of_the_scores():
    whose = {"the device's clicks": VALUES, "the impostor's": -VALUES}
    (axes,) = draw.odds({"mean field": whose}).axes
    assert ys(axes)[0] == np.cumsum(VALUES).tolist()
    assert ys(axes)[1] == np.cumsum(-VALUES).tolist()


def test_the_explorer_shows_what_the_budget_says():
    device = DeviceBudget(total_efficiency=0.5)
    left, right = explorer.draw(0.5, 0.05, 40).axes
    assert [bar.get_height() for bar in left.patches] == device.detected_photons().tolist()
    heights = [bar.get_height() for bar in right.patches]
    assert heights == [device.seconds_per_epoch(), device.seconds_per_complete_epoch()]


def test_an_epoch_that_never_ends_stays_in_its_panel():
    figure = explorer.draw(0.1, 0.01, 1)
    figure.draw_without_rendering()  # a label far above would leave the panels no room
    _, right = figure.axes
    assert max(text.get_position()[1] for text in right.texts) < right.get_ylim()[1]


def test_the_chain_names_sections_that_the_notebook_has():
    cells = json.loads((NOTEBOOKS / "12_real_light.ipynb").read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    numbered = set(re.findall(r"^## (\d+)\. ", text, re.MULTILINE))
    named = {number for *_, sections in STATIONS for number in re.findall(r"\d+", sections)}
    assert named == numbered


@pytest.mark.parametrize(
    "figure",
    [
        draw.phases(VALUES, {"a common phase": VALUES, "a difference": VALUES}, 0.3),
        draw.likeness({"ideal": np.eye(4), "lossy": np.eye(4)}),
        draw.drift({"slow": {"smoothed": VALUES}, "fast": {"smoothed": VALUES}}),
        draw.odds({"mean field": {"the device's clicks": VALUES}}),
        explorer.draw(0.3, 0.05, 40),
        draw.chain(),
    ],
    ids=["phases", "likeness", "drift", "odds", "budget", "chain"],
)
def test_a_page_shows_them_with_readable_text_and_a_title(figure):
    assert smallest_text(figure) >= LEAST_TEXT
    assert figure.get_size_inches()[0] <= WIDTH and figure.get_suptitle()
