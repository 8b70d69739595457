"""The ledger of a student's size: what is trained, stored, held in memory, and computed.

A ratio of trained values says nothing about bytes or speed. The ledger sets side by side what
the student is said to save and what it does save: files shrink, as long as A is made again from
its seeds; memory and arithmetic at inference do not, since the kernels that a convolution needs
are as large as the teacher's.
"""

from dataclasses import dataclass

import torch
from safetensors.torch import save
from torch import nn

from ..controls.feature_specification import FeatureSpecification
from ..datasets.image_format import ImageFormat
from ..networks.teacher_and_student import ConvNet, StudentCNN, trained_values
from .compressed_file import compressed_bytes
from .plain_network import to_dense


@dataclass(frozen=True)
class SizeLedger:
    """Sizes of a student and of its teacher.

    Attributes
    ----------
    trained_values : dict of str to dict
        Of "teacher" and "student", by layer; the student's angles are its "circuit".
    file_bytes : dict of str to int
        Files on disk: "teacher" and "student" in float32, "student_float16".
    projection_bytes_avoided : int
        Bytes of every A, which no file holds.
    inference_bytes : dict of str to int
        Numbers that must be in memory to classify, float32, activations apart (they are the
        same): of the "teacher", of the "student" (its trained values, z, the mixings, and the
        kernels made from them), and of the "student_as_plain_network".
    multiply_adds_per_image : dict of str to int
        Convolutions and linear layer: of the "teacher" and of the "student_as_plain_network".
    multiply_adds_to_load : int
        Once: z through every A, and the mixing of the kernels.
    """

    trained_values: dict[str, dict[str, int]]
    file_bytes: dict[str, int]
    projection_bytes_avoided: int
    inference_bytes: dict[str, int]
    multiply_adds_per_image: dict[str, int]
    multiply_adds_to_load: int


def measure_sizes(
    teacher: ConvNet, student: StudentCNN, *, feature: FeatureSpecification, images: ImageFormat
) -> SizeLedger:
    """Measure a student that is conditioned on its z, and its teacher.

    Parameters
    ----------
    teacher, student : ConvNet, StudentCNN
        The two networks.
    feature : FeatureSpecification
        Where z comes from; its angles are counted.
    images : ImageFormat
        Shape of the images that are classified.

    Examples
    --------
    >>> from pqkd_helpers.controls.circuit_settings import CircuitSettings
    >>> from pqkd_helpers.knowledge_distillation import TeacherCNN
    >>> feature = FeatureSpecification(CircuitSettings(), (0.1,) * 30, n_shots=None)
    >>> student = StudentCNN(scope="all")
    >>> student.condition(feature.z())
    >>> images = ImageFormat((1, 28, 28), (0.13,), (0.31,))
    >>> sizes = measure_sizes(TeacherCNN(), student, feature=feature, images=images)
    >>> sizes.file_bytes["student"] < 10_000 < sizes.projection_bytes_avoided
    True
    >>> sizes.multiply_adds_per_image["teacher"]
    22931712
    """
    dense = to_dense(student)
    student_bytes, half_bytes = (
        len(compressed_bytes(student, feature=feature, images=images, dtype=dtype))
        for dtype in (torch.float32, torch.float16)
    )
    layers = student.dictionary_layers()
    kernels = [layer.out_channels * layer.in_channels for layer in layers]
    # The plain network's kernels, and what they are made from; a shared basis is there once.
    made_from = sum(
        n_kernels * layer.rank + (0 if layer.shares_basis else layer.basis.numel())
        for n_kernels, layer in zip(kernels, layers, strict=True)
    )
    return SizeLedger(
        trained_values={
            "teacher": _by_layer(teacher),
            "student": {**_by_layer(student), "circuit": len(feature.theta)},
        },
        file_bytes={
            "teacher": _file_bytes(teacher),
            "student": student_bytes,
            "student_float16": half_bytes,
        },
        projection_bytes_avoided=sum(layer.projection.nbytes for layer in layers),
        inference_bytes={
            "teacher": 4 * trained_values(teacher),
            "student": 4 * (trained_values(dense) + made_from + student.feature_dim),
            "student_as_plain_network": 4 * trained_values(dense),
        },
        multiply_adds_per_image={
            "teacher": _multiply_adds(to_dense(teacher), images),
            "student_as_plain_network": _multiply_adds(dense, images),
        },
        multiply_adds_to_load=sum(
            layer.projection.in_features * layer.projection.out_features
            + n_kernels * layer.basis.numel()
            for n_kernels, layer in zip(kernels, layers, strict=True)
        ),
    )


def measure_plain_sizes(teacher: ConvNet, student: nn.Module, *, images: ImageFormat) -> SizeLedger:
    """Measure a student of plain layers, without z, and its teacher.

    Parameters
    ----------
    teacher : ConvNet
    student : torch.nn.Module
        A `ConvNet`, or a network of torch's own layers.
    images : ImageFormat
        Shape of the images that are classified.
    """
    networks: dict[str, nn.Module] = {"teacher": teacher, "student": student}
    in_memory = {name: 4 * trained_values(network) for name, network in networks.items()}
    multiply_adds = {
        name: _multiply_adds(to_dense(net) if isinstance(net, ConvNet) else net, images)
        for name, net in networks.items()
    }
    return SizeLedger(
        trained_values={name: _by_layer(network) for name, network in networks.items()},
        file_bytes={name: _file_bytes(network) for name, network in networks.items()},
        projection_bytes_avoided=0,
        inference_bytes={**in_memory, "student_as_plain_network": in_memory["student"]},
        multiply_adds_per_image={
            "teacher": multiply_adds["teacher"],
            "student_as_plain_network": multiply_adds["student"],
        },
        multiply_adds_to_load=0,
    )


def _file_bytes(network: nn.Module) -> int:
    return len(save({name: value.contiguous() for name, value in network.state_dict().items()}))


def _by_layer(network: nn.Module) -> dict[str, int]:
    """Return the trained values of every layer; those of a network outside its layers are "z".

    A basis of two layers counts for the first of them.
    """
    counts = {name: 0 for name, _ in network.named_children()} | {"z": 0}
    for name, parameter in network.named_parameters():
        layer, dot, _ = name.partition(".")
        counts[layer if dot else "z"] += parameter.numel() * parameter.requires_grad
    return {name: n_values for name, n_values in counts.items() if n_values}


@torch.no_grad()
def _multiply_adds(network: nn.Module, images: ImageFormat) -> int:
    from torch.utils.flop_counter import FlopCounterMode  # loads a compiler: slow to import

    image = torch.zeros(1, *images.shape, device=next(network.parameters()).device)
    with FlopCounterMode(display=False) as counter:
        network(image)
    return counter.get_total_flops() // 2
