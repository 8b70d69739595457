"""Compression in values and bytes: counting, files without A, plain networks (notebook 08)."""

from ..controls.feature_specification import FeatureSpecification
from ..networks.teacher_and_student import trained_values
from .compressed_file import CompressedStudent, load_compressed, read_compressed, save_compressed
from .counting import Compression, measure_compression
from .ledger import SizeLedger, measure_sizes
from .plain_network import export_onnx, to_dense
from .sealed_tensors import CompressedFileError

__all__ = [
    "CompressedFileError",
    "CompressedStudent",
    "Compression",
    "FeatureSpecification",
    "SizeLedger",
    "export_onnx",
    "load_compressed",
    "measure_compression",
    "measure_sizes",
    "read_compressed",
    "save_compressed",
    "to_dense",
    "trained_values",
]
