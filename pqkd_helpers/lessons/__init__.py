"""What the notebooks are made of: exercises with their checks, pictures, explorers.

A notebook needs four names: `check` tries an exercise's answer, `show` shows a picture, `explore`
gives the picture behind sliders, `installed` names the
versions. nbgrader's hidden cells use `require`, which raises.
"""

from .checking import check, require
from .explorer import explore
from .showing import installed, show

__all__ = [
    "check",
    "explore",
    "installed",
    "require",
    "show",
]
