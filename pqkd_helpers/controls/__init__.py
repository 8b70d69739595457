"""Controls: what photonic feature and PQKD student are to be compared with (notebook 09).

`features` take the place of the circuit (``--features``), `students` that of the PQKD student
(``--student``), `angle_searches` that of SPSA; data, budgets and all other settings stay the same.
"""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .angle_searches import sham_search
    from .circuit_settings import CircuitSettings
    from .features.classical_map import ClassicalMap

__all__ = ["CircuitSettings", "ClassicalMap", "sham_search"]

__getattr__ = import_when_asked(
    __name__,
    {
        "CircuitSettings": ".circuit_settings",
        "ClassicalMap": ".features.classical_map",
        "sham_search": ".angle_searches",
    },
)
