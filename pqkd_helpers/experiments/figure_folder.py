"""A figure as it is published: picture, vector graphics, numbers, and a card that says what it is.

The same record gives the same files, byte for byte on one machine.
"""

import csv
import io
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from ..files import as_path, write_atomically


def write_figure_folder(
    folder: Path | str,
    figure: Figure,
    rows: list[dict[str, Any]],
    card: str,
    *,
    alt: str | None = None,
) -> list[Path]:
    """Write ``NAME.png``, ``NAME.svg``, ``NAME.csv`` and ``card.md`` into a folder called NAME.

    Parameters
    ----------
    folder : path
        Made if missing.
    figure : Figure
    rows : list of dict
        The numbers behind the picture, equal keys in every row.
    card : str
        What is shown, from which record, how to read it.
    alt : str or None
        What the picture shows, kept inside the picture's files too.

    Returns
    -------
    list of Path
        The files.
    """
    folder = as_path(folder)
    files = {
        f"{folder.name}.png": image_bytes(figure, "png", alt),
        f"{folder.name}.svg": image_bytes(figure, "svg", alt),
        f"{folder.name}.csv": _table(rows),
        "card.md": (card.strip() + "\n").encode(),
    }
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [folder / name for name in files]


def image_bytes(figure: Figure, kind: str, alt: str | None) -> bytes:
    """Return a figure as the content of a "png" or "svg" file, the same for the same figure."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "pqkd", "svg.fonttype": "path"}):
        metadata: dict[str, str | None] = {"Date": None} if kind == "svg" else {"Software": None}
        if alt is not None:
            metadata["Description"] = alt
        figure.savefig(buffer, format=kind, metadata=metadata)
    return _with_numbered_clips(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


def _with_numbered_clips(svg: bytes) -> bytes:
    """Name the clip paths by their order: matplotlib names them by the last digits of a layout."""
    for number, name in enumerate(dict.fromkeys(re.findall(rb"url\(#(p[0-9a-f]{10})\)", svg))):
        svg = svg.replace(name, b"clip-%d" % number)
    return svg


def _table(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()
