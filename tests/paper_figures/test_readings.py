"""The rule that chooses a reading, on made-up numbers with a known answer."""

import pytest

from pqkd_helpers.experiments.grids.paper import GRIDS, READINGS
from pqkd_helpers.paper_figures.readings import (
    MARGIN,
    SEEDS,
    Observed,
    choose,
    gentle_gain,
    largest_spread,
    observed,
    paper_difference,
)

FITS = Observed(spread=0.03, difference=0.0, n_seeds=3)
SPREADS = Observed(spread=0.9, difference=0.0, n_seeds=3)
FALLS_SHORT = Observed(spread=0.03, difference=-0.6, n_seeds=3)
ALL_FAIL = dict.fromkeys(READINGS, SPREADS)


@pytest.mark.parametrize(
    ("fitting", "reading", "outcome"),
    [
        (["fresh"], "fresh", "one fits"),
        (["through-ema-gentle"], "through-ema-gentle", "one fits"),
        (["at-rest"], "through-ema", "only at rest fits"),
        (["at-rest", "through-ema-decaying"], "through-ema", "several fit"),
        ([], "through-ema", "none fits"),
    ],
)
def test_the_known_answer_is_chosen(fitting, reading, outcome):
    choice = choose({**ALL_FAIL, **dict.fromkeys(fitting, FITS)})
    assert (choice.reading, choice.outcome) == (reading, outcome)


def test_a_reading_must_fit_both_observables():
    assert FITS.fits and not SPREADS.fits and not FALLS_SHORT.fits


def test_the_limits_are_those_of_the_rule():
    """Quantile 0.975 of F(2, 4) is 10.649; the paper has 0.02 point, and 99.09 - 99.07."""
    assert largest_spread(3) == pytest.approx(0.02 * 10.649**0.5, rel=1e-4)
    assert paper_difference() == pytest.approx(0.02)
    assert Observed(0.06, 0.29, 3).fits and not Observed(0.07, 0.29, 3).fits
    assert not Observed(0.06, 0.31, 3).fits and not Observed(0.06, -0.27, 3).fits


def test_observables_by_hand():
    def run(train, student, teacher):
        return {
            "student": {
                "final": {"train": {"accuracy": train}, "validation": {"accuracy": student}}
            },
            "teacher": {"final": {"validation": {"accuracy": teacher}}},
        }

    found = observed([run(0.996, 0.990, 0.991), run(0.998, 0.992, 0.992), run(0.997, 0.991, 0.99)])
    assert found.spread == pytest.approx(0.1) and found.difference == pytest.approx(0.0)
    assert found.n_seeds == 3
    with pytest.raises(ValueError, match="2 or more"):
        observed([run(0.99, 0.99, 0.99)])


@pytest.mark.parametrize("sign", [-1, 1])
def test_on_the_margin_is_within_it_whatever_binary_fractions_say(sign):
    """Means of counts on 5,000 images, such as -0.26 against the paper's 0.02."""
    on_it = paper_difference() + sign * MARGIN
    for ulps in (-3e-14, 0.0, 3e-14):
        assert Observed(0.02, on_it + ulps, 3).fits
    assert not Observed(0.02, on_it + sign * 0.001, 3).fits


def test_the_rule_needs_the_reading_that_it_falls_back_to():
    with pytest.raises(ValueError, match="no runs of through-ema, at-rest"):
        choose({"fresh": FITS})


@pytest.mark.parametrize("radians", [0.0005, 0.002, 0.0021, 0.03, 2.0])
def test_the_gentle_gain_keeps_a_step_small(radians):
    gain = gentle_gain(radians)
    assert 0.0 < gain <= 0.05 and radians * gain / 0.05 <= 0.002 * (1 + 1e-6)
    assert radians * (gain * 2.01) / 0.05 > 0.002 or gain == 0.05


def test_the_runs_that_choose_have_seeds_of_their_own():
    jobs = list(GRIDS["readings"].jobs("cpu", len(SEEDS)))
    assert {job.config.seed for job in jobs} == set(SEEDS)
    assert {job.arm for job in jobs} == set(READINGS) and len(jobs) == len(SEEDS) * len(READINGS)
    for job in jobs:
        same = GRIDS["table1"].config("cpu", "mnist", "conv1-conv2", job.config.seed)
        assert job.config.teacher_as_json() == same.teacher_as_json()
        assert job.config.epochs == 12 and job.config.widths == (64, 128, 128)
    fresh = GRIDS["readings"].config("cpu", "mnist", "fresh", 10)
    assert fresh == GRIDS["table1"].config("cpu", "mnist", "conv1-conv2", 10)
