import pytest

from pqkd_helpers.records import Catalogue, stored_record, stored_records
from pqkd_helpers.records.record import write_record


def with_runs(*runs):
    """Return a catalogue of made-up runs: (tier, data set, arm, seed)."""
    catalogue = Catalogue()
    names = ("tier", "dataset", "arm", "seed")
    catalogue._read = {"table1": [dict(zip(names, run, strict=True)) for run in runs]}
    return catalogue


def runs(tier, dataset, n_seeds, arm="conv1-conv2"):
    return [(tier, dataset, arm, seed) for seed in range(n_seeds)]


def test_a_larger_scale_is_shown_once_three_of_its_seeds_are_there():
    few = with_runs(*runs("cpu", "mnist", 3), *runs("paper", "mnist", 2))
    enough = with_runs(*runs("cpu", "mnist", 3), *runs("paper", "mnist", 3))
    assert few.tier("table1", "mnist") == "cpu" and enough.tier("table1", "mnist") == "paper"


def test_of_cifar10_one_seed_is_enough():
    catalogue = with_runs(*runs("cpu", "cifar10", 3), *runs("paper", "cifar10", 1))
    assert catalogue.tier("table1", "cifar10") == "paper"


def test_where_no_scale_has_enough_the_one_with_most_seeds_is_shown():
    catalogue = with_runs(*runs("cpu", "mnist", 2), *runs("paper", "mnist", 1))
    assert catalogue.tier("table1", "mnist") == "cpu"
    assert catalogue.tier("table1", "fashion-mnist") is None


def test_another_arm_does_not_raise_the_scale_of_a_row():
    others = runs("paper", "mnist", 3, arm="at-rest")
    catalogue = with_runs(*runs("cpu", "mnist", 3), *others)
    assert catalogue.tier("table1", "mnist", "conv1-conv2") == "cpu"


def test_runs_come_in_the_order_of_their_seeds_not_of_their_names():
    catalogue = with_runs(*[("cpu", "mnist", "base", seed) for seed in (10, 2, 0)])
    assert [run["seed"] for run in catalogue.runs("table1", arm="base")] == [0, 2, 10]


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Records of two arms whose names begin alike, in the place of the project's own."""
    record = stored_record("train-quick-seed0")
    monkeypatch.setattr("pqkd_helpers.common.stored_figures.FIGURES", tmp_path)
    for arm, seed in (("light", 10), ("light", 2), ("light-frozen", 3)):
        path = tmp_path / "records" / "train" / f"train-{arm}-seed{seed}.json"
        write_record({**record, "arm": arm, "seed": seed}, path)
    return tmp_path / "records"


def test_an_arm_is_read_in_the_order_of_its_seeds_without_arms_that_begin_alike(stored):
    assert [run["seed"] for run in stored_records("train", "light")] == [2, 10]
    assert [run["seed"] for run in stored_records("train")] == [2, 3, 10]


def test_each_experiment_is_read_once(stored):
    (first, _), (again, _) = stored_records("train", "light"), stored_records("train", "light")
    assert first is again


def test_what_is_not_stored_is_named(stored):
    with pytest.raises(FileNotFoundError, match="no record of train, dark, cpu is in"):
        stored_records("train", "dark", tier="cpu")
    with pytest.raises(FileNotFoundError, match="no record 'train-dark-seed0' is in"):
        stored_record("train-dark-seed0")
