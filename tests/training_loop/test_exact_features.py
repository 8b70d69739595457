import numpy as np
import pytest
import torch

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.feature_histograms import click_histograms
from pqkd_helpers.training_loop.exact_features import exact_features
from tests.circuit_simulator.devices import LISTED, draw_angles

EVEN = {name: circuit for name, circuit in LISTED.items() if circuit.n_modes % 2 == 0}


def differences(function, theta, step=1e-6):
    """Central differences of a function of one setting of the angles."""
    steps = step * np.eye(len(theta))
    return np.array([(function(theta + d) - function(theta - d)) / (2 * step) for d in steps])


@pytest.mark.parametrize("circuit", EVEN.values(), ids=EVEN)
def test_the_gradient_is_that_of_finite_differences(circuit):
    theta = draw_angles(circuit, 0)
    weights = np.random.default_rng(1).standard_normal((2, 2 ** (circuit.n_modes // 2)))
    numerical = differences(lambda t: (weights * circuit.half_click_probabilities(t)).sum(), theta)
    assert np.allclose(circuit.half_click_gradient(theta, weights), numerical, atol=1e-8)


@pytest.mark.parametrize("loops", [(1,), (1, 1), (3, 2)])
def test_the_gradient_at_16_modes_and_8_photons(loops):
    circuit = TimeBinInterferometer((1, 0) * 8, loops)
    theta = draw_angles(circuit, 2)
    weights = np.random.default_rng(3).standard_normal((2, 256))
    numerical = differences(lambda t: (weights * circuit.half_click_probabilities(t)).sum(), theta)
    assert np.allclose(circuit.half_click_gradient(theta, weights), numerical, atol=1e-8)


@pytest.mark.parametrize("batch", [2, 9])
def test_gradients_of_a_batch_are_those_of_each_setting(batch):
    for circuit in (TimeBinInterferometer(), LISTED["everything"]):
        theta = draw_angles(circuit, 4, batch=(batch,))
        shape = (batch, 2, 2 ** (circuit.n_modes // 2))
        weights = np.random.default_rng(5).standard_normal(shape)
        together = circuit.half_click_gradient(theta, weights)
        alone = [circuit.half_click_gradient(t, w) for t, w in zip(theta, weights, strict=True)]
        assert together.shape == theta.shape and np.allclose(together, alone, atol=1e-13)


def test_the_gradient_vanishes_where_every_angle_is_zero():
    """Every probability is 0 or 1 there: an extremum. So theta never starts at 0."""
    for circuit in EVEN.values():
        weights = np.random.default_rng(6).standard_normal((2, 2 ** (circuit.n_modes // 2)))
        gradient = circuit.half_click_gradient(np.zeros(circuit.n_angles), weights)
        if circuit.loops_lose_light:
            continue  # light in the loop is then lost: not an extremum
        assert np.allclose(gradient[: circuit.n_splitters], 0.0, atol=1e-14)


def test_torch_knows_the_gradient():
    circuit = TimeBinInterferometer((1, 0, 1, 1), (1, 2), phase_shifters=True, efficiency=0.9)
    for batch in ((), (3,)):
        theta = torch.tensor(draw_angles(circuit, 7, batch), requires_grad=True)
        assert torch.autograd.gradcheck(lambda t: exact_features(circuit, t), (theta,))


def test_features_are_the_limit_of_click_histograms():
    circuit = TimeBinInterferometer()
    theta = draw_angles(circuit, 8)
    z = exact_features(circuit, torch.tensor(theta, dtype=torch.float64))
    assert z.shape == (512,) and z.dtype == torch.float64 and not z.requires_grad
    clicks = circuit.sample(theta, 40_000, rng=np.random.default_rng(9))
    # E |h_S - h|^2 = (2 - |h|^2) / S exactly
    expected = (2 - float(z @ z)) / 40_000
    assert np.sum((click_histograms(clicks) - z.numpy()) ** 2) == pytest.approx(expected, rel=0.5)


def test_float32_angles_get_a_float32_gradient():
    circuit = TimeBinInterferometer((1, 0, 1, 0))
    theta = torch.tensor(draw_angles(circuit, 10), dtype=torch.float32, requires_grad=True)
    z = exact_features(circuit, theta)
    z[1].backward()
    assert z.dtype == torch.float64 and theta.grad.dtype == torch.float32


def test_bad_input_is_refused():
    circuit = TimeBinInterferometer((1, 0, 1, 0))
    with pytest.raises(ValueError, match="theta has 5 angles, 6 expected"):
        exact_features(circuit, torch.zeros(5))
    with pytest.raises(ValueError, match=r"cotangent has shape \(2, 5\), \(2, 4\) is expected"):
        circuit.half_click_gradient(np.zeros(6), np.zeros((2, 5)))
    with pytest.raises(ValueError, match="no halves"):
        exact_features(TimeBinInterferometer((1, 0, 1)), torch.zeros(4))
