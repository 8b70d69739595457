"""The site: complete, described, linked, readable offline, on a phone, in the dark; axe agrees."""

import html
import re
import shutil
from pathlib import Path

import axe_playwright_python
import nbformat
import pytest

from pqkd_helpers.publishing import site as publishing_site
from pqkd_helpers.publishing.site import SiteError, build_site

from ..notebooks.browser import chromium
from ..notebooks.listing import FOLDER, NOTEBOOKS, path_of

pytestmark = pytest.mark.slow

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
MOST_BYTES = 3_000_000  # of a page and its explorers' pictures
TEXTS = [path.stem for path in FOLDER.glob("*.md")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "site"
    build_site(FOLDER, folder)
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def opened(browser, site, name, *, dark=False, width=1280, query=""):
    """Open a page without a network; note what it asked the network for."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.asked = []
    page.route("http*://**", lambda route: (page.asked.append(route.request.url), route.abort()))
    page.goto((site / f"{name}.html").as_uri() + query)
    return page


def test_every_notebook_and_text_has_a_page(site):
    pages = {path.stem for path in site.glob("*.html")}
    assert pages == {*NOTEBOOKS, *TEXTS, "search", "genindex"}


def test_the_first_page_has_the_picture_and_every_notebook_as_it_is(site):
    page = (site / "index.html").read_text("utf-8")
    assert re.search(r'<img alt="Flow chart[^>]*src="_images/idea', page)
    for name in NOTEBOOKS:
        assert f'href="downloads/{name}.ipynb" download' in page
        assert (site / "downloads" / f"{name}.ipynb").read_bytes() == path_of(name).read_bytes()


def test_the_navigation_numbers_the_notebooks(site):
    page = (site / "index.html").read_text("utf-8")
    for name in NOTEBOOKS:
        assert re.search(rf'href="{name}\.html">{name[:2]} \w', page)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_picture_keeps_its_description(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    stored = [
        output.metadata["image/png"]["alt"]
        for cell in nbformat.read(path_of(name), as_version=4).cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    images = re.findall(r'<img alt="([^"]*)"[^>]*src="_images', page)
    assert [html.unescape(alt) for alt in images] == stored and stored


def _texts(name):
    """Return a notebook's texts: its own, and those that its cells put out."""
    for cell in nbformat.read(path_of(name), as_version=4).cells:
        if cell.cell_type == "markdown":
            yield cell.source
        for output in cell.get("outputs", []):
            yield output.get("data", {}).get("text/markdown", "")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_table_is_one_in_texts_and_in_outputs(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    tables = sum(len(re.findall(r"(?m)^\|[-:| ]+\|$", text)) for text in _texts(name))
    assert page.count("<table") == tables


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_fold_is_there_and_closed(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    folds = "<details><summary>"
    assert page.count(folds) == sum(text.count(folds) for text in _texts(name)) > 0
    assert "<details open" not in page


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_formula_swallows_a_text_or_stays_one(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    page = re.sub(r"(?s)<(pre|code|script|style)\b.*?</\1>", "", page)
    formulas = re.findall(r'(?s)<(?:span|div) class="math[^"]*">(.*?)</(?:span|div)>', page)
    assert not [formula for formula in formulas if "$" in formula or " the " in formula]
    rest = re.sub(r'(?s)<(span|div) class="math[^"]*">.*?</\1>', "", page)
    assert not re.findall(r"(?s).{30}\$.{30}", re.sub(r"<[^>]+>", "", rest))


def test_links_lead_to_pages_and_places_that_exist(site):
    pages = {path.name: path.read_text("utf-8") for path in site.glob("*.html")}
    for name, page in pages.items():
        for target, anchor in re.findall(r'href="([^":#?]*)(?:#([^"]*))?"', page):
            is_file = target.startswith("downloads/")
            assert is_file or not target.endswith((".ipynb", ".md")), (name, target)
            assert not target or (site / target).exists(), (name, target)
            text = pages.get(target or name, "")
            assert not anchor or not text or f'id="{anchor}"' in text, (name, target, anchor)


@pytest.mark.parametrize("name", ["02_feature_histograms", "03_dictionary_convolutions"])
def test_formulas_are_drawn_without_a_network(site, browser, name):
    page = opened(browser, site, name)
    page.wait_for_selector("mjx-container", timeout=20_000)
    page.wait_for_function("document.querySelectorAll('mjx-container').length > 30")
    assert page.locator("mjx-merror").count() == 0
    assert page.asked == []
    fonts = page.evaluate("document.fonts.ready.then(() => document.fonts.size)")
    assert fonts > 0
    page.close()


def test_search_finds_a_term_without_a_network(site, browser):
    page = opened(browser, site, "search", query="?q=bunching")
    page.wait_for_selector("ul.search li a", timeout=20_000)
    found = page.locator("ul.search li a").all_inner_texts()
    assert any("photonic circuit" in text for text in found) and page.asked == []
    page.close()


@pytest.mark.parametrize("name", ["00_start_here", "01_circuit_simulator", "index"])
def test_a_phone_needs_no_sideways_scrolling(site, browser, name):
    page = opened(browser, site, name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["01_circuit_simulator", "teaching", "index"])
def test_axe_finds_no_serious_fault(site, browser, name, dark):
    page = opened(browser, site, name, dark=dark)
    page.wait_for_timeout(1000)
    page.evaluate(AXE)
    violations = page.evaluate("axe.run()")["violations"]
    serious = [
        (found["id"], found["nodes"][0]["html"][:200])
        for found in violations
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []
    page.close()


def test_axe_would_notice_a_picture_without_description(site, browser):
    page = opened(browser, site, "01_circuit_simulator")
    page.evaluate("document.querySelector('img').removeAttribute('alt')")
    page.evaluate(AXE)
    found = [violation["id"] for violation in page.evaluate("axe.run()")["violations"]]
    assert "image-alt" in found
    page.close()


def explorers_of(name):
    cells = nbformat.read(path_of(name), as_version=4).cells
    return [cell for cell in cells if "widget" in cell.metadata.get("tags", [])]


def films_of(name):
    cells = nbformat.read(path_of(name), as_version=4).cells
    return [cell for cell in cells if "![" in cell.source and "](films/" in cell.source]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_explorer_and_film_is_on_its_page_and_the_page_is_small(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    assert page.count('<div class="explorer">') == len(explorers_of(name))
    assert explorers_of(name) or name == "00_start_here"  # a short one
    assert page.count('<div class="film">') == len(films_of(name))
    pictures = site.glob(f"explorers/{int(name[:2])}.*/*.png")
    sizes = [path.stat().st_size for path in pictures]
    assert sum(sizes) + len(page.encode()) < MOST_BYTES and max(sizes, default=0) < 100_000


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_slider_moved_by_keyboard_changes_the_picture_and_what_is_said(site, browser, name):
    page = opened(browser, site, name)
    for number in range(page.locator(".explorer").count()):
        explorer = page.locator(".explorer").nth(number)
        slider, picture = explorer.locator("input[type=range]").first, explorer.locator("img")
        before = {
            "src": picture.get_attribute("src"),
            "alt": picture.get_attribute("alt"),
            "told": slider.get_attribute("aria-valuetext"),
        }
        slider.focus()
        slider.press("ArrowLeft" if slider.input_value() != "0" else "ArrowRight")
        assert picture.get_attribute("src") != before["src"]
        assert slider.get_attribute("aria-valuetext") != before["told"]
        assert explorer.locator("output").first.inner_text() == slider.get_attribute(
            "aria-valuetext"
        )
        assert (site / picture.get_attribute("src")).exists()
        page.wait_for_function(
            "image => image.complete && image.naturalWidth > 0", arg=picture.element_handle()
        )
        slider.press("Home")
        slider.press("End")
        assert (site / picture.get_attribute("src")).exists()
    assert page.asked == []
    page.close()


def test_a_film_plays_when_it_is_seen_pauses_and_is_moved_by_keyboard(site, browser):
    page = opened(browser, site, "01_circuit_simulator")
    film = page.locator(".film").first
    button, slider = film.locator("button"), film.locator("input")
    assert slider.input_value() == "0"
    film.locator("svg").scroll_into_view_if_needed()
    page.wait_for_function("slider => slider.value > 0", arg=slider.element_handle())
    assert button.inner_text() == "Pause"
    button.press("Enter")
    rests = slider.input_value()
    page.wait_for_timeout(600)
    assert button.inner_text() == "Play" and slider.input_value() == rests
    slider.focus()
    slider.press("End")
    last = film.locator("svg text", has_text="One shot: 16 bits.")
    assert last.evaluate("text => getComputedStyle(text.parentElement).opacity") == "1"
    page.close()


def test_a_film_stays_still_for_who_wants_less_motion_until_asked(site, browser):
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto((site / "01_circuit_simulator.html").as_uri())
    film = page.locator(".film").first
    moving = "film => film.querySelector('svg').getAnimations({subtree: true}).length"
    film.scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    assert film.evaluate(moving) == 0 and film.locator("input").input_value() == "0"
    film.locator("button").click()
    page.wait_for_function("slider => slider.value > 0", arg=film.locator("input").element_handle())
    assert film.evaluate(moving) > 50
    context.close()


def test_without_scripts_a_page_shows_one_picture_and_no_dead_control(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "01_circuit_simulator.html").as_uri())
    assert page.locator(".explorer img").first.is_visible()
    assert not page.locator(".explorer fieldset").first.is_visible()
    assert page.locator(".film svg").first.is_visible()
    assert not page.locator(".film button").first.is_visible()
    context.close()


def test_what_sphinx_warns_of_stops_the_build_and_leaves_the_old_site(tmp_path):
    source, folder = tmp_path / "notebooks", tmp_path / "site"
    source.mkdir()
    folder.mkdir()
    (folder / "old.html").write_text("old")
    (source / "conf.py").write_text((FOLDER / "conf.py").read_text("utf-8"))
    for name in ("static", "films"):
        shutil.copytree(FOLDER / name, source / name)
    (source / "index.md").write_text("# Title\n\n[lost](nowhere.md)\n")
    with pytest.raises(SiteError, match=r"nowhere\.md"):
        build_site(source, folder)
    assert [path.name for path in folder.iterdir()] == ["old.html"]


def test_without_sphinx_the_error_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(publishing_site, "find_spec", lambda name: None)
    with pytest.raises(SiteError, match=r"\.\[site\]"):
        build_site(FOLDER, tmp_path / "site")
