"""Every figure can be read: text of ten points at 700 pixels, and twice as many pixels stored."""

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from pqkd_helpers.common.figure_style import (
    LEAST_TEXT,
    SHOWN_DPI,
    STORED_DPI,
    STYLE,
    WIDTH,
    say_what_to_see,
    smallest_text,
    style,
)
from pqkd_helpers.common.stored_figures import FIGURES
from pqkd_helpers.lessons.rooms import ROOMS, names_in_room
from pqkd_helpers.publishing.idea import idea

PACKAGE = Path(__file__).parents[2] / "pqkd_helpers"
STORED = sorted(FIGURES.glob("*/*.png"))
EXPLORERS = [
    explorer
    for number in ROOMS
    for explorer in names_in_room(number, "explorer").get("EXPLORERS", ())
]


def a_figure(width, size):
    with style():
        figure = Figure(figsize=(width, 3.0))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1])
        axes.set_title("title", fontsize=size)
    return figure


@pytest.mark.parametrize(
    ("width", "size", "shown"), [(5.0, 12, 10.0), (5.0, 8, 8.0), (WIDTH, 9, 9.0), (14.0, 12, 5.0)]
)
def test_the_smallest_text_is_measured_as_a_page_shows_it(width, size, shown):
    assert smallest_text(a_figure(width, size)) == pytest.approx(shown)


def test_text_that_is_not_seen_does_not_count():
    figure = a_figure(5.0, 12)
    figure.text(0.5, 0.5, " ", fontsize=2)
    figure.text(0.5, 0.5, "hidden", fontsize=2).set_visible(False)
    assert smallest_text(figure) == LEAST_TEXT


def test_the_style_is_large_enough_and_a_title_stands_at_the_left():
    assert STYLE["font.size"] >= LEAST_TEXT == 10.0
    assert STORED_DPI == 2 * SHOWN_DPI and WIDTH * SHOWN_DPI == 700
    figure = a_figure(5.0, 12)
    say_what_to_see(figure, "The line rises")
    assert figure.get_suptitle() == "The line rises"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_picture_is_sharp_and_small(path):
    with Image.open(path) as picture:
        width = picture.width
    assert 1000 <= width <= STORED_DPI * WIDTH
    assert path.stat().st_size <= 100_000


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda explorer: explorer.name)
def test_an_explorer_can_be_read(explorer):
    figure = explorer.draw(**explorer.start())
    assert smallest_text(figure) >= LEAST_TEXT
    assert figure.get_size_inches()[0] <= WIDTH


def test_the_picture_that_opens_the_readme_can_be_read():
    assert smallest_text(idea()) >= LEAST_TEXT


def wrong_sizes(code):
    """Return what a module asks for: text below ten points, figures wider than a page."""
    text = re.findall(r"(?:fontsize|labelsize)=([0-9.]+)", code)
    widths = re.findall(r"figsize=\(([0-9.]+)", code)
    words = re.findall(r"""["']x{0,2}-?small["']""", code)
    return [
        *(size for size in text if float(size) < LEAST_TEXT),
        *(width for width in widths if float(width) > WIDTH),
        *words,
    ]


def test_what_is_too_small_or_too_wide_is_found():
    code = "Figure(figsize=(9.0, 3)); text(fontsize=8); text(labelsize=9.5); legend(size='small')"
    assert wrong_sizes(code) == ["8", "9.5", "9.0", "'small'"]
    assert not wrong_sizes("Figure(figsize=(7.0, 9.0)); text(fontsize=10)")


@pytest.mark.parametrize("room", ["lessons", "paper_figures"])
def test_no_picture_asks_for_text_below_ten_points(room):
    found = {
        path.relative_to(PACKAGE).as_posix(): wrong
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if (wrong := wrong_sizes(path.read_text("utf-8")))
    }
    assert not found
