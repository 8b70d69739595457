"""The ladder's figures on made-up runs: known steps and differences, and nothing too early."""

import typing

import pytest

from pqkd_helpers.experiments.grids import ladder as plan
from pqkd_helpers.experiments.studies.bytes_at_best import ARMS
from pqkd_helpers.paper_figures.claims import FIGURES, paper_figure
from pqkd_helpers.paper_figures.ladder import cumulated, frontier, in_bytes, planned, rungs
from pqkd_helpers.paper_figures.ladder.rung_words import (
    ANGLES,
    BEST,
    CHOSEN_RUNGS,
    RUNGS,
    SINGLE,
    rung_in_words,
)
from pqkd_helpers.publishing.own_figures import write_own_figures
from pqkd_helpers.records import Catalogue
from pqkd_helpers.statistics.verdicts import Verdict

from . import made_up

AT_REACH = {"published": 93.0, "at-rest": 95.0, "allocated": 95.5, "batch-norm": 97.5}
CHOSEN = {
    "chosen-shape": {"student_widths": [32, 48, 24]},
    "chosen-angles": dict(plan.QUESTIONS["angles"]["annealed-fresh"]),
    "chosen-distillation": {"temperature": 6.0, "hard_weight": 0.1},
}


def ladder_of(folder, accuracies=None, **options):
    made_up.ladder(folder, accuracies, **options)
    return cumulated.ladder(Catalogue(folder))


def rungs_of(folder, accuracies=None):
    made_up.ladder(folder, accuracies, experiment="ladder-rungs", seeds=3)
    return rungs.ladder_rungs(Catalogue(folder))


def frontier_of(folder, accuracies=None):
    made_up.ladder(folder, accuracies, experiment="frontier-at-best", seeds=3)
    return frontier.frontier_at_best(Catalogue(folder))


def bytes_of(folder, **options):
    made_up.bytes_at_best(folder, **options)
    return in_bytes.bytes_at_best(Catalogue(folder))


def row_of(result, arm):
    (row,) = [row for row in result.rows if row["arm"] == arm]
    return row


# --- the plan


def test_every_arm_of_the_plan_has_its_place_and_its_words():
    assert [*RUNGS, *CHOSEN_RUNGS] == [*plan.STEPS]
    long = [f"plain-{budget}-long{end}" for budget in planned.TO_REACH for end in cumulated.PLAIN]
    long += [arm for arms in cumulated.STUDENTS.values() for arm in arms]
    assert {*plan.LADDER.arms} - {*CHOSEN_RUNGS} == {*RUNGS, *long}
    single = [arm for group in SINGLE.values() for arm in group]
    assert {*single, rungs.BASE} == {*plan.LADDER_RUNGS.arms, BEST}
    words = [word for group in SINGLE.values() for word in group.values()]
    assert len({*words}) == len(words)
    sizes = {f"{name}-{size}" for name in frontier.NETWORKS for size in frontier.SIZES}
    assert sizes == {*plan.FRONTIER_AT_BEST.arms} and in_bytes.LONG in ARMS


def test_what_must_be_reached_is_what_the_plan_says():
    assert {*planned.TO_REACH} == {plan.MOST, plan.FEWER}
    for n_values, goal in planned.TO_REACH.items():
        assert f"{goal} % at {n_values:,}" in plan.__doc__
        assert f"{goal} % with at most {n_values:,}" in str(cumulated.RULE)


@pytest.mark.parametrize("answer", [arm for arm in plan.QUESTIONS["angles"] if arm != "base"])
def test_a_chosen_movement_of_the_angles_is_known_by_its_settings(answer):
    settings = plan.LADDER_RUNGS.config("cpu", "mnist", answer, 0).as_json()
    assert rung_in_words("chosen-angles", settings) == f"angles: {ANGLES[answer]}"


def test_chosen_rungs_say_what_was_chosen():
    settings = plan.LADDER_RUNGS.config("cpu", "mnist", "wide", 0).as_json()
    assert rung_in_words("chosen-shape", settings) == "channels 32, 64, 32"
    found = [
        rung_in_words(
            "chosen-distillation", plan.LADDER_RUNGS.config("cpu", "mnist", arm, 0).as_json()
        )
        for arm in ("labels-alone", "cool", "hot-teacher")
    ]
    assert found == [
        "labels alone",
        "temperature 1.5, labels weigh 0.5",
        "temperature 6, labels weigh 0.1",
    ]
    words = [
        rung_in_words(arm, settings) for arm in (*RUNGS, *CHOSEN_RUNGS) if arm != "chosen-angles"
    ]
    assert all(words) and len({*words}) == len(words)


# --- all of them


