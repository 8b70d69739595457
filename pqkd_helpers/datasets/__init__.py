"""Image data: what there is, reading it, and images of your own."""

from typing import TYPE_CHECKING

from ..common.faces import import_when_asked

if TYPE_CHECKING:
    from .available import (
        DATA_VARIABLE,
        EMBEDDED,
        DatasetName,
        damaged_files,
        data_root,
        is_on_disk,
    )
    from .image_data import ImageData, Split
    from .loading import DatasetUnavailableError, load_dataset
    from .own_files import OwnData, look_at
    from .own_images import data_from_images

__all__ = [
    "DATA_VARIABLE",
    "EMBEDDED",
    "DatasetName",
    "DatasetUnavailableError",
    "ImageData",
    "OwnData",
    "Split",
    "damaged_files",
    "data_from_images",
    "data_root",
    "is_on_disk",
    "load_dataset",
    "look_at",
]

__getattr__ = import_when_asked(
    __name__, __all__, ".available", ".image_data", ".loading", ".own_files", ".own_images"
)
