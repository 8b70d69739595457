"""Which statements of a submission are run, and which of the original notebook with them."""

import ast

import pytest

from pqkd_helpers.classroom.sandbox.code_to_run import code_to_run
from pqkd_helpers.classroom.sandbox.statements import statement_of


def parse(source):
    return ast.parse(source).body


def run_of(cells, original=(), **options):
    """Return the code that is run, a line per statement."""
    chosen = code_to_run(cells, original, parse, **options)
    return [ast.unparse(s.node).splitlines()[0] for cell in chosen.cells for s in cell]


IMPORTS = "import os\nimport numpy as np"
F = "def f(x):\n    return np.sin(x) + A"


def test_the_students_cells_are_run_whole():
    cells = ["B = 1", "boom()", "def f():\n    return 1", "f.v = 3", 'f = check("2.1", f)']
    assert run_of(cells) == ["B = 1", "boom()", "def f():", "f.v = 3", "f = check('2.1', f)"]


def test_of_unchanged_cells_only_what_is_needed_in_its_place():
    original = [IMPORTS, "A = slow()\nA = 2\nB = slow()", "A = slow()\nprint(A)"]
    expected = ["import numpy as np", "A = 2", "def f(x):"]
    assert run_of([*original[:2], F, original[2]], original) == expected


def test_what_a_function_looks_up_counts_where_it_is_called():
    original = ["def g():\n    return A", "A = 2", "A = 3", "A = slow()"]
    cells = [*original[:2], "v = g()", original[2], "w = g()", original[3]]
    assert run_of(cells, original) == ["def g():", "A = 2", "v = g()", "A = 3", "w = g()"]


def test_a_function_may_change_what_it_looks_up():
    original = [
        "A = rng(3)",
        "def draw():\n    return A.random()",
        "B = [draw() for _ in range(3)]",
    ]
    expected = ["A = rng(3)", "def draw():", "B = [draw() for _ in range(3)]", "def f(x):"]
    assert run_of([*original, F], original) == expected


def test_an_object_has_the_changes_made_under_its_other_name():
    original = ["net = Network()", "A = net.layers[0]", "train(net)", "B = net.size"]
    assert run_of([*original, F], original) == [*original[:3], "def f(x):"]
    original = ["A = Network()", "layer = A.layers[0]", "layer.fill(0)", "B = layer.size"]
    assert run_of([*original, F], original) == [*original[:3], "def f(x):"]


@pytest.mark.parametrize(
    "source",
    [
        "A = 1\nprint(A)",
        "for A in range(3):\n    print(A, [A for _ in range(2)])",
        "import numpy as A\nA.check(A)",
        "with open('a') as A:\n    A.read()",
        "def A(n):\n    return A(n - 1)",
        "A = 1",
    ],
)
def test_what_a_cell_binds_before_it_looks_it_up_is_its_own(source):
    original = ["A = slow()"]
    assert "A = slow()" not in run_of([*original, source], original)


@pytest.mark.parametrize(
    "source",
    [
        "A = A + 1",
        "A += 1",
        "A = [A for _ in range(2)]",
        "if x:\n    A = 1\nprint(A)",
        "for i in range(2):\n    A = A + i",
        "try:\n    A\nexcept NameError:\n    A = 1",
    ],
)
def test_what_a_cell_looks_up_first_is_not(source):
    original = ["A = 1"]
    assert run_of([*original, source], original)[0] == "A = 1"


def test_where_time_is_short_only_what_the_answers_need_is_run():
    cells = [
        "slow()\nw = slow()",
        "A = []\nB = A",
        "set_up(A)",
        F,
        "f.v = 1",
        "f = check('2.1', f)",
    ]
    expected = ["A = []", "set_up(A)", "def f(x):", "f.v = 1", "f = check('2.1', f)"]
    assert run_of(cells, only={"f"}) == expected


def test_editors_may_change_the_ends_of_lines():
    original = ["import numpy as np\nB = slow()\n"]
    assert run_of(["import numpy as np  \r\nB = slow()", F], original)[0] == "import numpy as np"


