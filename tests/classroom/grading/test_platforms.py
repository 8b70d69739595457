"""What Moodle and Canvas export, archives that are traps, and the list of the class."""

import json
import stat
import struct
import zipfile

import pytest

from pqkd_helpers.classroom.grading import archives
from pqkd_helpers.classroom.grading.archives import ArchiveError, Unpacking
from pqkd_helpers.classroom.grading.grading import Row, nothing_read
from pqkd_helpers.classroom.grading.pages import class_page, feedback_page
from pqkd_helpers.classroom.grading.platform_names import owner_of_file
from pqkd_helpers.classroom.grading.roster import read_roster
from pqkd_helpers.classroom.grading.score_tables import _handed_in, closing_line, summary
from pqkd_helpers.classroom.grading.submissions import find_submissions
from pqkd_helpers.lessons.checking import exercises_of

from ..made_up_class import graded_class, submission
from ..made_up_class import read_table as read

NUMBERS = [exercise.number for exercise in exercises_of("2")]
CELL = {"cell_type": "code", "metadata": {}, "source": 'f = check("2.1", f)'}


def notebook(solved=0):
    """Return a notebook whose made-up score is this."""
    return json.dumps({"cells": [CELL, {**CELL, "source": f"solved = {solved}"}]})


def zipped(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def grade(grade_without_process):
    """Grade: the first exercises are right, as many as the notebook says."""

    def pretended(found):
        solved = int(found.code_cells()[-1]["source"].split("=")[1])
        return [
            Row(found.student, number, "a & b", int(place < solved), status, law="<law>", hint="h")
            for place, number in enumerate(NUMBERS)
            for status in ["right" if place < solved else "wrong"]
        ]

    return lambda folder, roster=None: grade_without_process(
        folder, pretended, roster=roster, workers=2
    )


def totals(done):
    return {row["student"]: int(row["total"]) for row in read(done.files["wide"])}


MOODLE = "{}_{}_assignsubmission_file_/02_feature_histograms.ipynb"


@pytest.mark.parametrize("flat", [False, True])
def test_moodles_export_names_students_and_comes_back_as_a_worksheet(flat, tmp_path, grade):
    names = {"Änne O'Neil": 11, "Ben Ng": 12, "Carl_von Rad": 13}
    files = {
        MOODLE.format(name, number).replace("_/", "_" if flat else "_/"): notebook(place)
        for place, (name, number) in enumerate(names.items())
    }
    files[MOODLE.format("Dora", 14).replace("02_feature_histograms.ipynb", "02.pdf")] = "%PDF"
    done = grade(zipped(tmp_path / "export.zip", files))
    assert totals(done) == {"Änne O'Neil": 0, "Ben Ng": 1, "Carl_von Rad": 2, "Dora": 0}
    sheet = {row["Identifier"]: row for row in read(done.files["moodle"])}
    assert sheet["Participant 12"]["Grade"] == "1"
    assert {"Identifier", "Grade", "Last modified (grade)"} <= sheet["Participant 12"].keys()
    assert "2.1" in sheet["Participant 11"]["Feedback comments"]
    assert "canvas" not in done.files
    assert (done.files["feedback"] / "Ben Ng_12_assignsubmission_file_feedback.html").exists()
    assert "2 without" not in done.closing and "1 without anything" in done.closing


def test_canvas_export_names_students_and_comes_back_as_a_gradebook(tmp_path, grade):
    files = {
        "meyeranna_33_815_02.ipynb": notebook(1),
        "meyeranna_33_816_02-1.ipynb": notebook(4),
        "ngben_LATE_34_817_02_feature_histograms.ipynb": notebook(2),
        "radcarl_LATE_35_818_02.py": "x = 1",
        "anon_x3Fd9_819_02.ipynb": notebook(3),
    }
    done = grade(zipped(tmp_path / "submissions.zip", files))
    assert totals(done) == {"meyeranna": 4, "ngben": 2, "radcarl": 0, "anon_x3Fd9": 3}
    possible, *lines = read(done.files["canvas"])
    columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notebook 02"]
    assert list(possible) == columns and "Points Possible" in possible["Student"]
    assert possible["Notebook 02"] == str(len(NUMBERS))
    assert {line["ID"]: line["Notebook 02"] for line in lines} == {"33": "4", "34": "2", "35": "0"}
    assert "moodle" not in done.files


@pytest.mark.parametrize("name", ["02_feature_histograms", "anna_02_03_x.ipynb", "anna.ipynb"])
def test_other_names_are_no_platforms(name):
    assert owner_of_file(name).platform == ""


def test_two_students_of_one_name_stay_two(tmp_path, grade):
    files = {MOODLE.format("Anna", number): notebook(number) for number in (1, 3)}
    assert totals(grade(zipped(tmp_path / "e.zip", files))) == {"Anna (1)": 1, "Anna (3)": 3}


def test_the_roster_corrects_names_and_shows_who_is_missing(tmp_path, grade):
    roster = tmp_path / "names.csv"
    roster.write_text(
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notebook 02\n"
        "    Points Possible,,,,,5\n"
        '"Meyer, Anna",33,s1,anna@x.org,A,\n"Müller, Jo",36,s2,xy12@x.org,A,\n'
        '"Ng, Ben",34,s3,ben@x.org,A,\n"Rad, Carl",35,s4,carl@x.org,A,\n'
    )
    folder = tmp_path / "class"
    zipped(folder / "export.zip", {"meyeranna_33_815_02.ipynb": notebook(1)})
    for name, solved in (("xy12", 2), ("Ben Ng", 3), ("eve", 4)):
        (folder / f"{name}.ipynb").write_text(notebook(solved))
    done = grade(folder, roster)
    assert totals(done) == {
        "Meyer, Anna": 1,
        "Müller, Jo": 2,
        "Ng, Ben": 3,
        "Rad, Carl": 0,
        "eve": 4,
    }
    rows = read(done.files["scores"])
    assert {row["law"] for row in rows if row["student"] == "Rad, Carl"} == {
        "nothing was handed in that can be read"
    }
    strange = [row["student"] for row in rows if row["status"] == "not on the roster"]
    assert strange == ["eve"]
    assert [row["SIS User ID"] for row in read(done.files["canvas"])[1:]] == [
        "s1",
        "s2",
        "s3",
        "s4",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b\n1,2\n", "Full name"), ("name\n", "no student"), ("name\nx\nx\n", "x more than once")],
)
def test_a_roster_that_is_none_is_refused(text, message, tmp_path):
    (tmp_path / "names.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_roster(tmp_path / "names.csv")
    with pytest.raises(ValueError, match="cannot be read"):
        read_roster(tmp_path / "nothing.csv")


def test_a_roster_may_have_first_and_last_names_and_semicolons(tmp_path):
    (tmp_path / "names.csv").write_text("First name;Surname\nAnna;Meyer\n")
    assert list(read_roster(tmp_path / "names.csv").students) == ["Anna Meyer"]


def _with_link(path):
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("02.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")


def _encrypted(path):
    zipped(path, {"02.ipynb": notebook(5)})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.index(mark) + offset
        data[place : place + 2] = struct.pack("<H", 1)
    path.write_bytes(data)


def _twice(path):
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("02.ipynb", notebook(0))
        archive.writestr("02.ipynb", notebook(5))


def _bomb(path):
    zipped(path, {f"{i}.ipynb": bytes(10 * 2**20) for i in range(60)})


HOSTILE = {
    "path traversal": (lambda p: zipped(p, {"../../02.ipynb": notebook(5)}), "leads out"),
    "absolute path": (lambda p: zipped(p, {"/tmp/02.ipynb": notebook(5)}), "leads out"),
    "drive": (lambda p: zipped(p, {"C:\\02.ipynb": notebook(5)}), "leads out"),
    "bomb": (_bomb, "unpacks to 600 MB"),
    "duplicate names": (_twice, "more than once"),
    "file and folder": (lambda p: zipped(p, {"a": "x", "a/b.ipynb": "x"}), "more than once"),
    "encrypted": (_encrypted, "encrypted"),
    "damaged": (lambda p: p.write_bytes(b"PK\3\4"), "damaged"),
}
TRAPS = ("path traversal", "bomb", "duplicate names", "encrypted")


@pytest.mark.parametrize("trap", HOSTILE)
def test_a_trap_costs_its_owner_alone_and_leaves_nothing(trap, tmp_path, grade):
    make, message = HOSTILE[trap]
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "anna.ipynb").write_text(notebook(3))
    make(folder / "eve.zip")
    before = {*tmp_path.rglob("*")}
    done = grade(folder)
    assert totals(done) == {"anna": 3, "eve": 0}
    laws = {row["law"] for row in read(done.files["scores"]) if row["student"] == "eve"}
    assert len(laws) == 1 and message in laws.pop()
    made = {path for path in {*tmp_path.rglob("*")} - before if "out" not in path.parts}
    assert not made
    with pytest.raises(ValueError, match=message):
        grade(folder / "eve.zip")


def test_a_link_in_an_archive_is_not_followed(tmp_path, grade):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.ipynb").write_text(notebook(3))
    _with_link(tmp_path / "class" / "eve.zip")
    done = grade(tmp_path / "class")
    assert totals(done) == {"anna": 3, "eve": 0}
    assert any("link" in row["law"] for row in read(done.files["scores"]))


def test_archives_are_limited_in_count_depth_and_together(tmp_path, monkeypatch):
    inner = zipped(tmp_path / "a.zip", {"02.ipynb": notebook()})
    for name in "bcd":
        inner = zipped(tmp_path / f"{name}.zip", {f"in-{name}.zip": inner.read_bytes()})
    (tmp_path / "x").mkdir()
    with pytest.raises(ValueError, match="so deep"):
        find_submissions(tmp_path / "d.zip", Unpacking(tmp_path / "x"))
    (found,) = find_submissions(tmp_path / "b.zip", Unpacking(tmp_path / "x"))
    assert found.file == "in-b.zip/02.ipynb" and found.student == "in-b"
    monkeypatch.setattr(archives, "MOST_FILES", 0)
    with pytest.raises(ArchiveError, match="1 files, 0"):
        Unpacking(tmp_path / "x").unpack(tmp_path / "a.zip")
    monkeypatch.undo()
    with pytest.raises(ArchiveError, match="together"):
        Unpacking(tmp_path / "x", left=10).unpack(tmp_path / "a.zip")


def test_large_files_and_files_that_are_no_notebooks_have_a_row(tmp_path, grade):
    files = {"anna/02.ipynb": notebook(1), "anna/data.bin": bytes(21 * 2**20), "anna/a.py": "x"}
    done = grade(zipped(tmp_path / "e.zip", files | {"ben/02.ipynb": notebook(2)}))
    remarks = {row["file"]: row["law"] for row in read(done.files["scores"]) if not row["exercise"]}
    assert "21 MB" in remarks["anna/data.bin"] and "no notebook" in remarks["anna/a.py"]


def test_pages_hold_no_script_and_escape_what_comes_from_students(tmp_path, grade):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "<img src=x onerror=alert(1)>.ipynb").write_text(notebook(1))
    done = grade(folder)
    (page,) = done.files["feedback"].iterdir()
    for text in (page.read_text("utf-8"), done.files["class"].read_text("utf-8")):
        assert "<img" not in text and "<script" not in text and "default-src 'none'" in text
    assert "&lt;img" in page.read_text("utf-8") and "&lt;law&gt;" in page.read_text("utf-8")
    assert "<img" not in done.files["class"].read_text("utf-8") and "a &amp; b" in page.read_text()


