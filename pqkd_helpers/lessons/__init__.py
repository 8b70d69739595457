"""What the notebooks are made of: exercises with their checks, pictures, explorers."""

from .checking import check, require
from .explorer import Choice, Explorer, Slider
from .showing import installed, show

__all__ = [
    "Choice",
    "Explorer",
    "Slider",
    "check",
    "installed",
    "require",
    "show",
]
