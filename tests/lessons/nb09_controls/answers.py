"""Right answers to the exercises of notebook 09, written in other ways than the references."""

import numpy as np


def four_predictions():
    same, other = True, False
    return {
        "twice z": other,
        "shuffled anew": other,
        "two frozen z": same,
        "minus z": same,
    }


def can_tell_apart(first, second):
    """One pair of epochs after the other."""
    pairs = [(s, t) for s in range(len(first)) for t in range(s + 1)]
    return any(
        abs(np.mean(first[s] * first[t]) - np.mean(second[s] * second[t])) > 1e-6 for s, t in pairs
    )


def turned(z, angle, rng):
    """In a frame of z and a random vector, from a QR decomposition."""
    frame, _ = np.linalg.qr(np.stack([z, rng.standard_normal(len(z))], axis=1))
    frame[:, 0] *= np.sign(frame[:, 0] @ z)
    frame[:, 1] *= rng.choice([-1.0, 1.0])
    return np.linalg.norm(z) * frame @ [np.cos(angle), np.sin(angle)]


def holm(p_values):
    """For each value, the largest product up to its place."""
    ordered = sorted(p_values)
    m = len(ordered)
    return [min(1.0, max((m - i) * q for i, q in enumerate(ordered) if q <= p)) for p in p_values]


ANSWERS = {
    "9.1": four_predictions,
    "9.2": can_tell_apart,
    "9.3": turned,
    "9.4": holm,
}
EQUIVALENT = {
    "9.3": {
        "np.cos(angle) * z + np.sin(angle) * aside  ->  "
        "np.cos(angle) * z - np.sin(angle) * aside": "the sideways direction has no preferred sign",
    },
}
