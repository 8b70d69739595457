"""Predictions are kept, compared once the result is there, and never get in the way."""

import numpy as np
import pytest

from pqkd_helpers.lessons import checking, predict, predicting, progress, reveal
from pqkd_helpers.lessons.checking import exercises_of

from .nb02_feature_histograms.answers import ANSWERS


@pytest.fixture(autouse=True)
def a_new_kernel(monkeypatch):
    monkeypatch.setattr(predicting, "_GUESSES", {})
    monkeypatch.setattr(checking, "_SOLVED", set())


def test_without_a_guess_nothing_is_said(capsys):
    predict("1.dip", probability=None)
    reveal("1.dip", probability=0.5)
    assert capsys.readouterr().out == ""


def test_a_result_whose_prediction_was_skipped_says_nothing(capsys):
    reveal("1.dip", probability=0.5)
    assert capsys.readouterr().out == ""


def said(capsys, guess, found):
    """Return what stands under a result when this was guessed."""
    predict("1.dip", probability=guess)
    assert capsys.readouterr().out.startswith("Written down: probability = ")
    reveal("1.dip", probability=found)
    return capsys.readouterr().out.strip().removeprefix("probability: you said ")


@pytest.mark.parametrize(
    ("guess", "found", "sentence"),
    [
        (0.25, 0.5, "0.25, it is 0.5 (2 times too low)"),
        (0.5, 0.25, "0.5, it is 0.25 (2 times too high)"),
        (0.5, 0.0, "0.5, it is 0 (too high by 0.5)"),
        (0.5, 4.9e-32, "0.5, it is 0 (too high by 0.5)"),
        (-1, 1, "-1, it is 1 (too low by 2)"),
        (-1, -2.83, "-1, it is -2.83 (too high by 1.8)"),
        (80, 92.6, "80, it is 92.6 (too low by 13)"),
        (90, np.float64(92.6), "90, it is 92.6 (close)"),
        (1_000, 2_162_688, "1,000, it is 2,162,688 (2,200 times too low)"),
        (0, 4.9e-32, "0, and so it is"),
        (3, 3, "3, and so it is"),
        (" Light", "light", " Light, and so it is"),
        ("light", "coins", "light, it is coins"),
        (3, "coins", "3, it is coins"),
        (3, "3", "3, and so it is"),
        ("half", 0.5, "half, it is 0.5"),
        (True, np.False_, "True, it is False"),
        (True, True, "True, and so it is"),
        ([1, 3], [1, 3], "[1 3], and so it is"),
        ([1], [1, 3], "[1], it is [1 3]"),
    ],
)
def test_a_guess_is_compared_in_one_line(capsys, guess, found, sentence):
    assert said(capsys, guess, found) == sentence


def test_several_things_are_compared_one_by_one_and_what_was_left_open_is_passed_over(capsys):
    predict("0.counts", trained=9_928, frozen=None, sampled=10)
    assert capsys.readouterr().out == "Written down: trained = 9,928, sampled = 10.\n"
    reveal("0.counts", trained=9_928, frozen=7, sampled=3_200)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["trained", "sampled"]


def test_the_last_guess_counts_and_none_takes_it_back(capsys):
    predict("1.dip", probability=0.1)
    assert said(capsys, 0.5, 0.5) == "0.5, and so it is"
    predict("1.dip", probability=None)
    reveal("1.dip", probability=0.5)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["99.dip", "dip", "1", "1.", None, 1])
def test_a_prediction_has_the_notebooks_number_and_a_name(name):
    with pytest.raises(ValueError, match=r"is expected|is the form"):
        predict(name, probability=0.5)


def test_nothing_cannot_be_predicted():
    with pytest.raises(ValueError, match="predicts nothing"):
        predict("1.dip")


def test_a_result_must_have_the_names_of_the_guesses():
    predict("1.dip", probability=0.5)
    with pytest.raises(ValueError, match=r"reveals \['chance'\], predicted were \['probability'\]"):
        reveal("1.dip", chance=0.5)


def test_progress_counts_and_names_what_is_open(capsys):
    first, second, *others = exercises_of("2")
    checking.check(second.number, lambda *a: None)
    checking.check(first.number, ANSWERS[first.number])
    assert f"Solved in this notebook: 1 of {len(others) + 2} exercises." in capsys.readouterr().out
    predict("2.one", a=None)
    predict("2.two", a=1, b=None)
    predict("2.three", a=1)
    predict("3.four", a=None)
    capsys.readouterr()
    progress("2")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Solved in this notebook: 1 of {len(others) + 2} exercises."
    assert lines[1] == (f"  open: {second.number} {second.name} (about {second.minutes} minutes)")
    assert lines[-2:] == ["Written down: 1 of 3 predictions.", "  open: 2.one, 2.two"]


def test_an_exercise_that_is_no_longer_right_is_open_again(capsys):
    number = exercises_of("2")[0].number
    for answer, is_open in ((ANSWERS[number], False), (lambda *a: None, True)):
        checking.check(number, answer)
        capsys.readouterr()
        progress("2")
        assert (f"open: {number}" in capsys.readouterr().out) is is_open


def test_there_is_no_progress_in_a_notebook_that_does_not_exist():
    with pytest.raises(ValueError, match="notebook's number"):
        progress("99")
