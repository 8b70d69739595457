"""A figure as it is published: picture, vector graphics, numbers, and a card that says what it is.

The same record gives the same files, byte for byte on one machine.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.files import as_path, write_atomically
from ..common.picture_files import write_pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Significant digits of a float in a table; the 16th depends on how a library adds up.
_DIGITS = 12
# What an interval of `statistics.means`, or a number of the paper, has besides its mean.
_SCATTER = ("low", "high", "standard_deviation", "deviation")


def write_figure_folder(
    folder: Path | str,
    draw: Callable[[], "Figure"],
    rows: list[dict[str, Any]],
    card: str,
    *,
    alt: str | None = None,
) -> list[Path]:
    """Write ``NAME.csv``, ``card.md``, ``NAME.png`` and ``NAME.svg`` into a folder called NAME.

    Parameters
    ----------
    folder : path
        Made if missing.
    draw : callable
        Returns the figure; if it fails there is a `PictureWarning`, and numbers and card stand.
    rows : list of dict
        The numbers behind the picture, equal keys in every row; an interval becomes the columns
        "NAME", "NAME low", "NAME high", and so on; a list, its numbers with spaces in between.
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
    numbers, text = folder / f"{folder.name}.csv", folder / "card.md"
    write_atomically(numbers, _table(rows))
    write_atomically(text, (card.strip() + "\n").encode())
    pictures = [folder / f"{folder.name}.{kind}" for kind in ("png", "svg")]
    return [numbers, text, *write_pictures(pictures, draw, alt=alt)]


def _table(rows: list[dict[str, Any]]) -> bytes:
    """Return rows as CSV; an interval takes several columns, a list one."""
    columns: dict[str, None] = {}
    for name in rows[0]:
        for row in rows:
            columns |= dict.fromkeys(_cells(name, row[name]))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: v for name in row for k, v in _cells(name, row[name]).items()})
    return buffer.getvalue().encode()


def _cells(name: str, value: Any) -> dict[str, Any]:
    """Return a value's columns: mean, and what is known of its scatter."""
    if isinstance(value, list):
        return {name: " ".join(str(_number(each)) for each in value)}
    parts = {part: getattr(value, part) for part in _SCATTER if hasattr(value, part)}
    if not parts:
        return {name: _number(value)}
    named = {f"{name} {part.replace('_', ' ')}": _number(each) for part, each in parts.items()}
    return {name: _number(value.mean), **named}


def _number(value: Any) -> Any:
    """Return a float with the digits on which versions of NumPy agree, all else as it is."""
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
