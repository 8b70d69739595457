"""Made-up classes with known answers: right, wrong in typical ways, empty, broken, hostile."""

import inspect
import json
import os
import resource
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pqkd_helpers.classroom.grading import grading
from pqkd_helpers.classroom.grading.archives import Unpacking
from pqkd_helpers.classroom.grading.grading import grade
from pqkd_helpers.classroom.grading.score_tables import summary
from pqkd_helpers.classroom.grading.submissions import find_submissions
from pqkd_helpers.classroom.grading.submitted_file import Submission
from pqkd_helpers.classroom.sandbox import walls as sandbox
from pqkd_helpers.classroom.sandbox.seen_inside import PACKAGE
from pqkd_helpers.classroom.sandbox.student_process import (
    Limits,
    StudentProcess,
    StudentProcessGoneError,
    check_processes,
)
from pqkd_helpers.command_line.main import main
from pqkd_helpers.common.stored_figures import FIGURES
from pqkd_helpers.lessons.checking import exercises_of, find_exercise

from ...machine_speed import in_time
from ..made_up_class import NOTEBOOKS, graded_class, submission
from ..made_up_class import read_table as read

pytestmark = pytest.mark.slow

WRITTEN = sorted(NOTEBOOKS.glob("*.ipynb"))
SANDBOXED = sandbox.has_sandbox()
NAME = find_exercise("2.2").reference.__name__
RIGHT = inspect.getsource(find_exercise("2.2").reference).split('"""')[-1]


def graded(path, seed=5, seconds=10.0, expected="2", **limits):
    rows = grade(
        Submission(path.stem, path),
        notebooks=NOTEBOOKS,
        seed=seed,
        limits=Limits(seconds, **limits),
        sandboxed=SANDBOXED,
        expected=expected,
    )
    return {row.exercise: row for row in rows}


def answer_22(body):
    """Return an answer to exercise 2.2 with this body; before it, the function's head."""
    head = inspect.getsource(find_exercise("2.2").reference).split('"""')[0].rstrip()
    return f"{head}\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"


NUMBERS = [str(int(path.name[:2])) for path in WRITTEN]


@pytest.mark.parametrize("number", NUMBERS)
def test_worked_solutions_are_right_in_three_seconds(number, tmp_path):
    submission(tmp_path / "anna.ipynb", number)
    most = 12.0  # three on a machine that does nothing else
    for seed in (1, 2):
        started = time.perf_counter()
        rows = graded(tmp_path / "anna.ipynb", seed=seed, expected=None)
        seconds = time.perf_counter() - started
        assert list(rows) == [exercise.number for exercise in exercises_of(number)]
        assert {row.status for row in rows.values()} == {"right"}
        assert sum(row.score for row in rows.values()) == len(rows)
        if in_time(seconds, most):
            return
    pytest.fail(f"twice more than {most} seconds, {seconds:.1f} at last")


def test_sixty_submissions_take_two_minutes_on_two_cores(tmp_path):
    """Their processor time, of six of them: that does not depend on what else the machine does.

    Without a sandbox, behind which nobody sees a process's time.
    """
    for place in range(6):
        first = exercises_of("2")[0].number
        answers = {first: EMPTY} if place % 2 else {}
        submission(tmp_path / "class" / f"s{place}.ipynb", answers=answers)
    before = _processor_seconds()
    done = graded_class(tmp_path / "class", tmp_path / "out", sandboxed=False, limits=Limits(120.0))
    rows = read(done.files["scores"])
    seconds = _processor_seconds() - before
    assert sum(row["status"] == "right" for row in rows) == 6 * len(exercises_of("2")) - 3
    assert in_time(seconds, 2 * 120.0 * 6 / 60)


def _processor_seconds():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


EMPTY = "raise NotImplementedError"
WRONG = "return None"
# Ways to call check in the answer's own cell; none may turn the reference into the answer.
FORMS = (
    "{name} = check('{number}', {name})",
    "{name}: object = check('{number}', {name})",
    "{name}, done = check('{number}', {name}), True",
    "import pqkd_helpers.lessons as e\nif True:\n    {name} = e.check('{number}', {name})",
    "from pqkd_helpers.lessons import check as c\nback = c('{number}', {name})\n"
    "{name} = lambda *arguments: back(*arguments)",
)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_check_hands_back_is_never_the_answer(number, tmp_path):
    answers, statuses = {}, []
    for place, (exercise, form) in enumerate(zip(exercises_of(number), FORMS, strict=False)):
        name = exercise.reference.__name__
        body, status = ((EMPTY, "not started"), (WRONG, "wrong"))[(place + int(number)) % 2]
        checked = form.format(name=name, number=exercise.number)
        answers[exercise.number] = f"def {name}(*arguments):\n    {body}\n\n{checked}\n"
        statuses.append(status)
    submission(tmp_path / "ben.ipynb", number, answers)
    assert [row.status for row in graded(tmp_path / "ben.ipynb").values()] == statuses


