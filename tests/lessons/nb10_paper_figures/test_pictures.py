"""The first picture of notebook 10: the paper's values, and none of ours."""

from pqkd_helpers.lessons.nb10_paper_figures.pictures import NETWORKS, paper_table
from pqkd_helpers.paper_figures import TABLE1


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
