"""Both editions: what is gone, what is left, and that they run."""

import hashlib
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from pqkd_helpers.classroom.editions.building import build_editions
from pqkd_helpers.classroom.editions.editions import student_edition, teacher_edition
from pqkd_helpers.classroom.editions.nbgrader import nbgrader_source
from pqkd_helpers.command_line.main import main
from pqkd_helpers.lessons.checking import exercises_of
from pqkd_helpers.lessons.exercise_cells import reference_source

from ..made_up_class import NOTEBOOKS

pytestmark = pytest.mark.slow

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
CALLED = "if True:\n    back = c('{number}', {name})\n    {name} = lambda *a: back(*a)\n"
EXECUTED = "02_feature_histograms"  # in seconds; nbval executes the cells of the others


def read(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def exercise_cells(notebook, part):
    return [
        cell
        for cell in notebook.cells
        if cell.metadata.get("pqkd", {}).get("part") == part and "exercise" in cell.metadata["pqkd"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_students_edition_has_no_solution_and_all_else(name):
    before = read(name)
    edition = student_edition(before)
    text = "\n".join(cell.source for cell in edition.cells)
    assert "Worked solution" not in text and "Notes for teachers" not in text
    for exercise in exercises_of(str(int(name[:2]))):
        body = reference_source(exercise).split('"""')[-1].strip()
        assert body not in text or len(body) < 20
    kept = [cell for cell in before.cells if cell not in exercise_cells(before, "solution")]
    assert len(edition.cells) == len(kept)
    for old, new in zip(kept, edition.cells, strict=True):
        is_answer = "hide-output" in old.metadata.get("tags", [])
        if is_answer or "exercise" in old.metadata.get("pqkd", {}):
            assert new.source == old.source and not new.get("outputs")
        elif "Notes for teachers" not in old.source and "<!-- solutions -->" not in old.source:
            assert new == old
    assert before == read(name)
    nbformat.validate(edition)


@pytest.mark.parametrize("name", NAMES)
def test_the_students_edition_does_not_speak_of_solutions_that_it_lacks(name):
    for cell in student_edition(read(name)).cells:
        assert "solution" not in cell.source.lower(), cell.source


@pytest.mark.parametrize("name", NAMES)
def test_the_teachers_edition_is_solved(name):
    before = read(name)
    edition = teacher_edition(before)
    solved = [cell.source for cell in exercise_cells(edition, "stub")]
    assert solved == [reference_source(exercise) for exercise in exercises_of(str(int(name[:2])))]
    assert any("Notes for teachers" in cell.source for cell in edition.cells)
    assert len(edition.cells) == len(before.cells) and before == read(name)
    nbformat.validate(edition)


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    out = tmp_path_factory.mktemp("editions")
    assert main(["classroom", "build", "--out", str(out), "--notebooks", str(NOTEBOOKS)]) == 0
    return out


@pytest.mark.parametrize("edition", ["student", "teacher"])
def test_both_editions_run(editions, edition):
    path = editions / edition / f"{EXECUTED}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    said = "\n".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    n_exercises = len(exercises_of(str(int(EXECUTED[:2]))))
    sentence = "is not started yet" if edition == "student" else "is solved"
    assert said.count(sentence) == n_exercises


def test_the_originals_are_never_changed(tmp_path):
    def fingerprints():
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in NOTEBOOKS.iterdir()
            if path.is_file()
        }

    before = fingerprints()
    build_editions(NOTEBOOKS, tmp_path / "out")
    build_editions(NOTEBOOKS, tmp_path / "out")  # once more, over the first
    assert fingerprints() == before
    assert (tmp_path / "out" / "teacher" / "teaching.md").exists()
    assert not (tmp_path / "out" / "student" / "teaching.md").exists()
    for text in ("glossary.md", "students.md", "installing.md"):
        assert (tmp_path / "out" / "student" / text).exists()


def test_links_lead_to_files_of_the_edition(editions):
    texts = {path: path.read_text("utf-8") for path in editions.glob("*/*.md")}
    for path in editions.glob("*/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        texts[path] = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for path, text in texts.items():
        for part in text.split("](")[1:]:
            target = part.split(")")[0].split("#")[0]
            if target and "://" not in target and not target.startswith("../"):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_films_go_with_the_edition(editions):
    notebook = (editions / "student" / "01_circuit_simulator.ipynb").read_text("utf-8")
    assert "](films/shot.svg)" in notebook
    for name in ("shot.svg", "shot-still.svg"):
        assert (editions / "student" / "films" / name).exists()


def test_the_page_for_students_leads_to_files_of_their_edition(editions):
    page = editions / "student" / "students.md"
    links = re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))
    assert links and all((page.parent / link).is_file() for link in links)


def test_bad_input_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no notebook"):
        build_editions(tmp_path, tmp_path / "out")
    folder = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, folder)
    for out in (folder, folder / "out", tmp_path):
        with pytest.raises(ValueError, match="cannot be written"):
            build_editions(folder, Path(out))


def test_a_teachers_own_choice_of_notebooks_needs_no_glossary(tmp_path):
    mine, out = tmp_path / "mine", tmp_path / "out"
    mine.mkdir()
    shutil.copy(NOTEBOOKS / "02_feature_histograms.ipynb", mine)
    shutil.copy(NOTEBOOKS / "bring_your_own.md", mine)
    command = ["classroom", "build", "--notebooks", str(mine), "--out", str(out)]
    assert main([*command, "--nbgrader-seed", "3"]) == 0
    names = ["02_feature_histograms.ipynb", "bring_your_own.md"]
    assert {folder.name for folder in out.iterdir()} == {"student", "teacher", "nbgrader"}
    assert all(sorted(path.name for path in f.iterdir()) == names for f in out.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_the_source_for_nbgrader(name):
    before = read(name)
    edition = nbgrader_source(before, seed=77)
    nbformat.validate(edition)
    marked = [cell for cell in edition.cells if "nbgrader" in cell.metadata]
    names = [cell.metadata["nbgrader"]["grade_id"] for cell in marked]
    exercises = exercises_of(str(int(name[:2])))
    assert len(set(names)) == len(names) == 2 * len(exercises)
    for answer, graded, exercise in zip(marked[::2], marked[1::2], exercises, strict=True):
        namespace = dict(exercise.reference.__globals__)
        body = answer.source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
        assert body.strip() in reference_source(exercise) and body.strip()
        assert graded.metadata["nbgrader"]["points"] == 1
        assert "### BEGIN HIDDEN TESTS" in graded.source
        exec(answer.source + "\n" + graded.source, namespace)  # the worked solution passes
        function = exercise.reference.__name__
        empty = f"def {function}(*a): raise NotImplementedError\n"
        with pytest.raises(NotImplementedError):
            exec(empty + graded.source, namespace)
        imported = "from pqkd_helpers.lessons import check as c\n"
        for form in ("{name} = c('{number}', {name})\n", CALLED):
            checked = form.format(name=function, number=exercise.number)
            with pytest.raises(AssertionError, match="not an answer of your own"):
                exec(empty + imported + checked + graded.source, namespace)
    text = "\n".join(cell.source for cell in edition.cells)
    assert "Worked solution" not in text and "Notes for teachers" not in text


def test_nbgraders_sources_are_built_when_a_seed_is_given(tmp_path):
    written = build_editions(NOTEBOOKS, tmp_path, 3)
    assert {path.parent.name for path in written} == {"student", "teacher", "nbgrader"}
    with pytest.raises(ValueError, match="nbgrader_seed is"):
        build_editions(NOTEBOOKS, tmp_path, -1)
