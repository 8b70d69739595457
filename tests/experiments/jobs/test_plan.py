"""What `reproduce` says before it starts anything, and how it compares afterwards."""

import dataclasses
import shutil
import sys
from statistics import median

import pytest
from torch.utils.flop_counter import FlopCounterMode

from pqkd_helpers.command_line import progress as command_progress
from pqkd_helpers.command_line import reproduce as command
from pqkd_helpers.command_line.main import main
from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.datasets.available import EMBEDDED, SIZES
from pqkd_helpers.experiments.grids.grid import Job
from pqkd_helpers.experiments.jobs import comparison as comparing
from pqkd_helpers.experiments.jobs import plan as planning
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from pqkd_helpers.experiments.jobs.comparison import comparison
from pqkd_helpers.experiments.jobs.plan import duration, plan_of
from pqkd_helpers.experiments.jobs.scheduler import Progress
from pqkd_helpers.experiments.jobs.step_time import (
    StepTime,
    step_time,
    student_seconds,
    teacher_seconds,
    widths_of_student,
)
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.records.record import read_record, record_path, write_record
from pqkd_helpers.records.stored import STORED_RECORDS

STEP = StepTime(trained=1e-3, evaluated=1e-4)


@pytest.fixture(autouse=True)
def _a_step_takes_a_known_time(monkeypatch):
    for module in (planning, command):
        monkeypatch.setattr(module, "step_time", lambda *arguments: STEP)
    monkeypatch.setattr(command, "run_jobs", lambda *a, **k: pytest.fail("hours of work begin"))


def reproduce(tmp_path, *options):
    folders = ("--out", str(tmp_path / "out"), "--runs", str(tmp_path / "runs"))
    return main(["reproduce", *options, *folders])


def seconds(of, config, step=STEP):
    return of(config, SIZES[config.dataset], step)


def answered(answer):
    if answer is None:
        raise EOFError  # the terminal's end of file: Ctrl-D
    return answer


def frontier():
    return chosen_jobs("frontier", "cpu", 3, arms=("base", "rank-1"))


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_known_sizes_are_those_of_the_data(name):
    data, sizes = load_dataset(name), SIZES[name]
    assert data.format.shape == sizes.shape
    assert (len(data.train), len(data.validation), len(data.test)) == sizes[1:]


@pytest.mark.full_data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_the_known_sizes_are_those_of_the_downloaded_data(name, mnist_root):
    data, sizes = load_dataset(name, mnist_root), SIZES[name]
    assert data.format.shape == sizes.shape
    assert (len(data.train), len(data.validation), len(data.test)) == sizes[1:]


def test_twice_the_epochs_take_twice_the_training():
    once, twice = (RunConfig(epochs=n, teacher_epochs=n) for n in (10, 20))
    assert seconds(teacher_seconds, twice) == pytest.approx(2 * seconds(teacher_seconds, once))
    tests = 2 * seconds(student_seconds, once) - seconds(student_seconds, twice)
    assert 0 < tests < seconds(student_seconds, once)
    assert seconds(teacher_seconds, once) == pytest.approx(10 * (4_000 * 1e-3 + 500 * 1e-4))


def test_a_step_is_measured_on_a_network_of_the_students_widths():
    own = RunConfig(dataset="digits", widths=(64, 64, 64), student_widths=(2, 2, 2))
    four = RunConfig(dataset="digits", student="four-layer-cnn", value_budget=600, batch_norm=True)
    narrow, plain = (widths_of_student(config, 1) for config in (own, four))
    assert narrow == (2, 2, 2) and plain == (4, 4, 4, 5)
    assert widths_of_student(RunConfig(widths=(3, 4, 5)), 1) == (3, 4, 5)

    def operations(config, widths):  # counted: a clock would hear what else the machine does
        with FlopCounterMode(display=False) as counter:
            step = step_time(config, widths, (1, 8, 8), "cpu", 1)
        assert step.trained > 0 and step.evaluated > 0
        return counter.get_total_flops()

    assert 0 < 100 * operations(own, narrow) < operations(own, own.widths)
    assert operations(four, plain) > operations(own, narrow)


