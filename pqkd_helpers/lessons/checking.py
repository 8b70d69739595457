"""Checking an answer: the first law it breaks, a hint that grows, and a way to go on."""

import inspect
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial, wraps
from typing import Any

from ..common.checks import check_choice
from ..common.stored_figures import MissingFiguresError
from .exercise import (
    Answer,
    BrokenLawError,
    Exercise,
    Law,
    WorkedSolutionError,
    drawn,
    expect,
    is_private,
    on_trial,
    private_seed,
    same,
    shown,
)
from .plain_values import plain
from .rooms import names_in_room

_WRONG_TRIES: Counter[str] = Counter()
_SOLVED: set[str] = set()
_COLLECTORS: list[Callable[[str, Answer], Answer]] = []


def exercises_of(notebook: str) -> tuple[Exercise, ...]:
    """Return the exercises of a notebook, by its number: ``"2"``."""
    exercises: tuple[Exercise, ...] = names_in_room(notebook, "exercises")["EXERCISES"]
    return exercises


def open_exercises(notebook: str) -> tuple[Exercise, ...]:
    """Return the exercises of a notebook that no check has found solved in this session."""
    return tuple(each for each in exercises_of(notebook) if each.number not in _SOLVED)


def solved_so_far(notebook: str) -> str:
    """Return the sentence that says how many exercises of a notebook are solved."""
    n_exercises = len(exercises_of(notebook))
    n_solved = n_exercises - len(open_exercises(notebook))
    return f"Solved in this notebook: {n_solved} of {n_exercises} exercises."


def find_exercise(number: str) -> Exercise:
    """Return the exercise of that number: ``"2.3"``.

    Raises
    ------
    ValueError
        If there is none.
    """
    exercises = exercises_of(str(number).split(".")[0])
    known = tuple(exercise.number for exercise in exercises)
    check_choice("the exercise's number", number, known)
    return exercises[known.index(number)]


def first_problem(exercise: Exercise, answer: Answer) -> str | None:
    """Return what is wrong with an answer, or None if it obeys every law.

    Raises
    ------
    NotImplementedError
        If the answer was not written yet.
    WorkedSolutionError
        If it calls what `check` handed back in its place.
    MissingFiguresError
        If a law needs a stored record and there are none: not the answer's fault.
    """
    tried = _tried(exercise, answer)
    for law in (*exercise.laws, *_private_laws(exercise)):
        try:
            law(tried)
        except (NotImplementedError, WorkedSolutionError, MissingFiguresError):
            raise
        except BrokenLawError as broken:
            return (
                f"{law.__doc__}\n  given     {broken.given}\n  got       {broken.got}\n"
                f"  expected  {broken.expected}"
            )
        except Exception as error:  # anything that a learner's code may raise
            return f"{law.__doc__}\n  trying your answer raised {type(error).__name__}: {error}"
    return None


def _tried(exercise: Exercise, answer: Answer) -> Answer:
    """Return the answer as the laws call it: it gives plain values, the stand-in raises in it."""

    @wraps(answer)
    def tried(*arguments: Any, **options: Any) -> Any:
        with on_trial(exercise.number):
            return plain(answer(*arguments, **options))

    return tried


def _private_laws(exercise: Exercise) -> tuple[Law, ...]:
    inputs = exercise.private_inputs
    if inputs is None or not is_private():
        return ()

    def as_the_worked_solution(answer: Answer) -> None:
        """For inputs that nobody knows beforehand it gives what the worked solution gives."""
        for number in range(3):
            mine, theirs = (inputs(drawn(1000 + number)) for _ in range(2))
            given = f"inputs drawn from the private seed, {', '.join(map(shown, mine))}"
            expect(answer(*mine), exercise.reference(*theirs), given=given, tolerance=1e-7)

    return (as_the_worked_solution,)


