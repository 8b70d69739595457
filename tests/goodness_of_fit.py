"""Statistical comparison with a stated false-alarm rate.

Every test that uses this has a fixed seed, so it gives the same verdict in every run; the
false-alarm rate says how likely that seed was to be an unlucky one.
"""

import numpy as np
from scipy.stats import chi2

FALSE_ALARM_RATE = 1e-6


def fits(counts, probabilities):
    """Pearson's chi-square test of counts against exact probabilities, rare outcomes pooled."""
    counts, probabilities = np.asarray(counts, float), np.asarray(probabilities, float)
    total = counts.sum()
    if (counts[probabilities < 1e-14] > 0).any():
        return False
    frequent = total * probabilities >= 10
    observed = np.append(counts[frequent], counts[~frequent].sum())
    expected = np.append(total * probabilities[frequent], total * probabilities[~frequent].sum())
    if expected[-1] < 1e-9:
        observed, expected = observed[:-1], expected[:-1]
    statistic = ((observed - expected) ** 2 / np.maximum(expected, 1e-300)).sum()
    return chi2.sf(statistic, max(len(expected) - 1, 1)) > FALSE_ALARM_RATE
