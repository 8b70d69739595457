"""Experiments: runs from a configuration to a record, grids of runs, and studies.

`preset` and `GRIDS` give configurations, `record_of` carries one out and returns its record
(notebooks 07 to 10). `load_pretrained` returns networks that were trained beforehand.
"""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .grids.paper import GRIDS
    from .runs.presets import preset
    from .runs.pretrained import load_pretrained
    from .runs.run import record_of

__all__ = ["GRIDS", "load_pretrained", "preset", "record_of"]

__getattr__ = import_when_asked(
    __name__, __all__, ".grids.paper", ".runs.presets", ".runs.pretrained", ".runs.run"
)
