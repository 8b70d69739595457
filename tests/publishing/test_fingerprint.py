"""What makes a notebook's outputs stale, and what does not."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from pqkd_helpers.publishing.fingerprint import files_of_the_project, fingerprint

NOTEBOOK = new_notebook(cells=[new_code_cell("answer()")])
CODE = '''"""A module."""

LIMIT = 42


class Box:
    """Holds it."""

    def answer(self):
        """Return it."""
        return LIMIT  # always
'''


@pytest.fixture
def root(tmp_path):
    for name, text in {
        "pqkd_helpers/box.py": CODE,
        "figures/records/one/a.json": "1",
        "figures/records/two/b.json": "2",
        "README.md": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def of_code(root, code):
    (root / "pqkd_helpers/box.py").write_text(code)
    return fingerprint(NOTEBOOK, ["pqkd_helpers/box.py"], root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A module.", "The module."),
        ('    """Holds it."""\n\n', ""),
        ("Return it.", "Give it back."),
        ("  # always", ""),
        ("LIMIT = 42", "LIMIT = (\n    42\n)"),
    ],
)
def test_words_about_the_code_make_nothing_stale(root, old, new):
    assert old in CODE
    assert of_code(root, CODE.replace(old, new)) == of_code(root, CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("42", "43"),
        ("return LIMIT", "return -LIMIT"),
        ("LIMIT = 42", 'LIMIT = 42\n"""Not a docstring of anything that runs."""\nprint("x")'),
        ("return LIMIT", 'return """Return it."""'),
        ("return LIMIT", "return None"),
    ],
)
def test_a_changed_constant_or_statement_makes_it_stale(root, old, new):
    assert of_code(root, CODE.replace(old, new)) != of_code(root, CODE)


def test_a_changed_cell_makes_it_stale(root):
    other = new_notebook(cells=[new_code_cell("answer() + 1")])
    assert fingerprint(other, [], root) != fingerprint(NOTEBOOK, [], root)


def test_only_what_was_read_counts(root):
    opened = ["../figures/records/one/a.json", str(root / "figures/records/one"), "../README.md"]
    opened += [str(root / "figures/records"), "/elsewhere/c.json", "", str(root / "pqkd_helpers")]
    files = files_of_the_project(opened, root)
    assert files == ["figures/records", "figures/records/one/*"]
    before = fingerprint(NOTEBOOK, files, root)
    (root / "figures/records/two/b.json").write_text("3")
    (root / "figures/records/three").mkdir()
    assert fingerprint(NOTEBOOK, files, root) == before
    (root / "figures/records/one/new.json").write_text("4")
    assert fingerprint(NOTEBOOK, files, root) != before
    (root / "figures/records/one/new.json").unlink()
    (root / "figures/records/one/a.json").write_text("5")
    assert fingerprint(NOTEBOOK, files, root) != before


def test_a_missing_file_makes_it_stale(root):
    before = of_code(root, CODE)
    (root / "pqkd_helpers/box.py").unlink()
    assert fingerprint(NOTEBOOK, ["pqkd_helpers/box.py"], root) != before


def test_a_folder_that_was_not_read_to_its_end_is_listed_with_what_was_read(root):
    (root / "figures/records/one/more.json").write_text("6")
    opened = [str(root / "figures/records/one"), str(root / "figures/records/one/a.json")]
    files = files_of_the_project(opened, root)
    assert files == ["figures/records/one", "figures/records/one/a.json"]
    before = fingerprint(NOTEBOOK, files, root)
    (root / "figures/records/one/more.json").write_text("7")
    assert fingerprint(NOTEBOOK, files, root) == before


def test_a_folder_that_is_gone_makes_it_stale(root):
    before = fingerprint(NOTEBOOK, ["figures/records/one/*"], root)
    (root / "figures/records/one/a.json").unlink()
    assert fingerprint(NOTEBOOK, ["figures/records/one/*"], root) != before
