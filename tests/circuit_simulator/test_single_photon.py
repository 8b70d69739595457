import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import SinglePhotonCircuit, TimeBinInterferometer
from tests.goodness_of_fit import fits


def test_probabilities_are_those_of_one_true_photon():
    theta = np.random.default_rng(0).uniform(-3, 3, 30)
    circuit = SinglePhotonCircuit()
    true = TimeBinInterferometer((1,) + (0,) * 15, (1, 1)).unitary(theta)[:, 0] ** 2
    assert np.allclose(circuit.probabilities(theta), true, atol=1e-14)
    assert circuit.probabilities(theta).sum() == pytest.approx(1.0)


def test_modes_are_independent_coins():
    """The flaw of the model: shots with no click and with several occur."""
    theta = np.full(6, np.pi / 4)
    circuit = SinglePhotonCircuit(n_modes=4)
    p = circuit.probabilities(theta)
    clicks = circuit.sample(theta, 20_000, rng=np.random.default_rng(1))
    patterns = clicks @ [8, 4, 2, 1]
    bits = (np.arange(16)[:, None] >> [3, 2, 1, 0]) & 1
    exact = np.where(bits == 1, p, 1 - p).prod(axis=1)
    assert fits(np.bincount(patterns, minlength=16), exact)
    assert (clicks.sum(axis=1) == 0).any() and (clicks.sum(axis=1) > 1).any()


@pytest.mark.parametrize("n_modes", [1, 0, -4, 2.5, "16", True, 1001])
def test_impossible_sizes_are_refused(n_modes):
    with pytest.raises(ValueError, match="n_modes"):
        SinglePhotonCircuit(n_modes)


def test_wrong_theta_is_refused():
    with pytest.raises(ValueError, match="theta has 3 angles, 30 expected"):
        SinglePhotonCircuit().sample(np.zeros(3), 1, rng=np.random.default_rng(0))
