"""What notebook 12 states of light: closed forms, and Perceval where a device has all its flaws."""

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.device_budget import DeviceBudget
from pqkd_helpers.circuit_simulator.engines import PercevalInterferometer
from pqkd_helpers.experiments.grids.flawed_light import FLAWED_LIGHT
from pqkd_helpers.feature_histograms import click_histograms
from tests.goodness_of_fit import fits

THETA = np.random.default_rng(1).uniform(-np.pi, np.pi, (40, 30))
FLAWS = {
    "efficiency": 0.3,
    "indistinguishability": 0.9,
    "dark_count_probability": 0.002,
    "loop_phases": (0.0, np.pi / 2),
}


def histograms(theta=THETA, **flaws):
    circuit = TimeBinInterferometer(**flaws)
    return circuit.half_click_probabilities(theta).reshape(len(theta), -1)


def cosines(h, other):
    lengths = np.outer(np.linalg.norm(h, axis=1), np.linalg.norm(other, axis=1))
    return h @ other.T / lengths


def test_a_common_phase_is_one_phase_for_each_bin_that_light_enters_or_leaves():
    bins = np.arange(16)
    plain = TimeBinInterferometer().unitary(THETA)
    for phi in (0.7, -2.0):
        factor = np.exp(1j * phi * (bins[:, None] - bins + 2))
        found = TimeBinInterferometer(loop_phases=phi).unitary(THETA)
        np.testing.assert_allclose(found, factor * plain, atol=1e-12)


def test_a_difference_of_phases_moves_histograms_as_its_square_at_first():
    small, twice = (histograms(loop_phases=(0.0, phi)) - histograms() for phi in (0.005, 0.01))
    ratio = np.linalg.norm(twice, axis=1) / np.linalg.norm(small, axis=1)
    assert np.median(ratio) == pytest.approx(4.0, rel=0.02)


def test_at_other_differences_a_drift_of_the_phase_moves_histograms_several_times_as_far():
    moved = {
        phi: np.median(
            np.linalg.norm(
                histograms(loop_phases=(0.0, phi + 0.1)) - histograms(loop_phases=(0.0, phi)),
                axis=1,
            )
        )
        for phi in (0.0, np.pi / 2, np.pi)
    }
    assert moved[np.pi / 2] > 3 * max(moved[0.0], moved[np.pi])


@pytest.mark.parametrize("V", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("eta", [0.3, 0.8])
def test_the_clicks_behind_a_splitter_have_the_probabilities_of_exercise_12_3(V, eta):
    device = TimeBinInterferometer((1, 1), (1,), indistinguishability=V, efficiency=eta)
    p = device.click_probabilities([np.pi / 4])
    assert p[0] == pytest.approx((1 - eta) ** 2) and p[3] == pytest.approx(eta**2 * (1 - V) / 2)
    theirs = PercevalInterferometer((1, 1), (1,), indistinguishability=V, efficiency=eta)
    clicks = theirs.sample([np.pi / 4], 4_000, rng=np.random.default_rng(2))
    assert fits(np.bincount(clicks @ [2, 1], minlength=4), p)


def test_loss_makes_histograms_alike_and_calm_and_small_flaws_change_no_cosine():
    step = 0.1 * np.random.default_rng(3).choice([-1, 1], THETA.shape)
    pairs = np.triu_indices(len(THETA), 1)
    found = {}
    for name, flaws in {"ideal": {}, **{name: {name: v} for name, v in FLAWS.items()}}.items():
        h, after = histograms(**flaws), histograms(THETA + step, **flaws)
        turn = np.degrees(np.arccos(np.diag(cosines(h, after))))
        found[name] = np.median(cosines(h, h)[pairs]), np.median(turn)
    assert found["efficiency"][0] > 0.85 > 0.25 > found["ideal"][0]
    assert found["efficiency"][1] < found["ideal"][1] / 3
    for name in ("indistinguishability", "dark_count_probability"):
        assert found[name] == pytest.approx(found["ideal"], rel=0.1)


def test_second_photons_move_histograms_about_as_far_as_a_visibility_of_nine_tenths():
    """Photons are distinguishable here, each in its own way, the second one of a pulse too."""
    source, rng = DeviceBudget().source, np.random.default_rng(5)
    second = source.photon_on_demand * (1 - source.one_photon_share)
    shots, found = 50_000, []
    for theta in THETA[:6]:
        ways = np.abs(TimeBinInterferometer().unitary(theta)) ** 2  # row: where it leaves
        clicks = np.zeros((shots, 16), dtype=np.uint8)
        counts = []
        for share in (1.0, second):  # the first photon of each pulse, and a second one
            for column in range(0, 16, 2):
                ends = np.searchsorted(np.cumsum(ways[:16, column]), rng.random(shots))
                seen = np.flatnonzero((rng.random(shots) < share) & (ends < 16))
                clicks[seen, ends[seen]] = 1
            counts.append(click_histograms(clicks).ravel())
        found.append(np.linalg.norm(counts[1] - counts[0]) / np.linalg.norm(counts[0]))
    ideal = histograms(THETA[:6])
    moved = {
        name: np.median(
            np.linalg.norm(histograms(THETA[:6], **flaw) - ideal, axis=1)
            / np.linalg.norm(ideal, axis=1)
        )
        for name, flaw in {"V": {"indistinguishability": 0.9}, "loss": {"efficiency": 0.3}}.items()
    }
    assert np.median(found) == pytest.approx(moved["V"], rel=0.5)
    assert 10 * np.median(found) < moved["loss"]


def test_the_device_with_all_flaws_is_percevals_too():
    config = FLAWED_LIGHT.config("cpu", "mnist", "all-flaws", 0)
    flaws = {name: getattr(config, name) for name in FLAWS}
    assert flaws == FLAWS
    clicks = PercevalInterferometer(**flaws).sample(THETA[0], 3_000, rng=np.random.default_rng(4))
    for half, exact in zip(
        click_histograms(clicks).reshape(2, 256),
        TimeBinInterferometer(**flaws).half_click_probabilities(THETA[0]),
        strict=True,
    ):
        assert fits(np.rint(3_000 * half), exact)
