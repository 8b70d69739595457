"""Numbers in prose are printed by a cell, the paper's, a setting, or the result of a formula."""

from functools import cache

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from .listing import FOLDER, NOTEBOOKS, path_of
from .numbers_in_prose import measured, printed
from .numbers_unsaid import unsaid_in_notebook, unsaid_in_page

ROOT = FOLDER.parent
PAGES = (
    "README.md",
    *(f"notebooks/{name}.md" for name in ("reproducing", "training", "files_and_bytes")),
    *(f"notebooks/{name}.md" for name in ("simulator", "installing", "bring_your_own", "teaching")),
)
# Where it stands and how it is written -> why nothing prints it.
EXCEPTIONS = {
    ("01_circuit_simulator", "0°"): "the angle at which no light changes its bin",
    ("01_circuit_simulator", "45°"): "pi/4, the angle of a 50:50 splitter",
    ("01_circuit_simulator", "90°"): "pi/2, the angle at which all light changes its bin",
    ("01_circuit_simulator", "16 bytes"): "the size of a complex number",
    ("02_feature_histograms", "0.98"): "a setting that the reader gives the explorer",
    ("03_dictionary_convolutions", "4.3"): "the last of A's 2^16 quantiles, which have a test",
    ("05_spsa", "two points"): "the settings at which SPSA measures",
    ("README.md", "3.2 GB"): "measured in a fresh clone; another platform downloads other files",
    ("README.md", "6.1 GB"): "the same",
    ("README.md", "2.5 GB"): "the same",
    ("notebooks/installing.md", "about 6 GB"): "the same",
    ("notebooks/bring_your_own.md", "1,000"): "an example",
    ("notebooks/simulator.md", "1,000"): "the most time bins that the simulator accepts",
    ("notebooks/simulator.md", "170"): "the largest factorial that is a float64 is that of 170",
    ("notebooks/simulator.md", "0.80"): "the benchmark's test compares the sentence",
    ("notebooks/reproducing.md", "22,931,712"): "counted; the clusters' test compares the sentence",
    ("notebooks/reproducing.md", "33,228,032"): "the same",
    ("notebooks/reproducing.md", "2.5"): "the same",
    ("notebooks/reproducing.md", "51 MB"): "an estimate: 65,000 images of 784 bytes",
    ("notebooks/reproducing.md", "7 MB"): "an estimate: weights, gradients, two moments of Adam",
    ("notebooks/reproducing.md", "100"): "the paper's number of epochs",
    ("notebooks/teaching.md", "2,000"): "a question for the class",
}


@cache
def found_in_notebook(name):
    notebook = nbformat.read(path_of(name), as_version=4)
    return [(name, number, i, sentence) for i, number, sentence in unsaid_in_notebook(notebook)]


@cache
def found_in_page(name):
    page = (ROOT / name).read_text("utf-8")
    return [(name, number, 0, sentence) for number, sentence in unsaid_in_page(page)]


