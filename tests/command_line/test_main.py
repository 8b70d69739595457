import inspect
import os
import subprocess
import sys
from dataclasses import replace
from typing import get_args

import pytest

from pqkd_helpers.command_line.main import main
from pqkd_helpers.command_line.parsing import parse
from pqkd_helpers.command_line.reproduce import Experiment
from pqkd_helpers.command_line.train import _tier
from pqkd_helpers.compression import read_compressed, save_compressed
from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.experiments.jobs.chosen_jobs import EXPERIMENTS
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.presets import PRESETS
from pqkd_helpers.records.record import read_record
from tests.experiments.runs.tiny_run import train


def refused(root, *options):
    """Ask for a run on digits of the default device, whose options are to be refused."""
    return main(["train", "--dataset", "digits", "--device", "cpu", "--runs", str(root), *options])


def test_train_prints_a_table_and_saves_record_and_figure(tmp_path, capsys):
    assert train(tmp_path, "--name", "first") == 0
    printed = capsys.readouterr().out
    for text in ("test accuracy", "trained values", "whole network", "Shots:", "Next:"):
        assert text in printed
    record = read_record(tmp_path / "first" / "record.json")
    assert record["tier"] == "custom" and record["configuration"]["widths"] == [4, 4, 4]
    assert (tmp_path / "first" / "training_curves.png").read_bytes()[:4] == b"\x89PNG"
    assert str(tmp_path / "first" / "record.json") in printed


def test_the_same_command_again_shows_the_same_table(tmp_path, capsys):
    train(tmp_path, "--name", "a")
    first = capsys.readouterr().out
    train(tmp_path, "--name", "a")
    assert capsys.readouterr().out == first


def test_without_a_name_the_configuration_names_the_folder(tmp_path):
    train(tmp_path)
    train(tmp_path, "--seed", "1")
    names = [path.parent.name for path in tmp_path.glob("*/record.json")]
    assert len(names) == 2 and all(name.startswith("custom-digits-photonic-seed") for name in names)


def test_a_preset_sets_defaults_that_options_override(tmp_path):
    train(tmp_path, "--preset", "quick", "--name", "a", "--features", "single-photon")
    record = read_record(tmp_path / "a" / "record.json")
    configuration = record["configuration"]
    assert configuration["schedule"] == "one-cycle" and configuration["batch_size"] == 32
    assert configuration["dataset"] == "digits" and record["arm"] == "single-photon"
    assert record["tier"] == "custom"


def test_another_engine_and_an_imperfect_device_give_the_clicks(tmp_path):
    options = ("--engine", "perceval", "--efficiency", "0.9")
    options += ("--loop-lengths", "1", "1", "--loop-efficiency", "0.8", "0.9")
    options += ("--loop-phases", "0.0", "1.5")
    train(tmp_path, "--name", "a", *options)
    configuration = read_record(tmp_path / "a" / "record.json")["configuration"]
    assert configuration["engine"] == "perceval" and configuration["efficiency"] == 0.9
    assert configuration["loop_efficiency"] == [0.8, 0.9]
    assert configuration["loop_phases"] == [0.0, 1.5]


def test_a_missing_engine_is_said_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert refused(tmp_path / "runs", "--engine", "perceval") == 2
    printed = capsys.readouterr().err
    assert "perceval, which is not installed" in printed and "Traceback" not in printed
    assert not (tmp_path / "runs").exists()


