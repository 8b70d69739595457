"""The explorer of notebook 08 shows the numbers that counting by hand gives."""

import re

import numpy as np
import pytest

from pqkd_helpers.compression import Compression
from pqkd_helpers.lessons.nb08_compression_frontier.exercises import count_student
from pqkd_helpers.lessons.nb08_compression_frontier.explorer import (
    LAYERS_AND_RATIOS,
    PARTS,
    values_by_layer,
)

RATIOS = Compression(100, 40, 4, 2.5, 3.25, 4.75)
TEACHER = {"a": 10, "b": 30, "c": 60, "d": 0}
STUDENT = {"a": 5, "b": 2, "c": 29, "d": 4}


def bars(axes):
    return [bar.get_width() for bar in axes.patches]


def ratios(figure):
    found = re.search(r"ratio: ([\d.,]+) \(.*?, ([\d.,]+) \(.*?, ([\d.,]+) \(", title(figure))
    return [float(number.replace(",", "")) for number in found.groups()]


def title(figure):
    return figure.get_suptitle()


def test_both_bars_are_stacked_and_fill_their_own_axis():
    for axes, parts in zip(
        values_by_layer(TEACHER, STUDENT, RATIOS, "t").axes, (TEACHER, STUDENT), strict=True
    ):
        assert bars(axes) == list(parts.values())
        starts = [bar.get_x() for bar in axes.patches]
        assert starts == [0, *np.cumsum(bars(axes))[:-1]]
        assert axes.get_xlim() == (0, sum(parts.values()))
        assert axes.get_title("left") == f"{sum(parts.values())} trained values"


def test_shares_are_written_where_there_is_room_for_them():
    upper, lower = values_by_layer(TEACHER, STUDENT, RATIOS, "t").axes
    assert [text.get_text() for text in upper.texts] == ["10%", "30%", "60%"]
    assert [text.get_text() for text in lower.texts] == ["12%", "72%", "10%"]


def test_the_ratios_stand_in_the_title():
    figure = values_by_layer(TEACHER, STUDENT, RATIOS, "some sizes")
    assert title(figure).startswith("some sizes\n") and ratios(figure) == [2.5, 3.25, 4.75]


def test_parts_differ_without_colour():
    axes = values_by_layer(dict.fromkeys(PARTS, 1), dict.fromkeys(PARTS, 1), RATIOS, "t").axes[0]
    greys = [round(np.dot(bar.get_facecolor()[:3], (0.3, 0.6, 0.1)), 1) for bar in axes.patches]
    looks = list(zip(greys, (bar.get_hatch() for bar in axes.patches), strict=True))
    assert len(set(looks)) == len(PARTS)


@pytest.mark.parametrize("scope", ["conv1", "conv1+conv2", "all"])
@pytest.mark.parametrize("rank", [1, 8, 32])
@pytest.mark.parametrize(("widths", "n_angles"), [((32, 64, 64), 15), ((64, 128, 128), 45)])
def test_the_explorer_shows_what_closed_formulas_give(scope, rank, widths, n_angles):
    figure = LAYERS_AND_RATIOS.draw(widths=widths, scope=scope, rank=rank, n_angles=n_angles)
    upper, lower = figure.axes
    channels = zip((1, *widths), widths, (25, 9, 9), strict=False)
    dense = [c_in * c_out * area for c_in, c_out, area in channels]
    n = ("conv1", "conv1+conv2", "all").index(scope) + 1
    small = [rank * area for area in (25, 9, 9)][:n] + dense[n:]
    linear = 10 * widths[2] + 10
    assert bars(upper) == [*np.add(dense, widths), linear, 0]
    assert bars(lower) == [*np.add(small, widths), linear, n_angles]
    assert sum(bars(upper)) == count_student(1, widths, rank, "none", n_angles)
    assert sum(bars(lower)) == count_student(1, widths, rank, scope, n_angles)
    biases = sum(widths)
    expected = (
        sum(bars(upper)) / sum(bars(lower)),
        (sum(dense) + biases) / (sum(small) + biases + n_angles),
        sum(dense) / (sum(small) + n_angles),
    )
    assert ratios(figure) == pytest.approx(expected, abs=0.0051)