def typical_mistake(exercise: Exercise, answer: Answer) -> str | None:
    """Return the hint of the typical mistake that behaves as the answer does, or None."""
    tried = _tried(exercise, answer)
    for mistake in exercise.mistakes:
        if all(
            _agree(tried, mistake.answer, mine, theirs)
            for mine, theirs in zip(exercise.probes(), exercise.probes(), strict=True)
        ):
            return mistake.hint
    return None


def check(number: str, answer: Answer) -> Answer:
    """Check a learner's answer, say how it went, and return what to go on with.

    Parameters
    ----------
    number : str
        The exercise: ``"2.3"``.
    answer : callable
        The learner's function.

    Returns
    -------
    callable
        The answer itself if it is right, else the worked solution, so that the cells below work.
        No later check takes the worked solution for an answer.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    for collector in _COLLECTORS:
        return collector(number, answer)
    exercise = find_exercise(number)
    _SOLVED.discard(number)
    if not callable(answer):
        print(f"Exercise {number}: a function is expected, {type(answer).__name__} was given.")
        return _go_on_with_the_reference(exercise)
    try:
        problem = _first_problem_of_own(exercise, answer)
    except NotImplementedError:
        print(f"Exercise {number} is not started yet: going on with the reference.")
        return exercise.stand_in
    except WorkedSolutionError:
        name = exercise.reference.__name__
        print(f"Exercise {number}: {name} is the reference here, not an answer of yours.")
        print("Run the cell with your function first, then this one.")
        return _go_on_with_the_reference(exercise)
    if problem is None:
        _SOLVED.add(number)
        print(f"Exercise {number} is solved: every law holds ({len(exercise.laws)} tried).")
        print(solved_so_far(number.partition(".")[0]))
        return answer
    _WRONG_TRIES[number] += 1
    tries = _WRONG_TRIES[number]
    print(f"Exercise {number}, try {tries}. This does not hold yet: {problem}")
    remark = typical_mistake(exercise, answer)
    if remark is not None:
        print(f"A common slip: {remark}")
    print(f"Hint {min(tries, 3)}: {exercise.hints[min(tries, 3) - 1]}")
    return _go_on_with_the_reference(exercise)


def require(number: str, answer: Answer, *, seed: int | None = None) -> None:
    """Raise unless an answer obeys every law: for graders that count what raises.

    Parameters
    ----------
    number : str
        The exercise: ``"2.3"``.
    answer : callable
        The learner's function.
    seed : int or None
        Private seed of the laws' inputs; None: the inputs of `check`.

    Raises
    ------
    AssertionError
        With the first law that is broken.
    NotImplementedError
        If the answer was not written yet.
    ValueError
        If there is no such exercise.
    """
    exercise = find_exercise(number)
    with nullcontext() if seed is None else private_seed(seed):
        try:
            problem = _first_problem_of_own(exercise, answer)
        except WorkedSolutionError as error:
            problem = str(error)
    if problem is not None:
        raise AssertionError(f"exercise {number}: {problem}")


def collect_answers(collector: Callable[[str, Answer], Answer]) -> None:
    """Let `check` hand answers to a grader, in this process, instead of trying them.

    Parameters
    ----------
    collector : callable
        Is called with the exercise's number and the answer; `check` returns what it returns.
    """
    _COLLECTORS[:] = [collector]


def is_worked_solution(exercise: Exercise, answer: Answer) -> bool:
    """Tell whether an answer is the package's own function, also decorated or in a partial."""
    while isinstance(answer, partial):
        answer = answer.func
    return inspect.unwrap(answer) is exercise.reference


def _first_problem_of_own(exercise: Exercise, answer: Answer) -> str | None:
    if is_worked_solution(exercise, answer):
        raise WorkedSolutionError("this is the worked solution, not an answer of your own")
    return first_problem(exercise, answer)


def _go_on_with_the_reference(exercise: Exercise) -> Answer:
    print("Not solved yet: going on with the reference.")
    return exercise.stand_in


def _agree(answer: Answer, other: Answer, mine: tuple, theirs: tuple) -> bool:
    try:
        return same(answer(*mine), other(*theirs), tolerance=1e-7)
    except Exception:  # one of the two cannot answer: they differ
        return False
