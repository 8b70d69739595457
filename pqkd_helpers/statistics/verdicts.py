"""Verdicts by a rule stated beforehand: on a number of the paper, and on what is claimed of it.

A number is compared by two one-sided tests. With the difference d of our mean from the paper's and
its standard error ``sqrt(s^2 / n + s_paper^2 / n_paper)``, the 90 % interval of d (Welch) decides:

    inside (-margin, margin)      equivalent
    wholly outside it             different
    else                          inconclusive

The margin is stated beforehand, with its reason. A claim, such as "the student is better than its
teacher", is compared with the 95 % interval of our own paired differences: it holds, is
contradicted, or is left open. Both together give one verdict; see `verdict`. It takes two things
more into account: whether the premise of the claim holds in our runs (a claim about a teacher that
has memorised its images cannot be tested with one that has not), and whether the runs have the
paper's recipe (without it, nothing is said of the paper but of our scale).

Reference: D. J. Schuirmann, doi:10.1007/BF01068419.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student_t

from ..common.checks import check_choice, check_positive, check_whole
from .means import check_pairs, paired_difference

NumberFinding = Literal["equivalent", "different", "inconclusive"]
ClaimFinding = Literal["holds", "contradicted", "open"]
Direction = Literal["above", "below", "equal"]
Verdict = Literal[
    "reproduced",
    "partly",
    "not",
    "not at this scale",
    "holds at this scale",
    "inconclusive",
    "premise not met",
    "shape only",
    "not attempted",
]


@dataclass(frozen=True)
class Comparison:
    """Our mean compared with a number of the paper.

    Attributes
    ----------
    difference : float
        Ours minus the paper's.
    low, high : float or None
        Its 90 % interval; None with a single value of ours.
    margin : float
        Half the width of the range that counts as equal.
    finding : {"equivalent", "different", "inconclusive"}
    """

    difference: float
    low: float | None
    high: float | None
    margin: float
    finding: NumberFinding


def compare_with_paper(
    ours: ArrayLike,
    *,
    paper_mean: float,
    margin: float,
    paper_deviation: float | None = None,
    paper_n: int = 5,
) -> Comparison:
    """Compare our values with a mean of the paper.

    Parameters
    ----------
    ours : (n,) array_like
        One value per seed; n >= 1.
    paper_mean : float
    margin : float
        Differences below it count as equal; > 0, in the same unit.
    paper_deviation : float or None
        The paper's standard deviation over seeds; None where we know none: ours is taken for both,
        with its n - 1 degrees of freedom.
    paper_n : int
        The paper's number of seeds, 2 or more.

    Raises
    ------
    ValueError
        If a value is not finite, the margin is not positive, the paper's standard deviation is
        negative, or its seeds are fewer than two.

    Examples
    --------
    >>> compare_with_paper([9.9, 10.0, 10.1], paper_mean=10.0, margin=0.5).finding
    'equivalent'
    >>> compare_with_paper([10.0], paper_mean=10.0, margin=0.5).finding
    'inconclusive'
    """
    x = np.asarray(ours, dtype=np.float64)
    if x.ndim != 1 or x.size < 1 or not np.isfinite(x).all():
        raise ValueError(f"ours have shape {x.shape}: one finite number or more are expected")
    check_positive("margin", margin)
    check_whole("paper_n", paper_n, least=2)
    if not math.isfinite(paper_mean) or not 0.0 <= (paper_deviation or 0.0) < math.inf:
        raise ValueError(
            f"the paper's mean is {paper_mean!r} with the standard deviation {paper_deviation!r}: "
            "finite numbers are expected, the second none below 0"
        )
    difference = float(x.mean()) - paper_mean
    if x.size == 1:
        return Comparison(difference, None, None, margin, "inconclusive")
    deviation = float(x.std(ddof=1)) if np.ptp(x) > 0.0 else 0.0
    freedom, theirs = float(x.size - 1), deviation
    if paper_deviation is not None:
        theirs = paper_deviation
    parts = deviation**2 / x.size, theirs**2 / paper_n
    half = 0.0
    if sum(parts) > 0.0:
        if paper_deviation is not None:
            squares = parts[0] ** 2 / (x.size - 1) + parts[1] ** 2 / (paper_n - 1)
            freedom = sum(parts) ** 2 / squares
        half = float(student_t.ppf(0.95, freedom)) * math.sqrt(sum(parts))
    low, high = difference - half, difference + half
    finding: NumberFinding = "inconclusive"
    if -margin < low and high < margin:
        finding = "equivalent"
    elif high < -margin or low > margin:
        finding = "different"
    return Comparison(difference, low, high, margin, finding)


def judge_claim(
    first: ArrayLike, second: ArrayLike, direction: Direction, *, margin: float | None = None
) -> ClaimFinding:
    """Judge a claim about two arms by their paired differences, first minus second.

    Parameters
    ----------
    first, second : (n,) array_like
        The same seed at the same place. With fewer than two pairs the claim is left open.
    direction : {"above", "below", "equal"}
        What is claimed of the first arm.
    margin : float or None
        For "equal" alone: differences below it count as equal; > 0.

    Raises
    ------
    ValueError
        If the arms are not two equally long vectors of finite numbers, or direction or margin is
        not of this form.

    Examples
    --------
    >>> judge_claim([3.0, 4.0, 3.5], [1.0, 2.0, 1.4], "above")
    'holds'
    """
    check_choice("direction", direction, ("above", "below", "equal"))
    if margin is not None:
        check_positive("margin", margin)
    a, _ = check_pairs(first, second, least=0)
    if a.size < 2:
        return "open"
    if direction == "equal":
        if margin is None:
            raise ValueError("margin is None, but a claim of equality needs one")
        narrow = paired_difference(first, second, confidence=0.9)
        if -margin < narrow.low and narrow.high < margin:
            return "holds"
        return "contradicted" if narrow.low > margin or narrow.high < -margin else "open"
    found = paired_difference(first, second)
    sign = 1.0 if direction == "above" else -1.0
    if not found.excludes_zero:
        return "open"
    return "holds" if sign * found.mean > 0.0 else "contradicted"


def verdict(
    findings: Sequence[NumberFinding | ClaimFinding],
    *,
    premise: bool = True,
    paper_recipe: bool,
) -> Verdict:
    """Return one verdict on numbers of the paper and what is claimed of them.

    Every verdict of the project is made here.

    Parameters
    ----------
    findings : sequence of str
        What `compare_with_paper` found of each number, and `judge_claim` of each claim.
    premise : bool
        Whether what the claim presupposes holds in our runs.
    paper_recipe : bool
        Whether the runs have the paper's recipe, as far as it is known.

    Returns
    -------
    str
        "premise not met" without the premise, whatever was found. Else "reproduced" if all numbers
        are equivalent and all claims hold; without the paper's recipe "holds at this scale".
        "partly" if findings point to different sides; "inconclusive" if none is against the paper
        and one is open. If findings are against the paper and none is for it: "not"; without the
        paper's recipe "not at this scale".

    Raises
    ------
    ValueError
        If there is no finding, or one of another name.

    Examples
    --------
    >>> verdict(["equivalent", "holds"], paper_recipe=True)
    'reproduced'
    >>> verdict(["equivalent", "holds"], paper_recipe=False)
    'holds at this scale'
    >>> verdict(["different", "open"], paper_recipe=False)
    'not at this scale'
    """
    known = (*get_args(NumberFinding), *get_args(ClaimFinding))
    for finding in findings:
        check_choice("a finding", finding, known)
    if not findings:
        raise ValueError("there is no finding, so there is no verdict")
    if not premise:
        return "premise not met"
    good = [finding in ("equivalent", "holds") for finding in findings]
    if all(good):
        return "reproduced" if paper_recipe else "holds at this scale"
    if any(finding in ("different", "contradicted") for finding in findings):
        if any(good):
            return "partly"
        return "not" if paper_recipe else "not at this scale"
    return "inconclusive"
