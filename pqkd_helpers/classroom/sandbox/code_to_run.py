"""Which statements of a submitted notebook are run: all but what is not needed of the original.

The cells that the student wrote or changed are run whole, so nothing of what they do to each
other is lost. Of the cells that stand as they were handed out, which may train networks for
minutes, only those statements are run that make or change what is looked up below them. What is
looked up and the submission has lost comes from the original notebook.

Where a notebook takes too long, the student's cells are cut in the same way to what the
exercises' functions need.
"""

import ast
import builtins
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from .statements import Statement, statement_of

Parse = Callable[[str], list[ast.stmt]]


@dataclass(frozen=True)
class CodeToRun:
    """What is run of a submission.

    Attributes
    ----------
    cells : list of list of Statement
        First, as one cell, what the submission has lost, then cell by cell of the submission.
    missing : frozenset of str
        Names that are looked up and that nothing here binds, those of Python among them.
    unreadable : list of (str, str)
        Cells that are no Python: their source and what is wrong.
    """

    cells: list[list[Statement]]
    missing: frozenset[str]
    unreadable: list[tuple[str, str]]


def code_to_run(
    cells: Sequence[str],
    original: Sequence[str],
    parse: Parse,
    *,
    only: Collection[str] | None = None,
) -> CodeToRun:
    """Choose what is run.

    Parameters
    ----------
    cells : sequence of str
        Code cells of the submission, in their order.
    original : sequence of str
        Those of the original notebook, without the exercises' own cells.
    parse : callable
        Returns the statements of a cell, as IPython reads it.
    only : collection of str or None
        Names that alone are needed; None: all that the student's cells do.
    """
    handed_out = {_without_spaces(source): source for source in original}
    lost = handed_out.keys() - {_without_spaces(source) for source in cells}
    notebook = _Notebook()
    notebook.add(
        [node for plain in handed_out if plain in lost for node in parse(handed_out[plain])]
    )
    notebook.n_lost = len(notebook.statements)
    unreadable = []
    for source in cells:
        nodes = []
        try:
            nodes = parse(source)
        except Exception as error:  # of tokenizers, parsers and their limits
            unreadable.append((source, _reason(error)))
        notebook.add(nodes, is_own=_without_spaces(source) not in handed_out)
    kept, missing = notebook.needed(only)
    to_run = [[notebook.statements[i] for i in places if i in kept] for places in notebook.cells]
    return CodeToRun(to_run, missing, unreadable)


class _Notebook:
    """All statements in their order, first those that the submission has lost."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.cells: list[range] = []
        self.n_lost = 0
        self._own: set[int] = set()

    def add(self, nodes: list[ast.stmt], *, is_own: bool = False) -> None:
        """Add a cell."""
        first = len(self.statements)
        self.statements += [statement_of(node) for node in nodes]
        self.cells.append(range(first, len(self.statements)))
        self._own.update(self.cells[-1] if is_own else ())

    def needed(self, only: Collection[str] | None) -> tuple[set[int], frozenset[str]]:
        """Return the places of what is run, and names that nothing binds."""
        kept = {
            place for place in self._own if only is None or not self._makes(place).isdisjoint(only)
        }
        at_hand = {name for s in self.statements[self.n_lost :] for name in s.bound}
        changed = self._changed()
        asked = [(name, place) for place in kept for name in self.statements[place].used]
        for cell in self.cells:  # a function is called below its cell
            own = kept.intersection(cell)
            asked += [(n, cell.stop) for place in own for n in self.statements[place].used_later]
        seen, missing = set(asked), set()
        while asked:
            name, place = asked.pop()
            makers = list(self._makers(name, place, at_hand, changed))
            if not makers:
                missing.add(name)
            for maker in makers:
                statement = self.statements[maker]
                used = {(other, maker) for other in statement.used if maker not in kept}
                if name in statement.bound:  # it may be called here
                    used |= {(other, place) for other in statement.used_later}
                kept.add(maker)
                asked += used - seen
                seen |= used
        return kept, frozenset(missing)

    def _changed(self) -> list[set[str]]:
        """Return what each statement may change, also in functions and under other names."""
        later: dict[str, frozenset[str]] = {}
        defined = {*dir(builtins)}
        for statement in self.statements:
            defined |= statement.defined
            for name in statement.bound:
                later[name] = later.get(name, frozenset()) | statement.used_later
        changed = []
        for statement in self.statements:
            found, asked = set(statement.changed), list(statement.changed)
            while asked:
                inside = later.get(asked.pop(), frozenset()) - found
                found |= inside
                asked += inside
            changed.append(found - defined)
        return changed

    def _makes(self, place: int) -> frozenset[str]:
        return self.statements[place].bound | self.statements[place].changed

    def _makers(
        self, name: str, place: int, at_hand: set[str], changed: list[set[str]]
    ) -> Iterator[int]:
        """Yield the places of what makes a name what it is at a place, or else below it."""
        is_lost = place < self.n_lost or name not in at_hand
        is_bound = False
        for above in range(place - 1, -1 if is_lost else self.n_lost - 1, -1):
            statement = self.statements[above]
            if name in statement.bound or name in changed[above]:
                yield above
                is_bound = is_bound or name in statement.bound
            if name in statement.anew:
                return
        if not is_bound:
            end = self.n_lost if place < self.n_lost else len(self.statements)
            yield from (i for i in range(place, end) if name in self.statements[i].bound)


def _reason(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    return f"{type(error).__name__}: {error}"


def _without_spaces(source: str) -> str:
    """Return a cell as it is compared: editors change the ends of lines, and nothing else."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip()
