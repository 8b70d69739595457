"""Photonic circuits that turn angles into clicks (NumPy only). Backs notebook 01.

`TimeBinInterferometer` simulates several interfering photons in a chain of time bins;
`SinglePhotonCircuit` is the simplified model of one photon and independent coin tosses.
`device_budget` says what a laboratory's device would give, and how long it would take;
`measured_clicks` (SciPy is needed) what a device is, by its clicks.
Anything with `n_modes`, `n_angles` and `sample` is a `Sampler` and can stand in their place.
"""

from .interferometer import TimeBinInterferometer
from .sampler import Sampler
from .single_photon import SinglePhotonCircuit

__all__ = ["Sampler", "SinglePhotonCircuit", "TimeBinInterferometer"]
