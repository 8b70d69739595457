"""In JupyterLab, in a browser: sliders change pictures, a folded result waits to be run."""

import ast
import os
from pathlib import Path

import nbformat
import pytest

from .browser import chromium, jupyterlab
from .listing import path_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(os.environ.get("PQKD_SCREENSHOTS", ROOT / "runs" / "screenshots"))
NAMES = ("01_circuit_simulator", "02_feature_histograms", "03_dictionary_convolutions")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on what of the notebooks is interactive, and a browser."""
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    for name in NAMES:
        nbformat.write(interactive_part(name), folder / f"{name}.ipynb")
    nbformat.write(first_prediction(), folder / "prediction.ipynb")
    with jupyterlab(folder, home) as url, chromium() as browser:
        yield url, browser


def interactive_part(name):
    """The notebook's imports and its cells with sliders: nbval executes the others."""
    notebook = nbformat.read(path_of(name), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    imports = [
        ast.unparse(node)
        for cell in code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    sliders = [cell for cell in code if "widget" in cell.metadata.get("tags", [])]
    notebook.cells = [nbformat.v4.new_code_cell("\n".join(imports)), *sliders]
    return notebook


def first_prediction():
    """The imports of notebook 01, and its cells from the first prediction to its comparison."""
    notebook = nbformat.read(path_of(NAMES[0]), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    asked = next(i for i, cell in enumerate(code) if cell.source.startswith("predict("))
    guess = code[asked]
    guess.source = guess.source.replace("=None", "=0.5")
    notebook.cells = [*code[:2], code[asked - 1], *code[asked : asked + 3]]
    return notebook


@pytest.mark.parametrize("name", NAMES)
def test_a_moved_slider_changes_the_picture(lab, name):
    url, browser = lab
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(180_000)
    page.goto(f"{url}/lab/tree/{name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.get_by_text("| Idle").wait_for()  # the kernel, in the status bar
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    slider = page.locator(".jp-OutputArea-output .widget-slider .noUi-handle").first
    slider.wait_for()
    cell = page.locator(".jp-CodeCell").filter(has=page.locator(".widget-slider")).first
    picture = cell.locator("img").first
    picture.wait_for()
    before = picture.get_attribute("src")
    assert before
    slider.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / f"{name}-before.png")
    slider.focus()
    slider.press("ArrowRight")
    _wait_for_change(page, cell, before)
    page.screenshot(path=SCREENSHOTS / f"{name}-after.png")
    page.close()


def test_a_folded_result_shows_nothing_until_it_is_run_and_then_the_guess_is_compared(lab):
    url, browser = lab
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(180_000)
    page.goto(f"{url}/lab/tree/prediction.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-OutputPlaceholder")
    page.get_by_text("| Idle").wait_for()
    assert page.locator(".jp-OutputPlaceholder").inner_text().strip() == ""
    assert page.get_by_text("light: 0.00 1.00").count() == 0
    page.screenshot(path=SCREENSHOTS / "prediction-before.png")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_text("you said 0.5, it is 0 (too high by 0.5)").wait_for()
    assert page.get_by_text("light: 0.00 1.00").is_visible()
    page.screenshot(path=SCREENSHOTS / "prediction-after.png")
    page.close()


def _wait_for_change(page, cell, before):
    for _ in range(600):
        image = cell.locator("img")
        if image.count() and image.first.get_attribute("src") not in (None, before):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the picture did not change within a minute")
