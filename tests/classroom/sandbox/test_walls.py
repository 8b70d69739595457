"""Which walls there are, and how a container is made: read from a program that only notes it."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from pqkd_helpers.classroom.sandbox import containers, walls
from pqkd_helpers.classroom.sandbox.student_process import Limits, StudentProcess
from pqkd_helpers.command_line.main import main

from ..made_up_class import NOTEBOOKS, submission

# It notes what it is asked, has no image until one is made, and runs the command without walls.
FAKE = """#!{python}
import json, os, sys
with open({log!r}, "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
made = {log!r} + ".image"
if sys.argv[1] == "image":
    sys.exit(not os.path.exists(made))
if sys.argv[1] == "import":
    assert not any(sys.stdin.buffer.read())
    open(made, "w").close()
if sys.argv[1] == "run":
    command = sys.argv[sys.argv.index({image!r}) + 1 :]
    os.execv(command[0], command)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return what puts such a program on an otherwise empty path, and returns what it noted."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def installed(program, text=FAKE):
        path, log = tmp_path / "bin" / program, tmp_path / f"{program}.log"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(python=sys.executable, log=str(log), image=containers.IMAGE))
        path.chmod(0o755)
        walls.working_sandbox.cache_clear()
        return lambda: [json.loads(line) for line in log.read_text().splitlines()]

    yield installed
    walls.working_sandbox.cache_clear()


def options(line, name):
    return [line[place + 1] for place, word in enumerate(line) if word == name]


@pytest.mark.parametrize("program", ["docker", "podman"])
@pytest.mark.parametrize("user", [0, 1234], ids=["root", "somebody"])
def test_a_container_has_no_network_and_no_root_and_can_write_nothing(
    program, user, install, monkeypatch
):
    monkeypatch.setattr(os, "getuid", lambda: user)
    monkeypatch.setattr(os, "getgid", lambda: user)
    said = install(program)
    limits = Limits(seconds=3.0, memory=2**31)
    process = StudentProcess(limits, sandboxed=True)
    until = time.monotonic() + 60.0
    while len(said()) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    process.stop()
    inspected, made, tried, run, killed = said()
    assert (inspected[0], made[0]) == ("image", "import") and tried[-2:] == ["-c", "pass"]
    assert options(run, "--network") == ["none"] and options(run, "--ipc") == ["none"]
    assert "--read-only" in run and options(run, "--pull") == ["never"]
    (owner,) = options(run, "--user")
    assert "0" not in owner.split(":") and (user == 0 or owner == "1234:1234")
    assert options(run, "--memory") == options(run, "--memory-swap") == [str(2**31)]
    assert options(run, "--ulimit") == ["cpu=120"] and options(run, "--pids-limit") == ["256"]
    assert options(run, "--cap-drop") == ["ALL"]
    assert "no-new-privileges" in options(run, "--security-opt")
    mounts = options(run, "--mount")
    assert mounts and all(mount.endswith(",readonly") for mount in mounts)
    assert not any(str(NOTEBOOKS) in mount or "source=/," in mount for mount in mounts)
    assert killed == ["kill", *options(run, "--name")]


@pytest.mark.slow
def test_where_there_is_no_bubblewrap_a_class_is_graded_in_containers(install, tmp_path, capsys):
    said = install("docker")
    submission(tmp_path / "class" / "anna.ipynb", "11")
    options_ = ["--seed", "5", "--out", str(tmp_path / "s.csv"), "--notebooks", str(NOTEBOOKS)]
    assert main(["classroom", "grade", str(tmp_path / "class"), *options_]) == 0
    assert "ran in a Docker container without a network" in capsys.readouterr().out
    names = {line[0]: [] for line in said()}
    for line in said()[3:]:
        names[line[0]] += options(line, "--name") if line[0] == "run" else line[1:]
    # One or more: what the stubs give may be known from another test.
    assert names["run"] and names["run"] == names["kill"]
    assert len({*names["run"]}) == len(names["run"])


def test_bubblewrap_comes_before_docker_and_docker_before_podman(install, tmp_path):
    runs = "#!/bin/sh\nexit 0\n"
    for program in ("podman", "docker", "bwrap"):
        install(program, runs)
        assert walls.working_sandbox() == program


def test_a_docker_without_its_service_is_none(install):
    install("docker", "#!/bin/sh\nexit 1\n")
    assert not walls.has_sandbox() and not walls.choose_sandbox(trust=True)
    with pytest.raises(walls.NoSandboxError, match=r"Docker or Podman.*--trust-submissions"):
        walls.choose_sandbox(trust=False)


def test_what_is_not_here_is_not_mounted():
    line = containers.contained("docker", ["x"], name="n", memory=1, seconds=1.0)
    sources = [mount.split("source=")[1].split(",")[0] for mount in options(line, "--mount")]
    assert sources and all(Path(source).exists() for source in sources)
