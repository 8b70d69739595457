"""The pictures of notebook 10: the paper's values and none of ours, a worked row, the readings."""

import numpy as np

from pqkd_helpers.lessons.nb10_paper_figures.pictures import (
    NETWORKS,
    paper_table,
    readings_that_decide,
    worked_row,
)
from pqkd_helpers.paper_figures import TABLE1, paper_figure
from pqkd_helpers.statistics import compare_with_paper


def test_every_point_is_a_value_of_the_paper():
    panels = paper_table().axes
    assert len(panels) == len(TABLE1)
    for axes, networks in zip(panels, TABLE1.values(), strict=True):
        points = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
        means = [networks[network]["validation accuracy"].mean for network in NETWORKS]
        assert [point[0] for point in points] == means
        deviations = [networks[network]["validation accuracy"].deviation for network in NETWORKS]
        for bars, mean, deviation in zip(axes.containers, means, deviations, strict=True):
            (low, _), (high, _) = bars.lines[2][0].get_segments()[0]
            assert abs(low - (mean - deviation)) < 1e-9 and abs(high - (mean + deviation)) < 1e-9


def test_a_worked_row_shows_every_seed_and_the_ends_of_the_interval():
    ours, paper = [93.0, 94.0, 95.5], 96.85
    found = compare_with_paper(ours, paper_mean=paper, margin=0.5)
    (axes,) = worked_row(ours, paper, found).axes
    seeds = next(line for line in axes.lines if line.get_marker() == ".")
    assert np.allclose(seeds.get_xdata(), np.subtract(ours, paper))
    ((low, _), (high, _)) = axes.containers[0].lines[2][0].get_segments()[0]
    assert np.allclose([low, high], [found.low, found.high])


def test_a_reading_fits_where_both_its_marks_lie_in_the_shaded_ranges():
    rows = paper_figure("readings").rows
    panels = readings_that_decide(rows).axes
    marks = [[line for line in axes.lines if line.get_marker() == "D"] for axes in panels]
    shaded = [(box.x0, box.x1) for axes in panels for box in [axes.patches[0].get_bbox()]]
    names = [label.get_text() for label in panels[0].get_yticklabels()]
    assert names == [row["reading"] for row in rows]
    for row, *both in zip(rows, *marks, strict=True):
        inside = [
            low - 1e-9 <= mark.get_xdata()[0] <= high + 1e-9
            for mark, (low, high) in zip(both, shaded, strict=True)
        ]
        assert ("yes" if all(inside) else "no") == row["fits"]
