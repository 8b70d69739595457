"""Findings on made-up records with known answers; figures and texts follow the records."""

import copy
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_ind_from_stats

from pqkd_helpers.common.figure_style import LEAST_TEXT, WIDTH, smallest_text
from pqkd_helpers.paper_figures.claims import FIGURES, claim_map, paper_figure, results
from pqkd_helpers.paper_figures.ema_variance import ema_variance
from pqkd_helpers.paper_figures.extreme import extreme, late_spread
from pqkd_helpers.paper_figures.finding import Findings, scale_of
from pqkd_helpers.paper_figures.frontier import frontier
from pqkd_helpers.paper_figures.markdown_table import markdown_table
from pqkd_helpers.paper_figures.paper_recipe import paper_recipe
from pqkd_helpers.paper_figures.paper_values import TABLE1
from pqkd_helpers.paper_figures.reading_table import READINGS, chosen
from pqkd_helpers.paper_figures.readings import DEFAULT
from pqkd_helpers.paper_figures.regularisation import regularisation
from pqkd_helpers.paper_figures.shot_noise import shot_noise
from pqkd_helpers.paper_figures.spsa_contribution import spsa_contribution
from pqkd_helpers.paper_figures.stored_claims import against_the_paper, stored_claims
from pqkd_helpers.paper_figures.table1 import table1
from pqkd_helpers.paper_figures.table1_claims import CLAIMS
from pqkd_helpers.publishing.figures import update_text, write_figures
from pqkd_helpers.publishing.readme import with_results
from pqkd_helpers.records import Catalogue, RecordError
from pqkd_helpers.records.measured import same_seeds
from pqkd_helpers.statistics.verdicts import Verdict

from . import made_up

