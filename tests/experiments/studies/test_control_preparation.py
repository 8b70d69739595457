"""What the discarded runs decide: known cases, the stored studies, and the grids that follow."""

import copy

import numpy as np
import pytest

from pqkd_helpers.experiments.grids.controls import (
    CHOSEN,
    CONTROLS,
    CONTROLS_SEARCH,
    RANK,
    RECIPES,
)
from pqkd_helpers.experiments.studies.control_preparation import (
    MOST_PAIRS,
    _plan,
    chosen_recipes,
    pilot_study,
    preparation_table,
    prepare_controls,
    search_study,
)
from pqkd_helpers.records import stored_record
from pqkd_helpers.records.record import configuration_hash, record_path, write_record
from pqkd_helpers.statistics.equivalence import detection_power, equivalence_power
from tests.paper_figures import made_up

RANKS = (2, 4, 8, 16)


def pilot_runs(scatter=0.1, slope=1.0, error=8.0, seeds=6):
    """Return runs whose error is about ``error * (R / 8)**-slope``, times a factor per seed."""
    rng = np.random.default_rng(0)
    luck = np.exp(rng.normal(0, 0.1, seeds))
    arms = {f"rank-{rank}": rank for rank in RANKS} | {"yoked-rank-4": 4, "yoked-rank-8": 8}
    for arm, rank in arms.items():
        for number in range(seeds):
            found = error * luck[number] * (rank / 8) ** -slope
            found *= np.exp(rng.normal(0, 0.01))
            found += rng.normal(0, scatter) if "yoked" in arm else 0.0
            test = {"test": made_up.evaluation(100.0 - found)}
            yield made_up.run("controls-pilot", arm, 2000 + number, student=test)


def search_runs(cross_entropies):
    for (arm, seed), value in cross_entropies.items():
        found = {"validation": made_up.evaluation(90.0, cross_entropy=value)}
        yield made_up.run("controls-search", arm, seed, student=found)


def test_the_recipe_with_the_lowest_mean_cross_entropy_is_chosen():
    runs = search_runs(
        {
            ("yoked-base", 1000): 0.30,
            ("yoked-fast", 1000): 0.10,
            ("yoked-base", 1001): 0.30,
            ("yoked-fast", 1001): 0.40,  # 0.25 on average
            ("narrow-cnn-slow", 1000): 0.20,
        }
    )
    results = search_study(runs)["results"]
    assert results["chosen"] == {"narrow-cnn": "slow", "yoked": "fast"}
    assert len(results["runs"]) == 5


@pytest.mark.parametrize("slope", [0.5, 1.0])
def test_the_margin_is_one_filter(slope):
    for plan in pilot_study(pilot_runs(slope=slope, scatter=0.05))["results"]["plans"]:
        share = plan["rank"] / (plan["rank"] - 1)
        assert plan["slope"] == pytest.approx(slope, abs=0.01)
        assert plan["log_margin"] == pytest.approx(plan["slope"] * np.log(share))
        assert plan["margin"] == pytest.approx(plan["error"] * (share ** plan["slope"] - 1))


@pytest.mark.parametrize(
    ("scatter", "slope", "rank"), [(0.05, 1.0, 8), (3.0, 1.0, 4), (3.0, 0.1, 4)]
)
def test_the_papers_number_of_filters_is_kept_where_it_can_be_afforded(scatter, slope, rank):
    runs = pilot_runs(scatter=scatter, slope=slope, error=20.0 if slope < 1.0 else 8.0, seeds=40)
    results = pilot_study(runs)["results"]
    assert results["rank"] == rank
    for plan in results["plans"]:
        noise, margin = plan["standard_deviation"], plan["margin"]
        power = plan["power"]
        assert power["equivalence"] == equivalence_power(
            plan["pairs"], noise, margin, level=0.05 / 3
        )
        assert power["detection"] == detection_power(
            plan["pairs"], plan["rank_standard_deviation"], margin
        )
        assert min(power.values()) >= 0.8 or plan["pairs"] == MOST_PAIRS
        assert plan["pairs"] % 2 == 0 and 10 <= plan["pairs"] <= MOST_PAIRS


def test_both_studies_are_written_next_to_their_runs(tmp_path):
    for record in (*pilot_runs(), *search_runs({("yoked-base", 1000): 0.3})):
        experiment = record["experiment"]
        name = f"{experiment}-cpu-{record['arm']}-{record['seed']}"
        write_record(record, record_path(tmp_path, experiment, name))
    for experiment, said in {"search": "yoked: base", "pilot": "pairs needed"}.items():
        experiment = f"controls-{experiment}"
        ((path, record),) = prepare_controls(tmp_path, experiment).items()
        assert path == tmp_path / experiment / f"study-{experiment}.json"
        assert said in preparation_table(record)


@pytest.mark.parametrize(
    "kept", [lambda arm, seed: seed == 2000, lambda arm, seed: arm != "rank-4"]
)
def test_half_a_pilot_is_refused(kept):
    runs = [run for run in pilot_runs() if kept(run["arm"], run["seed"])]
    with pytest.raises(ValueError, match=r"too few seeds .*rank-4 [01],"):
        pilot_study(runs)


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no record of controls-search"):
        prepare_controls(tmp_path, "controls-search")
    assert not list(tmp_path.iterdir())


def test_the_recipes_of_the_controls_are_those_that_the_search_chose():
    results = stored_record("study-controls-search")["results"]
    assert CHOSEN == results["chosen"] == chosen_recipes(copy.deepcopy(results["runs"]))
    assert {f"{run['arm']}-{run['recipe']}" for run in results["runs"]} == set(CONTROLS_SEARCH.arms)
    for run in results["runs"]:
        arm = f"{run['arm']}-{run['recipe']}"
        config = CONTROLS_SEARCH.config("cpu", "mnist", arm, run["seed"])
        assert run["configuration_hash"] == configuration_hash(config.as_json())
    for arm, recipe in CHOSEN.items():
        assert RECIPES[recipe].items() <= CONTROLS.arms[arm].items()


def test_the_runs_that_count_have_the_filters_that_the_pilot_chose():
    results = stored_record("study-controls-pilot")["results"]
    errors = {arm: np.array(found) for arm, found in results["test_errors"].items()}
    for plan in results["plans"]:
        again = _plan(errors, plan["rank"])
        for part in ("pairs_needed", "power"):  # processors differ in the last digits
            assert plan.pop(part) == pytest.approx(again.pop(part), rel=1e-9)
        assert plan == pytest.approx(again, rel=1e-9)
    assert results["rank"] == RANK == CONTROLS.config("cpu", "mnist", "photonic", 0).rank
