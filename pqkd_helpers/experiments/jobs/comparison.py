"""How far the records of one's own differ from those that the project stores, in a short table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...records.measured import accuracies
from ...records.record import Record, RecordError, read_record, record_path, without_seconds
from ...records.stored import STORED_RECORDS
from .work import AnyJob

# What a repeated run must give again; the rest says where and with what it was computed.
_RESULTS = ("teacher", "student", "compression", "ledger", "results")
_COLUMNS = "{:<52}{:>5}{:>9}{:>9}{:>12}{:>9}{:>7}"
_HEADS = ("n", "own", "stored", "difference", "largest", "equal")
_FORMS = ("{:.2f}", "{:.2f}", "{:+.2f}", "{:.2f}")


def comparison(jobs: Sequence[AnyJob], out: Path) -> str:
    """Return a table of test accuracies, own and stored, a line for each arm; "" without a pair.

    Parameters
    ----------
    jobs : sequence of Job or Study
        Which records to compare.
    out : Path
        Folder of one's own; the stored one has nothing to be compared with.

    Notes
    -----
    A record counts if it has the configuration of the stored one. Percent of the test images, means
    over the seeds; the largest difference of a seed, without its sign. "equal" counts the records
    that are equal in every number but times: to be expected on one machine alone, with the same
    number of threads.
    """
    if out.resolve() == STORED_RECORDS.resolve():
        return ""
    pairs: dict[str, list[tuple[Record, Record]]] = {}
    for job in jobs:
        own, stored = (_read(folder, job) for folder in (out, STORED_RECORDS))
        if own and stored and own["configuration_hash"] == stored["configuration_hash"]:
            where = [own["experiment"], own["dataset"], own["arm"]]
            pairs.setdefault(" ".join(filter(None, where)), []).append((own, stored))
    if not pairs:
        return ""
    head = _COLUMNS.format("own records and stored ones", *_HEADS)
    return "\n".join([head, *(_line(arm, found) for arm, found in pairs.items())])


def _line(arm: str, pairs: list[tuple[Record, Record]]) -> str:
    equal = sum(_results(own) == _results(stored) for own, stored in pairs)
    if pairs[0][0]["kind"] != "run":
        return _COLUMNS.format(arm, len(pairs), "", "", "", "", equal)
    own, stored = (accuracies(list(records)) for records in zip(*pairs, strict=True))
    differences = own - stored
    numbers = (own.mean(), stored.mean(), differences.mean(), np.abs(differences).max())
    texts = (form.format(x) for form, x in zip(_FORMS, numbers, strict=True))
    return _COLUMNS.format(arm, len(pairs), *texts, equal)


def _results(record: Record) -> Any:
    return without_seconds({name: record[name] for name in _RESULTS if name in record})


def _read(folder: Path, job: AnyJob) -> Record | None:
    try:
        return read_record(record_path(folder, job.experiment, job.name))
    except (FileNotFoundError, RecordError):
        return None