def test_data_set_and_seed_leave_the_tier():
    quick = PRESETS["quick"]
    assert _tier(quick, "quick") == "quick" and _tier(quick, None) == "custom"
    assert _tier(replace(quick, seed=3, dataset="digits"), "quick") == "quick"
    assert _tier(replace(quick, rank=4), "quick") == "custom"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--name", "../escaped"], "no folders"),
        (["--name", "/absolute"], "no folders"),
        (["--name", "."], "no folders"),
        (["--fresh-shots", "0"], "fresh_shots is 0"),
        (["--spsa-step-size", "inf"], "spsa_step_size is inf"),
        (["--temperature", "0"], "temperature is 0.0"),
        (["--hard-weight", "2"], "hard_weight"),
        (["--rank", "0"], "rank is 0"),
        (["--n-shots", "0"], "n_shots is 0"),
        (["--input-state", "1", "0", "1"], "3 modes"),
        (["--loop-lengths", "99"], "loop length 99"),
        (["--device", "abacus"], "abacus"),
        (["--efficiency", "1.5"], "efficiency is 1.5"),
        (["--engine", "cudaq"], "16 time bins for 8 photons"),
        (["--engine", "cudaq", "--efficiency", "0.5"], "cudaq knows no imperfections"),
    ],
)
def test_bad_values_end_with_one_clear_line_and_no_folder(tmp_path, capsys, options, message):
    status = refused(tmp_path / "runs", *options)
    printed = capsys.readouterr().err
    assert status == 2 and message in printed and "Traceback" not in printed
    assert not (tmp_path / "runs").exists()


def test_a_student_that_cannot_be_built_is_refused_before_a_teacher_is_trained(tmp_path, capsys):
    assert refused(tmp_path, "--student", "narrow-cnn", "--widths", "1", "1", "1") == 2
    assert "no plain network trains" in capsys.readouterr().err
    assert not list(tmp_path.glob("teacher-*"))


@pytest.mark.parametrize("options", [["--scope", "conv9"], ["--scaling", "x"], ["--preset", "x"]])
def test_unknown_choices_are_refused_with_the_choices(tmp_path, capsys, options):
    with pytest.raises(SystemExit) as caught:
        train(tmp_path, *options)
    assert caught.value.code == 2
    printed = "".join(capsys.readouterr())
    choices = {"--scope": "conv1+conv2", "--scaling": "unit-rms"}
    assert choices.get(options[0], "article") in printed


def test_an_unknown_data_set_is_taken_for_a_path_and_answered_with_both_ways(tmp_path, capsys):
    assert train(tmp_path / "runs", "--dataset", "minst") == 2
    told = capsys.readouterr().err
    assert "there are no data at" in told and "a folder of pictures" in told and "mnist-5k" in told
    assert not (tmp_path / "runs").exists()


def test_another_configuration_under_the_same_name_is_refused(tmp_path, capsys):
    train(tmp_path, "--name", "a")
    assert train(tmp_path, "--name", "a", "--rank", "4") == 2
    assert "rank was 2, now 4" in capsys.readouterr().err


