"""Grading without a process, where a test is about everything around it."""

import pytest

from pqkd_helpers.classroom.grading import scores

from .made_up_class import graded_class


@pytest.fixture
def grade_without_process(tmp_path, monkeypatch):
    """Return what grades a class, with the rows that a function of a submission returns."""

    def graded(folder, rows_of, **options):
        monkeypatch.setattr(scores, "check_processes", lambda *given, **more: None)
        monkeypatch.setattr(scores, "grade", lambda submission, **more: rows_of(submission))
        return graded_class(folder, options.pop("out", tmp_path / "out"), **options)

    return graded
