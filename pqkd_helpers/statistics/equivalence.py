"""Paired contrasts that can say "equal": two one-sided tests, and the usual one.

For the differences d of n pairs, mean D and standard error e = s / sqrt(n):

- *different* asks whether D could be zero: a two-sided t test;
- *equivalent* asks whether D could be as large as the margin: it is rejected from both sides, by
  two one-sided t tests, so the larger of their p values counts.

Not different is not equivalent: few pairs show neither. Several contrasts share one level by
Holm's step-down rule. `pairs_needed` says beforehand how many pairs equivalence takes.

References: D. J. Schuirmann, doi:10.1007/BF01068419; S. Holm, doi:10.2307/4615733.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ..common.checks import check_positive, check_share, check_whole
from .means import PairedDifference, check_confidence, check_pairs, paired_difference

Array = NDArray[np.float64]
ContrastVerdict = Literal[
    "equivalent", "different and relevant", "different but below the margin", "inconclusive"
]
LEVEL = 0.05
_MOST_PAIRS = 10_000


@dataclass(frozen=True)
class Contrast:
    """One arm minus another, seed by seed.

    Attributes
    ----------
    difference : PairedDifference
        Mean with its 95 % interval.
    narrow : PairedDifference
        Mean with its 90 % interval: within the margin where the two one-sided tests, at 5 %, say
        "equivalent".
    margin : float
        Differences below it do not matter.
    standard_deviation : float
        Of the differences.
    correlation : float
        Of the two arms over the seeds; nan where an arm does not vary.
    p_different, p_equivalent : float
        p values of the two questions; corrected where Holm's rule was applied.
    """

    difference: PairedDifference
    narrow: PairedDifference
    margin: float
    standard_deviation: float
    correlation: float
    p_different: float
    p_equivalent: float

    def verdict(self, *, sensitive: bool = True) -> ContrastVerdict:
        """Return what the contrast shows.

        Parameters
        ----------
        sensitive : bool
            Whether the experiment found an effect that is known to be there. If not, nothing may
            be called small: neither "equivalent" nor "below the margin" is said.

        Returns
        -------
        str
            "different and relevant" if a difference is shown and all of its 95 % interval lies
            beyond the margin; "different but below the margin" if a difference is shown and all
            of it within; "equivalent" if it is shown to be within the margin and not shown to
            differ from zero; else "inconclusive".
        """
        differs, within = self.p_different < LEVEL, self.p_equivalent < LEVEL and sensitive
        beyond = max(self.difference.low, -self.difference.high) > self.margin
        if differs and beyond:
            return "different and relevant"
        if differs and within:
            return "different but below the margin"
        return "equivalent" if within and not differs else "inconclusive"


def contrast(first: ArrayLike, second: ArrayLike, *, margin: float) -> Contrast:
    """Compare two arms by their pairs.

    Parameters
    ----------
    first, second : (n,) array_like
        The same seed at the same place; n >= 2.
    margin : float
        Differences below it do not matter; > 0, in the unit of the arms.

    Examples
    --------
    >>> found = contrast([9.9, 10.1, 10.0, 10.2], [10.0, 10.0, 10.1, 10.1], margin=0.5)
    >>> found.verdict(), found.verdict(sensitive=False)
    ('equivalent', 'inconclusive')
    """
    check_positive("margin", margin)
    difference = paired_difference(first, second)
    a, b = check_pairs(first, second, least=2)
    d = a - b
    # what rounding makes of equal differences is no deviation, and a t test would take it for one
    rounding = 1e-12 * float(np.abs([a, b]).max())
    deviation = float(d.std(ddof=1)) if np.ptp(d) > rounding else 0.0
    if deviation == 0.0:
        p_different, p_equivalent = float(abs(d[0]) <= rounding), float(abs(d[0]) >= margin)
    else:
        p_different = float(stats.ttest_1samp(d, 0.0).pvalue)
        p_equivalent = max(
            float(stats.ttest_1samp(d, -margin, alternative="greater").pvalue),
            float(stats.ttest_1samp(d, margin, alternative="less").pvalue),
        )
    varies = np.ptp(a) > 0.0 and np.ptp(b) > 0.0
    return Contrast(
        difference=difference,
        narrow=paired_difference(first, second, confidence=0.9),
        margin=margin,
        standard_deviation=deviation,
        correlation=float(np.corrcoef(a, b)[0, 1]) if varies else float("nan"),
        p_different=p_different,
        p_equivalent=p_equivalent,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values corrected for their number by Holm's step-down rule.

    Raises
    ------
    ValueError
        If one of them is not in [0, 1].

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.array([check_share("p", value) for value in p_values])
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected.tolist()


def corrected(
    contrasts: Mapping[str, Contrast], *, planned: int | None = None
) -> dict[str, Contrast]:
    """Return the contrasts with p values corrected for the number of planned questions.

    Parameters
    ----------
    contrasts : mapping of str to Contrast
    planned : int or None
        Number of questions of the plan; None: as many as there are here. Where all are here,
        Holm's rule. Where some are open, each p value is taken times this number (Bonferroni): what
        Holm's rule will give is never more.

    Raises
    ------
    ValueError
        If there are more contrasts than were planned.
    """
    n = len(contrasts) if planned is None else check_whole("planned", planned, least=1)
    if n < len(contrasts):
        raise ValueError(f"{len(contrasts)} contrasts are more than the {n} that were planned")

    def correct(p_values: list[float]) -> list[float]:
        return holm(p_values) if len(p_values) == n else [min(n * p, 1.0) for p in p_values]

    differ = correct([found.p_different for found in contrasts.values()])
    equal = correct([found.p_equivalent for found in contrasts.values()])
    return {
        name: replace(found, p_different=p, p_equivalent=q)
        for (name, found), p, q in zip(contrasts.items(), differ, equal, strict=True)
    }


def equivalence_power(
    n_pairs: int, standard_deviation: float, margin: float, *, level: float = LEVEL
) -> float:
    """Return the probability that two one-sided tests show a true difference of zero to be small.

    Parameters
    ----------
    n_pairs : int
        2 or more.
    standard_deviation : float
        Of the differences.
    margin : float
    level : float
        Level of each of the two tests.

    Examples
    --------
    >>> round(equivalence_power(19, 0.3 * 2**0.5, 0.3), 2)
    0.81
    """
    check_whole("n_pairs", n_pairs, least=2)
    check_positive("standard_deviation", standard_deviation)
    check_positive("margin", margin)
    check_share("level", level, below_one=True)
    # Averaged over the law of the estimated standard deviation, at midpoints of its quantiles.
    shares = (np.arange(2000) + 0.5) / 2000
    estimated = standard_deviation * np.sqrt(stats.chi2.ppf(shares, n_pairs - 1) / (n_pairs - 1))
    error = standard_deviation / np.sqrt(n_pairs)
    reach = margin - stats.t.ppf(1.0 - level, n_pairs - 1) * estimated / np.sqrt(n_pairs)
    return float(np.clip(2.0 * stats.norm.cdf(reach / error) - 1.0, 0.0, None).mean())


def detection_power(n_pairs: int, standard_deviation: float, effect: float) -> float:
    """Return the probability that a two-sided paired t test at 5 % finds a true difference.

    Parameters
    ----------
    n_pairs : int
        2 or more.
    standard_deviation : float
        Of the differences.
    effect : float
        The true difference, > 0.

    Examples
    --------
    >>> round(detection_power(34, 1.0, 0.5), 2)
    0.81
    """
    check_whole("n_pairs", n_pairs, least=2)
    check_positive("standard_deviation", standard_deviation)
    check_positive("effect", effect)
    t = stats.t.ppf(1.0 - LEVEL / 2.0, n_pairs - 1)
    return float(stats.nct.sf(t, n_pairs - 1, effect / standard_deviation * np.sqrt(n_pairs)))


def pairs_needed(
    power_of: Callable[[int], float], *, power: float = 0.8, at_least: int = 10
) -> int:
    """Return the smallest number of pairs with this power.

    Parameters
    ----------
    power_of : callable
        The power, by the number of pairs; it rises to 1.
    power : float
        In (0, 1).
    at_least : int
        Fewer are not returned.

    Raises
    ------
    ValueError
        If 10,000 pairs are too few.

    Examples
    --------
    >>> pairs_needed(lambda n: equivalence_power(n, 0.2 * 2**0.5, 0.3, level=0.05 / 3))
    13
    >>> pairs_needed(lambda n: detection_power(n, 1.0, 0.5))
    34
    """
    check_share("power", power, below_one=True)
    n = check_whole("at_least", at_least, least=2)
    while not power_of(n) >= power:
        n += 1
        if n > _MOST_PAIRS:
            raise ValueError(f"{_MOST_PAIRS:,} pairs do not reach the power {power}")
    return n


def over_seeds_and_images(differences: ArrayLike, *, confidence: float = 0.95) -> PairedDifference:
    """Return the mean difference with an interval over other seeds *and* other test images.

    A table of seeds by images has two sources of chance. With the mean squares of seeds, images
    and what is left, the variance of the mean is ``(MS_seeds + MS_images - MS_rest) / (n m)``.

    Parameters
    ----------
    differences : (n_seeds, n_images) array_like
        For each seed and image, 1 where only the first arm is right, -1 where only the second is,
        else 0; n_seeds >= 2, n_images >= 2.
    confidence : float
        Probability in (0, 1) with which such intervals cover the true mean.

    Raises
    ------
    ValueError
        If the differences are no such table of finite numbers, or the confidence is out of range.

    Reference: J. Cornfield and J. W. Tukey, doi:10.1214/aoms/1177728067.
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 2 or min(d.shape) < 2 or not np.isfinite(d).all():
        raise ValueError(f"the differences have shape {d.shape}: seeds by images are expected")
    check_confidence(confidence)
    n, m = d.shape
    mean, by_seed, by_image = d.mean(), d.mean(axis=1), d.mean(axis=0)
    seeds, images = m * by_seed.var(ddof=1), n * by_image.var(ddof=1)
    rest = ((d - by_seed[:, None] - by_image + mean) ** 2).sum() / ((n - 1) * (m - 1))
    variance = max(seeds + images - rest, seeds) / (n * m)
    half = float(stats.t.ppf(0.5 + confidence / 2.0, n - 1)) * np.sqrt(variance)
    return PairedDifference(float(mean), float(mean - half), float(mean + half), n)
