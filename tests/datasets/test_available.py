import hashlib
from functools import partial

import pytest

from pqkd_helpers.datasets import damaged_files, data_root, is_on_disk
from pqkd_helpers.datasets.available import FILES


def test_the_folder_comes_from_the_argument_then_the_variable_then_data(monkeypatch):
    monkeypatch.setenv("PQKD_DATA", "from-variable")
    assert str(data_root("given")) == "given"
    assert str(data_root()) == "from-variable"
    monkeypatch.delenv("PQKD_DATA")
    assert str(data_root()) == "data"


@pytest.mark.parametrize("written", [" {} ", "{}\r", "{}\n", '"{}"', "'{}' "])
def test_what_a_file_of_settings_leaves_around_the_folder_is_no_part_of_it(
    written, monkeypatch, tmp_path
):
    monkeypatch.setenv("PQKD_DATA", written.format(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.setenv("PQKD_DATA", written.format(""))
    assert str(data_root()) == "data"


def test_is_on_disk_is_not_fooled_by_an_empty_folder(tmp_path):
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    assert not is_on_disk("mnist", tmp_path) and is_on_disk("digits", tmp_path)


def test_md5_is_not_asked_for_as_security(tmp_path, monkeypatch):
    """Machines in FIPS mode refuse it otherwise."""
    new = hashlib.new

    def fips(name, *content, usedforsecurity=True):
        if usedforsecurity:
            raise ValueError("disabled for FIPS")
        return new(name, *content, usedforsecurity=False)

    monkeypatch.setattr(hashlib, "new", fips)
    monkeypatch.setattr(hashlib, "md5", partial(fips, "md5"))
    for file in FILES["mnist"]:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    assert damaged_files("mnist", tmp_path) == list(FILES["mnist"])
