"""The site: complete, described, linked, readable offline, on a phone, in the dark; axe agrees."""

import html
import re
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


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_table_is_one_in_texts_and_in_outputs(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    texts = []
    for cell in nbformat.read(path_of(name), as_version=4).cells:
        texts += [cell.source] if cell.cell_type == "markdown" else []
        for output in cell.get("outputs", []):
            texts.append(output.get("data", {}).get("text/markdown", ""))
    tables = sum(len(re.findall(r"(?m)^\|[-:| ]+\|$", text)) for text in texts)
    assert page.count("<table") == tables


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_fold_is_there_and_closed(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    sources = "".join(
        cell.source
        for cell in nbformat.read(path_of(name), as_version=4).cells
        if cell.cell_type == "markdown"
    )
    assert page.count("<details><summary>") == sources.count("<details><summary>") > 0
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
            assert not target.endswith((".ipynb", ".md")), (name, target)
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


@pytest.mark.parametrize("name", ["00_start_here", "index"])
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


def test_what_sphinx_warns_of_stops_the_build_and_leaves_the_old_site(tmp_path):
    source, folder = tmp_path / "notebooks", tmp_path / "site"
    source.mkdir()
    folder.mkdir()
    (folder / "old.html").write_text("old")
    (source / "conf.py").write_text((FOLDER / "conf.py").read_text("utf-8"))
    (source / "index.md").write_text("# Title\n\n[lost](nowhere.md)\n")
    with pytest.raises(SiteError, match=r"nowhere\.md"):
        build_site(source, folder)
    assert [path.name for path in folder.iterdir()] == ["old.html"]


def test_without_sphinx_the_error_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(publishing_site, "find_spec", lambda name: None)
    with pytest.raises(SiteError, match=r"\.\[site\]"):
        build_site(FOLDER, tmp_path / "site")
