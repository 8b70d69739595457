"""Films as files: small, described, complete in themselves, with a still, up to date."""

import re
import xml.etree.ElementTree as ET

import nbformat
import pytest

from pqkd_helpers.publishing.films import all_films, with_playable_films, write_films

from ..notebooks.browser import chromium
from ..notebooks.listing import FOLDER, NOTEBOOKS, path_of

ROOT = FOLDER.parent
FILMS = FOLDER / "films"
NAMES = sorted(path.stem for path in FILMS.glob("*.svg") if not path.stem.endswith("-still"))
MOST_BYTES = 400_000
every = pytest.mark.parametrize("name", NAMES)


def shown_in(text):
    return re.findall(r"!\[([^\]]*)\]\((?:notebooks/)?films/([a-z-]+)\.svg\)", text)


def texts_of(name):
    cells = nbformat.read(path_of(name), as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def test_the_stored_files_are_those_that_the_code_writes_twice(tmp_path):
    for folder in (tmp_path / "one", tmp_path / "two"):
        write_films(folder)
    stored = {path.name: path.read_bytes() for path in FILMS.iterdir()}
    for folder in (tmp_path / "one", tmp_path / "two"):
        written = {path.name: path.read_bytes() for path in (folder / "films").iterdir()}
        assert written.keys() == stored.keys()
        assert written == stored


@every
def test_a_film_is_small_well_formed_and_described(name):
    path = FILMS / f"{name}.svg"
    assert path.stat().st_size <= MOST_BYTES
    root = ET.fromstring(path.read_text("utf-8"))
    assert root.get("role") == "img" and len(root.get("aria-label")) > 100
    assert "@keyframes" in path.read_text("utf-8")


@pytest.mark.parametrize("path", sorted(FILMS.glob("*.svg")), ids=lambda path: path.stem)
def test_it_needs_nothing_from_elsewhere_and_runs_no_code(path):
    words = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|url\(|href|<script|@import|<image|@font-face", words)


@every
def test_its_letters_are_large_enough(name):
    root = ET.fromstring((FILMS / f"{name}.svg").read_text("utf-8"))
    sizes = [float(node.get("font-size")) for node in root.iter() if node.get("font-size")]
    points_at_700_pixels = min(sizes) * 700 / float(root.get("width")) * 0.75
    assert points_at_700_pixels >= 10.0


@every
def test_it_has_a_still_without_motion(name):
    still = (FILMS / f"{name.removesuffix('-once')}-still.svg").read_text("utf-8")
    assert "animation" not in still and "<animate" not in still


def test_every_film_is_shown_in_one_notebook_with_its_description_and_its_still():
    wanted = {film.name: film.alt for film in all_films()}
    found = {}
    for notebook in NOTEBOOKS:
        for text in texts_of(notebook):
            for alt, name in shown_in(text):
                assert name not in found
                found[name] = alt
                assert f"](films/{name}-still.svg)" in text
    assert found == wanted


def test_the_readmes_film_plays_once_and_stops():
    ((alt, name),) = shown_in(" ".join((ROOT / "README.md").read_text("utf-8").split()))
    svg = (FILMS / f"{name}.svg").read_text("utf-8")
    assert len(alt) > 100
    assert " linear 1 forwards}" in svg and "infinite" not in svg


def test_a_page_gets_the_film_itself_with_a_button_and_a_slider(tmp_path):
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "dot.svg").write_text("<svg>a dot</svg>\n")
    page = with_playable_films("Look:\n\n![A dot.](films/dot.svg)\n\nSeen?", tmp_path)
    assert page.startswith("Look:\n\n<div") and page.endswith("</div>\n\nSeen?")
    for part in (
        "<svg>a dot</svg>",
        "<button",
        'type="range"',
        'aria-label="Time in the film dot"',
    ):
        assert part in page
    assert "\n\n" not in page.removeprefix("Look:\n\n").removesuffix("\n\nSeen?")


@pytest.mark.slow
def test_as_an_image_it_moves_and_stands_still_for_who_wants_less_motion(tmp_path):
    def seen(browser, name):
        html = tmp_path / f"{name}.html"
        html.write_text(f'<img src="{(FILMS / name).as_uri()}.svg">')
        page = browser.new_page(reduced_motion="null")  # the browser's own setting
        page.goto(html.as_uri())
        page.wait_for_timeout(1500)
        return page.screenshot()

    with chromium() as browser:
        moving, still = seen(browser, "shot"), seen(browser, "shot-still")
    with chromium("--force-prefers-reduced-motion") as browser:
        calm = seen(browser, "shot")
    assert moving != still and calm == still
