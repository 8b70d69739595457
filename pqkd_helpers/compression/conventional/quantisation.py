"""int8 weights and the smallest plain file for them: a pruned network's size in bytes.

Every output channel has its own scale (`int8_rows`); scales and biases are float16. The file
holds the weights that are not zero and the gaps between them (run lengths of zeros), as
safetensors, compressed with LZMA. The size of a compressed network counts only if the network
comes out of the file again, and its accuracy is that of what comes out.

Reference: S. Han, H. Mao, W. J. Dally, arXiv:1510.00149 (pruning, quantisation, entropy coding).
"""

import lzma
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from ...networks.teacher_and_student import ConvNet, TeacherCNN
from ..int8_rows import quantise_rows, read_rows

LAYERS = ("conv1", "conv2", "conv3", "linear")

_TURN = 256  # positions that one pair of gap and weight can move on
# Tried and larger, at 1/113 of the weights kept: zeros left to LZMA (+11 %), gaps and weights
# apart (+1 %), bit mask (+7 %), other orders of the weights, float32 scales and biases (+8 %), xz's
# container, zlib, bz2. With 2/3 kept, zeros left to LZMA would be 2 % smaller.
# lp=1: even bytes (gaps, low bytes of float16) and odd ones are learnt apart.
_FILTERS = [{"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 1, "pb": 1}]


@dataclass(frozen=True, eq=False)
class QuantisedNetwork:
    """What the file holds of a dense network, layer by layer (conv1, conv2, conv3, linear).

    Attributes
    ----------
    weights : tuple of int8 tensors ``(out, in, k, k)`` and ``(classes, in)``
        In [-127, 127].
    scales : tuple of (out,) float16 tensors
        Weight per step, per output channel.
    biases : tuple of (out,) float16 tensors
    """

    weights: tuple[Tensor, ...]
    scales: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]

    def network(self) -> TeacherCNN:
        """Return the plain float32 network of these weights, in evaluation mode, on the CPU."""
        first, second, third, linear = self.weights
        network = TeacherCNN(first.shape[1], (len(first), len(second), len(third)), len(linear))
        state = {}
        for name, weight, scale, bias in zip(
            LAYERS, self.weights, self.scales, self.biases, strict=True
        ):
            state[f"{name}.weight"] = read_rows(weight, scale)
            state[f"{name}.bias"] = bias.float()
        network.load_state_dict(state)
        return network.eval()


def dense_layers(network: ConvNet) -> list[nn.Conv2d | nn.Linear]:
    """Return conv1, conv2, conv3 and linear of a network of plain layers.

    Raises
    ------
    ValueError
        If it is no `ConvNet`, or a convolution is not a plain one.
    """
    layers: list[Any] = [getattr(network, name, None) for name in LAYERS]
    types = {type(layer) for layer in layers}
    if not (isinstance(network, ConvNet) and types <= {nn.Conv2d, nn.Linear}):
        raise ValueError(
            f"the network is a {type(network).__name__}, a TeacherCNN is expected, "
            "or another ConvNet of plain convolutions"
        )
    return layers


def dense_copy(network: ConvNet) -> TeacherCNN:
    """Return a copy of a network of plain layers, on its device, in evaluation mode.

    Raises
    ------
    ValueError
        As `dense_layers`, or if its values have other names or shapes than a TeacherCNN's.
    """
    dense_layers(network)
    copy = TeacherCNN(network.in_channels, network.widths, network.n_classes)
    try:
        copy.load_state_dict(network.state_dict())
    except RuntimeError as error:
        raise ValueError(
            f"the network is no longer as it was built, only such a one is expected: {error}"
        ) from error
    return copy.to(network.linear.bias.device).eval()


def quantise(network: ConvNet) -> QuantisedNetwork:
    """Return a network's int8 weights with float16 scales and biases.

    Parameters
    ----------
    network : TeacherCNN or dense ConvNet
        Any plain network; it is left as it is.

    Raises
    ------
    ValueError
        If the network has other than plain convolutions, or a number float16 cannot hold.

    Examples
    --------
    >>> quantised = quantise(TeacherCNN(1, (4, 6, 8)))
    >>> quantised.weights[1].shape, quantised.weights[1].dtype
    (torch.Size([6, 4, 3, 3]), torch.int8)
    """
    weights, scales, biases = [], [], []
    state = dense_copy(network).cpu().state_dict()
    for name in LAYERS:
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"].half()
        steps, scale = quantise_rows(weight)
        if not (scale.isfinite().all() and bias.isfinite().all()):
            raise ValueError(
                f"{name} has a weight or bias that is not finite or that float16 cannot hold, "
                "biases within 65,504 and weights within 127 times that are expected"
            )
        weights.append(steps)
        scales.append(scale)
        biases.append(bias)
    return QuantisedNetwork(tuple(weights), tuple(scales), tuple(biases))


def pack(quantised: QuantisedNetwork) -> bytes:
    """Return the file of a quantised network; the same network gives the same bytes.

    Examples
    --------
    >>> teacher = TeacherCNN(1, (4, 6, 8))
    >>> file = pack(quantise(teacher))
    >>> unpack(file).network()(torch.zeros(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    first, second, third, linear = quantised.weights
    sizes = [first.shape[1], len(first), len(second), len(third), len(linear)]
    flat = np.concatenate([weight.numpy().ravel() for weight in quantised.weights])
    content = {
        "sizes": torch.tensor(sizes, dtype=torch.int32),
        "weights": torch.from_numpy(_gaps_and_values(flat)),
        "scales": torch.cat(quantised.scales),
        "biases": torch.cat(quantised.biases),
    }
    return lzma.compress(save(content), format=lzma.FORMAT_ALONE, filters=_FILTERS)


def unpack(file: bytes) -> QuantisedNetwork:
    """Return the quantised network in a file written by `pack`.

    Raises
    ------
    ValueError
        If it is no such file, or was cut. Altered bytes may go unnoticed: the file carries no
        check sum.
    """
    try:
        content = load(lzma.decompress(file, format=lzma.FORMAT_ALONE))
        in_channels, *widths, n_classes = content["sizes"].tolist()
        layers = dense_layers(TeacherCNN(in_channels, widths, n_classes))
        counts = [layer.weight.numel() for layer in layers]
        outputs = [len(layer.weight) for layer in layers]
        flat = torch.from_numpy(_dense(content["weights"].numpy(), sum(counts)))
        parts = zip(flat.split(counts), layers, strict=True)
        return QuantisedNetwork(
            tuple(part.view(layer.weight.shape) for part, layer in parts),
            content["scales"].split(outputs),
            content["biases"].split(outputs),
        )
    except (lzma.LZMAError, SafetensorError, LookupError, RuntimeError, ValueError) as error:
        raise ValueError(
            f"these {len(file)} bytes are no network packed by this module, or a damaged one "
            f"({type(error).__name__}: {error})"
        ) from error


def _gaps_and_values(flat: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Return ``(n, 2)`` bytes: how many zeros to skip, then the weight that follows them.

    Over 255 zeros are skipped in turns of 255 and a weight of 0.
    """
    (positions,) = np.nonzero(flat)
    turns, rest = np.divmod(np.diff(positions, prepend=-1) - 1, _TURN)
    lasts = np.cumsum(turns + 1) - 1
    pairs = np.zeros((len(positions) + turns.sum(), 2), dtype=np.uint8)
    pairs[:, 0] = _TURN - 1
    pairs[lasts, 0] = rest
    pairs[lasts, 1] = flat[positions].view(np.uint8)
    return pairs


def _dense(pairs: NDArray[np.uint8], n_weights: int) -> NDArray[np.int8]:
    gaps, values = pairs.T
    flat = np.zeros(n_weights, dtype=np.int8)
    flat[np.cumsum(gaps.astype(np.intp) + 1) - 1] = values.view(np.int8)
    return flat
