"""Numbers in prose that nothing says: no output, no literal of a cell, no value of the paper.

A number in a sentence must be the rounding of one that is printed. With one or two digits it must
be printed in its own section, by a cell that speaks of its unit, since a whole notebook prints
almost all of them; only the sections at the end, which sum up, take them from anywhere.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from pqkd_helpers.paper_figures import paper_values

from .numbers_in_prose import INTERVAL, Number, exact, measured, printed, statements

CLOSING = ("Exercises", "Against the paper", "Limits and common mistakes", "Summary")
# Numbers of the method and of the data sets, where they stand without a unit of results.
DEFINED = (128, 200, 255, 256, 512, 2**16, 1_797, 5_000, 10_000, 55_000, 60_000, 70_000)
# What a page shows besides sentences; tests of their own compare it with the records.
SHOWN = re.compile(r"```.*?```|<!-- from .*?<!-- end -->|^\|.*?$", re.DOTALL | re.MULTILINE)


def outputs(cell: NotebookNode) -> str:
    """Return what a code cell prints, and descriptions of pictures that it computes."""
    by_hand = {
        node.value.value
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant)
    }
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        texts += [output.get("text", ""), data.get("text/markdown", ""), alt]
        if "image/png" not in data:
            texts.append(data.get("text/plain", ""))
    return "\n".join(text for text in texts if text not in by_hand)


def literals(cell: NotebookNode) -> list[Number]:
    """Return the numbers that stand in a code cell."""
    nodes = ast.walk(ast.parse(cell.source))
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    return [exact(value) for value in values if type(value) in (int, float)]


def of_the_paper() -> list[Number]:
    """Return the numbers of the paper that are kept for comparisons."""

    def leaves(value: object) -> Iterator[float]:
        if isinstance(value, int | float):
            yield value
        elif isinstance(value, dict | tuple):
            for part in value.values() if isinstance(value, dict) else value:
                yield from leaves(part)

    constants = [value for name, value in vars(paper_values).items() if name.isupper()]
    return [exact(value) for constant in constants for value in leaves(constant)]


@dataclass(frozen=True)
class Sources:
    """What is printed, and what stands in code: near a text, in its section, and in the whole."""

    near: list[Number]
    whole: list[Number]
    near_literals: list[Number]
    literals: list[Number]

    def say(self, number: Number, sentence: str) -> bool:
        """Tell whether a number of a sentence is printed, the paper's, or a setting."""
        known, literals = self.whole, self.literals
        if number.significant < 3:
            known = [n for n in self.near if number.is_of_the_kind(n)]
            literals = self.near_literals
        if any(map(number.rounds, known + of_the_paper() * ("paper" in sentence))):
            return True
        is_share = number.unit in ("%", "per cent")
        if is_share and any(abs(n.value) <= 1 and number.rounds(n, 100) for n in self.near):
            return True
        if number.signed or (number.unit and number.significant < 3):
            return False  # a result; as a literal any small number stands somewhere
        return number.value in DEFINED or any(number.value == n.value for n in literals)


def unsaid(prose: str, sources: Sources) -> Iterator[tuple[str, str]]:
    """Return the numbers of a text that no source says, each with its sentence."""
    for sentence, is_the_papers in statements(prose):
        if is_the_papers:
            continue
        for number in measured(INTERVAL.sub(" ", sentence)):
            if not sources.say(number, sentence):
                yield number.text, " ".join(sentence.split())
        for interval in INTERVAL.findall(sentence):  # mean and ends are printed side by side
            trios = zip(sources.whole, sources.whole[1:], sources.whole[2:], strict=False)
            if not any(all(map(Number.rounds, printed(interval), trio)) for trio in trios):
                yield interval, " ".join(sentence.split())


def unsaid_in_notebook(notebook: NotebookNode) -> Iterator[tuple[int, str, str]]:
    """Return the numbers that nothing says: number of the cell, the number, its sentence."""
    section, cells = "", []
    for cell in notebook.cells:
        heading = re.search(r"(?m)^## (.*)$", cell.source)
        section = heading[1] if cell.cell_type == "markdown" and heading else section
        cells.append((section, cell))
    code = [(section, cell) for section, cell in cells if cell.cell_type == "code"]
    prints = [(section, n) for section, cell in code for n in printed(outputs(cell))]
    writes = [(section, n) for section, cell in code for n in literals(cell)]
    for i, (section, cell) in enumerate(cells):
        if cell.cell_type == "markdown" and "pqkd" not in cell.metadata:  # that is generated
            near, near_literals = (
                [n for there, n in numbers if there == section or section in CLOSING]
                for numbers in (prints, writes)
            )
            whole, all_literals = ([n for _, n in numbers] for numbers in (prints, writes))
            sources = Sources(near, whole, near_literals, all_literals)
            yield from ((i, *found) for found in unsaid(cell.source, sources))


def unsaid_in_page(page: str) -> Iterator[tuple[str, str]]:
    """Return the numbers of a page's sentences that its tables and examples do not say."""
    shown = printed("\n".join(SHOWN.findall(page)))
    return unsaid(SHOWN.sub(" ", page), Sources(shown, shown, [], []))
