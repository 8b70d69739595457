import pytest

from pqkd_helpers.common.random_streams import derive_seed, numpy_stream


def test_streams_have_a_frozen_definition():
    """Stored runs depend on this value: it may only change with METHOD_VERSION."""
    assert derive_seed(0, "shots", 3) == 6028080319068184812


def test_different_names_give_different_streams():
    seeds = {
        derive_seed(*name)
        for name in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 0), (0, "a", "0"), (0, "a", 1), (0,)]
    }
    assert len(seeds) == 7


def test_seeds_fit_every_generator():
    assert all(0 <= derive_seed(seed, "x") < 2**63 for seed in range(200))
    assert numpy_stream(3, "x").integers(1 << 30) == numpy_stream(3, "x").integers(1 << 30)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        derive_seed(seed, "x")
