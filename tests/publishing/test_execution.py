"""make notebooks: what is stored, and that a notebook that fails is left as it was."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import ScriptExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from pqkd_helpers.lessons import exercise_cells
from pqkd_helpers.lessons.checking import find_exercise
from pqkd_helpers.publishing.execution import execute, read_notebook
from pqkd_helpers.publishing.fingerprint import fingerprint

TITLE = {
    "minutes": 30,
    "builds_on": ["01_circuit_simulator.ipynb"],
    "module": "pqkd_helpers/spsa.py",
}


def marked(cell, **mark):
    cell.metadata["pqkd"] = mark
    return cell


@pytest.fixture
def path(tmp_path):
    """A small notebook in a project of its own."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "data.json").write_text("7")
    return tmp_path / "notebooks" / "one.ipynb"


def write(path, *cells):
    nbformat.write(new_notebook(cells=list(cells)), path)


def test_outputs_counts_facts_and_fingerprint_are_stored(path):
    widget = new_code_cell("print('moving')", metadata={"tags": ["widget"]})
    write(
        path,
        marked(new_markdown_cell("?"), part="facts"),
        new_code_cell("print(open('../figures/data.json').read())"),
        widget,
        new_code_cell("6 * 7"),
    )
    execute(path, title=TITLE)
    notebook = read_notebook(path)
    facts, first, moving, last = notebook.cells
    assert "About 30 minutes to study" in facts.source
    link = "[01_circuit_simulator](01_circuit_simulator.ipynb)"
    assert facts.source.endswith(f"builds on {link} · backed by `pqkd_helpers/spsa.py`")
    assert first.outputs[0].text == "7\n" and moving.outputs == []
    assert last.outputs[0]["data"]["text/plain"] == "42"
    assert [cell.execution_count for cell in (first, moving, last)] == [1, 2, 3]
    stamp = notebook.metadata["pqkd"]
    assert stamp["files"] == ["figures/data.json"]
    root = path.parents[1]
    assert fingerprint(notebook, stamp["files"], root) == stamp["fingerprint"]
    (root / "figures" / "data.json").write_text("8")
    assert fingerprint(notebook, stamp["files"], root) != stamp["fingerprint"]


def test_a_tag_folds_a_cell_in_jupyterlab_and_no_line_of_its_output_shows(path):
    def tagged(source, *tags, **metadata):
        return new_code_cell(source, metadata={"tags": list(tags), **metadata})

    write(
        path,
        tagged("print(42)", "hide-output", "hide-input"),
        tagged("x = 42", "hide-output"),
        tagged("print(42)", jupyter={"outputs_hidden": True}),  # left over from an editor
    )
    execute(path, title=TITLE)
    both, silent, open_one = read_notebook(path).cells
    assert both.metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
    assert both.outputs[0].data == {} and both.outputs[1].text == "42\n"
    assert silent.metadata["jupyter"] == {"outputs_hidden": True} and silent.outputs == []
    assert "jupyter" not in open_one.metadata and open_one.outputs[0].text == "42\n"
    nbformat.validate(read_notebook(path))


@pytest.mark.slow
def test_a_new_file_in_a_folder_that_was_listed_makes_the_outputs_stale(path):
    records = path.parents[1] / "figures" / "records"
    records.mkdir()
    (records / "seed0.json").write_text("0")
    (records.parent / "picture.svg").write_text("<svg/>")
    code = "from pathlib import Path\nfor path in Path('../figures/records').glob('*.json'):\n"
    code += "    print(path.read_text(), open('../figures/picture.svg').read())"
    write(path, new_code_cell(code))
    execute(path, title=TITLE)
    notebook, root = read_notebook(path), path.parents[1]
    stamp = notebook.metadata["pqkd"]
    assert stamp["files"] == ["figures/picture.svg", "figures/records/*"]
    assert fingerprint(notebook, stamp["files"], root) == stamp["fingerprint"]
    (records / "seed1.json").write_text("1")
    assert fingerprint(notebook, stamp["files"], root) != stamp["fingerprint"]


@pytest.mark.slow
def test_nbconvert_writes_the_code_as_a_python_file(path):
    write(path, new_code_cell("6 * 7"))
    execute(path, title=TITLE)
    _, resources = ScriptExporter().from_notebook_node(read_notebook(path))
    assert resources["output_extension"] == ".py"


@pytest.mark.slow
def test_a_second_execution_stores_the_same_bytes_but_for_the_time(path):
    write(path, new_code_cell("print('the same')"))
    texts = []
    for _ in range(2):
        execute(path, title=TITLE)
        notebook = read_notebook(path)
        notebook.metadata["pqkd"].pop("seconds")
        texts.append(nbformat.writes(notebook))
    assert texts[0] == texts[1]


def test_a_notebook_that_fails_is_left_as_it_was(path):
    write(path, new_code_cell("1 / 0"))
    before = path.read_bytes()
    with pytest.raises(CellExecutionError):
        execute(path, title=TITLE)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_exercise_cells_follow_their_reference(path):
    cells = [
        marked((new_code_cell if part in ("stub", "check") else new_markdown_cell)("old"), **mark)
        for part in exercise_cells.PARTS
        for mark in [{"exercise": "0.1", "part": part}]
    ]
    notebook = new_notebook(cells=cells)
    exercise_cells.refresh_exercises(notebook)
    task, stub, check, solution = (cell.source for cell in notebook.cells)
    exercise = find_exercise("0.1")
    assert task.startswith(f"### Exercise 0.1: {exercise.name}\n\n●○○ about")
    assert stub.startswith("def accuracy_at_zero():") and "NotImplementedError" in stub
    assert "return 10" not in stub and "return 10" in solution
    assert check == 'accuracy_at_zero = check("0.1", accuracy_at_zero)'
    assert solution.startswith("<details><summary>Worked solution 0.1</summary>")
