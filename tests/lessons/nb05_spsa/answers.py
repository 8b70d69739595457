"""Right answers to notebook 05, written in other ways, and mutants that are right too."""

import numpy as np


def path(loss, theta, n_steps, a, c, bound, rng):
    """Ask for the second point first, and toss the coins in another way."""
    angles = [list(map(float, theta))]
    for _ in range(n_steps):
        coins = [1 if rng.random() < 0.5 else -1 for _ in theta]
        low, high = (
            loss([x + sign * c * coin for x, coin in zip(angles[-1], coins, strict=True)])
            for sign in (-1, 1)
        )
        moved = [
            x - a * (high - low) / (2 * c * coin) for x, coin in zip(angles[-1], coins, strict=True)
        ]
        angles.append([min(max(x, -bound), bound) for x in moved])
    return angles


def predictions():
    return {"shots": 800.0, "cosine": 0.125, "move": 1}


def distance(histogram, target, n_shots):
    """Average over pairs of different shots, in closed form."""
    own = (n_shots * (histogram @ histogram) - 2) / (n_shots - 1)
    return float(own - 2 * histogram @ target + target @ target)


def shift(noise, third):
    shifts = np.geomspace(1e-4, 20.0, 20_001)
    errors = noise**2 / (2 * shifts**2) + (third * shifts**2 / 6) ** 2
    return shifts[errors.argmin()]


def signs(n_modes, loop_lengths):
    """Colour the bins one after the other, starting anew where nothing is known yet."""
    colours = {}
    for first in range(n_modes):
        waiting = [(first, colours.get(first, -1))]
        while waiting:
            i, sign = waiting.pop()
            if i in colours:
                if colours[i] != sign:
                    return None
                continue
            colours[i] = sign
            for length in loop_lengths:
                waiting += [(j, -sign) for j in (i - length, i + length) if 0 <= j < n_modes]
    return [colours[i] for i in range(n_modes)]


ANSWERS = {"5.1": path, "5.2": predictions, "5.3": distance, "5.4": shift, "5.5": signs}
EQUIVALENT = {
    "5.1": {
        "c * direction  ->  c / direction": "1 / Delta = Delta for signs",
        "difference / (2 * c) * direction  ->  difference / (2 * c) / direction": (
            "1 / Delta = Delta for signs"
        ),
    },
}
