"""Right answers to the exercises of notebook 01, written in other ways than the references."""

import itertools
import math

import numpy as np


def one_in_each_bin():
    return np.array([0, 1 / 2, 1], dtype=np.float32)


def loop_sampler(photons, theta, n_shots, rng):
    """Draw each photon's bin from the squared amplitudes of the whole loop."""
    m = len(photons)
    U = np.eye(m)
    for k, angle in enumerate(theta):
        turn = np.eye(m)
        turn[k : k + 2, k : k + 2] = [
            [math.cos(angle), -math.sin(angle)],
            [math.sin(angle), math.cos(angle)],
        ]
        U = turn @ U
    clicks = [[0] * m for _ in range(n_shots)]
    for start in range(m):
        if photons[start]:
            chances = U[:, start] ** 2
            bins = rng.choice(m, size=n_shots, p=chances / chances.sum())
            for shot, place in zip(clicks, bins, strict=True):
                shot[place] = 1
    return clicks


def clicks_of_coins(p):
    """The coefficients of a product of polynomials."""
    polynomial = [1.0]
    for click in p:
        polynomial = np.convolve(polynomial, [1.0 - click, click])
    return list(polynomial)


def mean_clicks(U, identical):
    """One minus the probability of darkness, by permanents of 2 x 2 tables."""
    result = []
    for row in U:
        dark = (1 - row[0] ** 2) * (1 - row[1] ** 2)
        if identical:
            dark += (row[0] * row[1]) ** 2
        result.append(1 - dark)
    return result


def no_light(A, dark):
    n = A.shape[1]
    bright = [row for i, row in enumerate(A) if i not in dark]
    total = 0.0
    for order in itertools.permutations(range(n)):
        total += math.prod(sum(row[j] * row[order[j]] for row in bright) for j in range(n))
    return float(total)


ANSWERS = {
    "1.1": one_in_each_bin,
    "1.2": loop_sampler,
    "1.3": clicks_of_coins,
    "1.4": mean_clicks,
    "1.5": no_light,
}
EQUIVALENT = {}
