"""The stored records are found in a clone and in an installation; missing, one line says so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pqkd_helpers.command_line.main import main
from pqkd_helpers.common.stored_figures import MissingFiguresError
from pqkd_helpers.lessons import check
from pqkd_helpers.lessons.nb06_training_loop import explorer as training_loop
from pqkd_helpers.paper_figures.stored_claims import against_the_paper
from pqkd_helpers.records import Catalogue, stored_record, stored_records

from ..lessons.nb10_paper_figures.answers import ANSWERS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def none_stored(tmp_path, monkeypatch):
    monkeypatch.setattr("pqkd_helpers.common.stored_figures.FIGURES", tmp_path / "figures")


@pytest.mark.parametrize(
    "read",
    [
        lambda: stored_record("train-quick-seed0"),
        lambda: stored_records("spsa-contribution", "spsa"),
        lambda: against_the_paper("table1"),
        Catalogue,
        lambda: training_loop.histories.__wrapped__("fresh"),
        lambda: check("10.4", ANSWERS["10.4"]),
    ],
    ids=["record", "records", "claims", "catalogue", "explorer", "check"],
)
def test_missing_records_are_said_with_the_way_to_get_them(none_stored, read):
    with pytest.raises(MissingFiguresError, match="stored records are missing"):
        read()


def test_doctor_tells_where_the_records_are(capsys, request):
    assert main(["doctor"]) == 0
    assert f"Stored records: {ROOT / 'figures' / 'records'}" in capsys.readouterr().out
    request.getfixturevalue("none_stored")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "MISSING: the stored records are missing" in printed
    assert "Install what is missing" not in printed  # no package of another's brings them


def test_no_class_is_graded_without_the_records(none_stored, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("pqkd_helpers.classroom.sandbox.walls.has_sandbox", lambda: True)
    shutil.copy(ROOT / "notebooks" / "10_paper_figures.ipynb", tmp_path / "ann.ipynb")
    out = tmp_path / "scores.csv"
    arguments = ["--seed", "1", "--out", str(out), "--notebooks", str(ROOT / "notebooks")]
    assert main(["classroom", "grade", str(tmp_path), *arguments]) == 2
    assert "the stored records are missing" in capsys.readouterr().err and not out.exists()


@pytest.mark.slow
def test_an_installed_package_finds_them_anywhere(tmp_path):
    (tmp_path / "notes").mkdir()
    notes = ["egg_info", "--egg-base", str(tmp_path / "notes")]  # not into the repository
    build = ["-q", *notes, "build_py", "--build-lib", str(tmp_path)]
    code = "import setuptools; setuptools.setup()"
    subprocess.run([sys.executable, "-c", code, *build], cwd=ROOT, check=True)
    code = (
        "import pqkd_helpers; print(pqkd_helpers.__file__)\n"
        "from pqkd_helpers.records import stored_record\n"
        "from pqkd_helpers.paper_figures.stored_claims import against_the_paper\n"
        "from pqkd_helpers.experiments import load_pretrained\n"
        "stored_record('train-quick-seed0'), against_the_paper('table1')\n"
        "load_pretrained('quick-through-ema-seed0')"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(answer.stdout.strip()).is_relative_to(tmp_path)