@pytest.mark.parametrize(
    ("make", "n_seeds"),
    [
        (ladder_of, cumulated.N_SEEDS),
        (rungs_of, rungs.N_SEEDS),
        (frontier_of, frontier.N_SEEDS),
        (bytes_of, in_bytes.SEEDS_SHOWN),
    ],
)
def test_each_says_how_it_was_decided_and_made_without_the_papers_verdicts(tmp_path, make, n_seeds):
    result = make(tmp_path)
    card = paper_figure(result.name, Catalogue(tmp_path)).card()
    assert result.findings == [] and result.figure.get_suptitle()
    for words in (str(result.rule), planned.OURS, *result.limits):
        assert words in card
    assert f"reproduce {result.name} --tier cpu --seeds {n_seeds}" in card
    for verdict in set(typing.get_args(Verdict)):
        assert f"**{verdict}**" not in card and f" {verdict}." not in card


@pytest.mark.parametrize(
    ("make", "needed"),
    [
        (ladder_of, ["at-rest-seed4", "plain-1184-long-distilled-seed0"]),
        (rungs_of, ["gaussian-seed2", "base-seed0"]),
        (frontier_of, ["pqkd-600-seed1", "plain-without-batch-norm-20000-seed2"]),
        (bytes_of, ["long-seed1"]),
    ],
)
def test_before_the_last_planned_run_there_is_no_figure(tmp_path, make, needed):
    result = make(tmp_path)
    for name in needed:
        (record,) = tmp_path.glob(f"{result.name}/*-{name}.json")
        away = record.rename(tmp_path / "away")
        assert FIGURES[result.name](Catalogue(tmp_path)) is None, name
        away.rename(record)
    assert FIGURES[result.name](Catalogue(tmp_path)).rows == result.rows


def test_own_records_that_are_too_few_are_told_why(tmp_path):
    folder = tmp_path / "records"
    made_up.ladder(folder, seeds=2)
    frontier_of(folder)
    for path in (folder / "frontier-at-best").glob("*-plain-distilled-6000-*"):
        path.unlink()
    told = {figure.name: str(figure) for figure in write_own_figures(folder, tmp_path / "out")}
    assert "records of tier cpu are there, but too few" in told["ladder"]
    assert "no record of frontier-at-best plain-distilled-6000" in told["frontier-at-best"]
    assert "no record of ladder-rungs at tier cpu" in told["ladder-rungs"]
    assert "no record of bytes-at-best" in told["bytes-at-best"]


def test_seeds_beyond_the_plan_do_not_count(tmp_path):
    before = ladder_of(tmp_path, AT_REACH)
    made_up.store(tmp_path, made_up.run("ladder", "at-rest", 5))
    assert cumulated.ladder(Catalogue(tmp_path)).rows == before.rows


# --- the cumulated ladder


def test_a_step_is_the_paired_difference_from_the_rung_before(tmp_path):
    result = ladder_of(tmp_path, AT_REACH)
    steps = [row["step"] for row in result.rows[:5]]
    assert steps[0] is None
    assert [step.mean for step in steps[1:]] == pytest.approx([2.0, 0.5, 1.5, 0.5])
    # The seeds lie apart by more than the intervals of paired differences are wide.
    assert all(step.half_width == pytest.approx(0.0) for step in steps[1:])
    assert result.rows[1]["test accuracy"].mean == pytest.approx(95.2)
    assert result.rows[1]["test accuracy"].half_width == pytest.approx(0.196, abs=0.001)
    assert row_of(result, "long")["step"].mean == pytest.approx(97.0 - 97.5)


def test_the_long_runs_are_compared_with_both_plain_networks_of_their_size(tmp_path):
    plain = {"plain-1984-long": 96.0, "plain-1984-long-distilled": 98.5, "plain-1184-long": 97.25}
    result = ladder_of(tmp_path, {**plain, "small-long": 96.5})
    columns = list(cumulated.MINUS.values())
    found = {
        arm: [row_of(result, arm)[name].mean for name in columns]
        for arm in ("long", "small-long", "small-many-filters-long")
    }
    assert found["long"] == pytest.approx([1.0, -1.5])
    assert found["small-long"] == pytest.approx([-0.75, -0.5])
    assert found["small-many-filters-long"] == pytest.approx([-0.25, 0.0])
    others = [row for row in result.rows if row["arm"] not in found]
    assert all(row[name] is None for row in others for name in columns)


