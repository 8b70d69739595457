"""Where a file's feature comes from in these tests: one circuit, exact or sampled and smoothed."""

import numpy as np

from pqkd_helpers.compression import FeatureSpecification
from pqkd_helpers.controls.circuit_settings import CircuitSettings

THETA = tuple(np.random.default_rng(0).uniform(-np.pi, np.pi, 30).tolist())
EXACT = FeatureSpecification(CircuitSettings(), THETA, n_shots=None)
SMOOTHED = FeatureSpecification(CircuitSettings(), THETA, n_shots=200, ema_beta=0.9)
