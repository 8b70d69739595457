"""Features without shot noise, as torch tensors that know their gradient.

    z = exact_features(circuit, theta)

is what `click_histograms` would give after infinitely many shots: the exact probabilities of the
click patterns of both halves, put side by side. It is differentiable with respect to theta, so
SPSA's estimate, made from two noisy evaluations, can be compared with the true gradient, and 200
shots with the truth. No experiment could do that; the method itself does not need it.

The numbers come from `TimeBinInterferometer.half_click_probabilities` (NumPy, float64, on the
CPU); torch receives their gradient.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..circuit_simulator.interferometer import TimeBinInterferometer


def exact_features(circuit: TimeBinInterferometer, theta: Tensor) -> Tensor:
    """Return the exact click histograms of both halves.

    Parameters
    ----------
    circuit : TimeBinInterferometer
        An even number of modes, 24 at most.
    theta : (n_angles,) or (batch, n_angles) tensor
        Angles in radians; computed in float64.

    Returns
    -------
    (2 * 2^(n_modes / 2),) or (batch, 2 * 2^(n_modes / 2)) float64 tensor
        On theta's device; differentiable once with respect to theta. For 16 modes: 512 numbers.

    Raises
    ------
    ValueError
        As in `TimeBinInterferometer.half_click_probabilities`.

    Examples
    --------
    One photon on one beam splitter stays in its bin with probability cos^2(theta):

    >>> theta = torch.tensor([0.6], dtype=torch.float64, requires_grad=True)
    >>> z = exact_features(TimeBinInterferometer((1, 0), (1,)), theta)
    >>> z[1].backward()
    >>> torch.allclose(theta.grad, -torch.sin(2 * theta))
    True
    """
    features: Tensor = _ExactFeatures.apply(theta, circuit)
    return features


class _ExactFeatures(torch.autograd.Function):
    """Histograms and their vector-Jacobian product, computed in NumPy."""

    @staticmethod
    def forward(ctx: Any, theta: Tensor, circuit: TimeBinInterferometer) -> Tensor:
        ctx.circuit = circuit
        ctx.save_for_backward(theta)
        halves = circuit.half_click_probabilities(theta.detach().double().cpu().numpy())
        return torch.from_numpy(halves).flatten(start_dim=-2).to(theta.device)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, z_bar: Tensor) -> tuple[Tensor, None]:
        (theta,) = ctx.saved_tensors
        cotangent = z_bar.unflatten(-1, (2, -1)).cpu().numpy()
        gradient = ctx.circuit.half_click_gradient(theta.detach().double().cpu().numpy(), cotangent)
        return torch.from_numpy(gradient).to(theta), None