def test_it_says_what_was_reached_and_by_how_much_the_rest_falls_short(tmp_path):
    result = ladder_of(tmp_path, {"long": 98.3, "small-long": 97.0, "small-many-filters-long": 98})
    found = [row_of(result, arm)["found"] for arm in cumulated.STUDENTS[1984]]
    assert found == ["reached"]  # the mean of the five seeds is 0.2 above the first
    found = [row_of(result, arm)["found"] for arm in cumulated.STUDENTS[1184]]
    assert found == ["0.30 points short", "reached"]
    assert "97.5 % with 1,184 values (PQKD): 97.20 [97.00, 97.40], 0.30 points short." in result.alt
    assert {row["found"] for row in result.rows if "plain" in row["arm"]} == {None}


def test_chosen_rungs_stand_on_top_in_plain_words(tmp_path):
    result = ladder_of(tmp_path, {"chosen-angles": 97.5}, chosen=CHOSEN)
    arms = [row["arm"] for row in result.rows]
    assert arms[5:9] == [*CHOSEN, "long"]
    assert [row["what"] for row in result.rows[5:8]] == [
        "channels 32, 48, 24",
        "angles: fresh z, last third at rest",
        "temperature 6, labels weigh 0.1",
    ]
    assert [row["step"].mean for row in result.rows[5:8]] == pytest.approx([0.0, 0.5, -0.5])


@pytest.mark.parametrize("rung", ["chosen-distillation", "chosen-shape"])
def test_a_chosen_rung_that_lacks_a_run_is_missed(tmp_path, rung):
    assert ladder_of(tmp_path, chosen=CHOSEN) is not None
    (last,) = tmp_path.glob(f"*/*-{rung}-seed3.json")
    last.unlink()
    assert cumulated.ladder(Catalogue(tmp_path)) is None


def test_the_last_rung_is_missed_by_the_recipe_of_the_long_run(tmp_path):
    ladder_of(tmp_path, chosen=CHOSEN)
    for path in tmp_path.glob("*/*-chosen-distillation-*"):
        path.unlink()
    assert cumulated.ladder(Catalogue(tmp_path)) is None


def test_its_picture_shows_steps_goals_and_differences(tmp_path):
    result = ladder_of(tmp_path, AT_REACH)
    top, middle, bottom = result.draw().axes
    assert [text.get_text() for text in top.texts] == [
        *("step (points)", "+2.00 ± 0.00", "+0.50 ± 0.00", "+1.50 ± 0.00", "+0.50 ± 0.00"),
    ]
    assert [label.get_text() for label in top.get_yticklabels()] == [*RUNGS.values()]
    assert top.lines[0].get_xdata().tolist() == result.rows[0]["values"]
    goals = [
        tuple(lines.get_segments()[0][:, 0])
        for lines in middle.collections
        if lines.get_linestyle()[0][1]
    ]
    assert goals == [(98.5, 98.5), (97.5, 97.5)]
    centres = [bars[0].get_xdata()[0] for bars in bottom.containers]
    shown = [row[name] for row in result.rows for name in cumulated.MINUS.values() if row[name]]
    assert centres == pytest.approx([difference.mean for difference in shown])


# --- single rungs


def test_each_rung_is_compared_with_the_base_but_one_with_the_moving_angles(tmp_path):
    result = rungs_of(tmp_path, {"hot": 97.5, "moving": 96.0, "moving-unit-vectors": 96.2})
    name = rungs.DIFFERENCE
    assert row_of(result, "base")[name] is None
    for arm, expected in {
        "hot": 0.5,
        "moving": -1.0,
        "moving-unit-vectors": 0.2,
        "wide": 0,
    }.items():
        assert row_of(result, arm)[name].mean == pytest.approx(expected)
        assert row_of(result, arm)[name].n == 3
    against = {row["arm"]: row["compared with"] for row in result.rows}
    assert {arm for arm, other in against.items() if other != "base"} == {
        *("base", "moving-unit-vectors"),
    }
    assert "temperature 6, not 3 +0.50" in result.alt


def test_its_forest_has_a_block_for_every_question_and_arrows_for_what_is_far_off(tmp_path):
    others = {arm: 97.0 + 0.2 * (number % 3 - 1) for number, arm in enumerate(plan.CANDIDATES)}
    result = rungs_of(tmp_path, {**others, "base": 97.0, "rate-3e-2": 60.0})
    panels = result.draw().axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == [question for question in SINGLE if question != "All answers together"]
    for axes, title in zip(panels, titles, strict=True):
        labels = [label.get_text() for label in axes.get_yticklabels()]
        assert labels == [*SINGLE[title].values()]
    assert [text.get_text() for axes in panels for text in axes.texts] == ["-37.0 ←"]


def test_the_best_has_its_own_line_once_there_is_one(tmp_path):
    rungs_of(tmp_path)
    for seed in range(3):
        record = made_up.run("ladder-rungs", "base", seed)
        made_up.store(tmp_path, {**record, "arm": BEST})
    result = rungs.ladder_rungs(Catalogue(tmp_path))
    assert row_of(result, BEST)["what"] == "the chosen recipe"
    assert result.draw().axes[-1].get_title(loc="left") == "All answers together"


