"""What is wrong with a notebook's file, apart from what its code computes."""

import base64
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat
from nbformat import NotebookNode

from pqkd_helpers.lessons.exercise_cells import refresh_exercises
from pqkd_helpers.publishing.execution import FOLDS
from pqkd_helpers.publishing.fingerprint import fingerprint

MOST_LINES, MEDIAN_LINES = 15, 8
MOST_WORDS = 120
MOST_PICTURE_BYTES, MOST_NOTEBOOK_BYTES = 100_000, 500_000
SHORTEST_ALT = 40
SHORT = {"00_start_here", "11_primer"}  # for everybody, in half an hour: one exercise is enough
PRIMER = "11_primer"  # the same anatomy in a light form: no paper yet
TAGS = {"nbval-check-output", "nbval-ignore-output", "widget", *FOLDS}
SECTIONS = (
    "What you will learn",
    "The picture first",
    "Exercises",
    "Against the paper",
    "Limits and common mistakes",
    "Summary",
)
FORBIDDEN = {
    r"(?<![\w.:/])/(?:home|root|work|tmp|usr|var|Users|opt)/": "an absolute path",
    r"\b[A-Z]:\\": "an absolute path",
    r"[\w.+-]{1,64}@[\w-]{1,64}\.\w{2,}": "an e-mail address",
    r"(?m)^\s*[!%]": "a shell or magic command",
    r"\.show\(\)": "a call of show() without a description",
    r"filterwarnings|simplefilter": "silenced warnings",
    r"random\.seed\(|manual_seed_all|torch\.manual_seed\(": "a global seed",
}


