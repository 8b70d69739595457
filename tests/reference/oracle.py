"""A slow, obvious oracle for interfering photons: every outcome, permanents by definition.

It shares nothing with the package. Gates are full matrices, one after the other; every round in a
lossy loop has an environment mode of its own; partly distinguishable photons are a sum over
all subsets; detectors lose each photon by itself, then count, then have dark counts.
"""

import itertools
import math
from collections import defaultdict

import numpy as np


def network(
    theta, n_modes, loop_lengths, phase_shifters=False, loop_efficiency=None, loop_phases=None
):
    """The unitary matrix of bins and environment modes, gate by gate.

    What enters a loop takes up the loop's phase and loss: its first content before the loop's first
    gate, what stays in it after each.
    """
    gates = [
        (i, i + length, efficiency, psi)
        for length, efficiency, psi in zip(
            loop_lengths,
            loop_efficiency or (1.0,) * len(loop_lengths),
            loop_phases or (0.0,) * len(loop_lengths),
            strict=True,
        )
        for i in range(n_modes - length)
    ]
    theta = list(theta)
    phases = [0.0] * len(gates)
    if phase_shifters:
        theta, phases = theta[: len(gates)], theta[len(gates) :]
    environment = itertools.count(n_modes)
    size = n_modes + n_modes * sum(efficiency < 1 for efficiency in loop_efficiency or ())
    U = np.eye(size, dtype=complex)

    def lose(U, mode, efficiency):
        if efficiency == 1:
            return U
        return rotation(size, mode, next(environment), math.acos(math.sqrt(efficiency))) @ U

    for (first, second, efficiency, psi), angle, phase in zip(gates, theta, phases, strict=True):
        if first == 0:
            U[:second] *= np.exp(1j * psi)
            for mode in range(second):
                U = lose(U, mode, efficiency)
        U = rotation(size, first, second, angle) @ U
        U[first] *= np.exp(1j * phase)
        U[second] *= np.exp(1j * psi)
        U = lose(U, second, efficiency)
    return U


def rotation(size, first, second, angle):
    gate = np.eye(size)
    gate[first, first] = gate[second, second] = math.cos(angle)
    gate[first, second] = math.sin(angle)
    gate[second, first] = -math.sin(angle)
    return gate


def permanent(A):
    """Sum over all permutations."""
    n = len(A)
    return sum(
        math.prod(A[i, column] for i, column in enumerate(columns))
        for columns in itertools.permutations(range(n))
    )


def outcomes(n_photons, n_modes):
    """All ways to put the photons into the modes."""
    for modes in itertools.combinations_with_replacement(range(n_modes), n_photons):
        yield tuple(modes.count(i) for i in range(n_modes))


def photon_probabilities(U, input_state):
    """Probability of every outcome of interfering photons, as a dict of tuples."""
    columns = np.repeat(np.arange(len(input_state)), input_state)
    norm = math.prod(map(math.factorial, input_state))
    result = {}
    for outcome in outcomes(len(columns), len(U)):
        rows = np.repeat(np.arange(len(U)), outcome)
        factorials = norm * math.prod(map(math.factorial, outcome))
        result[outcome] = abs(permanent(U[np.ix_(rows, columns)])) ** 2 / factorials
    return result


def detected_photons(device, theta):
    """Probability of every outcome with all imperfections of a device but dark counts."""
    m = device.n_modes
    U = network(
        theta,
        m,
        device.loop_lengths,
        device.phase_shifters,
        device.loop_efficiencies,
        device.phase_of_each_loop,
    )
    x = math.sqrt(device.indistinguishability)
    photons = np.repeat(np.arange(m), device.input_state)
    total = defaultdict(float)
    for choice in itertools.product((True, False), repeat=len(photons)):
        weight = math.prod(x if common else 1 - x for common in choice)
        if weight == 0:
            continue
        common = photons[list(choice)]
        distribution = photon_probabilities(U, np.bincount(common, minlength=m).tolist())
        distribution = merged((outcome[:m], p) for outcome, p in distribution.items())
        for photon in photons[[not c for c in choice]]:
            alone = np.abs(U[:, photon]) ** 2
            distribution = merged(
                (put(outcome, i) if i < m else outcome, p * q)
                for outcome, p in distribution.items()
                for i, q in enumerate(alone)
            )
        for outcome, p in distribution.items():
            total[outcome] += weight * p
    for i in range(m):
        total = merged(
            ((*outcome[:i], kept, *outcome[i + 1 :]), p * binomial(outcome[i], kept, device))
            for outcome, p in total.items()
            for kept in range(outcome[i] + 1)
        )
    return dict(total)


def click_patterns(device, theta):
    """Probability of every click pattern, first mode most significant."""
    d = device.dark_count_probability
    result = np.zeros(2**device.n_modes)
    for outcome, p in detected_photons(device, theta).items():
        for dark in itertools.product((0, 1), repeat=device.n_modes):
            weight = math.prod(d if bit else 1 - d for bit in dark)
            bits = [int(n > 0 or bit) for n, bit in zip(outcome, dark, strict=True)]
            result[int("".join(map(str, bits)), 2)] += p * weight
    return result


def merged(pairs):
    total = defaultdict(float)
    for outcome, p in pairs:
        total[outcome] += p
    return total


def put(outcome, i):
    return (*outcome[:i], outcome[i] + 1, *outcome[i + 1 :])


def binomial(n, kept, device):
    share = device.efficiency
    return math.comb(n, kept) * share**kept * (1 - share) ** (n - kept)
