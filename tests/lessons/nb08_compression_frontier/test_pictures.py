"""Accuracy over the size of files: every row is a labelled point at its place."""

import pytest

from pqkd_helpers.lessons.nb08_compression_frontier.pictures import accuracy_over_bytes
from pqkd_helpers.records import stored_record

ROWS = stored_record("study-compression")["results"]["rows"]


def test_every_row_is_a_point_with_a_label_of_its_own():
    (axes,) = accuracy_over_bytes(ROWS).axes
    assert len(axes.lines) == len(ROWS)
    for row, point in zip(ROWS, axes.lines, strict=True):
        place = [row["file_bytes"] / 1000, 100 * row["test_accuracy"]]
        assert point.get_xydata()[0] == pytest.approx(place)
        labels = [text.get_text() for text in axes.texts if list(text.xy) == place]
        assert any(labels)
    labels = [text.get_text() for text in axes.texts if text.get_text()]
    assert len({*labels}) == len(labels) == len(ROWS) + 1  # the arrow's too


def test_the_arrow_joins_files_of_equal_size_and_says_both_accuracies():
    (axes,) = accuracy_over_bytes(ROWS).axes
    (arrow,) = [text for text in axes.texts if text.arrow_patch is not None]
    start, end = arrow.xyann, arrow.xy
    assert start[0] == pytest.approx(end[0], rel=0.01) and end[1] > start[1]
    assert any(f"{start[1]:.1f} % → {end[1]:.1f} %" in text.get_text() for text in axes.texts)


def test_without_the_two_files_there_is_no_arrow():
    (axes,) = accuracy_over_bytes(ROWS[:3]).axes
    assert len(axes.texts) == 3


def test_kinds_of_networks_differ_without_colour():
    points = accuracy_over_bytes(ROWS).axes[0].lines
    markers = {row["name"]: point.get_marker() for row, point in zip(ROWS, points, strict=True)}
    assert len(set(markers.values())) == 3
    assert markers["teacher, int8"] == markers["teacher, float32"]
    assert markers["teacher, pruned to 1,984 values, int8"] != markers["teacher, int8"]
