"""The explorer of notebook 07 shows data of the law it names, and both fits of them."""

import re

import numpy as np
import pytest

from pqkd_helpers.experiments.grids.paper import SHOTS
from pqkd_helpers.lessons.nb07_shot_noise.explorer import LAW_AND_FIT, LIMIT, made_up_gains


def numbers(figure):
    return [float(found) for found in re.findall(r"\d+\.\d+", figure.axes[0].get_title())]


@pytest.mark.parametrize("exponent", [0.25, 0.5, 1.0])
def test_made_up_gains_follow_their_law_and_smoothing_multiplies_the_shots_by_19(exponent):
    gains = made_up_gains(exponent, 0.0, 2)
    assert gains["raw"].shape == (2, len(SHOTS))
    lost = LIMIT - gains["raw"]
    np.testing.assert_allclose(lost[:, 2] / lost[:, 0], 4.0**-exponent)
    np.testing.assert_allclose((LIMIT - gains["smoothed"]) / lost, 19.0**-exponent)


def test_more_seeds_keep_those_there_are():
    few, many = made_up_gains(0.5, 2.0, 3)["raw"], made_up_gains(0.5, 2.0, 8)["raw"]
    np.testing.assert_array_equal(many[:3], few)


@pytest.mark.parametrize(("exponent", "limit_is_right"), [(0.25, False), (0.5, True), (1.0, False)])
def test_the_title_tells_a_good_fit_from_the_law(exponent, limit_is_right):
    figure = LAW_AND_FIT.draw(exponent=exponent, scatter=0.2, n_seeds=5)
    r_squared, limit, free, low, high, true = numbers(figure)
    assert r_squared > 0.9 and true == exponent
    assert (abs(limit - LIMIT) < 1.0) == limit_is_right
    assert free == pytest.approx(exponent, abs=0.05) and low <= free <= high


def test_dotted_lines_have_the_papers_form_and_solid_ones_a_common_limit():
    (axes,) = LAW_AND_FIT.draw(exponent=1.0, scatter=0.2, n_seeds=3).axes
    dotted = [line for line in axes.lines if line.get_linestyle() == ":" and len(line.get_xdata())]
    assert len(dotted) == 2
    for line in dotted:
        x, y = line.get_data()
        slope = np.diff(y) / np.diff(x**-0.5)
        np.testing.assert_allclose(slope, slope[0])
    solid = [line for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata())]
    ends = [line.get_ydata()[-1] for line in solid]
    assert ends == pytest.approx([LIMIT, LIMIT], abs=1.0)
