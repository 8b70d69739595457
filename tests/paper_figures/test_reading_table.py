"""Reading x observable: made-up records with a known answer, a tie, no answer, missing seeds."""

import math

import pytest

from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.experiments.grids.paper import READINGS as ARMS
from pqkd_helpers.paper_figures.reading_table import READINGS, chosen, readings
from pqkd_helpers.paper_figures.readings import DEFAULT, gentle_gain, median_step
from pqkd_helpers.records import Catalogue
from pqkd_helpers.training_loop import PQKDSettings

from . import made_up

FITS, SPREADS, FALLS_SHORT = (0.02, 0.0), (0.9, 0.0), (0.02, -0.6)


def result_of(folder):
    return readings(Catalogue(folder))


def row_of(result, reading):
    (row,) = [row for row in result.rows if row["reading"] == reading]
    return row


def test_its_readings_are_those_that_are_run():
    assert READINGS.keys() == ARMS.keys() == GRIDS["readings"].arms.keys()
    for name, reading in READINGS.items():
        table1 = GRIDS["table1"].config("cpu", "mnist", reading.table1_arm, 0)
        assert table1 == GRIDS["readings"].config("cpu", "mnist", name, 0)
        for curve in reading.curves or ():
            assert f"{curve}-100" in GRIDS["shot-noise"].arms


def test_nothing_comes_of_nothing(tmp_path):
    assert result_of(tmp_path) is None


def test_without_runs_of_its_own_it_says_so_and_draws(tmp_path):
    made_up.shot_noise(tmp_path)
    result = result_of(tmp_path)
    assert (
        "**Nothing is chosen yet**" in result.card() and "fresh 0, through-ema 0" in result.card()
    )
    for row in result.rows:
        for observable in ("1 spread", "3 variance", "4 student - teacher", "fits"):
            assert row[observable] == "runs not finished: 0 of 3 seeds"
    assert len(result.figure.axes) == 4


@pytest.mark.parametrize(
    ("fitting", "text"),
    [
        (["fresh"], "**Chosen: fresh**, since it alone fits"),
        (["through-ema-gentle"], "**Chosen: through-ema-gentle**, since it alone fits"),
        (["at-rest"], "**Chosen: through-ema**, since only the angles at rest fit"),
        (
            ["at-rest", "fresh"],
            "**Chosen: through-ema**, since more than one reading fits (fresh, at-rest)",
        ),
        ([], "**Chosen: through-ema**, since no reading fits"),
    ],
)
def test_the_rule_is_applied_to_complete_runs(tmp_path, fitting, text):
    made_up.readings(tmp_path, {**dict.fromkeys(READINGS, SPREADS), **dict.fromkeys(fitting, FITS)})
    result = result_of(tmp_path)
    assert text in result.card()
    assert [row["reading"] for row in result.rows if row["fits"] == "yes"] == [
        name for name in READINGS if name in fitting
    ]
    assert {row["fits"] for row in result.rows} <= {"yes", "no"}


def test_it_is_said_which_of_the_two_numbers_fits(tmp_path):
    made_up.readings(tmp_path, {**dict.fromkeys(READINGS, SPREADS), "at-rest": FALLS_SHORT})
    result = result_of(tmp_path)
    assert [row_of(result, "fresh")[name] for name in ("1 fits", "4 fits")] == ["no", "yes"]
    assert [row_of(result, "at-rest")[name] for name in ("1 fits", "4 fits")] == ["yes", "no"]


def test_the_default_gain_follows_from_the_steps_of_the_chosen_runs(tmp_path):
    made_up.readings(tmp_path, dict.fromkeys(READINGS, SPREADS))
    runs = Catalogue(tmp_path).runs("readings", "through-ema")
    for record, step in zip(runs, (0.004, 0.006, 0.03), strict=True):
        for epoch in record["student"]["epochs"]:
            epoch["spsa_gradient_norms"] = [step / 0.05 * math.sqrt(30)]
    assert median_step(runs) == pytest.approx(0.006)
    assert "is the largest gain, to one digit" in result_of(tmp_path).card()


