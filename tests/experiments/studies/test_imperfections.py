import csv
from pathlib import Path

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.device_budget import DeviceBudget
from pqkd_helpers.command_line.main import main
from pqkd_helpers.experiments.studies.imperfections import (
    DEVICES,
    LEVELS,
    ImperfectionStudy,
    effective_patterns,
    shot_noise,
)
from pqkd_helpers.feature_histograms import click_histograms
from pqkd_helpers.paper_figures import paper_figure
from pqkd_helpers.paper_figures.imperfections import RANGES, imperfections
from pqkd_helpers.records import check_record
from pqkd_helpers.records.record import METHOD_VERSION, read_record, without_seconds

FIGURES = Path(__file__).parents[3] / "figures"


@pytest.fixture(scope="module")
def record():
    return ImperfectionStudy(n_settings=5).record()


@pytest.fixture(scope="module")
def stored():
    return read_record(FIGURES / "records" / "imperfections" / "study-imperfections.json")


def test_the_record_is_valid_and_repeatable(record):
    check_record(record)
    again = ImperfectionStudy(n_settings=5).record()
    assert without_seconds(again) == without_seconds(record)
    other = ImperfectionStudy(n_settings=5, seed=1).record()
    assert other["results"] != record["results"]


def test_distances_grow_with_the_imperfection_and_begin_near_zero(record, stored):
    for results in (record["results"], stored["results"]):
        for parameter, values in LEVELS.items():
            rows = [row for row in results["imperfections"] if row["parameter"] == parameter]
            assert [row["value"] for row in rows] == list(values)
            medians = [row["relative"]["median"] for row in rows]
            assert medians == sorted(medians) and medians[0] < 0.2
            for row in rows:
                spread = row["relative"]
                assert spread["lower_quartile"] <= spread["median"] <= spread["upper_quartile"]
                assert 0 <= row["total_variation"]["median"] <= 1


def test_one_photon_has_nobody_to_interfere_with(record, stored):
    for results in (record["results"], stored["results"]):
        moved = {
            row["device"]: row["distinguishable"]["relative"]["median"]
            for row in results["devices"]
        }
        assert list(moved) == list(DEVICES)
        assert moved["1 photon"] < 1e-12
        assert moved["2 photons, bins 0 and 8"] < 0.1 < moved["2 photons, bins 0 and 1"]


def test_the_formula_of_the_shot_noise_is_that_of_samples():
    circuit = TimeBinInterferometer()
    rng = np.random.default_rng(0)
    theta = rng.uniform(-3, 3, 30)
    z = circuit.half_click_probabilities(theta).ravel()
    squares = [
        np.sum((click_histograms(clicks) - z) ** 2)
        for clicks in circuit.sample(np.tile(theta, (400, 1)), 50, rng=rng)
    ]
    assert np.sqrt(np.mean(squares)) / np.linalg.norm(z) == pytest.approx(
        shot_noise(z, 50), rel=0.05
    )


def test_effective_patterns_count_equally_likely_patterns():
    assert effective_patterns(np.full(512, 1 / 256)) == pytest.approx(256)
    assert effective_patterns(np.eye(256)[[3, 7]].ravel()) == pytest.approx(1)


def test_the_stored_record_is_todays_study(stored):
    assert stored["configuration"] == vars(ImperfectionStudy())
    assert stored["method_version"] == METHOD_VERSION


def test_the_stored_figure_shows_the_stored_record(stored):
    folder = FIGURES / "imperfections"
    with (folder / "imperfections.csv").open() as file:
        rows = list(csv.DictReader(file))
    result = paper_figure("imperfections")
    expected = result.rows
    assert len(rows) == len(expected)
    for row, numbers in zip(rows, expected, strict=True):
        assert float(row["median"]) == pytest.approx(numbers["median"], rel=1e-11)  # 12 digits
        assert row["device"] == numbers["device"]
    assert (folder / "card.md").read_text() == result.card().strip() + "\n"
    assert (folder / "imperfections.png").stat().st_size < 100_000
    assert (folder / "imperfections.svg").is_file()


def test_the_figure_draws_the_records_numbers(record):
    left, right = imperfections(record).axes
    lines = {line.get_label(): line for line in left.lines}
    points = [r for r in record["results"]["imperfections"] if r["parameter"] == "efficiency"]
    line = lines["lost on detection"]
    assert list(line.get_xdata()) == pytest.approx([1 - row["value"] for row in points])
    assert list(line.get_ydata()) == [row["relative"]["median"] for row in points]
    widths = [patch.get_width() for patch in right.patches[:4]]
    assert widths == [
        row["distinguishable"]["relative"]["median"] for row in record["results"]["devices"]
    ]


def test_the_thick_parts_are_where_devices_lie_on_their_curves(record):
    left, _ = imperfections(record).axes
    curves, parts = left.lines[0:8:2], left.lines[1:8:2]
    for (low, high, source), curve, part in zip(RANGES.values(), curves, parts, strict=True):
        sizes, medians = sorted(curve.get_xdata()), sorted(curve.get_ydata())
        ends = part.get_xdata()[[0, -1]]
        assert ends == pytest.approx(np.clip([low, high], sizes[0], sizes[-1]))
        assert part.get_color() == curve.get_color() and source
        there = np.exp(np.interp(np.log(ends), np.log(sizes), np.log(medians)))
        assert part.get_ydata()[[0, -1]] == pytest.approx(there)


def test_the_range_of_dark_counts_begins_with_the_budgets_detector():
    assert f"{DeviceBudget().dark_count_probability:.1e}" == "2.6e-07"
    assert RANGES["dark_count_probability"][0] == 2.6e-7
    assert 1.0 - DeviceBudget().total_efficiency == RANGES["efficiency"][1]


def test_the_command_writes_the_record(tmp_path):
    command = ["reproduce", "imperfections", "--tier", "smoke", "--out", str(tmp_path)]
    assert main([*command, "--runs", str(tmp_path / "runs")]) == 0
    record = read_record(tmp_path / "imperfections" / "study-imperfections.json")
    assert record["configuration"]["n_settings"] == 2


@pytest.mark.parametrize("name", ["n_settings", "n_shots"])
def test_bad_values_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0"):
        ImperfectionStudy(**{name: 0})
