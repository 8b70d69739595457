"""Right answers to the exercises of notebook 06, written in other ways than the references."""

from statistics import mean

import numpy as np
from scipy.stats import ttest_rel


def judge(spsa, sham):
    """Ask another library for the interval."""
    found = ttest_rel(spsa, sham).confidence_interval(0.95)
    if found.low * found.high <= 0:
        return found.low, found.high, "no difference is shown"
    better = "SPSA" if found.low > 0 else "the sham"
    return found.low, found.high, f"{better} is better"


class Loop:
    """Algorithm S1 as an object that remembers, with its own way to toss coins."""

    def __init__(self, sample, loss, train, theta):
        self.sample, self.loss, self.train = sample, loss, train
        self.theta, self.mean = np.array(theta), None

    @staticmethod
    def z(histogram):
        return histogram / np.sqrt(np.mean(np.square(histogram)))

    def would_be(self, new, beta):
        return new if self.mean is None else new + beta * (self.mean - new)

    def step(self, a, c, beta, rng):
        shift = np.where(rng.random(self.theta.size) < 0.5, c, -c)
        low, high = (
            self.z(self.would_be(self.sample(self.theta + sign * shift), beta)) for sign in (-1, 1)
        )
        rise = self.loss(high) - self.loss(low)
        self.theta = (self.theta - a * rise / (2 * shift)).clip(-np.pi, np.pi)

    def epoch(self, beta):
        self.mean = self.would_be(self.sample(self.theta), beta)
        self.train(self.z(self.mean))


def algorithm_s1(sample, loss, train, theta, n_epochs, n_steps, a, c, beta, rng):
    loop = Loop(sample, loss, train, theta)
    path = []
    for _ in range(n_epochs):
        for _ in range(n_steps):
            loop.step(a, c, beta, rng)
        loop.epoch(beta)
        path.append(loop.theta.tolist())
    return path


def sham_walk(theta, directions, losses, a, c, heads):
    here, squares = np.array(theta), 0.0
    for direction, (plus, minus), coin in zip(directions, losses, heads, strict=True):
        length = a * (plus - minus) / (2.0 * c)
        squares += len(here) * length * length
        here = here + (length if coin else -length) * direction
    return here.tolist(), squares**0.5


def gain_of_choosing(validation, test):
    chosen = [max(range(len(run)), key=run.__getitem__) for run in validation.tolist()]
    return tuple(
        mean(float(run[k] - run[-1]) for run, k in zip(split, chosen, strict=True))
        for split in (validation, test)
    )


def change_the_method():
    before, gaps = np.array([90.0, 88.5, 91.0, 89.5, 90.5, 87.0]), [0.5, -1.0, 0.0, 1.5, -0.5, 0.5]
    return {
        "verdict": "no difference is shown",
        "change": {"objective": "fresh"},
        "predicted": "better",
        "after": list(before + gaps),
        "before": before,
    }


ANSWERS = {
    "6.1": judge,
    "6.2": algorithm_s1,
    "6.3": gain_of_choosing,
    "6.4": sham_walk,
    "6.5": change_the_method,
}
_FOR_SIGNS = "for signs, 1 / Delta = Delta"
_STILL_WORSE = "another accuracy, and the verdict is the same"
EQUIVALENT = {
    "6.2": {
        "a * (plus - minus) / (2 * c) * delta"
        "  ->  a * (plus - minus) / (2 * c) / delta": _FOR_SIGNS,
        "c * delta  ->  c / delta": _FOR_SIGNS,
    },
    "6.4": {
        "-a * slopes[:, None] * directions  ->  -a * slopes[:, None] / directions": _FOR_SIGNS,
    },
    "6.5": {
        "0.0  ->  0.1": "another change of the same setting",
    },
}
