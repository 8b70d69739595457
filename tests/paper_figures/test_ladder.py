"""The ladder's figures on made-up runs: known differences, and nothing too early."""

import typing

import numpy as np
import pytest

from pqkd_helpers.experiments.grids import ladder as plan
from pqkd_helpers.experiments.studies.bytes_at_best import ARMS
from pqkd_helpers.experiments.studies.ladder_choices import SEEDS
from pqkd_helpers.paper_figures.claims import FIGURES, paper_figure
from pqkd_helpers.paper_figures.ladder import frontier, ideas, in_bytes, planned
from pqkd_helpers.paper_figures.ladder.ideas import IDEAS, TOGETHER
from pqkd_helpers.publishing.own_figures import write_own_figures
from pqkd_helpers.publishing.readme import with_results
from pqkd_helpers.records import Catalogue
from pqkd_helpers.statistics.verdicts import Verdict

from . import made_up


def ideas_of(folder, accuracies=None):
    made_up.ladder(folder, accuracies, experiment="ladder-choices", seeds=2)
    return ideas.ladder_choices(Catalogue(folder))


def frontier_of(folder, accuracies=None):
    made_up.ladder(folder, accuracies)
    return frontier.frontier_at_best(Catalogue(folder))


def bytes_of(folder, **options):
    made_up.bytes_at_best(folder, **options)
    return in_bytes.bytes_at_best(Catalogue(folder))


def row_of(result, arm):
    (row,) = [row for row in result.rows if row["arm"] == arm]
    return row


# --- the plan


def test_every_arm_of_the_plan_has_its_place_and_its_words():
    single = [arm for group in IDEAS.values() for arm in group]
    plain = {*plan.PLAIN_RATES}
    assert {*single, ideas.BASE} == {*plan.LADDER_CHOICES.arms} - plain
    assert {*TOGETHER} == {*plan.TOGETHER}
    words = [word for group in IDEAS.values() for word in group.values()]
    assert len({*words}) == len(words)
    sizes = {f"{name}-{size}" for name in frontier.NETWORKS for size in frontier.SIZES}
    assert ideas.SEEDS == SEEDS
    assert sizes == {*plan.FRONTIER_AT_BEST.arms} and in_bytes.BEST in ARMS


def test_what_must_be_reached_is_what_the_plan_says():
    assert {*planned.TO_REACH} == {plan.MOST, plan.FEWER}
    for n_values, goal in planned.TO_REACH.items():
        assert f"{goal} % at {n_values:,}" in plan.__doc__
        assert f"{goal} % with at most {n_values:,}" in str(planned.RULE)


# --- all of them


