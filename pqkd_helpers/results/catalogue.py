"""The stored records, looked up by what they are: experiment, tier, data set, arm, seed."""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..experiments.records import STORED_RECORDS, Record, read_record
from ..files import as_path

# The larger scale first; "smoke" shows that the code runs, never a result.
TIERS = ("paper", "cpu")


class Catalogue:
    """All records of a folder, read when first asked for.

    Parameters
    ----------
    folder : path
        Folder of the records.
    """

    def __init__(self, folder: Path | str = STORED_RECORDS) -> None:
        self.folder = as_path(folder)

    @cached_property
    def _records(self) -> list[Record]:
        return [read_record(path) for path in sorted(self.folder.glob("*.json"))]

    def runs(self, experiment: str, **labels: str | None) -> list[Record]:
        """Return the records of an experiment, in the order of their seeds.

        Parameters
        ----------
        experiment : str
        **labels : str or None
            Values of ``tier``, ``dataset`` and ``arm``; None matches everything.
        """
        found = [
            record
            for record in self._records
            if record["experiment"] == experiment
            and all(value is None or record[name] == value for name, value in labels.items())
        ]
        return sorted(found, key=lambda record: record["seed"])

    def tier(self, experiment: str, dataset: str | None = None) -> str | None:
        """Return the largest scale that an experiment was carried out at, or None."""
        for tier in TIERS:
            if self.runs(experiment, tier=tier, dataset=dataset):
                return tier
        return None

    def study(self, experiment: str) -> Record | None:
        """Return the record of a study at its largest scale, or None."""
        for tier in TIERS:
            for record in self.runs(experiment, tier=tier):
                if record["kind"] == "study":
                    return record
        return None


def accuracies(records: list[Record], network: str = "student") -> NDArray[np.float64]:
    """Return the test accuracies of records, percent: with the z trained with."""
    return np.array([100.0 * record[network]["final"]["test"]["accuracy"] for record in records])


def same_seeds(first: list[Record], second: list[Record]) -> tuple[list[Record], list[Record]]:
    """Return the records of two arms, less those whose seed the other arm does not have."""
    seeds = {record["seed"] for record in first} & {record["seed"] for record in second}
    kept = [[record for record in arm if record["seed"] in seeds] for arm in (first, second)]
    return kept[0], kept[1]
