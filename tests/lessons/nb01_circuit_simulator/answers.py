"""Right answers to the exercises of notebook 01, written in other ways than the references."""

import itertools
import math

import numpy as np


def one_in_each_bin():
    return np.array([1 / 4, 1 / 2, 1], dtype=np.float32)


def sample_clicks(U, photons, n_shots, rng, identical):
    """Follow every photon to an exit of its own: sum over ordered exits, each list once."""
    m, n = len(U), len(photons)
    chances = np.zeros((2,) * m)
    for exits in itertools.product(range(m), repeat=n):
        ways = list(set(itertools.permutations(range(n))))
        terms = [math.prod(U[exits[k], photons[way[k]]] for k in range(n)) for way in ways]
        chance = sum(terms) ** 2 if identical else sum(term**2 for term in terms)
        # Every list of exits that differs only by its order has the same chance.
        chances[tuple(int(i in exits) for i in range(m))] += chance / math.factorial(n)
    drawn = rng.choice(2**m, size=n_shots, p=chances.ravel() / chances.sum())
    return [[number >> (m - 1 - i) & 1 for i in range(m)] for number in drawn]


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


ANSWERS = {
    "1.1": one_in_each_bin,
    "1.2": sample_clicks,
    "1.3": clicks_of_coins,
    "1.4": mean_clicks,
}
EQUIVALENT = {}
