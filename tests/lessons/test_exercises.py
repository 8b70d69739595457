"""Every exercise of every notebook: stub, right and wrong answers, and the checks themselves."""

import functools
import importlib
import inspect
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from pqkd_helpers.lessons import check, checking, exercise_cells, require
from pqkd_helpers.lessons.checking import (
    exercises_of,
    find_exercise,
    first_problem,
    typical_mistake,
)
from pqkd_helpers.lessons.exercise import drawn, expect, private_seed, same, shown
from pqkd_helpers.lessons.rooms import ROOMS

from ..machine_speed import in_time
from .mutants import mutants

EXERCISES = [exercise for notebook in ROOMS for exercise in exercises_of(notebook)]
by_number = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.number)


def answers(exercise):
    """Return the module of the tests with other answers to the exercises of its notebook."""
    room = ROOMS[exercise.number.split(".")[0]]
    return importlib.import_module(f"tests.lessons.{room}.answers")


@pytest.fixture(autouse=True)
def no_tries_yet():
    checking._WRONG_TRIES.clear()


def test_there_are_enough():
    assert len(EXERCISES) >= 24 and len({e.number for e in EXERCISES}) == len(EXERCISES)
    for notebook in ROOMS:
        numbers = [exercise.number for exercise in exercises_of(notebook)]
        assert len(numbers) >= (1 if ROOMS[notebook] in ("nb00_start_here", "nb11_primer") else 3)
        assert numbers == [f"{notebook}.{i + 1}" for i in range(len(numbers))]


@by_number
def test_the_stub_is_not_started(exercise, capsys):
    names = {}
    exec(exercise_cells.stub(exercise), dict(exercise.reference.__globals__), names)
    (stub,) = names.values()
    assert check(exercise.number, stub) is exercise.stand_in
    assert "not started yet" in capsys.readouterr().out


@by_number
def test_the_reference_obeys_every_law_in_time(exercise):
    started = time.process_time()  # not the clock: other work on the machine does not count
    assert first_problem(exercise, exercise.reference) is None
    assert in_time(time.process_time() - started, 2.0)


WRAPPED = {
    "as it is": lambda back: back,
    "partial": functools.partial,
    "lambda": lambda back: lambda *arguments: back(*arguments),
    "decorated": functools.lru_cache,
    "method": lambda back: type("Mine", (), {"answer": staticmethod(back)})().answer,
    "in a thread": lambda back: lambda *a: ThreadPoolExecutor(1).submit(back, *a).result(),
}


@by_number
def test_what_check_hands_back_is_never_solved(exercise, capsys):
    def empty(*arguments):
        raise NotImplementedError

    back = check(exercise.number, empty)
    answers = [wrap(back) for wrap in WRAPPED.values()]
    answers += [exercise.reference, functools.partial(exercise.reference)]
    for answer in answers:
        capsys.readouterr()
        assert check(exercise.number, answer) is back
        said = capsys.readouterr().out
        assert "Run the cell with your function first" in said and "is solved" not in said
        with pytest.raises(AssertionError, match="not an answer of your own"):
            require(exercise.number, answer, seed=5)
    probe = exercise.probes()[0]
    assert same(back(*probe), exercise.reference(*exercise.probes()[0]))  # the cells below work


def test_what_check_hands_back_may_be_used_for_another_exercise(capsys):
    back = check("2.2", None)

    def at_zero():
        back(np.full(4, 0.25), 3)
        return 10.0

    assert check("0.1", at_zero) is at_zero and "is solved" in capsys.readouterr().out


@pytest.mark.slow
def test_a_kernel_says_so_for_every_exercise():
    """One kernel: an empty answer, its check twice, a cell that cannot be read, the check again."""
    cells = ["from pqkd_helpers.lessons import check"]
    for exercise in EXERCISES:
        name = exercise.reference.__name__
        cells += [
            f"def {name}(*arguments):\n    raise NotImplementedError",
            exercise_cells.check_call(exercise),
            exercise_cells.check_call(exercise),
            f"def {name}(*arguments:",
            exercise_cells.check_call(exercise),
        ]
    mine = exercise_cells.reference_source(find_exercise("0.1"))  # copied from the folded solution
    cells += [mine, exercise_cells.check_call(find_exercise("0.1"))]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    said = ["".join(o.get("text", "") for o in cell.outputs) for cell in notebook.cells]
    for first in range(1, len(cells) - 2, 5):
        assert "not started yet" in said[first + 1]
        assert "Run the cell with your function first" in said[first + 2]
        assert "Run the cell with your function first" in said[first + 4]
    assert [text for text in said if "is solved" in text] == [said[-1]]


@by_number
def test_a_right_answer_written_differently_passes_and_is_what_check_returns(exercise, capsys):
    other = answers(exercise).ANSWERS[exercise.number]
    assert other is not exercise.reference
    assert check(exercise.number, other) is other
    assert "is solved" in capsys.readouterr().out


