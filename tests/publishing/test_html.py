"""The notebooks as web pages: pictures keep their descriptions, links work, axe finds no fault."""

import re
from pathlib import Path

import axe_playwright_python
import nbformat
import pytest

from pqkd_helpers.publishing.html import write_pages

from ..notebooks.browser import chromium
from ..notebooks.listing import FOLDER, NOTEBOOKS, path_of

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    write_pages(FOLDER, folder)
    return folder


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_picture_keeps_its_description(site, name):
    page = (site / f"{name}.html").read_text("utf-8")
    notebook = nbformat.read(path_of(name), as_version=4)
    stored = [
        output.metadata["image/png"]["alt"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    images = re.findall(r"<img[^>]*data:image/png[^>]*>", page, flags=re.DOTALL)
    assert len(images) == len(stored) > 0
    for image, alt in zip(images, stored, strict=True):
        assert alt.split(".")[0][:30] in image


def test_links_between_the_pages_lead_to_pages(site):
    pages = {path.name: path.read_text("utf-8") for path in site.glob("*.html")}
    assert set(pages) == {f"{name}.html" for name in (*NOTEBOOKS, "glossary")}
    for page in pages.values():
        links = re.findall(r'href="([\w-]+\.(?:html|ipynb|md))(?:#([^"]*))?"', page)
        for target, anchor in links:
            assert target in pages
            assert not anchor or f'id="{anchor}"' in pages[target], (target, anchor)


@pytest.mark.parametrize("name", ["00_start_here", "01_circuit_simulator"])
def test_axe_finds_no_serious_accessibility_fault(site, name):
    with chromium() as browser:
        page = browser.new_page()
        page.route("http*://**", lambda route: route.abort())  # formulas come from the network
        page.goto((site / f"{name}.html").as_uri())
        page.evaluate(AXE)
        violations = page.evaluate("axe.run()")["violations"]
        serious = [v["id"] for v in violations if v["impact"] in ("serious", "critical")]
        assert serious == []
        page.evaluate("document.querySelector('.output_png img').removeAttribute('alt')")
        violations = page.evaluate("axe.run()")["violations"]
        assert "image-alt" in [violation["id"] for violation in violations]  # it would notice
