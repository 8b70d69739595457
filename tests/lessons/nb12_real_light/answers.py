"""Right answers to notebook 12, written in other ways, and mutants that are right too."""

import math

import numpy as np


def dips():
    phases = 2 * np.pi * np.arange(8) / 8
    p = (1 + np.cos(phases)) / 2
    return (0, 1 / 2, float(np.mean(2 * p * (1 - p))))


def memory(step, noise):
    """Search the smallest error."""
    low, high = 0.0, 1.0
    for _ in range(60):
        beta = (low + high) / 2
        if (1 - beta) ** 2 * noise > beta * step:
            low = beta
        else:
            high = beta
    return high


def dip(counts):
    """Go through V, and search the best efficiency of each by a fine grid of its own."""
    none, one, both = (float(count) for count in counts)
    heights = []
    eta = np.linspace(0.005, 1.0, 200)
    for V in np.arange(201) / 200:
        parted = eta**2 * (1 - V) / 2
        lost = (1 - eta) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = [
                np.where(n > 0, n * np.log(np.clip(p, 1e-300, None)), 0.0)
                for n, p in ((none, lost), (one, 1 - lost - parted), (both, parted))
            ]
        heights.append(max(sum(terms)))
    top = max(heights)
    inside = [k / 200 for k, height in enumerate(heights) if 2 * (top - height) < 3.84]
    return heights.index(top) / 200, inside[0], inside[-1]


def clicks(p_device, p_impostor, patterns):
    odds = 0.0
    for pattern in patterns:
        odds += math.log(p_device[pattern] / p_impostor[pattern])
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


ANSWERS = {"12.1": dips, "12.2": memory, "12.3": dip, "12.4": clicks}
_FINE = "another grid, as fine, or without efficiencies that these counts rule out"
EQUIVALENT = {
    "12.3": {
        "201  ->  202": _FINE,
        "200  ->  201": _FINE,
        "0.005  ->  0.11": _FINE,
        "(1 - eta) ** 2 * np.ones_like(V)  ->  (1 - eta) ** 2 / np.ones_like(V)": "by 1",
    },
}
