"""What of a notebook a function needs: its definition, and those of the names that it uses.

Cells are read, never run: the grader takes the definition of an exercise's function and, from the
same notebook, whatever defines the names in it (imports, functions, constants). So nothing is lost
if other cells are missing or broken, and nothing else costs time.
"""

import ast
import builtins
from collections.abc import Iterable


class MissingFunctionError(Exception):
    """No cell defines the function."""


class UnreadableCodeError(Exception):
    """The cell that seems to define the function is no Python."""


def needed_code(sources: Iterable[str], name: str, *, without: Iterable[str] = ()) -> str:
    r"""Return the statements that define a function and what it uses.

    Parameters
    ----------
    sources : iterable of str
        Code cells, in their order. Of several definitions of a name the last one counts.
    name : str
        Name of the function, or of what else is to be defined.
    without : iterable of str
        Names whose definitions are left out.

    Raises
    ------
    MissingFunctionError
        If no cell defines it.
    UnreadableCodeError
        If a cell with ``def name`` cannot be read.

    Examples
    --------
    >>> print(needed_code(["import math", "x = 3", "def f(a):\n    return math.sin(a)"], "f"))
    import math
    def f(a):
        return math.sin(a)
    """
    found, broken = _statements(sources)
    definitions: dict[str, list[int]] = {}
    for place, statement in enumerate(found):
        for bound in _bound_names(statement) - {*without}:
            again = isinstance(statement, ast.Assign) and name in _used_names(statement)
            if bound == name and again:
                continue  # `name = check("2.3", name)` defines nothing
            definitions.setdefault(bound, []).append(place)
    if name not in definitions:
        if any(f"def {name}" in source for source in broken):
            raise UnreadableCodeError(f"the cell that defines {name} is not valid Python")
        raise MissingFunctionError(f"no cell defines the function {name}")
    needed: set[int] = set()
    asked, seen = [name], {name}
    while asked:
        place = definitions[asked.pop()][-1]
        if place in needed:
            continue
        needed.add(place)
        for used in _used_names(found[place]) - seen:
            if used in definitions:
                seen.add(used)
                asked.append(used)
    try:
        return "\n".join(ast.unparse(found[place]) for place in sorted(needed))
    except RecursionError as error:
        raise UnreadableCodeError(f"the code of {name} is nested too deeply") from error


def unresolved_names(code: str) -> set[str]:
    r"""Return the names that a piece of code uses and neither it nor Python defines.

    Examples
    --------
    >>> sorted(unresolved_names("def f(a):\n    return np.sin(len(a)) + g(a)"))
    ['g', 'np']
    """
    tree = ast.parse(code)
    bound = {name for statement in tree.body for name in _bound_names(statement)}
    used = set().union(*(_used_names(statement) for statement in tree.body))
    return used - bound - set(dir(builtins))


def _statements(sources: Iterable[str]) -> tuple[list[ast.stmt], list[str]]:
    """Return all top-level statements, and the cells that are no Python."""
    found: list[ast.stmt] = []
    broken = []
    for source in sources:
        lines = ["" if line.startswith(("%", "!")) else line for line in source.splitlines()]
        try:
            found.extend(ast.parse("\n".join(lines)).body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            broken.append(source)
    return found, broken


def _bound_names(statement: ast.stmt) -> set[str]:
    """Return the names that a top-level statement defines."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    } | {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(statement)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _used_names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement reads, less the parameters of functions in it."""
    read = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    local = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)} | {
        node.id
        for node in ast.walk(statement)
        if isinstance(statement, ast.FunctionDef)
        and isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
    }
    return read - local
