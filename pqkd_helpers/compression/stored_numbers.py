"""A student's numbers as they stand in its file: float32, float16, or int8 with scales.

In int8 are the kernels, bases, linear layer and z, with a float16 scale for every row, as in the
file of an int8 teacher (`int8_rows`); gains and biases are then float16. z has rows of 16 numbers,
for a few bins of a histogram hold most of its clicks: with one scale for all, rounding moved the z
of a trained student by 2 % and cost accuracy; with one for each 16, by 0.5 %, at 62 bytes more.
All scales are one tensor, in the order of the names.
"""

import torch
from torch import Tensor

from .int8_rows import quantise_rows, read_rows

DTYPES = (torch.float32, torch.float16, torch.int8)
_SCALES = "scales"
_Z_ROW = 16


def stored_numbers(numbers: dict[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    """Return a file's tensors.

    Parameters
    ----------
    numbers : dict of str to float tensor
        Parameters by name, and "z" if it is stored.
    dtype : torch.dtype
        One of `DTYPES`.

    Raises
    ------
    ValueError
        If a number does not fit.
    """
    if dtype != torch.int8:
        return {name: _in_dtype(name, tensor, dtype) for name, tensor in numbers.items()}
    tensors, scales = {}, []
    for name, tensor in sorted(numbers.items()):
        if name == "z":
            tensor = tensor.view(-1, _Z_ROW if len(tensor) % _Z_ROW == 0 else len(tensor))
        if tensor.dim() == 1:
            tensors[name] = _in_dtype(name, tensor, torch.float16)
            continue
        tensors[name], of_rows = quantise_rows(tensor.to("cpu").contiguous())
        if not torch.isfinite(of_rows).all():
            raise ValueError(
                f"{name} goes up to {tensor.abs().max():.3g}, finite numbers within 127 times what "
                "float16 can hold are expected"
            )
        scales.append(of_rows)
    return {**tensors, _SCALES: torch.cat(scales)}


def read_numbers(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the numbers that a file's tensors stand for, int8 as float32.

    Raises
    ------
    KeyError, RuntimeError
        If the scales are missing, or not as many as the rows.
    """
    steps = {name: part for name, part in sorted(tensors.items()) if part.dtype == torch.int8}
    if not steps:
        return tensors
    numbers = {name: part for name, part in tensors.items() if name != _SCALES}
    of_each = tensors[_SCALES].split([len(part) for part in steps.values()])
    for (name, part), scales in zip(steps.items(), of_each, strict=True):
        weight = read_rows(part, scales)
        numbers[name] = weight.flatten() if name == "z" else weight
    return numbers


def _in_dtype(name: str, tensor: Tensor, dtype: torch.dtype) -> Tensor:
    stored = tensor.to("cpu", dtype).contiguous()
    if not torch.isfinite(stored).all():
        raise ValueError(
            f"{name} goes up to {tensor.abs().max():.3g}, numbers that are finite in {dtype} "
            "are expected"
        )
    return stored
