"""The interactive picture of notebook 00: trained values and ratios, by widths, rank and scope."""

from matplotlib.figure import Figure

from ...compression.counting import measure_compression
from ...networks.settings import Scope
from ...networks.teacher_and_student import ConvNet, StudentCNN, TeacherCNN, trained_values
from ..explorer import Choice, Explorer, Slider
from .pictures import counted_values

N_ANGLES = 30
WIDTHS = {
    f"{widths[0]}, {widths[1]}, {widths[2]}": widths
    for widths in ((16, 32, 32), (32, 64, 64), (32, 64, 128), (48, 96, 96), (64, 128, 128))
}


def values_by_part(network: ConvNet, n_angles: int) -> list[int]:
    """Return the trained values of conv1, conv2, conv3 and the linear layer, then the angles."""
    layers = (network.conv1, network.conv2, network.conv3, network.linear)
    return [*(trained_values(layer) for layer in layers), n_angles]


def draw(widths: tuple[int, int, int], rank: int, scope: Scope) -> Figure:
    """Draw what teacher and student train at these sizes."""
    teacher = TeacherCNN(widths=widths)
    student = StudentCNN(widths=widths, rank=rank, scope=scope)
    return counted_values(
        {"teacher": values_by_part(teacher, 0), "student": values_by_part(student, N_ANGLES)},
        measure_compression(teacher, student, N_ANGLES),
        f"widths {widths[0]}, {widths[1]}, {widths[2]}; rank {rank}; compressed: {scope}",
    )


WIDTHS_RANK_AND_SCOPE = Explorer(
    name="0.sizes",
    draw=draw,
    controls={
        "widths": Choice("widths of the three convolutions", WIDTHS, (64, 128, 128)),
        "rank": Slider("rank R (filters per basis)", 1, 64, 1, 8),
        "scope": Choice(
            "compressed convolutions",
            {name: name for name in ("conv1", "conv1+conv2", "all")},
            "conv1+conv2",
        ),
    },
    alt=(
        "Bars of the trained values of teacher and student, split into conv1, conv2, conv3, linear "
        "layer and angles, and bars of the three compression ratios, for widths {widths}, rank "
        "{rank}, compressed: {scope}."
    ),
    grid={
        "widths": tuple(WIDTHS.values()),
        "scope": ("conv1", "conv1+conv2", "all"),
        "rank": (2, 8, 32),
    },
)
EXPLORERS = (WIDTHS_RANK_AND_SCOPE,)
