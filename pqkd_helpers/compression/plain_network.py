"""The same function as a plain CNN: for inference no part of this package is needed.

With z fixed, a dictionary convolution is an ordinary one. `to_dense` writes its kernel out, into
layers of torch alone; `export_onnx` puts that network into an ONNX file for other runtimes. What
is gained is independence, what is lost is the compression: the dense kernels have the teacher's
size.

Format: https://onnx.ai
"""

import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from ..common.checks import check_whole
from ..common.files import as_path, write_atomically
from ..common.requirements import require_extra
from ..networks.teacher_and_student import ConvNet


def to_dense(network: ConvNet) -> nn.Sequential:
    """Return the equivalent network of plain torch layers, in evaluation mode.

    Batch norm, as it is in evaluation, becomes part of the convolution before it.

    Parameters
    ----------
    network : ConvNet
        A student that is conditioned on its z, or a teacher. It is left as it is.

    Returns
    -------
    torch.nn.Sequential
        Layers conv1 ... linear; images ``(batch, channels, height, width)`` to logits.

    Raises
    ------
    ValueError
        If the network is none of ours.
    RuntimeError
        If the student is not conditioned yet.

    Examples
    --------
    >>> from pqkd_helpers.knowledge_distillation import StudentCNN
    >>> student = StudentCNN(widths=(4, 6, 8), scope="all").eval()
    >>> student.condition(torch.ones(512))
    >>> images = torch.zeros(2, 1, 28, 28)
    >>> torch.allclose(to_dense(student)(images), student(images), atol=1e-6)
    True
    """
    if not isinstance(network, ConvNet):
        raise ValueError(f"the network is a {type(network).__name__}, a ConvNet is expected")
    linear = nn.Linear(network.linear.in_features, network.linear.out_features, device="meta")
    linear.load_state_dict(_copies(network.linear.state_dict()), assign=True)
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv1=_dense_convolution(network.conv1, network.norm1),
        pool1=nn.MaxPool2d(2),
        relu1=nn.ReLU(),
        conv2=_dense_convolution(network.conv2, network.norm2),
        pool2=nn.MaxPool2d(2),
        relu2=nn.ReLU(),
        conv3=_dense_convolution(network.conv3, network.norm3),
        relu3=nn.ReLU(),
        dropout=nn.Dropout(network.dropout.p),
        average=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        linear=linear,
    )
    return nn.Sequential(layers).eval()


def export_onnx(network: ConvNet, path: Path | str, *, image_size: tuple[int, int]) -> int:
    """Write the plain network to an ONNX file, atomically, and return the file's size.

    Its input ``images`` is ``(batch, channels, height, width)`` float32, normalised, for any
    batch; its output ``logits`` is ``(batch, n_classes)``.

    Parameters
    ----------
    network : ConvNet
        As for `to_dense`.
    path : path
        The file; conventionally ``.onnx``.
    image_size : (int, int)
        Height and width of the images, 4 pixels or more.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    ModuleNotFoundError
        If the packages for ONNX, in the versions that it takes, are not installed.
    ValueError
        As `to_dense`, or if the size is not two whole numbers >= 4.
    """
    require_onnx()
    sizes = [check_whole("a size of the images", size, least=4) for size in image_size]
    if len(sizes) != 2:
        raise ValueError(f"image_size is {image_size!r}, (height, width) is expected")
    dense = to_dense(network).cpu()
    example = torch.zeros(2, network.in_channels, *sizes)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "network.onnx"
        torch.onnx.export(
            dense,
            (example,),
            made,
            dynamo=True,
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            external_data=False,
            verbose=False,
        )
        content = made.read_bytes()
    write_atomically(as_path(path), content)
    return len(content)


def require_onnx() -> None:
    """Raise ``ModuleNotFoundError``, saying what to install, unless `export_onnx` can work."""
    require_extra("onnx", "onnx", "onnxscript", purpose="ONNX")


def _dense_convolution(layer: Any, norm: nn.Module) -> nn.Conv2d:
    kernel = layer.weight if isinstance(layer, nn.Conv2d) else layer.kernel()
    bias = layer.bias
    if isinstance(norm, nn.BatchNorm2d):
        assert norm.running_mean is not None and norm.running_var is not None
        kernel, bias = fuse_conv_bn_weights(
            kernel, bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        )
    dense = nn.Conv2d(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        bias=bias is not None,
        device="meta",  # no memory and no random numbers for values that are replaced at once
    )
    values = {"weight": kernel} | ({} if bias is None else {"bias": bias})
    dense.load_state_dict(_copies(values), assign=True)
    return dense


def _copies(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return copies in torch's usual memory order."""
    return {
        name: value.detach().clone(memory_format=torch.contiguous_format)
        for name, value in values.items()
    }
