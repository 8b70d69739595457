"""Right answers to the exercises of notebook 10, written in other ways than the references."""

from itertools import count

import numpy as np
from scipy.stats import chi2, norm, t, ttest_1samp, ttest_ind_from_stats


def judge_number(ours, paper_mean, paper_deviation, margin):
    def p_value(shift, alternative):
        return ttest_ind_from_stats(
            np.mean(ours), np.std(ours, ddof=1), len(ours),
            paper_mean + shift, paper_deviation, 5,
            equal_var=False, alternative=alternative,
        ).pvalue  # fmt: skip

    if max(p_value(-margin, "greater"), p_value(margin, "less")) < 0.05:
        return "equivalent"
    if min(p_value(-margin, "less"), p_value(margin, "greater")) < 0.05:
        return "different"
    return "inconclusive"


def row_verdict(records, paper_mean, paper_deviation, margin):
    """With the exercise's own rule for the number, and the paired test spelt out."""
    student, teacher = (
        np.array([100 * r[who]["final"]["validation"]["accuracy"] for r in records])
        for who in ("student", "teacher")
    )
    if sum(r["teacher"]["final"]["train"]["accuracy"] for r in records) < 0.99 * len(records):
        return "premise not met"
    number = judge_number(student, paper_mean, paper_deviation, margin)
    tested = ttest_1samp(student - teacher, 0)
    certain = tested.pvalue < 0.05
    good = [number == "equivalent", bool(certain and tested.statistic > 0)]
    bad = number == "different" or bool(certain and tested.statistic < 0)
    recipe = {r["tier"] for r in records} == {"paper"}
    if all(good):
        return "reproduced" if recipe else "holds at this scale"
    if not bad:
        return "inconclusive"
    if any(good):
        return "partly"
    return "not" if recipe else "not at this scale"


def exact_pairs(margin, deviation):
    """Without the approximation: the power given s, averaged over the law of s."""
    return next(n for n in count(2) if _exact_power(n, margin / deviation) >= 0.8)


def _exact_power(n, ratio):
    shares = (np.arange(2000) + 0.5) / 2000
    estimates = (chi2.ppf(shares, n - 1) / (n - 1)) ** 0.5  # s / sigma, at midpoints of its law
    reach = ratio * n**0.5 - t.isf(0.05, n - 1) * estimates
    return np.clip(1 - 2 * norm.sf(reach), 0, None).mean()


def name_by_name(first, second, defaults):
    found = []
    for name in set(first) | set(second):
        values = [run[name] if name in run else defaults[name] for run in (first, second)]
        if repr(values[0]) != repr(values[1]):
            found.append(name)
    found.sort()
    return tuple(found)


ANSWERS = {
    "10.1": judge_number,
    "10.2": row_verdict,
    "10.3": exact_pairs,
    "10.4": name_by_name,
}
EQUIVALENT = {
    "10.2": {
        "accuracies('teacher', 'train').mean() >= 99.0  ->  "
        "accuracies('teacher', 'train').mean() > 99.0": "no mean is 99.0 to the last digit",
    },
    "10.3": {
        "1000  ->  1001": "fewer than 1000 are needed in every case",
        "2 * student_t.cdf(reach, n - 1) - 1 >= 0.8  ->  "
        "2 * student_t.cdf(reach, n - 1) - 1 > 0.8": "the power is never 0.8 to the last digit",
    },
}
