"""Executing a notebook and storing it, with a fingerprint of all that its outputs depend on."""

import os
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from ..common.files import write_atomically
from ..lessons.exercise_cells import refresh_exercises
from .fingerprint import files_of_the_project, fingerprint

CELL_TIMEOUT = 60
# One thread: the same digits on every run, and no fight for cores; silent progress bars.
ENVIRONMENT = {"CI": "true", "OMP_NUM_THREADS": "1"}
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
# Without the file's ending, nbconvert writes the notebook's code as a text file.
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
# What the site folds by a tag, JupyterLab folds by an entry of the cell's metadata.
FOLDS = {"hide-input": "source_hidden", "hide-output": "outputs_hidden"}

# Runs in the kernel: note every file that is opened and every folder that is listed, and ask for
# the list later.
_WATCH = """
import sys as _sys
_opened = set()
def _note(event, arguments):
    if event in ("open", "os.scandir", "os.listdir"):
        _opened.add(str(arguments[0]))
_sys.addaudithook(_note)
"""
_ASK = """
print("\\n".join(sorted(_opened | {
    getattr(module, "__file__", None) or "" for module in list(_sys.modules.values())
})))
"""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def execute(path: Path, *, title: dict[str, Any]) -> None:
    """Refresh a notebook's exercise cells, run it from a clean kernel, and store it.

    Parameters
    ----------
    path : Path
        The notebook; it is replaced only if every cell ran.
    title : dict
        Its entry in the curriculum, for the line of facts under the title.
    """
    notebook = read_notebook(path)
    refresh_exercises(notebook)
    cells = notebook.cells
    watched = [nbformat.v4.new_code_cell(_WATCH), *cells, nbformat.v4.new_code_cell(_ASK)]
    notebook.cells = watched
    notebook.metadata.kernelspec = KERNELSPEC
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=KERNELSPEC["name"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    started = time.perf_counter()
    client.execute(env=os.environ | ENVIRONMENT)
    seconds = round(time.perf_counter() - started, 1)
    files = files_of_the_project(watched[-1].outputs[0].text.splitlines(), path.parents[1])
    notebook.cells = cells
    _tidy(notebook)
    _write_facts(notebook, title, seconds)
    notebook.metadata["pqkd"] = {
        "seconds": seconds,
        "files": files,
        "fingerprint": fingerprint(notebook, files, path.parents[1]),
    }
    text: str = nbformat.writes(notebook)
    write_atomically(path, (text + "\n").encode())


def _tidy(notebook: NotebookNode) -> None:
    """Count cells from 1, drop the widgets' state and all that differs from run to run."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = LANGUAGE
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        if "widget" in cell.metadata.get("tags", []):
            cell.outputs = []
        _fold(cell)
        for output in cell.outputs:
            if "execution_count" in output:
                output["execution_count"] = count


def _fold(cell: NotebookNode) -> None:
    """Fold in JupyterLab what the tags fold on the site, and nothing else.

    JupyterLab shows a line of a folded cell's first output: here it is an empty one.
    """
    tags = cell.metadata.get("tags", [])
    folded = {entry: True for tag, entry in FOLDS.items() if tag in tags}
    cell.metadata.pop("jupyter", None)
    if folded:
        cell.metadata["jupyter"] = folded
    if "outputs_hidden" in folded and cell.outputs:
        cell.outputs.insert(0, nbformat.v4.new_output("display_data"))


def _write_facts(notebook: NotebookNode, title: dict[str, Any], seconds: float) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("pqkd", {}).get("part") == "facts":
            cell.source = facts(title, seconds)


def facts(title: dict[str, Any], seconds: float) -> str:
    """Return the line under the title: time, what the notebook builds on, what backs it.

    Parameters
    ----------
    title : dict
        Its entry in the curriculum.
    seconds : float
        Measured.
    """
    builds_on = ", ".join(f"[{Path(name).stem}]({name})" for name in title["builds_on"])
    return (
        f"About {title['minutes']} minutes to study · {max(1, round(seconds))} seconds to run, "
        f"measured with one thread · CPU only · builds on {builds_on or 'no other notebook'} · "
        f"backed by `{title['module']}`"
    )
