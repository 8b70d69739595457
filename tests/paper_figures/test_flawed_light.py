"""The planned verdicts on flawed light, on made-up runs: each outcome, and nothing too early."""

import pytest

from pqkd_helpers.experiments.grids import flawed_light as planned
from pqkd_helpers.paper_figures.claims import paper_figure
from pqkd_helpers.paper_figures.flawed_light import (
    DIFFERENCE,
    EXPERIMENT,
    FLAWS,
    IDEAL,
    flawed_light,
    forest,
)
from pqkd_helpers.records import Catalogue

from . import made_up


def figure_of(folder, costs=None, **options):
    made_up.controls(folder, **options)
    made_up.flawed_light(folder, costs=costs)
    return flawed_light(Catalogue(folder))


def verdicts(result):
    return {row["arm"]: row["verdict"] for row in result.rows[1:]}


def test_it_compares_what_the_grid_plans():
    assert planned.FLAWED_LIGHT.experiment == EXPERIMENT and planned.IDEAL == IDEAL
    assert [*FLAWS] == [*planned.FLAWED_LIGHT.arms]
    values = "".join(map(str, planned._FLAWS.values()))
    for number in ("0.3", "0.9", "0.002"):
        assert number in values and any(number in words for words in FLAWS.values())


def test_flaws_that_cost_nothing_are_equivalent(tmp_path):
    found = figure_of(tmp_path)
    assert set(verdicts(found).values()) == {"equivalent"}
    assert all(abs(row[DIFFERENCE].mean) < 0.15 for row in found.rows[1:])
    assert found.rows[0]["arm"] == "ideal" and found.rows[0][DIFFERENCE] is None


def test_each_flaw_has_its_own_verdict(tmp_path):
    costs = {"efficiency": 2.0, "dark-counts": 0.15, "loop-phases": 0.32, "all-flaws": -2.0}
    found = figure_of(tmp_path, costs)
    assert verdicts(found) == {
        "efficiency": "different and relevant",
        "indistinguishability": "equivalent",
        "dark-counts": "different but below the margin",
        "loop-phases": "different, its size open",
        "all-flaws": "different and relevant",
    }
    assert found.rows[1][DIFFERENCE].mean == pytest.approx(2.0, abs=0.1)
    assert "efficiency 0.3 +1.9" in found.alt and "all four together -2.0" in found.alt


def test_a_fresh_z_has_its_own_error(tmp_path):
    row = figure_of(tmp_path).rows[1]
    assert row["under a fresh z"].mean == pytest.approx(row["test error"].mean + 10.0)


def test_where_the_controls_missed_their_known_effect_nothing_is_equivalent(tmp_path):
    found = figure_of(tmp_path, gains={"rank-3": 0.0})
    assert set(verdicts(found).values()) == {"inconclusive"}


@pytest.mark.parametrize("missing", ["flawed-light-*-loop-phases-seed7", "controls-*-ema-seed9"])
def test_before_the_last_planned_pair_there_is_no_figure(tmp_path, missing):
    assert figure_of(tmp_path) is not None
    (last,) = tmp_path.glob(f"*/{missing}.json")
    last.unlink()
    assert flawed_light(Catalogue(tmp_path)) is None


def test_without_a_plan_of_the_controls_there_is_no_margin_and_no_figure(tmp_path):
    made_up.flawed_light(tmp_path)
    assert flawed_light(Catalogue(tmp_path)) is None


def test_seeds_beyond_the_plan_do_not_count(tmp_path):
    found = figure_of(tmp_path)
    for seed in (10, 11):
        student = {"test": made_up.evaluation(10.0)}
        made_up.store(tmp_path, made_up.run(EXPERIMENT, "efficiency", seed, student=student))
    again = flawed_light(Catalogue(tmp_path))
    assert again.rows == found.rows


def test_pairs_with_two_teachers_are_told(tmp_path):
    assert "two teachers" not in "".join(figure_of(tmp_path).limits)
    teacher = {"test": made_up.evaluation(97.0)}
    made_up.store(tmp_path, made_up.run(EXPERIMENT, "efficiency", 3, teacher=teacher))
    assert "two machines: 1 of 50." in "".join(flawed_light(Catalogue(tmp_path)).limits)


def test_the_card_states_rule_numbers_and_commands_and_the_picture_shows_each_seed(tmp_path):
    found = figure_of(tmp_path)
    assert paper_figure(EXPERIMENT, Catalogue(tmp_path)).card() == found.card()
    for words in ("118880b", "reproduce flawed-light --seeds 10", "| loop-phases | 10 |"):
        assert words in found.card()
    (axes,) = forest(found.rows[1:], 0.3).axes
    dots = [line.get_xdata().tolist() for line in axes.lines if line.get_linestyle() == "None"]
    assert [row["values"] for row in found.rows[1:]] == [d for d in dots if len(d) == 10]
