"""Where and how a run is computed."""

from dataclasses import dataclass
from pathlib import Path

from ...common.checks import set_field
from ...common.files import as_path


@dataclass(frozen=True)
class Workplace:
    """Where and how a worker computes.

    Attributes
    ----------
    runs_root : path
        Folder of all runs; shared by all workers if possible, so that they share teachers.
    data_root : path or None
        See `load_dataset`.
    device : str
        auto, cpu, cuda or mps.
    threads : int
        Threads of torch; they change the last digits of results.
    """

    runs_root: Path
    data_root: Path | None = None
    device: str = "auto"
    threads: int = 1

    def __post_init__(self) -> None:
        set_field(self, "runs_root", as_path(self.runs_root))
        if self.data_root is not None:
            set_field(self, "data_root", as_path(self.data_root))
