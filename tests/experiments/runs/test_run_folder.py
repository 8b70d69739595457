import errno
import json
import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pqkd_helpers.common.files import write_atomically
from pqkd_helpers.experiments.runs.run_folder import RunFolder, RunFolderError

CONFIGURATION = {"epochs": 3, "seed": 0}


def opened(path, configuration=None, device="cpu"):
    return RunFolder(path, configuration or CONFIGURATION, device=device)


def state(value):
    names = ("theta", "histogram", "smoothed_histogram", "z", "model.weight")
    return {name: torch.full((2,), float(value)) for name in names}


def with_epochs(path, n):
    folder = opened(path)
    for number in range(1, n + 1):
        folder.save_epoch({"epoch": number, "loss": 1 / number}, state(number))
    return folder


def test_epochs_come_back_in_order_with_the_latest_state(tmp_path):
    with_epochs(tmp_path, 4)
    folder = opened(tmp_path)
    assert [epoch["epoch"] for epoch in folder.epochs()] == [1, 2, 3, 4]
    assert folder.latest_state()["model.weight"].tolist() == [4.0, 4.0]
    assert folder.features()["z"].tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]


def test_only_the_last_two_states_are_kept(tmp_path):
    with_epochs(tmp_path, 5)
    kept = [path.parent.name for path in sorted(tmp_path.glob("epoch_*/state.safetensors"))]
    assert kept == ["epoch_0004", "epoch_0005"]


def test_a_new_folder_is_empty(tmp_path):
    folder = opened(tmp_path / "new")
    assert folder.epochs() == [] and folder.latest_state() is None


def test_half_written_epochs_are_cleared_away(tmp_path):
    with_epochs(tmp_path, 1)
    partial = tmp_path / ".partial-123"
    partial.mkdir()
    (partial / "state.safetensors").write_bytes(b"half")
    (tmp_path / ".partial-file").write_bytes(b"half")
    assert len(opened(tmp_path).epochs()) == 1
    assert not list(tmp_path.glob(".partial-*"))


@pytest.fixture
def read_only(monkeypatch):
    """As on a read-only file system: no lock can be taken, no file written or removed."""

    def refuse(*arguments, **options):
        raise OSError(30, "Read-only file system", ".lock")

    for name in (
        "pqkd_helpers.common.files.write_durably",
        "pqkd_helpers.experiments.runs.run_folder.FileLock.acquire",
        "pathlib.Path.unlink",
    ):
        monkeypatch.setattr(name, refuse)


def test_what_is_finished_can_be_read_where_nothing_can_be_written(tmp_path, request):
    with_epochs(tmp_path, 2)
    (tmp_path / ".partial-file").write_bytes(b"half")
    request.getfixturevalue("read_only")
    with opened(tmp_path) as folder:
        assert len(folder.epochs()) == 2 and folder.features()["z"].shape == (2, 2)
        with pytest.raises(OSError, match="Read-only"):
            folder.check_writable()
    with pytest.raises(RunFolderError, match="seed was 0, now 1"):
        opened(tmp_path, {"epochs": 3, "seed": 1})
    (tmp_path / "new").mkdir()
    with pytest.raises(OSError, match="Read-only"):
        opened(tmp_path / "new")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pqkd_helpers.common.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_another_configuration_is_refused_and_the_difference_named(tmp_path):
    with_epochs(tmp_path, 1)
    with pytest.raises(RunFolderError, match=r"epochs was 3, now 5.*--name"):
        opened(tmp_path, {"epochs": 5, "seed": 0})


def test_another_device_is_refused(tmp_path):
    with_epochs(tmp_path, 1)
    with pytest.raises(RunFolderError, match="begun on cpu, now cuda"):
        opened(tmp_path, device="cuda")


def test_another_number_of_threads_is_refused(tmp_path, monkeypatch):
    with_epochs(tmp_path, 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 77)
    with pytest.raises(RunFolderError, match=r"now 77.*OMP_NUM_THREADS"):
        opened(tmp_path)


def test_a_folder_without_epochs_takes_a_new_configuration(tmp_path):
    opened(tmp_path)
    assert opened(tmp_path, {"epochs": 9}).epochs() == []


def test_a_stored_record_is_never_taken_for_another_configuration(tmp_path):
    """Even where the epochs were deleted to save space."""
    opened(tmp_path)
    (tmp_path / "record.json").write_text("{}")
    with pytest.raises(RunFolderError, match="epochs was 3, now 5"):
        opened(tmp_path, {"epochs": 5, "seed": 0})
    opened(tmp_path)


