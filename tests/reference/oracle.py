"""A slow, obvious oracle for interfering photons: every outcome, permanents by definition."""

import itertools
import math

import numpy as np


def beam_splitter_network(theta, n_modes, loop_lengths):
    """U as a product of full matrices, written down gate by gate."""
    U = np.eye(n_modes)
    angles = iter(theta)
    for length in loop_lengths:
        for i in range(n_modes - length):
            angle = next(angles)
            gate = np.eye(n_modes)
            gate[i, i] = gate[i + length, i + length] = math.cos(angle)
            gate[i, i + length] = math.sin(angle)
            gate[i + length, i] = -math.sin(angle)
            U = gate @ U
    assert next(angles, None) is None
    return U


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
    """Probability of every outcome, as a dict of tuples."""
    columns = np.repeat(np.arange(len(U)), input_state)
    result = {}
    for outcome in outcomes(len(columns), len(U)):
        rows = np.repeat(np.arange(len(U)), outcome)
        factorials = math.prod(map(math.factorial, (*outcome, *input_state)))
        result[outcome] = permanent(U[np.ix_(rows, columns)]) ** 2 / factorials
    return result
