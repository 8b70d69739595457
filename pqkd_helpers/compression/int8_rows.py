"""Weights in eight bits: whole steps, and the size of a step for every row.

A row is what belongs to one output channel, basis filter or class. Each row c has its own scale,
symmetric about 0:

    w_int8 = round(w / s_c),   s_c = max|w_c| / 127,   w is read back as  w_int8 s_c

so no weight moves by more than half a step s_c / 2, and zeros stay zeros. Scales are float16.

Reference: B. Jacob et al., arXiv:1712.05877 (integer weights and a scale).
"""

import torch
from torch import Tensor

_LARGEST = 127
_SMALLEST_SCALE = 2.0**-14  # float16's smallest normal number


def quantise_rows(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return a tensor's steps and the scales of its rows.

    Parameters
    ----------
    weight : (n_rows, ...) float tensor

    Returns
    -------
    steps : int8 tensor of the same shape
        In [-127, 127].
    scales : (n_rows,) float16 tensor
        Weight per step; not finite where a weight is not, or where float16 cannot hold the scale.

    Examples
    --------
    >>> steps, scales = quantise_rows(torch.tensor([[1.0, -0.5, 0.0], [0.0, 0.0, 127.0]]))
    >>> steps.tolist()
    [[127, -64, 0], [0, 0, 127]]
    >>> read_rows(steps, scales)[1].tolist()
    [0.0, 0.0, 127.0]
    """
    rows = weight.flatten(1)
    scales = (rows.abs().amax(dim=1) / _LARGEST).clamp(min=_SMALLEST_SCALE).half()
    steps = (rows / scales.float()[:, None]).round().clamp(-_LARGEST, _LARGEST)
    return steps.to(torch.int8).view(weight.shape), scales


def read_rows(steps: Tensor, scales: Tensor) -> Tensor:
    """Return the float32 tensor of these steps and scales.

    Parameters
    ----------
    steps : (n_rows, ...) int8 tensor
    scales : (n_rows,) float16 tensor
    """
    return (steps.flatten(1).float() * scales.float()[:, None]).view(steps.shape)
