"""The series as a site to read without a kernel: Sphinx, with everything it needs in its folder.

Navigation, search, a light and a dark theme and formulas work offline, from the file system too.
The pages show the outputs that the notebooks hold; nothing is run. Explorers choose among pictures
drawn beforehand, and films have a button.
"""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from ..common.files import as_path
from . import films
from .execution import read_notebook
from .explorers import with_pictures

CONFIGURATION = "conf.py"
# What screen readers and keyboards need and Sphinx leaves out: a level of the navigation's titles,
# a way to scroll wide code, and folds that are called by what they show.
_FOR_EVERYBODY = {
    'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"',
    "<pre>": '<pre tabindex="0">',
    '<summary aria-label="Toggle hidden content">': "<summary>",
}
DOWNLOADS = "downloads"  # the notebooks as they are in the repository
_DOWNLOADS_HERE = "<!-- on the site: all notebooks to download -->"
STATIC = "static"  # the site's script and style
_FIGURE = re.compile(r"!\[[^\]]*\]\(\.\./(figures/[^)]+)\)")
_IMAGE = re.compile(r'<img\b[^>]*\bsrc="(?P<source>_images/[^"]+)"[^>]*>')


class SiteError(RuntimeError):
    """Sphinx is not installed, or finds something wrong."""


def build_site(notebooks: Path | str, site: Path | str) -> list[Path]:
    """Write the site.

    Parameters
    ----------
    notebooks : path
        Folder of the executed notebooks, of the texts, and of the site's configuration.
    site : path
        Folder of the site; replaced as a whole once it is complete.

    Returns
    -------
    list of Path
        Its pages.

    Raises
    ------
    SiteError
        If Sphinx or its extensions are missing, or if Sphinx warns of anything.
    """
    notebooks, site = as_path(notebooks), as_path(site)
    missing = [name for name in ("sphinx", "myst_nb", "furo") if find_spec(name) is None]
    if missing:
        raise SiteError(f"{', '.join(missing)} not found: pip install -e '.[site]' installs them")
    with TemporaryDirectory() as folder:
        source, built = Path(folder, "source"), Path(folder, "built")
        _copy_pages(notebooks, source)
        _copy_figures(source, notebooks.parent)
        pictures = Path(folder, "pictures")
        _make_interactive(source, pictures)
        index = source / "index.md"
        index.write_text(_with_notebooks(index.read_text("utf-8"), source), "utf-8")
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
        done = subprocess.run(
            [*command, str(source), str(built)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SiteError(f"Sphinx found something wrong:\n{done.stderr.strip()}")
        descriptions = _descriptions(source)
        for page in built.glob("*.html"):
            page.write_text(_described(page.read_text("utf-8"), built, descriptions), "utf-8")
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
        shutil.copytree(pictures, built, dirs_exist_ok=True)
        (built / DOWNLOADS).mkdir()
        for path in notebooks.glob("*.ipynb"):
            shutil.copy(path, built / DOWNLOADS)
        _replace(built, site)
    return sorted(site.glob("*.html"))


def _copy_pages(notebooks: Path, source: Path) -> None:
    """Copy the pages, the films and what the site's configuration names."""
    source.mkdir()
    for path in notebooks.iterdir():
        if path.suffix in (".ipynb", ".md", ".json") or path.name == CONFIGURATION:
            shutil.copy(path, source)
    for folder in (STATIC, films.NAME):
        shutil.copytree(notebooks / folder, source / folder)


def _copy_figures(pages: Path, root: Path) -> None:
    """Copy the figures that pages show, to where the pages look for them."""
    for page in pages.glob("*.md"):
        for name in _FIGURE.findall(page.read_text("utf-8")):
            copy = pages.parent / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy)


def _make_interactive(pages: Path, pictures: Path) -> None:
    """Put films and explorers into the notebooks; draw the explorers' pictures into a folder."""
    pictures.mkdir()
    for path in sorted(pages.glob("*.ipynb")):
        notebook = read_notebook(path)
        with_pictures(notebook, pictures)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = films.with_playable_films(cell.source, pages)
        nbformat.write(notebook, path)


def _with_notebooks(index: str, notebooks: Path) -> str:
    """Return the first page with an entry for every notebook: number and title."""
    titles = {
        path.stem: read_notebook(path).cells[0].source.splitlines()[0].removeprefix("# ")
        for path in sorted(notebooks.glob("*.ipynb"))
    }
    entries = [f"{stem[:2]} {title} <{stem}>" for stem, title in titles.items()]
    index = index.replace("all notebooks, with their numbers", "\n".join(entries))
    return index.replace(_DOWNLOADS_HERE, _downloads(notebooks))


def _downloads(notebooks: Path) -> str:
    """Return a table of all notebooks with their times, and their files to download."""
    plan = notebooks / "curriculum.json"
    if not plan.exists():
        return ""
    lines = ["| notebook | study | file |", "|---|---|---|"]
    for entry in json.loads(plan.read_text("utf-8"))["notebooks"]:
        file, name = entry["file"], entry["file"].removesuffix(".ipynb")
        link = f'<a href="{DOWNLOADS}/{file}" download>download {name[:2]}</a>'
        lines.append(f"| [{name[:2]}]({file}) {entry['title']} | {entry['minutes']} min | {link} |")
    return "\n".join(lines)


def _descriptions(notebooks: Path) -> dict[str, str]:
    """Return the description of every stored picture, by a hash of the picture."""
    found = {}
    for path in notebooks.glob("*.ipynb"):
        for cell in read_notebook(path).cells:
            for output in cell.get("outputs", []):
                alt = output.get("metadata", {}).get("image/png", {}).get("alt")
                if alt:
                    found[_hash(base64.b64decode(output.data["image/png"]))] = alt
    return found


def _described(page: str, site: Path, descriptions: dict[str, str]) -> str:
    """Return a page whose pictures have the descriptions that the notebooks hold."""

    def image(match: re.Match[str]) -> str:
        alt = descriptions.get(_hash((site / match["source"]).read_bytes()))
        if alt is None:
            return match[0]
        bare = re.sub(r'\salt="[^"]*"', "", match[0])
        return bare.replace("<img", f'<img alt="{html.escape(alt)}"', 1)

    for bare, better in _FOR_EVERYBODY.items():
        page = page.replace(bare, better)
    return _IMAGE.sub(image, page)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _replace(new: Path, folder: Path) -> None:
    """Put a complete folder in the place of another."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    complete = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(complete, ignore_errors=True)
    shutil.copytree(new, complete)
    shutil.rmtree(folder, ignore_errors=True)
    complete.rename(folder)
