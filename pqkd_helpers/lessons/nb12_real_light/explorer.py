"""The explorer of notebook 12: what a laboratory's numbers leave of eight photons."""

from matplotlib.figure import Figure

from ...circuit_simulator.device_budget import DeviceBudget
from ...circuit_simulator.heralded_source import HeraldedSource
from ..explorer import Explorer, Slider
from .pictures import light_that_is_left


def draw(total_efficiency: float, pairs_per_pulse: float, multiplexed_pulses: int) -> Figure:
    """Draw detected photons and seconds per epoch of a device."""
    source = HeraldedSource(pairs_per_pulse=pairs_per_pulse, multiplexed_pulses=multiplexed_pulses)
    device = DeviceBudget(total_efficiency=total_efficiency, source=source)
    seconds = {
        "all shots\ncount": device.seconds_per_epoch(),
        "complete\nshots only": device.seconds_per_complete_epoch(),
    }
    title = f"A photon on demand: {source.photon_on_demand:.2f}, with g2 = {source.g2:.2f}"
    return light_that_is_left(device.detected_photons(), seconds, title=title)


BUDGET = Explorer(
    name="12.budget",
    draw=draw,
    controls={
        "total_efficiency": Slider("total efficiency", 0.1, 0.95, 0.05, 0.3),
        "pairs_per_pulse": Slider("pairs per laser pulse", 0.01, 0.2, 0.01, 0.05),
        "multiplexed_pulses": Slider("multiplexed pulses", 1, 66, 1, 40),
    },
    alt=(
        "Two bar charts of a device with total efficiency {total_efficiency:.2f}, "
        "{pairs_per_pulse:.2f} pairs per pulse and {multiplexed_pulses} multiplexed pulses. Left: "
        "probability of 0 to 8 detected photons in a shot. Right, logarithmic: seconds per epoch "
        "if all shots count, and if only those with eight photons do."
    ),
    grid={
        "total_efficiency": (0.1, 0.3, 0.6, 0.9),
        "pairs_per_pulse": (0.01, 0.05, 0.2),
        "multiplexed_pulses": (1, 40, 66),
    },
)
EXPLORERS = (BUDGET,)
