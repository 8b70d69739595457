"""A wheel that carries the stored records and claims, so that it works outside the repository."""

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py


class BuildWithFigures(build_py):
    """Copy the package, and into it what its code reads of the folder ``figures``."""

    def run(self) -> None:
        """Build; an editable installation finds the folder in the repository."""
        super().run()
        if self.editable_mode:
            return
        figures = Path("figures")
        read = ("records/*/*.json", "*/claims.csv", "checkpoints/*/*")
        for file in (file for pattern in read for file in figures.glob(pattern)):
            copy = Path(self.build_lib, "pqkd_helpers", file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
