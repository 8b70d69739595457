"""The interactive picture of notebook 10: what margin, scatter and number of seeds decide."""

from matplotlib.figure import Figure

from ..experiments.verdicts import compare_with_paper
from ..plotting.equivalence import interval_and_margin
from ..random_streams import numpy_stream
from .explorer import Explorer, Slider

PAPER = 99.09
PAPER_DEVIATION = 0.09


def draw(difference: float, deviation: float, n_seeds: int, margin: float) -> Figure:
    """Draw made-up seeds around the paper's accuracy, and the finding."""
    noise = numpy_stream(0, "made-up seeds").standard_normal(20)[:n_seeds]
    ours = PAPER + difference + deviation * noise
    found = compare_with_paper(
        ours, paper_mean=PAPER, paper_deviation=PAPER_DEVIATION, margin=margin
    )
    return interval_and_margin(ours, PAPER, found, f"finding: {found.finding}")


MARGIN = Explorer(
    name="margin and seeds",
    draw=draw,
    controls={
        "difference": Slider("true difference (points)", -1.0, 1.0, 0.05, 0.1),
        "deviation": Slider("scatter of the seeds (points)", 0.02, 1.0, 0.02, 0.1),
        "n_seeds": Slider("seeds", 2, 20, 1, 5),
        "margin": Slider("margin (points)", 0.05, 1.0, 0.05, 0.25),
    },
    alt=(
        "Made-up seeds as dots and the 90 % interval of their mean, minus the paper's, over the "
        "range that counts as equal: true difference {difference:.2f}, scatter {deviation:.2f}, "
        "{n_seeds} seeds, margin {margin:.2f} points."
    ),
)
EXPLORERS = (MARGIN,)
