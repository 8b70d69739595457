import math

import numpy as np
import pytest
from scipy import stats

from pqkd_helpers.statistics.equivalence import (
    Contrast,
    contrast,
    corrected,
    detection_power,
    equivalence_power,
    holm,
    over_seeds_and_images,
    pairs_needed,
)
from pqkd_helpers.statistics.means import PairedDifference


def simulated(n_runs, n_pairs, *, difference=0.0, deviation=0.3, seed=0):
    rng = np.random.default_rng(seed)
    common = rng.normal(98.0, 0.5, (n_runs, n_pairs))
    first = common + rng.normal(difference, deviation / 2**0.5, (n_runs, n_pairs))
    return first, common + rng.normal(0.0, deviation / 2**0.5, (n_runs, n_pairs))


def test_a_contrast_agrees_with_the_textbook():
    a, b = np.array([3.0, 4.0, 5.0, 7.0]), np.array([1.0, 3.0, 2.0, 5.0])
    found = contrast(a, b, margin=4.0)
    assert found.p_different == pytest.approx(stats.ttest_rel(a, b).pvalue)
    error = (a - b).std(ddof=1) / 2.0
    assert found.p_equivalent == pytest.approx(stats.t.sf((4.0 - 2.0) / error, 3))
    assert found.correlation == pytest.approx(np.corrcoef(a, b)[0, 1])
    interval = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(interval))


def test_the_90_percent_interval_and_the_two_tests_say_the_same():
    first, second = simulated(200, 12, difference=0.1, deviation=0.5)
    for a, b in zip(first, second, strict=True):
        found = contrast(a, b, margin=0.3)
        inside = found.narrow.low > -0.3 and found.narrow.high < 0.3
        assert inside == (found.p_equivalent < 0.05)


def p_values(first, second):
    """`contrast`'s p values, of all runs at once; those of the first runs are its own."""
    d = first - second
    different = stats.ttest_1samp(d, 0.0, axis=1).pvalue
    equivalent = np.maximum(
        stats.ttest_1samp(d, -0.3, axis=1, alternative="greater").pvalue,
        stats.ttest_1samp(d, 0.3, axis=1, alternative="less").pvalue,
    )
    for a, b, *expected in zip(first[:50], second[:50], different, equivalent, strict=False):
        found = contrast(a, b, margin=0.3)
        assert [found.p_different, found.p_equivalent] == pytest.approx(expected, rel=1e-9)
    return different, equivalent


def test_false_alarms_are_as_rare_as_promised():
    """At no difference "different" is said in 5 %; at the margin "equivalent" in at most 5 %."""
    n_runs = 4000
    alarms = int((p_values(*simulated(n_runs, 10))[0] < 0.05).sum())
    assert stats.binomtest(alarms, n_runs, 0.05).pvalue > 1e-4
    at_margin = simulated(n_runs, 20, difference=0.3, seed=1)
    wrong = int((p_values(*at_margin)[1] < 0.05).sum())
    assert stats.binomtest(wrong, n_runs, 0.05).pvalue > 1e-4


@pytest.mark.parametrize(("n_pairs", "deviation"), [(10, 0.28), (19, 0.424)])
def test_the_power_formula_agrees_with_simulation(n_pairs, deviation):
    """4,000 runs: the formula is off by less than 0.03, four standard errors."""
    n_runs = 4000
    shown = p_values(*simulated(n_runs, n_pairs, deviation=deviation))[1] < 0.05
    expected = equivalence_power(n_pairs, deviation, 0.3)
    assert abs(shown.mean() - expected) < 4.0 * math.sqrt(expected * (1 - expected) / n_runs)


def test_the_number_of_pairs_reaches_the_power_and_one_less_does_not():
    n = pairs_needed(lambda n: equivalence_power(n, 0.6, 0.3), at_least=2)
    assert equivalence_power(n, 0.6, 0.3) >= 0.8 > equivalence_power(n - 1, 0.6, 0.3)
    assert pairs_needed(lambda n: equivalence_power(n, 0.01, 0.3)) == 10


@pytest.mark.parametrize(("n_pairs", "effect"), [(10, 0.5), (42, 0.4), (5, 2.0)])
def test_the_power_to_detect_agrees_with_simulation(n_pairs, effect):
    d = effect + np.random.default_rng(n_pairs).standard_normal((20_000, n_pairs))
    found = stats.ttest_1samp(d, 0.0, axis=1).pvalue < 0.05
    assert detection_power(n_pairs, 1.0, effect) == pytest.approx(found.mean(), abs=0.012)


def made(mean, half, *, margin=0.3, p_different=0.5, p_equivalent=0.5):
    interval = PairedDifference(mean, mean - half, mean + half, 12)
    return Contrast(interval, interval, margin, 1.0, 0.0, p_different, p_equivalent)


