"""Results first, pictures after: no setting of the user changes one, no failure costs a result."""

import os
import subprocess
import sys

import matplotlib as mpl
import pytest

from pqkd_helpers.classroom.grading import scores
from pqkd_helpers.classroom.grading.grading import Row
from pqkd_helpers.common.picture_files import PictureWarning, picture_bytes, write_pictures
from pqkd_helpers.lessons.showing import png_bytes
from pqkd_helpers.paper_figures.training_curves import training_curves
from pqkd_helpers.publishing.figures import write_figures
from pqkd_helpers.records import Catalogue, stored_record
from tests.classroom.made_up_class import graded_class, submission
from tests.experiments.runs.tiny_run import TINY, train
from tests.paper_figures import made_up

HOSTILE = {
    "text.usetex": True,  # where there is no TeX
    "font.family": "no such font",
    "font.size": 30,
    "figure.autolayout": True,
    "savefig.dpi": 10,
    "savefig.transparent": True,
    "axes.facecolor": "black",
}


@pytest.fixture
def no_picture(monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("Failed to process string with tex\nbecause latex could not be found")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)


def is_one_line(text):
    return "could not be drawn (RuntimeError: Failed to process" in text and text.count("\n") == 1


@pytest.mark.parametrize("drawn", [lambda figure: picture_bytes(figure, "png"), png_bytes])
def test_the_users_settings_change_no_picture(drawn):
    record = stored_record("train-quick-seed0")
    expected = drawn(training_curves(record))
    with mpl.rc_context(HOSTILE):
        assert drawn(training_curves(record)) == expected


def test_a_run_keeps_its_table_where_the_picture_fails(tmp_path, capsys, no_picture):
    assert train(tmp_path, "--name", "a") == 0
    printed, complaints = capsys.readouterr()
    assert "test accuracy" in printed and "Record:" in printed and "Next:" in printed
    assert "Figure:" not in printed and is_one_line(complaints)


def test_a_class_keeps_its_scores(tmp_path, monkeypatch, no_picture):
    rows = [Row("ann", "1.1", "name", 1, "right")]
    monkeypatch.setattr(scores, "check_processes", lambda *given, **options: None)
    monkeypatch.setattr(scores, "grade", lambda *given, **options: rows)
    (tmp_path / "class").mkdir()
    submission(tmp_path / "class" / "ann.ipynb")
    with pytest.warns(PictureWarning, match="scores-summary.png could not be drawn"):
        graded = graded_class(tmp_path / "class", tmp_path)
    assert "picture" not in graded.files
    assert all("1.1" in graded.files[name].read_text() for name in ("scores", "summary", "wide"))


def test_figures_keep_their_numbers_cards_and_claims(tmp_path, no_picture):
    made_up.table1_like_the_paper(tmp_path / "records", seeds=2)
    made_up.extreme(tmp_path / "records")
    with pytest.warns(PictureWarning) as warned:
        files = write_figures(tmp_path, Catalogue(tmp_path / "records"))
    assert len(warned) == 5 and {path.suffix for path in files} == {".csv", ".md"}
    assert (tmp_path / "extreme" / "claims.csv") in files and all(p.is_file() for p in files)


def test_a_picture_that_cannot_be_stored_is_a_warning_too(tmp_path):
    (tmp_path / "a.png").mkdir()
    figure = training_curves(stored_record("train-quick-seed0"))
    with pytest.warns(PictureWarning, match="a.png could not be drawn"):
        assert write_pictures([tmp_path / "a.png"], lambda: figure) == []


@pytest.mark.slow
def test_the_command_line_needs_no_backend_and_no_special_character(tmp_path):
    """A Jupyter terminal's or a mistyped MPLBACKEND; a terminal that knows ASCII only."""
    runs = tmp_path / "Zoë"
    command = ["train", *TINY, "--runs", str(runs), "--name", "a"]
    answer = subprocess.run(
        [sys.executable, "-m", "pqkd_helpers", *command],
        env={**os.environ, "MPLBACKEND": "nonsense", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert answer.stderr == b"" and answer.stdout.isascii() and b"Figure:" in answer.stdout
    assert (runs / "a" / "training_curves.png").is_file()
