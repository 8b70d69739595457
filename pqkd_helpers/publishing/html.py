"""Notebooks as web pages, with the pictures' descriptions kept."""

import re
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from ..files import write_atomically
from .execution import read_notebook

# The template's violet for "in", "and" and decorators is too pale on grey (WCAG AA).
READABLE_CODE = "<style>.highlight .ow, .highlight .nd { color: #6a1b9a !important; }</style>"


def write_pages(notebooks: Path, site: Path) -> list[Path]:
    """Write one HTML page per notebook, and one for the glossary.

    Parameters
    ----------
    notebooks : Path
        Folder of the notebooks, as they were executed.
    site : Path
        Folder of the pages; made if missing.

    Returns
    -------
    list of Path
        The pages.
    """
    # The template "lab" drops alternative texts, "classic" keeps them.
    exporter = HTMLExporter(template_name="classic")
    pages = []
    sources = {path.stem: read_notebook(path) for path in sorted(notebooks.glob("*.ipynb"))}
    glossary = notebooks / "glossary.md"
    if glossary.is_file():
        cell = nbformat.v4.new_markdown_cell(glossary.read_text("utf-8"))
        sources["glossary"] = nbformat.v4.new_notebook(cells=[cell])
    for name, notebook in sources.items():
        resources = {"metadata": {"name": name}}
        page, _ = exporter.from_notebook_node(notebook, resources=resources)
        page = re.sub(r'href="([\w-]+)\.(?:ipynb|md)(#[^"]*)?"', r'href="\1.html\2"', page)
        if name == "glossary":  # links name its terms in lower case
            page = re.sub(r'(<h3 id=")([^"]+)', lambda found: found[1] + found[2].lower(), page)
        page = page.replace("<html>", '<html lang="en">', 1)
        page = page.replace("</head>", f"{READABLE_CODE}</head>", 1)
        write_atomically(site / f"{name}.html", page.encode())
        pages.append(site / f"{name}.html")
    return pages
