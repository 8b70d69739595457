"""The picture and the explorer of notebook 13 show the numbers that they were given."""

import pytest

from pqkd_helpers.common.figure_style import LEAST_TEXT, WIDTH, smallest_text
from pqkd_helpers.experiments.grids import ladder
from pqkd_helpers.lessons.nb13_at_its_best import explorer
from pqkd_helpers.lessons.nb13_at_its_best import pictures as draw

PARTS = {"one": {"angles": 30, "linear": 70}, "other": {"angles": 30, "linear": 10}}


def widths(axes):
    """Of the bars, part by part."""
    return [[bar.get_width() for bar in bars] for bars in axes.containers]


def test_every_part_starts_where_the_last_one_ends():
    (axes,) = draw.spending(PARTS, title="two", most=100).axes
    assert widths(axes) == [[30, 30], [70, 10]]
    assert [bar.get_x() for bar in axes.containers[1]] == [30, 30]
    assert [*axes.lines[0].get_xdata()] == [100, 100]


def test_the_filters_take_what_is_left_of_the_budget_as_in_the_plan():
    figure = explorer.draw(16, 32, 32, 16)
    filters = ladder.BASE["rank"][1]
    assert figure.get_suptitle() == f"{filters} filters of 3 x 3 are left"
    total = sum(width for (width,) in widths(figure.axes[0]))
    assert ladder.MOST - 9 < total <= ladder.MOST


def test_where_nothing_is_left_it_says_so():
    figure = explorer.draw(64, 128, 128, 32)
    assert figure.get_suptitle() == "Nothing is left for 3x3 filters"
    assert 0 in [width for (width,) in widths(figure.axes[0])]


@pytest.mark.parametrize(
    "figure",
    [draw.spending(PARTS, title="two"), explorer.draw(16, 32, 32, 16)],
    ids=["spending", "budget"],
)
def test_a_page_shows_them_with_readable_text_and_a_title(figure):
    assert smallest_text(figure) >= LEAST_TEXT
    assert figure.get_size_inches()[0] <= WIDTH and figure.get_suptitle()


def test_the_explorer_does_not_open_at_the_answer_of_the_prediction_above_it():
    figure = explorer.draw(**explorer.BUDGET.start())
    assert str(ladder.BASE["rank"][1]) not in figure.get_suptitle()
