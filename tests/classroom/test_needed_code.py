"""Which statements of a notebook a function needs."""

import pytest

from pqkd_helpers.classroom.needed_code import (
    MOST_STATEMENTS,
    MissingFunctionError,
    NotebookCode,
    UnreadableCodeError,
    unresolved_names,
)


def needed_code(cells, name, **options):
    return NotebookCode(cells).needed(name, **options)


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
    with pytest.raises(UnreadableCodeError, match="not valid Python"):
        needed_code(["def f():\n    return " + "-" * 900 + "1"], "f")
    with pytest.raises(UnreadableCodeError, match="not valid Python"):
        needed_code(["def f():\n    return 0x" + "f" * 4000], "f")  # no decimal can be written


def test_a_flood_of_statements_is_refused_before_it_costs_time():
    with pytest.raises(UnreadableCodeError, match="5,000 statements"):
        NotebookCode(["x = 1\n" * (MOST_STATEMENTS + 1)])


# Cells, and what f() returns after all of them were run in order.
IN_ORDER = {
    "star import": (["from math import *", "def f():\n    return sqrt(4.0)"], 2.0),
    "helper in try": (
        [
            "try:\n    import nothing\nexcept ImportError:\n    def g():\n        return 3",
            "def f():\n    return g()",
        ],
        3,
    ),
    "answer in if": (["if True:\n    def f():\n        return 1"], 1),
    "appended": (["v = []", "v.append(2)", "def f():\n    return v"], [2]),
    "assigned in a part": (
        ["v = [0, 0]", "for i in range(2):\n    v[i] = i", "def f():\n    return v"],
        [0, 1],
    ),
    "from itself": (["s = 4", "s = s / 2", "def f():\n    return s"], 2.0),
    "added to": (["t = 0", "for i in range(3):\n    t += i", "def f():\n    return t"], 3),
    "global": (["n = 0", "def f():\n    global n\n    n += 1\n    return n"], 1),
    "default of the same name": (["k = 5", "def f(k=k):\n    return k"], 5),
    "lambda with a global's name": (["x = 7", "def f():\n    return (lambda x: x)(1) + x"], 8),
    "comprehension": (["i = 7", "def f():\n    return [i for i in range(2)] + [i]"], [0, 1, 7]),
    "attribute": (["class A:\n    v = 1", "A.v = 2", "def f():\n    return A.v"], 2),
    "attribute of the function": (["def f():\n    return f.v", "f.v = 3"], 3),
    "wrapped": (
        ["def twice(g):\n    return lambda: 2 * g()", "def f():\n    return 1", "f = twice(f)"],
        2,
    ),
    "class body": (["n = 2", "class A:\n    m = n + 1", "def f():\n    return A.m"], 3),
    "line that starts with %": (["a = (7\n% 4)", "def f():\n    return a"], 3),
    "question": (["import math\nmath.sqrt?", "def f():\n    return math.sqrt(4)"], 2.0),
    "timed": (["%%time\ndef f():\n    return 1"], 1),
    "magic in a block": (["for i in range(2):\n    %time i", "def f():\n    return 1"], 1),
    "defined twice": (["boom = 1 / 1", "def f():\n    return 1", "def f():\n    return 2"], 2),
}


@pytest.mark.parametrize("kind", IN_ORDER)
def test_what_is_taken_does_what_the_whole_notebook_would_do(kind):
    cells, expected = IN_ORDER[kind]
    namespace = {}
    exec(needed_code(cells, "f"), namespace)
    assert namespace["f"]() == expected


def test_what_a_name_meant_before_is_not_taken():
    cells = ["v = slow()", "v = []", "v.append(1)", "import os", "os.nonsense()"]
    code = needed_code([*cells, "def f():\n    return v, os"], "f")
    assert "slow" not in code and "append" in code and "nonsense" not in code
