"""Which statements of a notebook a function needs."""

import pytest

from pqkd_helpers.classroom.needed_code import (
    MissingFunctionError,
    UnreadableCodeError,
    needed_code,
    unresolved_names,
)

F = "def f(x):\n    return g(x) + A"


def test_only_what_is_needed_is_taken_in_its_order():
    cells = ["import os\nimport numpy as np", "B = 1\nA = B + 1", "def g(x):\n    return np.sin(x)"]
    cells += [F, "boom()", 'f = check("2.1", f)']
    expected = ["import numpy as np", "B = 1", "A = B + 1", "def g(x):", "    return np.sin(x)"]
    assert needed_code(cells, "f").splitlines() == expected + F.splitlines()


def test_the_last_definition_counts():
    assert "return 2" in needed_code(["def f():\n    return 1", "def f():\n    return 2"], "f")


def test_a_function_may_call_itself():
    code = "def f(n):\n    return 1 if n == 0 else n * f(n - 1)"
    assert needed_code([code], "f") == code


def test_a_function_in_another_form_counts():
    assert needed_code(["f = lambda x: x"], "f") == "f = lambda x: x"


def test_magic_lines_and_broken_cells_of_others_do_no_harm():
    assert needed_code(["%matplotlib inline\n!ls\nA = 1", "def g(:", F], "f").startswith("A = 1")


def test_left_out_names_stay_unresolved():
    code = needed_code(["def g(x):\n    raise NotImplementedError", "A = 1", F], "f", without={"g"})
    assert unresolved_names(code) == {"g"}


def test_a_missing_and_an_unreadable_function():
    with pytest.raises(MissingFunctionError, match="no cell defines the function f"):
        needed_code(["g = 1"], "f")
    with pytest.raises(UnreadableCodeError, match="not valid Python"):
        needed_code(["def f(:"], "f")
    with pytest.raises(UnreadableCodeError, match="deep"):
        needed_code(["def f():\n    return " + "-" * 900 + "1"], "f")
