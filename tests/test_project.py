"""The project's own promises: light imports, one list of packages, texts that agree."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from statistics import mean

import pytest
import yaml
from packaging.requirements import Requirement

from pqkd_helpers import __version__
from pqkd_helpers.experiments.tables import record_table
from pqkd_helpers.records import stored_record
from pqkd_helpers.records.record import read_record

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def page(name):
    return (ROOT / "notebooks" / f"{name}.md").read_text()


IMPORT = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
    assert not {*sys.argv[1].split(",")} & {*sys.modules}, name
"""


def assert_nothing_of(heavy, *modules):
    """In one fresh process, one after the other: the first that imports any of it is named."""
    command = [sys.executable, "-c", IMPORT, ",".join(heavy), *modules]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_the_numpy_half_imports_no_torch():
    names = (
        *("circuit_simulator", "feature_histograms", "spsa", "common.random_streams"),
        *("records", "statistics.equivalence", "training_loop.settings"),
        *("experiments.grids.paper", "controls.circuit_settings", "paper_figures.paper_values"),
    )
    heavy = ("torch", "pandas", "sklearn", "matplotlib")
    assert_nothing_of(heavy, *(f"pqkd_helpers.{name}" for name in names))


LIGHT = {"numpy", "scipy", "matplotlib", "ipywidgets", "fastjsonschema", "packaging"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["01_circuit_simulator", "02_feature_histograms", "05_spsa"])
def test_the_notebooks_on_light_and_spsa_need_none_of_the_heavy_packages(name, tmp_path):
    """Their code, checks, pictures and explorers, cell by cell in a fresh process."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert any("check(" in source for source in code) and any(".live()" in s for s in code)
    script = tmp_path / "cells.py"
    script.write_text("\n".join([*code, "import sys", "print('#', *sys.modules)"]))
    answer = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.rpartition("#")[2].split())
    assert "pqkd_helpers.lessons.checking" in loaded
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = {Requirement(line).name for line in project["dependencies"]} | {"sklearn"}
    assert "torch" in required and loaded & required <= LIGHT


def test_the_package_itself_imports_nothing_heavy():
    assert_nothing_of(("numpy", "torch", "matplotlib"), "pqkd_helpers")


def test_requirements_and_pyproject_name_the_same_packages():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    listed = [line for line in lines if line and line[0] not in "#-"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert listed == project["dependencies"] and "-e ." in lines


def test_the_readme_is_one_screen_and_its_links_lead_somewhere():
    assert len(README.splitlines()) <= 150
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert targets and all((ROOT / target).exists() for target in targets)


def test_a_page_shows_the_table_of_the_stored_quick_run():
    record = stored_record("train-quick-through-ema-seed0")
    assert record_table(record) in page("training")


def overview_table(records):
    lines = [
        "| record | data | compressed | epochs | ratio | teacher | student | with a fresh z |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, record in records.items():
        configuration, final = record["configuration"], record["student"]["final"]
        fresh = final.get("test_fresh_z")
        with_fresh = f"{100 * mean(fresh['accuracies']):.2f} %" if fresh else ""
        lines.append(
            f"| `{name}` | {record['dataset']} | {configuration['scope']} "
            f"| {configuration['teacher_epochs']} + {configuration['epochs']} "
            f"| {record['compression']['whole_network']:.2f}x "
            f"| {percent(record['teacher']['final']['test'])} | {percent(final['test'])} "
            f"| {with_fresh} |"
        )
    return "\n".join(lines)


def percent(evaluation):
    return f"{100 * evaluation['accuracy']:.2f} %"


def test_a_page_lists_the_stored_runs():
    paths = sorted((ROOT / "figures" / "records" / "train").glob("train-*.json"))
    assert overview_table({path.stem: read_record(path) for path in paths}) in page("training")


def test_the_run_without_spsa_is_a_stored_one():
    record = stored_record("train-quick-without-spsa-seed0")
    quick = stored_record("train-quick-seed0")
    assert record["configuration"] == {**quick["configuration"], "spsa_steps": 0}
    thrown, rest = (
        100 * mean(run["student"]["final"]["test_fresh_z"]["accuracies"]) for run in (quick, record)
    )
    assert f"--spsa-step-size 0.05`) has {thrown:.1f} % with a fresh z" in page("training")
    assert f"(`--spsa-steps 0`) has {rest:.1f} %" in page("training")


def test_the_pages_python_examples_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pages = "\n".join(map(page, ("training", "files_and_bytes", "simulator")))
    blocks = re.findall(r"```python\n(.*?)```", pages, flags=re.DOTALL)
    pretrained, method, small_file, simulator, measured = blocks
    names: dict = {}
    exec(pretrained, names)
    stated = [names["record"][who]["final"]["test"]["accuracy"] for who in ("teacher", "student")]
    assert min(stated) > 0.9 and not list(tmp_path.iterdir())
    exec(method, names)
    assert names["clicks"].shape == (200, 16) and names["z"].shape == (512,)
    exec(small_file, names)
    assert [path.name for path in tmp_path.iterdir()] == ["student.safetensors"]
    assert all(type(layer).__module__.startswith("torch.") for layer in names["plain"])
    exec(simulator, names)
    assert names["clicks"].shape == (32, 200, 16) and names["exact"].shape == (32, 2, 256)
    exec(measured, names)
    found, real = names["found"], names["real"]
    assert found.efficiency.value == pytest.approx(real.efficiency, abs=0.05)
    assert found.indistinguishability.value == pytest.approx(real.indistinguishability, abs=0.2)


def test_the_stored_quick_run_has_todays_configuration():
    from pqkd_helpers.experiments.runs.presets import preset
    from pqkd_helpers.records.record import METHOD_VERSION

    record = stored_record("train-quick-through-ema-seed0")
    assert record["configuration"] == preset("quick").as_json()
    assert record["method_version"] == METHOD_VERSION and record["tier"] == "quick"


def test_curriculum_and_notebooks_agree():
    plan = json.loads((ROOT / "notebooks" / "curriculum.json").read_text())["notebooks"]
    names = [entry["file"] for entry in plan]
    assert names == sorted(names) and len(names) == len(set(names)) > 0
    ready = [entry["file"] for entry in plan if entry["ready"]]
    assert ready == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    for entry in plan:
        assert set(entry["builds_on"]) <= set(names) and entry["title"] and entry["minutes"] > 0
        assert entry["file"] in README and (ROOT / entry["module"]).exists()


def test_nothing_else_stands_at_the_top():
    answer = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in answer.stdout.splitlines()}
    allowed = {
        *("README.md", "requirements.txt", "notebooks", "pqkd_helpers", "figures", "tests"),
        *("pyproject.toml", "Makefile", "LICENSE", "CITATION.cff"),
        *("CONTRIBUTING.md", "CHANGELOG.md"),
    }
    assert {name for name in top if not name.startswith(".")} <= allowed


@pytest.mark.slow
def test_an_installation_around_someone_elses_torch_keeps_it(tmp_path):
    """The two lines for Colab, tried without installing anything."""
    freeze, install = re.search(
        r"(python -c .*> keep\.txt)\n(python -m pip install --constraint .*)\n", page("installing")
    ).groups()
    freeze = freeze.replace("python", sys.executable, 1).replace("keep.txt", str(tmp_path / "k"))
    subprocess.run(freeze, shell=True, check=True)
    kept = (tmp_path / "k").read_text().split()
    assert [line.split("==")[0] for line in kept] == ["torch", "torchvision", "numpy"]
    assert kept[0] == f"torch=={version('torch')}"
    install = install.replace("python", sys.executable, 1).replace("keep.txt", str(tmp_path / "k"))
    said = subprocess.run(
        f"{install} --dry-run", shell=True, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    planned = [line for line in said.splitlines() if line.startswith("Would install")]
    assert not any(re.search(r"\b(torch|torchvision|numpy)-\d", line) for line in planned)


def test_binder_installs_what_the_readme_does():
    script = (ROOT / ".binder" / "postBuild").read_text()
    assert "--requirement requirements.txt" in script and script.startswith("#!/bin/bash")
    assert os.access(ROOT / ".binder" / "postBuild", os.X_OK)
    subprocess.run(["bash", "-n", ROOT / ".binder" / "postBuild"], check=True)


def test_the_lock_holds_every_package_at_a_version_that_is_allowed():
    lines = (ROOT / ".ci" / "requirements.lock").read_text().splitlines()
    locked = dict(line.split("==") for line in lines if not line.startswith("#"))
    locked = {name.lower().replace("_", "-"): found for name, found in locked.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    names = ("test", "perceval", "onnx", "cluster", "site")
    wanted = [*project["dependencies"], *(line for name in names for line in extras[name])]
    for requirement in map(Requirement, wanted):
        if requirement.name != "pqkd-helpers":
            assert locked[requirement.name.lower()] in requirement.specifier, requirement


def test_version_and_citation_agree_and_leave_the_release_to_the_owner():
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {__version__}\n" in citation and "\ndate-released" not in citation
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_a_report_of_a_problem_asks_for_what_doctor_prints():
    templates = list((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"))
    assert len(templates) == 2
    assert all("python -m pqkd_helpers doctor" in path.read_text() for path in templates)


def test_workflows_and_the_dev_container_can_be_read():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        assert yaml.safe_load(path.read_text())["jobs"]
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text()
    plain = "\n".join(line for line in text.splitlines() if not line.strip().startswith("//"))
    assert json.loads(plain)["postCreateCommand"] == "make TORCH=cpu install"


def test_the_cpu_build_is_one_choice_from_one_index():
    """TORCH=cpu, Binder and the page on installing take PyTorch from the same place."""
    planned = [
        subprocess.run(
            ["make", "-nB", *choice, "install"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for choice in ([], ["TORCH=cpu"])
    ]
    found = [re.findall(r"--index-url (\S+)", text) for text in planned]
    assert found[0] == [] and len(found[1]) == 1
    for name in (".binder/postBuild", "notebooks/installing.md"):
        assert f"--index-url {found[1][0]}" in (ROOT / name).read_text()
