"""Mutants of a function: one small change each, of the kinds that learners make by accident."""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {
    **{"sin": "cos", "cos": "sin", "sum": "mean", "mean": "sum", "min": "max", "max": "min"},
    **{"argmin": "argmax", "argmax": "argmin", "zeros": "ones", "ones": "zeros"},
    **{"log_softmax": "softmax", "softmax": "log_softmax", "exp": "log", "log": "exp"},
}


def mutants(function: Callable) -> Iterator[tuple[str, Callable]]:
    """Yield a description of each change, and the changed function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = tree.body[0].body[1:]  # without the docstring
    places = [node for statement in body for node in ast.walk(statement)]
    for node in places:
        for change in _changes(node):
            twin = copy.deepcopy((tree, node))  # one memo, so the node stays inside the tree
            before = ast.unparse(node)
            change(twin[1])
            text = f"{before}  ->  {ast.unparse(twin[1])}"
            names = dict(function.__globals__)
            exec(compile(ast.fix_missing_locations(twin[0]), "mutant", "exec"), names)
            yield text, names[function.__name__]


def _changes(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in OPERATORS:
        yield lambda twin: setattr(twin, "op", OPERATORS[type(twin.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        yield lambda twin: twin.ops.__setitem__(0, OPERATORS[type(twin.ops[0])]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda twin: setattr(twin, "op", ast.UAdd())
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield lambda twin: setattr(twin, "attr", NAMES[twin.attr])
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield lambda twin: setattr(twin, "value", twin.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is float:
        yield lambda twin: setattr(twin, "value", 2.0 * twin.value + 0.1)
