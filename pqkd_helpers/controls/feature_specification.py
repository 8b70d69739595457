"""Where a student's z came from: enough to compute it again, if it is free of chance.

A z that was sampled, or smoothed over epochs, cannot be had again from the angles: it is part of
the model. A z of exact probabilities can: 30 angles say the same as its 512 numbers.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ..circuit_simulator.device import LoopDevice
from ..circuit_simulator.sampler import Sampler, check_theta
from ..circuit_simulator.single_photon import SinglePhotonCircuit
from ..common.checks import check_choice, check_fields, check_share, check_whole, set_field
from ..feature_histograms import HistogramFeature, Scaling
from .build_source import build_interferometer
from .circuit_settings import CircuitSettings


@dataclass(frozen=True)
class FeatureSpecification:
    """A circuit, its angles, and what is done to its histogram.

    Attributes
    ----------
    circuit : CircuitSettings
        Source of the clicks.
    theta : tuple of float
        The circuit's angles, radians.
    scaling : {"raw", "standardised", "unit-rms"}
        Scaling of the histogram into z.
    n_shots : int or None
        Shots per histogram; None: the exact probabilities.
    ema_beta : float
        Share of the old histogram kept by the moving average; 0: not smoothed.

    Raises
    ------
    ValueError
        If the number of angles is not the circuit's, or a number is out of range.

    Examples
    --------
    >>> circuit = CircuitSettings(input_state=(1, 1), loop_lengths=(1,))
    >>> specification = FeatureSpecification(circuit, (0.0,), scaling="raw", n_shots=None)
    >>> specification.is_exact, specification.z()
    (True, array([0., 1., 0., 1.], dtype=float32))
    """

    circuit: CircuitSettings
    theta: tuple[float, ...]
    scaling: Scaling = "unit-rms"
    n_shots: int | None = 200
    ema_beta: float = 0.0

    def __post_init__(self) -> None:
        check_choice("scaling", self.scaling, get_args(Scaling))
        check_fields(self, check_share, "ema_beta", below_one=True)
        if self.n_shots is not None:
            check_fields(self, check_whole, "n_shots", least=1)
        if self.circuit.features == "single-photon":
            source: Sampler | LoopDevice = SinglePhotonCircuit()
        else:  # every other source has the angles of the interferometer
            source = self.circuit.device()
        theta = check_theta(self.theta, source.n_angles, f"for {source!r}")
        set_field(self, "theta", tuple(theta.tolist()))

    @property
    def is_exact(self) -> bool:
        """Whether the angles alone give z again.

        That needs exact probabilities, which only our simulator of the interferometer has, and no
        smoothing; statistics measured for ``standardised`` are longer than z itself.
        """
        return (
            self.n_shots is None
            and self.ema_beta == 0.0
            and self.circuit.features in ("photonic", "photonic-exact")
            and self.scaling != "standardised"
        )

    def z(self) -> NDArray[np.float32]:
        """Compute z from the angles.

        Returns
        -------
        (2 * 2^(n_modes / 2),) float32

        Raises
        ------
        ValueError
            If z is not exact.
        """
        if not self.is_exact:
            raise ValueError(
                "z was sampled, smoothed or standardised, so the angles alone do not give it; "
                "n_shots=None, ema_beta=0 and the scaling raw or unit-rms are expected"
            )
        interferometer = build_interferometer(self.circuit)
        histogram = interferometer.half_click_probabilities(np.array(self.theta)).ravel()
        return HistogramFeature(self.scaling)(histogram).astype(np.float32)
