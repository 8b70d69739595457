"""Where a notebook asks for a prediction, and what a reader sees below before having made it."""

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

ASKS = re.compile(r"\b(predict|guess|before you)\b", re.IGNORECASE)
# Here the words stand in lists of what one learns, and in an account of it.
NOT_ASKING = ("## What you will learn", "## Limits", "## Summary")
_FOLDED_TEXT = re.compile(r"<details>.*?</details>|<!--.*?-->", re.DOTALL)


def problems(notebook: NotebookNode, number: str) -> list[str]:
    """Return what spoils a notebook's predictions, as sentences."""
    cells = notebook.cells
    found = [*_pairs(cells, number), *_first_picture(cells), *_first_lines(cells)]
    for place, cell in enumerate(cells):
        if asks(cell):
            found += [f"{cell.source[:60]!r}: {problem}" for problem in _below(cells, place)]
    for name, (asked, revealed) in _places(cells).items():
        found += [f"{name}: {problem}" for problem in _between(cells, asked, revealed)]
    return found


def asks(cell: NotebookNode) -> bool:
    """Tell whether a text asks the reader for a prediction, outside of its folds."""
    if cell.cell_type != "markdown" or cell.source.startswith(NOT_ASKING):
        return False
    return part_of(cell) != "solution" and bool(ASKS.search(_FOLDED_TEXT.sub("", cell.source)))


def part_of(cell: NotebookNode) -> str | None:
    """Return which part of an exercise a cell is, or None."""
    mark = cell.metadata.get("pqkd", {})
    return mark.get("part") if "exercise" in mark else None


def tags_of(cell: NotebookNode) -> set[str]:
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", []))


def calls(cell: NotebookNode, function: str) -> dict[str, list[str]]:
    """Return name and keywords of the calls of `predict` or `reveal` in a cell."""
    if cell.cell_type != "code":
        return {}
    return {
        ast.literal_eval(node.args[0]): [keyword.arg or "**" for keyword in node.keywords]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
    }


def _pairs(cells: list[NotebookNode], number: str) -> Iterator[str]:
    """Every prediction is revealed once, below it, under the same names."""
    asked = [(name, keys) for cell in cells for name, keys in calls(cell, "predict").items()]
    revealed = [(name, keys) for cell in cells for name, keys in calls(cell, "reveal").items()]
    if [name for name, _ in asked] != list(dict(asked)):
        yield "two predictions have one name"
    if sorted(name for name, _ in asked) != sorted(name for name, _ in revealed):
        yield f"predicted are {sorted(dict(asked))}, revealed {sorted(dict(revealed))}"
    for name, keys in revealed:
        if keys != ["**"] and keys != dict(asked).get(name):
            yield f"{name} reveals {keys}, predicted were {dict(asked).get(name)}"
    for name in dict(asked):
        if name.partition(".")[0] != number:
            yield f"{name} has another notebook's number"


def _places(cells: list[NotebookNode]) -> dict[str, tuple[int, int]]:
    revealed = {name: i for i, cell in enumerate(cells) for name in calls(cell, "reveal")}
    return {
        name: (i, revealed.get(name, -1))
        for i, cell in enumerate(cells)
        for name in calls(cell, "predict")
    }


def _below(cells: list[NotebookNode], place: int) -> Iterator[str]:
    """What stands below a text that asks."""
    cell = cells[place]
    if part_of(cell) == "task":
        yield from _below_exercise(cells, place)
        return
    asking = max(match.start() for match in ASKS.finditer(cell.source))
    if "<details>" in cell.source[asking:]:
        return
    following = next((c for c in cells[place + 1 :] if c.cell_type == "code"), None)
    if following is None or not (part_of(following) == "stub" or calls(following, "predict")):
        yield "no cell in which to write the prediction down comes next"


def _below_exercise(cells: list[NotebookNode], place: int) -> Iterator[str]:
    """The solution is folded, and so is the first result that is not the exercise's own."""
    for cell in cells[place + 1 :]:
        if part_of(cell) == "solution" and not cell.source.startswith("<details>"):
            yield "its solution is not folded"
        is_heading = cell.cell_type == "markdown" and re.match(r"##+ ", cell.source)
        if is_heading and part_of(cell) is None:
            return
        if part_of(cell) == "task":
            return
        if cell.cell_type == "code" and part_of(cell) is None and cell.get("outputs"):
            yield from _visible(cell)
            return


def _between(cells: list[NotebookNode], asked: int, revealed: int) -> Iterator[str]:
    """All results between a prediction and its comparison are folded, and say nothing in code."""
    if revealed < asked:
        yield "it is revealed before it is asked"
        return
    if "hide-input" not in tags_of(cells[revealed]):
        yield "the cell that compares is not folded"
    # A bet that is settled sections later has other results in between.
    sections = [
        i for i in range(asked, revealed) if cells[i].source.startswith("## ") and i > asked
    ]
    results = cells[max([asked, *sections]) + 1 : revealed + 1]
    if sections and not any("hide-output" in tags_of(cell) for cell in results):
        yield "no result stands above the cell that compares"
    for cell in results:
        if cell.cell_type == "code" and cell.get("outputs"):
            yield from _visible(cell)


def _visible(cell: NotebookNode) -> Iterator[str]:
    """What of a result's cell gives the answer away."""
    tags, place = tags_of(cell), repr(cell.source[:50])
    if "hide-output" not in tags:
        yield f"the output of {place} is in sight"
    if "hide-input" in tags:
        return
    if any(isinstance(node, ast.Assert) for node in ast.parse(cell.source).body):
        yield f"an assert of {place} gives the answer away"
    keywords = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.keyword)]
    if any(key.arg == "alt" and isinstance(key.value, ast.Constant) for key in keywords):
        yield f"the description in {place} gives the answer away"


def _first_picture(cells: list[NotebookNode]) -> Iterator[str]:
    """The first picture is there to be seen, so it must not be an answer."""
    for cell in cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                if "hide-output" in tags_of(cell):
                    yield "the first picture is the answer to a prediction"
                return


def _first_lines(cells: list[NotebookNode]) -> Iterator[str]:
    """JupyterLab shows the first line of folded code: a comment, or nothing that tells much."""
    for cell in cells:
        line = cell.source.partition("\n")[0]
        if "hide-input" in tags_of(cell) and '"' in line and not line.startswith("# "):
            yield f"JupyterLab shows the first line of folded code: {line}"
