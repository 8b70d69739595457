"""A time-bin interferometer as a list of checked numbers: what enters, the loops, their flaws."""

import math
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..common.checks import as_number, check_fields, check_share, set_field
from .guards import check_light
from .loops import check_loop_lengths, describe_angles
from .transfer_matrix import Matrix, transfer_gradient, transfer_matrix

MOST_MODES = 1000


@dataclass(frozen=True, repr=False)
class LoopDevice:
    """A device of the time-bin family: its parameters, written down and checked once.

    Attributes
    ----------
    input_state : tuple of int
        Photons in each of 2 to 1,000 time bins, one at least in all. Default: 8 photons in
        alternating bins of 16.
    loop_lengths : tuple of int
        Length of each loop in time bins. A loop of length L has ``n_modes - L`` beam splitters.
    phase_shifters : bool
        Whether a phase shifter follows each beam splitter, on its first bin. Theta then holds
        the beam-splitter angles followed by as many phases.
    loop_phases : float or tuple of float
        Phase in radians that light collects per round of each loop. One number for all loops or
        one per loop. Where numbers of photons enter, phases in the ratio of the loops' lengths
        change no probability: equal phases of equally long loops, say.
    efficiency : float
        Probability in [0, 1] that a photon which leaves the loops is detected. Loss before the
        loops, equal for all photons, has the same effect: multiply.
    loop_efficiency : float or tuple of float
        Transmission in [0, 1] of each loop per round, the round of its first content included:
        light from bin j to bin i makes i // L - j // L + 1 rounds. One number for all loops or one
        per loop.
    indistinguishability : float
        Visibility of the Hong-Ou-Mandel dip in [0, 1]: 1 for identical photons, 0 for
        distinguishable ones, which do not interfere with each other (each still does with itself).
    dark_count_probability : float
        Probability in [0, 1] that a detector clicks by itself in a time bin.

    Raises
    ------
    ValueError
        If one of them is not of this form.

    Examples
    --------
    >>> device = LoopDevice(input_state=(1, 0, 1, 0), loop_lengths=(1, 2))
    >>> device.n_modes, device.n_photons, device.n_angles
    (4, 2, 5)
    """

    input_state: Sequence[int] = (1, 0) * 8
    loop_lengths: Sequence[int] = (1, 1)
    _: KW_ONLY
    phase_shifters: bool = False
    loop_phases: float | Sequence[float] = 0.0
    efficiency: float = 1.0
    loop_efficiency: float | Sequence[float] = 1.0
    indistinguishability: float = 1.0
    dark_count_probability: float = 0.0

    def __post_init__(self) -> None:
        set_field(self, "input_state", _check_input_state(self.input_state))
        lengths = check_loop_lengths(self.loop_lengths, len(self.input_state))
        set_field(self, "loop_lengths", lengths)
        if not isinstance(self.phase_shifters, bool | np.bool_):
            raise ValueError(
                f"phase_shifters is {self.phase_shifters!r}, True or False is expected"
            )
        flaws = ("efficiency", "indistinguishability", "dark_count_probability")
        check_fields(self, check_share, *flaws)
        for name, check in (("loop_efficiency", check_share), ("loop_phases", _check_phase)):
            numbers = _one_per_loop(name, getattr(self, name), lengths, check)
            set_field(self, name, numbers if len(set(numbers)) > 1 else numbers[0])

    def describe(self) -> str:
        """Return the state, the loops and all that is not ideal, as the arguments of a call."""
        given = [(item, getattr(self, item.name)) for item in fields(LoopDevice)]
        always = ("input_state", "loop_lengths")
        return ", ".join(
            f"{item.name}={value!r}"
            for item, value in given
            if item.name in always or value != item.default
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.describe()})"

    @property
    def n_modes(self) -> int:
        """Number of time bins."""
        return len(self.input_state)

    @cached_property
    def n_photons(self) -> int:
        """Number of photons that enter."""
        return sum(self.input_state)

    @cached_property
    def n_splitters(self) -> int:
        """Number of beam-splitter angles."""
        return sum(self.n_modes - length for length in self.loop_lengths)

    @property
    def n_angles(self) -> int:
        """Number of angles in theta, phases included."""
        return self.n_splitters * (2 if self.phase_shifters else 1)

    @property
    def layout(self) -> str:
        """How theta is laid out, for messages."""
        return describe_angles(self.n_modes, self.loop_lengths, phase_shifters=self.phase_shifters)

    @cached_property
    def loop_efficiencies(self) -> tuple[float, ...]:
        """Transmission of each loop per round."""
        return self._of_each_loop(self.loop_efficiency)

    @cached_property
    def phase_of_each_loop(self) -> tuple[float, ...]:
        """Phase of each loop per round, in radians."""
        return self._of_each_loop(self.loop_phases)

    def _of_each_loop(self, given: float | Sequence[float]) -> tuple[float, ...]:
        return tuple(given) if isinstance(given, Sequence) else (given,) * len(self.loop_lengths)

    @property
    def loops_lose_light(self) -> bool:
        """Whether a loop has a transmission below 1."""
        return min(self.loop_efficiencies) < 1.0

    @property
    def overlap(self) -> float:
        """Overlap x of two photons' internal states: x^2 is the indistinguishability."""
        return math.sqrt(self.indistinguishability)

    @cached_property
    def inputs(self) -> NDArray[np.intp]:
        """The bins that photons enter."""
        return np.flatnonzero(self.input_state)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Photons in each of these bins."""
        return tuple(number for number in self.input_state if number)

    def columns(self, theta: NDArray[np.float64]) -> Matrix:
        """Return the transfer matrix at the occupied bins, with the losses of the loops only.

        Parameters
        ----------
        theta : (batch, n_angles) float64

        Returns
        -------
        (batch, n_modes, n_inputs) array
        """
        columns = transfer_matrix(theta, self.n_modes, self.loop_lengths, **self._network)
        check_light(columns, lossy=self.loops_lose_light)
        return columns

    def detected_columns(self, theta: NDArray[np.float64]) -> Matrix:
        """Return `columns` with the efficiency of the detection, as amplitudes, in them."""
        return math.sqrt(self.efficiency) * self.columns(theta)

    def detected_columns_gradient(
        self, cotangent: Matrix, theta: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the gradient with respect to theta, given that of the detected columns."""
        cotangent = math.sqrt(self.efficiency) * cotangent
        return transfer_gradient(cotangent, theta, self.n_modes, self.loop_lengths, **self._network)

    @cached_property
    def _network(self) -> dict[str, Any]:
        return {
            "inputs": self.inputs,
            "phase_shifters": self.phase_shifters,
            "loop_phases": self.phase_of_each_loop,
            "loop_efficiency": self.loop_efficiencies,
        }


