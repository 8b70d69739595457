"""One execution of a notebook by nbval, offline; its outcome serves every check."""

import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .listing import NOTEBOOKS, path_of
from .offline import run_offline

CELL_TIMEOUT = 60


@dataclass(frozen=True)
class Cell:
    """How one code cell went: "passed", or what else was reported, and the seconds it took."""

    outcome: str
    seconds: float


@dataclass(frozen=True)
class NbvalRun:
    """How a notebook went: its cells in order, and what nbval printed."""

    cells: tuple[Cell, ...]
    text: str


@cache
def nbval_run(name: str) -> NbvalRun:
    """Execute one of the series' notebooks, once per session."""
    return run_nbval(path_of(name), strict=NOTEBOOKS[name] == "strict")


def run_nbval(path: Path, *, strict: bool, offline=run_offline) -> NbvalRun:
    """Execute a notebook with nbval and compare its outputs."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        arguments = [
            *("-m", "pytest", "--nbval" if strict else "--nbval-lax", str(path)),
            *("--nbval-cell-timeout", str(CELL_TIMEOUT), "--nbval-current-env"),
            *("-p", "no:cacheprovider", "-o", "addopts=", "-o", "filterwarnings="),
            *("-q", "--color=no", f"--junitxml={report}"),
        ]
        answer = offline(arguments)
        text = answer.stdout + answer.stderr
        if not report.is_file():
            raise RuntimeError(f"nbval left no report:\n{text}")
        cases = ElementTree.parse(report).getroot().iter("testcase")
        return NbvalRun(tuple(_cell(case) for case in cases), text)


def _cell(case: ElementTree.Element) -> Cell:
    outcome = "passed"
    for child in case:
        if child.tag in ("failure", "error", "skipped"):
            outcome = f"{child.tag}: {child.get('message', '')}"
    return Cell(outcome, float(case.get("time", "0")))
