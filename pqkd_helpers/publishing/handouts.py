"""A sheet of predictions for each notebook, to print: one page, a line to write on for every guess.

It holds every call of ``predict`` and every exercise that asks for a prediction, with the question
of the text above, in the notebook's order.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from ..common.files import as_path, write_atomically
from ..lessons.checking import find_exercise
from .execution import read_notebook
from .slides import copy_mathjax

_FOLD = re.compile(r"<details>.*?</details>|<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ASKS = re.compile(r"\bpredict|\bguess|\bsay\b|\?", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_LIST = re.compile(r"\d+\. |- ")
_PAGES = Environment(
    loader=PackageLoader("pqkd_helpers.publishing"), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True)
class Question:
    """What is to be predicted.

    Attributes
    ----------
    name : str
        That of the prediction, "1.dip", or the number of an exercise.
    text : str
        Markdown: the sentences that ask.
    guesses : tuple of str
        A line to write on for each.
    form : str
        What a guess looks like: "a number from -1 to 1".
    """

    name: str
    text: str
    guesses: tuple[str, ...]
    form: str = ""


def write_handouts(notebooks: Path | str, out: Path | str) -> list[Path]:
    """Write a sheet for every notebook that asks for predictions.

    Parameters
    ----------
    notebooks : path
        Folder of the notebooks.
    out : path
        Folder of the sheets; made if missing.

    Returns
    -------
    list of Path
        The sheets, ``NAME-predictions.html``.

    Raises
    ------
    SiteError
        If MathJax is not installed.
    """
    notebooks, out = as_path(notebooks), as_path(out)
    copy_mathjax(out)
    written = []
    for path in sorted(notebooks.glob("*.ipynb")):
        notebook = read_notebook(path)
        asked = questions(notebook.cells)
        if asked:
            title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
            page = _PAGES.get_template("predictions.html.j2").render(
                title=f"{path.stem[:2]} {title}",
                questions=[(question, _as_html(question.text)) for question in asked],
            )
            written.append(out / f"{path.stem}-predictions.html")
            write_atomically(written[-1], page.encode())
    return written


def questions(cells: Sequence[NotebookNode]) -> list[Question]:
    """Return all that a notebook's cells ask to be predicted, in their order."""
    return [question for place in range(len(cells)) for question in _questions(cells, place)]


def _questions(cells: Sequence[NotebookNode], place: int) -> Iterator[Question]:
    cell = cells[place]
    mark = cell.metadata.get("pqkd", {})
    if mark.get("part") == "task":
        exercise = find_exercise(mark["exercise"])
        if "predict" in f"{exercise.name} {exercise.task}".lower():
            yield Question(exercise.number, cleandoc(exercise.task), ("answer",))
    if cell.cell_type == "code" and "predict(" in cell.source:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predict":
                name = ast.literal_eval(node.args[0])
                guesses = tuple((word.arg or "").replace("_", " ") for word in node.keywords)
                yield Question(name, _text_above(cells, place), guesses, _form(cell.source))


def _text_above(cells: Sequence[NotebookNode], place: int) -> str:
    """Return the sentences that ask, of the nearest text that has any.

    No more of it: what stands before may tell the result of another prediction.
    """
    for cell in reversed(cells[:place]):
        if cell.cell_type == "markdown":
            paragraphs = [part for part in _FOLD.sub("", cell.source).split("\n\n") if part.strip()]
            asking = [place for place, part in enumerate(paragraphs) if _ASKS.search(part)]
            if asking:
                first, *rest = paragraphs[asking[-1] :]
                sentences = [first] if _LIST.match(first) else _SENTENCES.split(first)
                begin = next(i for i, sentence in enumerate(sentences) if _ASKS.search(sentence))
                return "\n\n".join([" ".join(sentences[begin:]), *rest])
    return ""


def _form(source: str) -> str:
    """Return what the comment says of the guess."""
    found = re.search(r"# your (?:guess|bet)(?:es|s)?[:, ]*(.*)", source)
    return found[1].strip() if found else ""


def _as_html(text: str) -> Markup:
    text = re.sub(r"^#+ .*\n", "", _LINK.sub(r"\1", text), flags=re.MULTILINE)
    return Markup(MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(text))
