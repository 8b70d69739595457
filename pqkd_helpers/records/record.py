"""Records: one JSON file per run, of a fixed schema, checked when written and when read.

A record holds the resolved configuration, what every epoch measured, the final results, the
books of shots, and where and with what it was computed; no feature vectors. Figures, tables and
texts take their numbers from records alone. A folder of records has one folder per experiment;
within it records are looked up by ``kind``, ``arm``, ``dataset``, ``tier`` and ``seed``.
"""

import base64
import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import fastjsonschema
import numpy as np
from numpy.typing import NDArray

from ..common.files import as_path, json_bytes, sha256, write_atomically

SCHEMA_VERSION = 1


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


# Raised by hand whenever the same configuration would give other numbers than before.
METHOD_VERSION = 3


def configuration_hash(configuration: dict[str, Any], method_version: int = METHOD_VERSION) -> str:
    """Return 16 hexadecimal digits that name a configuration and the method's version."""
    text = json.dumps({**configuration, "method_version": method_version}, sort_keys=True)
    return sha256(text.encode())[:16]


def unpacked_images(text: str, n_images: int) -> NDArray[np.bool_]:
    """Return the bits of `images_right`, shape ``(n_images,)``.

    Examples
    --------
    >>> unpacked_images("oA==", 4)
    array([ True, False,  True, False])
    """
    packed = np.frombuffer(base64.b64decode(text), dtype=np.uint8)
    return np.unpackbits(packed, count=n_images).astype(bool)