# --- the frontier


def test_at_each_size_pqkd_is_compared_with_each_plain_network_whoever_wins(tmp_path):
    accuracies = {"pqkd-600": 92.0, "plain-600": 90.0, "plain-distilled-600": 93.0}
    accuracies |= {"plain-without-batch-norm-20000": 97.5}
    result = frontier_of(tmp_path, accuracies)
    found = {
        (row["size"], row["kind"]): row[frontier.DIFFERENCE].mean
        for row in result.rows
        if row["kind"] != frontier.PQKD
    }
    assert len(found) == 20
    assert found[600, "plain"] == pytest.approx(2.0)
    assert found[600, "plain-distilled"] == pytest.approx(-1.0)
    assert found[20_000, "plain-without-batch-norm"] == pytest.approx(-0.5)
    assert found[1_984, "plain"] == pytest.approx(0.0)
    assert "600 values: PQKD at its best 92.10, plain CNN, batch norm 90.10" in result.alt


def test_its_picture_shows_five_lines_and_the_differences(tmp_path):
    result = frontier_of(tmp_path, {"pqkd-600": 92.0, "plain-600": 90.0})
    top, bottom = result.draw().axes
    assert len(top.containers) == 5 and len(bottom.containers) == 4
    pqkd = top.containers[0][0]
    assert pqkd.get_xdata().tolist() == [*frontier.SIZES]
    assert pqkd.get_ydata() == pytest.approx([92.1, 97.1, 97.1, 97.1, 97.1])
    plain = bottom.containers[0][0]
    assert plain.get_ydata() == pytest.approx([2.0, 0.0, 0.0, 0.0, 0.0])
    looks = {(line[0].get_marker(), line[0].get_linestyle()) for line in top.containers}
    assert len(looks) == 5  # told apart in grey
    assert len({line[0].get_marker() for line in bottom.containers}) == 4


# --- in bytes


def test_a_student_is_compared_with_the_teacher_of_its_own_bytes(tmp_path):
    """The sizes differ from seed to seed, so the teacher's row is found by each seed's own."""
    result = bytes_of(tmp_path, accuracy=98.4, lead=-0.3)
    students = result.rows[:3]
    assert [row["bytes"] for row in students] == [11_601, 6_701, 4_201]
    for row, teacher in zip(students, result.rows[3:6], strict=True):
        assert row[in_bytes.DIFFERENCE].mean == pytest.approx(-0.3 + 0.02)
        assert teacher["bytes"] == row["bytes"] - 20
        assert teacher["network"] == f"teacher, pruned to as many bytes as {row['format']}"
    assert [row["network"] for row in result.rows[6:]] == [
        *("teacher, pruned to as many values", "teacher, int8"),
    ]
    assert result.rows[6]["test accuracy"].mean == pytest.approx(97.4)


def test_it_says_which_files_reach_what_they_should(tmp_path):
    result = bytes_of(tmp_path, accuracy=98.47)
    assert (
        "98.5 % in 7 kB: student, float16 in 6,701 bytes 98.52 [98.27, 98.77] %, reached; "
        "student, int8 in 4,201 bytes 98.47 [98.22, 98.72] %, 0.03 points short."
    ) in result.reading


def test_further_students_are_shown_once_they_have_as_many_seeds(tmp_path):
    made_up.bytes_at_best(tmp_path, arms=("small-long",), seeds=2)
    assert {row["student"] for row in bytes_of(tmp_path).rows} == {"long"}
    made_up.bytes_at_best(tmp_path, arms=("small-long",), seeds=3)
    result = in_bytes.bytes_at_best(Catalogue(tmp_path))
    assert {row["student"] for row in result.rows} == {"long", "small-long"}
    assert "--arms long small-long" in result.rerun


def test_its_picture_joins_the_files_of_a_student_and_shows_the_differences(tmp_path):
    result = bytes_of(tmp_path)
    above, below = result.draw().axes
    (student,) = [line for line in above.containers if line.get_label() == in_bytes.STUDENT]
    assert student[0].get_xdata() == pytest.approx([11.601, 6.701, 4.201])
    assert student[0].get_ydata() == pytest.approx([98.5, 98.45, 98.4])
    (corner,) = [patch for patch in above.patches if patch.get_label() == "to be reached"]
    assert corner.get_y() == 98.5 and corner.get_x() + corner.get_width() == pytest.approx(7.0)
    centres = [bars[0].get_xdata()[0] for bars in below.containers]
    assert centres == pytest.approx([row[in_bytes.DIFFERENCE].mean for row in result.rows[:3]])
