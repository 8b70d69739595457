"""Slides for a lesson: the marked cells of a notebook, with the outputs that it holds.

A cell whose metadata hold ``"slideshow": {"slide_type": "slide"}`` begins a slide, one with ``"-"``
goes on with it, and all others are left out. A slide with a picture shows no code; folded answers
are left out. A deck is one page that snaps from slide to slide, with MathJax for the formulas next
to it and no other script, so it works offline.
"""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from ..common.files import as_path, write_atomically
from .execution import read_notebook
from .site import SiteError

_TEMPLATE = Path(__file__).parent / "templates" / "slides.html.j2"
_MATHJAX = "sphinx-mathjax-offline"  # a package of that name, hyphens and all
_FOLD = re.compile(r"<details>.*?</details>", re.DOTALL)


def build_slides(notebooks: Path | str, out: Path | str) -> list[Path]:
    """Write a deck for every notebook that has marked cells.

    Parameters
    ----------
    notebooks : path
        Folder of the executed notebooks.
    out : path
        Folder of the decks; made if missing.

    Returns
    -------
    list of Path
        The decks, ``NAME.html``.

    Raises
    ------
    SiteError
        If MathJax is not installed, or no notebook has a marked cell.
    """
    notebooks, out = as_path(notebooks), as_path(out)
    copy_mathjax(out)
    exporter = HTMLExporter(raw_template=_TEMPLATE.read_text("utf-8"))
    decks = []
    for path in sorted(notebooks.glob("*.ipynb")):
        notebook = read_notebook(path)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        notebook.cells = slide_cells(notebook)
        if notebook.cells:
            page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
            decks.append(out / f"{path.stem}.html")
            write_atomically(decks[-1], page.encode())
    if not decks:
        raise SiteError(f"no notebook in {notebooks} has a cell that is marked as a slide")
    return decks


def copy_mathjax(out: Path) -> None:
    """Put MathJax into a folder ``mathjax``, for pages next to it.

    Raises
    ------
    SiteError
        If it is not installed.
    """
    found = find_spec(_MATHJAX)
    if found is None or found.origin is None:
        raise SiteError(f"{_MATHJAX} not found: pip install -e '.[site]' installs it")
    source = Path(found.origin).parent / "static" / "mathjax"
    shutil.copytree(source, out / "mathjax", dirs_exist_ok=True)


def slide_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the marked cells as slides show them; the notebook's own are changed."""
    marked = [cell for cell in notebook.cells if "slideshow" in cell.metadata]
    for cell in marked:
        cell.metadata.begins_slide = cell.metadata.slideshow.slide_type == "slide"
        if cell.cell_type == "markdown":
            cell.source = _FOLD.sub("", cell.source)
        else:  # an output may hold nothing but the mark of its fold
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    return marked
