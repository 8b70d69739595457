"""Grading a class, submission by submission; resumable."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...common.files import as_path, json_bytes, write_atomically
from ...common.stored_figures import check_figures
from ...experiments.runs.new_record import PACKAGES, package_versions
from ...lessons.rooms import ROOMS
from ...records.stored import STORED_RECORDS
from ..sandbox.student_process import Limits, check_processes
from .archives import Unpacking
from .grading import Row, as_json, find_original, grade, nothing_read
from .roster import Roster, read_roster
from .score_tables import best_rows, closing_line, printable, table_files, write_tables
from .submissions import find_submissions
from .submitted_file import Submission, SubmissionError, notebook_numbers

_PACKAGE = Path(__file__).parents[2]
# More files of a student that are not read are counted, not listed.
MOST_REMARKS = 20


@dataclass(frozen=True)
class Graded:
    """What came of a class.

    Attributes
    ----------
    files : dict of str to Path
        What was written: ``scores``, ``summary``, ``wide``, ``class``, ``feedback`` (a folder),
        ``moodle`` and ``canvas`` where their numbers are known, and ``picture``, which is left out,
        with a `PictureWarning`, if it cannot be drawn.
    closing : str
        A sentence with the counts.
    """

    files: dict[str, Path]
    closing: str


def grade_class(
    submissions: Path | str,
    *,
    notebooks: Path | str,
    out: Path | str,
    seed: int,
    limits: Limits,
    sandboxed: bool,
    report: Callable[[int, int], object] = lambda done, total: None,
    remark: Callable[[str], object] = lambda line: None,
    roster: Path | str | None = None,
    workers: int = 1,
) -> Graded:
    """Grade all submissions and write the tables and the picture.

    It can be stopped at any moment: what was graded is kept next to the table, in a folder
    ``NAME.parts``, and the same call goes on. A submission is graded again if anything has changed
    that its rows depend on: the file, the original notebooks, the options, this package, or the
    versions of the others. Of several files of one student the best answer to each exercise counts.
    Every file has its name in a row: with the answers that count, or in a remark, a row without
    an exercise.

    Parameters
    ----------
    submissions : path
        Folder or zip file of what the students handed in; see `find_submissions`.
    notebooks : path
        Folder of the original notebooks.
    out : path
        The table, a CSV file.
    seed : int
        The private seed.
    limits : Limits
    sandboxed : bool
    report : callable
        Called with how many submissions are done, and of how many.
    remark : callable
        Called with every remark, as a line.
    roster : path or None
        The list of the class; see `read_roster`.
    workers : int
        How many students' processes run at once.

    Returns
    -------
    Graded

    Raises
    ------
    ValueError
        If the roster cannot be read, there are no submissions or not the original notebook, the
        table cannot be written, or no student's process starts.
    FileNotFoundError
        If the stored records, which some laws read, are missing.
    """
    check_figures()
    submissions, notebooks, out = map(as_path, (submissions, notebooks, out))
    if out.is_dir():
        raise ValueError(f"{out} is a folder; the name of a file is expected for the table")
    known = Roster() if roster is None else read_roster(roster)
    files, folder = table_files(out), out.with_name(f"{out.stem}.parts")
    with TemporaryDirectory() as unpacked:
        found = find_submissions(
            submissions, Unpacking(Path(unpacked)), but=[folder, *files.values()]
        )
        found = known.named(found)
        numbers, problems = _read(found)
        firsts = Counter(own[0] for own in numbers.values() if own)
        expected = firsts.most_common(1)[0][0] if firsts else None
        if expected is not None:
            find_original(notebooks, expected)
        check_processes(limits, sandboxed=sandboxed)
        versions = package_versions((*PACKAGES, "scipy"))
        conditions = [_inputs(notebooks), versions, expected, seed, asdict(limits), sandboxed]

        def graded(submission: Submission) -> list[Row]:
            part = folder / f"{_fingerprint(submission, conditions)}.json"
            if part.exists():
                return [Row(**values) for values in json.loads(part.read_bytes())]
            try:
                own = grade(
                    submission,
                    notebooks=notebooks,
                    seed=seed,
                    limits=limits,
                    sandboxed=sandboxed,
                    expected=expected,
                )
            except Exception as error:  # one student's file must not cost the others anything
                problem = f"the grader met {type(error).__name__}: {str(error)[:200]}"
                return nothing_read(submission.student, expected, problem)
            write_atomically(part, json_bytes(as_json(own)))
            return own

        rows = _rows_of_unread(found, problems, {s.student for s in numbers}, expected)
        with ThreadPoolExecutor(workers) as pool:
            try:
                # With one worker nothing has begun beyond the submission that is stopped.
                graded_ones = (map if workers == 1 else pool.map)(graded, numbers)
                for done, (submission, own) in enumerate(zip(numbers, graded_ones, strict=True), 1):
                    rows += [replace(row, file=submission.file) for row in own]
                    report(done, len(numbers))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    for submission, others in numbers.items():
        if len(others) > 1:
            text = f"exercises of notebook {' and '.join(others[1:])} are in it too and not graded"
            rows.append(_remark(submission, text))
    rows += _rows_of_absent(known, rows, expected)
    order = {submission.student: place for place, submission in enumerate(found)}
    order |= {student: place for place, student in enumerate(known.students, -len(known.students))}
    rows = best_rows(sorted(rows, key=lambda row: order[row.student]))
    for row in rows:
        if not row.exercise:
            remark(printable(f"{row.student}: {row.law} ({row.file})"))
    return Graded(write_tables(rows, files, found, known.students), closing_line(rows))


def _read(found: list[Submission]) -> tuple[dict[Submission, list[str]], dict[Submission, str]]:
    """Return the numbers of the notebooks in every readable file, and why the others are not."""
    numbers, problems = {}, {}
    for submission in found:
        try:
            own = notebook_numbers(submission.code_cells())
            numbers[submission] = [number for number in own if number in ROOMS]
        except SubmissionError as error:
            problems[submission] = str(error)
    return numbers, problems


def _rows_of_unread(
    found: list[Submission],
    problems: Mapping[Submission, str],
    readable: set[str],
    expected: str | None,
) -> list[Row]:
    """Return the rows of a student of whom nothing can be read, and remarks on all other files."""
    rows: list[Row] = []
    told, remarks = set(readable), Counter[str]()
    for submission, problem in problems.items():
        student = submission.student
        if (submission.path is None or not submission.problem) and student not in told:
            told.add(student)
            missing = nothing_read(student, expected, problem)
            rows += [replace(row, file=submission.file) for row in missing]
            continue
        remarks[student] += 1
        if remarks[student] <= MOST_REMARKS:
            rows.append(_remark(submission, problem))
    for submission in problems:
        more = remarks.pop(submission.student, 0) - MOST_REMARKS
        if more > 0:
            rows.append(_remark(submission, f"and {more:,} more files are not read"))
    return rows


def _rows_of_absent(known: Roster, rows: list[Row], expected: str | None) -> list[Row]:
    """Return rows of those on the roster of whom nothing is graded; remarks on who is not on it."""
    graded = {row.student for row in rows if row.exercise}
    found = [
        row
        for student in known.students
        if student not in graded
        for row in nothing_read(student, expected, "nothing was handed in that can be read")
    ]
    if known.students:
        strangers = dict.fromkeys(row.student for row in rows if row.student not in known.students)
        found += [
            Row(student, "", "", 0, "not on the roster", "no row of the roster has this name")
            for student in strangers
        ]
    return found


def _remark(submission: Submission, text: str) -> Row:
    return Row(submission.student, "", "", 0, "not read", text, file=submission.file)


def _inputs(notebooks: Path) -> str:
    """Return a hash of all files that rows depend on: originals, laws and grader, records."""
    found = hashlib.sha256()
    paths = [*_PACKAGE.rglob("*.py"), *STORED_RECORDS.glob("*/*.json"), *notebooks.glob("*.ipynb")]
    for path in sorted(paths):
        found.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _fingerprint(submission: Submission, conditions: list[Any]) -> str:
    """Return a name for what is graded: the same file under the same conditions."""
    found = hashlib.sha256()
    found.update(json.dumps([*conditions, submission.student, submission.file]).encode())
    with suppress(OSError):
        assert submission.path is not None
        found.update(submission.path.read_bytes())
    return found.hexdigest()[:24]
