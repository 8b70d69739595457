"""How the groups of controls are drawn, the same in every picture."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...common.figure_style import COLOURS

LOOKS = {
    "": ("black", "*", "the light"),
    "planned": (COLOURS[1], "D", "planned contrast"),
    "follow-up": (COLOURS[4], "P", "follow-up"),
    "checks": (COLOURS[5], "s", "check of the experiment"),
    "circuit": (COLOURS[0], "o", "the circuit, changed"),
    "instead": (COLOURS[3], "^", "something else in its place"),
    "students": (COLOURS[6], "v", "students without z, or with batch norm"),
}


def legend_of_groups(figure: Figure, axes: Axes) -> None:
    """Name each group once, above the axes."""
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), loc="outside upper center", ncols=3)
