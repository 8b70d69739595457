import numpy as np
import pytest
from scipy.stats import binom

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.device import LoopDevice
from pqkd_helpers.circuit_simulator.fock_basis import places
from pqkd_helpers.circuit_simulator.sampling import choice as sampling
from pqkd_helpers.circuit_simulator.sampling.choice import choose_method
from pqkd_helpers.feature_histograms import click_histograms
from tests.circuit_simulator.devices import LISTED, draw_angles
from tests.goodness_of_fit import fits

SHOTS = 20_000

METHODS = ("single loop", "series of loops", "boson sampling")
CASES = [
    pytest.param(circuit, method, id=f"{name}, {method}")
    for name, circuit in LISTED.items()
    for method in METHODS
    if method != "single loop" or len(circuit.loop_lengths) == 1
]


@pytest.fixture
def use(monkeypatch):
    """Makes one sampler run, whatever would be chosen."""
    return lambda method: monkeypatch.setattr(sampling, "choose_method", lambda device: method)


def counts_of_outcomes(samples, circuit, states):
    """How often each listed outcome was sampled; lost photons are told by their number."""
    lost = circuit.n_photons - states.sum(axis=1, keepdims=True)
    full = np.hstack([states, lost])
    assert (places(full) == np.arange(len(states))).all() or not lost.any()
    sampled = np.hstack([samples, circuit.n_photons - samples.sum(axis=1, keepdims=True)])
    index = {tuple(row): i for i, row in enumerate(full.tolist())}
    rows, numbers = np.unique(sampled, axis=0, return_counts=True)
    result = np.zeros(len(states))
    for row, number in zip(rows.tolist(), numbers, strict=True):
        result[index[tuple(row)]] = number  # a KeyError is an impossible outcome
    return result


@pytest.mark.parametrize(("circuit", "method"), CASES)
def test_photon_numbers_follow_the_exact_distribution(circuit, method, use):
    use(method)
    theta = draw_angles(circuit, 7)
    samples = circuit.sample_photons(theta, SHOTS, rng=np.random.default_rng(1))
    states, probabilities = circuit.photon_probabilities(theta)
    assert fits(counts_of_outcomes(samples, circuit, states), probabilities)


@pytest.mark.parametrize("circuit", LISTED.values(), ids=LISTED)
def test_clicks_follow_the_exact_distribution_in_every_setting_of_a_batch(circuit):
    theta = draw_angles(circuit, 8, batch=(3,))
    clicks = circuit.sample(theta, SHOTS, rng=np.random.default_rng(2))
    assert clicks.shape == (3, SHOTS, circuit.n_modes) and clicks.dtype == np.uint8
    place_values = 1 << np.arange(circuit.n_modes - 1, -1, -1)
    for sampled, exact in zip(clicks, circuit.click_probabilities(theta), strict=True):
        counts = np.bincount(sampled @ place_values, minlength=2**circuit.n_modes)
        assert fits(counts, exact)


@pytest.mark.parametrize(
    ("loops", "method"),
    [
        ((1,), "single loop"),
        ((1,), "boson sampling"),
        ((1, 1), "boson sampling"),
        ((1, 1), "series of loops"),
        ((1, 2), "boson sampling"),
        ((1, 2), "series of loops"),
    ],
)
@pytest.mark.parametrize("flawed", [False, True])
def test_histograms_of_16_modes_and_8_photons_follow_the_exact_ones(loops, method, flawed, use):
    use(method)
    flaws = {
        "efficiency": 0.9,
        "loop_efficiency": 0.95,
        "indistinguishability": 0.8,
        "dark_count_probability": 0.02,
    }
    circuit = TimeBinInterferometer((1, 0) * 8, loops, **(flaws if flawed else {}))
    theta = draw_angles(circuit, 9)
    clicks = circuit.sample(theta, 10_000, rng=np.random.default_rng(3))
    sampled = click_histograms(clicks).reshape(2, 256)
    for half, exact in zip(sampled, circuit.half_click_probabilities(theta), strict=True):
        assert fits(np.rint(half * 10_000), exact)