def test_what_the_submission_has_lost_is_run_first():
    original = [IMPORTS, "C = 1\nA = C + 1\nB = slow()", "C = 7"]
    expected = ["import numpy as np", "C = 1", "A = C + 1", "def f(x):"]
    assert run_of([F], original) == expected


def test_what_the_submission_binds_itself_is_not_lost():
    assert run_of(["A = 3", "def f():\n    return A"], ["A = slow()"]) == ["A = 3", "def f():"]


# Cells of the original that change what an answer looks up, and others that do not.
CHANGES = {
    "in a part": "A[0] = 1",
    "by its method": "A.append(1)",
    "by a method with a result": "for _ in range(2):\n    last = A.step()",
    "by a function": "fill(A, 0)",
    "by a call with a result": "B = draw(3, rng=A)",
    "by calling it": "B = [A(i) for i in range(3)]",
    "in an assertion": "assert A.step() > 0",
    "by an attribute": "A.size = 2",
    "in a block": "if True:\n    A = 3",
    "by a pattern": "match 3:\n    case A:\n        pass",
    "by a function with global": "def set_up():\n    global A\n    A = 1",
    "as an import": "try:\n    import fast as A\nexcept ImportError:\n    import slow as A",
    "deleted": "del A",
}
NO_CHANGES = {
    "shown": "show(picture(A))",
    "printed": "for _ in range(2):\n    print(A.mean())",
    "asserted": "assert A > 0",
    "used": "B = A + 1",
    "in a comprehension": "B = [A for A in range(3)]",
    "in a function": "def g(A):\n    A = A + 1\n    return A",
    "in a class": "class G:\n    A = 3",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_what_changes_an_object_is_run(kind):
    original = ["A = []", CHANGES[kind]]
    assert len(run_of([*original, F], original)) == 3


@pytest.mark.parametrize("kind", NO_CHANGES)
def test_what_does_not_change_it_is_not(kind):
    original = ["A = []", NO_CHANGES[kind]]
    assert run_of([*original, F], original) == ["A = []", "def f(x):"]


def test_calls_do_not_change_modules_and_functions():
    original = ["def A():\n    return np.zeros(3)\nimport numpy as np", "B = np.sin(A())\nA.mean()"]
    assert run_of([*original, F], original) == ["def A():", "import numpy as np", "def f(x):"]


def test_the_variable_of_a_comprehension_is_no_name_of_the_notebook():
    """From Python 3.12 on symbol tables say otherwise."""
    original = ["i = int(input('how many? '))", "k = slow()"]
    cells = ["powers = [0.5 ** i for i in range(10) if (k := i)]", "def f():\n    return powers[0]"]
    assert len(run_of([*original, *cells], original)) == 2
    (node,) = parse(cells[0])
    assert statement_of(node).used == {"range"} and statement_of(node).bound == {"powers", "k"}


@pytest.mark.parametrize(
    "source",
    ["eval('A + 1')", "globals()['A']", "get_ipython().run_cell_magic('time', '', 'print(A)')"],
)
def test_a_text_may_name_what_is_looked_up(source):
    assert run_of(["A = 1\nB = slow()", source], ["A = 1\nB = slow()"])[0] == "A = 1"
    assert run_of(["A = 1", "def f():\n    'A text.'"], ["A = 1"]) == ["def f():"]


def test_cells_that_are_no_python_are_named_and_the_others_are_run():
    chosen = code_to_run(["def g(:", "def f():\n    return g()"], [], parse)
    assert chosen.unreadable == [("def g(:", "SyntaxError: invalid syntax (line 1)")]
    assert chosen.missing == {"g"} and [len(cell) for cell in chosen.cells] == [0, 0, 1]


@pytest.mark.parametrize("source", ["return A", f"A = 0x{'f' * 4000}", "A = " + "-" * 900 + "1"])
def test_a_statement_that_cannot_be_read_closely_is_run_all_the_same(source):
    chosen = code_to_run([source, F], [], parse)
    assert [len(cell) for cell in chosen.cells] == [0, 1, 1]
