import hashlib
import math

import numpy as np
import pytest
import torch
from scipy.stats import norm

from pqkd_helpers.dictionary_convolutions import FixedProjection, fixed_projection
from pqkd_helpers.dictionary_convolutions.fixed_projection import (
    ProjectionCache,
    gaussian_quantiles,
)

TABLE_SHA256 = "8422cf312998f0a9b1a53e8c310b44117c100408dbcf920220ca232c9852b413"
ROWS_SHA256 = "b4d9ecb2fc2e502f1e5dee44a7ace18898d361305ca4fede06e07425c49da66a"


def philox_4x64_10(counter, key):
    """One block of Philox-4x64-10 in whole numbers, from the paper's description."""
    mask, (c0, c1, c2, c3), (k0, k1) = 2**64 - 1, counter, key
    for _ in range(10):
        p0, p1 = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (p1 >> 64) ^ c1 ^ k0, p1 & mask, (p0 >> 64) ^ c3 ^ k1, p0 & mask
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & mask, (k1 + 0xBB67AE8584CAA73B) & mask
    return c0, c1, c2, c3


def entry(projection, n):
    """Entry number n of A, from the second Philox and the table."""
    words = philox_4x64_10((n // 16 + 1, 0, 0, 0), (projection.seed, 0))
    lane = words[n % 16 // 4] >> (16 * (n % 4)) & 0xFFFF
    scale = np.float32(1 / np.sqrt(projection.in_features))
    return gaussian_quantiles()[lane] * scale


@pytest.fixture(autouse=True)
def small_cache(monkeypatch):
    cache = ProjectionCache(budget_bytes=0)
    monkeypatch.setattr(fixed_projection, "PROJECTION_CACHE", cache)
    return cache


def test_values_are_frozen():
    digest = hashlib.sha256(gaussian_quantiles().astype("<f4").tobytes()).hexdigest()
    assert digest == TABLE_SHA256
    rows = FixedProjection(in_features=512, out_features=64, seed=2**63 - 25).rows(0, 64)
    assert hashlib.sha256(rows.astype("<f4").tobytes()).hexdigest() == ROWS_SHA256


@pytest.mark.parametrize("in_features", [512, 7])
def test_entries_equal_those_of_an_independent_philox(in_features):
    projection = FixedProjection(in_features=in_features, out_features=50, seed=12345)
    A = projection.rows(0, 50).ravel()
    for n in [0, 1, 3, 4, 15, 16, 17, 100, 50 * in_features - 1]:
        assert A[n] == entry(projection, n)


@pytest.mark.parametrize("in_features", [512, 7])
def test_rows_do_not_depend_on_how_they_are_cut(in_features):
    projection = FixedProjection(in_features=in_features, out_features=40, seed=3)
    whole = projection.rows(0, 40)
    cut = [projection.rows(a, b) for a, b in ((0, 1), (1, 13), (13, 40))]
    assert np.array_equal(whole, np.concatenate(cut))


def test_the_table_holds_the_gaussian_quantiles():
    exact = norm.ppf((np.arange(2**16) + 0.5) / 2**16)
    assert np.abs(gaussian_quantiles() - exact).max() <= 2.0**-17 + 1e-7
    assert np.array_equal(gaussian_quantiles(), -gaussian_quantiles()[::-1])
    assert not gaussian_quantiles().flags.writeable


def test_entries_are_gaussian_of_variance_1_over_512():
    """2^20 entries; bounds are five standard errors (false-alarm rate 6e-7 each)."""
    A = FixedProjection(in_features=512, out_features=2048, seed=0).rows(0, 2048).astype(float)
    x, n = A.ravel() * math.sqrt(512), A.size
    assert abs(x.mean()) < 5 / math.sqrt(n)
    assert abs((x**2).mean() - 1) < 5 * math.sqrt(2 / n) + 3e-5
    assert abs((x**4).mean() - 3) < 5 * math.sqrt(96 / n) + 1e-3
    correlations = np.corrcoef(A, rowvar=False)[np.triu_indices(512, 1)]
    assert abs((correlations**2).mean() * 2048 - 1) < 5 * math.sqrt(2 / correlations.size)


def test_seeds_give_different_matrices():
    first, second = (
        FixedProjection(in_features=512, out_features=4, seed=s).rows(0, 4) for s in (0, 1)
    )
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.15


def test_product_is_the_same_however_it_is_computed(monkeypatch, small_cache):
    projection = FixedProjection(in_features=512, out_features=300, seed=7)
    z = torch.randn(3, 512, generator=torch.Generator().manual_seed(0))
    exact = z.double() @ torch.from_numpy(projection.rows(0, 300)).double().T
    assert torch.allclose(projection(z).double(), exact, atol=1e-6 * 5)
    monkeypatch.setattr(fixed_projection, "_BLOCK_VALUES", 512 * 7)
    assert torch.allclose(projection(z).double(), exact, atol=1e-6 * 5)
    small_cache.set_budget(10**9)
    assert torch.allclose(projection(z).double(), exact, atol=1e-6 * 5)
    assert torch.allclose(projection(z[0]), projection(z)[0], atol=1e-6 * 5)


def test_gradients_flow_through():
    projection = FixedProjection(in_features=16, out_features=5, seed=7)
    z = torch.zeros(16, requires_grad=True)
    projection(z)[2].backward()
    assert np.array_equal(z.grad.numpy(), projection.rows(2, 3)[0])


def test_the_cache_keeps_its_budget(small_cache):
    small_cache.set_budget(2500)
    projections = [FixedProjection(in_features=10, out_features=25, seed=s) for s in range(4)]
    for projection in projections:
        projection(torch.ones(10))
        assert small_cache.bytes_held <= 2500
    assert small_cache.bytes_held == 2000
    cpu = torch.device("cpu")
    assert small_cache.get((10, 25, 0, cpu)) is None
    assert small_cache.get((10, 25, 3, cpu)) is not None
    FixedProjection(in_features=10, out_features=100, seed=0)(torch.ones(10))  # 4,000 bytes
    assert small_cache.bytes_held == 2000


def test_an_accelerator_keeps_its_own_matrices(monkeypatch, small_cache):
    """The device "meta" stands in for one: it computes shapes only."""
    accelerator = ProjectionCache(budget_bytes=10**6)
    monkeypatch.setattr(fixed_projection, "ACCELERATOR_CACHE", accelerator)
    small_cache.set_budget(10**6)
    projection = FixedProjection(in_features=10, out_features=25, seed=0)
    product = projection(torch.ones(2, 10, device="meta"))
    assert product.device.type == "meta" and product.shape == (2, 25)
    assert accelerator.bytes_held == projection.nbytes == 1000 and small_cache.bytes_held == 0
    accelerator.set_budget(0)
    assert projection(torch.ones(10, device="meta")).device.type == "meta"
    assert small_cache.bytes_held == accelerator.bytes_held == 0


@pytest.mark.parametrize("z", [np.ones(10), torch.ones(10, dtype=torch.float64), torch.ones(9)])
def test_a_z_that_does_not_fit(z):
    with pytest.raises(ValueError, match="expected"):
        FixedProjection(in_features=10, out_features=3, seed=0)(z)


@pytest.mark.parametrize("rows", [(0, 4), (-1, 2), (2, 1)])
def test_rows_that_do_not_exist(rows):
    with pytest.raises(ValueError, match="do not exist"):
        FixedProjection(in_features=10, out_features=3, seed=0).rows(*rows)


@pytest.mark.parametrize(
    "wrong", [{"in_features": 0}, {"out_features": 1.5}, {"seed": -1}, {"seed": 2**64}]
)
def test_bad_sizes_and_seeds(wrong):
    with pytest.raises(ValueError):
        FixedProjection(**{"in_features": 512, "out_features": 3, "seed": 0, **wrong})
