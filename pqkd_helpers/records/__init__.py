"""Records: one JSON file per run, the hinge between experiments and figures."""

from .record import Record, RecordError, check_record
from .stored import Catalogue, stored_record, stored_records

__all__ = [
    "Catalogue",
    "Record",
    "RecordError",
    "check_record",
    "stored_record",
    "stored_records",
]
