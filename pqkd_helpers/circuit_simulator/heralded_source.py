"""Single photons on demand from a source that makes pairs by chance.

A laser pulse makes n pairs of photons with probability ``mu^n / (1 + mu)^(n + 1)``: mean mu, one
mode of light. One photon of each pair is the herald: it is seen with probability h and says that
its twin is there. At least one herald of a pulse is seen, and at least one of M pulses has one
(multiplexing: a heralded photon is stored, and let go at the time that was agreed), with

    p = mu h / (1 + mu h),    p_M = 1 - (1 - p)^M.

More light makes a photon more certain, and a second photon in the same pulse more likely.

Reference: A. L. Migdall, D. Branning, S. Castelletto, doi:10.1103/PhysRevA.66.053805.
"""

from dataclasses import dataclass, field
from typing import Any

from ..common.checks import check_fields, check_positive, check_share, check_whole

ASSUMED = "assumed"


def quantity(default: float, unit: str, source: str = ASSUMED) -> Any:
    """Return a dataclass's field with a default, its unit, and where the default comes from."""
    return field(default=default, metadata={"unit": unit, "source": source})


@dataclass(frozen=True, kw_only=True)
class HeraldedSource:
    """A source of pairs, its herald's detector, and a memory for one photon.

    Attributes
    ----------
    pairs_per_pulse : float
        Brightness: mean number of pairs per laser pulse, mu > 0.
    herald_efficiency : float
        Probability in [0, 1] that a herald is seen, h. (What is lost of its twin is not meant:
        laboratories call the share that is left the heralding or Klyshko efficiency.)
    multiplexed_pulses : int
        Pulses M out of which one heralded photon is chosen; 1 without multiplexing.
    repetition_rate : float
        Laser pulses per second, in Hz.

    Raises
    ------
    ValueError
        If one of them is not of this form.

    Examples
    --------
    >>> dim, bright = HeraldedSource(pairs_per_pulse=0.01), HeraldedSource(pairs_per_pulse=0.1)
    >>> round(dim.photon_on_demand, 2), round(bright.photon_on_demand, 2)
    (0.27, 0.95)
    >>> round(dim.g2, 2), round(bright.g2, 2)
    (0.02, 0.21)
    """

    pairs_per_pulse: float = quantity(0.05, "pairs")
    herald_efficiency: float = quantity(0.8, "")
    multiplexed_pulses: int = quantity(40, "pulses")
    repetition_rate: float = quantity(200e6, "Hz")

    def __post_init__(self) -> None:
        check_fields(self, check_positive, "pairs_per_pulse", "repetition_rate")
        check_fields(self, check_share, "herald_efficiency")
        check_fields(self, check_whole, "multiplexed_pulses", least=1)

    @property
    def herald_probability(self) -> float:
        """Probability p that a pulse is heralded."""
        seen = self.pairs_per_pulse * self.herald_efficiency
        return seen / (1.0 + seen)

    @property
    def photon_on_demand(self) -> float:
        """Probability p_M that one of the multiplexed pulses is heralded."""
        return float(1.0 - (1.0 - self.herald_probability) ** self.multiplexed_pulses)

    @property
    def one_photon_share(self) -> float:
        """Share of the heralded pulses that hold one photon and not more, before any loss."""
        mu, h = self.pairs_per_pulse, self.herald_efficiency
        return (1.0 + mu * h) / (1.0 + mu) ** 2

    @property
    def g2(self) -> float:
        """Second-order correlation of the heralded light at delay 0; about 2 mu (2 - h).

        It is ``<n (n - 1)> / <n>^2``: 0 for single photons, 1 for laser light. Loss leaves it.
        """
        mu, h = self.pairs_per_pulse, self.herald_efficiency
        factor = 2.0 - h + 3.0 * mu + 3.0 * mu**2 * h + mu**3 * h**2
        return 2.0 * mu * factor / (1.0 + 2.0 * mu + mu**2 * h) ** 2
