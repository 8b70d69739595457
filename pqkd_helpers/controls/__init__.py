"""Controls: what the photonic feature and the PQKD student are compared with.

Backs notebook 09.

Those in `features` take the place of the circuit (``--features``), those in `students` the place of
the PQKD student (``--student``). Data, budgets and all other settings stay the same.
"""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .angle_searches import sham_search
    from .circuit_settings import CircuitSettings
    from .features.classical_map import ClassicalMap

__all__ = ["CircuitSettings", "ClassicalMap", "sham_search"]

__getattr__ = import_when_asked(
    __name__, __all__, ".circuit_settings", ".features.classical_map", ".angle_searches"
)
