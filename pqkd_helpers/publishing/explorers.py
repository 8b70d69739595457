"""Explorers on the site, where nothing is computed: pictures drawn beforehand, behind real sliders.

The page holds one picture, the start's; `notebooks/static/site.js` exchanges it when a control
moves. Without the script there are no controls, and the picture stays.
"""

import html
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from PIL import Image

from ..lessons.explorer import Choice, Explorer, Slider, explore
from ..lessons.showing import png_bytes

FOLDER = "explorers"
_DPI = 150  # about two pixels of the picture for one of the page
_LIVE = re.compile(r'^explore\("(?P<name>[^"]+)"\)\.live\(\)$')


def with_pictures(notebook: NotebookNode, site: Path) -> None:
    """Give every interactive cell of a notebook an output for the site, and draw its pictures.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    site : path
        The pictures go into the folders ``explorers/NAME`` below it.
    """
    for cell in notebook.cells:
        found = _LIVE.match(cell.source.strip()) if cell.cell_type == "code" else None
        if found:
            explorer = explore(found["name"])
            draw(explorer, site / FOLDER / explorer.name)
            data = {"text/html": as_html(explorer, site)}
            cell.outputs = [new_output("display_data", data)]


def frames(explorer: Explorer) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the values of every picture of an explorer's grid.

    The name holds the place of each control's value: "0-2" is the first value of the first
    control, the third of the second.
    """
    for places in itertools.product(*(range(len(values)) for values in explorer.grid.values())):
        chosen = {
            keyword: values[place]
            for (keyword, values), place in zip(explorer.grid.items(), places, strict=True)
        }
        yield "-".join(map(str, places)), explorer.start() | chosen


def draw(explorer: Explorer, folder: Path) -> None:
    """Draw the pictures of an explorer's grid into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in frames(explorer):
        (folder / f"{name}.png").write_bytes(png_bytes(explorer.draw(**values), _DPI))


def as_html(explorer: Explorer, site: Path) -> str:
    """Return the controls, the picture at the start, and what every picture shows."""
    descriptions = {name: explorer.describe(**values) for name, values in frames(explorer)}
    start = "-".join(
        str(values.index(explorer.start()[keyword])) for keyword, values in explorer.grid.items()
    )
    picture = f"{FOLDER}/{explorer.name}/{start}.png"
    with Image.open(site / picture) as image:
        width, height = image.size
    controls = "\n".join(
        _control(f"{explorer.name}-{keyword}", explorer.controls[keyword], values)
        for keyword, values in explorer.grid.items()
    )
    told = json.dumps(descriptions, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<div class="explorer">\n<fieldset hidden><legend>Explore</legend>\n{controls}\n'
        f'</fieldset>\n<div class="picture" tabindex="0" role="group" aria-label="Picture">'
        f'<img alt="{html.escape(descriptions[start])}" src="{picture}" width="{width}" '
        f'height="{height}"></div>\n'
        f'<script type="application/json">{told}</script>\n</div>'
    )


def _control(name: str, control: Slider | Choice, values: tuple[Any, ...]) -> str:
    """Return a labelled slider over the values, or a list of named ones."""
    at, label = values.index(control.start), html.escape(control.label)
    if isinstance(control, Choice):
        names = {value: option for option, value in control.options.items()}
        options = "".join(
            f'<option value="{place}"{" selected" if place == at else ""}>'
            f"{html.escape(names[value])}</option>"
            for place, value in enumerate(values)
        )
        inner = f'<select id="{name}" autocomplete="off">{options}</select>'
    else:
        written = [f"{value:g}" for value in values]
        inner = (
            f'<input id="{name}" type="range" min="0" max="{len(values) - 1}" step="1" '
            f'value="{at}" autocomplete="off" aria-valuetext="{written[at]}" '
            f"data-values='{json.dumps(written)}'>"
            f'<output for="{name}">{written[at]}</output>'
        )
    return f'<p><label for="{name}">{label}</label>{inner}</p>'
