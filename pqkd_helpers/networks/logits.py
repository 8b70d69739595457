"""Checks of logits and labels, at the doors of losses and measures."""

import torch
from torch import Tensor


def check_answers(logits: Tensor, labels: Tensor) -> Tensor:
    """Check logits and labels against each other; return the labels as int64.

    Parameters
    ----------
    logits : (n, n_classes) tensor
        Of any floating-point type; n >= 1.
    labels : (n,) tensor
        Whole numbers.

    Raises
    ------
    ValueError
        If they have other shapes or types, there is none, or a label is not a number from 0 to
        ``n_classes - 1``.

    Examples
    --------
    >>> check_answers(torch.zeros(1, 2), torch.tensor([2]))
    Traceback (most recent call last):
    ...
    ValueError: labels hold 2, whole numbers from 0 to 1 are expected
    """
    if logits.ndim != 2 or not len(logits) or not logits.is_floating_point():
        raise ValueError(
            f"logits are {logits.dtype} of shape {tuple(logits.shape)}, real numbers of shape "
            "(n, n_classes) are expected, with one answer or more"
        )
    n, n_classes = logits.shape
    if labels.shape != (n,):
        raise ValueError(f"labels have shape {tuple(labels.shape)}, ({n},) is expected")
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise ValueError(f"labels are {labels.dtype}, whole numbers such as int64 are expected")
    least, most = (int(label) for label in labels.aminmax())
    if least < 0 or most >= n_classes:
        raise ValueError(
            f"labels hold {least if least < 0 else most}, whole numbers from 0 to {n_classes - 1} "
            "are expected"
        )
    return labels.long()


def check_distributions(name: str, logits: Tensor) -> None:
    """Raise ``ValueError`` unless each row of logits ``(n, n_classes)`` makes probabilities.

    A class may be ruled out by -inf, but not all of them; nan and +inf make none.
    """
    spoiled = (~logits.logsumexp(dim=1).isfinite()).nonzero()
    if len(spoiled):
        row = int(spoiled[0])
        raise ValueError(
            f"{name}[{row}] is {logits[row].tolist()}: no probabilities; finite numbers are "
            "expected, or -inf for classes that are ruled out"
        )
