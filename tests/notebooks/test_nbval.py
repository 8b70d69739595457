"""Every notebook runs from a clean kernel, offline, in time, and gives its stored outputs again."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from ..machine_speed import in_time
from .hygiene import TAGS
from .listing import NOTEBOOKS, path_of
from .nbval_runs import nbval_run, run_nbval

MOST_SECONDS = 60.0
MOST_SECONDS_PER_CELL = 15.0
every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


@every_notebook
def test_every_cell_passes(name):
    run = nbval_run(name)
    failed = [(i, cell.outcome) for i, cell in enumerate(run.cells) if cell.outcome != "passed"]
    assert failed == [], run.text[-6000:]


@every_notebook
def test_no_cell_is_left_out(name):
    notebook = nbformat.read(path_of(name), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(nbval_run(name).cells) == len(code) > 0


@every_notebook
def test_it_ends_in_time(name):
    seconds = [cell.seconds for cell in nbval_run(name).cells]
    assert in_time(max(seconds), MOST_SECONDS_PER_CELL)
    assert in_time(sum(seconds), MOST_SECONDS)


@every_notebook
def test_the_cells_that_lax_mode_compares_are_enough(name):
    notebook = nbformat.read(path_of(name), as_version=4)
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    compared = sum(
        "nbval-check-output" in cell.metadata.get("tags", []) and bool(cell.get("outputs"))
        for cell in notebook.cells
    )
    assert compared >= 5 or NOTEBOOKS[name] == "strict"
    assert tags.count("nbval-ignore-output") <= max(3, 1 + tags.count("widget"))
    assert set(tags) <= TAGS


def notebook_with(path, source, printed, *before):
    output = new_output("stream", name="stdout", text=printed)
    cell = new_code_cell(source, execution_count=1, outputs=[*before, output])
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": spec}), path)
    return path


@pytest.mark.parametrize(
    ("source", "passes"), [("print(6 * 7)", True), ("print(6 * 8)", False), ("1 / 0", False)]
)
def test_a_changed_output_or_an_error_is_noticed(tmp_path, source, passes):
    run = run_nbval(notebook_with(tmp_path / "one.ipynb", source, "42\n"), strict=True)
    assert [cell.outcome == "passed" for cell in run.cells] == [passes]


@pytest.mark.parametrize(("source", "passes"), [("print(6 * 7)", True), ("print(6 * 8)", False)])
def test_the_empty_output_of_a_folded_cell_does_not_stop_the_comparison(tmp_path, source, passes):
    empty = new_output("display_data")
    path = notebook_with(tmp_path / "one.ipynb", source, "42\n", empty)
    run = run_nbval(path, strict=True)
    assert [cell.outcome == "passed" for cell in run.cells] == [passes]