def problems(path: Path, glossary: str) -> list[str]:
    """Return what is wrong with a notebook, as sentences."""
    notebook = nbformat.read(path, as_version=4)
    is_primer = path.stem == PRIMER
    found = [
        *_execution(notebook),
        *freshness(notebook, path.parents[1]),
        *_tags_and_widgets(notebook),
        *_explorers(notebook),
        *_forbidden(notebook),
        *_pictures(notebook),
        *_headings(notebook, is_primer),
        *_lengths(notebook),
        *_front_matter(notebook, glossary),
        *_links(notebook, path.parent),
        *_exercises(notebook, 1 if path.stem in SHORT else 3),
    ]
    if path.stat().st_size > MOST_NOTEBOOK_BYTES:
        found.append(f"the file has {path.stat().st_size:,} bytes")
    return found


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _prose(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def _execution(notebook: NotebookNode) -> Iterator[str]:
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "no kernel is named, JupyterLab would ask for one"
    if notebook.metadata.get("language_info", {}).get("file_extension") != ".py":
        yield "no ending of files is named, nbconvert would write its code as a text file"
    counts = [cell.execution_count for cell in _code(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the execution counts are {counts}"
    for number, cell in enumerate(_code(notebook), start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {number} ends with {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {number} writes to stderr: {output.text[:80]!r}"


def freshness(notebook: NotebookNode, root: Path) -> Iterator[str]:
    stamp = notebook.metadata.get("pqkd", {})
    files = stamp.get("files", [])
    if not any(name.startswith("pqkd_helpers/") for name in files):
        yield "it was not executed by make notebooks"
    elif fingerprint(notebook, files, root) != stamp["fingerprint"]:
        yield "cells, helpers or records changed since it was executed: run make notebooks"


def _tags_and_widgets(notebook: NotebookNode) -> Iterator[str]:
    if "widgets" in notebook.metadata:
        yield "it stores the state of widgets"
    for number, cell in enumerate(_code(notebook), start=1):
        tags = set(cell.metadata.get("tags", []))
        if tags - TAGS:
            yield f"cell {number} has unknown tags {sorted(tags - TAGS)}"
        folded = {entry: True for tag, entry in FOLDS.items() if tag in tags}
        if cell.metadata.get("jupyter", {}) != folded:
            yield f"cell {number} is folded otherwise in JupyterLab than on the site"
        if "hide-output" in tags and cell.outputs and cell.outputs[0].get("data") != {}:
            yield f"cell {number} is folded, and JupyterLab shows a line of its output"
        if ".live()" in cell.source and "widget" not in tags:
            yield f"cell {number} is interactive but not tagged"
        if "widget" in tags and cell.outputs:
            yield f"cell {number} stores the output of a widget"
        if any("widget" in kind for output in cell.outputs for kind in output.get("data", {})):
            yield f"cell {number} stores a widget"


def _explorers(notebook: NotebookNode) -> Iterator[str]:
    for before, cell in pairwise(_code(notebook)):
        if cell.source.endswith(".live()"):
            still = cell.source.replace(".live()", ".show_at(")
            pictures = [o for o in before.outputs if "image/png" in o.get("data", {})]
            if still not in before.source or len(pictures) != 1:
                yield f"above {cell.source} there is not one picture of it"


def _forbidden(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        texts = [cell.source]
        for output in cell.get("outputs", []):
            texts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
        for pattern, name in FORBIDDEN.items():
            is_code_rule = name.startswith(("a shell", "a call", "silenced", "a global"))
            if is_code_rule and cell.cell_type != "code":
                continue
            searched = texts[:1] if is_code_rule else texts
            if any(re.search(pattern, text) for text in searched):
                yield f"a cell holds {name}: {cell.source[:60]!r}"


def _pictures(notebook: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(_code(notebook), start=1):
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            alt = output.metadata.get("image/png", {}).get("alt", "")
            if len(alt) < SHORTEST_ALT:
                yield f"a picture of cell {number} has no description"
            size = len(base64.b64decode(output.data["image/png"]))
            if size > MOST_PICTURE_BYTES:
                yield f"a picture of cell {number} has {size:,} bytes"
    for text in _prose(notebook):
        if re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=)", text):
            yield "a picture in the text has no description"


def _headings(notebook: NotebookNode, is_primer: bool) -> Iterator[str]:
    text = "\n".join(re.sub(r"```.*?```", "", prose, flags=re.DOTALL) for prose in _prose(notebook))
    headings = re.findall(r"(?m)^(#+) +(.+)$", text)
    levels = [len(marks) for marks, _ in headings]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"there are {levels.count(1)} headings of the first level, or it is not the first"
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield "a heading skips a level"
    expected = [name for name in SECTIONS if not (is_primer and name == "Against the paper")]
    missing = [name for name in expected if ("##", name) not in headings]
    if missing:
        yield f"the sections {missing} are missing"


def _lengths(notebook: NotebookNode) -> Iterator[str]:
    lines = [len(cell.source.splitlines()) for cell in _code(notebook)]
    if max(lines) > MOST_LINES or median(lines) > MEDIAN_LINES:
        yield f"code cells have up to {max(lines)} lines, median {median(lines)}"
    for prose in _prose(notebook):
        words = count_words(prose)
        if words > MOST_WORDS and not prose.startswith(("# ", "## What you will learn")):
            yield f"a text has {words} words: {prose[:60]!r}"


def count_words(prose: str) -> int:
    """Return the words of a text, without tables, folds, code and formulas."""
    for pattern in (
        r"<details>.*?</details>",
        r"```.*?```",
        r"\$\$.*?\$\$",
        r"\$[^$]*\$",
        r"(?m)^\|.*$",
    ):
        prose = re.sub(pattern, " x ", prose, flags=re.DOTALL if "(?m)" not in pattern else 0)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    return len(re.findall(r"\w[\w'.-]*", prose))


def _front_matter(notebook: NotebookNode, glossary: str) -> Iterator[str]:
    text = "\n".join(_prose(notebook))
    if "You will be able to" not in text:
        yield "the objectives are missing"
    facts = [
        cell.source
        for cell in notebook.cells
        if cell.metadata.get("pqkd", {}).get("part") == "facts"
    ]
    if len(facts) != 1 or not re.search(r"\d+ minutes to study · \d+ seconds to run", facts[0]):
        yield "the line with study time and measured seconds is missing"
    terms = re.findall(r"\[\*\*(.+?)\*\*\]\(glossary\.md#([\w-]+)\)", text)
    if "**Key terms**" not in text or len(terms) < 3:
        yield "the key terms are missing"
    entries = {
        re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")
        for title in re.findall(r"(?m)^### (.+)$", glossary)
    }
    unknown = [term for term, anchor in terms if anchor not in entries]
    if unknown:
        yield f"the key terms {unknown} are not in the glossary"


def _links(notebook: NotebookNode, folder: Path) -> Iterator[str]:
    for text in _prose(notebook):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            if not (folder / target).exists():
                yield f"a link leads nowhere: {target}"


def _exercises(notebook: NotebookNode, least: int) -> Iterator[str]:
    twin = nbformat.from_dict(json.loads(json.dumps(notebook)))
    refresh_exercises(twin)
    if any(a.source != b.source for a, b in zip(notebook.cells, twin.cells, strict=True)):
        yield "an exercise's cells are not those that its reference gives"
    parts = [
        (mark["exercise"], mark["part"])
        for cell in notebook.cells
        if "exercise" in (mark := cell.metadata.get("pqkd", {}))
    ]
    numbers = sorted({number for number, _ in parts})
    expected = [(n, p) for n in numbers for p in ("task", "stub", "check", "solution")]
    if parts != expected or len(numbers) < least:
        yield f"the exercises are incomplete: {numbers}"
