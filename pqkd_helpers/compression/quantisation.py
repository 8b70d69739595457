"""int8 weights and the smallest plain file for them: a pruned network's size in bytes.

Every output channel c has its own scale, symmetric about 0:

    w_int8 = round(w / s_c),   s_c = max|w_c| / 127,   w is read back as  w_int8 s_c

so no weight moves by more than half a step s_c / 2, and zeros stay zeros. Scales and biases are
float16. The file holds the weights that are not zero and the gaps between them (run lengths of
zeros), as safetensors, compressed with LZMA. The size of a compressed network counts only if
the network comes out of the file again, and its accuracy is that of what comes out.

Reference: S. Han, H. Mao, W. J. Dally, arXiv:1510.00149 (pruning, quantisation, entropy coding).
"""

import lzma
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from ..networks import ConvNet, TeacherCNN

LAYERS = ("conv1", "conv2", "conv3", "linear")

_LARGEST = 127
_LONG_GAP = 255  # this byte: 255 zeros, and no weight after them
_SMALLEST_SCALE = 2.0**-14  # float16's smallest normal number
# lc=lp=pb=0: bytes have no neighbours or alignment to learn from.
_FILTERS = [{"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 0, "pb": 0}]


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
            state[f"{name}.weight"] = weight.float() * _per_channel(scale.float(), weight)
            state[f"{name}.bias"] = bias.float()
        network.load_state_dict(state)
        return network.eval()


def dense_layers(network: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    """Return conv1, conv2, conv3 and linear of a network of plain layers.

    Raises
    ------
    ValueError
        If it is no `ConvNet`, its convolutions are not plain ones, or they are being pruned.
    """
    layers = [getattr(network, name, None) for name in LAYERS]
    plain = [layer for layer in layers if type(layer) in (nn.Conv2d, nn.Linear)]
    if not isinstance(network, ConvNet) or len(plain) < len(LAYERS):
        raise ValueError(
            f"network is {type(network).__name__}, a TeacherCNN is expected, "
            "or a ConvNet with plain convolutions"
        )
    return plain


def dense_copy(network: nn.Module) -> TeacherCNN:
    """Return a copy of a network of plain layers, on its device, in evaluation mode.

    Raises
    ------
    ValueError
        As for `dense_layers`.
    """
    first, *_, linear = dense_layers(network)
    copy = TeacherCNN(first.weight.shape[1], network.widths, linear.out_features)
    copy.load_state_dict(network.state_dict())
    return copy.to(first.weight.device).eval()


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
    for layer in dense_layers(network):
        weight, bias = layer.weight.detach().cpu(), layer.bias.detach().cpu().half()
        largest = weight.abs().flatten(1).amax(dim=1)
        scale = (largest / _LARGEST).clamp(min=_SMALLEST_SCALE).half()
        if not (scale.isfinite().all() and bias.isfinite().all()):
            raise ValueError("a weight or bias of the network is not finite or far above 65,504")
        steps = (weight / _per_channel(scale.float(), weight)).round()
        weights.append(steps.clamp(-_LARGEST, _LARGEST).to(torch.int8))
        scales.append(scale)
        biases.append(bias)
    return QuantisedNetwork(tuple(weights), tuple(scales), tuple(biases))


def pack(quantised: QuantisedNetwork) -> bytes:
    """Return the file of a quantised network; the same network gives the same bytes.

    Examples
    --------
    >>> from pqkd_helpers.compression.pruning import prune_at_once
    >>> teacher = TeacherCNN(1, (16, 16, 16))
    >>> half, tenth = (pack(quantise(prune_at_once(teacher, kept))) for kept in (0.5, 0.1))
    >>> len(half) > len(tenth)
    True
    """
    flat = np.concatenate([weight.numpy().ravel() for weight in quantised.weights])
    (positions,) = np.nonzero(flat)
    first, second, third, linear = quantised.weights
    sizes = [first.shape[1], len(first), len(second), len(third), len(linear)]
    content = {
        "sizes": torch.tensor(sizes, dtype=torch.int32),
        "gaps": torch.from_numpy(_encode_gaps(positions)),
        "values": torch.from_numpy(flat[positions]),
        "scales": torch.cat(quantised.scales),
        "biases": torch.cat(quantised.biases),
    }
    return lzma.compress(save(content), format=lzma.FORMAT_ALONE, filters=_FILTERS)


def unpack(file: bytes) -> QuantisedNetwork:
    """Return the quantised network in a file written by `pack`.

    Raises
    ------
    ValueError
        If it is no such file, or a damaged one.

    Examples
    --------
    >>> teacher = TeacherCNN(1, (4, 6, 8))
    >>> unpack(pack(quantise(teacher))).network()(torch.zeros(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    try:
        content = load(lzma.decompress(file, format=lzma.FORMAT_ALONE))
        in_channels, *widths, n_classes = content["sizes"].tolist()
        layers = dense_layers(TeacherCNN(in_channels, widths, n_classes))
        flat = torch.zeros(sum(layer.weight.numel() for layer in layers), dtype=torch.int8)
        positions = torch.from_numpy(_decode_gaps(content["gaps"].numpy()))
        flat[positions] = content["values"]
        outputs = [len(layer.weight) for layer in layers]
        return QuantisedNetwork(
            tuple(
                part.view(layer.weight.shape)
                for part, layer in zip(
                    flat.split([layer.weight.numel() for layer in layers]), layers, strict=True
                )
            ),
            content["scales"].split(outputs),
            content["biases"].split(outputs),
        )
    except (lzma.LZMAError, SafetensorError, KeyError, IndexError, RuntimeError) as error:
        raise ValueError(f"{len(file)} bytes are no packed network ({error})") from error


def _per_channel(values: Tensor, weight: Tensor) -> Tensor:
    """Return one value per output channel in a shape that multiplies the weight."""
    return values.view(-1, *[1] * (weight.dim() - 1))


def _encode_gaps(positions: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return the zeros before each position as bytes; 255 stands for 255 zeros and no weight."""
    zeros = np.diff(positions, prepend=-1) - 1
    long, rest = np.divmod(zeros, _LONG_GAP)
    gaps = np.full(len(positions) + long.sum(), _LONG_GAP, dtype=np.uint8)
    gaps[np.cumsum(long + 1) - 1] = rest
    return gaps


def _decode_gaps(gaps: NDArray[np.uint8]) -> NDArray[np.intp]:
    is_weight = gaps != _LONG_GAP
    return (np.cumsum(gaps.astype(np.intp) + is_weight) - 1)[is_weight]