def _row(student, status, **more):
    return Row(student, "2.1", "Twin", int(status == "right"), status, **more)


def test_a_students_page_has_the_law_what_was_given_got_expected_and_the_hint():
    values = {"law": "a law", "given": "an input", "got": "3", "expected": "4", "hint": "try this"}
    page = feedback_page("Anna", [_row("Anna", "wrong", **values)])
    assert all(text in page for text in ("Feedback for Anna", "does not hold", *values.values()))
    page = feedback_page("Ben", [_row("Ben", "syntax error", law="line 1")])
    assert "No verdict: line 1" in page and "does not hold" not in page


def test_one_sentence_says_that_nothing_could_be_graded():
    rows = nothing_read("Ben", "2", "no notebook")
    page = feedback_page("Ben", [*rows, Row("Ben", "", "", 0, "not on the roster", "no such name")])
    assert page.count("no notebook") == 1 and all(row.name in page for row in rows)
    assert "Mend an answer" not in page and "<li>no such name</li>" in page


def test_the_page_of_the_class_names_mistakes_and_nobody():
    rows = [_row(f"s{i}", "wrong", law="a law", hint="a hint") for i in range(2)]
    rows += [_row("s2", "right"), _row("s3", "syntax error"), _row("s4", "missing")]
    page = " ".join(class_page(rows, summary(rows), closing_line(rows)).split())
    assert "1 of 5 solved it. Without an answer to judge: 1 syntax error, 1 missing." in page
    assert "2 wrong answers. This does not hold: a law" in page and "</b> a hint" in page
    assert "5 students, 5 answers expected: 1 right, 2 wrong" in page and "s1" not in page


