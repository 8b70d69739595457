"""Where a generator is expected, a seed or None is refused in plain words, before any work."""

import numpy as np
import pytest
import torch

from pqkd_helpers.circuit_simulator import SinglePhotonCircuit, TimeBinInterferometer
from pqkd_helpers.controls.angle_searches import LocalRandomSearch
from pqkd_helpers.controls.features.circuit_variants import Marginals, Shuffled
from pqkd_helpers.controls.features.classical_map import ClassicalMap
from pqkd_helpers.controls.features.coins_and_zero import UniformBits
from pqkd_helpers.controls.features.gaussian_features import GaussianFresh
from pqkd_helpers.networks.augmentation import erase_square, flip_and_shift
from pqkd_helpers.spsa import SPSA
from pqkd_helpers.statistics.decay_fits import fit_free_exponent
from pqkd_helpers.training_loop.photonic_feature import PhotonicFeature

THETA = np.zeros(30)
DARK = TimeBinInterferometer(dark_count_probability=0.1)
DOORS = {
    "SPSA": lambda rng: SPSA([0.0], rng=rng),
    "random search": lambda rng: LocalRandomSearch([0.0], rng=rng),
    "one loop": lambda rng: TimeBinInterferometer((1, 1), (1,)).sample([0.3], 5, rng=rng),
    "two loops": lambda rng: TimeBinInterferometer().sample(THETA, 5, rng=rng),
    "photon numbers": lambda rng: TimeBinInterferometer().sample_photons(THETA, 5, rng=rng),
    "dark counts": lambda rng: DARK.sample(THETA, 5, rng=rng),
    "single photon": lambda rng: SinglePhotonCircuit().sample(THETA, 5, rng=rng),
    "coins": lambda rng: UniformBits().sample(THETA, 5, rng=rng),
    "Gaussian": lambda rng: GaussianFresh().histogram(THETA, 5, rng=rng),
    "classical map": lambda rng: ClassicalMap(seed=0).histogram(THETA, 5, rng=rng),
    "marginals": lambda rng: Marginals(TimeBinInterferometer()).sample(THETA, 5, rng=rng),
    "shuffled": lambda rng: Shuffled(UniformBits(), seed=0).histogram(THETA, 5, rng=rng),
    "fit of the scaling": lambda rng: PhotonicFeature(
        UniformBits(), n_shots=5, ema_beta=0.9, scaling="standardised"
    ).fit(rng, 2),
    "feature": lambda rng: PhotonicFeature(
        UniformBits(), n_shots=5, ema_beta=0.9, scaling="raw"
    ).update(THETA, rng),
    "bootstrap": lambda rng: fit_free_exponent([1.0, 2.0, 4.0], {"a": np.eye(3)}, rng=rng),
}


@pytest.mark.parametrize("rng", [0, None], ids=repr)
@pytest.mark.parametrize("door", DOORS)
def test_a_seed_or_none_is_no_generator(door, rng):
    with pytest.raises(ValueError, match=rf"rng is {rng}, a numpy.random.Generator is expected"):
        DOORS[door](rng)


@pytest.mark.parametrize("generator", [0, None])
@pytest.mark.parametrize("augment", [flip_and_shift, erase_square])
def test_nor_is_it_one_of_torch(augment, generator):
    with pytest.raises(ValueError, match=f"generator is {generator}, a torch.Generator"):
        augment(torch.ones(1, 1, 8, 8), generator)


def test_numpys_older_generator_is_refused_where_it_lacks_what_is_needed():
    with pytest.raises(ValueError, match="RandomState"):
        TimeBinInterferometer().sample(THETA, 5, rng=np.random.RandomState(0))


def test_what_was_refused_costs_no_shots():
    feature = PhotonicFeature(UniformBits(), n_shots=5, ema_beta=0.9, scaling="raw")
    with pytest.raises(ValueError, match="rng is 0"):
        feature.update(THETA, 0)
    assert set(feature.shots.values()) == set(feature.circuit_evaluations.values()) == {0}
