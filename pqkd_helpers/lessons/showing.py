"""What every notebook needs: pictures with a description, and the line that says what is installed.

`show` gives a picture its alternative text, for readers who do not see it. The text is stored
beside the picture and is what a terminal prints instead.
"""

import io
import platform
from importlib.metadata import PackageNotFoundError, version

from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

from ..common.figure_style import style

PICTURE_DPI = 90


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG file, in the series' style.

    A palette of 256 colours keeps notebooks small: a third of the bytes.
    """
    drawn, stored = io.BytesIO(), io.BytesIO()
    with style():
        figure.savefig(drawn, format="png", dpi=PICTURE_DPI, pil_kwargs={"compress_level": 0})
    picture = Image.open(drawn).convert("RGB")
    picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(stored, "PNG")
    return stored.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Show a figure in the notebook, with a description of what it shows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What a reader who does not see the picture should know: kind of plot, axes, what it says.

    Raises
    ------
    ValueError
        If the description is missing.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt is {alt!r}, a sentence that describes the picture is expected")
    text = " ".join(alt.split())
    display(
        {"image/png": png_bytes(figure), "text/plain": text},
        raw=True,
        metadata={"image/png": {"alt": text}},
    )


def installed(*packages: str) -> str:
    """Return one line with the versions of Python and of some packages.

    Parameters
    ----------
    *packages : str
        Names as pip knows them; a missing one is said to be missing.

    Examples
    --------
    >>> installed("no-such-package").endswith("no-such-package missing")
    True
    """
    found = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} missing")
    return ", ".join(found)
