"""The pictures of notebook 01 show the numbers that they were given, and the right ones."""

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.lessons.nb01_circuit_simulator.device_in_time import device_in_time
from pqkd_helpers.lessons.nb01_circuit_simulator.explorer import CLICKS, DIP, PHASES
from pqkd_helpers.lessons.nb01_circuit_simulator.pictures import (
    clicks_per_shot,
    means_per_bin,
    one_loop,
    transfer_picture,
)

from ...reference.oracle import click_patterns


def heights(axes):
    return [bar.get_height() for bar in axes.patches]


def line(axes, label):
    return next(item for item in axes.lines if item.get_label() == label)


@pytest.mark.parametrize("loops", [(1, 1), (2,), (1, 3)])
def test_the_device_has_a_splitter_where_a_pulse_meets_what_the_loop_holds(loops):
    m, clicks = 6, np.eye(4, 6)
    _, light, _ = device_in_time((1, 0) * 3, loops, clicks, np.arange(6) / 10).axes
    squares = [item for item in light.lines if item.get_marker() == "s"]
    delay, level = 0, len(loops)
    for drawn, length in zip(squares, loops, strict=True):
        # bin i waits one round in the loop; bin i + length then arrives at the same time
        expected = [i + length + delay for i in range(m - length)]
        assert list(drawn.get_xdata()) == expected and set(drawn.get_ydata()) == {level}
        delay, level = delay + length, level - 1


def test_the_shots_stand_below_the_light_that_made_them():
    clicks = np.random.default_rng(0).integers(0, 2, (5, 6))
    shares = np.arange(6) / 10
    *_, shots = device_in_time((1, 0) * 3, (1, 1), clicks, shares).axes
    cells, bars = shots.patches[:30], shots.patches[30:]
    dark = [cell.get_facecolor() != (1.0, 1.0, 1.0, 1.0) for cell in cells]
    assert np.array_equal(np.reshape(dark, (5, 6)), clicks == 1)
    middle = [cell.get_x() + cell.get_width() / 2 for cell in cells[:6]]
    assert middle == pytest.approx(np.arange(6) + 2)  # two loops delay by two bins
    assert [bar.get_x() + bar.get_width() / 2 for bar in bars] == pytest.approx(middle)
    ratios = np.array([bar.get_height() for bar in bars])
    assert ratios / ratios[-1] == pytest.approx(shares / shares[-1])


def test_every_square_of_the_matrix_has_its_probability_as_area_and_stands_in_its_column():
    U = TimeBinInterferometer((1, 0, 0, 0)).unitary([0.3, 1.0, -0.4, 2.0, 0.7, -1.2])
    (axes,) = transfer_picture(U).axes
    drawn = np.zeros((4, 4))
    for square in axes.patches:
        x, y = square.get_center()
        sign = -1 if square.get_facecolor() == (1.0, 1.0, 1.0, 1.0) else 1
        drawn[round(y), round(x)] = sign * square.get_width() * square.get_height()
    assert np.allclose(drawn / drawn.max(), np.sign(U) * U**2 / (U**2 * (U > 0)).max(), atol=1e-3)
    assert axes.yaxis_inverted() and not axes.xaxis_inverted()
    assert "enters" in axes.get_xlabel() and "leaves" in axes.get_ylabel()


def test_bars_and_dots_are_the_given_numbers():
    (axes,) = clicks_per_shot([0.2, 0.5, 0.3], [0.0, 1.0, 0.0]).axes
    assert heights(axes) == pytest.approx([0.2, 0.5, 0.3, 0.0, 1.0, 0.0])
    (axes,) = means_per_bin([0.9, 0.1], [0.5, 0.05], [0.7, 0.06]).axes
    assert heights(axes) == pytest.approx([0.9, 0.1])
    assert list(line(axes, "clicks, identical photons").get_ydata()) == [0.5, 0.05]
    assert list(line(axes, "clicks, classical").get_ydata()) == [0.7, 0.06]


@pytest.mark.parametrize(("degrees", "V"), [(45.0, 1.0), (30.0, 0.4), (0.0, 0.9)])
def test_the_dip_is_the_textbooks(degrees, V):
    left, middle, right = DIP.draw(degrees=degrees, indistinguishability=V).axes

    def coincidences(angle, value):
        c, s = np.cos(angle) ** 2, np.sin(angle) ** 2
        return c**2 + s**2 - 2 * value * c * s

    for label, value in (("identical", 1.0), ("classical", 0.0), (f"V = {V:.2f}", V)):
        drawn = line(left, label)
        expected = coincidences(np.radians(drawn.get_xdata()), value)
        assert drawn.get_ydata() == pytest.approx(expected, abs=1e-12)
    here = coincidences(np.radians(degrees), V)
    for axes, x in ((left, degrees), (middle, V)):
        (mark,) = (item for item in axes.lines if item.get_marker() == "o")
        assert [*mark.get_xdata(), *mark.get_ydata()] == pytest.approx([x, here], abs=1e-12)
    assert heights(right)[:3] == pytest.approx([(1 - here) / 2, here, (1 - here) / 2], abs=1e-12)


