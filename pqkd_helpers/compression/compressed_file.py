"""One small file that holds a trained student, without the frozen matrix A.

In it are the trained values and z (or, where z is exact, the circuit's angles instead), and also
the network's shape, the seed of every A, where z came from and how images are normalised.
Loading makes A again from the seeds, so the kernels are those of the student that was saved.

The numbers are float32, float16, or int8 with scales (`stored_numbers`).
"""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..common.files import as_path, write_atomically
from ..controls.circuit_settings import CircuitSettings
from ..controls.feature_specification import FeatureSpecification
from ..datasets.image_format import ImageFormat
from ..dictionary_convolutions.fixed_projection import FixedProjection
from ..networks.teacher_and_student import StudentCNN
from .folding import without_batch_norm
from .sealed_tensors import CompressedFileError, seal, unseal
from .stored_numbers import DTYPES, read_numbers, stored_numbers

_Z_TOLERANCE = 1e-6  # of the largest number of z


class CompressedStudent(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    student : StudentCNN
        In evaluation mode, conditioned on its z; always float32.
    feature : FeatureSpecification or None
        Where z came from.
    images : ImageFormat or None
        Shape and normalisation of the images.
    dtype : torch.dtype
        Type of the weights in the file.
    """

    student: StudentCNN
    feature: FeatureSpecification | None
    images: ImageFormat | None
    dtype: torch.dtype


def save_compressed(
    student: StudentCNN,
    path: Path | str,
    *,
    feature: FeatureSpecification | None = None,
    images: ImageFormat | None = None,
    dtype: torch.dtype = torch.float32,
) -> int:
    """Write a student to one file, atomically, and return the file's size.

    Parameters
    ----------
    student : StudentCNN
        Conditioned on the z that it is to be used with. Of batch norm the file holds what it is
        in evaluation, a gain and a bias per channel (`folding`).
    path : path
        The file; conventionally ``.safetensors``.
    feature : FeatureSpecification or None
        Where z came from. If it is exact, its angles are stored instead of z.
    images : ImageFormat or None
        What the network expects of images: ``data.format`` of its data set.
    dtype : torch.float32, torch.float16 or torch.int8
        Type of the stored weights; with int8, gains and biases are float16. Angles are float64
        always.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    ValueError
        If the student is not conditioned, differs from what `StudentCNN` builds, holds a number
        that this dtype cannot hold, or has another z than an exact feature gives.

    Examples
    --------
    >>> import tempfile
    >>> student = StudentCNN(widths=(4, 6, 8), scope="all")
    >>> student.condition(torch.ones(512))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     n_bytes = save_compressed(student, folder + "/student.safetensors")
    ...     twin = load_compressed(folder + "/student.safetensors")
    >>> torch.equal(twin.conv1.kernel(), student.conv1.kernel())
    True
    """
    content = compressed_bytes(student, feature=feature, images=images, dtype=dtype)
    write_atomically(as_path(path), content)
    return len(content)


def load_compressed(path: Path | str) -> StudentCNN:
    """Return the student in a file, in evaluation mode, ready for normalised images.

    Raises
    ------
    CompressedFileError
        If the file holds no student, is damaged, or is of a newer format.
    FileNotFoundError
        If there is no such file.
    """
    return read_compressed(path).student


def read_compressed(path: Path | str) -> CompressedStudent:
    """Return the student in a file and all that the file says about it.

    Raises
    ------
    CompressedFileError, FileNotFoundError
        As `load_compressed`.
    """
    path = as_path(path)
    return compressed_from_bytes(path.read_bytes(), str(path))


def compressed_bytes(
    student: StudentCNN,
    *,
    feature: FeatureSpecification | None = None,
    images: ImageFormat | None = None,
    dtype: torch.dtype = torch.float32,
) -> bytes:
    """Return what `save_compressed` writes."""
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {dtype}, one of {DTYPES} is expected")
    shape = _checked_shape(student)
    if student.batch_norm:
        student = without_batch_norm(student)
        shape = student.options()
    z = _the_z(student)
    numbers = {name: value.detach() for name, value in student.named_parameters()}
    if feature is not None and feature.is_exact:
        _check_exact(feature, z)
    else:
        numbers["z"] = z
    tensors = stored_numbers(numbers, dtype)
    description: dict[str, Any] = {
        "network": shape,
        "seeds": [layer.projection.seed for layer in student.dictionary_layers()],
        "images": None if images is None else dataclasses.asdict(images),
        "feature": None if feature is None else _described(feature),
    }
    if feature is not None:
        tensors["theta"] = torch.tensor(feature.theta, dtype=torch.float64)
        del description["feature"]["theta"]
    return seal(tensors, description)


def compressed_from_bytes(content: bytes, source: str = "the file") -> CompressedStudent:
    """Return what the bytes of a file hold; ``source`` names them in messages."""
    tensors, description = unseal(content, source)
    try:
        return _rebuilt(tensors, **description)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise CompressedFileError(
            f"{source} does not describe a student that this version can build "
            f"({type(error).__name__}: {error})"
        ) from error


def _checked_shape(student: StudentCNN) -> dict[str, Any]:
    """Return the arguments that build a student of the same shape."""
    if not isinstance(student, StudentCNN):
        raise ValueError(f"the network is a {type(student).__name__}, a StudentCNN is expected")
    shape = student.options()
    expected, found = (
        {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        for network in (StudentCNN(**shape), student)
    )
    if found != expected:
        changed = sorted(name for name, _ in found.items() ^ expected.items())
        raise ValueError(f"{changed[0]} is not as in a StudentCNN, only such a student is expected")
    return shape


def _the_z(student: StudentCNN) -> Tensor:
    z, *others = (layer.z for layer in student.dictionary_layers())
    if torch.isnan(z).any():
        raise ValueError("the student has no z yet: call condition(z) first")
    if not all(torch.equal(other, z) for other in others):
        raise ValueError("the layers have different z, one for all of them is expected")
    return z


def _check_exact(feature: FeatureSpecification, z: Tensor) -> None:
    difference = (torch.from_numpy(feature.z()).to(z) - z).abs().max()
    if difference > _Z_TOLERANCE * z.abs().max():
        raise ValueError(
            f"the feature gives another z than the student's, up to {difference:.2g} apart: "
            "condition the student on feature.z(), or give a feature that is not exact"
        )


def _described(feature: FeatureSpecification) -> dict[str, Any]:
    """Return a specification for the file; without phases of loops as before there were any."""
    found = dataclasses.asdict(feature)
    if found["circuit"]["loop_phases"] == 0.0:
        del found["circuit"]["loop_phases"]
    return found


def _rebuilt(
    tensors: dict[str, Tensor],
    *,
    network: dict[str, Any],
    seeds: list[int],
    images: dict[str, Any] | None,
    feature: dict[str, Any] | None,
) -> CompressedStudent:
    dtype = tensors["linear.weight"].dtype
    tensors = read_numbers(tensors)
    specification = None
    if feature is not None:
        circuit = CircuitSettings(**feature.pop("circuit"))
        specification = FeatureSpecification(
            circuit, tuple(tensors.pop("theta").tolist()), **feature
        )
    if specification is not None and specification.is_exact:
        z = torch.from_numpy(specification.z())
    else:
        z = tensors.pop("z")
    student = StudentCNN(**network)
    layers = student.dictionary_layers()
    for layer, seed in zip(layers, seeds, strict=True):
        layer.projection = FixedProjection(
            in_features=layer.projection.in_features,
            out_features=layer.projection.out_features,
            seed=seed,
        )
    z_by_name = {f"{name}.z": z for name, layer in student.named_children() if layer in layers}
    student.load_state_dict(tensors | z_by_name)
    return CompressedStudent(
        student.eval(),
        specification,
        None if images is None else ImageFormat(**images),
        dtype,
    )