def without_exceptions(found):
    return [
        f"{name}, cell {i}: {number!r} in {sentence!r}"
        for name, number, i, sentence in found
        if (name, number) not in EXCEPTIONS
    ]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_measured_number_of_a_notebook_is_said_by_something(name):
    assert without_exceptions(found_in_notebook(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_measured_number_of_a_page_stands_in_its_tables(name):
    assert without_exceptions(found_in_page(name)) == []


def test_no_exception_is_unused():
    found = [*map(found_in_notebook, NOTEBOOKS), *map(found_in_page, PAGES)]
    assert {(name, number) for part in found for name, number, *_ in part} >= {*EXCEPTIONS}


# --- a made-up notebook --------------------------------------------------------------------

PRINTED = "SPSA minus sham: -0.28 [-0.84, +0.28] points\nspsa 12.4 %, none 80.6 %, lost 14.4 points"


def notebook_that_says(prose, *, section="## Results", printed=PRINTED, source="x = 0.05\ny = 31"):
    output = new_output("stream", name="stdout", text=printed)
    return new_notebook(
        cells=[
            new_markdown_cell("# Made up\n\n## Results"),
            new_code_cell(source, outputs=[output]),
            new_markdown_cell(f"{section}\n\n{prose}"),
        ]
    )


def unsaid(prose, **options):
    return [number for _, number, _ in unsaid_in_notebook(notebook_that_says(prose, **options))]


@pytest.mark.parametrize(
    ("right", "old", "new", "found"),
    [
        (
            "It is \N{MINUS SIGN}0.28 [\N{MINUS SIGN}0.84, +0.28].",
            "0.84",
            "0.85",
            "-0.28 [-0.85, +0.28]",
        ),
        ("It is -0.28 [-0.84, +0.28].", "-0.28 ", "+0.28 ", "+0.28 [-0.84, +0.28]"),
        ("Noise costs 14.4 points.", "14.4", "14.5", "14.5 points"),
        ("Noise costs 14 points.", "14", "13", "13 points"),
        ("Noise costs fourteen points.", "fourteen", "thirteen", "thirteen points"),
        ("Noise costs about 14 points.", "14", "13", "about 13 points"),
        ("With a fresh $z$ it has $12.4$ %.", "12.4", "12.6", "12.6 %"),
        ("It has 81 %, or about 80 %.", "about 80", "80", "80 %"),
        ("It has 81 %, or about 80 %.", "80", "70", "about 70 %"),
        ("| arm | z |\n|---|---|\n| none | 80.6 % |", "80.6", "80.9", "80.9 %"),
        ("A shift of 0.05 is a setting.", "0.05", "0.06", "0.06"),
        ("The paper reports 77.7 (paper).", "The paper reports 77.7 (paper)", "77.7", "77.7"),
        ("It falls short of the paper's 89.05.", "89.05", "89.15", "89.15"),
        ("| paper's value | ours |\n|---|---|\n| 3.14 | 80.6 |", "80.6", "80.7", "80.7"),
        (r"Half of it is $3 \cdot 5 / 2 = 7.5$.", "7.5", "7.6", "7.6"),
        (r"It is $200 / 65{,}536 = 0.3$ % of them.", "0.3", "0.4", "0.4 %"),
    ],
)
def test_a_changed_digit_is_noticed(right, old, new, found):
    assert unsaid(right) == []
    assert unsaid(right.replace(old, new, 1)) == [found]


@pytest.mark.parametrize(
    "prose",
    [
        "### Exercise 2.4: 3.14",
        "See exercise 2.4, sections 3.1 and 3.2, `0.77` and [there](x.html#7.7) (arXiv:1234.5678).",
        "Is it 13 points?",
        "Try it with much scatter (13 points), then with 0.4.",
        "**Predict** 13 points.\nThat is a guess.",
        '*"It costs 13 points."*',
        "The 95 % interval of 5 seeds, in 2017 and 20 epochs.",
        "<details><summary>Notes for teachers</summary>\n\n13 points</details>",
        "```text\n13 points\n```",
    ],
)
def test_what_states_no_result_may_have_any_number(prose):
    assert unsaid(prose) == []


def test_small_numbers_must_be_printed_in_their_own_section():
    assert unsaid("It costs 14 points.", section="## Another") == ["14 points"]
    assert unsaid("It costs 14.4 points.", section="## Another") == []
    assert unsaid("It cost 14 points.", section="## Summary") == []


def test_an_output_must_speak_of_the_unit_of_a_small_number():
    assert unsaid("It costs 14 nats.") == ["14 nats"]


def test_a_literal_is_a_setting_and_no_result():
    assert unsaid("31 runs at 0.05; 31 points.") == ["31 points"]
    assert unsaid("31 runs at 0.05.", section="## Another") == ["0.05"]


@pytest.mark.parametrize(("alt", "found"), [("'It has 5.5 nats.'", ["5.5 nats"]), ("text", [])])
def test_a_description_counts_as_printed_only_if_it_is_computed(alt, found):
    notebook = notebook_that_says("It has 5.5 nats.", source=f"show(picture, alt={alt})")
    picture = new_output("display_data", data={"image/png": ""})
    picture.metadata["image/png"] = {"alt": "It has 5.5 nats."}
    notebook.cells[1].outputs.append(picture)
    assert [number for _, number, _ in unsaid_in_notebook(notebook)] == found


def test_numbers_are_read_as_they_are_written():
    text = "-0.5 nats, 1,234 values, 5 x 5, 13-fold, one of 3, two points, 1e-3, conv12, S 200"
    written = ["-0.5 nats", "1,234", "13-fold", "two points", "200"]
    assert [number.text for number in measured(text)] == written
    read = [number.value for number in printed("\N{MINUS SIGN}0.5 nats, 1,234 [2.5e-01]")]
    assert read == [-0.5, 1234.0, 0.25]


def test_a_page_takes_its_numbers_from_its_tables_and_blocks():
    page = "It has 5 points, once 5.55.\n\n| points |\n|---|\n| 5 |\n| 5.55 |\n"
    assert list(unsaid_in_page(page)) == []
    assert [number for number, _ in unsaid_in_page(page.replace("| 5", "| 6"))] == [
        *("5 points", "5.55")
    ]