def test_a_refused_folder_is_not_left_locked(tmp_path):
    with_epochs(tmp_path, 1)
    with pytest.raises(RunFolderError) as kept:  # as a notebook keeps the last traceback
        opened(tmp_path, {"epochs": 5})
    assert len(opened(tmp_path).epochs()) == 1 and kept.tb is not None


def test_two_processes_cannot_work_in_one_folder(tmp_path):
    with opened(tmp_path), pytest.raises(RunFolderError, match="another process is working"):
        opened(tmp_path)
    opened(tmp_path)


def test_a_disk_without_locks_is_named(tmp_path, monkeypatch):
    """Network disks can be so; the system's own words name no folder."""

    def acquire(lock):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("pqkd_helpers.experiments.runs.run_folder.FileLock.acquire", acquire)
    with pytest.raises(RunFolderError, match=f"{tmp_path} cannot be locked .No locks available"):
        opened(tmp_path)


def test_a_folder_can_be_waited_for(tmp_path):
    first = opened(tmp_path)
    order = []

    def second():
        with RunFolder(tmp_path, CONFIGURATION, device="cpu", wait=True):
            order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    order.append("first")
    first.__exit__()
    waiting.join(timeout=30)
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    "name", ["metrics.json", "state.safetensors", "feature.safetensors", "checksums.json"]
)
@pytest.mark.parametrize("harm", ["cut", "flip", "delete"])
def test_damage_is_noticed(tmp_path, name, harm):
    with_epochs(tmp_path, 2)
    victim = tmp_path / "epoch_0002" / name
    content = bytearray(victim.read_bytes())
    if harm == "delete":
        victim.unlink()
    else:
        if harm == "cut":
            content = content[: len(content) // 2]
        else:
            content[len(content) // 2] ^= 4
        victim.write_bytes(content)
    folder = opened(tmp_path)
    with pytest.raises(RunFolderError, match=r"damaged.*delete .*epoch_0002"):
        folder.epochs()
        folder.latest_state()


@given(st.integers(0, 10_000), st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_any_altered_byte_of_a_state_is_noticed(tmp_path_factory, position, value):
    tmp_path = tmp_path_factory.mktemp("run")
    folder = with_epochs(tmp_path, 1)
    victim = tmp_path / "epoch_0001" / "state.safetensors"
    content = bytearray(victim.read_bytes())
    position %= len(content)
    changed = content[position] != value
    content[position] = value
    victim.write_bytes(content)
    if changed:
        with pytest.raises(RunFolderError):
            folder.latest_state()
    else:
        folder.latest_state()


def test_the_folder_can_go_on_from_the_epoch_before_a_damaged_one(tmp_path):
    with_epochs(tmp_path, 3)
    for file in (tmp_path / "epoch_0003").iterdir():
        file.unlink()
    (tmp_path / "epoch_0003").rmdir()
    assert opened(tmp_path).latest_state()["z"].tolist() == [2.0, 2.0]


def test_old_damage_is_noticed_at_once_and_the_advice_can_be_followed(tmp_path):
    """Of six epochs the last two have a state: nothing can go on from epoch 2."""
    with_epochs(tmp_path, 6)
    for name in ("metrics.json", "feature.safetensors"):
        victim = tmp_path / "epoch_0003" / name
        content = victim.read_bytes()
        victim.write_bytes(content[:-3])
        with pytest.raises(RunFolderError, match=r"damaged.*delete the folder .* run again"):
            opened(tmp_path).epochs()
        victim.write_bytes(content)


def test_a_missing_epoch_is_noticed(tmp_path):
    with_epochs(tmp_path, 2)
    (tmp_path / "epoch_0001").rename(tmp_path / "gone")
    with pytest.raises(RunFolderError, match="no epoch_0001"):
        opened(tmp_path).epochs()


def test_a_damaged_description_is_noticed(tmp_path):
    with_epochs(tmp_path, 1)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(RunFolderError, match="damaged"):
        opened(tmp_path)
    (tmp_path / "run.json").unlink()
    with pytest.raises(RunFolderError, match=r"no run\.json"):
        opened(tmp_path)


def test_nothing_is_pickled(tmp_path):
    """Only JSON and safetensors stand in a folder; a safetensors file begins with its header."""
    with_epochs(tmp_path, 1)
    for file in tmp_path.rglob("*"):
        if file.suffix == ".json":
            json.loads(file.read_text())
        elif file.is_file() and file.name != ".lock":
            assert file.suffix == ".safetensors" and file.read_bytes()[8:9] == b"{"