def _one_per_loop(
    name: str, given: Any, lengths: tuple[int, ...], check: Callable[[str, Any], float]
) -> tuple[float, ...]:
    several = list(given) if np.ndim(given) > 0 else [given] * len(lengths)
    if len(several) != len(lengths):
        raise ValueError(
            f"{name} has {len(several)} numbers, one or {len(lengths)} expected for "
            f"the loops {lengths}"
        )
    return tuple(check(name, number) for number in several)


def _check_phase(name: str, value: Any) -> float:
    number = as_number(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} is {value!r}, a finite number of radians is expected")
    return number


def _check_input_state(input_state: Sequence[int]) -> tuple[int, ...]:
    photons = np.asarray(input_state)
    if photons.ndim != 1 or not 2 <= photons.size <= MOST_MODES:
        raise ValueError(
            f"input_state has shape {photons.shape}, one photon number for each of 2 to "
            f"{MOST_MODES:,} time bins is expected, such as (1, 0, 1, 0)"
        )
    if photons.dtype.kind not in "iu":
        raise ValueError(f"input_state holds {photons.dtype}, whole photon numbers are expected")
    if (photons < 0).any():
        raise ValueError(f"input_state has {photons.min()} photons in a bin, 0 or more expected")
    if not photons.any():
        raise ValueError("input_state has 0 photons, at least one is expected")
    return tuple(int(number) for number in photons)