def test_the_packages_default_is_what_the_rule_chose():
    runs = {name: Catalogue().runs("readings", name, tier="cpu") for name in READINGS}
    choice = chosen(runs)
    assert PQKDSettings().objective == (DEFAULT if choice is None else choice.reading)
    if choice is not None:
        own = runs[choice.reading][0]["configuration"]["spsa_step_size"]
        fallen_back = gentle_gain(median_step(runs[choice.reading]))
        gain = own if choice.outcome == "one fits" else fallen_back
        assert PQKDSettings().spsa_step_size == gain


def test_a_missing_seed_of_one_reading_leaves_all_open(tmp_path):
    made_up.readings(tmp_path, {**dict.fromkeys(READINGS, SPREADS), "fresh": FITS})
    (path,) = tmp_path.glob("*/*-at-rest-seed12.json")
    path.unlink()
    result = result_of(tmp_path)
    assert "**Nothing is chosen yet**" in result.card()
    assert row_of(result, "at-rest")["fits"] == "runs not finished: 2 of 3 seeds"
    assert row_of(result, "at-rest")["1 spread"].endswith("(runs not finished: 2 of 3 seeds)")
    assert row_of(result, "fresh")["fits"] == "yes"


def test_other_seeds_do_not_count(tmp_path):
    made_up.readings(tmp_path, dict.fromkeys(READINGS, FITS), seeds=(0, 1, 2))
    assert result_of(tmp_path) is None
    made_up.readings(tmp_path, {"fresh": FITS}, seeds=(10,))
    row = row_of(result_of(tmp_path), "fresh")
    assert row["1 spread"] == "runs not finished: 1 of 3 seeds" and row["seeds"] == 1


@pytest.mark.parametrize(
    ("found", "seeds", "text"),
    [
        (FITS, (0, 1, 2), "Table 1's seeds 0 to 2 fit, too."),
        (FALLS_SHORT, (0, 1, 2), "Table 1's seeds 0 to 2 do not fit."),
        (FITS, (0, 1), "have not confirmed it yet (runs not finished: 2 of 3 seeds)."),
    ],
)
def test_table_1_confirms_what_was_chosen(tmp_path, found, seeds, text):
    made_up.readings(tmp_path, {**dict.fromkeys(READINGS, SPREADS), "through-ema": FITS})
    made_up.readings(tmp_path, {"through-ema": found}, experiment="table1", seeds=seeds)
    card = result_of(tmp_path).card()
    assert "**Chosen: through-ema**" in card and text in card


def test_the_numbers_are_those_of_the_records(tmp_path):
    made_up.readings(tmp_path, {"fresh": (0.3, -0.25)})
    row = row_of(result_of(tmp_path), "fresh")
    assert row["spread"] == pytest.approx(0.3)
    assert row["differences"] == pytest.approx([-0.25] * 3)
    assert row["4 student - teacher"] == "-0.25"
    ratio = made_up.TEMPLATE["student"]["variance_ratio"]
    assert row["3 variance"] == f"{ratio:.4f}" and row["3 over 100 epochs"] == "no run yet"
    record = made_up.run("table1", "conv1-conv2", 0)
    record["student"]["variance_ratio"] = 0.05
    made_up.store(tmp_path, {**record, "tier": "paper"})
    assert row_of(result_of(tmp_path), "fresh")["3 over 100 epochs"] == "0.0500, n = 1"


def test_limits_of_the_gain_by_reading(tmp_path):
    made_up.shot_noise(tmp_path)
    made_up.shot_sweep(tmp_path, limits={"fresh": 46.7, "smoothed": 89.1})
    result = result_of(tmp_path)
    assert row_of(result, "fresh")["2 trained with"].startswith("89.0 (R² 1.00) against 89.")
    assert row_of(result, "fresh")["limit ema, fresh z"] == pytest.approx(79.0, abs=0.3)
    assert row_of(result, "through-ema")["2 trained with"].endswith("S = 5 to 200")
    assert row_of(result, "through-ema-gentle")["2 fresh z"] == "no runs planned"
    at_test_time = {row["reading"]: row["2 test time"] for row in result.rows}
    assert at_test_time["at-rest"] == "89.1 (R² 1.00) against 46.7 (R² 1.00); 3 students"
    assert {*at_test_time.values()} == {at_test_time["at-rest"], "at rest only"}
    (path,) = tmp_path.glob("*/*-mnist-through-ema-200-seed2.json")
    path.unlink()
    row = row_of(result_of(tmp_path), "through-ema")
    assert (
        row["2 trained with"].startswith("runs not finished") and row["limit raw, fresh z"] is None
    )
