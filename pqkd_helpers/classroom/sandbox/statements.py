"""One top-level statement of a notebook: which names it looks up, binds and changes.

The names are read from Python's own bytecode, where a parameter, a local variable or the variable
of a comprehension is no name of the notebook, in every version of Python.
"""

import ast
import dis
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType

_LOOKED_UP = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
_BOUND = ("STORE_NAME", "STORE_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL")
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
# With these a text may name what is looked up; every line of IPython's own calls the last.
_BY_TEXT = {"eval", "exec", "compile", "globals", "locals", "vars", "get_ipython"}
_PARTS = (ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Constant, ast.Tuple, ast.List)
_Names = frozenset[str]


@dataclass(frozen=True)
class Statement:
    """What one statement does with names.

    Attributes
    ----------
    node : ast.stmt
        The statement.
    used : frozenset of str
        Names that it looks up and has not bound before; a function that it defines is not called.
    used_later : frozenset of str
        Names that count where it is used: functions in it look them up when they are called, or
        it gives an object, or a part of one, another name: ``layer = network.conv1``.
    bound : frozenset of str
        Names that it, or a function in it, binds in the notebook.
    anew : frozenset of str
        Those of them whose earlier meaning does not count any more.
    changed : frozenset of str
        Names of objects that it may change: ``v[0] = 1``, ``v.append(1)``, ``w = fill(v)``.
    defined : frozenset of str
        Names of modules, functions and classes that it binds: calls do not change these.
    is_async : bool
        Whether it awaits.
    """

    node: ast.stmt
    used: _Names = frozenset()
    used_later: _Names = frozenset()
    bound: _Names = frozenset()
    anew: _Names = frozenset()
    changed: _Names = frozenset()
    defined: _Names = frozenset()
    is_async: bool = False


def statement_of(node: ast.stmt) -> Statement:
    """Describe a statement; of one that cannot be compiled or disassembled nothing is known."""
    flags, found = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, _Found()
    try:
        code = compile(ast.Module([node], []), "<cell>", "exec", flags, dont_inherit=True)
        found.read(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Statement(node)
    if (found.now | found.later) & _BY_TEXT:
        found.now.update(_words(node))
    is_simple = not isinstance(
        node,
        ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.TryStar | ast.Match
        | ast.With | ast.AsyncWith | ast.Delete,
    )  # fmt: skip
    bound = found.bound | found.bound_later
    called = set() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else found.later
    return Statement(
        node,
        used=frozenset(found.now | called - bound),
        used_later=frozenset(found.later.union(_renamed(node))),
        bound=frozenset(bound),
        anew=frozenset(found.bound if is_simple else ()),
        changed=frozenset(_changed(node)),
        defined=frozenset(_defined(node)),
        is_async=bool(code.co_flags & inspect.CO_COROUTINE),
    )


@dataclass
class _Found:
    """Names in bytecode, of what runs now and of functions that may run later."""

    now: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    bound_later: set[str] = field(default_factory=set)

    def read(self, code: CodeType, *, is_later: bool = False, is_class: bool = False) -> None:
        for instruction in dis.get_instructions(code):
            kind, name = instruction.opname, instruction.argval
            if isinstance(name, CodeType):
                of_class = not name.co_flags & inspect.CO_NEWLOCALS
                runs_now = of_class or name.co_name in _COMPREHENSIONS
                self.read(name, is_later=is_later or not runs_now, is_class=of_class)
            elif kind in _LOOKED_UP and is_later:
                self.later.add(name)
            elif kind in _LOOKED_UP and name not in self.bound:
                self.now.add(name)
            elif kind in _BOUND and not (is_class and kind.endswith("_NAME")):
                (self.bound_later if is_later else self.bound).add(name)


def _words(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield from re.findall(r"[^\W\d]\w*", inner.value)


def _defined(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in names)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _defined(child)


def _renamed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        names = [inner for inner in ast.walk(node.value) if isinstance(inner, ast.expr)]
        if all(isinstance(name, _PARTS) for name in names):
            yield from (name.id for name in names if isinstance(name, ast.Name))


def _changed(node: ast.AST) -> Iterator[str]:
    """Yield the names of objects of which a part is assigned, or that take part in a call."""
    for inner in _at_top_level(node):
        match inner:
            case (
                ast.Call()
                | ast.Subscript(ctx=ast.Store() | ast.Del())
                | ast.Attribute(ctx=ast.Store() | ast.Del())
            ):
                yield from (name.id for name in ast.walk(inner) if isinstance(name, ast.Name))


def _at_top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all inside it that runs with it, but for what only shows something."""
    match node:
        case ast.Expr(ast.Call(ast.Name("print" | "show" | "display"))):
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
            return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _at_top_level(child)
