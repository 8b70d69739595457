"""The plan of the ladder keeps its own rules: values counted, one change at a time, seeds apart."""

import itertools

import pytest

from pqkd_helpers.compression import trained_values
from pqkd_helpers.experiments.grids import ladder
from pqkd_helpers.experiments.grids.ladder import (
    CANDIDATES,
    FRONTIER_AT_BEST,
    LADDER_CHOICES,
    LADDER_GRIDS,
    PLAIN_RATES,
    QUESTIONS,
    SHAPES,
)
from pqkd_helpers.experiments.grids.ladder_students import student
from pqkd_helpers.experiments.runs.building import build_student
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.run import record_of
from pqkd_helpers.experiments.studies.ladder_choices import SEEDS, answers, choices_study
from pqkd_helpers.records import Catalogue

ARMS = [(grid, arm) for grid in LADDER_GRIDS for arm in grid.arms]
NAMES = [f"{grid.experiment} {arm}" for grid, arm in ARMS]


def counted(config):
    """Trained values, the angles of a PQKD student included, also where they rest."""
    n_angles = config.n_angles if config.student == "pqkd" else 0
    return trained_values(build_student(config, 1, 10)) + n_angles


def planned(arm):
    """The values that an arm may train, from its name."""
    if arm == "filters-for-angles":  # without angles
        return 1984 + 30
    sizes = [int(part) for part in arm.split("-") if part.isdigit() and int(part) >= 100]
    return sizes[0] if sizes else 1984


@pytest.mark.parametrize(("grid", "arm"), ARMS, ids=NAMES)
def test_no_arm_trains_more_values_than_planned(grid, arm):
    config = grid.config("cpu", "mnist", arm, grid.first_seed)
    most = planned(arm)
    unspent = 17 if config.student == "pqkd" else 0.06 * most  # two filters; a channel
    assert most - unspent <= counted(config) <= most


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        ("base", 1982),
        ("biases", 1983),
        ("two-bases", 1982),
        ("wide-few-last", 1976),
    ],
)
def test_the_allocations_of_1984_values(arm, expected):
    assert counted(LADDER_CHOICES.config("cpu", "mnist", arm, 1000)) == expected


def test_the_formula_of_the_values_is_what_is_counted():
    for widths, first, channels in itertools.product(
        ((8, 8, 8), (4, 6, 9)), (3, 5), ("batch-norm", "biases")
    ):
        shape = {"widths": widths, "first": first, "channels": channels, "most": 900}
        for shared in (True, False):
            config = RunConfig(**student(**shape, shared=shared))
            filters = config.rank[2] if isinstance(config.rank, tuple) else config.rank
            per_channel = 1 if channels == "biases" else 2
            expected = 30 + 25 * first + 9 * filters * (1 if shared else 2)
            expected += per_channel * sum(widths) + 10 * (widths[2] + 1)
            assert counted(config) == expected <= 900


def test_the_allocation_of_1184_values():
    assert counted(FRONTIER_AT_BEST.config("cpu", "mnist", "pqkd-1184", 0)) == 1176


def test_whatever_shape_is_chosen_it_is_within_the_budget():
    for chosen in itertools.product(*(arms.values() for arms in SHAPES.values())):
        arguments = {name: value for shape in chosen for name, value in shape.items()}
        config = RunConfig(**student(**arguments))
        assert 1984 - 26 <= counted(config) <= 1984, arguments
        for size, shape in ladder.SIZES.items():
            small = RunConfig(**student(**{**arguments, **shape, "most": size}))
            assert counted(small) <= size, (arguments, size)


@pytest.mark.parametrize("grid", LADDER_GRIDS, ids=lambda grid: grid.experiment)
def test_all_students_of_a_seed_have_one_teacher(grid):
    teachers = {
        arm: str(grid.config("cpu", "mnist", arm, grid.first_seed).teacher_as_json())
        for arm in grid.arms
    }
    assert len(set(teachers.values())) == 1


def test_the_seeds_of_the_choices_are_not_those_of_the_tests():
    tested = {job.config.seed for job in FRONTIER_AT_BEST.jobs("cpu", 3)}
    discarded = {job.config.seed for job in LADDER_CHOICES.jobs("cpu", 2)}
    assert tested == {0, 1, 2} and discarded == {*SEEDS} == {1000, 1001}


