"""Where and how runs are computed: none of it is part of their configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from ...common.checks import set_field
from ...common.files import as_path
from ...datasets.available import SIZES, Sizes
from ...datasets.own_files import OwnData
from ...networks.adam import select_device

# announce(stage, done, total) is called at every gradient step, and at every final test.
Announce = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Announce nothing."""


@dataclass(frozen=True)
class Workplace:
    """Folders, device and threads of runs, and who hears of their progress.

    Attributes
    ----------
    runs_root : path
        Folder of all runs; shared by all workers if possible, so that they share teachers.
    data_root : path or None
        See `load_dataset`.
    device : str
        auto, cpu, cuda or mps.
    threads : int or None
        Threads of torch; they change the last digits of results. None: as they are.
    announce : callable
        Called with stage, steps done and steps in all.
    own_data : OwnData or None
        Images of one's own, for the runs that name them.
    """

    runs_root: Path
    data_root: Path | None = None
    device: str = "auto"
    threads: int | None = None
    announce: Announce = silent
    own_data: OwnData | None = None

    def __post_init__(self) -> None:
        set_field(self, "runs_root", as_path(self.runs_root))
        if self.data_root is not None:
            set_field(self, "data_root", as_path(self.data_root))

    def sizes(self, dataset: str) -> Sizes:
        """Return shape and numbers of a data set's images, without reading a file."""
        if self.own_data is not None and self.own_data.name == dataset:
            return self.own_data.sizes
        return SIZES[dataset]

    @property
    def torch_device(self) -> torch.device:
        """The device to compute on."""
        return select_device(self.device)

    @property
    def device_type(self) -> str:
        """Kind of the device; a named one need not be on this machine: a worker may have it."""
        return self.torch_device.type if self.device == "auto" else self.device.split(":")[0]

    @property
    def torch_threads(self) -> int:
        """The number of torch's threads."""
        return torch.get_num_threads() if self.threads is None else self.threads
