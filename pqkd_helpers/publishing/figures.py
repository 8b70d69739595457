"""Redrawing every figure and table, and the README's blocks, from the stored records alone."""

from functools import partial
from pathlib import Path

from ..experiments.imperfection_study import figure_card, figure_rows
from ..files import write_atomically
from ..plotting import imperfections
from ..results.catalogue import Catalogue
from ..results.claims import results
from ..results.stored_claims import FILE, claims_file
from .figure_folder import write_figure_folder
from .readme import with_results


def write_figures(figures: Path, catalogue: Catalogue) -> list[Path]:
    """Write one folder per figure or table, and return the files.

    Parameters
    ----------
    figures : Path
        The folder of all figures.
    catalogue : Catalogue
        The records.
    """
    files = []
    for result in results(catalogue):
        files += write_figure_folder(
            figures / result.name, result.draw, result.rows, result.card(), alt=result.alt
        )
        if result.findings:
            claims = figures / result.name / FILE
            write_atomically(claims, claims_file(result.findings))
            files.append(claims)
    study = catalogue.runs("imperfections")
    if study:
        files += write_figure_folder(
            figures / "imperfections",
            partial(imperfections, study[0]),
            figure_rows(study[0]),
            figure_card(study[0]),
        )
    return files


def update_readme(path: Path, catalogue: Catalogue) -> None:
    """Write the README's blocks anew; nothing else of it changes."""
    write_atomically(path, with_results(path.read_text("utf-8"), catalogue).encode())