def test_a_plan_writes_nothing_and_counts_a_shared_teacher_once(tmp_path):
    plan = plan_of(frontier(), Workplace(tmp_path / "runs"), out=tmp_path / "out")
    assert len(plan.seconds) == 6 and len(plan.teachers) == 3  # a teacher for each seed
    assert len(plan.stored) == 6 and not plan.done
    assert not list(tmp_path.iterdir())


def test_what_the_project_stores_would_start_and_what_is_ones_own_would_not(tmp_path):
    job = frontier()[0]
    stored = record_path(STORED_RECORDS, job.experiment, job.name)
    own = record_path(tmp_path / "out", job.experiment, job.name)
    own.parent.mkdir(parents=True)
    shutil.copyfile(stored, own)
    plan = plan_of(frontier(), Workplace(tmp_path / "runs"), out=tmp_path / "out")
    assert plan.done == {job.name} and job.name in plan.stored
    assert job.name not in plan.seconds and len(plan.seconds) == 5
    assert "6 runs: 6 stored with the project, 1 done, 5 to start." in str(plan)


def test_epochs_that_are_there_are_not_counted_again(tmp_path):
    place, (job, *_) = Workplace(tmp_path / "runs"), frontier()
    before = plan_of([job], place, out=tmp_path).seconds[job.name]
    for epoch in range(1, 6):
        (place.runs_root / job.folder / f"epoch_{epoch:04d}").mkdir(parents=True)
    after = plan_of([job], place, out=tmp_path).seconds[job.name]
    assert after == pytest.approx(before * 10 / 15)


def test_a_study_takes_as_long_as_the_stored_one_of_the_same_settings(tmp_path):
    place = Workplace(tmp_path / "runs")
    for tier, known in (("cpu", True), ("smoke", False)):
        (study,) = chosen_jobs("imperfections", tier, 1)
        plan = plan_of([study], place, out=tmp_path)
        assert (plan.seconds[study.name] is not None) is known
        assert ("unknown" in str(plan)) is not known


def test_two_workers_take_half_the_time_but_never_less_than_a_run_after_its_teacher(tmp_path):
    place = Workplace(tmp_path / "runs")
    one, two, many = (
        plan_of(frontier(), place, out=tmp_path, n_workers=n).total_seconds for n in (1, 2, 1000)
    )
    assert two == pytest.approx(one / 2)
    config = frontier()[0].config
    assert many == pytest.approx(
        seconds(teacher_seconds, config) + seconds(student_seconds, config)
    )


def test_a_record_of_another_recipe_is_not_the_one_that_would_start(tmp_path, monkeypatch):
    job, other = frontier()[:2]
    record = read_record(record_path(STORED_RECORDS, other.experiment, other.name))
    write_record(record, record_path(tmp_path, job.experiment, job.name))
    monkeypatch.setattr(planning, "STORED_RECORDS", tmp_path)
    plan = plan_of([job], Workplace(tmp_path / "runs"), out=tmp_path)
    assert not plan.stored and not plan.done and job.name in plan.seconds


def test_each_network_is_measured_once_and_where_the_jobs_are(tmp_path):
    measured = []

    def elsewhere(config, widths, shape, device, threads):
        measured.append((widths, device, threads))
        return STEP

    jobs = chosen_jobs("frontier", "cpu", 2, arms=("base", "rank-1", "widths-16-32-32"))
    place = Workplace(tmp_path / "runs", device="cuda", threads=1)  # which is not here
    plan_of(jobs, place, out=tmp_path, measure=elsewhere)
    assert measured == [((32, 64, 64), "cuda", 1), ((16, 32, 32), "cuda", 1)]