def test_tables_begin_with_the_mark_of_utf8(tmp_path, grade):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "Änne.ipynb").write_text(notebook(1))
    done = grade(tmp_path / "class")
    for name in ("scores", "wide", "summary"):
        assert done.files[name].read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.slow
def test_a_class_of_thirty_named_by_every_platform_gets_the_known_scores(tmp_path):
    """Every sixth student hands in a trap; the others have solved as many as their place says."""
    folder, known = tmp_path / "class", {}
    ways = (MOODLE, "student{0}_{1}_9{1}_02.ipynb", "{}.ipynb", "{}/work/02.ipynb", "{}.zip")
    for place in range(30):
        name, way = f"s{place}", ways[place % len(ways)]
        target = folder / way.format(name, 100 + place)
        target.parent.mkdir(parents=True, exist_ok=True)
        if place % 6 == 5:
            make = _with_link if place == 5 else HOSTILE[TRAPS[place // 6 - 1]][0]
            make(folder / f"{name}.zip")
            known[name] = 0
            continue
        solved = place % (len(NUMBERS) + 1)
        wrong = dict.fromkeys(NUMBERS[solved:], "raise NotImplementedError")
        inner = tmp_path / "made.ipynb" if way.endswith(".zip") else target
        submission(inner, answers=wrong)
        if way.endswith(".zip"):
            zipped(target, {"my work/02.ipynb": inner.read_text()})
        known[f"student{name}" if way.startswith("student") else name] = solved
    assert totals(graded_class(folder, tmp_path / "out", workers=2)) == known


def test_the_picture_shows_only_notebooks_that_somebody_began():
    from pqkd_helpers.classroom.grading.picture import solved_shares

    rows = [Row("a", f"{n}.1", "a name", 0, status) for n, status in ((2, "wrong"), (5, "missing"))]
    rows += [Row("b", "2.1", "a name", 0, "failed"), Row("b", "5.1", "a name", 0, "not started")]
    lines = _handed_in(summary(rows))
    assert [line["exercise"] for line in lines] == ["2.1"]
    figure = solved_shares(lines)
    figure.canvas.draw()
    legend, page = figure.legends[0].get_window_extent(), figure.bbox
    assert legend.x0 >= 0 and legend.x1 <= page.x1 and legend.y1 <= page.y1
