"""Redrawing every figure and table, and the blocks of texts, from the stored records alone."""

from pathlib import Path

from ..common.files import as_path, write_atomically
from ..common.picture_files import write_pictures
from ..paper_figures.claims import results
from ..paper_figures.controls.comparison import controls
from ..paper_figures.controls.contrasts import FOLLOW_UP, KNOWN, PRIMARY
from ..paper_figures.result import Result
from ..paper_figures.stored_claims import FILE, claims_file
from ..records.stored import Catalogue
from . import idea
from .figure_folder import write_figure_folder
from .readme import with_results

# What the README shows of the controls: those that had the light's recipe.
AT_ONE_RECIPE = (
    *(FOLLOW_UP["plain randomness"], PRIMARY["selection"]),
    *(FOLLOW_UP["interference, one recipe"], FOLLOW_UP["anything photonic, one recipe"], KNOWN),
)


def write_figures(figures: Path | str, catalogue: Catalogue) -> list[Path]:
    """Write one folder per figure or table, and return the files.

    Parameters
    ----------
    figures : path
        The folder of all figures.
    catalogue : Catalogue
        The records.
    """
    figures, files = as_path(figures), []
    for result in results(catalogue):
        files += write_result(figures, result)
    for stale in {*figures.glob(f"*/{FILE}")} - {*files}:
        stale.unlink()  # of records that are gone; the notebooks would go on reading them
    return files


def write_result(figures: Path, result: Result) -> list[Path]:
    """Write the folder of one figure or table, and return the files."""
    folder = figures / result.name
    files = write_figure_folder(
        folder, result.draw, result.rows, result.card(), alt=result.alt or None
    )
    if result.findings:
        write_atomically(folder / FILE, claims_file(result.findings))
        files.append(folder / FILE)
    return files


def write_idea(figures: Path | str) -> list[Path]:
    """Write the picture that opens the README, and return its file."""
    path = as_path(figures) / idea.NAME / f"{idea.NAME}.png"
    return write_pictures([path], idea.idea, alt=idea.ALT)


def write_light_in_short(figures: Path | str, catalogue: Catalogue) -> list[Path]:
    """Write the README's picture of light and controls, and return its file; none without runs."""
    result = catalogue.once(controls)
    if result is None or result.follow_up is None:
        return []
    short = result.of(*AT_ONE_RECIPE)
    path = as_path(figures) / "light-in-short" / "light-in-short.png"
    return write_pictures([path], short.draw, alt=short.alt)


def update_text(path: Path | str, catalogue: Catalogue) -> None:
    """Write the blocks of a text anew; nothing else of it changes."""
    path = as_path(path)
    write_atomically(path, with_results(path.read_text("utf-8"), catalogue).encode())
