"""Image data: what there is, reading it, and images of your own."""

from .available import DATA_VARIABLE, EMBEDDED, DatasetName, damaged_files, data_root, is_on_disk
from .image_data import ImageData, Split
from .loading import DatasetUnavailableError, load_dataset
from .own_images import data_from_images

__all__ = [
    "DATA_VARIABLE",
    "EMBEDDED",
    "DatasetName",
    "DatasetUnavailableError",
    "ImageData",
    "Split",
    "damaged_files",
    "data_from_images",
    "data_root",
    "is_on_disk",
    "load_dataset",
]
