"""The notebooks' files are in order, and the test that says so notices when they are not."""

import ast
import builtins
import dis
import json
import re
import types

import nbformat
import pytest

from pqkd_helpers.lessons import explore
from pqkd_helpers.lessons.checking import exercises_of, find_exercise
from pqkd_helpers.lessons.rooms import ROOMS
from pqkd_helpers.lessons.showing import find_picture
from pqkd_helpers.publishing.execution import facts

from .hygiene import count_words, problems
from .listing import FOLDER, NOTEBOOKS, path_of

GLOSSARY = (FOLDER / "glossary.md").read_text("utf-8")
CURRICULUM = json.loads((FOLDER / "curriculum.json").read_text("utf-8"))["notebooks"]
README = (FOLDER.parent / "README.md").read_text("utf-8")
every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


@every_notebook
def test_the_file_is_in_order(name):
    assert problems(path_of(name), GLOSSARY) == []


def test_every_notebook_of_the_folder_is_checked_and_announced():
    files = {path.name for path in FOLDER.glob("*.ipynb")}
    assert files == {f"{name}.ipynb" for name in NOTEBOOKS}
    assert files == {entry["file"] for entry in CURRICULUM if entry["ready"]}
    for name in files:
        assert f"](notebooks/{name})" in README


@pytest.mark.parametrize("entry", CURRICULUM, ids=lambda entry: entry["file"][:2])
def test_the_head_names_the_module_that_backs_the_notebook(entry):
    notebook = nbformat.read(FOLDER / entry["file"], as_version=4)
    line = facts(entry, notebook.metadata["pqkd"]["seconds"])
    assert line in [cell.source for cell in notebook.cells[:3]]


def test_all_notebooks_have_the_same_set_up_cell():
    cells = [first_code(nbformat.read(path_of(name), as_version=4)) for name in NOTEBOOKS]
    sources = {cell.source.replace("check, explore,", "check,") for cell in cells}
    assert len(sources) == 1 and "installed()" in cells[0].source


