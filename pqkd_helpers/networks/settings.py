"""How networks are built and trained: numbers only, no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ..common.checks import check_choice, check_fields, check_positive, check_whole

Schedule = Literal["constant", "one-cycle"]
Augmentation = Literal["none", "flip-and-shift", "flip-shift-erase"]
Arithmetic = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class AdamSettings:
    """How a network is trained by gradient descent.

    Attributes
    ----------
    epochs : int
        Passes over the training images.
    batch_size : int
        Images per step.
    learning_rate : float
        Adam's step size; the peak of ``one-cycle``.
    schedule : {"constant", "one-cycle"}
        ``one-cycle`` rises from 1/25 to the peak over the first 30 % of all steps, then falls to
        almost 0, both along a cosine: good results in few epochs.
    augmentation : {"none", "flip-and-shift", "flip-shift-erase"}
        What is done to every training image each time it is used; see `augmentation`.
    arithmetic : {"float32", "bfloat16"}
        Numbers that the networks multiply in a training step. Products of ``bfloat16`` have 8
        significant bits and are more than twice as fast where the processor has units for them
        (Intel's AMX, GPUs), slower elsewhere. Weights, loss and Adam stay in float32, and so does
        every evaluation, SPSA's included.
    """

    epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    augmentation: Augmentation = "none"
    arithmetic: Arithmetic = "float32"

    def __post_init__(self) -> None:
        check_fields(self, check_whole, "epochs", "batch_size", least=1)
        check_fields(self, check_positive, "learning_rate")
        check_choice("schedule", self.schedule, get_args(Schedule))
        check_choice("augmentation", self.augmentation, get_args(Augmentation))
        check_choice("arithmetic", self.arithmetic, get_args(Arithmetic))


Scope = Literal["conv1", "conv1+conv2", "all"]
BasisStart = Literal["he", "rank"]
TeacherSelection = Literal["last", "best-of-every-10th"]

# The dictionary convolutions of each scope.
COMPRESSED: dict[Scope, tuple[str, ...]] = {
    "conv1": ("conv1",),
    "conv1+conv2": ("conv1", "conv2"),
    "all": ("conv1", "conv2", "conv3"),
}


def check_teacher_selection(selection: TeacherSelection, epochs: int) -> None:
    """Raise ``ValueError`` if the selection is unknown or has no epoch to select."""
    check_choice("teacher_selection", selection, get_args(TeacherSelection))
    if selection == "best-of-every-10th" and epochs < 10:
        raise ValueError(
            f"best-of-every-10th has no epoch to select in {epochs} epochs, 10 or more are expected"
        )


def check_widths(widths: Sequence[int]) -> tuple[int, int, int]:
    """Return the output channels of the three convolutions, or raise ``ValueError``."""
    if np.ndim(widths) != 1 or len(widths) != 3:
        raise ValueError(f"widths are {widths!r}, three whole numbers >= 1 are expected")
    first, second, third = (check_whole("one of the widths", w, least=1) for w in widths)
    return first, second, third


def check_rank(rank: int | Sequence[int], scope: Scope) -> int | tuple[int, ...]:
    """Return the filters of every dictionary convolution: a number, or several that differ.

    Raises
    ------
    ValueError
        If there are not one, or as many as dictionary convolutions, or one is no whole number >= 1.

    Examples
    --------
    >>> check_rank([8, 8, 8], "all"), check_rank([16, 40, 40], "all")
    (8, (16, 40, 40))
    """
    if np.ndim(rank) == 0:
        return check_whole("rank", rank, least=1)
    several = tuple(check_whole("rank", one, least=1) for one in np.ravel(np.asarray(rank, object)))
    if len(several) != len(COMPRESSED[scope]):
        raise ValueError(
            f"rank has {len(several)} numbers, one or {len(COMPRESSED[scope])} are expected, as "
            f"many as dictionary convolutions in the scope {scope!r}"
        )
    return several if len(set(several)) > 1 else several[0]


def check_options(
    *,
    rank: int | tuple[int, ...],
    scope: Scope,
    shared_basis: bool,
    gains: bool,
    batch_norm: bool,
) -> None:
    """Raise ``ValueError`` if options of the student do not go together."""
    if shared_basis and (scope != "all" or (isinstance(rank, tuple) and rank[1] != rank[2])):
        raise ValueError(
            f"a shared basis has one rank for conv2 and conv3, and the scope 'all'; scope is "
            f"{scope!r} and rank {rank}"
        )
    if gains and batch_norm:
        raise ValueError("batch norm has gains of its own: one of both is expected")
