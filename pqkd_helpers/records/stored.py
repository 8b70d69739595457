"""The stored records, looked up by what they are: experiment, tier, data set, arm, seed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ..common.files import as_path
from ..common.stored_figures import FIGURES, check_figures
from .record import Record, read_record

# The larger scale first; "smoke" shows that the code runs, never a result.
TIERS = ("paper", "cpu")
# A table shows a larger scale once so many seeds of it are there; CIFAR-10 was planned with one.
SEEDS_SHOWN = 3
SEEDS_SHOWN_OF = {"cifar10": 1}


def seeds_shown(dataset: str | None = None) -> int:
    """Return how many seeds of a data set a table waits for before it shows a larger scale."""
    return SEEDS_SHOWN_OF.get(dataset or "", SEEDS_SHOWN)


# The project's own records.
STORED_RECORDS = FIGURES / "records"
_Made = TypeVar("_Made")


class Catalogue:
    """The records of a folder; those of an experiment are read when it is first asked for.

    Parameters
    ----------
    folder : path or None
        Folder of the records; None is the project's own.

    Raises
    ------
    FileNotFoundError
        If the project's own are missing.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = check_figures() / "records" if folder is None else as_path(folder)
        self._read: dict[str, list[Record]] = {}
        self._made: dict[Callable[[Catalogue], Any], Any] = {}

    def _records(self, experiment: str) -> list[Record]:
        if experiment not in self._read:
            files = sorted((self.folder / experiment).glob("*.json"))
            self._read[experiment] = [read_record(path) for path in files]
        return self._read[experiment]

    def once(self, make: Callable[["Catalogue"], _Made]) -> _Made:
        """Return ``make(self)``, made when first asked for: no figure need be drawn twice."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def record(self, name: str) -> Record:
        """Read one record by the name of its run, and no other.

        Raises
        ------
        FileNotFoundError
            If there is none of that name.
        """
        for path in self.folder.glob(f"*/{name}.json"):
            return read_record(path)
        raise FileNotFoundError(f"no record {name!r} is in {self.folder}")

    def runs(
        self,
        experiment: str,
        arm: str | None = None,
        *,
        tier: str | None = None,
        dataset: str | None = None,
    ) -> list[Record]:
        """Return the records of an experiment, in the order of their seeds.

        Parameters
        ----------
        experiment : str
        arm, tier, dataset : str or None
            None matches everything.
        """
        labels = {"arm": arm, "tier": tier, "dataset": dataset}
        found = [
            record
            for record in self._records(experiment)
            if all(value is None or record[name] == value for name, value in labels.items())
        ]
        return sorted(found, key=lambda record: record["seed"])

    def tier(
        self, experiment: str, dataset: str | None = None, arm: str | None = None
    ) -> str | None:
        """Return the scale to show: the largest with enough seeds, else that with most, or None."""
        n_seeds = {
            tier: len({run["seed"] for run in runs})
            for tier in TIERS
            if (runs := self.runs(experiment, tier=tier, dataset=dataset, arm=arm))
        }
        shown = (tier for tier, n in n_seeds.items() if n >= seeds_shown(dataset))
        return next(shown, max(n_seeds, key=n_seeds.__getitem__, default=None))

    def study(self, experiment: str) -> Record | None:
        """Return the record of a study at its largest scale, or None."""
        for tier in TIERS:
            for record in self.runs(experiment, tier=tier):
                if record["kind"] == "study":
                    return record
        return None


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
    return stored_catalogue().record(name)


def stored_records(
    experiment: str,
    arm: str | None = None,
    *,
    tier: str | None = None,
    dataset: str | None = None,
) -> list[Record]:
    """Return the project's records of an experiment, in the order of their seeds.

    Parameters
    ----------
    experiment : str
    arm, tier, dataset : str or None
        None matches everything.

    Raises
    ------
    FileNotFoundError
        If there is none, or the stored records are missing altogether.

    Examples
    --------
    >>> [record["seed"] for record in stored_records("frontier", "base")]
    [0, 1, 2]
    """
    catalogue = stored_catalogue()
    found = catalogue.runs(experiment, arm, tier=tier, dataset=dataset)
    if not found:
        asked = ", ".join(filter(None, (experiment, arm, tier, dataset)))
        raise FileNotFoundError(f"no record of {asked} is in {catalogue.folder}")
    return found


def stored_catalogue() -> Catalogue:
    """Return the project's own records, each experiment read once in a process.

    Raises
    ------
    FileNotFoundError
        If they are missing.
    """
    return _opened(check_figures() / "records")


_opened = cache(Catalogue)
