import numpy as np
import pytest
from scipy.stats import t as student_t
from scipy.stats import ttest_ind

from pqkd_helpers.statistics.means import mean_of
from pqkd_helpers.statistics.verdicts import compare_with_paper, judge_claim, verdict


@pytest.mark.parametrize(
    ("ours", "finding"),
    [
        ([99.0, 99.1, 99.2], "equivalent"),
        ([97.0, 97.1, 97.2], "different"),
        ([101.0, 101.1, 101.2], "different"),
        ([98.0, 99.1, 100.2], "inconclusive"),
        ([98.5, 98.6, 98.7], "inconclusive"),  # the interval reaches over the margin
        ([99.1], "inconclusive"),  # one seed knows nothing of its scatter
        ([90.0], "inconclusive"),
    ],
)
def test_findings_on_made_up_numbers(ours, finding):
    found = compare_with_paper(ours, paper_mean=99.1, paper_deviation=0.1, margin=0.5)
    assert found.finding == finding
    assert found.difference == pytest.approx(np.mean(ours) - 99.1)


def test_the_interval_is_welchs():
    """Theirs is made of five values of the stated mean and standard deviation."""
    ours = np.array([1.0, 1.4, 1.9, 2.2])
    theirs = 1.5 + 0.4 * np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / np.sqrt(2.5)
    found = compare_with_paper(ours, paper_mean=1.5, paper_deviation=0.4, margin=1.0)
    interval = ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_equal_values_without_scatter_are_equivalent():
    assert compare_with_paper([5.0, 5.0], paper_mean=5.0, margin=0.1).finding == "equivalent"


def test_a_true_difference_of_one_margin_is_rarely_called_equivalent():
    """The two one-sided tests err in 5 % of such cases at most."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(2000):
        ours = rng.normal(1.0, 0.3, 5)
        paper = rng.normal(0.0, 0.3, 5)
        found = compare_with_paper(
            ours, paper_mean=paper.mean(), paper_deviation=paper.std(ddof=1), margin=1.0
        )
        wrong += found.finding == "equivalent"
    assert wrong / 2000 < 0.065


def test_claims():
    teacher = [90.0, 91.0, 90.5]
    assert judge_claim([92.0, 93.1, 92.4], teacher, "above") == "holds"
    assert judge_claim([92.0, 93.1, 92.4], teacher, "below") == "contradicted"
    assert judge_claim([92.0, 89.0, 90.5], teacher, "above") == "open"
    assert judge_claim([90.1, 91.0, 90.4], teacher, "equal", margin=0.5) == "holds"
    assert judge_claim([92.0, 93.1, 92.4], teacher, "equal", margin=0.5) == "contradicted"
    assert judge_claim([91.0, 91.1, 90.4], teacher, "equal", margin=0.5) == "open"
    assert judge_claim([92.0], [90.0], "above") == "open"
    with pytest.raises(ValueError, match="needs one"):
        judge_claim(teacher, teacher, "equal")
    with pytest.raises(ValueError, match="direction"):
        judge_claim(teacher, teacher, "better")


VERDICTS = [
    (["equivalent"], "reproduced"),
    (["equivalent", "equivalent", "holds"], "reproduced"),
    (["equivalent", "inconclusive", "holds"], "inconclusive"),
    (["equivalent", "open"], "inconclusive"),
    (["inconclusive", "open"], "inconclusive"),
    (["inconclusive", "holds"], "inconclusive"),
    (["equivalent", "contradicted"], "partly"),
    (["different", "holds"], "partly"),
    (["different", "equivalent", "open"], "partly"),
    (["different", "contradicted"], "not"),
    (["different", "open"], "not"),
    (["different"], "not"),
    (["inconclusive", "contradicted"], "not"),
]


@pytest.mark.parametrize("ours", [[93.0, 94.0, 95.5], [1.0, 2.0], [3.0, 3.1, 2.7, 3.3, 2.9]])
def test_a_deviation_that_stands_in_for_the_papers_is_one_estimate_not_two(ours):
    n, deviation = len(ours), np.std(ours, ddof=1)
    found = compare_with_paper(ours, paper_mean=0.0, margin=1.0, paper_n=5)
    half = student_t.ppf(0.95, n - 1) * deviation * np.sqrt(1 / n + 1 / 5)
    assert (found.high - found.low) / 2 == pytest.approx(half)


@pytest.mark.parametrize(("findings", "expected"), VERDICTS)
def test_verdicts(findings, expected):
    assert verdict(findings, paper_recipe=True) == expected
    at_this_scale = {"not": "not at this scale", "reproduced": "holds at this scale"}
    assert verdict(findings, paper_recipe=False) == at_this_scale.get(expected, expected)


@pytest.mark.parametrize("findings", [findings for findings, _ in VERDICTS])
def test_nothing_is_decided_without_the_premise(findings):
    assert verdict(findings, premise=False, paper_recipe=True) == "premise not met"


def test_without_a_finding_there_is_no_verdict():
    with pytest.raises(ValueError, match="no finding"):
        verdict([], paper_recipe=True)
    with pytest.raises(ValueError, match="'equivallent'"):
        verdict(["equivallent"], paper_recipe=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"paper_mean": np.nan}, "mean is nan"),
        ({"paper_deviation": np.nan}, "deviation nan"),  # was "equivalent"
        ({"paper_deviation": -1.0}, "deviation -1.0"),
        ({"paper_n": 1}, "paper_n is 1"),
        ({"margin": np.nan}, "margin is nan"),
        ({"ours": [np.nan, 1.0]}, "one finite number or more"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        compare_with_paper(**{"ours": [1.0, 2.0, 3.0], "paper_mean": 2.0, "margin": 0.5, **options})


@pytest.mark.parametrize(
    ("first", "second", "margin"),
    [
        ([1.0], [1.0, 2.0], None),
        ([np.nan], [1.0], None),
        ([[1.0]], [[1.0]], None),
        ([1.0, 2.0], [1.0, 2.0], -0.5),
        ([1.0, 2.0], [1.0, 2.0], np.nan),
    ],
)
def test_claims_about_no_pairs_are_refused(first, second, margin):
    with pytest.raises(ValueError, match="expected"):
        judge_claim(first, second, "equal", margin=margin)


def test_no_pair_leaves_a_claim_open():
    assert judge_claim([], [], "above") == "open"


def test_means():
    found = mean_of([1.0, 2.0, 3.0])
    assert (found.mean, found.standard_deviation, found.n) == (2.0, 1.0, 3)
    assert found.low == pytest.approx(2.0 - 4.302653 / np.sqrt(3))
    single = mean_of([4.0])
    assert (single.low, single.high, single.standard_deviation) == (None, None, None)
    assert single.text() == "4.00, n = 1"
    with pytest.raises(ValueError, match="finite"):
        mean_of([])
    with pytest.raises(ValueError, match="confidence"):
        mean_of([1.0, 2.0], confidence=95)