STORED = Catalogue()
FINDINGS = {
    "dense-distilled": 0.27,
    "dense-smoothed-labels": 0.28,
    "compressed-distilled": 0.24,
    "compressed-alone": 0.33,
    "compressed-smoothed-labels": 0.29,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    made_up.everything(folder)
    return folder


@pytest.fixture(scope="module")
def known(whole):
    return Catalogue(whole)


@pytest.fixture(scope="module")
def written(known, tmp_path_factory):
    """All figures in their folders, and the files; stale claims lay there before."""
    folder = tmp_path_factory.mktemp("figures")
    gone = folder / "gone" / "claims.csv"
    gone.parent.mkdir()
    gone.write_text("claims of records that are no longer there")
    return folder, write_figures(folder, known)


def is_ancestor(commit, revision):
    command = ["git", "merge-base", "--is-ancestor", commit, revision]
    return subprocess.run(command, cwd=STORED.folder, capture_output=True).returncode == 0


def with_teachers(folder, pattern, split, **found):
    """Give the teachers of stored records these results on a part of the images."""
    for path in folder.glob(pattern):
        record = json.loads(path.read_text())
        record["teacher"]["final"][split] |= found
        path.write_text(json.dumps(record))


def verdicts(result):
    return [finding.verdict for finding in result.findings]


def finding(result, words) -> Verdict:
    (found,) = [f for f in result.findings if words in f.claim]
    return found.verdict


def test_nothing_comes_of_nothing(tmp_path):
    assert results(Catalogue(tmp_path)) == []
    assert {found.verdict for found in claim_map(Catalogue(tmp_path))} == {"not attempted"}


def test_a_figure_is_found_by_the_name_of_its_folder(known):
    found = results(known)
    assert len(found) == 19 and {result.name for result in found} <= FIGURES.keys()
    assert all(paper_figure(result.name, known) is result for result in found)


def test_a_page_shows_every_figure_with_text_of_ten_points_and_a_title(known):
    for result in results(known):
        figure = result.draw()
        assert smallest_text(figure) >= LEAST_TEXT, result.name
        assert figure.get_size_inches()[0] <= WIDTH, result.name
        assert figure.get_suptitle() or len(figure.axes) == 1, result.name


def test_figures_need_no_torch_and_know_no_experiment():
    code = "import sys, pqkd_helpers.paper_figures.claims; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = answer.stdout.split()
    assert "torch" not in loaded and "pqkd_helpers.experiments" not in loaded


def test_a_figure_that_is_unknown_or_has_no_records_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'table2', one of \('table1', 'paper-"):
        paper_figure("table2")
    with pytest.raises(FileNotFoundError, match="records of 'frontier' are not"):
        paper_figure("frontier", Catalogue(tmp_path))


def test_rows_hold_numbers_and_the_table_prints_them(tmp_path):
    made_up.table1_like_the_paper(tmp_path)
    result = table1(Catalogue(tmp_path))
    for name in ("ours", "paper"):
        assert result.rows[1][name].mean == pytest.approx(99.07)
    assert result.rows[1]["difference"].mean == pytest.approx(0.0, abs=1e-9)
    assert "| 99.07 ± 0.13 | 99.07 [99.03, 99.11] | 5 | " in result.table()
    short = result.table(result.rows[1:2], ("our mean", "difference"))
    assert re.search(r"\| 99\.07 \| [+-]0\.00 \[-0\.1\d, \+0\.1\d\] \|", short)
    columns = ("network", "ours")
    table = markdown_table([{"network": "teacher", "ours": "100.00 [100.00, 100.00]"}])
    assert result.table(result.rows[:1], columns) == (
        f"{table}\n\n*Scale: reduced scale, reading `fresh`.*"
    )


@pytest.mark.parametrize(
    ("tier", "said"), [("paper", "reproduced"), ("cpu", "holds at this scale")]
)
def test_the_papers_numbers_are_reproduced_by_the_papers_numbers(tmp_path, tier, said):
    made_up.table1_like_the_paper(tmp_path, tier=tier)
    result = table1(Catalogue(tmp_path))
    assert verdicts(result) == [said] * 6
    assert {row["finding"] for row in result.rows} == {"equivalent", None}


def test_the_same_contrast_between_other_numbers_is_not_tested(tmp_path):
    """Teacher and student are three points below the paper's: this is not the paper's teacher."""
    made_up.table1_like_the_paper(tmp_path, shift=-3.0)
    result = table1(Catalogue(tmp_path))
    assert verdicts(result)[::2] == ["premise not met"] * 3  # of the accuracies, which were shifted
    assert verdicts(result)[1::2] == ["holds at this scale"] * 3


def test_a_teacher_that_is_better_than_the_papers_does_not_count_against_the_student(tmp_path):
    made_up.table1_like_the_paper(tmp_path)
    for number, path in enumerate(sorted(tmp_path.glob("table1/table1-cpu-mnist-*.json"))):
        record = json.loads(path.read_text())
        record["teacher"]["final"]["validation"]["accuracy"] += 0.004 + 0.003 * (-1) ** number
        path.write_text(json.dumps(record))
    result = table1(Catalogue(tmp_path))
    teacher, student = (
        row
        for row in result.rows
        if row["quantity"] == "validation accuracy" and row["data set"] == "MNIST"
    )
    assert teacher["difference"].mean == pytest.approx(0.46)
    assert student["finding"] == "equivalent"
    assert verdicts(result)[0] == "inconclusive"  # the contrast is open, and that is all


def test_a_teacher_with_another_number_than_the_papers_cannot_test_a_contrast(tmp_path):
    """Each claim has its own: the accuracies are as the paper's, so their claim is decided."""
    made_up.table1_like_the_paper(tmp_path)
    with_teachers(tmp_path, "table1/table1-cpu-mnist-*.json", "validation", cross_entropy=0.020)
    assert verdicts(table1(Catalogue(tmp_path)))[:2] == ["holds at this scale", "premise not met"]


@pytest.mark.parametrize(
    ("settled", "first_value", "expected"),
    [
        (0.0406, 0.0410, "reproduced"),
        (0.0406, 0.0483, "inconclusive"),
        (0.0483, 0.0406, "inconclusive"),
        (0.0483, 0.0500, "not"),
    ],
)
def test_where_we_do_not_know_how_the_average_begins_both_ways_must_agree(
    known, settled, first_value, expected
):
    record = copy.deepcopy(known.study("ema-variance"))
    found = {"settled": settled, "first value": first_value}
    for row in record["results"]["rows"]:
        if row["epochs"] == 100:
            row["variance_median"] = found[row["start"]]
    catalogue = Catalogue(known.folder)
    catalogue._read = {"ema-variance": [record]}
    assert verdicts(ema_variance(catalogue)) == [expected]


def test_the_map_says_where_one_seed_leaves_a_row_open(tmp_path):
    made_up.table1_like_the_paper(tmp_path, seeds=1)
    one = Findings(table1(Catalogue(tmp_path)).findings).in_short(("claim", "verdict"))
    assert one.count("**inconclusive** (one seed)") == 6
    made_up.table1_like_the_paper(tmp_path, seeds=3)
    three = Findings(table1(Catalogue(tmp_path)).findings).in_short(("claim", "verdict"))
    assert "one seed" not in three


def test_a_teacher_that_has_not_memorised_its_images_cannot_test_the_claims(tmp_path):
    made_up.table1_like_the_paper(tmp_path)
    made_up.regularisation(tmp_path, losses=FINDINGS)
    with_teachers(tmp_path, "*/*fashion-mnist*.json", "train", accuracy=0.956)
    catalogue = Catalogue(tmp_path)
    assert verdicts(table1(catalogue)) == (
        ["holds at this scale"] * 2 + ["premise not met"] * 2 + ["holds at this scale"] * 2
    )
    assert set(verdicts(regularisation(catalogue))) == {"premise not met"}


@pytest.mark.parametrize("dataset", TABLE1)
def test_a_direction_is_claimed_only_where_the_papers_own_deviations_show_it(dataset):
    said_in_words = {("mnist", "validation cross-entropy"): "below"}
    for quantity, direction in CLAIMS[dataset].items():
        student, teacher = (TABLE1[dataset][who][quantity] for who in ("student", "teacher"))
        parts = [(value.mean, value.deviation, 5) for value in (student, teacher)]
        t, p = ttest_ind_from_stats(*parts[0], *parts[1], equal_var=False)
        shown = "equal" if p > 0.05 else "above" if t > 0.0 else "below"
        assert direction == said_in_words.get((dataset, quantity), shown)


def test_a_claim_of_equality_shows_the_interval_that_decides_it(tmp_path):
    made_up.table1_like_the_paper(tmp_path)
    equality, *_, contrast = table1(Catalogue(tmp_path)).findings
    assert "same as" in equality.claim and equality.difference.endswith("(90 % interval)")
    assert "90 %" not in contrast.difference


def test_almost_all_training_images_are_not_all_of_them(tmp_path):
    """The paper's runs all have 100.00 %, so 99.94 % differs, however small the difference is."""
    made_up.table1_like_the_paper(tmp_path)
    with_teachers(tmp_path, "table1/table1-cpu-mnist-*.json", "train", accuracy=0.9994)
    row = table1(Catalogue(tmp_path)).rows[0]
    assert row["quantity"] == "train accuracy" and row["finding"] == "different"


@pytest.mark.parametrize(
    ("gain", "expected"),
    [(1.0, "holds at this scale"), (0.0, "inconclusive"), (-1.0, "not at this scale")],
)
def test_what_spsa_contributes(tmp_path, gain, expected):
    made_up.spsa_contribution(tmp_path, gain=gain)
    result = spsa_contribution(Catalogue(tmp_path))
    assert verdicts(result) == [expected]
    assert len(result.rows) == 14 and result.rows[0]["difference"].n == 4
    left, _ = result.figure.axes
    np.testing.assert_array_equal(left.lines[0].get_xdata(), result.rows[0]["values"])
    ends = left.containers[0][2][0].get_segments()[0][:, 0]
    difference = result.rows[0]["difference"]
    np.testing.assert_allclose(ends, [difference.low, difference.high])


@pytest.mark.parametrize(
    "settings, said",
    [
        ({}, "reduced scale, reading `fresh`"),
        (
            {"objective": "through-ema"},
            "reduced scale, reading `through-ema` with a = 0.05",
        ),
        (
            {"objective": "through-ema", "spsa_step_size": 0.01},
            "reduced scale, reading `through-ema` with a = 0.01",
        ),
        ({"spsa_steps": 0}, "reduced scale, angles at rest"),
        ({"features": "uniform-bits"}, "reduced scale"),
    ],
)
def test_a_scale_names_what_spsa_was_asked_and_its_gain(settings, said):
    paper = {"features": "photonic", "spsa_steps": 10, "spsa_step_size": 0.05}
    assert scale_of([{"tier": "cpu", "configuration": paper | settings}]) == said


def test_flat_curves_say_nothing_of_the_law(tmp_path):
    made_up.shot_noise(tmp_path, exponent=0.0)
    (law,) = [f for f in shot_noise(Catalogue(tmp_path)).findings if "follows limit" in f.claim]
    assert law.verdict == "inconclusive" and "no exponent can be read" in law.ours


@pytest.mark.parametrize("result", [r for r in results(STORED) if r.rule], ids=lambda r: r.name)
def test_a_rule_says_which_records_are_older_than_itself(result):
    """As git's history tells it; a copy without history cannot be asked."""
    if not is_ancestor(result.rule.commit, "HEAD"):
        pytest.skip("not a git checkout with its history")
    revisions = {
        json.loads(path.read_text())["git_revision"]
        for pattern in {found.records for found in result.findings}
        for path in STORED.folder.glob(f"*/{pattern}.json")
    }
    older = {r[:7] for r in revisions if not is_ancestor(result.rule.commit, r)}
    assert older == set(result.rule.older)


def test_a_data_set_is_shown_under_the_chosen_reading_once_it_has_as_many_seeds(tmp_path):
    made_up.table1_like_the_paper(tmp_path, seeds=3)
    for seed in range(3):
        assert table1(Catalogue(tmp_path)).scale == "reduced scale, reading `fresh`"
        made_up.store(tmp_path, made_up.run("table1", "through-ema", seed))
    result = table1(Catalogue(tmp_path))
    assert "; ".join(dict.fromkeys(f.scale for f in result.findings)) == (
        "reduced scale, reading `through-ema` with a = 0.05; reduced scale, reading `fresh`"
    )
    assert result.scale.startswith("MNIST: reduced scale, reading `through-ema` with a = 0.05; ")


def test_one_run_with_the_papers_recipe_does_not_replace_three_without_it(tmp_path):
    """Nor where it is the only one of its arm."""
    made_up.table1_like_the_paper(tmp_path, seeds=3)
    for seed in range(3):
        run = made_up.run("table1", "through-ema", seed, dataset="fashion-mnist", tier="paper")
        made_up.store(tmp_path, run)
        rows = [r for r in table1(Catalogue(tmp_path)).rows if r["data set"] == "Fashion-MNIST"]
        assert {(row["tier"], row["n"]) for row in rows} == {("paper" if seed == 2 else "cpu", 3)}


def test_runs_with_the_papers_recipe_stand_apart_until_table_1_shows_them(tmp_path):
    """The last epoch and the range of the last ten, in known numbers; and no verdict."""
    for seed in range(3):
        record = made_up.run("table1", "through-ema", seed, dataset="fashion-mnist", tier="paper")
        for network, start in (("teacher", 0.90), ("student", 0.80)):
            usual = record[network]["epochs"][-1]
            record[network]["epochs"] = [
                usual
                | {
                    "validation_accuracy": start + 0.001 * epoch,
                    "validation_cross_entropy": 0.40 - 0.005 * epoch,
                    "evaluated_train_accuracy": 0.97 + 0.001 * epoch,
                }
                for epoch in range(30)
            ]
        made_up.store(tmp_path, record)
        result = paper_recipe(Catalogue(tmp_path))
        if seed == 2:  # enough for Table 1
            assert result is None
            break
        assert len(result.rows) == 6 * (seed + 1) and not result.findings
        row = next(row for row in result.rows if row["quantity"] == "validation accuracy")
        assert (row["ours"], row["lowest of the last ten"]) == (99.0, pytest.approx(92.0))
        assert row["highest of the last ten"] == pytest.approx(92.9)
        table = result.table(columns=("quantity", "margin"))
        assert "| train accuracy | 0.005 |" in table  # the paper's 100.00 ± 0.00
        assert "| validation accuracy | 0.77 |" in table
        # 91.86 +- 0.77 and 0.291 +- 0.029 are met in epochs 17 (0.32, 91.6) to 27 (0.27, 92.6).
        said = "in 11 of 30 epochs (epoch 17 to 27); there it knows 98.6 to 99.6 %"
        assert said in result.reading
        accuracy, loss = result.figure.axes[:2]
        assert len(result.figure.axes) == 2 * (seed + 1)
        np.testing.assert_allclose(accuracy.lines[1].get_ydata()[-1], 82.9)
        np.testing.assert_allclose(loss.lines[0].get_ydata()[0], 0.40)
        band = accuracy.patches[0].get_bbox()
        np.testing.assert_allclose((band.y0, band.y1), (91.86 - 0.26, 91.86 + 0.26))


def test_the_readings_rule_has_chosen_what_table_1_shows():
    runs = {name: STORED.runs("readings", name) for name in READINGS}
    assert chosen(runs).reading == DEFAULT


def test_one_seed_is_inconclusive(tmp_path):
    made_up.table1_like_the_paper(tmp_path, seeds=1)
    assert set(verdicts(table1(Catalogue(tmp_path)))) == {"inconclusive"}


def test_a_missing_data_set_is_said_to_be_missing(tmp_path):
    made_up.table1_like_the_paper(tmp_path)
    for path in tmp_path.glob("*/*cifar10*"):
        path.unlink()
    result = table1(Catalogue(tmp_path))
    assert verdicts(result)[-2:] == ["not attempted"] * 2
    assert "CIFAR-10" not in {row["data set"] for row in result.rows}


def test_validation_without_spsas_images_is_in_the_table(known):
    names = {row["quantity"] for row in table1(known).rows}
    assert {"validation accuracy without SPSA's images", "test accuracy"} <= names


def test_the_larger_scale_is_taken(tmp_path):
    made_up.table1_like_the_paper(tmp_path, shift=-3.0)
    for seed in range(3):
        record = made_up.run("table1", "conv1-conv2", seed)
        made_up.store(tmp_path, {**record, "tier": "paper"})
        made_up.store(tmp_path, {**record, "tier": "smoke"})
    rows = [r for r in table1(Catalogue(tmp_path)).rows if r["data set"] == "MNIST"]
    assert {(row["tier"], row["n"]) for row in rows} == {("paper", 3)}


@pytest.mark.parametrize(
    ("rising", "expected"), [(True, "holds at this scale"), (False, "inconclusive")]
)
def test_the_extreme_compressions(tmp_path, rising, expected):
    made_up.extreme(tmp_path, rising=rising)
    result = extreme(Catalogue(tmp_path))
    assert finding(result, "rises with the ratio") == expected
    assert finding(result, "better calibrated") == "holds at this scale"  # teachers at 99.95 %
    assert len(result.rows) == 4  # three widths, and one with frozen angles
    assert finding(result, "49 times") == "holds at this scale"


def test_the_late_spread_is_the_largest_fall_within_a_run():
    record = made_up.run("extreme", "32-64-64", 0)
    for epoch, accuracy in zip(record["student"]["epochs"], (0.5, 0.96, 0.91, 0.95), strict=True):
        epoch["validation_accuracy"] = accuracy
    assert late_spread([record]) == pytest.approx(46.0)


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [(0.5, "holds at this scale"), (0.25, "not at this scale"), (1.0, "not at this scale")],
)
def test_the_law_of_the_shots(tmp_path, exponent, expected):
    made_up.shot_noise(tmp_path, exponent=exponent)
    result = shot_noise(Catalogue(tmp_path))
    assert finding(result, "follows limit - k / sqrt(S)") == expected


def test_bars_that_fill_a_panel_are_pale_and_let_the_points_show():
    pale = {}
    for axes in paper_figure("shot-noise").draw().axes:
        for _, _, (bars,) in axes.containers:
            longest = max(np.ptp(segment[:, 1]) for segment in bars.get_segments())
            pale[longest / 2 > 30] = bars.get_alpha()
    assert pale == {True: 0.35, False: None}


def test_shot_noise_beside_the_papers_limits_and_coins(known):
    result = shot_noise(known)
    assert finding(result, "sqrt(S), smoothed") == "holds at this scale"
    assert finding(result, "sqrt(S), not smoothed") == "not at this scale"
    assert finding(result, "coin tosses") == "not at this scale"  # the coins are at 98 %
    # Made up without a gap of exact features, where the paper's two limits are 42 points apart.
    assert finding(result, "Without shot noise") == "not at this scale"
    rows = [row for row in result.rows if row["arm"] == "ema"]
    assert [row["shots"] for row in rows[::2]] == [
        25,
        50,
        100,
        200,
        400,
        800,
        1600,
        3200,
        math.inf,
    ]
    trained, fresh = rows[:2]
    assert trained["gain"].mean - fresh["gain"].mean == pytest.approx(10.0)


def test_light_that_is_better_than_coins_is_found(tmp_path):
    made_up.shot_noise(tmp_path, coins=60.0)
    assert finding(shot_noise(Catalogue(tmp_path)), "coin tosses") == "holds at this scale"


def test_curves_of_other_budgets_are_not_compared(tmp_path):
    made_up.shot_noise(tmp_path, seeds=2)
    for path in tmp_path.glob("*/*-mnist-raw-200-seed*.json"):
        path.unlink()
    assert shot_noise(Catalogue(tmp_path)) is None
    for path in tmp_path.glob("*/*-mnist-ema-200-seed*.json"):
        path.unlink()
    result = shot_noise(Catalogue(tmp_path))
    assert not any("coin tosses" in found.claim for found in result.findings)


def test_a_frontier_without_its_base_is_drawn(tmp_path):
    made_up.frontier(tmp_path)
    for path in tmp_path.glob("*/*-base-seed*.json"):
        path.unlink()
    figure = frontier(Catalogue(tmp_path)).figure
    assert [len(axes.containers) for axes in figure.axes] == [1] * 4 and not figure.legends


def test_the_diamond_stands_in_every_panel_of_the_frontier(tmp_path):
    made_up.frontier(tmp_path)
    result = frontier(Catalogue(tmp_path))
    (base,) = (row for row in result.rows if row["arm"] == "base")
    for axes in result.figure.axes:
        (diamond,) = (line for line in axes.lines if line.get_marker() == "D")
        assert diamond.get_xydata().tolist() == [[base["ratio"], base["test accuracy"].mean]]
    assert len(result.figure.legends) == 1


def test_an_incomplete_curve_is_not_shown(tmp_path):
    made_up.shot_noise(tmp_path / "one seed", seeds=1)
    assert shot_noise(Catalogue(tmp_path / "one seed")) is None
    made_up.shot_noise(tmp_path / "a gap", seeds=3)
    (untuned,) = (tmp_path / "a gap").glob("*/*-frozen-raw-400-seed2.json")
    untuned.unlink()
    rest = shot_noise(Catalogue(tmp_path / "a gap"))
    assert {row["arm"] for row in rest.rows} == {"ema", "raw", "frozen-ema"}
    (tuned,) = (tmp_path / "a gap").glob("*/*-mnist-raw-400-seed2.json")
    tuned.unlink()
    assert shot_noise(Catalogue(tmp_path / "a gap")) is None


@pytest.mark.parametrize(
    ("changes", "alone", "beyond"),
    [
        ({}, "not at this scale", "holds at this scale"),
        ({"compressed-alone": 0.25}, "holds at this scale", "holds at this scale"),
        ({"compressed-alone": 0.30, "compressed-distilled": 0.27}, "inconclusive", "inconclusive"),
    ],
)
def test_what_regularises(tmp_path, changes, alone, beyond):
    made_up.regularisation(tmp_path, losses={**FINDINGS, **changes})
    result = regularisation(Catalogue(tmp_path))
    assert finding(result, "by itself") == alone
    assert finding(result, "beyond distillation") == beyond
    assert finding(result, "lower cross-entropy than its teacher") == "holds at this scale"


def test_an_incomplete_square_is_not_shown(tmp_path):
    made_up.regularisation(tmp_path, losses={"dense-distilled": 0.27})
    assert regularisation(Catalogue(tmp_path)) is None


def test_the_frontier_is_never_judged(known):
    result = frontier(known)
    assert verdicts(result) == ["shape only"] and len(result.rows) == 13


def test_the_variance_of_a_short_smoothed_series_is_small(known):
    rows = {(r["start"], r["epochs"]): r for r in ema_variance(known).rows}
    for start in ("first value", "settled"):
        series = [rows[start, n]["variance_median"] for n in (10, 50, 100, 500)]
        assert series == sorted(series) and series[-1] < 0.055
    assert rows["settled", 100]["jump_median"] == pytest.approx(1 / 190, rel=0.1)


def test_the_articles_run_is_told_from_its_record(known):
    (result,) = [result for result in results(known) if result.name == "article-run"]
    values = {row["quantity"]: row["value"] for row in result.rows}
    assert values["test accuracy of the teacher (%)"] == pytest.approx(99.0)
    assert values["epochs"] == 4 and values["epochs in which z stood still"] == 0


def test_pairs_are_of_equal_seeds():
    first = [{"seed": 0}, {"seed": 1}, {"seed": 3}]
    second = [{"seed": 1}, {"seed": 3}, {"seed": 4}]
    assert [[r["seed"] for r in arm] for arm in same_seeds(first, second)] == [[1, 3], [1, 3]]


@pytest.mark.slow
def test_every_figure_has_its_files_and_a_card_that_says_everything(known, written):
    folder, files = written
    assert not (folder / "gone" / "claims.csv").exists()
    names = {path.parent.name for path in files}
    found = results(known)
    assert names == {result.name for result in found}
    assert len(files) == 4 * len(found) + sum(1 for r in found if r.findings)
    for result in found:
        card = (folder / result.name / "card.md").read_text()
        for part in (result.title, result.alt, result.rerun, *result.limits, *result.assumed):
            assert part in card
        assert all(found.rule in card and found.verdict in card for found in result.findings)
        svg = (folder / result.name / f"{result.name}.svg").read_text()
        assert "<dc:description>" in svg
        assert b"Description" in (folder / result.name / f"{result.name}.png").read_bytes()[:2000]


@pytest.mark.slow
def test_in_short_what_most_claims_share_is_left_out(known):
    findings = claim_map(STORED)
    assert findings.usual_scale == "reduced scale, reading `fresh`"
    _, _, *lines = findings.in_short(("notebook", "claim", "paper", "verdict")).splitlines()
    assert len(lines) == len(findings)
    for finding, line in zip(findings, lines, strict=True):
        assert finding.claim in line and f"**{finding.verdict}**" in line
        apart = finding.scale != findings.usual_scale and finding.verdict != "not attempted"
        assert (finding.scale in line) == apart and "no comparison" not in line


def test_stored_claims_are_those_of_the_results(known, written):
    folder, _ = written
    found = {result.name: result.findings for result in results(known)}
    for name, findings in found.items():
        if findings:
            assert stored_claims(name, figures=folder) == findings
    table = against_the_paper("table1", "ema-variance", figures=folder)
    assert table == Findings([*found["table1"], *found["ema-variance"]]).table()
    with pytest.raises(ValueError, match=r"called 'nonsense'; expected is one of \['controls'"):
        against_the_paper("table1", "nonsense", figures=folder)


@pytest.mark.slow
def test_the_same_records_give_the_same_files_byte_for_byte(whole, written, tmp_path):
    folder, files = written
    write_figures(tmp_path, Catalogue(whole))
    for path in files:
        content = path.read_bytes()
        assert content == (tmp_path / path.relative_to(folder)).read_bytes()
        if path.suffix == ".svg":  # matplotlib would number clips by a hash
            assert b"url(#p" not in content


def test_each_figure_is_drawn_once_for_all_files(tmp_path, monkeypatch):
    drawn = []

    def build(catalogue):
        drawn.append(catalogue)
        return table1(catalogue)

    made_up.table1_like_the_paper(tmp_path / "records")
    for where in ("paper_figures.claims", "publishing.readme"):
        monkeypatch.setattr(f"pqkd_helpers.{where}.FIGURES", {"table1": build})
    catalogue = Catalogue(tmp_path / "records")
    write_figures(tmp_path, catalogue)
    with_results(README, catalogue)
    assert drawn == [catalogue]


README = """before
<!-- from the records: table1 -->
old
<!-- end -->
between
<!-- from the records: verdicts -->
<!-- end -->
after
"""


def test_changing_one_record_changes_figure_table_and_readme(tmp_path):
    made_up.table1_like_the_paper(tmp_path / "records")
    readme = tmp_path / "README.md"
    readme.write_text(README)
    seen = []
    for _ in range(2):
        catalogue = Catalogue(tmp_path / "records")
        write_figures(tmp_path, catalogue)
        update_text(readme, catalogue)
        folder = tmp_path / "table1"
        seen.append(
            [folder.joinpath(f"table1.{kind}").read_bytes() for kind in ("png", "svg", "csv")]
            + [folder.joinpath(name).read_bytes() for name in ("card.md", "claims.csv")]
            + [readme.read_bytes()]
        )
        path = tmp_path / "records" / "table1" / "table1-cpu-mnist-conv1-conv2-seed0.json"
        record = json.loads(path.read_text())
        record["student"]["final"]["validation"]["accuracy"] = 0.9
        path.write_text(json.dumps(record))
    assert all(before != after for before, after in zip(*seen, strict=True))


def test_only_the_blocks_of_a_text_change(known):
    text = with_results(README, known)
    assert text.startswith("before\n<!--") and text.endswith("<!-- end -->\nafter\n")
    assert "stale" not in text and "\nbetween\n" in text
    assert with_results(text, known) == text
    with pytest.raises(ValueError, match="'nonsense' is unknown"):
        with_results("<!-- from the records: nonsense -->\n<!-- end -->", known)


def test_a_damaged_record_stops_everything(whole, tmp_path):
    (tmp_path / "table1").mkdir()
    (tmp_path / "table1" / "table1-cpu-mnist-conv1-conv2-seed0.json").write_text("{}")
    with pytest.raises(RecordError):
        results(Catalogue(tmp_path))


ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_stored_figures_and_texts_are_those_of_the_stored_records(tmp_path):
    """CSV, cards and README; pictures differ between versions of matplotlib and its fonts."""
    catalogue = Catalogue(ROOT / "figures" / "records")
    for path in write_figures(tmp_path, catalogue):
        if path.suffix in {".csv", ".md"}:
            stored = ROOT / "figures" / path.relative_to(tmp_path)
            assert stored.read_bytes() == path.read_bytes(), f"make figures: {stored.name}"
        else:
            assert (ROOT / "figures" / path.relative_to(tmp_path)).exists()
    for name in ("README.md", "notebooks/reproducing.md"):
        text = (ROOT / name).read_text()
        assert with_results(text, catalogue) == text, "make figures"
