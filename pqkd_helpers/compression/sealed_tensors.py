"""Tensors and a description in one safetensors file that notices its own damage.

The description is JSON in the file's metadata. With it stand the number of the format and the
SHA-256 sum of the whole file, taken while the sum's own 64 digits are 0. So every byte counts: a
file that was cut, altered or added to is refused. The sum finds accidents; it is no signature.
Nothing in such a file can be executed.

A file with int8 tensors is of format 2, any other one of format 1, which older versions of this
package read too.

Format: https://huggingface.co/docs/safetensors
"""

import json
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ..common.files import sha256

FORMAT = 2
_KEY = "pqkd"
_NO_DIGEST = "0" * 64


class CompressedFileError(ValueError):
    """A file that holds no student, or a damaged one, or one of a newer format."""


def seal(tensors: dict[str, Tensor], description: dict[str, Any]) -> bytes:
    """Return the file as bytes, the same for the same input.

    Parameters
    ----------
    tensors : dict of str to tensor
        Contiguous, in main memory.
    description : dict
        Plain JSON values.

    Examples
    --------
    >>> import torch
    >>> content = seal({"x": torch.tensor([1.0])}, {"name": "one"})
    >>> unseal(content, "this")
    ({'x': tensor([1.])}, {'name': 'one'})
    """
    number = FORMAT if any(part.dtype == torch.int8 for part in tensors.values()) else 1
    sealed = {"format": number, "sha256": _NO_DIGEST, "description": description}
    metadata = json.dumps(sealed, separators=(",", ":"), allow_nan=False)
    content = save(tensors, {_KEY: metadata})
    return content.replace(_NO_DIGEST.encode(), sha256(content).encode(), 1)


def unseal(content: bytes, source: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the description; ``source`` names the file in messages.

    Raises
    ------
    CompressedFileError
        If the bytes are no such file, are damaged, or of a newer format.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        sealed = json.loads(header["__metadata__"][_KEY])
        number, digest = sealed["format"], sealed["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CompressedFileError(
            f"{source} is no compressed student, or its beginning is damaged "
            f"({type(error).__name__}): save or copy it again"
        ) from error
    if isinstance(number, int) and number > FORMAT:
        raise CompressedFileError(
            f"{source} has format {number}, this version of the package reads up to {FORMAT}: "
            "install a newer one"
        )
    if not isinstance(digest, str) or len(digest) != len(_NO_DIGEST):
        raise CompressedFileError(f"{source} is damaged: its SHA-256 sum is missing")
    if sha256(content.replace(digest.encode(), _NO_DIGEST.encode(), 1)) != digest:
        raise CompressedFileError(
            f"{source} is damaged (its SHA-256 sum is another one): save or copy it again"
        )
    try:
        return load(content), sealed["description"]
    except (SafetensorError, KeyError) as error:
        raise CompressedFileError(f"{source} is not readable: {error}") from error
