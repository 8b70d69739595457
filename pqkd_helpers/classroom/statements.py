"""One top-level statement of a notebook: which names it binds, changes and looks up.

Names are told apart by Python's own scopes (`symtable`): a parameter, a local variable or the
variable of a comprehension is no name of the notebook.
"""

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_COMPREHENSIONS = ("listcomp", "setcomp", "dictcomp", "genexpr")


@dataclass(frozen=True)
class Statement:
    """What one statement does with names.

    Attributes
    ----------
    source : str
        Its code.
    bound : frozenset of str
        Names that it binds: by definition, import or assignment, also inside ``if``, ``try``, ...
    anew : frozenset of str
        Those of them whose earlier meaning does not count any more.
    changed : frozenset of str
        Names of objects that it changes: ``v[0] = 1``, ``v.size = 1``, ``v.append(1)``.
    used : frozenset of str
        Names that it, or a function in it, looks up in the notebook.
    is_import, imports_all, is_check : bool
        Whether it is an import; of all names, ``from ... import *``; or only has an answer
        checked, ``f = check("2.3", f)``.
    """

    source: str
    bound: frozenset[str]
    anew: frozenset[str]
    changed: frozenset[str]
    used: frozenset[str]
    is_import: bool
    imports_all: bool
    is_check: bool


def statement_of(node: ast.stmt) -> Statement:
    """Describe a statement.

    Raises
    ------
    ValueError, RecursionError, SyntaxError
        If its code cannot be written out.
    """
    source = ast.unparse(node)
    now, later = _looked_up(symtable.symtable(source, "<submission>", "exec"))
    now |= {
        inner.target.id
        for inner in _at_top_level(node)
        if isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name)
    }
    bound = frozenset(_bound(node))
    is_whole = isinstance(node, (ast.Assign, *_IMPORTS, *_DEFINITIONS)) or (
        isinstance(node, ast.AnnAssign) and node.value is not None
    )
    return Statement(
        source=source,
        bound=bound,
        anew=bound - now if is_whole else frozenset(),
        changed=frozenset(_changed(node)),
        used=frozenset(now | later),
        is_import=isinstance(node, _IMPORTS),
        imports_all=isinstance(node, ast.ImportFrom) and node.names[0].name == "*",
        is_check=isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "check",
    )


def _looked_up(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the names looked up when the code runs, and when functions in it are called."""
    is_module = table.get_type() == "module"
    now = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_referenced() if is_module else symbol.is_global())
    }
    later: set[str] = set()
    for child in table.get_children():
        inner_now, inner_later = _looked_up(child)
        runs_now = child.get_type() == "class" or child.get_name() in _COMPREHENSIONS
        later |= inner_later
        if runs_now:
            now |= inner_now
        else:
            later |= inner_now
    return now, later


def _bound(node: ast.AST) -> set[str]:
    return {name for inner in _at_top_level(node) for name in _bound_by(inner)}


def _bound_by(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).split(".")[0] for alias in names]
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
    return []


def _changed(node: ast.AST) -> set[str]:
    """Return the names of objects of which a part is assigned, or a method called for itself."""
    found = set()
    for inner in _at_top_level(node):
        part: ast.AST | None = None
        if isinstance(inner, ast.Subscript | ast.Attribute) and not isinstance(inner.ctx, ast.Load):
            part = inner
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
            part = inner.value.func
        while isinstance(part, ast.Subscript | ast.Attribute):
            part = part.value
            if isinstance(part, ast.Name):
                found.add(part.id)
    return found


def _at_top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all inside it that runs in the same scope."""
    yield node
    if isinstance(node, (*_DEFINITIONS, ast.Lambda, ast.comprehension)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _at_top_level(child)
