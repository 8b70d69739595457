"""Do the tests notice a mistake? Each mutant is one plausible mistake, tried on its own.

`main` runs a list of mutants: for each it copies the package and its tests, makes the change, and
runs the mutant's tests until the first one fails. A mutant that no test catches is printed as
SURVIVED, and the exit status is then 1, unless it is listed as equivalent: it changes no result.
Before that, all tests must pass without a change: one that fails anyway would catch everything.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("pqkd_helpers", "tests", "notebooks", "figures", "pyproject.toml")


@dataclass(frozen=True)
class Mutant:
    """A mistake: each old text, found exactly once, becomes the new one.

    Attributes
    ----------
    name : str
    file : str
        Where the old texts are; one that is not there is looked for in the whole package.
    changes : tuple of (str, str)
        Old and new texts, one change after the other.
    tests : tuple of str
        What pytest is to run: files and options.
    equivalent : bool
        Whether it changes no result, so that no test can catch it.
    """

    name: str
    file: str
    changes: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]
    equivalent: bool = False


def changed_files(case: Mutant) -> dict[str, str]:
    """Return the new contents of the files that a mutant changes.

    Raises
    ------
    ValueError
        If an old text is not found exactly once.
    """
    package = [str(path.relative_to(ROOT)) for path in ROOT.glob("pqkd_helpers/**/*.py")]
    contents: dict[str, str] = {}

    def content(file: str) -> str:
        return contents[file] if file in contents else (ROOT / file).read_text()

    for old, new in case.changes:
        files = [file for file in package if old in content(file)]
        if case.file in files:
            files = [case.file]
        times = sum(content(file).count(old) for file in files)
        if times != 1:
            raise ValueError(f"{case.name}: {old!r} is found {times} times, not once")
        (file,) = files
        contents[file] = content(file).replace(old, new)
        compile(contents[file], file, "exec")  # what is no Python would fail in every test
    return contents


def first_failure(contents: Mapping[str, str], tests: Sequence[str]) -> str | None:
    """Return the first test that fails in a copy with these files' contents, or None."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        for file, content in contents.items():
            (copy / file).write_text(content)
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
            cwd=copy,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            timeout=1800,
        )
    # a test; a file of tests that cannot be imported has no "::" and catches nothing
    failed = re.search(r"^(?:FAILED|ERROR) (\S+::\S+)", answer.stdout, flags=re.MULTILINE)
    if failed:
        return failed.group(1)
    if answer.returncode == 0:
        return None
    raise RuntimeError(f"pytest ended with {answer.returncode}\n{answer.stdout[-2000:]}")


def run(case: Mutant) -> tuple[str | None, float]:
    """Return the first test that catches a mutant, or None, and the seconds it took."""
    started = time.perf_counter()
    try:
        caught = first_failure(changed_files(case), case.tests)
    except RuntimeError as error:
        raise RuntimeError(f"{case.name}: {error}") from error
    return caught, time.perf_counter() - started


def main(mutants: Sequence[Mutant], description: str) -> int:
    """Run the mutants chosen on the command line and return the exit status."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", help="parts of names; default: all mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    chosen = [
        case
        for case in mutants
        if not options.names or any(name in case.name for name in options.names)
    ]
    for case in chosen:
        changed_files(case)  # a text that is not found is told now, not in an hour
    survived = []
    with ThreadPoolExecutor(options.jobs) as pool:
        lists = dict.fromkeys(case.tests for case in chosen)
        for failed in pool.map(lambda tests: first_failure({}, tests), lists):
            if failed:
                raise RuntimeError(f"{failed} fails without any change")
        for case, (test, seconds) in zip(chosen, pool.map(run, chosen), strict=True):
            verdict = test or ("equivalent, not caught" if case.equivalent else "SURVIVED")
            print(f"{case.name}: {verdict} ({seconds:.0f} s)", flush=True)
            if test is None and not case.equivalent:
                survived.append(case.name)
    print(f"{len(chosen)} mutants, {len(survived)} survived: {survived}")
    return 1 if survived else 0