def test_each_candidate_changes_what_its_question_asks_alone():
    base = LADDER_CHOICES.config("cpu", "mnist", "base", 1000)
    for question, arms in QUESTIONS.items():
        assert next(iter(arms)) == "base" and arms["base"] == {}
        for arm, values in arms.items():
            changed = LADDER_CHOICES.config("cpu", "mnist", arm, 1000).as_json()
            differing = {n for n in changed if changed[n] != base.as_json().get(n)}
            assert differing <= {*values}, (question, arm)
            assert (arm == "base") == (not differing), arm
    assert all(next(iter(arms)) == "base" for arms in SHAPES.values())
    names = [arm for arms in (*SHAPES.values(), *QUESTIONS.values()) for arm in arms]
    assert len(set(names)) == len(CANDIDATES) == len(names) - names.count("base") + 1


def test_the_answers_are_those_of_the_stored_study_of_the_choices():
    study = Catalogue().study("ladder-choices")
    assert study["results"]["chosen"] == ladder.CHOSEN
    runs = {(run["arm"], run["seed"]) for run in study["results"]["runs"]}
    assert runs >= {(arm, seed) for arm in (*CANDIDATES, *PLAIN_RATES) for seed in SEEDS}


def accuracies(**of_arms):
    """Runs of the two seeds that decide, and of a third, which speaks for the base."""
    return [
        {"arm": arm.replace("_", "-"), "seed": seed, "validation_accuracy": accuracy}
        for arm, pair in of_arms.items()
        for seed, accuracy in zip((1000, 1001, 1002), (*pair, arm == "base"), strict=True)
    ]


def test_the_highest_mean_of_the_first_two_seeds_is_chosen():
    runs = accuracies(base=(0.97, 0.97), cool=(0.90, 0.99), hot=(0.972, 0.974))
    assert answers(runs, {"heat": ["base", "cool", "hot"]}) == {"heat": "hot"}


@pytest.mark.parametrize(("hot", "expected"), [(0.9710, "base"), (0.9711, "hot")])
def test_within_a_tenth_of_a_point_the_simplest_is_chosen(hot, expected):
    runs = accuracies(base=(0.97, 0.97), cool=(0.9699, 0.9699), hot=(hot, hot))
    assert answers(runs, {"heat": ["base", "cool", "hot"]})["heat"] == expected


def test_nothing_is_chosen_while_a_run_is_missing():
    with pytest.raises(ValueError, match=r"1 runs .* hot of seed 1000"):
        answers(
            accuracies(base=(0.97, 0.97))[:2] + accuracies(hot=(0.9, 0.9))[1:],
            {"heat": ["base", "hot"]},
        )


def test_the_record_of_the_choices_holds_every_run():
    records = [
        {
            "arm": arm,
            "seed": seed,
            "student": {"final": {"validation": {"accuracy": 0.9 + 0.01 * (arm == "hot")}}},
            "configuration_hash": "0" * 16,
        }
        for arm in (*CANDIDATES, *PLAIN_RATES)
        for seed in SEEDS
    ]
    results = choices_study(records)["results"]
    assert len(results["runs"]) == 2 * (len(CANDIDATES) + len(PLAIN_RATES))
    expected = dict.fromkeys({**SHAPES, **QUESTIONS}, "base")
    expected |= {"distillation": "hot", "plain": "plain-rate-1e-2"}
    assert results["chosen"] == expected


@pytest.mark.slow
@pytest.mark.parametrize("arm", LADDER_CHOICES.arms)
def test_a_tiny_run_of_every_idea_is_carried_out(arm):
    config = LADDER_CHOICES.config("smoke", "mnist", arm, 1000)
    record = record_of(config, ("ladder-choices", arm, "smoke"))
    assert len(record["student"]["epochs"]) == config.epochs


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["pqkd-600", "plain-600", "plain-distilled-600"])
def test_a_tiny_run_of_the_frontier_is_carried_out(arm):
    record = record_of(
        FRONTIER_AT_BEST.config("smoke", "mnist", arm, 0), ("frontier-at-best", arm, "smoke")
    )
    assert record["compression"]["student_values"] <= 600
