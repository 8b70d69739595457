"""What doctor says of made-up installations, and what refuses to work with one."""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from pqkd_helpers.command_line import doctor
from pqkd_helpers.command_line.main import main
from pqkd_helpers.common.requirements import needed, require_extra

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that makes up installed packages; they hide real ones of the same name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make_up(name, version, *lines):
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        head = ("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}")
        (folder / "METADATA").write_text("\n".join([*head, *lines, ""]))

    return make_up


def declare(install, *requirements, python=">=3.11"):
    lines = [f"Requires-Dist: {requirement}" for requirement in requirements]
    install("pqkd-helpers", "0.1.0", f"Requires-Python: {python}", *lines)


def test_of_this_installation_it_says_what_is_there(capsys):
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    for text in ("python", "torch", "scipy", "mnist-5k", "embedded", "Threads", "--engine cudaq"):
        assert text in printed
    assert "Nothing is missing" in printed and "MISSING" not in printed


@pytest.mark.parametrize(
    ("version", "state"),
    [("1.9.9", "1.9.9 is installed"), ("3.0", "3.0 is installed"), ("odd", "odd is installed")],
)
def test_a_version_out_of_the_declared_bounds_is_missing(install, version, state):
    declare(install, "wheat<3,>=2")
    install("wheat", version)
    text, healthy = doctor.report()
    assert not healthy and "Nothing is missing" not in text
    assert f"MISSING: wheat <3,>=2 ({state})" in text and "pip install -r" in text


@pytest.mark.parametrize("version", ["2.0", "2.4.1+cpu", "2.5.0.dev3"])
def test_a_version_within_the_declared_bounds_is_not(install, version):
    declare(install, "wheat<3,>=2", 'flour>=1; python_version < "3"')
    install("wheat", version)
    text, healthy = doctor.report()
    assert healthy and f"  wheat   {version}\n" in text and "flour" not in text


def test_outside_a_clone_the_packages_to_install_are_named(install, tmp_path, monkeypatch):
    declare(install, "wheat<3,>=2", "yeast>=1", python=">=99")
    install("wheat", "1.9")
    monkeypatch.setattr(doctor, "_REQUIREMENTS", tmp_path / "requirements.txt")
    text, _ = doctor.report()
    assert text.endswith('Install what is missing: pip install "wheat<3,>=2" "yeast>=1"')


def test_what_is_not_there_is_missing(install):
    declare(install, "a-package-with-a-long-name>=2", python=">=99")
    text, healthy = doctor.report()
    assert not healthy and "  a-package-with-a-long-name  not installed\n" in text
    assert "MISSING: a-package-with-a-long-name >=2 (not installed)" in text
    assert "MISSING: python >=99 (3." in text


def test_optional_packages_are_named_with_what_lacks_them(install):
    declare(install, "wheat>=1", 'wheat>=2; extra == "onnx"', 'yeast>=3; extra == "onnx"')
    install("wheat", "1.5")
    text, healthy = doctor.report()
    lacking = "wheat >=2 (1.5 is installed), yeast >=3 (not installed)"
    told = f'export --onnx             lacks {lacking}: pip install "wheat>=2" "yeast>=3"'
    assert healthy and told in text
    install("yeast", "3.1")
    assert "lacks wheat >=2 (1.5 is installed): pip" in doctor.report()[0]


def test_an_extra_may_consist_of_others(install):
    both = 'pqkd-helpers[site,onnx]; extra == "test"'
    declare(install, 'a; extra == "onnx"', 'b; extra == "site"', both, 'c; extra == "test"')
    assert [one.requirement.name for one in needed("test")] == ["a", "b", "c"]
    assert needed() == []


def test_every_extra_is_explained_or_installed_by_make():
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    assert set(extras) == {*doctor.OPTIONAL, "bench", "test"}


def test_an_extra_that_is_too_old_is_refused_in_one_line(install):
    declare(install, 'wheat>=2; extra == "onnx"')
    install("wheat", "1.5")
    with pytest.raises(ModuleNotFoundError) as caught:
        require_extra("onnx", "no_such_module", "json", purpose="bread")
    expected = (
        "bread needs no_such_module, which is not installed; and wheat >=2 (1.5 is installed)"
    )
    assert str(caught.value).startswith(expected) and 'install "wheat>=2"' in str(caught.value)
    with pytest.raises(ModuleNotFoundError, match=r"^bread needs wheat >=2 \(1.5 is installed\):"):
        require_extra("onnx", "json", purpose="bread")


def test_an_onnx_file_is_refused_before_any_work_where_torch_is_too_old(install, tmp_path, capsys):
    install("torch", "2.5.1")
    source = tmp_path / "student.safetensors"
    source.write_bytes(b"not even looked at")
    options = ["--onnx", str(tmp_path / "o"), "--out", str(tmp_path / "t")]
    assert main(["export", str(source), *options]) == 2
    error = capsys.readouterr().err
    assert "ONNX needs " in error and "torch " in error and "(2.5.1 is installed)" in error
    assert error.count("\n") == 1 and not {"o", "t"} & {path.name for path in tmp_path.iterdir()}


def test_a_package_that_runs_without_being_installed_is_said_to(monkeypatch):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", nothing)
    monkeypatch.setattr(metadata, "requires", nothing)
    text, healthy = doctor.report()
    assert not healthy and "MISSING: pqkd-helpers (not installed" in text
    require_extra("onnx", "json", purpose="bread")  # what is not declared cannot be compared


def test_it_works_before_anything_is_installed():
    code = (
        "import sys, runpy; sys.argv = ['pqkd_helpers', 'doctor'];"
        "sys.modules |= dict.fromkeys(['torch', 'packaging', 'tyro', 'numpy', 'safetensors']);"
        "runpy.run_module('pqkd_helpers', run_name='__main__')"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.returncode == 1 and "Traceback" not in answer.stderr
    assert "MISSING: packaging" in answer.stdout and "MISSING: a working torch" in answer.stdout