@pytest.mark.parametrize(
    ("found", "sensitive", "expected"),
    [
        (made(0.0, 0.1, p_equivalent=0.01), True, "equivalent"),
        (made(0.0, 0.1, p_equivalent=0.01), False, "inconclusive"),
        (made(0.6, 0.2, p_different=0.001), True, "different and relevant"),
        (made(-0.6, 0.2, p_different=0.001), True, "different and relevant"),
        (made(-0.6, 0.2, p_different=0.001), False, "different and relevant"),
        (
            made(0.1, 0.05, p_different=0.01, p_equivalent=0.01),
            True,
            "different but below the margin",
        ),
        (made(0.3, 0.2, p_different=0.01), True, "inconclusive"),
        (made(0.1, 0.6), True, "inconclusive"),
    ],
)
def test_every_outcome_has_its_verdict(found, sensitive, expected):
    assert found.verdict(sensitive=sensitive) == expected


def test_holm_is_stricter_than_no_correction_and_never_stricter_than_bonferroni():
    p = [0.04, 0.001, 0.02, 0.9]
    assert np.allclose(holm(p), [0.08, 0.004, 0.06, 0.9])
    contrasts = {str(q): made(0.0, 0.1, p_different=q, p_equivalent=q) for q in p}
    assert [found.p_different for found in corrected(contrasts).values()] == holm(p)
    assert [found.p_equivalent for found in corrected(contrasts).values()] == holm(p)
    answered = dict([*contrasts.items()][:2])
    for name, found in corrected(answered, planned=len(contrasts)).items():
        assert found.p_different == min(len(contrasts) * contrasts[name].p_different, 1.0)
        assert found.p_different >= corrected(contrasts)[name].p_different
    with pytest.raises(ValueError, match="more than the 1 that were planned"):
        corrected(answered, planned=1)


def test_holm_keeps_the_rate_of_any_false_alarm():
    p = np.random.default_rng(0).uniform(size=(4000, 3))
    alarms = sum(min(holm(row)) < 0.05 for row in p)
    assert stats.binomtest(alarms, 4000, 1 - (1 - 0.05 / 3) ** 3).pvalue > 1e-4


def test_seeds_and_images_are_both_sources_of_chance():
    """The interval covers the true difference, which that over seeds alone does not."""
    rng = np.random.default_rng(0)
    covered = narrow = 0
    for _ in range(400):
        images = rng.normal(0.0, 1.0, 60)
        seeds = rng.normal(0.0, 0.05, 8)
        table = seeds[:, None] + images + rng.normal(0.0, 0.5, (8, 60))
        wide = over_seeds_and_images(table)
        covered += wide.low < 0.0 < wide.high
        rows = table.mean(axis=1)
        alone = contrast(rows, np.zeros(8), margin=1.0).difference
        narrow += alone.low < 0.0 < alone.high
    assert covered / 400 > 0.93 and narrow / 400 < 0.8


def test_without_differing_images_the_seeds_alone_count():
    rows = np.repeat([[0.1], [0.2], [0.4]], 50, axis=1)
    found = over_seeds_and_images(rows)
    expected = contrast(rows[:, 0], np.zeros(3), margin=1.0).difference
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_arms_that_never_differ():
    found = contrast([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], margin=0.1)
    assert found.verdict() == "equivalent" and math.isnan(found.correlation)
    assert contrast([2.0, 2.0], [1.0, 1.0], margin=0.1).verdict() == "different and relevant"


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.7])
def test_equal_differences_are_no_spread_whatever_rounding_makes_of_them(gap):
    a = np.array([90.1, 95.2, 97.3, 0.7])
    found = contrast(a, a - gap, margin=0.5)
    assert found.standard_deviation == 0.0
    assert found.p_different == float(gap == 0.0) and found.p_equivalent == float(gap > 0.5)


def test_an_arm_that_never_changes_has_no_correlation():
    assert math.isnan(contrast([0.1] * 3, [0.1, 0.2, 0.3], margin=0.5).correlation)


def test_wrong_input_is_refused():
    for wrong in (math.nan, -0.1, 1.1):
        with pytest.raises(ValueError, match=r"p is .*\[0, 1\]"):
            holm([0.01, wrong])
    with pytest.raises(ValueError, match="confidence is 95"):
        over_seeds_and_images(np.eye(3), confidence=95)
    for power in (math.nan, 0.5):  # would go on for ever
        with pytest.raises(ValueError, match="10,000 pairs do not reach"):
            pairs_needed(lambda n, power=power: power)
    with pytest.raises(ValueError, match="margin"):
        contrast([1.0, 2.0], [1.0, 2.0], margin=0.0)
    with pytest.raises(ValueError, match="two vectors"):
        contrast([1.0, 2.0], [1.0], margin=0.1)
    with pytest.raises(ValueError, match="n_pairs"):
        equivalence_power(1, 0.1, 0.1)
    with pytest.raises(ValueError, match="effect is"):
        detection_power(10, 1.0, 0.0)
    with pytest.raises(ValueError, match="seeds by images"):
        over_seeds_and_images([1.0, 2.0])
