"""How the groups of controls are drawn, the same in every picture."""

from ...common.figure_style import COLOURS

# Group -> colour, marker.
LOOKS = {
    "planned": (COLOURS[1], "D"),
    "follow-up": (COLOURS[4], "P"),
    "checks": (COLOURS[5], "s"),
    "circuit": (COLOURS[0], "o"),
    "instead": (COLOURS[3], "^"),
    "students": (COLOURS[6], "v"),
}
