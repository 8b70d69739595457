import numpy as np
import pytest
from scipy.stats import ttest_rel

from pqkd_helpers.statistics.means import paired_difference


def test_the_interval_is_that_of_the_paired_t_test():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 7)) + np.array([[0.4], [0.0]])
    ours = paired_difference(first, second, confidence=0.9)
    theirs = ttest_rel(first, second).confidence_interval(0.9)
    np.testing.assert_allclose([ours.low, ours.high], theirs)
    assert ours.mean == pytest.approx(np.mean(first - second)) and ours.n == 7


def test_it_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        interval = paired_difference(rng.normal(1.0, 2.0, 5), np.zeros(5), confidence=0.8)
        hits += interval.low <= 1.0 <= interval.high
    assert abs(hits / 2000 - 0.8) < 5 * np.sqrt(0.8 * 0.2 / 2000)


def test_noise_common_to_a_pair_cancels():
    common = np.random.default_rng(2).normal(0.0, 100.0, 6)
    gap = np.array([1.0, 1.1, 0.9, 1.0, 1.2, 0.8])
    assert paired_difference(common + gap, common).excludes_zero
    assert not paired_difference(common + gap, common[::-1]).excludes_zero


@pytest.mark.parametrize(
    ("first", "second", "options"),
    [
        ([1.0], [2.0], {}),
        ([1.0, 2.0], [1.0, 2.0, 3.0], {}),
        ([1.0, np.nan], [1.0, 2.0], {}),
        ([[1.0, 2.0]], [[1.0, 2.0]], {}),
        ([1.0, 2.0], [1.0, 3.0], {"confidence": 1.0}),
    ],
)
def test_what_has_no_interval_is_refused(first, second, options):
    with pytest.raises(ValueError, match="expected"):
        paired_difference(first, second, **options)