@pytest.mark.parametrize(
    ("make", "n_seeds"),
    [
        (ideas_of, len(SEEDS)),
        (frontier_of, len(frontier.SEEDS)),
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
        (ideas_of, ["gaussian-seed1001", "base-seed1000"]),
        (frontier_of, ["pqkd-1984-seed1", "plain-distilled-1984-seed2"]),
        (bytes_of, ["pqkd-1984-seed1"]),
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
    made_up.ladder(folder, experiment="ladder-choices", seeds=1)
    frontier_of(folder)
    for path in (folder / "frontier-at-best").glob("*-plain-distilled-1984-*"):
        path.unlink()
    told = {figure.name: str(figure) for figure in write_own_figures(folder, tmp_path / "out")}
    assert "records of tier cpu are there, but too few" in told["ladder-choices"]
    assert "no record of frontier-at-best plain-distilled-1984" in told["frontier-at-best"]
    assert "no record of bytes-at-best" in told["bytes-at-best"]


# --- every idea alone


def test_each_idea_is_compared_with_the_base_but_one_with_the_moving_angles(tmp_path):
    result = ideas_of(tmp_path, {"hot": 97.5, "moving": 96.0, "moving-unit-vectors": 96.2})
    name = ideas.DIFFERENCE
    assert row_of(result, "base")[name] is None
    assert row_of(result, "base")["validation accuracy"] == pytest.approx(97.05)
    for arm, expected in {
        "hot": 0.5,
        "moving": -1.0,
        "moving-unit-vectors": 0.2,
        "biases": 0,
    }.items():
        assert row_of(result, arm)[name] == pytest.approx(expected, abs=1e-9)
        assert row_of(result, arm)["values"] == pytest.approx([expected] * 2, abs=1e-9)
    against = {row["arm"]: row["compared with"] for row in result.rows}
    assert {arm for arm, other in against.items() if other != "base"} == {
        *("base", "moving-unit-vectors"),
    }
    assert "temperature 6, not 3 +0.50" in result.alt


def test_its_picture_has_a_block_for_every_question_and_arrows_for_what_is_far_off(tmp_path):
    others = {arm: 97.0 + 0.2 * (number % 3 - 1) for number, arm in enumerate(plan.CANDIDATES)}
    result = ideas_of(tmp_path, {**others, "base": 97.0, "rate-3e-2": 60.0})
    panels = result.draw().axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == [*dict.fromkeys(row["question"] for row in result.rows[1:])]
    for axes, title in zip(panels, titles, strict=True):
        labels = [label.get_text() for label in axes.get_yticklabels()]
        assert labels == [*IDEAS[title].values()]
    assert [text.get_text() for axes in panels for text in axes.texts] == ["-37.0 ←"]


def test_every_seed_of_an_idea_that_is_not_far_off_lies_inside_its_panel():
    rows = [row for row in paper_figure("ladder-choices").rows if row["compared with"] == "base"]
    rows = [row for row in rows if row["arm"] not in TOGETHER]
    for axes in ideas.dots(rows).axes:
        seeds = [line.get_xdata() for line in axes.lines if line.get_marker() == "."]
        assert all(max(map(abs, of_idea)) < axes.get_xlim()[1] for of_idea in seeds)


def test_seeds_beyond_the_plan_do_not_count(tmp_path):
    before = ideas_of(tmp_path)
    made_up.store(tmp_path, made_up.run("ladder-choices", "base", 1002))
    assert ideas.ladder_choices(Catalogue(tmp_path)).rows == before.rows


@pytest.mark.parametrize("arm", TOGETHER)
def test_answers_together_have_their_own_line_once_they_have_run(tmp_path, arm):
    before = ideas_of(tmp_path)
    assert {*TOGETHER} <= {row["arm"] for row in before.rows}
    (record,) = tmp_path.glob(f"ladder-choices/*-{arm}-seed1001.json")
    record.unlink()
    rows = ideas.ladder_choices(Catalogue(tmp_path)).rows
    assert [row for row in before.rows if row["arm"] != arm] == rows


# --- the frontier


def test_no_line_joins_points_that_are_moved_sideways(tmp_path):
    top = frontier_of(tmp_path).draw().axes[0]
    assert {container[0].get_linestyle() for container in top.containers} == {"None"}
    assert len(top.containers) == 3


def test_at_each_size_pqkd_is_compared_with_each_plain_network_whoever_wins(tmp_path):
    accuracies = {"pqkd-600": 92.0, "plain-600": 90.0, "plain-distilled-600": 93.0}
    accuracies |= {"plain-20000": 97.5}
    result = frontier_of(tmp_path, accuracies)
    found = {
        (row["size"], row["kind"]): row[frontier.DIFFERENCE].mean
        for row in result.rows
        if row["kind"] != frontier.PQKD
    }
    assert len(found) == 10
    assert found[600, "plain"] == pytest.approx(2.0)
    assert found[600, "plain-distilled"] == pytest.approx(-1.0)
    assert found[20_000, "plain"] == pytest.approx(-0.5)
    assert found[1_984, "plain"] == pytest.approx(0.0)
    assert "600 values: PQKD at its best 92.10, plain CNN 90.10" in result.alt


def test_a_size_is_shown_once_its_runs_are_there(tmp_path):
    result = frontier_of(tmp_path)
    assert {row["size"] for row in result.rows} == {*frontier.SIZES}
    for name in ("pqkd-600-seed1", "plain-6000-seed2"):
        (record,) = tmp_path.glob(f"frontier-at-best/*-{name}.json")
        record.unlink()
    result = frontier.frontier_at_best(Catalogue(tmp_path))
    assert {row["size"] for row in result.rows} == {1184, 1984, 20_000}
    assert "Planned, not (all) run yet: 600, 6,000 values." in result.limits


def test_it_says_what_was_reached_and_by_how_much_the_rest_falls_short(tmp_path):
    result = frontier_of(tmp_path, {"pqkd-1984": 98.4, "pqkd-1184": 97.1})
    assert row_of_size(result, 1984)["found"] == "reached"  # the mean is 0.1 above the first seed
    assert row_of_size(result, 1184)["found"] == "0.30 points short"
    assert "97.5 % with 1,184 values: 97.20 [96.95, 97.45], 0.30 points short." in result.alt
    assert {row["found"] for row in result.rows if row["kind"] != frontier.PQKD} == {None}


def test_the_readme_says_how_good_the_idea_gets_once_it_is_known(tmp_path):
    block = "<!-- from the records: answer -->\n<!-- end -->"
    assert "How good" not in with_results(block, Catalogue(tmp_path))
    frontier_of(tmp_path, {"pqkd-1984": 98.0, "plain-1984": 97.0, "plain-distilled-1984": 98.3})
    text = with_results(block, Catalogue(tmp_path))
    assert "untuned angles" in text and plan.TAKEN["angles"] == "base"
    assert "98.10 % of MNIST's test images" in text
    assert "alone 97.10 %, taught by the same teacher 98.40 %" in text
    bytes_of(tmp_path)
    assert "diverged" not in with_results(block, Catalogue(tmp_path))
    bytes_of(tmp_path, accuracy=89.85)
    text = with_results(block, Catalogue(tmp_path))
    assert "2 of 3 students diverged (down to 90 and 90 %)" in text


def row_of_size(result, size):
    (row,) = [r for r in result.rows if r["size"] == size and r["kind"] == frontier.PQKD]
    return row


def test_its_picture_shows_three_lines_the_goals_and_the_differences(tmp_path):
    result = frontier_of(tmp_path, {"pqkd-600": 92.0, "plain-600": 90.0})
    top, bottom = result.draw().axes
    assert len(top.containers) == 3 and len(bottom.containers) == 2
    assert top.containers[0][0].get_ydata() == pytest.approx([92.1, 97.1, 97.1, 97.1, 97.1])
    plain = bottom.containers[0][0]
    assert plain.get_ydata() == pytest.approx([2.0, 0.0, 0.0, 0.0, 0.0])
    (goals,) = [line for line in top.lines if line.get_label() == "to be reached"]
    assert goals.get_ydata().tolist() == [97.5, 98.5] and goals.get_xdata().tolist() == [1, 2]
    looks = {(line[0].get_marker(), line[0].get_linestyle()) for line in top.containers}
    assert len(looks) == 3  # told apart in grey


def test_1984_values_show_five_seeds_once_all_of_their_runs_are_there(tmp_path):
    made_up.ladder(tmp_path, seeds=5)
    (last,) = tmp_path.glob("*/*-plain-distilled-1984-seed4.json")
    shown = [{row["size"]: row["n"] for row in frontier_of(tmp_path).rows}]
    last.unlink()
    shown.append({row["size"]: row["n"] for row in frontier_of(tmp_path).rows})
    assert shown == [{**dict.fromkeys(frontier.SIZES, 3), 1984: n} for n in (5, 3)]


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
        "98.5 % in 7 kB: student, float16 in 6,701 bytes 98.52 % (seeds 98.42, 98.52, 98.62), "
        "reached; student, int8 in 4,201 bytes 98.47 % (seeds 98.37, 98.47, 98.57), 0.03 points "
        "short."
    ) in result.reading


def test_further_students_are_shown_once_they_have_as_many_seeds(tmp_path):
    made_up.bytes_at_best(tmp_path, arms=("pqkd-1184",), seeds=2)
    assert {row["student"] for row in bytes_of(tmp_path).rows} == {"pqkd-1984"}
    made_up.bytes_at_best(tmp_path, arms=("pqkd-1184",), seeds=3)
    result = in_bytes.bytes_at_best(Catalogue(tmp_path))
    assert {row["student"] for row in result.rows} == {"pqkd-1984", "pqkd-1184"}
    assert "--arms pqkd-1984 pqkd-1184" in result.rerun


def test_its_picture_shows_every_seed_and_what_is_to_be_reached(tmp_path):
    (axes,) = bytes_of(tmp_path).draw().axes
    (student,) = [line for line in axes.lines if line.get_label() == in_bytes.STUDENT]
    assert student.get_xdata() == pytest.approx(np.repeat([11.601, 6.701, 4.201], 3))
    errors = [1.6, 1.5, 1.4, 1.65, 1.55, 1.45, 1.7, 1.6, 1.5]
    assert student.get_ydata() == pytest.approx(errors)
    (corner,) = [patch for patch in axes.patches if patch.get_label() == "to be reached"]
    reach = [corner.get_x() + corner.get_width(), corner.get_y() + corner.get_height()]
    assert reach == pytest.approx([7.0, 1.5])