@by_number
def test_every_typical_mistake_is_caught_and_gets_its_own_hint(exercise, capsys):
    assert len(exercise.mistakes) >= 3
    assert len({mistake.hint for mistake in exercise.mistakes}) == len(exercise.mistakes)
    for mistake in exercise.mistakes:
        assert check(exercise.number, mistake.answer) is exercise.stand_in
        said = capsys.readouterr().out
        assert f"A common slip: {mistake.hint}" in said, said
        assert "going on with the reference" in said
    assert typical_mistake(exercise, exercise.reference) is None


@by_number
def test_hints_grow_with_the_tries(exercise, capsys):
    def empty_answer(*arguments, **options):
        return None

    for number, hint in enumerate(exercise.hints, start=1):
        check(exercise.number, empty_answer)
        said = capsys.readouterr().out
        assert f"Hint {number}: {hint}" in said and "A common slip" not in said


@by_number
def test_an_answer_that_raises_is_told_what_it_raised(exercise, capsys):
    def broken(*arguments, **options):
        raise KeyError("oh")

    assert check(exercise.number, broken) is exercise.stand_in
    assert "trying your answer raised KeyError: 'oh'" in capsys.readouterr().out


@pytest.mark.slow
@by_number
def test_mutations_of_the_reference_are_caught(exercise):
    equivalent = answers(exercise).EQUIVALENT.get(exercise.number, {})
    survivors = [
        change
        for change, mutant in mutants(exercise.reference)
        if change not in equivalent and not _caught(exercise, mutant)
    ]
    assert survivors == []
    assert set(equivalent) <= {change for change, _ in mutants(exercise.reference)}


def _caught(exercise, mutant):
    """Tell whether the check notices; one that never ends is noticed by the learner."""

    def stop(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(10)
    try:
        return first_problem(exercise, mutant) is not None
    except NotImplementedError:
        return True
    finally:
        signal.alarm(0)


@by_number
@pytest.mark.parametrize("seed", [2**40, pytest.param(1, marks=pytest.mark.slow)])
def test_under_a_private_seed_right_stays_right_and_wrong_stays_wrong(exercise, seed):
    with private_seed(seed):
        assert first_problem(exercise, exercise.reference) is None
        for mistake in exercise.mistakes:
            assert first_problem(exercise, mistake.answer) is not None
            assert typical_mistake(exercise, mistake.answer) is not None


WITH_INPUTS = [e for e in EXERCISES if inspect.signature(e.reference).parameters]


@pytest.mark.parametrize("exercise", WITH_INPUTS, ids=lambda exercise: exercise.number)
def test_another_private_seed_gives_an_answer_other_inputs(exercise):
    def inputs(seed):
        seen = []

        def answer(*arguments):
            seen.extend(shown(part) for part in arguments if not callable(part))
            return exercise.reference(*arguments)

        with private_seed(seed):
            assert first_problem(exercise, answer) is None
        return [text for text in seen if " at 0x" not in text]

    assert inputs(1) == inputs(1) != inputs(2)


def test_an_answer_that_knows_the_public_inputs_only_is_found_out():
    def doubles_three(answer):
        """Three becomes six."""
        expect(answer(3.0), 6.0, given="3")

    exercise = replace(
        find_exercise("0.1"),
        reference=lambda x: 2 * x,
        laws=(doubles_three,),
        private_inputs=lambda rng: (rng.uniform(),),
    )
    known = {3.0: 6.0}
    assert first_problem(exercise, known.get) is None
    with private_seed(3):
        assert first_problem(exercise, exercise.reference) is None
        problem = first_problem(exercise, known.get)
    assert "nobody knows beforehand" in problem and "private seed" in problem


def test_a_private_seed_changes_what_laws_draw_and_then_all_is_as_before():
    before = drawn(3).random()
    with private_seed(1):
        assert drawn(3).random() != before
    assert drawn(3).random() == before == np.random.default_rng(3).random()


def test_require_raises_what_is_wrong():
    require("0.1", answers(find_exercise("0.1")).ANSWERS["0.1"])
    require("0.1", lambda: 10.0, seed=5)
    with pytest.raises(AssertionError, match=r"(?s)exercise 0\.1: .*expected"):
        require("0.1", lambda: 4.0, seed=5)
    with pytest.raises(NotImplementedError):
        require("0.1", _not_written)


def _not_written():
    raise NotImplementedError


@by_number
def test_its_texts_are_complete(exercise):
    assert exercise.difficulty in (1, 2, 3) and 1 <= exercise.minutes <= 40
    for text in (exercise.name, exercise.task, exercise.explanation, *exercise.hints):
        assert text.strip()
    for law in exercise.laws:
        assert law.__doc__ and "\n" not in law.__doc__.strip()
    assert len(exercise_cells.stub(exercise).splitlines()) <= 15


def test_what_is_no_function_is_said_to_be_none(capsys):
    assert check("0.1", 0.5) is find_exercise("0.1").stand_in
    assert "a function is expected, float was given" in capsys.readouterr().out


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match=r"'2.99', one of \('2.1', "):
        check("2.99", print)
    with pytest.raises(ValueError, match="'99', one of"):
        check("99.1", print)
