"""Notebook 05's pictures: the lines carry the data, the explorer shows what SPSA does."""

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.feature_histograms import click_histograms
from pqkd_helpers.lessons.nb05_spsa import explorer as widget
from pqkd_helpers.lessons.nb05_spsa import pictures as draw


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_the_paths_start_and_end_where_they_should():
    paths = {"SPSA": [(1.0, 2.0), (0.5, 0.4)], "gradient": [(1.0, 2.0), (0.7, 1.0), (0.2, 0.1)]}
    (axes,) = draw.paths_on_a_bowl(lambda x: (x**2).sum(axis=-1), paths).axes
    for label, path in paths.items():
        assert np.array_equal(lines(axes)[label].get_xydata(), path)


def test_descents_show_the_median_and_the_quartiles_of_the_runs():
    losses = np.random.default_rng(0).uniform(0.1, 2.0, (7, 5))
    x = np.arange(7) * 0.4
    (axes,) = draw.descents({"SPSA": (x, losses), "coin": (x, 2.0 * losses)}).axes
    assert np.allclose(lines(axes)["SPSA"].get_ydata(), np.median(losses, axis=1))
    assert np.allclose(lines(axes)["coin"].get_xydata()[:, 1], 2.0 * np.median(losses, axis=1))
    band = axes.collections[0].get_paths()[0].get_extents()
    lower, upper = np.quantile(losses, (0.25, 0.75), axis=1)
    assert (band.ymin, band.ymax) == pytest.approx((lower.min(), upper.max()))
    assert axes.get_yscale() == "log"


def test_the_worth_of_estimates_shows_the_law():
    cosines = np.array([0.01, 0.02, 0.2, 0.6])
    left, right = draw.worth_of_estimates(cosines, {1: 0.2, 100: 0.9}, 30).axes
    assert sum(bar.get_height() for bar in left.patches) == 4
    assert left.patches[0].get_height() == 2  # two below 0.025
    assert left.lines[0].get_xdata()[0] == pytest.approx(30**-0.5)
    law = lines(right)["law"].get_xydata()
    assert law[0, 1] == pytest.approx(30**-0.5) and law[-1, 1] == pytest.approx(1.29**-0.5)
    assert lines(right)["measured"].get_xydata().tolist() == [[1, 0.2], [100, 0.9]]


def test_the_errors_over_the_shift_are_the_given_ones():
    c, noise, bias, total = [0.1, 0.2], [2.0, 1.0], [0.1, 0.4], [2.1, 1.2]
    (axes,) = draw.error_over_shift(c, bias, noise, total).axes
    drawn = {label: list(line.get_ydata()) for label, line in lines(axes).items()}
    assert [drawn[key] for key in drawn if key.startswith("bias")] == [bias]
    assert [drawn[key] for key in drawn if key.startswith("shot noise")] == [noise]
    assert drawn["both"] == total


@pytest.mark.parametrize("n_shots", [0, 200])
def test_the_explorers_first_step_is_the_formula(n_shots):
    """One step of the first run, calculated without the class SPSA."""
    a, c = 0.05, 0.1
    exact, moved = widget.run(a, c, n_shots)
    device = TimeBinInterferometer((1, 0) * 4)
    target = device.half_click_probabilities(
        np.random.default_rng(1).uniform(-np.pi, np.pi, device.n_angles)
    )

    def loss(theta):
        return ((device.half_click_probabilities(theta) - target) ** 2).sum() / (target**2).sum()

    start = np.random.default_rng(2).uniform(-np.pi, np.pi, (4, device.n_angles))[0]
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=device.n_angles)
    assert exact[0, 0] == pytest.approx(loss(start))
    if n_shots == 0:
        slope = (loss(start + c * signs) - loss(start - c * signs)) / (2 * c)
        assert moved[0, 0] == pytest.approx(abs(a * slope))
        new = np.clip(start - a * slope * signs, -np.pi, np.pi)
    else:  # the size of the step says where it led, up to its sign
        step = moved[0, 0] * signs
        new = min((start - step, start + step), key=lambda x: abs(loss(x) - exact[1, 0]))
        new = np.clip(new, -np.pi, np.pi)
    assert exact[1, 0] == pytest.approx(loss(new))


def test_the_explorers_noise_is_that_of_shots():
    """Drawn from pattern probabilities or photon by photon: the same mean and spread."""
    start = np.repeat(widget.STARTS[:1], 2000, axis=0)
    fast = widget.noisy_losses(start, 200, np.random.default_rng(5))
    clicks = widget.CIRCUIT.sample(widget.STARTS[0], 200 * 500, rng=np.random.default_rng(6))
    slow = widget.mismatches(
        np.stack([click_histograms(shots) for shots in clicks.reshape(500, 200, 8)])
    )
    assert fast.mean() == pytest.approx(slow.mean(), abs=5 * slow.std() / np.sqrt(500))
    assert fast.std() == pytest.approx(slow.std(), rel=0.15)


def test_the_explorers_picture_shows_the_run():
    losses, moved = widget.run(10.0**-1.0, 10.0**-0.5, 200)
    left, right = widget.draw(-1.0, -0.5, 200).axes
    assert np.allclose([line.get_ydata() for line in left.lines[:4]], losses.T)
    assert np.allclose(lines(left)["median"].get_ydata(), np.median(losses, axis=1))
    assert np.allclose([line.get_ydata() for line in right.lines[:4]], moved.T)


def test_what_notebook_05_says_of_its_three_settings():
    paper, tiny_shift, huge_step = (
        widget.run(10.0**a, 10.0**c, 200) for a, c in ((-1.3, -1.0), (-1.3, -2.5), (0.5, -1.0))
    )
    assert np.median(paper[0][-1]) < 0.3 * np.median(paper[0][0])
    assert np.median(tiny_shift[1]) > 10 * np.median(paper[1])
    assert np.median(huge_step[1]) > np.pi / 2
    assert min(np.median(run[0][-1]) for run in (tiny_shift, huge_step)) > 1
