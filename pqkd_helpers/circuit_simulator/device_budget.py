"""What a laboratory's numbers give: photons and clicks per shot, seconds per epoch.

Each of n photons that are asked for is detected with ``q = p_M eta g``: p_M is the probability
that the source has one (see `heralded_source`), eta all that the way from there to the click
leaves, g the share of clicks that fall into their gate. So the number of detected photons is
binomial. Dark counts are Poisson: a gate of t seconds has one or more with probability
``1 - exp(-r t)``. Second photons of a heralded pulse are not counted here; the source's ``g2``
says how many there are.

Reference: K. R. Motes et al., arXiv:1403.4007 (single photons in loops of fibre).
"""

import math
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from ..common.checks import (
    check_fields,
    check_not_negative,
    check_positive,
    check_share,
    check_whole,
)
from .heralded_source import HeraldedSource, quantity
from .interferometer import TimeBinInterferometer

# Drift of the difference of the loops' phases, in radians, above which they must be locked within
# an epoch: there it moves the half histograms by a tenth, at most, of what the noise of 200 shots
# does.
PHASE_TOLERANCE = 0.1
# Share of the clicks that a gate must catch.
LEAST_IN_GATE = 0.99
# A whole number of pulses stays whole when it is multiplied out.
_ROUNDING = 1.0 + 1e-12

_BOREALIS = "doi:10.1038/s41586-022-04725-x"  # pulses of squeezed light in loops, at 6 MHz
_WSI_DETECTOR = "doi:10.1038/nphoton.2013.13"  # reset in 40 ns, jitter of 150 ps
_NBTIN_DETECTOR = "arXiv:1611.02726"  # dark counts below 130 Hz


