"""What every notebook needs: pictures with a description, and the line that says what is installed.

`show` gives a picture its alternative text, for readers who do not see it. The text is stored
with the picture and is what a terminal prints instead.
"""

import inspect
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from IPython.display import display
from matplotlib.figure import Figure

from ..common.checks import check_choice
from ..common.figure_style import SHOWN_DPI, WIDTH, style
from ..common.picture_files import small_png
from .rooms import names_in_room

PACKAGES = ("numpy", "torch", "matplotlib", "ipywidgets")


def png_bytes(figure: Figure, dpi: int | None = None) -> bytes:
    """Return a figure as the bytes of a small PNG file, in the series' style."""
    with style():
        return small_png(figure, dpi=dpi)


def show(picture: Figure | str, *data: Any, alt: str, **options: Any) -> None:
    """Show a picture in the notebook, with a description of what it shows.

    Parameters
    ----------
    picture : matplotlib.figure.Figure or str
        A figure, or the name of a picture: ``"5.descents"`` is the function ``descents`` in
        ``lessons/nb05_spsa/pictures.py``.
    *data, **options
        What a picture is drawn from, if it is given by name.
    alt : str
        What a reader who does not see the picture should know: kind of plot, axes, what it says.

    Raises
    ------
    ValueError
        If the description is missing, or if there is no picture of that name; the message names
        those of the notebook.
    TypeError
        If the data do not fit the picture.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt is {alt!r}, a sentence that describes the picture is expected")
    if isinstance(picture, Figure) and (data or options):
        raise TypeError("a figure is drawn already: data are for a picture given by name")
    figure = picture if isinstance(picture, Figure) else find_picture(picture)(*data, **options)
    text = " ".join(alt.split())
    display(
        {"image/png": png_bytes(figure), "text/plain": text},
        raw=True,
        metadata={"image/png": {"alt": text, "width": _shown_width(figure)}},
    )


def _shown_width(figure: Figure) -> int:
    """Return how wide a page shows a figure, pixels: half of those that it has."""
    return round(SHOWN_DPI * min(WIDTH, figure.get_size_inches()[0]))


def find_picture(name: str) -> Callable[..., Figure]:
    """Return the function that draws the picture of that name: ``"5.descents"``.

    Raises
    ------
    ValueError
        If there is none; the message names those of the notebook.
    """
    number = str(name).split(".")[0]
    drawing = {
        f"{number}.{function}": draw
        for function, draw in names_in_room(number, "pictures").items()
        if inspect.isfunction(draw) and draw.__annotations__.get("return") is Figure
    }
    check_choice("the picture's name", name, tuple(drawing))
    return drawing[name]


def installed() -> str:
    """Return one line with the versions of Python and the main packages."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} missing")
    return ", ".join(found)
