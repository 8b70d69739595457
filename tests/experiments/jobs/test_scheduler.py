"""Many jobs, with accidents: crashes, killed workers and commands, a full disk, a dead cluster."""

import dataclasses
import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from pqkd_helpers.experiments.grids.grid import Job
from pqkd_helpers.experiments.jobs import scheduler
from pqkd_helpers.experiments.jobs.executors import Workers, local_workers
from pqkd_helpers.experiments.jobs.scheduler import DiskFullError, run_jobs
from pqkd_helpers.experiments.jobs.work import is_done, work
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.records.record import read_record, without_seconds

pytestmark = pytest.mark.slow

CONFIG = RunConfig(
    dataset="digits",
    train_images=200,
    widths=(4, 6, 8),
    epochs=2,
    spsa_steps=1,
    fresh_draws=1,
    n_shots=10,
)


def jobs(*, seeds=2, **changes):
    return [
        Job("frontier", arm, "smoke", dataclasses.replace(CONFIG, rank=rank, seed=seed, **changes))
        for seed in range(seeds)
        for arm, rank in (("rank-1", 1), ("rank-2", 2))
    ]


def place(tmp_path):
    return Workplace(tmp_path / "runs", threads=1)


@dataclasses.dataclass(frozen=True)
class Accident(Job):
    """A job that has an accident in its first attempt, or in every one."""

    marker: Path = Path()
    kind: str = "crash"
    attempts: int = 1

    def happen(self):
        done = int(self.marker.read_text()) if self.marker.exists() else 0
        if done < self.attempts:
            self.marker.write_text(str(done + 1))
            if self.kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.kind == "full disk":
                raise OSError(errno.ENOSPC, "No space left on device")
            raise RuntimeError("an injected crash")


def work_with_accidents(job, place):
    if isinstance(job, Accident):
        job.happen()
    return work(job, place)


@pytest.fixture(autouse=True)
def _accidents_happen(monkeypatch):
    monkeypatch.setattr(scheduler, "work", work_with_accidents)


def with_accident(plan, tmp_path, **options):
    first = plan[0]
    fields = {f.name: getattr(first, f.name) for f in dataclasses.fields(Job)}
    return [Accident(**fields, marker=tmp_path / "marker", **options), *plan[1:]]


class HereAndNow(ThreadPoolExecutor):
    """One thread: no processes are needed where none is to be killed."""


def here():
    return Workers(1, 1, lambda: HereAndNow(1), lambda executor: executor.shutdown())


@pytest.fixture(scope="module", autouse=True)
def _threads_as_before():
    before = torch.get_num_threads()  # `work` sets them, and here it runs in this process
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("threads", "workers", "each"), [(8, 2, 4), (3, 2, 1), (1, 2, 1), (2, 1, 2)]
)
def test_workers_share_the_threads_that_this_process_was_given(threads, workers, each):
    torch.set_num_threads(threads)
    assert local_workers(workers).threads == each


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    progress = run_jobs(jobs(), here(), place(folder), out=folder / "out")
    assert sorted(progress.done) == sorted(job.name for job in jobs())
    return {job.name: record_of(job.name, folder / "out") for job in jobs()}


def record_of(name, out):
    return read_record(out / "frontier" / f"{name}.json")


def check_all(out, expected):
    for name, record in expected.items():
        assert without_seconds(record_of(name, out)) == without_seconds(record)


def test_records_carry_their_labels_and_no_traces(expected):
    record = expected["frontier-smoke-digits-rank-1-seed1"]
    labels = {key: record[key] for key in ("experiment", "arm", "tier", "dataset", "seed")}
    assert labels == {
        "experiment": "frontier",
        "arm": "rank-1",
        "tier": "smoke",
        "dataset": "digits",
        "seed": 1,
    }
    epoch = record["student"]["epochs"][0]
    assert "theta" not in epoch and epoch["spsa_mean_loss"] > 0


def test_traces_are_kept_where_asked(tmp_path):
    (job,) = jobs(seeds=1)[:1]
    run_jobs([dataclasses.replace(job, keep_traces=True)], here(), place(tmp_path), out=tmp_path)
    assert len(record_of(job.name, tmp_path)["student"]["epochs"][0]["theta"]) == 30


def test_two_processes_give_the_same_records(expected, tmp_path):
    run_jobs(jobs(), local_workers(2), place(tmp_path), out=tmp_path / "out")
    check_all(tmp_path / "out", expected)