def test_counted_times_are_near_to_those_of_the_stored_runs():
    jobs = chosen_jobs("frontier", "cpu", 1) + chosen_jobs(
        "table1", "cpu", 1, arms=("conv1-conv2",)
    )
    shares = {}
    for job in jobs:
        record = read_record(record_path(STORED_RECORDS, job.experiment, job.name))
        teacher, student = (
            len(record[who]["epochs"]) * median(epoch["seconds"] for epoch in record[who]["epochs"])
            for who in ("teacher", "student")
        )  # a median epoch: other work on that machine made some of them longer
        evaluated = 0.3  # of a training step's time
        trained = teacher / seconds(teacher_seconds, job.config, StepTime(1.0, evaluated))
        counted = seconds(student_seconds, job.config, StepTime(trained, evaluated * trained))
        shares[job.name] = counted / (student + record["seconds"]["final_tests"])
    assert min(shares.values()) > 0.55 and max(shares.values()) < 1.25
    assert sum(0.75 < share < 1.25 for share in shares.values()) > 0.75 * len(shares)


def test_a_dry_run_says_what_would_start_and_does_nothing(tmp_path, capsys):
    assert reproduce(tmp_path, "frontier", "--seeds", "3", "--dry-run") == 0
    printed = capsys.readouterr().out
    assert "39 stored with the project, 0 done, 39 to start." in printed and "About" in printed
    assert not list(tmp_path.iterdir())


def test_long_work_without_a_terminal_wants_yes(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert reproduce(tmp_path, "frontier", "--seeds", "3") == 2
    assert "give --yes" in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize(("answer", "starts"), [("y", 1), ("yes", 1), ("", 0), ("n", 0), (None, 0)])
def test_at_a_terminal_long_work_is_asked_for(tmp_path, monkeypatch, answer, starts):
    started = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answered(answer))
    monkeypatch.setattr(command, "run_jobs", lambda *a, **k: started.append(a) or Progress())
    assert reproduce(tmp_path, "frontier", "--seeds", "3") == 0
    assert len(started) == starts


def test_records_equal_to_the_stored_ones_are_said_to_be(tmp_path):
    for job in frontier():
        stored = read_record(record_path(STORED_RECORDS, job.experiment, job.name))
        write_record(stored, record_path(tmp_path, job.experiment, job.name))
    lines = comparison(frontier(), tmp_path).splitlines()
    assert len(lines) == 3 and "largest" in lines[0]
    for line in lines[1:]:
        assert line.split()[3] == "3" and line.split()[-3:] == ["+0.00", "0.00", "3"]


def test_a_difference_is_seen_and_another_recipe_left_out(tmp_path):
    jobs = [job for job in frontier() if job.arm == "base"]
    for job in jobs:
        record = read_record(record_path(STORED_RECORDS, job.experiment, job.name))
        record["student"]["final"]["test"]["accuracy"] -= 0.01 * (1 + job.config.seed)
        write_record(record, record_path(tmp_path, job.experiment, job.name))
    (line,) = comparison(jobs, tmp_path).splitlines()[1:]
    assert line.split()[-3:] == ["-2.00", "3.00", "0"]
    other = [dataclasses.replace(job, experiment="none") for job in jobs if isinstance(job, Job)]
    assert comparison(other, tmp_path) == ""


def test_the_stored_records_are_not_compared_with_themselves():
    assert comparison(frontier(), comparing.STORED_RECORDS) == ""


def test_without_a_terminal_a_log_has_a_line_for_each_run_and_every_ten_minutes(
    capsys, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr(command_progress, "SILENT", True)
    monkeypatch.setattr(command_progress.time, "monotonic", lambda: now[0])
    jobs = frontier()
    first, second = jobs[0].name, jobs[1].name
    with command_progress.JobsBar(jobs) as bar:
        for now[0], state in (
            (1.0, Progress(running={first: 0.1})),
            (599.0, Progress(running={first: 0.4})),
            (601.0, Progress(running={first: 0.5})),
            (602.0, Progress(running={first: 0.6})),
            (700.0, Progress(done=[first], running={second: 0.0})),
            (701.0, Progress(done=[first], running={second: 0.1})),
        ):
            bar.report(state)
    lines = [line.split("  ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    assert lines == [f"0 of 6, running: {first} 50%", f"1 of 6, done: {first}"]


def test_times_are_for_people():
    assert [duration(s) for s in (0, 89, 90, 3_599, 3_600)] == [
        *("0 s", "89 s", "1 min", "59 min", "1 h 00 min")
    ]
