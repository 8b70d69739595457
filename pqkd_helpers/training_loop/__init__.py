"""The full training loop, Algorithm S1. Backs notebook 06."""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .settings import PQKDSettings
    from .trainer import PQKDTrainer

__all__ = ["PQKDSettings", "PQKDTrainer"]

__getattr__ = import_when_asked(__name__, __all__, ".settings", ".trainer")
