import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.feature_histograms import EMA, HistogramFeature, click_histograms

VECTORS = json.loads((Path(__file__).parent / "reference" / "vectors.json").read_text())


@given(arrays(np.uint8, st.tuples(st.integers(1, 30), st.just(16)), elements=st.integers(0, 1)))
def test_histograms_equal_a_slow_count_of_binary_words(clicks):
    slow = np.zeros(512)
    for shot in clicks:
        word = "".join(map(str, shot))
        slow[int(word[:8], 2)] += 1
        slow[256 + int(word[8:], 2)] += 1
    histogram = click_histograms(clicks)
    assert np.array_equal(histogram, slow / len(clicks))
    assert histogram[:256].sum() == pytest.approx(1) and histogram[256:].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("clicks", "message"),
    [
        (np.zeros((3, 15)), "even number"),
        (np.zeros((3, 0)), "even number"),
        (np.zeros((0, 16)), "shape"),
        (np.zeros(16), "shape"),
        ([[0, 2]], "only 0 and 1"),
        ([[0.5, 1]], "only 0 and 1"),
        ([[np.nan, 1]], "only 0 and 1"),
        ([[-1, 1]], "only 0 and 1"),
        (np.zeros((1, 42)), "40 modes at most"),
    ],
)
def test_what_is_not_clicks_is_refused(clicks, message):
    with pytest.raises(ValueError, match=message):
        click_histograms(clicks)


def test_shot_noise_has_its_exact_size():
    """E |z_S - z|^2 = (2 - |z|^2) / S, with the exact z of an independent simulator."""
    vector = next(v for v in VECTORS["big"] if sum(v["input_state"]) == 8 and not v["ps_angles"])
    exact = np.concatenate(vector["perceval_half_histograms"])
    circuit = TimeBinInterferometer(vector["input_state"], vector["loop_lengths"])
    rng, n_shots, repeats = np.random.default_rng(0), 50, 400
    errors = np.array(
        [
            (
                (click_histograms(circuit.sample(vector["bs_angles"], n_shots, rng=rng)) - exact)
                ** 2
            ).sum()
            for _ in range(repeats)
        ]
    )
    predicted = (2 - exact @ exact) / n_shots
    deviation = abs(errors.mean() - predicted) / (errors.std() / np.sqrt(repeats))
    assert deviation < 5  # false-alarm rate 6e-7


class TestEMA:
    def test_it_starts_at_the_first_value(self):
        assert EMA(0.9).update([3.0, 4.0]).tolist() == [3.0, 4.0]

    def test_variance_falls_by_19_and_jumps_by_190(self):
        """Exact, from the impulse response of the steady state at beta = 0.9."""
        average = EMA(0.9)
        average.update([0.0])
        response = np.array([average.update([float(k == 0)])[0] for k in range(400)])
        assert 1 / (response**2).sum() == pytest.approx(19)
        raw_jump = 2.0  # of white noise of variance 1
        smoothed_jump = (np.diff(response, prepend=0.0) ** 2).sum()
        assert raw_jump / smoothed_jump == pytest.approx(190)

    def test_it_lags_nine_updates_behind_a_drift(self):
        average = EMA(0.9)
        for k in range(500):
            value = average.update([float(k)])[0]
        assert 499 - value == pytest.approx(9)

    def test_the_start_is_slow(self):
        """From the first value the variance has fallen by 5 after 10 updates, 14 after 20."""
        noise = np.random.default_rng(0).standard_normal((20, 200_000))
        average = EMA(0.9)
        variances = [average.update(row).var() for row in noise]
        assert 1 / variances[2] == pytest.approx(1.5, rel=0.02)
        assert 1 / variances[9] == pytest.approx(5, rel=0.1)
        assert 1 / variances[19] == pytest.approx(14, rel=0.05)

    def test_preview_changes_nothing(self):
        average = EMA(0.5)
        average.update([2.0])
        assert average.preview([0.0]).tolist() == [1.0]
        assert average.value.tolist() == [2.0]

    def test_what_it_returns_is_a_copy(self):
        average = EMA(0.5)
        average.update([2.0])[0] = 99.0
        assert average.value.tolist() == [2.0]

    @pytest.mark.parametrize("beta", [-0.1, 1.0, np.nan])
    def test_impossible_beta(self, beta):
        with pytest.raises(ValueError, match="beta"):
            EMA(beta)

    def test_bad_values_change_nothing(self):
        average = EMA(0.5)
        average.update([2.0, 1.0])
        for bad in ([1.0], [np.nan, 1.0], [np.inf, 0.0]):
            with pytest.raises(ValueError):
                average.update(bad)
        assert average.value.tolist() == [2.0, 1.0]


