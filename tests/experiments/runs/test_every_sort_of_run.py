"""Every source of z, every student and every preset ends with its table and its figure."""

from typing import get_args

import pytest

from pqkd_helpers.controls.circuit_settings import TRAINED, FeatureSource
from pqkd_helpers.experiments.runs.configuration import Student
from pqkd_helpers.experiments.runs.presets import PRESETS
from tests.experiments.runs.tiny_run import train

EXACT = "exact-gradient"
SORTS = {
    **{source: ("--features", source) for source in get_args(FeatureSource)},
    **{student: ("--student", student) for student in get_args(Student)},
    **{
        f"{student}, batch norm": ("--student", student, "--batch-norm")
        for student in get_args(Student)
    },
    **{
        f"{source}, batch norm": ("--features", source, "--batch-norm")
        for source in ("zero", *TRAINED)
    },
    **{name: ("--preset", name) for name in PRESETS},
    "a fresh z decides": ("--final-feature", "fresh"),
    "SPSA sees every image": ("--spsa-images", "100000"),
    "SPSA takes no step": ("--spsa-steps", "0"),
    "angles come to rest": ("--epochs", "2", "--resting-share", "0.5"),
    "angles by exact gradient": ("--features", "photonic-exact", "--angle-search", EXACT),
    "an average of unit vectors": ("--averaged", "unit-vectors"),
    "few values": (
        *("--scope", "all", "--rank", "2", "3", "3", "--student-widths", "3", "4", "5"),
        *("--shared-basis", "--gains", "--no-bias", "--orthogonal", "--dropout", "0"),
    ),
    "a budget": ("--student", "four-layer-cnn", "--value-budget", "300", "--batch-norm"),
    "a teacher of its own schedule": ("--teacher-schedule", "one-cycle"),
}
WITHOUT_Z = {*get_args(Student), *TRAINED} - {"pqkd"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")  # one folder, so that all share one teacher


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn; to render each takes longer than its run."""
    figures = []

    def keep(figure, kind, *, alt):
        figures.append(figure)
        return b"picture"

    monkeypatch.setattr("pqkd_helpers.common.picture_files.picture_bytes", keep)
    return figures


@pytest.mark.slow
@pytest.mark.parametrize("sort", SORTS)
def test_a_run_of_every_sort_ends_with_its_table_and_its_figure(runs, drawn, capsys, sort):
    assert train(runs, *SORTS[sort]) == 0
    printed, complaints = capsys.readouterr()
    has_z = not WITHOUT_Z & {*SORTS[sort]}
    assert "test accuracy" in printed and "multiply-adds per image" in printed
    assert ("with z set to zero" in printed) == has_z == ("Shots:" in printed)
    assert "nan" not in printed and "None" not in printed
    assert "Figure:" in printed and complaints == ""
    assert len(drawn[0].axes) == (4 if has_z else 2)
