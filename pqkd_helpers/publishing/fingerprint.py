"""A fingerprint that tells whether a notebook's outputs are still up to date.

It covers the cells, the project's code that the kernel loaded, and what it read below ``figures``.
Of code only the syntax tree counts, without docstrings and comments: they change no output. Of a
folder that was listed the names of its data count, so that a new record is noticed.
"""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

_DATA = (".json", ".csv")
_ALL = "*"  # FOLDER/* stands for all data of a folder
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def fingerprint(notebook: NotebookNode, files: Iterable[str], root: Path) -> str:
    """Return 16 hexadecimal digits that change with what the outputs depend on.

    Parameters
    ----------
    notebook : NotebookNode
        Its cells count.
    files : iterable of str
        Files and folders, relative to the root; see `files_of_the_project`.
    root : Path
        The project's folder.
    """
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(f"{cell.cell_type}\x1f{cell.source}\x1e".encode())
    for name in files:
        digest.update(name.encode() + _content(root / name))
    return digest.hexdigest()[:16]


def files_of_the_project(paths: Iterable[str], root: Path) -> list[str]:
    """Return what of the project is among paths that a notebook opened or listed.

    Parameters
    ----------
    paths : iterable of str
        Absolute, or relative to the folder of the notebooks.
    root : Path
        The project's folder.

    Returns
    -------
    list of str
        Sources of the package, files and folders below ``figures``; relative to the root. A folder
        that was listed and read from end to end is named as ``FOLDER/*``.
    """
    names: set[str] = set()
    for text in filter(None, paths):
        path = (root / "notebooks" / text).resolve()
        if not path.is_relative_to(root):
            continue
        name = path.relative_to(root).as_posix()
        is_source = name.startswith("pqkd_helpers/") and path.suffix in (".py", *_DATA)
        if is_source or name.startswith("figures/"):
            names.add(name)
    for folder in [name for name in names if (root / name).is_dir()]:
        data = {f"{folder}/{file.name}" for file in _data_of(root / folder)}
        if data and data <= names:
            names = names - data - {folder} | {f"{folder}/{_ALL}"}
    return sorted(names)


def _data_of(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in _DATA)


def _content(path: Path) -> bytes:
    if path.name == _ALL and path.parent.is_dir():
        return b"".join(file.name.encode() + file.read_bytes() for file in _data_of(path.parent))
    if path.is_dir():
        return repr([file.name for file in _data_of(path)]).encode()
    if not path.is_file():
        return b"missing"
    content = path.read_bytes()
    return _without_words(content) if path.suffix == ".py" else content


@cache  # notebooks share most of their code
def _without_words(code: bytes) -> bytes:
    return repr(_plain(ast.parse(code))).encode()


def _plain(node: Any) -> Any:
    """Return a syntax tree as tuples: no places, no docstrings, nothing that is empty.

    What is empty is left out because newer versions of Python add fields to their trees.
    """
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, ast.AST):
        return node
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    fields.pop("kind", None)  # the u of u"text"
    if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    return (type(node).__name__, *((name, _plain(value)) for name, value in fields.items()))