def test_the_laws_draw_from_the_seed_of_the_grader(tmp_path):
    """An answer that raises what it is given shows it in its row."""
    answers = {"2.1": "def twin(joint):\n    raise ValueError(joint)"}
    submission(tmp_path / "eve.ipynb", answers=answers)
    first, again, other = (graded(tmp_path / "eve.ipynb", seed)["2.1"].law for seed in (1, 1, 2))
    assert first == again != other


def test_stubs_are_not_started_and_cost_nothing_else(tmp_path):
    submission(tmp_path / "ben.ipynb", solve=False)
    rows = graded(tmp_path / "ben.ipynb")
    assert {row.status for row in rows.values()} == {"not started"}
    assert all(row.hint for row in rows.values())


@pytest.mark.parametrize("number", ["1.2", "2.3", "2.4", "4.3", "6.4", "10.2"])
def test_typical_mistakes_get_their_hint(number):
    """Played by functions on this side: typical mistakes are lambdas without a source."""
    exercise = find_exercise(number)
    for mistake in exercise.mistakes:

        class Pretended:
            def answer(self, number, mistake=mistake):
                return mistake.answer

        verdict = grading._tried(exercise, Pretended(), None)
        status, law, hint = grading._with_hint(exercise, Pretended(), verdict)
        assert status == "wrong" and law and hint == " ".join(mistake.hint.split())


