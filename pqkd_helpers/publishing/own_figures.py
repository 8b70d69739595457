"""Figures from records of one's own: each tier by itself, labelled, and why one is not drawn.

Figures are made for the project's complete grids. What a figure looks for in vain is noted, so that
it can be said.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from ..common.figure_style import say_what_to_see, style
from ..common.files import as_path
from ..common.stored_figures import FIGURES as STORED_FIGURES
from ..paper_figures.claims import FIGURES
from ..paper_figures.result import Result
from ..records.record import Record, read_record
from ..records.stored import Catalogue
from .figures import write_result

_MEANINGS = {
    "smoke": "it shows that the code runs, and nothing else",
    "cpu": "reduced scale",
    "quick": "reduced scale",
    "paper": "the paper's scale",
}


@dataclass(frozen=True)
class OwnFigure:
    """What became of a figure.

    Attributes
    ----------
    name : str
    folders : list of Path
        Where it is, for each tier that has enough records.
    reason : str
        Why it is nowhere.
    """

    name: str
    folders: list[Path]
    reason: str = ""

    def __str__(self) -> str:
        """Return one line."""
        told = ", ".join(map(str, self.folders)) or f"not drawn: {self.reason}"
        return f"{self.name + ':':<20}{told}"


def write_own_figures(records: Path | str, out: Path | str) -> list[OwnFigure]:
    """Draw all figures that a folder of records is enough for, into ``OUT/TIER/NAME``.

    Parameters
    ----------
    records : path
        A folder per experiment, as `reproduce` writes it.
    out : path
        Made if missing.

    Returns
    -------
    list of OwnFigure
        One for every figure of the project.

    Raises
    ------
    ValueError
        If there is no such folder, no record in it, or ``out`` is the project's own.
    RecordError
        If a record is damaged; nothing is drawn then.
    """
    records, out = as_path(records), as_path(out)
    if not records.is_dir():
        raise ValueError(f"there is no folder {records}; one that holds records is expected")
    if STORED_FIGURES.resolve() in (out.resolve(), *out.resolve().parents):
        raise ValueError(f"{out} holds the project's own figures; another folder is expected")
    found = [read_record(path) for path in sorted(records.glob("*/*.json"))]
    tiers = [tier for tier in _MEANINGS if tier in {record["tier"] for record in found}]
    if not tiers:
        raise ValueError(
            f"{records} holds no record of an experiment; EXPERIMENT/NAME.json, as reproduce "
            "writes it, is expected"
        )
    return [
        _own_figure(name, [_Tier(records, tier, found) for tier in tiers], out) for name in FIGURES
    ]


class _Tier(Catalogue):
    """The records of one tier, at whatever scale a figure asks for them; notes what is missing."""

    def __init__(self, folder: Path, tier: str, records: list[Record]) -> None:
        super().__init__(folder)
        self.shown = tier
        self.missing: list[str] = []
        for record in records:
            self._read.setdefault(record["experiment"], []).append(record)

    def _records(self, experiment: str) -> list[Record]:
        return self._read.get(experiment, [])

    def runs(
        self,
        experiment: str,
        arm: str | None = None,
        *,
        tier: str | None = None,
        dataset: str | None = None,
    ) -> list[Record]:
        found = super().runs(experiment, arm, tier=self.shown, dataset=dataset)
        if not found:
            self.missing.append(" ".join(filter(None, (experiment, dataset, arm))))
        return found

    def tier(
        self, experiment: str, dataset: str | None = None, arm: str | None = None
    ) -> str | None:
        return self.shown if self.runs(experiment, arm, dataset=dataset) else None

    def reason(self, error: str = "") -> str:
        """Say why a figure has too little."""
        missing = list(dict.fromkeys(self.missing))
        if not missing:
            return error or f"records of tier {self.shown} are there, but too few"
        more = f" (nor of {len(missing) - 1} more)" if len(missing) > 1 else ""
        return f"no record of {missing[0]} at tier {self.shown}{more}"


def _own_figure(name: str, tiers: list[_Tier], out: Path) -> OwnFigure:
    folders, reasons = [], {}
    for catalogue in tiers:
        error = ""
        try:
            result = FIGURES[name](catalogue)
            if result is not None:
                write_result(out / catalogue.shown, _labelled(result, catalogue.shown))
                folders.append(out / catalogue.shown / name)
        except Exception as failure:  # too few records may break what is made for all of them
            told = f"{type(failure).__name__}: {failure}"
            error = f"too few records of tier {catalogue.shown} ({' '.join(told.split())[:150]})"
        reasons[catalogue.reason(error)] = len(catalogue.missing)
    return OwnFigure(name, folders, min(reasons, key=reasons.__getitem__))


def _labelled(result: Result, tier: str) -> Result:
    """Return a result that says on picture and card of what tier its records are."""
    label = f"Own records, tier {tier}: {_MEANINGS[tier]}."

    def draw() -> Figure:
        figure = result.draw()
        with style():
            say_what_to_see(figure, f"{figure.get_suptitle()}\n{label}")
        return figure

    return dataclasses.replace(
        result,
        title=f"{result.title} (tier {tier})",
        draw=draw,
        alt=f"{label} {result.alt}",
        reading=f"{label} {result.reading}",
        rerun=result.rerun.replace("--tier cpu", f"--tier {tier}"),
        differs=[line for line in result.differs if tier == "cpu" or "ier cpu" not in line],
    )