def test_finished_jobs_are_skipped(expected, tmp_path, monkeypatch):
    run_jobs(jobs(seeds=1), here(), place(tmp_path), out=tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*/*")}
    progress = run_jobs(jobs(), here(), place(tmp_path), out=tmp_path / "out")
    assert len(progress.skipped) == len(progress.done) == 2
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    check_all(tmp_path / "out", expected)


def test_a_record_of_another_recipe_is_not_taken_for_done(expected, tmp_path):
    (job,) = jobs(seeds=1)[:1]
    run_jobs([job], here(), place(tmp_path), out=tmp_path)
    other = dataclasses.replace(job, config=dataclasses.replace(job.config, n_shots=11))
    assert is_done(job, tmp_path) and other.name == job.name and not is_done(other, tmp_path)
    assert run_jobs([other], here(), place(tmp_path), out=tmp_path).done == [job.name]
    assert is_done(other, tmp_path)


def test_a_damaged_record_is_made_again(expected, tmp_path):
    run_jobs(jobs(), here(), place(tmp_path), out=tmp_path / "out")
    (tmp_path / "out" / "frontier" / f"{jobs()[0].name}.json").write_text('{"half": ')
    progress = run_jobs(jobs(), here(), place(tmp_path), out=tmp_path / "out")
    assert progress.done == [jobs()[0].name]
    check_all(tmp_path / "out", expected)


def test_a_crash_is_tried_again(expected, tmp_path):
    plan = with_accident(jobs(), tmp_path)
    progress = run_jobs(plan, here(), place(tmp_path), out=tmp_path / "out")
    assert len(progress.done) == 4 and not progress.failed
    check_all(tmp_path / "out", expected)


def test_what_fails_twice_is_reported_and_the_rest_is_done(expected, tmp_path):
    plan = with_accident(jobs(), tmp_path, attempts=99)
    progress = run_jobs(plan, here(), place(tmp_path), out=tmp_path / "out")
    assert progress.failed == {plan[0].name: "RuntimeError: an injected crash"}
    assert len(progress.done) == 3
    assert (tmp_path / "marker").read_text() == "2"


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
def test_a_killed_worker_costs_nothing_but_its_epoch(expected, tmp_path):
    plan = with_accident(jobs(), tmp_path, kind="kill")
    progress = run_jobs(plan, local_workers(2), place(tmp_path), out=tmp_path / "out")
    assert sorted(progress.done) == sorted(expected) and not progress.failed
    check_all(tmp_path / "out", expected)


def test_a_full_disk_ends_the_work_and_keeps_what_was_finished(expected, tmp_path):
    plan = jobs()
    plan = [plan[0], *with_accident(plan[1:], tmp_path, kind="full disk")]
    with pytest.raises(DiskFullError, match="disk is full"):
        run_jobs(plan, here(), place(tmp_path), out=tmp_path / "out")
    assert [path.stem for path in (tmp_path / "out").glob("*/*")] == [plan[0].name]
    run_jobs(plan, here(), place(tmp_path), out=tmp_path / "out")
    check_all(tmp_path / "out", expected)


def test_a_disk_that_fills_while_a_record_is_written_leaves_no_half(
    expected, tmp_path, monkeypatch
):
    def full(path, content):
        path.write_bytes(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        original = scheduler.write_record

        def write(record, path):
            broken.setattr("pqkd_helpers.common.files.write_durably", full)
            original(record, path)

        broken.setattr(scheduler, "write_record", write)
        with pytest.raises(DiskFullError):
            run_jobs(jobs(), here(), place(tmp_path), out=tmp_path / "out")
    assert not list((tmp_path / "out").glob("*/*"))
    run_jobs(jobs(), here(), place(tmp_path), out=tmp_path / "out")
    check_all(tmp_path / "out", expected)


COMMAND = """
import sys
from pathlib import Path
from tests.experiments.jobs.test_scheduler import jobs, place
from pqkd_helpers.experiments.jobs.executors import local_workers
from pqkd_helpers.experiments.jobs.scheduler import run_jobs

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    run_jobs(jobs(), local_workers(2), place(folder), out=folder / "out")
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
def test_kill_9_of_the_command_loses_no_finished_run_and_leaves_no_orphan(expected, tmp_path):
    script = tmp_path / "command.py"
    script.write_text(COMMAND)
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, str(script), str(tmp_path)]
    child = subprocess.Popen(command, env=environment, cwd=root)
    out = tmp_path / "out"
    try:
        _wait_until(lambda: out.exists() and any(out.glob("*/frontier*.json")))
    finally:
        child.kill()
        child.wait()
    kept = {path: path.read_bytes() for path in out.glob("*/frontier*.json")}
    assert kept
    locks = list((tmp_path / "runs").glob("*/.lock"))
    _wait_until(lambda: all(_is_free(lock) for lock in locks))
    subprocess.run(command, env=environment, cwd=root, check=True, timeout=120)
    assert all(path.read_bytes() == content for path, content in kept.items())
    check_all(out, expected)


def _wait_until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def _is_free(lock):
    from filelock import FileLock, Timeout

    try:
        FileLock(lock, timeout=0).acquire().lock.release()
    except Timeout:
        return False
    return True


def test_jobs_that_share_a_teacher_wait_for_it(tmp_path, monkeypatch):
    """With two workers and two jobs per teacher, the first two jobs handed out differ in seed."""
    handed_out = []

    class Recording(ThreadPoolExecutor):
        def submit(self, function, job, where):
            handed_out.append(job)
            return super().submit(function, job, where)

    def slow(job, where):
        time.sleep(0.1)
        return work(job, where)

    monkeypatch.setattr(scheduler, "work", slow)
    workers = Workers(2, 1, lambda: Recording(1), lambda executor: executor.shutdown())
    run_jobs(jobs(), workers, place(tmp_path), out=tmp_path / "out")
    assert [job.config.seed for job in handed_out[:2]] == [0, 1]
    assert len(handed_out) == 4


def test_progress_is_reported(tmp_path):
    seen = []

    def report(progress):
        seen.append((len(progress.done), len(progress.running), progress.waiting))

    run_jobs(jobs(), here(), place(tmp_path), out=tmp_path / "out", report=report)
    assert seen[0] == (0, 1, 3) and seen[-1] == (4, 0, 0)
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