def test_missing_data_ends_with_two_ways_on(tmp_path, capsys, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError("the network is cut")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert train(tmp_path, "--dataset", "mnist", "--data-root", str(tmp_path / "no")) == 2
    assert "Two ways on" in capsys.readouterr().err


HELPS = """
import sys
from contextlib import suppress
from pqkd_helpers.__main__ import _run
for command in sys.argv[1].split(","):
    sys.argv[1:] = [*command.split(), "--help"]
    with suppress(SystemExit):
        _run()
"""
SUBCOMMANDS = {
    "": ("train", "export", "inspect", "reproduce", "classroom", "doctor"),
    "classroom": ("build", "grade"),
}


@pytest.mark.slow
def test_every_help_is_printed_where_the_terminal_knows_ascii_only():
    """And that of train explains every number of the method."""
    commands = [f"{group} {name}" for group, names in SUBCOMMANDS.items() for name in names]
    answer = subprocess.run(
        [sys.executable, "-c", HELPS, ",".join([*SUBCOMMANDS, *commands])],
        capture_output=True,
        check=True,
        env={**os.environ, "COLUMNS": "200", "PYTHONIOENCODING": "ascii"},
    )
    assert answer.stderr == b"" and answer.stdout.isascii()
    printed = answer.stdout.decode()
    assert printed.count("usage: ") == len(SUBCOMMANDS) + len(commands)
    for name in RunConfig.__dataclass_fields__:
        assert f"--{name.replace('_', '-')}" in printed
    for words in ("Temperature tau", "Shots S", "Basis filters R", "SPSA's gain a", "Run seed"):
        assert words in printed


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["train", "--runs=~/x", "--data-root", "~/y"], lambda c: (c.runs, c.data_root)),
        (["export", "~/x", "--out=~/y", "--onnx", "~/y"], lambda c: (c.source, c.out, c.onnx)),
        (["inspect", "~/x"], lambda c: (c.file,)),
        (["reproduce", "all", "--out=~/x", "--runs=~/y"], lambda c: (c.out, c.runs)),
        (
            ["classroom", "build", "--out=~/x", "--notebooks=~/y"],
            lambda c: vars(c.classroom).values(),
        ),
        (
            ["classroom", "grade", "~/x", "--seed=1", "--out=~/y"],
            lambda c: vars(c.classroom).values(),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_path_may_begin_at_home(tmp_path, monkeypatch, arguments, found):
    monkeypatch.setenv("HOME", str(tmp_path))
    paths = [str(path) for path in found(parse(arguments))]
    assert not any("~" in path for path in paths) and str(tmp_path / "x") in paths


def test_the_home_of_nobody_is_refused(capsys):
    assert main(["train", "--runs", "~nobody-of-that-name/runs"]) == 2
    assert "~nobody-of-that-name/runs" in capsys.readouterr().err


def test_every_option_is_described():
    """tyro takes the help from the classes' docstrings."""
    texts = (inspect.cleandoc(cls.__doc__ or "") for cls in RunConfig.__mro__)
    documented = "\n".join(texts)  # without indentation, which Python 3.13 leaves out anyway
    for name in RunConfig.__dataclass_fields__:
        assert f"\n{name} : " in documented


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    assert train(root, "--name", "done", "--scope", "all") == 0
    return root


def test_a_run_is_exported_and_inspected(runs, tmp_path, capsys):
    out = tmp_path / "small.safetensors"
    options = ["--dtype", "float16", "--out", str(out), "--runs", str(runs)]
    assert main(["export", "done", *options]) == 0
    assert f"{out}: {out.stat().st_size:,} bytes" in capsys.readouterr().out
    assert main(["inspect", str(out)]) == 0
    text = capsys.readouterr().out
    record = read_record(runs / "done" / "record.json")
    assert f"{record['compression']['student_values']:,}, " in text and "float16" in text
    assert out.stat().st_size == record["ledger"]["sizes"]["file_bytes"]["student_float16"]


def test_a_run_is_exported_in_eight_bits(runs, tmp_path, capsys):
    options = ["--dtype", "int8", "--out", str(tmp_path), "--runs", str(runs)]
    assert main(["export", "done", *options]) == 0
    out = tmp_path / "done-int8.safetensors"
    assert f"{out}: {out.stat().st_size:,} bytes" in capsys.readouterr().out
    sizes = read_record(runs / "done" / "record.json")["ledger"]["sizes"]["file_bytes"]
    assert out.stat().st_size < sizes["student_float16"]
    assert main(["inspect", str(out)]) == 0
    assert f"{out.stat().st_size:,} bytes, int8" in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_is_exported_to_onnx_too(runs, tmp_path, capsys):
    out, onnx = tmp_path / "small.safetensors", tmp_path / "plain.onnx"
    options = ["--out", str(out), "--onnx", str(onnx), "--runs", str(runs)]
    assert main(["export", "done", *options]) == 0
    printed = capsys.readouterr().out
    for path in (out, onnx):
        assert f"{path}: {path.stat().st_size:,} bytes" in printed


@pytest.mark.parametrize("given", ["done", "{runs}/done", "{runs}/done/"])
def test_a_run_is_named_or_its_folder_completed_and_goes_into_a_folder(
    runs, tmp_path, monkeypatch, capsys, given
):
    monkeypatch.chdir(tmp_path)
    onnx = ["--onnx", "."] if given == "{runs}/done/" else []  # takes two seconds
    options = ["--out", ".", *onnx, "--runs", str(runs)]
    assert main(["export", given.format(runs=runs), *options]) == 0
    written = {"done-float32.safetensors", *(["done.onnx"] if onnx else [])}
    assert {path.name for path in tmp_path.iterdir()} == written
    capsys.readouterr()
    assert main(["inspect", f"{runs}/done/"]) == 0
    assert "widths" in capsys.readouterr().out


def test_a_finished_run_without_such_a_file_is_named_as_one(runs, capsys):
    assert train(runs, "--name", "plain", "--student", "dense-distilled") == 0
    assert main(["export", "plain", "--runs", str(runs)]) == 2
    assert "is finished but holds no compressed student" in capsys.readouterr().err


def test_an_exported_file_is_exported_again_beside_it(runs, capsys):
    source = runs / "done" / "student.safetensors"
    assert main(["export", str(source)]) == 0
    twin = runs / "done" / "student-float32.safetensors"
    assert twin.read_bytes() == source.read_bytes() and str(twin) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "nowhere"], "neither a run"),
        (["inspect", "nowhere"], "no file nowhere"),
        (["inspect", "{runs}/done/record.json"], "no compressed student"),
        (["export", "{runs}/done/record.json"], "no compressed student"),
        (["export", "begun", "--runs", "{runs}"], "holds no trained student"),
    ],
)
def test_what_cannot_be_exported_or_inspected_is_said_in_one_line(runs, capsys, arguments, message):
    (runs / "begun").mkdir(exist_ok=True)
    assert main([part.format(runs=runs) for part in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_a_file_without_the_size_of_its_images_makes_no_onnx(runs, tmp_path, capsys):
    found = read_compressed(runs / "done" / "student.safetensors")
    save_compressed(found.student, tmp_path / "s")
    options = ["--onnx", str(tmp_path / "o"), "--out", str(tmp_path / "t")]
    assert main(["export", str(tmp_path / "s"), *options]) == 2
    assert "does not say how large" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.slow
def test_reproduce_does_everything_at_the_smallest_scale_and_then_nothing(tmp_path, capsys):
    options = ("--tier", "smoke", "--seeds", "1", "--workers", "2")
    folders = ("--out", str(tmp_path / "out"), "--runs", str(tmp_path / "runs"))
    assert main(["reproduce", "all", *options, *folders]) == 0
    names = {path.stem for path in (tmp_path / "out").glob("*/*")}
    assert f"{len(names)} done, 0 done before, 0 failed" in capsys.readouterr().out
    experiments = ("table1", "frontier", "extreme", "shot-noise", "regularisation", "article")
    for start in (*experiments, "ema-variance", "kernel-noise"):
        assert any(name.startswith(f"{start}-smoke-") for name in names)
    controls = [read_record(path) for path in (tmp_path / "out" / "controls").glob("*.json")]
    assert {record["arm"] for record in controls} == {*GRIDS["controls"].arms}
    for record in controls:
        values, angles = (record["compression"][n] for n in ("student_values", "n_angles"))
        by_layer = record["ledger"]["sizes"]["trained_values"]["student"]
        assert sum(by_layer.values()) in (values, values - angles), record["arm"]
    assert main(["reproduce", "frontier", *options, *folders]) == 0
    assert "0 done, 13 done before, 0 failed" in capsys.readouterr().out


def test_reproduce_knows_all_experiments():
    assert {*get_args(Experiment)} == {*EXPERIMENTS, "all"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("table1", "--seeds", "0"), "seeds is 0"),
        (("table1", "--datasets", "imagenet"), "known are at-rest, cifar10, conv1-conv2, dense"),
        (("extreme", "--arms", "rank-3"), "no run of extreme is left"),
        (("table1", "--device", "abacus"), "device is 'abacus'"),
        (("table1", "--workers", "0"), "workers is 0"),
    ],
)
def test_reproduce_refuses_bad_input_before_any_work(tmp_path, capsys, options, message):
    folders = ("--out", str(tmp_path / "out"), "--runs", str(tmp_path / "runs"))
    assert main(["reproduce", *options, *folders]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_reproduce_reports_what_failed(tmp_path, capsys):
    folders = ("--out", str(tmp_path / "out"), "--runs", str(tmp_path / "runs"))
    options = ("--datasets", "mnist", "--arms", "conv1-conv2", "--seeds", "1")
    options += ("--data-root", "/dev/null", "--yes")
    assert main(["reproduce", "table1", *options, *folders]) == 1
    captured = capsys.readouterr()
    assert "0 done, 0 done before, 1 failed" in captured.out
    assert "failed twice: table1-cpu-mnist-conv1-conv2-seed0: DatasetUnavailable" in captured.err
