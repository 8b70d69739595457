"""What of a notebook a function needs: its definition, and those of the names that it uses.

Cells are read, never run: the grader takes the definition of an exercise's function and, from the
same notebook, whatever makes the names in it what they are (imports, functions, constants, what
changes them). So nothing is lost if other cells are missing or broken, and nothing else costs time.
"""

import ast
import builtins
import re
from collections.abc import Iterable

from .statements import Statement, statement_of

MOST_STATEMENTS = 5_000
_IPYTHON_LINE = re.compile(r"(?m)^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$")
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class MissingFunctionError(Exception):
    """No cell defines the function."""


class UnreadableCodeError(Exception):
    """The cell that seems to define the function is no Python, or there is too much code."""


class NotebookCode:
    r"""The code cells of a notebook, read once.

    Parameters
    ----------
    sources : iterable of str
        Code cells, in their order.

    Raises
    ------
    UnreadableCodeError
        If there are more than 5,000 statements.

    Examples
    --------
    >>> code = NotebookCode(["import math", "x = 3", "def f(a):\n    return math.sin(a)"])
    >>> print(code.needed("f"))
    import math
    def f(a):
        return math.sin(a)
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._broken: list[str] = []
        self._statements: list[Statement] = []
        for source in sources:
            self._read(source)

    def _read(self, source: str) -> None:
        try:
            nodes = _parsed(source)
        except _UNREADABLE:
            self._broken.append(source)
            return
        if len(self._statements) + len(nodes) > MOST_STATEMENTS:
            raise UnreadableCodeError(f"there are more than {MOST_STATEMENTS:,} statements")
        for node in nodes:
            try:
                self._statements.append(statement_of(node))
            except _UNREADABLE:
                self._broken.append(source)

    def needed(self, name: str, *, without: Iterable[str] = ()) -> str:
        """Return the statements that define a function and what it uses, as one text.

        Parameters
        ----------
        name : str
            Name of the function, or of what else is to be defined. Its last definition counts,
            with whatever changes it later.
        without : iterable of str
            Names whose definitions are left out.

        Raises
        ------
        MissingFunctionError
            If no cell defines it.
        UnreadableCodeError
            If a cell with ``def name`` cannot be read.
        """
        left_out = {*without}
        places: set[int] = set()
        asked, seen = [name], {name, *left_out}
        while asked:
            found = self._makers(asked.pop())
            for place in found:
                used = self._statements[place].used - seen
                seen |= used
                asked += used
            places.update(found)
        if not any(name in self._statements[place].bound for place in places):
            if any(f"def {name}" in source for source in self._broken):
                raise UnreadableCodeError(f"the cell that defines {name} is not valid Python")
            raise MissingFunctionError(f"no cell defines the function {name}")
        places |= {i for i, found in enumerate(self._statements) if found.imports_all}
        return "\n".join(self._statements[place].source for place in sorted(places))

    def _makers(self, name: str) -> list[int]:
        """Return the places of the statements that make a name what it is in the end."""
        found: list[int] = []
        is_imported = False
        for place, statement in enumerate(self._statements):
            if statement.is_check:
                continue
            if name in statement.anew:
                found, is_imported = [place], statement.is_import
            elif name in statement.bound or (name in statement.changed and not is_imported):
                found.append(place)
        return found


def unresolved_names(code: str) -> set[str]:
    r"""Return the names that a piece of code uses and neither it nor Python defines.

    Raises
    ------
    UnreadableCodeError
        If it cannot be read.

    Examples
    --------
    >>> sorted(unresolved_names("def f(a):\n    return np.sin(len(a)) + g(a)"))
    ['g', 'np']
    """
    try:
        statements = [statement_of(node) for node in ast.parse(code).body]
    except _UNREADABLE as error:
        raise UnreadableCodeError(f"the code cannot be read: {error}") from error
    used = set().union(*(statement.used for statement in statements))
    bound = set().union(*(statement.bound for statement in statements))
    return used - bound - set(dir(builtins))


def _parsed(source: str) -> list[ast.stmt]:
    """Return a cell's statements; IPython's own lines (``%time``, ``!ls``, ``f?``) do nothing."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return ast.parse(_IPYTHON_LINE.sub(r"\1pass", source)).body
