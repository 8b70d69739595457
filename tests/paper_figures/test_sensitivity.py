"""What the open choices move, on made-up records whose moves are known; and the test-time curve."""

import math

import pytest

from pqkd_helpers.paper_figures.sensitivity import sensitivity
from pqkd_helpers.paper_figures.shot_sweep import KINDS, shot_sweep, sweep_fit, sweep_gains, sweeps
from pqkd_helpers.records import Catalogue

from . import made_up


def moves(folder, choice):
    """Return the moves of a choice by the number that it moves."""
    rows = sensitivity(Catalogue(folder)).rows
    return {row["number"]: row["moves"] for row in rows if row["choice"] == choice}


def test_nothing_comes_of_nothing(tmp_path):
    assert sensitivity(Catalogue(tmp_path)) is None and shot_sweep(Catalogue(tmp_path)) is None


def test_how_a_number_of_table_1_is_taken(tmp_path):
    for seed in range(3):
        found = {"train": made_up.evaluation(99.5), "validation": made_up.evaluation(98.0)}
        record = made_up.run("table1", "conv1-conv2", seed, student=found)
        last = {"train_accuracy": 0.99, "validation_accuracy": 0.98}
        record["student"]["epochs"][-1] |= last | {"fresh_z_validation_accuracy": 0.1 * seed}
        record["student"]["epochs"][0]["validation_accuracy"] = 0.985 + 0.001 * seed
        record["student"]["final"]["validation_without_spsa"] = made_up.evaluation(97.8)
        made_up.store(tmp_path, record)
    train, validation = (f"MNIST, student: {split} accuracy" for split in ("train", "validation"))
    assert moves(tmp_path, "how training accuracy is taken")[train].mean == pytest.approx(-0.5)
    best = moves(tmp_path, "last or best epoch")[validation]
    assert best.mean == pytest.approx(0.6) and best.n == 3
    unseen = moves(tmp_path, "which validation images")
    assert unseen[validation].mean == pytest.approx(-0.2) and len(unseen) == 1  # no teacher
    fresh = moves(tmp_path, "which z the student is evaluated with")[validation]
    assert fresh.mean == pytest.approx(-88.0)


def test_the_limits_of_the_gain(tmp_path):
    made_up.shot_noise(tmp_path, exponent=0.5, seeds=3)
    made_up.shot_sweep(tmp_path, limits={"fresh": 60.0, "smoothed": 80.0})
    fresh = moves(tmp_path, "which z the gain is taken with")
    assert fresh["limit of the gain, smoothed"].mean == pytest.approx(-10.0)
    for measure in ("z trained with", "fresh z"):  # the form is right, so its range hardly matters
        assert (
            abs(moves(tmp_path, f"range of S, {measure}")["limit of the gain, smoothed"].mean) < 1
        )
    at_test_time = moves(tmp_path, "when S is varied, angles at rest")
    # Trained at each S: 99 - 10 at z = 0 - 10 with a fresh z.
    assert at_test_time["limit of the gain, not smoothed"].mean == pytest.approx(60 - 79, abs=0.5)


def test_another_form_makes_the_range_matter(tmp_path):
    made_up.shot_noise(tmp_path, exponent=1.0, seeds=3)
    (range_of_s,) = [
        move.mean
        for number, move in moves(tmp_path, "range of S, z trained with").items()
        if number.endswith("not smoothed")
    ]
    assert range_of_s > 2.0


def test_what_spsa_is_asked_is_compared_by_pairs_of_seeds(tmp_path):
    made_up.readings(tmp_path, {"fresh": (0.1, -0.5), "at-rest": (0.1, 0.0)})
    found = moves(tmp_path, "SPSA's objective")
    number = "MNIST, student: validation accuracy (seeds 10 to 12)"
    assert found[number].mean == pytest.approx(0.5)
    assert found[f"{number}: runs not finished"] is None  # through the average


def test_what_nothing_is_stored_for_is_said(tmp_path):
    made_up.table1_like_the_paper(tmp_path)
    result = sensitivity(Catalogue(tmp_path))
    (row,) = [row for row in result.rows if row["number"] == "nothing stored"]
    assert row["moves"] is None and "no runs differ in one of these alone" in result.table()
    for choice in ("schedule", "dropout", "where the EMA is updated"):
        assert f"{choice} (" in row["ours, or instead"]
    assert len(result.figure.axes) == 1


def test_the_test_time_curve_is_fitted_and_drawn(tmp_path):
    made_up.shot_sweep(tmp_path, limits={"fresh": 46.7, "smoothed": 89.1})
    result = shot_sweep(Catalogue(tmp_path))
    records = sweeps(Catalogue(tmp_path))
    for kind, limit in (("fresh", 46.7), ("smoothed", 89.1)):
        for least in (1, 25):
            fit = sweep_fit(records, kind, least)
            assert (fit.limit, fit.slope, fit.r_squared) == pytest.approx((limit, 60.0, 1.0))
    assert "| fresh | all S | 46.70 | 1.00 |" in result.reading
    assert "| the paper's, without smoothing | not known to us | 46.68 | 0.596 |" in result.reading
    gains = {(row["z"], row["shots"]): row["gain"] for row in result.rows}
    assert gains["smoothed", 100].mean == pytest.approx(89.1 - 6.0)
    assert gains["fresh", math.inf].mean == pytest.approx(88.0) and gains["fresh", 1].n == 3
    assert result.findings == [] and len(result.figure.axes) == 1
    labels = [line.get_label() for line in result.figure.axes[0].lines]
    assert labels.count("fit, all S") == labels.count("fit, S from 25 on") == 2


def test_it_is_said_what_smoothing_is_worth_in_shots(tmp_path):
    """An average with beta = 0.9 has the noise of 19 times as many shots."""
    made_up.shot_sweep(tmp_path, limits={"fresh": 46.7, "smoothed": 89.1})
    text = shot_sweep(Catalogue(tmp_path)).reading
    assert "19 times as many shots" in text
    assert f"over 10 shots a student gains {89.1 - 60 / math.sqrt(10):.1f} points, fresh" in text
    assert f"with 200 {46.7 - 60 / math.sqrt(200):.1f}" in text


def test_one_student_is_shown_without_an_interval(tmp_path):
    made_up.shot_sweep(tmp_path, seeds=1)
    result = shot_sweep(Catalogue(tmp_path))
    assert "1 student," in result.reading and result.rows[0]["gain"].low is None


def test_the_stored_curves_have_one_limit_and_their_fits_two():
    """What notebook 10 says of them."""
    records = sweeps(Catalogue())
    smoothed, fresh = (sweep_fit(records, kind) for kind in ("smoothed", "fresh"))
    assert fresh.limit < smoothed.limit - 10.0 and fresh.r_squared < smoothed.r_squared - 0.2
    exact = [100.0 * (r["results"]["exact"] - r["results"]["at_zero"]) for r in records]
    for kind in ("smoothed", "fresh"):
        shots, gains = sweep_gains(records, kind)
        assert gains[:, -1] == pytest.approx(exact, abs=3.0) and shots[-1] == 3200
    assert sweep_fit(records, "fresh", 25).limit > fresh.limit + 10.0
    means = {
        kind: dict(zip(shots, gains.mean(axis=0), strict=True))
        for kind, (shots, gains) in ((kind, sweep_gains(records, kind)) for kind in KINDS)
    }
    for few, many in ((5, 100), (10, 200)):  # nearly 19 times as many
        assert means["smoothed"][few] == pytest.approx(means["fresh"][many], abs=8.0)
