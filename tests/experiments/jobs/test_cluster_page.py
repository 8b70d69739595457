"""The examples for clusters on the page about reproducing: tried without a Slurm."""

import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from pqkd_helpers.records import stored_record

PAGE = (Path(__file__).parents[3] / "notebooks" / "reproducing.md").read_text("utf-8")
(SLURM,) = re.findall(r"```bash\n(#!/bin/bash\n.*?)```", PAGE, flags=re.DOTALL)
(DASK,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_job_array_gives_every_task_an_arm_of_its_own(tmp_path):
    """Bash runs it with a python that only says what it was asked."""
    assert subprocess.run(["bash", "-n"], input=SLURM, text=True).returncode == 0
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "activate").write_text(f'PATH="{bin_folder}:$PATH"\n')
    (bin_folder / "python").write_text('#!/bin/bash\necho "$OMP_NUM_THREADS" "$@"\n')
    (bin_folder / "python").chmod(0o755)
    first, last = map(int, re.search(r"--array=(\d+)-(\d+)", SLURM).groups())
    asked = []
    for task in range(first, last + 1):
        slurm = {
            "SLURM_ARRAY_TASK_ID": task,
            "SLURM_CPUS_PER_TASK": 4,
            "SLURM_SUBMIT_DIR": tmp_path,
        }
        environment = {**os.environ, **{name: str(value) for name, value in slurm.items()}}
        answer = subprocess.run(
            ["bash"], input=SLURM, env=environment, capture_output=True, text=True, check=True
        )
        asked.append(answer.stdout.split())
    assert all(words[:4] == ["4", "-m", "pqkd_helpers", "reproduce"] for words in asked)
    assert len({words[-1] for words in asked}) == len(asked)


def test_the_counted_operations_are_those_of_the_stored_runs():
    counted = {
        dataset: stored_record(f"table1-cpu-{dataset}-conv1-conv2-seed0")["ledger"]["sizes"][
            "multiply_adds_per_image"
        ]["teacher"]
        for dataset in ("mnist", "cifar10")
    }
    for number in counted.values():
        assert f"{number:,}" in PAGE
    operations = 2 * 3 * counted["mnist"] * 2 * 100 * 55_000
    assert f"{operations:.1e}".replace("e+", "e") in PAGE
    assert f"{operations / 10e12 / 60:.1f} minutes" in PAGE


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::Warning")
def test_the_dask_example_works_with_a_local_cluster_in_the_place_of_slurm(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")

    class Local(distributed.LocalCluster):
        def __init__(self, *, cores, **of_slurm):
            assert of_slurm.keys() == {"memory", "walltime", "job_extra_directives"}
            super().__init__(n_workers=0, threads_per_worker=cores, dashboard_address=None)

        def scale(self, n):
            super().scale(min(n, 1))

        def wait_for_workers(self, n):
            super().wait_for_workers(min(n, 1))

    monkeypatch.setitem(sys.modules, "dask_jobqueue", types.SimpleNamespace(SLURMCluster=Local))
    whole = '"table1", "--tier", "paper", "--device", "cuda"'
    small = '"frontier", "--tier", "smoke", "--seeds", "1", "--arms", "base"'
    smaller = DASK.replace(whole, small)
    assert smaller != DASK
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    exec(compile(smaller, "reproducing.md", "exec"), {})
    assert len(list(Path("runs/reproduction").glob("frontier/*.json"))) == 1
