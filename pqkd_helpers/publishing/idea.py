"""The picture that opens the README and notebook 00: the method on one page, with real values."""

import numpy as np
from matplotlib.figure import Figure

from ..circuit_simulator.interferometer import TimeBinInterferometer
from ..datasets.loading import load_dataset
from ..dictionary_convolutions.layer import DictConv2d
from ..feature_histograms import HistogramFeature, click_histograms
from ..lessons.nb00_start_here.idea_in_one_picture import idea_in_one_picture
from ..networks.teacher_and_student import StudentCNN

NAME = "idea"
ALT = (
    "Flow chart in three rows. Light: photons pass two fibre loops with 30 trained angles; sampled "
    "clicks become two histograms, scaled to z. Kernels: z times the frozen random matrix A is the "
    "mixing M; M times the trained basis B gives the kernels W. Images: the student uses these "
    "kernels; a frozen teacher gives soft targets; both enter the distillation loss."
)


def idea() -> Figure:
    """Draw the picture, as notebook 00 does step by step."""
    circuit = TimeBinInterferometer()
    theta = np.random.default_rng(0).uniform(-np.pi, np.pi, circuit.n_angles)
    clicks = circuit.sample(theta, 200, rng=np.random.default_rng(1))
    histogram = click_histograms(clicks)
    student = StudentCNN(widths=(16, 32, 32))
    student.condition(HistogramFeature("unit-rms")(histogram))
    layer = student.conv1
    assert isinstance(layer, DictConv2d) and layer.mixing is not None
    return idea_in_one_picture(
        input_state=circuit.input_state,
        clicks=clicks[:40],
        histogram=histogram,
        projection=layer.projection.rows(0, 14)[:, :22],
        mixing=layer.mixing[:, 0],
        basis=layer.basis.detach(),
        kernels=layer.kernel().detach()[:, 0],
        digit=load_dataset("mnist-5k").test.images[0, 0],
        n_angles=circuit.n_angles,
    )
