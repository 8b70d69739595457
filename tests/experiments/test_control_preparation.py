"""What the discarded runs decide: known cases, the stored studies, and the grids that follow."""

import copy

import numpy as np
import pytest

from pqkd_helpers.cli import main
from pqkd_helpers.experiments.control_grids import CHOSEN, CONTROLS, CONTROLS_SEARCH, RECIPES
from pqkd_helpers.experiments.control_preparation import (
    MOST_PAIRS,
    chosen_recipes,
    pilot_study,
    prepare_controls,
    search_study,
)
from pqkd_helpers.experiments.equivalence import equivalence_power, pairs_needed
from pqkd_helpers.experiments.method_version import configuration_hash
from pqkd_helpers.experiments.records import stored_record, write_record
from tests.results import made_up

RANKS = {"rank-4": 4, "photonic": 8, "rank-16": 16}


def pilot_runs(scatter=0.1, slope=1.0, error=8.0, seeds=6):
    """Return runs whose error is ``error * (R / 8)**-slope``, times a common factor per seed."""
    rng = np.random.default_rng(0)
    luck = np.exp(rng.normal(0, 0.1, seeds))
    for arm, rank in {**RANKS, "yoked": 8}.items():
        for number in range(seeds):
            found = error * luck[number] * (rank / 8) ** -slope
            found += rng.normal(0, scatter) if arm == "yoked" else 0.0
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
def test_the_margin_is_one_filter_of_eight(slope):
    results = pilot_study(pilot_runs(slope=slope, scatter=0.05))["results"]
    assert results["slope"] == pytest.approx(slope)
    assert results["log_margin"] == pytest.approx(slope * np.log(8 / 7))
    assert results["margin"] == pytest.approx(results["error"] * ((8 / 7) ** slope - 1))


def test_the_number_of_pairs_follows_from_the_noise_up_to_a_limit():
    for scatter in (0.05, 0.8, 5.0):
        results = pilot_study(pilot_runs(scatter=scatter))["results"]
        noise, margin = results["standard_deviation"], results["margin"]
        assert results["pairs_needed"] == pairs_needed(noise, margin, level=0.05 / 3)
        assert results["pairs"] == min(results["pairs_needed"], MOST_PAIRS)
        power = equivalence_power(results["pairs"], noise, margin, level=0.05 / 3)
        assert results["power"] == power and (power >= 0.8 or results["pairs"] == MOST_PAIRS)


def test_the_command_writes_both_studies(tmp_path, capsys):
    for record in (*pilot_runs(), *search_runs({("yoked-base", 1000): 0.3})):
        write_record(
            record, tmp_path / f"{record['experiment']}-cpu-{record['arm']}-{record['seed']}.json"
        )
    assert (
        main(["study", "controls", "--records", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    )
    assert len(list((tmp_path / "out").iterdir())) == 2
    said = capsys.readouterr().out
    assert "yoked: base" in said and "pairs needed" in said


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(ValueError, match="controls-search --seeds 2"):
        prepare_controls(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


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