ATTACKS = {
    "endless loop": ("while True: pass", "failed"),
    "memory bomb": ("return [0] * 10**10", "wrong"),
    "exit()": ("exit()", "wrong"),
    "os._exit": ("import os\nos._exit(0)", "failed"),
    # Without a sandbox nothing keeps a process from killing its owner's other processes.
    "kill": (
        ("import os\nos.kill(os.getppid(), 9)\n" if SANDBOXED else "import os\n")
        + "os.kill(os.getpid(), 9)",
        "failed",
    ),
    "recursion": (f"return {NAME}(*[None, None])", "wrong"),
    "huge value": ("import numpy as np\nreturn np.zeros(10**8)", "wrong"),
    "strange value": ("return object()", "wrong"),
    "endless number": ("return 10**5000", "wrong"),
    "error without a text": (
        "class Bad(Exception):\n    def __str__(self): return 1 / 0\nraise Bad",
        "wrong",
    ),
    "error that is no text": ("raise ValueError('\\ud800')", "wrong"),
    "number that no decimal can write": ("return 0x" + "f" * 4000, "wrong"),
    "pretends to be equal": (
        "class Equal:\n    def __eq__(self, other): return True\nreturn Equal()",
        "wrong",
    ),
    "patched checker": (
        "import pqkd_helpers.lessons.exercise as e\ne.expect = lambda *a, **k: None\nreturn 0",
        "wrong",
    ),
    "forged message": (
        "import os\nfor n in range(3, 9):\n    try: os.write(n, b'\\0\\0\\0\\2{}')\n"
        "    except OSError: pass\nreturn 0",
        "failed",
    ),
    "endless message": (
        "import os\nfor n in range(3, 9):\n    try: os.write(n, b'\\xff' * 1000)\n"
        "    except OSError: pass\nreturn 0",
        "failed",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_costs_its_exercise_and_nothing_else(attack, tmp_path):
    body, status = ATTACKS[attack]
    submission(tmp_path / "eve.ipynb", answers={"2.2": answer_22(body)})
    rows = graded(tmp_path / "eve.ipynb", seconds=2.0, memory=2**30)
    assert rows.pop("2.2").status == status
    assert {row.status for row in rows.values()} == {"right"}


def _without_cells(notebook):
    notebook["cells"] = [
        c for c in notebook["cells"] if "exercise" not in c["metadata"].get("pqkd", {})
    ]


def _renamed(notebook):
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace(NAME, "my_" + NAME)


def _no_metadata(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def _imports_deleted(notebook):
    notebook["cells"] = [
        cell for cell in notebook["cells"] if "import " not in "".join(cell["source"])
    ]


@pytest.mark.parametrize(
    ("change", "statuses"),
    [
        (_without_cells, ["missing"] * 4),
        (_renamed, ["right", "missing", "right", "right"]),
        (_no_metadata, ["right"] * 4),
        (_imports_deleted, ["right"] * 4),
    ],
)
def test_changed_notebooks(change, statuses, tmp_path):
    notebook = submission(tmp_path / "dora.ipynb")
    change(notebook)
    (tmp_path / "dora.ipynb").write_text(json.dumps(notebook))
    assert [row.status for row in graded(tmp_path / "dora.ipynb").values()] == statuses


def test_an_answer_may_use_helpers_from_other_cells(tmp_path):
    answer = answer_22(RIGHT.replace("1 - probabilities", "rest_of(probabilities)"))
    notebook = submission(tmp_path / "fred.ipynb", answers={"2.2": answer})
    helper = "%matplotlib inline\ndef rest_of(x): return 1 - x"
    notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": helper})
    (tmp_path / "fred.ipynb").write_text(json.dumps(notebook))
    assert graded(tmp_path / "fred.ipynb")["2.2"].status == "right"


def with_cells(path, before=(), after=(), **options):
    """Write a submission with more cells above and below."""
    notebook = submission(path, **options)
    added = [
        [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
        for sources in (before, after)
    ]
    notebook["cells"] = [*added[0], *notebook["cells"], *added[1]]
    path.write_text(json.dumps(notebook))


def test_cells_below_do_not_unmake_an_answer(tmp_path):
    below = ["del np", f"{NAME} = {NAME}(3)", "def best_beta(:", "def twin(x):\n    return x"]
    with_cells(tmp_path / "kim.ipynb", after=below)
    statuses = {number: row.status for number, row in graded(tmp_path / "kim.ipynb").items()}
    assert statuses.pop("2.1") == "wrong"  # the last definition counts
    assert set(statuses.values()) == {"right"}


def test_an_answer_may_be_completed_between_its_cell_and_its_check(tmp_path):
    answer = answer_22(RIGHT.replace("1 - probabilities", "one - probabilities"))
    notebook = submission(tmp_path / "lea.ipynb", answers={"2.2": answer})
    check = next(
        place
        for place, cell in enumerate(notebook["cells"])
        if 'check("2.2"' in "".join(cell["source"])
    )
    for place, source in ((check + 1, "one = None"), (check, "one = 1")):
        notebook["cells"].insert(place, {"cell_type": "code", "metadata": {}, "source": source})
    (tmp_path / "lea.ipynb").write_text(json.dumps(notebook))
    assert graded(tmp_path / "lea.ipynb")["2.2"].status == "right"


def test_cells_that_never_end_or_ask_cost_nothing_but_time(tmp_path):
    above = ["while True:\n    pass", "name = input('your name? ')", "import os\nos._exit(0)"]
    with_cells(tmp_path / "lea.ipynb", before=above, after=["while True:\n    pass"])
    rows = graded(tmp_path / "lea.ipynb", seconds=2.0)
    assert {row.status for row in rows.values()} == {"right"}


def test_an_answer_in_a_cell_that_is_no_python_is_wrong_and_told_so(tmp_path):
    answers = {"2.3": "def best_beta(:\n    return 0.9", "2.1": "@nothing\ndef twin(joint): pass"}
    submission(tmp_path / "mia.ipynb", answers=answers)
    rows = graded(tmp_path / "mia.ipynb")
    assert (rows["2.3"].status, rows["2.1"].status) == ("syntax error", "wrong")
    law = rows["2.3"].law
    assert "best_beta is not valid Python: SyntaxError: invalid syntax (line 1)" in law
    assert "raised NameError: name 'nothing'" in rows["2.1"].law


def test_without_the_original_notebook_nothing_is_judged(tmp_path):
    submission(tmp_path / "anna.ipynb")
    with pytest.raises(ValueError, match=r"no 02_\*.ipynb in .*nothing"):
        grade(
            Submission("anna", tmp_path / "anna.ipynb"),
            notebooks=tmp_path / "nothing",
            seed=1,
            limits=Limits(),
            sandboxed=SANDBOXED,
        )


def test_a_cell_that_is_no_python_is_not_a_missing_one(tmp_path):
    submission(tmp_path / "nina.ipynb", answers={"2.2": answer_22("return (1")})
    rows = graded(tmp_path / "nina.ipynb")
    assert rows["2.2"].status == "syntax error" and "not valid Python" in rows["2.2"].law
    assert {rows[number].status for number in rows if number != "2.2"} == {"right"}


BROKEN = {
    "empty": b"",
    "half": b'{"cells": [',
    "text": b"hello",
    "list": b"[]",
    "no cells": b'{"cells": 3}',
    "strange cells": b'{"cells": [1, null, {"cell_type": "code", "source": 7, "metadata": []}]}',
    "not UTF-8": b"\xff\xfe\x00",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_are_missing(kind, tmp_path):
    (tmp_path / "gert.ipynb").write_bytes(BROKEN[kind])
    rows = graded(tmp_path / "gert.ipynb")
    assert rows.keys() == {"2.1", "2.2", "2.3", "2.4"}
    assert {row.status for row in rows.values()} == {"missing"}
    assert all(row.law for row in rows.values())


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    with (tmp_path / "hugo.ipynb").open("wb") as file:
        file.truncate(100 * 2**20)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path.name} is read"))
    rows = graded(tmp_path / "hugo.ipynb")
    assert "100 MB" in rows["2.1"].law


def test_the_sandbox_hides_the_other_submissions_and_the_network(tmp_path):
    if not SANDBOXED:  # then nothing runs unless the teacher says so
        with pytest.raises(sandbox.NoSandboxError, match="--trust-submissions"):
            sandbox.choose_sandbox(trust=False)
        return
    secret = tmp_path / "anna.ipynb"
    secret.write_text("secret")
    spy = f"""
    import os, socket
    from pqkd_helpers.records import stored_record
    from pqkd_helpers.paper_figures.stored_claims import stored_claims
    assert stored_record("train-quick-seed0")["seed"] == 0 and stored_claims("table1")
    assert not os.path.exists({str(secret)!r}), "seen"
    assert not os.path.exists({str(NOTEBOOKS)!r}), "notebooks seen"
    for folder in ({str(PACKAGE)!r}, {str(FIGURES)!r}, "/usr", "/dev/shm", ""):
        path = folder + "/x"
        try:
            open(path, "w")
        except OSError:
            pass
        else:
            raise AssertionError("written")
    try:
        with open("/tmp/x", "wb") as file:
            file.write(bytes(100 * 2**20))
    except OSError:
        os.remove("/tmp/x")
    else:
        raise AssertionError("a file in memory is as large as it likes")
    try:
        socket.create_connection(("1.1.1.1", 80), timeout=1)
    except OSError:
        pass
    else:
        raise AssertionError("connected")
    """
    submission(tmp_path / "ivan.ipynb", answers={"2.2": answer_22(spy + RIGHT)})
    row = graded(tmp_path / "ivan.ipynb")["2.2"]
    assert row.status == "right", row.law


@pytest.fixture
def a_class(tmp_path):
    folder = tmp_path / "submissions"
    submission(folder / "anna.ipynb")
    submission(folder / "ben" / "02.ipynb", solve=False)
    submission(folder / "carl.ipynb", answers={"2.1": "def halved_error(): return 0.25\n"})
    (folder / "dora.ipynb").write_text("{")
    submission(folder / "eve.ipynb", answers={"2.2": answer_22("import os\nos._exit(0)")})
    return folder


def grade_all(folder, tmp_path, seed=5):
    return graded_class(folder, tmp_path / "out", seed=seed, limits=Limits(2.0)).files


def test_a_class_has_one_row_per_student_and_exercise(a_class, tmp_path):
    files = grade_all(a_class, tmp_path)
    rows = read(files["scores"])
    assert len(rows) == 20
    scores = {}
    for row in rows:
        scores[row["student"]] = scores.get(row["student"], 0) + int(row["score"])
    assert scores == {"anna": 4, "ben": 0, "carl": 3, "dora": 0, "eve": 3}
    lines = {line["exercise"]: line for line in read(files["summary"])}
    assert [
        lines["2.2"][key] for key in ("right", "wrong", "not started", "missing", "failed")
    ] == [
        "2",
        "0",
        "1",
        "1",
        "1",
    ]
    assert files["picture"].read_bytes().startswith(b"\x89PNG")


def test_the_same_class_gets_the_same_table_and_is_not_graded_twice(a_class, tmp_path, monkeypatch):
    first = grade_all(a_class, tmp_path)["scores"].read_bytes()

    def called(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("pqkd_helpers.classroom.grading.scores.grade", called)
    assert grade_all(a_class, tmp_path)["scores"].read_bytes() == first
    with pytest.raises(KeyboardInterrupt):
        grade_all(a_class, tmp_path, seed=6)


def test_an_interrupted_class_goes_on(a_class, tmp_path, monkeypatch):
    from pqkd_helpers.classroom.grading import scores

    real, calls = scores.grade, []

    def interrupted(found, **options):
        calls.append(found.student)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(found, **options)

    monkeypatch.setattr(scores, "grade", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade_all(a_class, tmp_path)
    assert not (tmp_path / "out" / "scores.csv").exists()
    grade_all(a_class, tmp_path)
    assert calls == ["anna", "ben", "carl", "carl", "eve"]


def test_the_summary_names_the_commonest_mistake():
    from pqkd_helpers.classroom.grading.grading import Row

    rows = [
        Row(f"s{i}", "2.1", "x", int(i == 0), "right" if i == 0 else "wrong", "law", hint)
        for i, hint in enumerate(("", "a", "b", "b"))
    ]
    (line,) = summary(rows)
    assert (line["right"], line["wrong"], line["commonest mistake"], line["times"]) == (
        1,
        3,
        "b",
        2,
    )


def test_formulas_stay_text(tmp_path):
    submission(tmp_path / "class" / "=cmd.ipynb")
    files = grade_all(tmp_path / "class", tmp_path)
    assert read(files["scores"])[0]["student"] == "'=cmd"


def test_the_command(a_class, tmp_path, capsys):
    out = tmp_path / "scores.csv"
    options = ["--seed", "5", "--out", str(out), "--seconds", "2", "--notebooks", str(NOTEBOOKS)]
    trust = [] if SANDBOXED else ["--trust-submissions"]
    assert main(["classroom", "grade", str(a_class), *options, *trust]) == 0
    said = capsys.readouterr().out
    assert str(out) in said and ("sandbox" in said)


def test_without_a_sandbox_the_teacher_is_asked(a_class, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("pqkd_helpers.classroom.sandbox.walls.has_sandbox", lambda: False)
    command = ["classroom", "grade", str(a_class), "--seed", "5", "--out", str(tmp_path / "s.csv")]
    assert main(command) == 2
    assert "--trust-submissions" in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()


def test_every_student_has_rows_whatever_was_handed_in(a_class, tmp_path, monkeypatch):
    (a_class / "fred.ipynb").mkdir()
    (a_class / "gina").mkdir()
    (a_class / "gina" / "answers.py").write_text("x = 1")
    (a_class / "hans.ipynb").symlink_to(a_class / "anna.ipynb")
    submission(a_class / "ida.IPYNB", solve=False)
    submission(a_class / "M\udcfcller.ipynb", answers={"2.1": "raise ValueError('\\ud800')"})
    submission(a_class / "__MACOSX" / "._anna.ipynb")
    (a_class / "list.csv").write_text("name")
    real = Submission._read

    def unreadable(self, path):
        if self.student == "carl":
            raise PermissionError(13, "Permission denied")
        return real(self, path)

    monkeypatch.setattr(Submission, "_read", unreadable)
    rows = read(grade_all(a_class, tmp_path)["scores"])
    laws = {row["student"]: row["law"] for row in rows if row["exercise"] == "2.1"}
    remarks = {row["file"]: row["law"] for row in rows if not row["exercise"]}
    assert len(rows) == 4 * len(laws) + len(remarks)
    assert [*remarks] == ["gina/answers.py", "list.csv"]
    assert all("not read" in law for law in remarks.values())
    assert set(laws) == {"anna", "ben", "carl", "dora", "eve", "fred", "gina", "hans", "ida"} | {
        "M\\udcfcller"
    }
    assert "Permission denied" in laws["carl"] and "link" in laws["hans"]
    assert "no notebook" in laws["fred"] and "no notebook" in laws["gina"]


@pytest.mark.parametrize("trust", [True, False])
def test_a_sandbox_is_used_where_there_is_one_whatever_is_trusted(trust, monkeypatch):
    monkeypatch.setattr(sandbox, "has_sandbox", lambda: True)
    assert sandbox.choose_sandbox(trust=trust)


def test_what_the_grader_stumbles_over_costs_one_student_only(a_class, tmp_path, monkeypatch):
    from pqkd_helpers.classroom.grading import scores

    real = scores.grade

    def stumbles(found, **options):
        if found.student == "anna":
            raise ZeroDivisionError("unforeseen")
        return real(found, **options)

    monkeypatch.setattr(scores, "grade", stumbles)
    rows = read(grade_all(a_class, tmp_path)["scores"])
    assert len(rows) == 20
    assert {row["law"] for row in rows if row["student"] == "anna"} == {
        "the grader met ZeroDivisionError: unforeseen"
    }


def test_of_several_files_of_a_student_the_best_answers_count(tmp_path):
    folder = tmp_path / "submissions"
    submission(folder / "rita.ipynb", answers={"2.1": "def halved_error(): return 0.25\n"})
    submission(folder / "rita" / "02.ipynb", solve=False)
    submission(folder / "rita" / "02 (copy).ipynb", answers={"2.2": answer_22("return 0")})
    (folder / "rita" / "notes.ipynb").write_text("{}")
    *rows, several, unread = read(grade_all(folder, tmp_path)["scores"])
    assert [row["status"] for row in rows] == ["right"] * 4
    assert rows[0]["file"] == "rita/02 (copy).ipynb" and rows[1]["file"] == "rita.ipynb"
    assert several["status"] == "several files" and several["law"].startswith("of 3 files the best")
    assert unread["status"] == "not read" and unread["file"] == "rita/notes.ipynb"


def test_a_class_of_broken_files_has_a_summary(tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.ipynb").write_text("{")
    files = grade_all(tmp_path / "class", tmp_path)
    assert [row["student"] for row in read(files["scores"])] == ["anna"]
    assert read(files["summary"]) == [] and files["picture"].exists()


def test_where_no_process_works_nobody_is_graded(a_class, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "command", lambda *a, **k: [sys.executable, "-c", "pass"])
    check_processes.cache_clear()
    with pytest.raises(ValueError, match="does not work here"):
        grade_all(a_class, tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_memory_that_the_packages_do_not_fit_in_is_told_before_anybody_is_graded():
    """Else every answer that imports torch would be wrong."""
    with pytest.raises(ValueError, match="give it more --memory"):
        check_processes(Limits(memory=2**29), sandboxed=False)


def test_without_a_sandbox_a_child_that_lives_on_delays_nobody():
    process = StudentProcess(Limits(10.0), sandboxed=False)
    code = """
    def f():
        import os, time
        child = os.fork()
        if child == 0:
            os.setsid()
            time.sleep(60)
            os._exit(0)
        return child
    """
    child = defined(process, textwrap.dedent(code))()
    started = time.perf_counter()
    process.stop()
    assert time.perf_counter() - started < 10.0
    os.kill(child, signal.SIGKILL)


def test_the_time_of_an_exercise_is_that_of_all_its_calls_together():
    process = StudentProcess(Limits(0.5), sandboxed=False)
    try:
        slow = defined(process, "def f():\n    import time\n    time.sleep(0.1)")
        with pytest.raises(StudentProcessGoneError, match=r"within 0\.5 seconds"):
            for _ in range(10):
                slow()
    finally:
        process.stop()


def defined(process, code):
    """Return what stands for the function f that a piece of code defines."""
    process.open([code], [], {"2.1": "f"})
    process.run(1, 0, 10.0)
    return process.answer("2.1")


def test_an_answer_that_calls_a_function_wrongly_is_told_what_it_raised():
    process = StudentProcess(Limits(10.0), sandboxed=False)

    def root(x):
        return x**0.5 if x >= 0 else [][x]

    try:
        careful = defined(
            process,
            "def f(g):\n    try:\n        return g(-1)\n    except IndexError:\n"
            "        return g(4)",
        )
        assert careful(root) == 2.0
        careless = defined(process, "def f(g):\n    return g(-1)")
        with pytest.raises(IndexError, match="out of range"):
            careless(root)
        assert defined(process, "def f(): return 1")() == 1
    finally:
        process.stop()


def test_bad_input_is_refused(tmp_path):
    submission(tmp_path / "class" / "anna.ipynb")
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(ValueError, match="is a folder"):
        graded_class(tmp_path / "class", tmp_path)
    (tmp_path / "class" / "anna.ipynb").unlink()
    with pytest.raises(ValueError, match="no folder"):
        find_submissions(tmp_path / "nothing", Unpacking(tmp_path))
    with pytest.raises(ValueError, match="no notebook"):
        find_submissions(tmp_path / "class", Unpacking(tmp_path))
    with pytest.raises(ValueError, match="seconds is"):
        Limits(0.0)
