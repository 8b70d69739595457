"""Dictionary convolutions: kernels mixed from a few basis filters by z. Backs notebook 03."""

from .fixed_projection import FixedProjection
from .layer import DictConv2d

__all__ = ["DictConv2d", "FixedProjection"]