@pytest.mark.parametrize(("loops", "method"), [((1,), "single loop"), ((1, 1), "series of loops")])
def test_long_trains_of_bins_keep_their_photons_and_their_means(loops, method):
    """200 bins: mean photon numbers are sum_j s_j |U_ij|^2, interference never changes them."""
    circuit = TimeBinInterferometer((1, 0, 2, 0, 1) * 40, loops)
    assert choose_method(circuit) == method
    theta = draw_angles(circuit, 10)
    samples = circuit.sample_photons(theta, 4_000, rng=np.random.default_rng(4))
    assert (samples.sum(axis=1) == circuit.n_photons).all()
    mean = np.abs(circuit.unitary(theta)) ** 2 @ circuit.input_state
    error = np.maximum(samples.std(axis=0), 1e-3) / np.sqrt(len(samples))
    assert np.abs((samples.mean(axis=0) - mean) / error).max() < 6.0  # false alarm: 4e-7


def test_many_photons_in_the_loop_make_its_tables_grow():
    """40 photons in one bin, kept in the loop by the first splitter, leave at the second."""
    circuit = TimeBinInterferometer((40, 0, 0), (1,))
    samples = circuit.sample_photons([np.pi / 2, 0.7], 4_000, rng=np.random.default_rng(5))
    assert (samples[:, 0] == 0).all()
    numbers = np.bincount(samples[:, 1], minlength=41)
    assert fits(numbers, binom.pmf(np.arange(41), 40, np.cos(0.7) ** 2))


def test_shots_and_settings_beyond_one_block_of_memory(monkeypatch):
    circuit = TimeBinInterferometer((1, 1, 0), (1, 1))
    theta = draw_angles(circuit, 11, batch=(4,))
    monkeypatch.setattr("pqkd_helpers.circuit_simulator.sampling.boson_sampling._BLOCK_VALUES", 64)
    for n_shots in (3, 37, 64):
        samples = circuit.sample_photons(theta, n_shots, rng=np.random.default_rng(0))
        assert samples.shape == (4, n_shots, 3) and (samples.sum(axis=2) == 2).all()
    monkeypatch.setattr("pqkd_helpers.circuit_simulator.sampling.single_loop._BLOCK_VALUES", 64)
    circuit = TimeBinInterferometer((1, 1, 0), (1,))
    theta = draw_angles(circuit, 11, batch=(4,))
    samples = circuit.sample_photons(theta, 5, rng=np.random.default_rng(0))
    assert samples.shape == (4, 5, 3) and (samples.sum(axis=2) == 2).all()


@pytest.mark.parametrize(("circuit", "method"), CASES)
def test_same_seed_same_samples_other_seed_others(circuit, method, use):
    use(method)
    theta = np.tile(draw_angles(circuit, 12), (2, 1))
    first, again = (circuit.sample(theta, 300, rng=np.random.default_rng(6)) for _ in range(2))
    other = circuit.sample(theta, 300, rng=np.random.default_rng(7))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("circuit", "method"), CASES)
def test_the_settings_of_a_batch_are_independent(circuit, method, use):
    """Two equal settings agree in a shot as often as two independent shots do: sum of p^2."""
    use(method)
    theta = np.tile(draw_angles(circuit, 13), (2, 1))
    one, two = circuit.sample_photons(theta, SHOTS, rng=np.random.default_rng(9))
    agree = (one == two).all(axis=1).sum()
    chance = (circuit.photon_probabilities(theta[0])[1] ** 2).sum()
    assert fits([agree, SHOTS - agree], [chance, 1 - chance])


@pytest.mark.parametrize("angle", [0.0, np.pi / 2, -np.pi / 2, np.pi, 1e6])
@pytest.mark.parametrize(("circuit", "method"), CASES)
def test_special_and_huge_angles_give_possible_outcomes(circuit, method, angle, use):
    use(method)
    theta = np.full(circuit.n_angles, angle)
    samples = circuit.sample_photons(theta, 50, rng=np.random.default_rng(8))
    states, probabilities = circuit.photon_probabilities(theta)
    counts = counts_of_outcomes(samples, circuit, states)
    assert (probabilities[counts > 0] > 1e-12).all()


