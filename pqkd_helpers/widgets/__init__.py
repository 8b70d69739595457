"""Interactive pictures for the notebooks: one module per notebook, built on `explorer`.

Only the core of ipywidgets is used. A notebook shows each picture at three fixed settings too, so
nothing is lost where no kernel runs.
"""

from .explorer import Choice, Explorer, Slider

__all__ = ["Choice", "Explorer", "Slider"]