class TestScaling:
    @given(arrays(np.float64, 512, elements=st.floats(0, 1)).filter(lambda h: h.any()))
    def test_unit_rms_has_norm_sqrt_512_and_keeps_the_direction(self, histogram):
        z = HistogramFeature("unit-rms")(histogram)
        assert z @ z == pytest.approx(512)
        assert z @ histogram == pytest.approx(np.linalg.norm(z) * np.linalg.norm(histogram))

    def test_unit_rms_refuses_norm_zero(self):
        with pytest.raises(ValueError, match="norm 0"):
            HistogramFeature("unit-rms")(np.zeros(512))

    def test_raw_is_a_copy(self):
        histogram = np.ones(4)
        z = HistogramFeature("raw")(histogram)
        z[0] = 5.0
        assert histogram.tolist() == [1.0] * 4

    def test_standardised_uses_fitted_statistics_with_a_floor(self):
        circuit = TimeBinInterferometer()
        feature = HistogramFeature("standardised")
        rng = np.random.default_rng(0)
        histograms = [
            click_histograms(circuit.sample(rng.uniform(-np.pi, np.pi, 30), 100, rng=rng))
            for _ in range(20)
        ]
        feature.fit(histograms, n_shots=100)
        assert feature.standard_deviation.min() == pytest.approx(1 / 100)
        z = np.array([feature(h) for h in histograms])
        assert np.allclose(z.mean(axis=0), 0, atol=1e-12)
        often = feature.standard_deviation > 1 / 100
        assert often.any() and np.allclose(z.std(axis=0, ddof=1)[often], 1)

    def test_the_others_fit_nothing(self):
        for scaling in ("raw", "unit-rms"):
            feature = HistogramFeature(scaling)
            feature.fit([[1.0, 0.0], [0.0, 1.0]], n_shots=9)
            assert feature.mean is None and feature.standard_deviation is None

    @pytest.mark.parametrize("bad", [[[1.0, 0.0]], [1.0, 0.0], [[np.nan], [1.0]]])
    def test_fewer_than_two_histograms_are_refused(self, bad):
        with pytest.raises(ValueError, match="two or more rows"):
            HistogramFeature("standardised").fit(bad, n_shots=9)

    def test_standardised_before_fit(self):
        with pytest.raises(RuntimeError, match="fit"):
            HistogramFeature("standardised")(np.ones(512))

    def test_wrong_length_after_fit(self):
        feature = HistogramFeature("standardised")
        feature.fit(np.eye(512)[:2], n_shots=5)
        with pytest.raises(ValueError, match="512 are expected"):
            feature(np.ones(4))

    @pytest.mark.parametrize("bad", [[[1.0]], [np.nan, 1.0], 3.0])
    def test_what_is_no_histogram_is_refused(self, bad):
        with pytest.raises(ValueError, match="histogram"):
            HistogramFeature("raw")(bad)

    def test_unknown_scaling_names_the_choices(self):
        with pytest.raises(ValueError, match=r"'none'.*raw.*standardised.*unit-rms"):
            HistogramFeature("none")


def test_200_shots_hit_a_fifth_of_the_bins_at_random_angles():
    circuit, rng = TimeBinInterferometer(), np.random.default_rng(6)
    angles = rng.uniform(-np.pi, np.pi, (50, 30))
    hit = [np.count_nonzero(click_histograms(c)) for c in circuit.sample(angles, 200, rng=rng)]
    assert 85 < np.median(hit) < 120  # of 512: 106 in notebook 02


def test_85_bins_of_notebook_02_hold_nine_tenths_of_the_probability():
    angles = np.random.default_rng(1).uniform(-np.pi, np.pi, 30)
    halves = np.sort(TimeBinInterferometer().half_click_probabilities(angles))[:, ::-1]
    assert (halves.cumsum(axis=1) < 0.9).sum() + 2 == 85


def test_a_variance_over_100_smoothed_values_comes_out_a_sixth_too_small():
    """It is measured around their own mean, which wanders with them like one of 5.8 values."""
    apart = np.arange(1, 100)
    variance_of_mean = (1 + 2 * ((1 - apart / 100) * 0.9**apart).sum()) / 100
    assert variance_of_mean == pytest.approx(0.172, abs=0.0005)
    average = EMA(beta=0.9)
    noise = np.random.default_rng(7).normal(size=(200, 5_000))
    smoothed = np.array([average.update(values) for values in noise])[100:]
    found = smoothed.var(axis=0).mean() / (0.1 / 1.9)
    assert found == pytest.approx(1 - variance_of_mean, rel=0.02)
