"""Every command that a text of the project prints can be given, and does what it says."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pqkd_helpers.circuit_simulator.engines.misbehaviour import Misbehaviour
from pqkd_helpers.circuit_simulator.engines.rehearsal_server import Rehearsal, serving
from pqkd_helpers.command_line.main import main
from pqkd_helpers.command_line.parsing import parse
from pqkd_helpers.command_line.reproduce import Reproduce
from pqkd_helpers.command_line.train import Train
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from tests.experiments.runs.tiny_run import TINY, train

ROOT = Path(__file__).parents[2]
TEXTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile")),
    *sorted((ROOT / "notebooks").glob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted((ROOT / "figures").glob("*/card.md")),
    *sorted((ROOT / "pqkd_helpers").rglob("*.py")),
]
# Up to the end of the line, of the inline code or of the string; an explanation follows two spaces.
COMMAND = re.compile(r"python -m pqkd_helpers ([a-z][^`\"\\\n]*)")
SHORT = re.compile(r"`((?:train|export|inspect|reproduce|classroom) [^`\n]* --[^`\n]*)`")


def text_of(path):
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text.replace("{PROGRAM}", "python -m pqkd_helpers")


def printed_commands():
    found = {
        re.split("  |#|[.,;]$", match)[0].strip()
        for path in TEXTS
        for pattern in (COMMAND, SHORT)
        for match in pattern.findall(text_of(path))
    }
    return sorted(found)


COMMANDS = printed_commands()


def beginning_with(*names):
    return [
        command for command in COMMANDS if command.startswith(names) and "--help" not in command
    ]


def test_there_are_commands_of_every_kind():
    names = {
        " ".join(command.split()[: 1 + command.startswith("classroom")]) for command in COMMANDS
    }
    assert names >= {"train", "export", "inspect", "reproduce", "doctor"}
    assert names >= {"classroom build", "classroom grade"} and len(COMMANDS) > 25


@pytest.mark.parametrize("command", COMMANDS)
def test_the_parser_takes_every_printed_command(command):
    if "--help" in command:
        with pytest.raises(SystemExit, match="0"):
            parse(command.split())
        return
    match parse(command.split()):
        case Train(config=config):
            if config.dataset == "pictures":  # a folder of the reader's own
                config = replace(config, dataset="digits")
            config.checked()
        case Reproduce() as wanted:
            options = {"datasets": wanted.datasets, "arms": wanted.arms}
            assert chosen_jobs(wanted.experiment, wanted.tier, wanted.seeds, **options)


@pytest.mark.slow
@pytest.mark.parametrize("command", beginning_with("train"))
def test_every_printed_training_runs_at_the_smallest_scale(command, tmp_path, capsys, monkeypatch):
    calm = Misbehaviour(**dict.fromkeys(vars(Misbehaviour()), 0.0))
    with serving(Rehearsal(misbehaviour=calm)) as url:  # for the command that needs a server
        monkeypatch.setenv("ORCA_ACCESS_URL", url)
        assert main([*command.split(), *TINY, "--runs", str(tmp_path)]) == 0
    printed, complaints = capsys.readouterr()
    assert "test accuracy" in printed and "Figure:" in printed and complaints == ""


@pytest.mark.slow
def test_the_printed_export_and_inspection_follow_a_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert train("runs", "--name", "NAME") == 0
    for command in (*beginning_with("export"), *beginning_with("inspect")):
        assert main(command.split()) == 0
    assert "student.onnx: " in capsys.readouterr().out


def test_every_printed_target_of_make_is_there():
    rules = {*re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)}
    printed = {name for path in TEXTS for name in re.findall(r"`make ([a-z]+)", text_of(path))}
    assert printed <= rules and len(printed) > 5
