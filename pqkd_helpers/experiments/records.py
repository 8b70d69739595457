"""Records: one JSON file per run, of a fixed schema, checked when written and when read.

A record holds the resolved configuration, what every epoch measured, the final results, the
books of shots, and where and with what it was computed; no feature vectors. Figures, tables and
texts take their numbers from records alone. A folder of records has one folder per experiment;
within it records are looked up by ``kind``, ``arm``, ``dataset``, ``tier`` and ``seed``.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import fastjsonschema

from ..files import as_path, json_bytes, write_atomically
from ..stored_figures import FIGURES, check_figures
from .method_version import configuration_hash

SCHEMA_VERSION = 1
# The project's own records.
STORED_RECORDS = FIGURES / "records"
Record = dict[str, Any]


class RecordError(ValueError):
    """A record that does not follow the schema or does not fit its own configuration."""


@cache
def _validate() -> Callable[[Record], Record]:
    schema = resources.files(__package__).joinpath("record.schema.json").read_text("utf-8")
    return fastjsonschema.compile(json.loads(schema))


def check_record(record: Record, source: str = "the record") -> Record:
    """Return the record if it is valid.

    Raises
    ------
    RecordError
        If it does not follow the schema, or its hash is not that of its configuration.
    """
    try:
        _validate()(record)
    except fastjsonschema.JsonSchemaValueException as error:
        raise RecordError(f"{source} is not a valid record: {error.message}") from error
    expected = configuration_hash(record["configuration"], record["method_version"])
    if record["configuration_hash"] != expected:
        raise RecordError(
            f"{source} has the hash {record['configuration_hash']}, but its configuration has "
            f"{expected}: one of them was changed"
        )
    return record


def read_record(path: Path | str) -> Record:
    """Read and check a record.

    Raises
    ------
    RecordError
        If the file is no JSON or no valid record.
    FileNotFoundError
        If there is no such file.
    """
    path = as_path(path)
    try:
        record = json.loads(path.read_bytes())
    except ValueError as error:
        raise RecordError(f"{path} is not JSON: {error}") from error
    return check_record(record, str(path))


def record_path(folder: Path, experiment: str, name: str) -> Path:
    """Return where a folder of records holds a record: in the folder of its experiment."""
    return folder / experiment / f"{name}.json"


def stored_record(name: str) -> Record:
    """Read one of the project's own records by the name of its run.

    Raises
    ------
    FileNotFoundError
        If there is none of that name, or the stored records are missing altogether.

    Examples
    --------
    >>> stored_record("train-quick-seed0")["dataset"]
    'mnist-5k'
    """
    folder = check_figures() / "records"
    for path in folder.glob(f"*/{name}.json"):
        return read_record(path)
    raise FileNotFoundError(f"no record {name!r} is in {folder}")


def stored_records(experiment: str, arm: str) -> list[Record]:
    """Read the project's records of one arm of an experiment, in the order of their seeds.

    Raises
    ------
    FileNotFoundError
        If there is none, or the stored records are missing altogether.
    """
    folder = check_figures() / "records" / experiment
    found = [read_record(path) for path in folder.glob(f"{experiment}-{arm}-seed*.json")]
    if not found:
        raise FileNotFoundError(f"no record of {experiment!r}, arm {arm!r}, is in {folder}")
    return sorted(found, key=lambda record: record["seed"])


def write_record(record: Record, path: Path | str) -> None:
    """Check a record and write it atomically."""
    write_atomically(as_path(path), json_bytes(check_record(record)))


def without_seconds(value: Any) -> Any:
    """Return a record, or a part of one, less all timings: what a repeated run must equal."""
    if isinstance(value, dict):
        return {key: without_seconds(part) for key, part in value.items() if key != "seconds"}
    if isinstance(value, list):
        return [without_seconds(part) for part in value]
    return value
