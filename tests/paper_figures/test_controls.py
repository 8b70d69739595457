"""The planned verdicts on made-up runs, for every outcome; texts and claims follow them."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from pqkd_helpers.experiments.grids.grid import BY_DEFAULT
from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.paper_figures.claims import claim_map
from pqkd_helpers.paper_figures.controls.comparison import controls
from pqkd_helpers.paper_figures.controls.contrasts import (
    AVERAGED,
    FOLLOW_UP,
    LIGHT_THROUGH_EMA,
    PRIMARY,
    THROUGH_EMA,
    analyse,
    margin_interval,
    state,
)
from pqkd_helpers.paper_figures.controls.curves import (
    late_turn,
    learning,
    over_length,
    over_turning,
)
from pqkd_helpers.publishing.readme import answer, light
from pqkd_helpers.records import Catalogue

from . import made_up


def analysis(folder, **options):
    made_up.controls(folder, **options)
    return analyse(Catalogue(folder))


def test_equal_arms_are_equivalent(tmp_path):
    found = analysis(tmp_path)
    assert set(found.verdicts().values()) == {"equivalent"}
    assert found.sensitive and found.null_is_null
    assert all("makes no difference as large" in line for line in found.sentences())
    assert all(contrast.correlation > 0.9 for contrast in found.contrasts.values())


def test_without_the_known_effect_nothing_is_equivalent(tmp_path):
    found = analysis(tmp_path, gains={"rank-3": 0.0})
    assert not found.sensitive and set(found.verdicts().values()) == {"inconclusive"}
    assert "cannot call anything equal" in found.sentences()[-1]


def test_a_null_experiment_that_alarms_is_named(tmp_path):
    found = analysis(tmp_path, gains={"shuffled": 0.4})
    assert not found.null_is_null and "not to be trusted" in found.sentences()[-1]


def test_each_question_has_its_own_answer(tmp_path):
    gains = {"yoked": 2.0, "distinguishable": 0.1, "classical-map": -2.0}
    found = analysis(tmp_path, gains=gains, scatter=0.03)
    assert found.verdicts() == {
        "selection": "different and relevant",
        "interference": "different but below the margin",
        "anything photonic": "different and relevant",
    }
    assert found.contrasts["selection"].difference.mean == pytest.approx(-2.0, abs=0.1)
    lines = found.sentences()
    assert "lowers the error by more" in lines[0] and "raises the error by more" in lines[2]
    claims = {f.claim: f.verdict for f in controls(Catalogue(tmp_path)).findings}
    assert list(claims.values()) == ["holds at this scale", "partly", "not at this scale"]


def test_before_the_last_planned_pair_there_is_no_analysis(tmp_path):
    made_up.controls(tmp_path, seeds=4)
    assert analyse(Catalogue(tmp_path)) is not None
    assert state(Catalogue(tmp_path)) == "All 4 planned pairs of each comparison are stored."
    (last,) = tmp_path.glob("*/controls-*-yoked-seed3.json")
    last.unlink()
    assert "comparisons of 4 pairs, the slowest has 3)" in state(Catalogue(tmp_path))
    assert analyse(Catalogue(tmp_path)) is None and controls(Catalogue(tmp_path)) is None


def test_seeds_beyond_the_planned_ones_do_not_count(tmp_path):
    found = analysis(tmp_path, seeds=4)
    for arm in ("photonic", "yoked"):
        store_error(tmp_path, "controls", arm, 4, 90.0 if arm == "yoked" else 1.0)
    assert analyse(Catalogue(tmp_path)).contrasts == found.contrasts


def test_a_difference_of_about_the_margin_is_not_called_no_difference(tmp_path):
    found = analysis(tmp_path, gains={"yoked": 0.3}, scatter=0.1)
    assert found.verdicts()["selection"] == "inconclusive"
    assert (
        "lowers the error; whether by more than one basis filter does, is open"
        in (found.sentences()[0])
    )


def test_what_was_not_planned_as_a_test_is_described_only(tmp_path):
    made_up.controls(tmp_path)
    for seed in range(5):
        store_error(tmp_path, "controls", "marginals", seed, 50.0 + seed)
    claims = {f.claim: f for f in controls(Catalogue(tmp_path)).findings}
    correlations = claims["Higher-order correlations of the clicks matter"]
    assert correlations.verdict == "inconclusive" and "described only" in correlations.ours
    assert correlations.difference.startswith("-45.40") and "no test planned" in correlations.rule


def test_the_follow_up_compares_at_the_recipe_of_the_light():
    grid = GRIDS["controls"]
    photonic = grid.config("cpu", "mnist", "photonic", 0).as_json()
    for arm in FOLLOW_UP.values():
        other = grid.config("cpu", "mnist", arm, 0).as_json()
        differs = {key for key in photonic if photonic[key] != other[key]}
        # A vector that never changes has no angles to be tuned.
        assert differs - {"spsa_steps"} == {"features"}, arm
        assert ("spsa_steps" in differs) == (arm == "gaussian-frozen")


def test_the_second_follow_up_differs_by_what_spsa_is_asked_and_its_gain():
    grid = GRIDS["controls"]
    for arm in (LIGHT_THROUGH_EMA, *THROUGH_EMA.values()):
        first = grid.config("cpu", "mnist", "photonic", 0)
        if arm != "gaussian-frozen":
            source = arm.removesuffix("-through-ema")
            first = replace(first, **BY_DEFAULT, features=source)
            assert grid.config("cpu", "mnist", arm, 0) == first
    light, yoked = (
        grid.config("cpu", "mnist", f"{a}-through-ema", 1) for a in ("photonic", "yoked")
    )
    assert yoked.donor() == replace(light, seed=0)


def test_the_second_follow_up_compares_with_a_light_of_its_own(tmp_path):
    gains = {"photonic-through-ema": -1.0, "yoked-through-ema": -1.0, "gaussian-frozen": -1.0}
    made_up.controls(tmp_path, gains=gains, follow_up=True, through_ema=True)
    catalogue = Catalogue(tmp_path)
    assert list(analyse(catalogue, **AVERAGED).verdicts().values()) == [
        *("equivalent", "different and relevant", "equivalent")
    ]
    claims = {f.claim: f for f in controls(catalogue).findings}
    noise = "Light does what random noise cannot"
    assert claims[noise].difference.startswith("+1.0")
    averaged = claims[f"{noise}, SPSA asked through the average"]
    assert averaged.verdict == "not at this scale" and averaged.difference.startswith(
        ("+0.0", "-0.0")
    )


def test_a_question_of_the_second_follow_up_is_answered_once_its_own_pairs_are_there(tmp_path):
    gains = {"photonic-through-ema": -1.0, "distinguishable-through-ema": -1.0}
    made_up.controls(tmp_path, gains=gains, follow_up=True, through_ema=True, scatter=0.1)
    full = analyse(Catalogue(tmp_path), **AVERAGED)
    (last,) = tmp_path.glob("*/controls-*-yoked-through-ema-seed3.json")
    last.unlink()
    catalogue = Catalogue(tmp_path)
    found = analyse(catalogue, **AVERAGED)
    _, interference, noise = THROUGH_EMA
    assert list(found.contrasts) == [interference, noise] and found.plan == {
        question: THROUGH_EMA[question] for question in found.contrasts
    }
    for question, contrast in found.contrasts.items():
        assert contrast.difference == full.contrasts[question].difference
        assert contrast.p_different >= full.contrasts[question].p_different
    result = controls(catalogue)
    waits = "Not answered before 10 pairs are stored: selection, through the average (9)."
    assert waits in result.reading and waits in light(catalogue)
    assert len(result.findings) == 3 + 3 + 2
    assert analyse(catalogue, **{**AVERAGED, "one_by_one": False}) is None
    for path in tmp_path.glob("*/controls-*-shuffled-seed3.json"):
        path.unlink()  # without the checks nothing is answered
    assert analyse(Catalogue(tmp_path), **AVERAGED) is None


@pytest.mark.parametrize(
    ("gain", "scatter", "said"),
    [
        (0.0, 0.01, "Not where we asked: one random vector, drawn once and kept, in the place"),
        (2.0, 0.01, "the light's numbers does worse."),
        (-2.0, 0.01, "the light's numbers does better."),
        (0.0, 0.8, "That was not shown: whether one random vector"),
    ],
)
def test_the_readme_answers_under_the_default_reading_once_it_can(tmp_path, gain, scatter, said):
    made_up.controls(tmp_path, follow_up=True, scatter=scatter)
    assert "this is for the reading called `fresh`" in answer(Catalogue(tmp_path))
    gains = {"gaussian-frozen": gain}
    made_up.controls(tmp_path, gains=gains, follow_up=True, through_ema=True, scatter=scatter)
    text = answer(Catalogue(tmp_path))
    assert said in text and "For the one called `fresh`, as in the picture below: " in text


def test_the_follow_up_has_verdicts_of_its_own(tmp_path):
    gains = {"classical-map": 2.0, "gaussian-frozen": -2.0}
    made_up.controls(tmp_path, gains=gains, follow_up=True)
    catalogue = Catalogue(tmp_path)
    assert set(analyse(catalogue, FOLLOW_UP).verdicts().values()) == {
        "equivalent",
        "different and relevant",
    }
    claims = {f.claim: f for f in controls(catalogue).findings}
    assert (
        claims["Photonic features beat a classical map, each with its own recipe"].verdict
        == "holds at this scale"
    )
    one_recipe = claims["Photonic features beat a classical map, one recipe for both"]
    assert one_recipe.verdict == "not at this scale" and "follow-up" in one_recipe.rule
    noise = claims["Light does what random noise cannot"]
    assert noise.verdict == "not at this scale" and noise.paper.startswith("claimed by the article")
    assert one_recipe.paper.startswith("implied")
    assert light(catalogue).endswith("(different and relevant).")
    rows = {row["arm"]: row for row in controls(catalogue).rows}
    assert rows["classical-map-as-photonic"]["verdict"] == "equivalent"
    assert "at one recipe for both" in controls(catalogue).reading
    assert "plan: +1.97" in controls(catalogue).reading  # without the seeds that were run before


def test_the_margin_is_an_estimate_with_an_interval(tmp_path):
    made_up.controls(tmp_path, margin=0.3)
    low, high = margin_interval(Catalogue(tmp_path))
    # made up: errors 12.5, 10.5, 8.5 at 2, 4 and 8 filters
    assert low < 10.5 * ((4 / 3) ** (math.log(12.5 / 8.5) / math.log(4)) - 1) < high


def test_pairs_with_two_teachers_of_one_seed_are_counted_and_left_out(tmp_path):
    made_up.controls(tmp_path, gains={"gaussian-frozen": -2.0}, follow_up=True)
    assert not [line for line in controls(Catalogue(tmp_path)).limits if "two teachers" in line]
    for seed in range(7):
        (file,) = tmp_path.glob(f"*/controls-*-gaussian-frozen-seed{seed}.json")
        record = json.loads(file.read_text())
        record["teacher"]["final"]["test"]["accuracy"] -= 0.0025
        file.write_text(json.dumps(record))
    catalogue = Catalogue(tmp_path)
    (said,) = (line for line in controls(catalogue).limits if "two teachers" in line)
    assert said.startswith("In the follow-up 7 of 10 pairs") and "by up to 0.25 points" in said
    assert "The other 3 pairs alone" in said and "plain randomness +1.95" in said
    made_up.controls(tmp_path, gains={"gaussian-frozen": -2.0}, follow_up=True, through_ema=True)
    (file,) = tmp_path.glob("*/controls-*-photonic-through-ema-seed4.json")
    record = json.loads(file.read_text())
    record["teacher"]["final"]["test"]["accuracy"] += 0.001
    file.write_text(json.dumps(record))
    (said,) = (line for line in controls(Catalogue(tmp_path)).limits if "two teachers" in line)
    assert said.startswith("In the second follow-up 1 of 10 pairs")
    assert "The other 9 pairs alone" in said and "plain randomness, through the average +" in said


def test_verdicts_are_shown_over_the_margins_interval(tmp_path):
    gains = {"yoked": 0.35, "yoked-through-ema": 0.32}
    made_up.controls(tmp_path, margin=0.3, gains=gains, follow_up=True, through_ema=True)
    catalogue = Catalogue(tmp_path)
    result = controls(catalogue)
    ends = margin_interval(catalogue)
    planned = result.planned.said() | result.follow_up.said() | result.averaged.said()
    text = result.over_the_margin()
    assert "0.30 points, 95 % interval {:.2f} to {:.2f}".format(*ends) in text
    for margin in ends:
        again = [analyse(catalogue, plan, margin=margin).said() for plan in (PRIMARY, FOLLOW_UP)]
        again.append(analyse(catalogue, THROUGH_EMA, light=LIGHT_THROUGH_EMA, margin=margin).said())
        changed = {k: v for each in again for k, v in each.items() if v != planned[k]}
        assert changed or f"At {margin:.2f} none changes." in text
        for question, word in changed.items():
            assert f"*{question}* is {word}" in text
    assert "*selection, through the average* is" in text
    assert text in result.limits
    wide = analyse(catalogue, margin=50.0).verdicts()
    assert wide != analyse(catalogue, margin=0.001).verdicts()
    assert wide["selection"] in ("equivalent", "different but below the margin")


def test_an_unfinished_follow_up_shows_no_difference(tmp_path):
    made_up.controls(tmp_path, follow_up=True)
    (last,) = tmp_path.glob("*/controls-*-gaussian-frozen-seed9.json")
    last.unlink()
    catalogue = Catalogue(tmp_path)
    assert analyse(catalogue) is not None and analyse(catalogue, FOLLOW_UP) is None
    result = controls(catalogue)
    assert not {row["arm"] for row in result.rows} & set(FOLLOW_UP.values())
    assert len(result.findings) == 3
    assert "not finished" in light(catalogue) and "slowest has 9" in result.reading


def test_few_noisy_pairs_are_inconclusive(tmp_path):
    found = analysis(tmp_path, scatter=1.5, seeds=4)
    assert set(found.verdicts().values()) == {"inconclusive"}
    assert any("was not shown to matter, nor shown not to" in line for line in found.sentences())


def test_the_interval_over_seeds_and_images_has_the_same_middle(tmp_path):
    found = analysis(tmp_path, gains={"yoked": 0.5})
    rows = {row["question"]: row for row in found.measures()}
    assert rows["selection"]["points"] == found.contrasts["selection"].difference
    for question, wide in found.seeds_and_images.items():
        assert rows[question]["seeds and images"] == wide
        assert f"| {wide:+.2f} |" in found.measures_table()
        assert wide.mean == pytest.approx(found.contrasts[question].difference.mean, abs=0.02)


def test_each_plan_has_its_tables(tmp_path):
    made_up.controls(tmp_path, gains={"classical-map": 3.0}, follow_up=True)
    result = controls(Catalogue(tmp_path))
    assert result.averaged is None
    for plan, found in ((PRIMARY, result.planned), (FOLLOW_UP, result.follow_up)):
        lines = found.contrasts_table().splitlines()[2:]
        for line, (question, arm) in zip(lines, plan.items(), strict=True):
            assert line.startswith(f"| {question} | {arm} |")
            assert line.endswith("| different and relevant |") == (arm == "classical-map")
        more = found.measures_table().splitlines()[2:]
        assert [line.split(" | ")[0] for line in more] == [f"| {question}" for question in plan]


def test_the_readme_says_it_in_two_sentences(tmp_path):
    assert "no plan" in light(Catalogue(tmp_path))
    made_up.controls(tmp_path, gains={"classical-map": 3.0})
    text = light(Catalogue(tmp_path))
    found = analyse(Catalogue(tmp_path))
    for question, contrast in found.contrasts.items():
        assert f"{question}, against {PRIMARY[question]}: {contrast.difference.mean:+.2f} [" in text
    assert text.count("(different and relevant)") == 1 and text.count("(equivalent)") == 2
    assert "10 paired seeds" in text and "size open" not in text


def test_the_readme_tells_an_effect_of_unknown_size_from_none(tmp_path):
    made_up.controls(tmp_path, gains={"yoked": 0.3}, scatter=0.1)
    assert "(different, its size open)" in light(Catalogue(tmp_path))


def test_the_result_shows_every_arm_and_how_to_run_it_again(tmp_path):
    made_up.controls(tmp_path)
    result = controls(Catalogue(tmp_path))
    arms = [row["arm"] for row in result.rows]
    assert arms == ["photonic", *PRIMARY.values(), "shuffled", "rank-3"]
    assert result.rows[0]["photonic minus it"] is None and result.rows[1]["verdict"] == "equivalent"
    assert "--seeds 10 --arms photonic yoked" in result.rerun
    assert "another run's z" in result.alt and "0.30" in result.alt
    some = result.of("rank-3", "yoked")
    assert [row["arm"] for row in some.rows] == ["rank-3", "yoked"]
    assert "bins shuffled" not in some.alt
    assert len(some.figure.axes[0].get_yticks()) == 2
    for choose in (result.of, result.learning_curves):
        with pytest.raises(ValueError, match="arm is 'magic', one of"):
            choose("magic")
    with pytest.raises(ValueError, match="column is 'mood', one of"):
        result.table(columns=["arm", "mood"])


def test_only_what_was_not_run_is_not_attempted(tmp_path):
    def missing():
        found = claim_map(Catalogue(tmp_path))
        return {f.claim for f in found if f.verdict == "not attempted"}

    assert len(missing()) == 8
    made_up.controls(tmp_path)
    assert len(missing()) == 5
    made_up.controls(tmp_path, follow_up=True)
    assert missing() == {
        "Higher-order correlations of the clicks matter",
        "The method runs on photonic hardware",
    }


def test_the_late_turn_is_a_mean_over_the_last_epochs():
    def run(*drifts):
        return {"student": {"epochs": [{"drift": drift} for drift in drifts]}}

    turns = late_turn([run(None, 9.0, *[np.pi / 2] * 5), run(None, *[0.0] * 6)])
    assert np.allclose(turns, [90.0, 0.0])
    assert late_turn([{"student": {"epochs": [{}]}}]) is None


def store_error(folder, experiment, arm, seed, error):
    student = {"test": made_up.evaluation(100.0 - error)}
    made_up.store(folder, made_up.run(experiment, arm, seed, student=student))


def test_arms_drawn_together_have_the_same_seeds(tmp_path):
    for seed in range(4):
        store_error(tmp_path, "controls", "photonic", seed, 10.0 + seed)
    for seed in (1, 2, 5):
        store_error(tmp_path, "controls", "uniform-bits", seed, 20.0 + seed)
    catalogue = Catalogue(tmp_path)
    turning = over_turning(catalogue)
    assert set(turning) == {"photonic", "uniform-bits"}
    assert np.allclose(turning["photonic"][:, 1], [11.0, 12.0])
    assert np.allclose(turning["uniform-bits"][:, 1], [21.0, 22.0])
    curves = learning(catalogue, ("photonic", "uniform-bits", "yoked"))
    epochs = catalogue.runs("controls", arm="photonic")[0]["student"]["epochs"]
    assert {arm: values.shape for arm, values in curves.items()} == {
        "photonic": (2, len(epochs)),
        "uniform-bits": (2, len(epochs)),
    }
    assert np.allclose(
        curves["photonic"][0], [100.0 - 100.0 * epoch["validation_accuracy"] for epoch in epochs]
    )


def test_over_the_length_of_z_the_factor_one_is_a_run_of_the_controls(tmp_path):
    for source in ("photonic", "gaussian-frozen"):
        store_error(tmp_path, "controls-scale", f"{source}-16th", 0, 60.0)
        for seed in (0, 1):  # seed 1 has no shorter z to be compared with
            store_error(tmp_path, "controls", source, seed, 12.0 + seed)
    for points in over_length(Catalogue(tmp_path)).values():
        assert np.allclose(points, [[512.0**0.5 / 16.0, 60.0], [512.0**0.5, 12.0]])


def test_the_readme_s_short_version_is_what_the_records_say():
    planned, follow_up = analyse(Catalogue()), analyse(Catalogue(), FOLLOW_UP)
    assert list(follow_up.verdicts().values()) == [
        "equivalent",
        "inconclusive",
        "different and relevant",
    ]
    before = planned.contrasts["anything photonic"].difference.mean
    after = follow_up.contrasts["anything photonic, one recipe"].difference.mean
    assert before < 2.0 * after < 0.0  # "most of what looked like a merit of light ..."
    assert follow_up.contrasts["plain randomness"].difference.low > follow_up.margin
