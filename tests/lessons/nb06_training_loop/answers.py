"""Right answers to the exercises of notebook 06, written in other ways than the references."""

from statistics import mean, stdev

import numpy as np
from scipy.stats import t


def verdict():
    return "no difference " + "is shown"


def paired_interval(first, second):
    gaps = [float(a) - float(b) for a, b in zip(first, second, strict=True)]
    error = stdev(gaps) / len(gaps) ** 0.5
    return [mean(gaps), *t.interval(0.95, len(gaps) - 1, loc=mean(gaps), scale=error)]


def accuracy_at_zero(labels, logits):
    named = max(range(len(logits)), key=lambda k: logits[k])
    return sum(int(label) == named for label in labels) / len(labels)


def sham_step(theta, direction, losses, a, c, heads):
    sign = -1.0 if heads else 1.0
    gradient = sign * (losses[0] - losses[1]) / (2.0 * c) * np.array(direction)
    return [angle - a * slope for angle, slope in zip(theta, gradient, strict=True)]


def gain_of_choosing(validation, test):
    chosen = [max(range(len(run)), key=run.__getitem__) for run in validation.tolist()]
    return tuple(
        mean(float(run[k] - run[-1]) for run, k in zip(split, chosen, strict=True))
        for split in (validation, test)
    )


ANSWERS = {
    "6.1": verdict,
    "6.2": paired_interval,
    "6.3": accuracy_at_zero,
    "6.4": sham_step,
    "6.5": gain_of_choosing,
}
EQUIVALENT = {
    "6.4": {
        "a * (plus - minus) / (2 * c) * direction"
        "  ->  a * (plus - minus) / (2 * c) / direction": "for signs, 1 / Delta = Delta",
    },
}
