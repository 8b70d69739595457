"""What the notebooks are made of: exercises with their checks, predictions, pictures, explorers.

A notebook needs a few names: `check` tries an exercise's answer, `predict` keeps a prediction and
`reveal` compares it with the result, `progress` says what is open, `show` shows a picture,
`explore` gives the picture behind sliders, `installed` names the versions. nbgrader's hidden cells
use `require`, which raises.
"""

from .checking import check, require
from .explorer import explore
from .predicting import predict, reveal
from .progressing import progress
from .showing import installed, show

__all__ = [
    "check",
    "explore",
    "installed",
    "predict",
    "progress",
    "require",
    "reveal",
    "show",
]