class Extreme(np.random.Generator):
    """Uniform numbers at the very ends of [0, 1)."""

    def __init__(self, value):
        super().__init__(np.random.PCG64(0))
        self.value = value

    def random(self, size=None):
        return np.full(size, self.value)


@pytest.mark.parametrize("value", [0.0, np.nextafter(1.0, 0.0)])
@pytest.mark.parametrize("angle", [0.0, np.pi / 2, 0.3])
@pytest.mark.parametrize(("circuit", "method"), CASES)
def test_the_most_extreme_random_numbers_give_possible_outcomes(circuit, method, angle, value, use):
    use(method)
    theta = np.full(circuit.n_angles, angle)
    samples = circuit.sample_photons(theta, 3, rng=Extreme(value))
    states, probabilities = circuit.photon_probabilities(theta)
    counts = counts_of_outcomes(samples, circuit, states)
    assert (probabilities[counts > 0] > 1e-15).all()


@pytest.mark.parametrize(
    ("input_state", "loops", "method"),
    [
        ((1, 0) * 8, (1,), "single loop"),
        ((1, 0) * 500, (1,), "single loop"),
        ((1, 0) * 8, (3,), "single loop"),
        ((1, 0) * 8, (1, 1), "boson sampling"),
        ((1, 0) * 8, (1, 6), "boson sampling"),
        ((1, 0) * 16, (1, 1), "series of loops"),
        ((1, 0) * 500, (1, 1), "series of loops"),
    ],
)
def test_the_sampler_follows_from_the_structure(input_state, loops, method):
    assert choose_method(LoopDevice(input_state=input_state, loop_lengths=loops)) == method


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        (
            TimeBinInterferometer((1,) * 100, (10, 10)),
            r"100 photons in the loops \(10, 10\)",
        ),
        (TimeBinInterferometer((1,) * 24 + (0,) * 276, (1,) * 13), "24 photons in the loops"),
        (TimeBinInterferometer((10**5, 10**5), (1,)), "up to 100,000 photons in one time bin"),
        (TimeBinInterferometer((2**62, 2**62), (1,)), "photons in one time bin"),
    ],
)
def test_what_no_sampler_can_do_is_refused(circuit, message):
    with pytest.raises(ValueError, match=message):
        circuit.sample(np.zeros(circuit.n_angles), 1, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("input_state", "loops"),
    [
        ((2,) * 1000, (1, 1)),
        ((1000, 0), (1,)),
        ((60,) + (0,) * 998, (1, 1)),
        ((1,) * 60 + (0,) * 940, (1, 2)),
        ((1, 0, 1, 1), (3, 3)),
        ((1, 1), (1, 1, 1)),
    ],
)
def test_many_photons_and_loops_longer_than_half_the_bins_are_sampled(input_state, loops):
    circuit = TimeBinInterferometer(input_state, loops)
    theta = draw_angles(circuit, 14)
    samples = circuit.sample_photons(theta, 2, rng=np.random.default_rng(0))
    assert (samples.sum(axis=1) == sum(input_state)).all()


def test_shots_of_loops_in_series_beyond_one_block_of_memory(monkeypatch, use):
    use("series of loops")
    monkeypatch.setattr(sampling, "_BLOCK_VALUES", 200)
    circuit = LISTED["two loops"]
    theta = draw_angles(circuit, 15)
    samples = circuit.sample_photons(theta, SHOTS // 4, rng=np.random.default_rng(0))
    states, probabilities = circuit.photon_probabilities(theta)
    assert fits(counts_of_outcomes(samples, circuit, states), probabilities)


@pytest.mark.parametrize("photons", [2**27, 2**40])
def test_more_photons_than_memory_are_refused_where_each_goes_its_own_way(photons):
    circuit = TimeBinInterferometer((photons, 0), (1,), indistinguishability=0.0)
    with pytest.raises(ValueError, match="do not all interfere: 134,217,728"):
        circuit.sample([0.3], 2, rng=np.random.default_rng(0))
