"""What an exercise is: a task, a worked solution, laws that any right answer obeys, hints.

A law is a function that takes the learner's function, tries it, and calls `expect`; its
docstring is the sentence that the learner reads when the law is broken. Laws judge what an
answer does, never how it is written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

import numpy as np

_PRIVATE_SEED: ContextVar[int | None] = ContextVar("private seed", default=None)
# Exercises whose answer is being called. No context variable: an answer may start threads.
_ON_TRIAL: list[str] = []
Answer = Callable[..., Any]
Law = Callable[[Answer], None]


class WorkedSolutionError(Exception):
    """The worked solution was called where the learner's own answer is expected."""


class BrokenLawError(Exception):
    """A law that an answer breaks: what went in, what came out, what is expected."""

    def __init__(self, given: str, got: str, expected: str) -> None:
        super().__init__(f"{given}: got {got}, expected {expected}")
        self.given, self.got, self.expected = given, got, expected


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, and what to tell who gave it.

    Attributes
    ----------
    answer : callable
        A function that makes the mistake.
    hint : str
        One or two sentences: what went wrong, not the solution.
    """

    answer: Answer
    hint: str


@dataclass(frozen=True)
class Exercise:
    """One exercise of a notebook.

    Attributes
    ----------
    number : str
        Notebook and place in it: "2.3".
    name : str
        Short title.
    difficulty : int
        1 (a line), 2 (some thought), 3 (a small piece of work).
    minutes : int
        Time a student needs.
    task : str
        What to write, and what it is for; Markdown.
    reference : callable
        The worked solution; its signature and docstring are the stub's. Shapes, types and units
        stand there alone: the learner sees both.
    laws : tuple of callable
        What any right answer obeys, the most basic first.
    probes : callable
        Returns a list of argument tuples, made anew at every call, on which an answer is
        compared with the typical mistakes.
    mistakes : tuple of Mistake
        Typical wrong answers.
    hints : (str, str, str)
        From a nudge to almost the solution, given on repeated tries.
    explanation : str
        Markdown under the worked solution: why it is so.
    private_inputs : callable or None
        Draws arguments with a generator. Under a private seed a right answer must give what the
        worked solution gives for them: for exercises whose laws try fixed inputs, and whose result
        is unique.
    """

    number: str
    name: str
    difficulty: int
    minutes: int
    task: str
    reference: Answer
    laws: tuple[Law, ...]
    probes: Callable[[], list[tuple[Any, ...]]]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str, str]
    explanation: str
    private_inputs: Callable[[np.random.Generator], tuple[Any, ...]] | None = None

    @cached_property
    def stand_in(self) -> Answer:
        """The worked solution to go on with: it raises where this exercise's answer is tried.

        So neither it, nor a function that calls it, can pass for an answer.
        """

        @wraps(self.reference)
        def worked_solution(*arguments: Any, **options: Any) -> Any:
            if is_on_trial(self.number):
                raise WorkedSolutionError("this is the worked solution, not an answer of your own")
            return self.reference(*arguments, **options)

        return worked_solution


@contextmanager
def on_trial(number: str) -> Iterator[None]:
    """Mark that the answer to an exercise is being called."""
    _ON_TRIAL.append(number)
    try:
        yield
    finally:
        _ON_TRIAL.pop()


def is_on_trial(number: str) -> bool:
    """Tell whether the answer to that exercise is being called."""
    return number in _ON_TRIAL


def drawn(number: int) -> np.random.Generator:
    """Return the generator of a law's inputs: always the same, but for `private_seed`."""
    seed = _PRIVATE_SEED.get()
    return np.random.default_rng(number if seed is None else (seed, number))


def is_private() -> bool:
    """Tell whether the laws draw from a private seed."""
    return _PRIVATE_SEED.get() is not None


@contextmanager
def private_seed(seed: int) -> Iterator[None]:
    """Let all laws draw other inputs, which nobody knows who does not know the seed."""
    token = _PRIVATE_SEED.set(seed)
    try:
        yield
    finally:
        _PRIVATE_SEED.reset(token)


def expect(got: Any, expected: Any, *, given: str, tolerance: float = 1e-9) -> None:
    """Raise `BrokenLawError` unless two values are equal within an absolute tolerance.

    Parameters
    ----------
    got, expected : number, text, array, tensor, or tuple, list or dict of these
        Shapes must be equal too.
    given : str
        What was put in, for the message: ``"theta = 0.3"``.
    tolerance : float
        Largest difference of two numbers that count as equal.
    """
    if not same(got, expected, tolerance):
        raise BrokenLawError(given, shown(got), shown(expected))


def same(a: Any, b: Any, tolerance: float = 1e-9) -> bool:
    """Tell whether two values have the same form and equal numbers within a tolerance.

    Examples
    --------
    >>> same([1.0, 2.0], np.array([1.0, 2.0])), same(1.0, [1.0]), same("a", "b")
    (True, False, False)
    """
    if isinstance(a, dict) or isinstance(b, dict):
        both = isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys()
        return both and all(same(a[key], b[key], tolerance) for key in a)
    if isinstance(a, str) or isinstance(b, str) or a is None or b is None:
        return type(a) is type(b) and a == b
    try:
        x, y = _numbers(a), _numbers(b)
    except (TypeError, ValueError):  # ragged, or no numbers: compare part by part
        if not (isinstance(a, tuple | list) and isinstance(b, tuple | list)):
            return False
        return len(a) == len(b) and all(same(i, j, tolerance) for i, j in zip(a, b, strict=True))
    return x.shape == y.shape and bool(np.allclose(x, y, rtol=0.0, atol=tolerance))


def shown(value: Any) -> str:
    """Return a value as short text, for a message; rounding noise is shown as 0.

    Examples
    --------
    >>> shown(1 / 3), shown(-2e-16), shown((2, 3)), shown(True)
    ('0.333333', '0', '[2 3]', 'True')
    """
    try:
        numbers = _numbers(value)
    except (TypeError, ValueError):
        return repr(value)[:200]
    plain = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    if plain.dtype.kind in "fc":
        plain = numbers.round(12) + 0.0  # the sum turns -0 into 0
    if plain.ndim == 0:
        return f"{plain.item():.6g}" if plain.dtype.kind == "f" else str(plain.item())
    text = np.array2string(plain, precision=4, threshold=12, edgeitems=4, suppress_small=True)
    return f"{text} of shape {plain.shape}" if plain.size > 12 or plain.ndim > 1 else text


def _numbers(value: Any) -> np.ndarray:
    """Return numbers, an array or a tensor as a float or complex array, or raise."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{array.dtype} holds no numbers")
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
