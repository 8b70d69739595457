"""Prediction sheets: every prediction of a notebook, with its question, on one page."""

import html
import re

import nbformat
import pytest

from pqkd_helpers.lessons.checking import exercises_of
from pqkd_helpers.publishing.execution import read_notebook
from pqkd_helpers.publishing.handouts import questions, write_handouts

from ..notebooks.browser import chromium
from ..notebooks.listing import FOLDER, NOTEBOOKS, path_of
from ..notebooks.predictions import calls


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handouts")
    return {path.name[: -len("-predictions.html")]: path for path in write_handouts(FOLDER, folder)}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_prediction_is_on_the_sheet_with_a_line_for_each_guess(name, sheets):
    page = html.unescape(sheets[name].read_text("utf-8"))
    cells = read_notebook(path_of(name)).cells
    asked = {key: words for cell in cells for key, words in calls(cell, "predict").items()}
    exercises = [
        exercise.number
        for exercise in exercises_of(str(int(name[:2])))
        if "predict" in f"{exercise.name} {exercise.task}".lower()
    ]
    listed = re.findall(r"<small>\(([^)]+)\)</small>", page)
    assert sorted(listed) == sorted([*asked, *exercises])
    lines = page.count('<span class="guess">')
    assert lines == sum(map(len, asked.values())) + len(exercises) > 0


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_question_has_a_text_and_no_result(name):
    for question in questions(read_notebook(path_of(name)).cells):
        assert len(question.text.split()) > 3 and "<details" not in question.text, question


def test_the_sentences_that_ask_stand_on_the_sheet():
    cells = [
        nbformat.v4.new_markdown_cell(
            "A story.\n\n**Predict:** how many?\n\n<details>3?</details>"
        ),
        nbformat.v4.new_code_cell('predict("1.x", a_b=None)  # your guess: "few" or "many"'),
    ]
    (question,) = questions(cells)
    assert (question.name, question.guesses, question.form) == ("1.x", ("a b",), '"few" or "many"')
    assert question.text.strip() == "**Predict:** how many?"


@pytest.mark.slow
def test_each_is_one_page_of_paper_and_needs_no_network(sheets):
    with chromium() as browser:
        page, asked = browser.new_page(viewport={"width": 390, "height": 800}), []
        page.route("http*://**", lambda route: (asked.append(route.request.url), route.abort()))
        for name, path in sheets.items():
            page.goto(path.as_uri())
            page.wait_for_function("window.MathJax?.startup?.promise")
            page.evaluate("MathJax.startup.promise.then(() => true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            paper = page.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, name
    assert asked == []
