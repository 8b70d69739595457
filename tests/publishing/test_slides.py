"""Slides: the marked cells of a notebook, complete, described, each on one screen, offline."""

import re

import nbformat
import pytest

from pqkd_helpers.publishing import slides as publishing_slides
from pqkd_helpers.publishing.execution import read_notebook
from pqkd_helpers.publishing.site import SiteError
from pqkd_helpers.publishing.slides import build_slides, slide_cells

from ..notebooks.browser import chromium
from ..notebooks.listing import FOLDER, NOTEBOOKS, path_of


def marked(name):
    return [cell for cell in read_notebook(path_of(name)).cells if "slideshow" in cell.metadata]


DECKS = [name for name in NOTEBOOKS if marked(name)]


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    return {path.stem: path for path in build_slides(FOLDER, folder)}


def test_the_parts_of_the_short_way_have_slides(decks):
    short_way = {"00_start_here", "02_feature_histograms", "03_dictionary_convolutions"}
    assert list(decks) == DECKS and {*decks} >= short_way | {"06_training_loop"}


@pytest.mark.parametrize("name", DECKS)
def test_every_marked_cell_is_on_a_slide_and_folded_answers_are_not(name, decks):
    page = decks[name].read_text("utf-8")
    begun = [cell for cell in marked(name) if cell.metadata.slideshow.slide_type == "slide"]
    assert page.count("<section") == page.count("</section>") == len(begun) > 5
    pictures = [
        output.metadata["image/png"]["alt"]
        for cell in marked(name)
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(re.findall(r'<img alt="[^"]{20,}" src="data:', page)) == len(pictures) > 0
    assert "<details" not in page


@pytest.mark.parametrize("name", DECKS)
def test_a_slide_needs_no_network(name, decks):
    page = decks[name].read_text("utf-8")
    assert re.findall(r'(?:src|<link[^>]*href)="(?!data:)([^"]*)"', page) == [
        "mathjax/tex-chtml.js"
    ]
    assert (decks[name].parent / "mathjax" / "tex-chtml.js").exists()


def test_a_slide_with_a_picture_shows_no_code_and_others_go_on():
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "AA=="}}
    cells = [
        nbformat.v4.new_markdown_cell("# One\n\n<details>an answer</details>"),
        nbformat.v4.new_code_cell("draw()", outputs=[picture]),
        nbformat.v4.new_code_cell("left_out()"),
    ]
    cells[0].metadata.slideshow = {"slide_type": "slide"}
    cells[1].metadata.slideshow = {"slide_type": "-"}
    notebook = nbformat.v4.new_notebook(cells=cells)
    first, second = slide_cells(notebook)
    assert first.source.strip() == "# One" and first.metadata.begins_slide
    assert not second.metadata.begins_slide


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(SiteError, match="has a cell that is marked"):
        build_slides(tmp_path, tmp_path / "out")
    monkeypatch.setattr(publishing_slides, "find_spec", lambda name: None)
    with pytest.raises(SiteError, match=r"\.\[site\]"):
        build_slides(FOLDER, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("name", DECKS)
def test_every_slide_fits_one_screen_with_its_formulas_drawn(name, decks):
    with chromium() as browser:
        page, asked = browser.new_page(viewport={"width": 1280, "height": 720}), []
        page.route("http*://**", lambda route: (asked.append(route.request.url), route.abort()))
        page.goto(decks[name].as_uri())
        page.wait_for_function("document.querySelectorAll('mjx-container').length > 5")
        page.wait_for_function("MathJax.startup.promise.then(() => true)")
        sizes = page.evaluate(
            "[...document.querySelectorAll('section')].map(s => "
            "[s.scrollHeight - s.clientHeight, s.scrollWidth - s.clientWidth])"
        )
        too_large = [place + 1 for place, size in enumerate(sizes) if max(size) > 1]
        assert too_large == [] and asked == [] and page.locator("mjx-merror").count() == 0
