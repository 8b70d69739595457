"""The full training loop, Algorithm S1 (notebook 06)."""

from .settings import PQKDSettings
from .trainer import PQKDTrainer

__all__ = [
    "PQKDSettings",
    "PQKDTrainer",
]
