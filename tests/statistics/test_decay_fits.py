from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from pqkd_helpers.statistics.decay_fits import constant_p, fit_free_exponent, fit_like_the_paper

SHOTS = np.array([25, 50, 100, 200, 400, 800, 1600, 3200])


def curves(exponent, *, limits=(89.0, 89.0), slopes=(60.0, 120.0), noise=0.2, seeds=5, seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: limit
        - slope * (SHOTS / 25.0) ** -exponent
        + noise * rng.standard_normal((seeds, SHOTS.size))
        for name, limit, slope in zip(("ema", "raw"), limits, slopes, strict=True)
    }


def free(data, **options):
    return fit_free_exponent(SHOTS, data, rng=np.random.default_rng(1), n_resamples=100, **options)


def test_the_papers_law_is_found_where_it_holds():
    fit = free(curves(0.5))
    assert fit.exponent == pytest.approx(0.5, abs=0.05) and fit.limit == pytest.approx(89, abs=1)
    at_25_shots = fit.limit - fit.slopes["raw"] * 25.0**-fit.exponent
    assert at_25_shots == pytest.approx(89.0 - 120.0, abs=0.5)
    assert fit.finding == "confirmed"


@pytest.mark.parametrize("exponent", [0.25, 1.0])
@pytest.mark.parametrize("noise", [0.05, 0.5, 3.0, 10.0])
@pytest.mark.parametrize("seed", range(4))
def test_other_laws_are_never_confirmed(exponent, noise, seed):
    assert free(curves(exponent, noise=noise, seed=seed)).finding != "confirmed"


@pytest.mark.parametrize("exponent", [0.25, 1.0])
def test_other_laws_are_rejected_where_the_data_are_good(exponent):
    assert free(curves(exponent)).finding == "rejected"


def test_noise_leaves_the_law_undecided():
    assert free(curves(0.5, noise=10.0)).finding == "undecided"


@pytest.mark.parametrize("noise", [0.3, 3.0])
def test_curves_that_constants_fit_have_no_exponent(noise):
    fit = free(curves(0.5, slopes=(0.0, 0.0), noise=noise))
    assert fit.constant_p > 0.05 and fit.finding == "not identifiable"
    inside = replace(fit, exponent_low=0.2, exponent_high=0.3)  # by chance off the edge
    assert inside.finding == "not identifiable"
    assert replace(inside, constant_p=0.01).finding == "rejected"


@pytest.mark.parametrize("exponent", [0.004, 9.0])
def test_an_exponent_at_the_edge_is_not_identifiable(exponent):
    fit = free(curves(exponent, noise=0.1))
    assert fit.constant_p < 0.05 and fit.finding == "not identifiable"


def test_a_constant_is_rarely_taken_for_a_decay():
    """The p values of true constants are uniform, whatever the seeds' own levels are."""
    rng = np.random.default_rng(0)
    found = [
        constant_p({"a": rng.standard_normal((4, 6)) + 10.0 * rng.standard_normal((4, 1))})
        for _ in range(400)
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert constant_p({"a": np.ones((3, 4))}) == 1.0
    with pytest.raises(ValueError, match=r"'b' has shape \(1, 4\)"):
        constant_p({"a": np.ones((3, 4)), "b": np.ones((1, 4))})
    with pytest.raises(ValueError, match="no curve"):
        constant_p({})


def test_a_good_fit_of_the_papers_form_proves_nothing():
    """Data from 1/S: a high R^2, and a limit above what an accuracy can reach."""
    data = curves(1.0, limits=(99.0, 99.0), slopes=(60.0, 60.0), noise=0.0)["ema"].mean(axis=0)
    fit = fit_like_the_paper(SHOTS, data, np.ones(8))
    assert fit.r_squared > 0.9 and fit.limit > 100.0


def test_intervals_cover_the_truth():
    covered = 0
    for seed in range(30):
        fit = free(curves(0.5, noise=1.0, seed=seed))
        covered += fit.exponent_low <= 0.5 <= fit.exponent_high
    assert covered >= 25  # of 28.5 expected


def test_the_weights_count():
    gains = 89.0 - 60.0 / np.sqrt(SHOTS)
    gains[0] -= 30.0
    errors = np.ones(8)
    errors[0] = 1e6
    assert fit_like_the_paper(SHOTS, gains, errors).limit == pytest.approx(89.0, abs=1e-3)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="3 or more"):
        fit_like_the_paper([25, 50], [1.0, 2.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="2 or more seeds"):
        fit_free_exponent(SHOTS, {"ema": np.zeros((1, 8))}, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="2 or more seeds, 8"):
        fit_free_exponent(SHOTS, {"ema": np.zeros((3, 7))}, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="2 or more seeds"):
        free({})


@pytest.mark.parametrize("shots", [[25, 25, 25], [0, 25, 50], [25, np.nan, 50]])
def test_shots_that_carry_no_curve_are_refused(shots):
    with pytest.raises(ValueError, match="two different numbers > 0"):
        fit_like_the_paper(shots, [1.0, 2.0, 3.0], np.ones(3))
    with pytest.raises(ValueError, match="two different numbers > 0"):
        fit_free_exponent(shots, {"ema": np.ones((2, 3))}, rng=np.random.default_rng(0))


def test_values_that_are_no_numbers_are_refused():
    for gains, error in (([1.0, np.nan, 3.0], 1.0), ([1.0, 2.0, 3.0], 0.0), ([1.0] * 3, np.nan)):
        with pytest.raises(ValueError, match="finite numbers, errors > 0"):
            fit_like_the_paper(SHOTS[:3], gains, [1.0, 1.0, error])
    data = curves(0.5)
    data["raw"][2, 3] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        free(data)
    with pytest.raises(ValueError, match="n_resamples is 0"):
        fit_free_exponent(SHOTS, curves(0.5), rng=np.random.default_rng(0), n_resamples=0)


def test_gains_that_do_not_vary_leave_nothing_to_explain():
    fit = fit_like_the_paper(SHOTS, np.full(8, 0.3), np.ones(8))
    assert fit.limit == pytest.approx(0.3) and fit.slope == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(fit.r_squared)
