"""Accuracy over the size of files: every row is a numbered point at its place."""

import pytest

from pqkd_helpers.lessons.nb08_compression_frontier.pictures import accuracy_over_bytes
from pqkd_helpers.records import stored_record

ROWS = stored_record("study-compression")["results"]["rows"]


def test_every_row_is_a_point_with_its_number_and_name():
    figure = accuracy_over_bytes(ROWS)
    (axes,) = figure.axes
    assert len(axes.lines) == len(axes.texts) == len(ROWS)
    for number, (row, point, text) in enumerate(zip(ROWS, axes.lines, axes.texts, strict=True), 1):
        assert point.get_xydata()[0] == pytest.approx(
            [row["file_bytes"] / 1000, 100 * row["test_accuracy"]]
        )
        assert text.get_text() == str(number)
        assert point.get_label() == f"{number}: {row['name']}"


def test_kinds_of_networks_differ_without_colour():
    points = accuracy_over_bytes(ROWS).axes[0].lines
    markers = {row["name"]: point.get_marker() for row, point in zip(ROWS, points, strict=True)}
    assert len(set(markers.values())) == 3
    assert markers["teacher, int8"] == markers["teacher, float32"]
    assert markers["teacher, pruned to 1,984 values, int8"] != markers["teacher, int8"]
