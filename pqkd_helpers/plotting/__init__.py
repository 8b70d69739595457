"""Figures: functions take data and return a matplotlib `Figure`; nothing is shown or saved.

One style for all (`style`); one module per figure or per notebook.
"""

from .imperfections import imperfections
from .training_curves import training_curves

__all__ = ["imperfections", "training_curves"]