@dataclass(frozen=True, kw_only=True)
class DeviceBudget:
    """A device of the time-bin family as a laboratory would describe it, and what follows.

    Every default is assumed, or has its reference: `numbers` lists both. What follows assumes that
    the device can do what is asked of it; `violations` says where it cannot.

    Attributes
    ----------
    circuit : TimeBinInterferometer
        Photons, bins and loops. Its losses and dark counts follow from the numbers below, so it
        has none itself.
    source : HeraldedSource
        Where the photons come from.
    total_efficiency : float
        Probability in [0, 1] that a photon which was heralded reaches its detector and is seen:
        fibres, switches, loops and detector together, the same for every photon.
    bin_spacing : float
        Seconds from one time bin to the next: a loop of length 1 takes one of them.
    dead_time : float
        Seconds for which a detector is blind after a click.
    jitter : float
        Spread of the times of clicks in seconds, full width at half maximum, Gaussian.
    dark_count_rate : float
        Clicks without light per second.
    gate_length : float
        Seconds for which clicks are counted in each bin, centred on the pulse.
    switching_time : float
        Seconds that a splitter takes from one angle to the next.
    reconfiguration_time : float
        Seconds to load other angles for all splitters.
    loop_phase_drift : float
        How far the difference of the loops' phases wanders in one second, in radians, root mean
        square. It grows as the square root of the time: a random walk is assumed.

    Raises
    ------
    ValueError
        If one of them is not of this form.

    Examples
    --------
    >>> f"{DeviceBudget(total_efficiency=0.3).all_survive:.1e}"
    '6.6e-05'
    >>> DeviceBudget(switching_time=1e-6).violations()
    ['a splitter takes 1 µs to switch, longer than the 167 ns from bin to bin']
    """

    circuit: TimeBinInterferometer = field(default_factory=TimeBinInterferometer)
    source: HeraldedSource = field(default_factory=HeraldedSource)
    total_efficiency: float = quantity(0.3, "")
    bin_spacing: float = quantity(1 / 6e6, "s", _BOREALIS)
    dead_time: float = quantity(40e-9, "s", _WSI_DETECTOR)
    jitter: float = quantity(150e-12, "s", _WSI_DETECTOR)
    dark_count_rate: float = quantity(130.0, "Hz", _NBTIN_DETECTOR)
    gate_length: float = quantity(2e-9, "s")
    switching_time: float = quantity(20e-9, "s")
    reconfiguration_time: float = quantity(1e-3, "s")
    loop_phase_drift: float = quantity(0.1, "rad in 1 s")

    def __post_init__(self) -> None:
        parts = {"circuit": TimeBinInterferometer, "source": HeraldedSource}
        for name, kind in parts.items():
            if not isinstance(given := getattr(self, name), kind):
                raise ValueError(f"{name} is {given!r}, a {kind.__name__} is expected")
        if self.circuit != replace(
            self.circuit, efficiency=1.0, loop_efficiency=1.0, dark_count_probability=0.0
        ):
            raise ValueError(
                f"circuit is {self.circuit!r}; one without losses and dark counts is expected: "
                "total_efficiency and dark_count_rate say them"
            )
        check_fields(self, check_share, "total_efficiency")
        check_fields(self, check_positive, "bin_spacing", "gate_length")
        durations = ("dead_time", "jitter", "switching_time", "reconfiguration_time")
        check_fields(self, check_not_negative, *durations, "dark_count_rate", "loop_phase_drift")

    def numbers(self) -> list[tuple[str, float, str, str]]:
        """Return name, value, unit and source of every number; one that was changed is "given"."""
        return [
            (
                item.name,
                getattr(part, item.name),
                item.metadata["unit"],
                item.metadata["source"] if getattr(part, item.name) == item.default else "given",
            )
            for part in (self.source, self)
            for item in fields(part)
            if item.metadata
        ]

    @property
    def share_in_gate(self) -> float:
        """Share g of the clicks that fall into their gate in spite of the jitter."""
        if self.jitter == 0.0:
            return 1.0
        return math.erf(math.sqrt(math.log(2.0)) * self.gate_length / self.jitter)

    @property
    def photon_efficiency(self) -> float:
        """Probability q that a photon which is asked for is detected."""
        return self.source.photon_on_demand * self.total_efficiency * self.share_in_gate

    @property
    def all_survive(self) -> float:
        """Probability that all photons are seen once they were heralded, with a perfect gate."""
        return float(self.total_efficiency**self.circuit.n_photons)

    @property
    def all_detected(self) -> float:
        """Probability that a shot has all the photons that are asked for."""
        return float(self.photon_efficiency**self.circuit.n_photons)

    def detected_photons(self) -> NDArray[np.float64]:
        """Return the probability of 0, 1, ... n detected photons in a shot, ``(n + 1,)``."""
        n, q = self.circuit.n_photons, self.photon_efficiency
        return np.array([math.comb(n, k) * q**k * (1.0 - q) ** (n - k) for k in range(n + 1)])

    @property
    def dark_count_probability(self) -> float:
        """Probability that a gate has a dark count."""
        return -math.expm1(-self.dark_count_rate * self.gate_length)

    def simulated(self) -> TimeBinInterferometer:
        """Return the circuit with these losses and dark counts, to be sampled."""
        return replace(
            self.circuit,
            efficiency=self.photon_efficiency,
            dark_count_probability=self.dark_count_probability,
        )

    @property
    def shot_duration(self) -> float:
        """Seconds from the first bin that enters to the last that leaves; shots do not overlap."""
        return self._slots * self.bin_spacing

    @property
    def shots_per_second(self) -> float:
        """Shots per second between two reconfigurations."""
        return 1.0 / self.shot_duration

    def seconds_per_epoch(self, *, n_settings: int = 21, n_shots: int = 200) -> float:
        """Return the seconds that an epoch's shots take, reconfigurations included.

        Parameters
        ----------
        n_settings : int
            Settings of the angles: two for each of 10 steps of SPSA, and one for the feature.
        n_shots : int
            Shots of each, whatever number of photons they have.
        """
        return self._epoch(n_settings, n_shots, 1.0)

    def seconds_per_complete_epoch(self, *, n_settings: int = 21, n_shots: int = 200) -> float:
        """Return the mean seconds if only shots with all photons count; infinite if none does."""
        return self._epoch(n_settings, n_shots, self.all_detected)

    def phase_drift(self, seconds: float) -> float:
        """Return how far the difference of the loops' phases wanders, in radians (rms)."""
        return self.loop_phase_drift * math.sqrt(check_not_negative("seconds", seconds))

    def phase_contrast(self, seconds: float) -> float:
        """Return the mean factor ``exp(-s^2 / 2)`` that a Gaussian drift s leaves of a fringe."""
        return math.exp(-(self.phase_drift(seconds) ** 2) / 2.0)

    @property
    def detectors_in_turn(self) -> int:
        """Detectors, one bin each in turn, that see every bin in spite of their dead time."""
        return max(1, math.ceil(self.dead_time / self.bin_spacing))

    @property
    def pulses_per_photon(self) -> int:
        """Laser pulses from one occupied bin to the next: what can be multiplexed in time."""
        occupied = self.circuit.inputs
        gap = int(np.diff(occupied).min()) if len(occupied) > 1 else self._slots
        return math.floor(gap * self.bin_spacing * self.source.repetition_rate * _ROUNDING)

    def violations(self) -> list[str]:
        """Return a sentence with its numbers for each condition that is not met."""
        spacing, gate = self.bin_spacing, self.gate_length
        longer = f"longer than the {_duration(spacing)} from bin to bin"
        pulses, epoch = self.source.multiplexed_pulses, self.seconds_per_epoch()
        conditions = (
            (
                self.dead_time <= spacing,
                f"a detector is blind for {_duration(self.dead_time)}, {longer}: "
                f"{self.detectors_in_turn} detectors in turn are needed",
            ),
            (gate <= spacing, f"a gate lasts {_duration(gate)}, {longer}"),
            (
                self.share_in_gate >= LEAST_IN_GATE,
                f"with a jitter of {_duration(self.jitter)} (FWHM), a gate of {_duration(gate)} "
                f"catches {self.share_in_gate:.3g} of the clicks, less than {LEAST_IN_GATE}",
            ),
            (
                self.switching_time <= spacing,
                f"a splitter takes {_duration(self.switching_time)} to switch, {longer}",
            ),
            (
                pulses <= self.pulses_per_photon,
                f"{pulses} pulses are to be multiplexed for each photon, the laser gives "
                f"{self.pulses_per_photon} from one photon to the next",
            ),
            (
                self.phase_drift(epoch) <= PHASE_TOLERANCE,
                "the difference of the loops' phases drifts by "
                f"{self.phase_drift(epoch):.3g} rad in an epoch of {_duration(epoch)}, "
                f"more than {PHASE_TOLERANCE} rad: they must be locked",
            ),
        )
        return [sentence for met, sentence in conditions if not met]

    @property
    def _slots(self) -> int:
        return self.circuit.n_modes + sum(self.circuit.loop_lengths)

    def _epoch(self, n_settings: int, n_shots: int, share: float) -> float:
        n_settings = check_whole("n_settings", n_settings, least=1)
        shots = n_settings * check_whole("n_shots", n_shots, least=1)
        light = shots * self.shot_duration / share if share > 0.0 else math.inf
        return light + n_settings * self.reconfiguration_time


def _duration(seconds: float) -> str:
    units = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
    unit, size = next((item for item in units if seconds >= item[1]), units[-1])
    return f"{seconds / size:.3g} {unit}"
