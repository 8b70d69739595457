"""The machinery of the exercises: comparing values, telling what is wrong."""

from array import array
from collections import deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from pqkd_helpers.lessons import checking
from pqkd_helpers.lessons.exercise import BrokenLawError, Exercise, Mistake, expect, same, shown
from pqkd_helpers.lessons.plain_values import plain


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1, 1.0, True),
        (np.float32(0.5), 0.5, True),
        ([1, 2], np.array([1.0, 2.0]), True),
        ((1, [2, 3]), [1, (2, 3)], True),
        (torch.tensor([1.0, 2.0], requires_grad=True), [1, 2], True),
        ({"a": 1}, {"a": 1.0}, True),
        (True, 1, True),
        (1j, 1j, True),
        ("x", "x", True),
        (None, None, True),
        (1.0, [1.0], False),
        ([1, 2], [1, 2, 3], False),
        ([[1], [2]], [1, 2], False),
        (np.nan, np.nan, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, [1], False),
        ("x", 1, False),
        (None, 0, False),
        ("1", 1, False),
        (object(), 1, False),
        (1j, 1.0, False),
    ],
)
def test_values_are_compared_by_form_and_number(a, b, equal):
    assert same(a, b) is equal and same(b, a) is equal


def test_the_tolerance_is_absolute():
    assert same(1.0, 1.05, tolerance=0.1) and not same(1.0, 1.2, tolerance=0.1)


def test_a_broken_law_tells_what_came_in_and_out():
    with pytest.raises(BrokenLawError, match="x = 2: got 3, expected 4"):
        expect(3, 4, given="x = 2")
    expect(4, 4, given="x = 2")


def test_values_are_shown_shortly():
    assert shown(np.float64(1 / 3)) == "0.333333"
    assert "of shape (100,)" in shown(np.zeros(100)) and len(shown(np.zeros(100))) < 100
    assert shown(np.array([-1e-17, 1.0])) == "[0. 1.]" and shown([True, False]) == "[ True False]"
    assert shown(torch.tensor(2)) == "2" and shown(0.5 + 1j) == "(0.5+1j)"
    assert shown("a" * 500).endswith("a") and len(shown("a" * 500)) == 200


def double(x):
    """Return twice x."""
    return 2 * x


def _doubles(answer):
    """Twice three is six."""
    expect(answer(3), 6, given="x = 3")


EXERCISE = Exercise(
    number="2.1",
    name="Double",
    difficulty=1,
    minutes=1,
    task="Double it.",
    reference=double,
    laws=(_doubles,),
    probes=lambda: [(3,), (5,)],
    mistakes=(Mistake(lambda x: x * x, "this is the square."),),
    hints=("one", "two", "three"),
    explanation="",
)


@pytest.fixture(autouse=True)
def only_this_exercise(monkeypatch):
    monkeypatch.setattr(checking, "find_exercise", lambda number: EXERCISE)
    checking._WRONG_TRIES.clear()


def test_the_first_broken_law_is_named_with_input_and_output(capsys):
    assert checking.check("2.1", lambda x: x + 1)(4) == 8
    said = capsys.readouterr().out
    assert "Twice three is six." in said
    assert "given     x = 3" in said and "got       4" in said and "expected  6" in said


def test_a_typical_mistake_is_one_that_agrees_on_every_probe(capsys):
    checking.check("2.1", lambda x: x**2)
    assert "A common slip: this is the square." in capsys.readouterr().out
    checking.check("2.1", lambda x: 9)  # agrees at x = 3 alone
    assert "A common slip" not in capsys.readouterr().out


def test_an_interrupt_is_not_swallowed():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checking.check("2.1", interrupted)


@pytest.mark.parametrize(
    "values",
    [
        deque([1, 2]),
        range(1, 3),
        (1, Fraction(2)),
        [Decimal(1), np.array(2)],
        array("d", [1, 2]),
        pd.Series([1, 2]),
        pd.Series([Fraction(1), 2]),
        torch.tensor([1.0, 2.0], requires_grad=True),
        np.ma.masked_array([1, 2]),
        np.array([Fraction(1), 2], dtype=object),
    ],
    ids=lambda values: type(values).__name__,
)
def test_laws_see_plain_values_whatever_library_they_come_from(values):
    found = plain(values)
    assert type(found) in (np.ndarray, list, tuple) and same(found, [1, 2])
    assert np.sum(found) == 3  # a tensor's own sum takes other arguments
    assert same(plain({"a": [values]}), {"a": [[1, 2]]})


def test_texts_are_plain_texts_and_what_is_no_number_stays():
    assert type(plain(np.str_("a"))) is str and plain(np.array(["a", "b"])) == ["a", "b"]
    for value in (None, True, 3, 1j, {1, 2}, b"x", print):
        assert plain(value) is value
