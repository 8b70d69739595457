"""Batch norm written out: a gain and a bias per channel, for a student that learns no more.

In evaluation batch norm is the fixed line ``y = gamma (x - mean) / sqrt(var + eps) + beta``. So a
student with batch norm is the same function as one with gains and biases, and its file needs two
numbers per channel: as many as batch norm trains.
"""

from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from ..dictionary_convolutions.layer import DictConv2d
from ..networks.teacher_and_student import StudentCNN


@torch.no_grad()
def without_batch_norm(student: StudentCNN) -> StudentCNN:
    """Return a student with gains and biases in place of batch norm, the same in evaluation.

    Parameters
    ----------
    student : StudentCNN
        With batch norm; left as it is. If it is conditioned on a z, so is the result.

    Returns
    -------
    StudentCNN
        In evaluation mode, on the same device.

    Examples
    --------
    >>> student = StudentCNN(widths=(4, 6, 8), scope="all", batch_norm=True, bias=False).eval()
    >>> student.condition(torch.ones(512))
    >>> images = torch.zeros(2, 1, 28, 28)
    >>> torch.allclose(without_batch_norm(student)(images), student(images), atol=1e-6)
    True
    """
    options = {**student.options(), "batch_norm": False, "gains": True, "bias": True}
    folded = StudentCNN(**options).to(student.linear.weight.device).eval()
    folded.linear.load_state_dict(student.linear.state_dict())
    norms = (student.norm1, student.norm2, student.norm3)
    layers: tuple[Any, ...] = (student.conv1, student.conv2, student.conv3)
    targets: tuple[Any, ...] = (folded.conv1, folded.conv2, folded.conv3)
    for layer, norm, target in zip(layers, norms, targets, strict=True):
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None and norm.running_var is not None
        statistics = (norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias)
        if not isinstance(layer, DictConv2d):
            weight, bias = fuse_conv_bn_weights(layer.weight, layer.bias, *statistics)
            target.load_state_dict({"weight": weight, "bias": bias})
            continue
        gains = torch.ones_like(norm.weight)[:, None, None, None]  # a kernel of one number
        gains, bias = fuse_conv_bn_weights(gains, layer.bias, *statistics)
        target.projection = layer.projection
        state = {"gains": gains.flatten(), "bias": bias, "z": layer.z}
        target.load_state_dict(state | ({} if layer.shares_basis else {"basis": layer.basis}))
    return folded
