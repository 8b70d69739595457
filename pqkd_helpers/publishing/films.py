"""The films of the notebooks as files, each with a still, and as parts of the site's pages."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from ..common.files import as_path, write_atomically
from ..lessons.film import Film
from ..lessons.rooms import ROOMS, names_in_room

NAME = "films"
PLAYED_ONCE = "shot"  # the README's: it stops at its end, and has a file of its own
_SHOWN = re.compile(rf"(?m)^!\[[^\]]*\]\({NAME}/(?P<name>[a-z-]+)\.svg\)$")


def all_films() -> Iterator[Film]:
    """Yield the films of all notebooks."""
    for number in ROOMS:
        for make in names_in_room(number, "films").get("FILMS", ()):
            yield make()


def write_films(notebooks: Path | str) -> list[Path]:
    """Write ``NAME.svg`` and ``NAME-still.svg`` for every film, and return the files.

    Parameters
    ----------
    notebooks : path
        Their folder; the films lie in its folder ``films``, where every notebook finds them.
    """
    texts = {}
    for film in all_films():
        texts[film.name] = film.svg()
        texts[f"{film.name}-still"] = film.svg(motion="none")
        if film.name == PLAYED_ONCE:
            texts[f"{film.name}-once"] = film.svg(motion="once")
    folder = as_path(notebooks) / NAME
    files = [folder / f"{name}.svg" for name in texts]
    for file, content in zip(files, texts.values(), strict=True):
        write_atomically(file, content.encode())
    return files


def with_playable_films(text: str, notebooks: Path) -> str:
    """Return a page's text with its films inside it, each with a button and a slider.

    Parameters
    ----------
    text : str
        Markdown; a film is an image that has a line for itself.
    notebooks : Path
        Folder of the folder ``films``.
    """

    def playable(match: re.Match[str]) -> str:
        name = match["name"]
        drawing = (notebooks / NAME / f"{name}.svg").read_text("utf-8").strip()
        label = html.escape(f"Time in the film {name.replace('-', ' ')}")
        return (
            f'<div class="film">\n{drawing}\n<p hidden><button type="button">Play</button>\n'
            f'<input type="range" min="0" max="100" step="1" value="0" aria-label="{label}"></p>'
            "\n</div>"
        )

    return _SHOWN.sub(playable, text)
