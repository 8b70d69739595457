"""The interactive picture of notebook 08: which layers hold the values that are left."""

from matplotlib.figure import Figure

from ..compression import measure_compression
from ..experiments.grids import WIDTHS
from ..networks import Scope, StudentCNN, TeacherCNN
from ..plotting.compression_explorer import values_by_layer
from .explorer import Choice, Explorer, Slider
from .start_here import values_by_part

PARTS = ("conv1", "conv2", "conv3", "linear layer", "angles")


def draw(widths: tuple[int, int, int], scope: Scope, rank: int, n_angles: int) -> Figure:
    """Draw the trained values of teacher and student by layer, and the three ratios."""
    teacher = TeacherCNN(widths=widths)
    student = StudentCNN(widths=widths, rank=rank, scope=scope)
    return values_by_layer(
        dict(zip(PARTS, values_by_part(teacher, 0), strict=True)),
        dict(zip(PARTS, values_by_part(student, n_angles), strict=True)),
        measure_compression(teacher, student, n_angles),
        f"widths {widths[0]}, {widths[1]}, {widths[2]}; compressed: {scope}; rank {rank}; "
        f"{n_angles} angles",
    )


LAYERS_AND_RATIOS = Explorer(
    name="layers and ratios",
    draw=draw,
    controls={
        "widths": Choice(
            "widths of the three convolutions",
            {name.replace("-", ", "): widths for name, widths in WIDTHS.items()},
            (64, 128, 128),
        ),
        "scope": Choice(
            "compressed convolutions",
            {name: name for name in ("conv1", "conv1+conv2", "all")},
            "conv1+conv2",
        ),
        "rank": Slider("rank R (filters per basis)", 1, 32, 1, 8),
        "n_angles": Slider("angles of the circuit", 15, 45, 15, 30),
    },
    alt=(
        "Two stacked bars of trained values by layer, the teacher's above the student's, each with "
        "its own scale, and the three compression ratios in the title, for widths {widths}, "
        "compressed: {scope}, rank {rank}, {n_angles} angles."
    ),
)
EXPLORERS = (LAYERS_AND_RATIOS,)