@every_notebook
def test_pictures_and_explorers_asked_for_by_name_are_in_the_notebooks_room(name):
    cells = nbformat.read(path_of(name), as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    shown = re.findall(r'show\(\s*"([^"]+)"', code)
    explored = re.findall(r'explore\("([^"]+)"\)', code)
    assert explored or name == "00_start_here"  # a short one
    assert all(explore(found).name == found for found in explored)
    assert all(callable(find_picture(found)) for found in shown)
    assert {found.split(".")[0] for found in [*shown, *explored]} == {str(int(name[:2]))}


@every_notebook
def test_all_exercises_stand_in_their_notebook(name):
    notebook = nbformat.read(path_of(name), as_version=4)
    marks = [cell.metadata.get("pqkd", {}) for cell in notebook.cells]
    shown = {mark["exercise"] for mark in marks if "exercise" in mark}
    number = str(int(name[:2]))
    assert shown == {exercise.number for exercise in exercises_of(number)}
    assert ROOMS[number] == f"nb{name}"


def test_the_glossary_has_no_term_twice_and_is_sorted():
    terms = [line[4:] for line in GLOSSARY.splitlines() if line.startswith("### ")]
    assert terms == sorted(set(terms), key=str.lower)


# --- broken notebooks ----------------------------------------------------------------------


def first_code(notebook):
    return next(cell for cell in notebook.cells if cell.cell_type == "code")


def first_picture(notebook):
    return next(
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    )


def first_text(notebook, start):
    return next(
        c for c in notebook.cells if c.cell_type == "markdown" and c.source.startswith(start)
    )


def last_text(notebook):
    return [c for c in notebook.cells if c.cell_type == "markdown"][-1]


def first_exercise(notebook, part):
    return next(c for c in notebook.cells if c.metadata.get("pqkd", {}).get("part") == part)


def widget_cell(notebook):
    return next(c for c in notebook.cells if "widget" in c.metadata.get("tags", []))


def folded_cell(notebook):
    return next(c for c in notebook.cells if "hide-output" in c.metadata.get("tags", []))


def cell_above_widget(notebook):
    above = notebook.cells[: notebook.cells.index(widget_cell(notebook))]
    return next(cell for cell in reversed(above) if cell.cell_type == "code")


def a_stream(name, text):
    return nbformat.v4.new_output("stream", name=name, text=text)


def an_error():
    return nbformat.v4.new_output("error", ename="KeyError", evalue="x", traceback=[])


def in_code(text):
    return lambda notebook: first_code(notebook).update(source=text)


BREAKS = {
    "no kernel": (lambda n: n.metadata.pop("kernelspec"), "no kernel is named"),
    "no ending": (lambda n: n.metadata.pop("language_info"), "no ending of files"),
    "a cell not run": (lambda n: first_code(n).update(execution_count=None), "execution counts"),
    "counts": (lambda n: first_code(n).update(execution_count=7), "execution counts"),
    "an error": (lambda n: first_code(n).outputs.append(an_error()), "ends with KeyError"),
    "a warning": (lambda n: first_code(n).outputs.append(a_stream("stderr", "Hm")), "stderr"),
    "a changed cell": (in_code("1 + 1"), "changed since"),
    "no stamp": (lambda n: n.metadata.pop("pqkd"), "not executed by make notebooks"),
    "a stale helper": (
        lambda n: n.metadata["pqkd"].update(fingerprint="0" * 16),
        "changed since",
    ),
    "widget state": (lambda n: n.metadata.update(widgets={"state": {}}), "state of widgets"),
    "widget output": (
        lambda n: widget_cell(n).outputs.append(a_stream("stdout", "x")),
        "output of a widget",
    ),
    "an untagged widget": (lambda n: widget_cell(n).metadata.update(tags=[]), "not tagged"),
    "a fold in JupyterLab alone": (
        lambda n: first_code(n).metadata.update(jupyter={"outputs_hidden": True}),
        "folded otherwise",
    ),
    "a fold that shows a line": (
        lambda n: folded_cell(n).outputs.pop(0),
        "JupyterLab shows a line",
    ),
    "no picture above a widget": (
        lambda n: cell_above_widget(n).outputs.clear(),
        "not one picture",
    ),
    "two pictures above a widget": (
        lambda n: cell_above_widget(n).outputs.append(first_picture(n)),
        "not one picture",
    ),
    "an unknown tag": (lambda n: first_code(n).metadata.update(tags=["odd"]), "unknown tags"),
    "a path": (in_code("open('/home/me/x')"), "an absolute path"),
    "a path in an output": (
        lambda n: first_code(n).outputs.append(a_stream("stdout", "in /tmp/x")),
        "an absolute path",
    ),
    "an address": (lambda n: n.cells[0].update(source="# me@example.org"), "an e-mail address"),
    "a shell command": (in_code("!pip install x"), "a shell or magic command"),
    "a bare show": (in_code("plt.show()"), "without a description"),
    "silence": (in_code("warnings.simplefilter('ignore')"), "silenced warnings"),
    "a global seed": (in_code("np.random.seed(0)"), "a global seed"),
    "no alt text": (lambda n: first_picture(n).update(metadata={}), "has no description"),
    "a short alt text": (
        lambda n: first_picture(n).metadata["image/png"].update(alt="a plot"),
        "has no description",
    ),
    "a large picture": (
        lambda n: first_picture(n).data.update({"image/png": "AAAA" * 40_000}),
        "120,000 bytes",
    ),
    "a picture in the text": (
        lambda n: last_text(n).update(source="![](x.png)"),
        "picture in the text",
    ),
    "two titles": (lambda n: last_text(n).update(source="# Again"), "headings of the first level"),
    "a skipped level": (lambda n: last_text(n).update(source="#### Deep"), "skips a level"),
    "a missing section": (
        lambda n: first_text(n, "## Against the paper").update(source="x"),
        "['Against the paper'] are missing",
    ),
    "a long cell": (in_code("\n".join(["x = 1"] * 16)), "up to 16 lines"),
    "a long text": (lambda n: last_text(n).update(source="word " * 121), "has 121 words"),
    "no objectives": (
        lambda n: first_text(n, "## What you will learn").update(source="## What you will learn"),
        "objectives are missing",
    ),
    "no facts": (lambda n: first_exercise(n, "facts").update(source="?"), "measured seconds"),
    "an unknown key term": (
        lambda n: last_text(n).update(source="[**flux**](glossary.md#flux)"),
        "['flux'] are not in the glossary",
    ),
    "a dead link": (
        lambda n: last_text(n).update(source="[next](99_next.ipynb#there)"),
        "leads nowhere: 99_next.ipynb",
    ),
    "an edited solution": (
        lambda n: first_exercise(n, "solution").update(source="42"),
        "not those that its reference gives",
    ),
    "a lost check": (
        lambda n: n.cells.remove(first_exercise(n, "check")),
        "exercises are incomplete",
    ),
    "a large file": (
        lambda n: first_code(n).outputs.append(a_stream("stdout", "x" * 500_000)),
        "bytes",
    ),
}


@pytest.fixture
def folder(tmp_path):
    """A folder in which a notebook finds the project's files beside it."""
    (tmp_path / "notebooks").mkdir()
    for name in ("pqkd_helpers", "figures"):
        (tmp_path / name).symlink_to(FOLDER.parent / name)
    for path in FOLDER.iterdir():
        (tmp_path / "notebooks" / path.name).symlink_to(path)
    (tmp_path / "notebooks" / "02_feature_histograms.ipynb").unlink()
    return tmp_path / "notebooks"


@pytest.mark.parametrize("what", [None, *BREAKS])
def test_what_is_broken_is_noticed(what, folder):
    notebook = nbformat.read(path_of("02_feature_histograms"), as_version=4)
    breaks, message = BREAKS[what] if what else (lambda n: None, None)
    breaks(notebook)
    nbformat.write(notebook, folder / "02_feature_histograms.ipynb")
    found = problems(folder / "02_feature_histograms.ipynb", GLOSSARY)
    if what is None:
        assert found == []
    else:
        assert any(message in sentence for sentence in found), found


def test_words_are_counted_without_tables_folds_and_formulas():
    text = (
        "Two words $x + y$ and\n\n| a | table |\n\n<details>folded words</details>\n[a link](b.c)"
    )
    assert count_words(text) == len(["Two", "words", "x", "and", "x", "x", "a", "link"])


def names_bound(source):
    """Return the names that a cell defines for the cells below it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def names_needed(code):
    """Return the global names that a function's code looks up, those of inner functions too."""
    own = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    inner = (names_needed(part) for part in code.co_consts if isinstance(part, types.CodeType))
    return own.union(*inner)


@every_notebook
def test_a_learner_finds_every_name_that_the_worked_solution_uses(name):
    bound = set(dir(builtins))
    for cell in nbformat.read(path_of(name), as_version=4).cells:
        mark = cell.metadata.get("pqkd", {})
        if mark.get("part") == "stub":
            exercise = find_exercise(mark["exercise"])
            missing = names_needed(exercise.reference.__code__) - bound
            assert not missing, f"{exercise.number} needs {sorted(missing)}"
        if cell.cell_type == "code":
            bound |= names_bound(cell.source)