def test_the_small_device_shows_what_a_slow_oracle_says():
    values = CLICKS.start() | {"photons": (1, 0, 1, 0), "indistinguishability": 0.6}
    left, right = CLICKS.draw(**values).axes
    theta = np.radians([values[name] for name in ("first", "second", "third")])
    chosen, classical = (
        TimeBinInterferometer((1, 0, 1, 0), (1,), indistinguishability=V) for V in (0.6, 0.0)
    )
    expected = click_patterns(chosen, theta)
    assert heights(left)[:16] == pytest.approx(expected, abs=1e-8)
    diamonds = line(left, "classical particles").get_ydata()
    assert diamonds == pytest.approx(click_patterns(classical, theta), abs=1e-8)
    clicks = [sum(p for k, p in enumerate(expected) if k >> (3 - i) & 1) for i in range(4)]
    assert line(right, "clicks").get_ydata() == pytest.approx(clicks)
    assert sum(heights(right)) == pytest.approx(2.0)  # no photon is lost


@pytest.mark.parametrize("n_pulses", [2, 4, 6])
def test_pulses_leave_the_drawn_loop_as_they_leave_the_simulated_one(n_pulses):
    device = TimeBinInterferometer((1,) + (0,) * (n_pulses - 1), (1,))
    for axes, angle in zip(one_loop(n_pulses).axes, (0.0, np.pi / 2), strict=True):
        leaving = {
            text.get_position()[0]: int(text.get_text())
            for text in axes.texts
            if text.get_text().isdigit() and text.get_position()[1] == 0.0
        }
        U = device.unitary(np.full(n_pulses - 1, angle))
        # the loop delays by one time bin: bin i leaves at the time i + 1
        assert leaving == {i + 1.0: int(np.argmax(np.abs(U[i]))) for i in range(n_pulses)}
        fixed = [item for item in axes.lines if item.get_markerfacecolor() == "white"]
        assert [float(item.get_xdata()[0]) for item in fixed] == [0.0, n_pulses]


def bars_and_diamonds(**phases):
    (axes,) = PHASES.draw(**PHASES.start() | phases).axes
    return np.array(heights(axes)[:16]), line(axes, "equal phases").get_ydata()


def test_the_phases_count_only_by_their_difference():
    bars, equal = bars_and_diamonds(first_loop=105, second_loop=105)
    assert bars == pytest.approx(equal, abs=1e-8)
    bars, equal = bars_and_diamonds(first_loop=105, second_loop=15)
    assert bars == pytest.approx(bars_and_diamonds(first_loop=90, second_loop=0)[0], abs=1e-8)
    assert 0.5 * np.abs(bars - equal).sum() > 0.2


def test_half_a_wave_is_another_sign_of_the_first_loops_angles():
    bars, _ = bars_and_diamonds(first_loop=180)
    flipped = np.radians([-45] * 3 + [45] * 3)
    expected = click_patterns(TimeBinInterferometer((1, 1, 0, 0)), flipped)
    assert bars == pytest.approx(expected, abs=1e-8)


def test_every_axis_is_labelled():
    figures = (
        clicks_per_shot([1.0], [1.0]),
        means_per_bin([1.0], [1.0], [1.0]),
        transfer_picture(np.eye(4)),
        DIP.draw(**DIP.start()),
        CLICKS.draw(**CLICKS.start()),
        PHASES.draw(**PHASES.start()),
    )
    for figure in figures:
        figure.canvas.draw()
        assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)


def test_the_squares_under_a_bar_are_the_bins_of_its_pattern():
    above, _ = CLICKS.draw(**CLICKS.start()).axes
    bars, squares = above.patches[:16], above.patches[16:]
    for pattern, bar in enumerate(bars):
        column = squares[4 * pattern : 4 * pattern + 4]
        middle = bar.get_x() + bar.get_width() / 2
        assert all(s.get_x() + s.get_width() / 2 == pytest.approx(middle) for s in column)
        assert [s.get_y() for s in column] == sorted((s.get_y() for s in column), reverse=True)
        clicked = [s.get_facecolor() != (1.0, 1.0, 1.0, 1.0) for s in column]
        assert clicked == [digit == "1" for digit in format(pattern, "04b")]


@pytest.mark.parametrize("explorer", [CLICKS, PHASES], ids=lambda explorer: explorer.name)
def test_the_words_under_the_patterns_do_not_cover_them(explorer):
    figure = explorer.draw(**explorer.start())
    figure.draw_without_rendering()
    axes = next(ax for ax in figure.axes if "click pattern" in ax.get_xlabel())
    lowest = min(patch.get_window_extent().y0 for patch in axes.patches)
    assert axes.xaxis.label.get_window_extent().y1 <= lowest
