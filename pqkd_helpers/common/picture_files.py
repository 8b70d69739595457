"""Pictures in files: the same under every user's settings, and never at the cost of results.

A command stores and prints its results first. If the picture then fails, for any reason, a
`PictureWarning` of one line says so. Nothing here imports matplotlib before it is needed.
"""

import io
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PictureWarning(UserWarning):
    """A picture that could not be drawn or written; the results are not affected."""


def write_pictures(
    paths: Sequence[Path], draw: Callable[[], "Figure"], *, alt: str | None = None
) -> list[Path]:
    """Draw a figure once and write it to each file; warn in one line if that fails.

    The same figure gives the same files, byte for byte on one machine.

    Parameters
    ----------
    paths : sequence of Path
        Files ``.png`` or ``.svg``.
    draw : callable
        Returns the figure.
    alt : str or None
        What the picture shows, kept inside the files.

    Returns
    -------
    list of Path
        The files written: all, or none after a warning.
    """
    try:
        figure = draw()
        images = [picture_bytes(figure, path.suffix[1:], alt=alt) for path in paths]
        for path, image in zip(paths, images, strict=True):
            write_atomically(path, image)
    except Exception as error:  # of the user's fonts, settings, disk, ...: the results stand
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        names = " and ".join(map(str, paths))
        warnings.warn(f"{names} could not be drawn ({reason})", PictureWarning, stacklevel=2)
        return []
    return list(paths)


def picture_bytes(figure: "Figure", kind: str, *, alt: str | None = None) -> bytes:
    """Return a figure as the bytes of a PNG or SVG file, under matplotlib's own settings."""
    import matplotlib.style

    fixed: dict[Any, Any] = {"svg.hashsalt": "pqkd", "svg.fonttype": "path"}
    with matplotlib.style.context(["default", fixed]):
        if kind == "png":
            return small_png(figure, alt=alt)
        metadata = {"Date": None} | ({} if alt is None else {"Description": alt})
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata=metadata)
    return _with_numbered_clips(buffer.getvalue())


def small_png(figure: "Figure", *, dpi: int | None = None, alt: str | None = None) -> bytes:
    """Return a figure as the bytes of a PNG file with 256 colours: a third of the bytes.

    Parameters
    ----------
    dpi : int or None
        Pixels per inch; None is twice what a page shows, for dense screens.
    alt : str or None
        What the picture shows, kept inside the file.
    """
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from .figure_style import STORED_DPI

    drawn, stored, text = io.BytesIO(), io.BytesIO(), PngInfo()
    if alt is not None:
        text.add_itxt("Description", alt)
    figure.savefig(drawn, format="png", dpi=dpi or STORED_DPI, pil_kwargs={"compress_level": 0})
    picture = Image.open(drawn).convert("RGB")
    few = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(stored, "PNG", pnginfo=text, optimize=True)
    return stored.getvalue()


def _with_numbered_clips(svg: bytes) -> bytes:
    """Name the clip paths by their order: matplotlib names them by the last digits of a layout."""
    for number, name in enumerate(dict.fromkeys(re.findall(rb"url\(#(p[0-9a-f]{10})\)", svg))):
        svg = svg.replace(name, b"clip-%d" % number)
    return svg


@contextmanager
def picture_warnings_in_one_line(program: str) -> Iterator[None]:
    """Print every `PictureWarning` inside the block as one line on standard error."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", PictureWarning)
        usual = warnings.showwarning

        def show(message: Any, category: Any, *place: Any, **more: Any) -> None:
            if issubclass(category, PictureWarning):
                print(f"{program}: {message}", file=sys.stderr)
            else:
                usual(message, category, *place, **more)

        warnings.showwarning = show
        yield
