from pathlib import Path

import numpy as np
import pytest

from pqkd_helpers.paper_figures.training_curves import training_curves
from pqkd_helpers.records.record import read_record

STORED = sorted((Path(__file__).parents[2] / "figures" / "records").glob("train/*.json"))


@pytest.fixture(params=STORED, ids=lambda path: path.stem)
def record(request):
    return read_record(request.param)


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_the_curves_show_the_records_numbers(record):
    accuracy, loss, objective, motion = training_curves(record).axes
    epochs = record["student"]["epochs"]
    for label, key in (
        ("student", "validation_accuracy"),
        ("student, fresh z", "fresh_z_validation_accuracy"),
    ):
        drawn = lines(accuracy)[label].get_ydata()
        assert drawn == pytest.approx([100 * epoch[key] for epoch in epochs])
    teacher = [epoch["validation_cross_entropy"] for epoch in record["teacher"]["epochs"]]
    assert lines(loss)["teacher"].get_ydata() == pytest.approx(teacher)
    losses = [loss for epoch in epochs for pair in epoch["spsa_losses"] for loss in pair]
    each, *medians = objective.lines
    assert each.get_ydata() == pytest.approx(losses) and len(medians) == bool(losses)
    for median in medians:
        width = len(losses) - len(median.get_ydata()) + 1
        assert median.get_ydata()[3] == pytest.approx(np.median(losses[3 : 3 + width]))
        assert width > 5
    assert len(motion.lines[0].get_ydata()) == len(epochs) - 1


def test_every_axis_is_labelled_and_curves_differ_in_more_than_colour(record):
    figure = training_curves(record)
    for axes in figure.axes:
        assert axes.get_xlabel() and axes.get_ylabel()
        looks = {(line.get_marker(), line.get_linestyle()) for line in axes.lines}
        assert len(looks) == len(axes.lines)
    figure.canvas.draw()


@pytest.mark.parametrize("left_out", ["z", "SPSA's losses"])
def test_a_record_that_holds_less_has_fewer_panels(left_out):
    record = read_record(STORED[0])
    of_z = {"fresh_z_validation_accuracy", "spsa_losses", "drift"}
    dropped = of_z if left_out == "z" else {"spsa_losses"}
    epochs = record["student"]["epochs"]
    record["student"]["epochs"] = [
        {key: value for key, value in epoch.items() if key not in dropped} for epoch in epochs
    ]
    figure = training_curves(record)
    figure.canvas.draw()
    names = [axes.get_ylabel() for axes in figure.axes]
    assert names[:2] == ["validation accuracy (%)", "validation cross-entropy (nats)"]
    assert names[2:] == ([] if left_out == "z" else ["turn of z (degrees)"])


def test_drawing_leaves_matplotlibs_settings_alone(record):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    training_curves(record)
    assert dict(mpl.rcParams) == before
