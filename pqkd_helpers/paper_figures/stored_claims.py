"""The claims of each figure, as stored with it: what the notebooks' comparisons are made of.

A notebook reads them instead of all records, so that it is out of date exactly when one of its
claims is.
"""

import csv
import dataclasses
import io
from pathlib import Path
from typing import cast

from ..common.files import as_path
from ..common.stored_figures import check_figures
from .finding import Finding, Findings

FILE = "claims.csv"


def claims_file(findings: list[Finding]) -> bytes:
    """Return findings as the content of a CSV file."""
    buffer = io.StringIO(newline="")
    names = [field.name for field in dataclasses.fields(Finding)]
    writer = csv.DictWriter(buffer, fieldnames=names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(dataclasses.asdict, findings))
    return buffer.getvalue().encode()


def stored_claims(name: str, *, figures: Path | str | None = None) -> list[Finding]:
    """Return the findings stored with a figure or table.

    Parameters
    ----------
    name : str
        Its folder below ``figures``, such as "table1".
    figures : path or None
        The folder of all figures; None is the project's own.

    Raises
    ------
    ValueError
        If there is no such folder, or no claims in it.
    FileNotFoundError
        If the project's own are missing.
    """
    figures = check_figures() if figures is None else as_path(figures)
    path = figures / name / FILE
    if not path.is_file():
        known = sorted(file.parent.name for file in figures.glob(f"*/{FILE}"))
        raise ValueError(f"there are no claims called {name!r}; expected is one of {known}")
    with path.open(newline="", encoding="utf-8") as file:
        return [Finding(**cast("dict[str, str]", row)) for row in csv.DictReader(file)]  # type: ignore[arg-type]


def against_the_paper(*names: str, figures: Path | str | None = None) -> str:
    """Return the findings of several figures or tables as one Markdown table.

    Parameters
    ----------
    *names : str
        As for `stored_claims`.
    figures : path or None
        As for `stored_claims`.

    Raises
    ------
    ValueError, FileNotFoundError
        As for `stored_claims`.
    """
    found = [finding for name in names for finding in stored_claims(name, figures=figures)]
    return Findings(found).table()
