"""What the ladder's students are worth in bytes, next to their teacher, pruned, with int8 weights.

A student is trained as its arm of the frontier says (`grids.ladder`; its run is the frontier's own)
and written as float32, float16 and int8. Its teacher is offered the same: int8 alone, pruned to as
many values, and pruned to fit into as many bytes as each of the three files has. So at each size
two networks are compared that come from the same teacher, whoever wins.

The fine-tuning of the pruned teacher is that of the study of compression, chosen before on
validation images. The student's file holds a description in plain text and a check sum, about
a third of the bytes of 1,984 values in int8; the teacher's file is packed by LZMA and has neither.
"""

import time
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from ...common.checks import check_choice, check_fields, check_whole
from ...compression.compressed_file import DTYPES
from ...networks.settings import AdamSettings
from ...records.record import Record
from ..grids.grid import Grid, Job, Tier
from ..grids.ladder import FRONTIER_AT_BEST
from ..runs.new_record import study_record
from ..runs.run import Labels, carry_out
from ..runs.run_folder import STUDENT_FILE
from ..runs.teacher_runs import load_data, trained_teacher
from ..runs.workplace import Workplace
from .byte_rows import practitioner_rows, row_of, student_rows
from .study import Study

# The arms that train a PQKD student, and the grid of each.
ARMS: dict[str, Grid] = {
    arm: FRONTIER_AT_BEST
    for arm, values in FRONTIER_AT_BEST.arms.items()
    if values.get("student", "pqkd") == "pqkd"
}


@dataclass(frozen=True)
class BytesAtBestStudy(Study):
    """The study's configuration, for one student.

    Attributes
    ----------
    arm : str
        Arm of `FRONTIER_AT_BEST`: how the student is trained.
    tier : {"smoke", "cpu", "paper"}
        Scale of that run.
    fine_tuning_epochs : int
        Epochs of every pruning.
    seed : int
        Run seed.
    """

    experiment: ClassVar[str] = "bytes-at-best"
    arm: str = "pqkd-1984"
    tier: Tier = "cpu"
    fine_tuning_epochs: int = 6
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("arm", self.arm, tuple(ARMS))
        check_choice("tier", self.tier, get_args(Tier))
        check_fields(self, check_whole, "fine_tuning_epochs", least=1)
        check_fields(self, check_whole, "seed", least=0)

    @property
    def name(self) -> str:
        """Name of the record."""
        return f"{self.experiment}-{self.tier}-{self.arm}-seed{self.seed}"

    def runs(self) -> dict[str, Job]:
        """Return the run that trains the student, as the ladder has it."""
        grid = ARMS[self.arm]
        config = grid.config(self.tier, "mnist", self.arm, self.seed)
        return {self.arm: Job(grid.experiment, self.arm, self.tier, config)}

    def as_json(self) -> dict[str, Any]:
        """Return the settings and what the arm means today: another choice makes another study."""
        return {**super().as_json(), "run": self.runs()[self.arm].as_json()}

    def record(self, place: Workplace) -> Record:
        """Take up the student's run, compress, evaluate on the test images.

        Returns
        -------
        dict
            Its ``results["rows"]`` are the lines of the table: the teacher, the student in three
            formats, the teacher in int8 and pruned.
        """
        job = self.runs()[self.arm]
        labels = Labels(job.experiment, job.arm, job.tier)
        run = carry_out(job.config, name=job.folder, place=place, labels=labels)
        started = time.perf_counter()
        data = load_data(job.config, place)
        on_device = data.to(place.torch_device)
        teacher, _ = trained_teacher(job.config, on_device, place)
        file = place.runs_root / job.folder / STUDENT_FILE
        students = student_rows("PQKD student", file, data, DTYPES)
        pruned = practitioner_rows(
            teacher,
            on_device,
            values={row["values"] for row in students},
            sizes={row["file_bytes"] for row in students},
            settings=AdamSettings(epochs=self.fine_tuning_epochs, learning_rate=3e-3),
            seed=self.seed,
            announce=place.announce,
        )
        teacher_bytes = run["ledger"]["sizes"]["file_bytes"]["teacher"]
        teacher_row = row_of("teacher, float32", teacher.cpu(), teacher_bytes, data)
        return study_record(
            experiment=self.experiment,
            arm=self.arm,
            tier=self.tier,
            seed=self.seed,
            configuration=self.as_json(),
            results={"rows": [teacher_row, *students, *pruned]},
            dataset=job.config.dataset,
            device=place.torch_device,
            seconds={"bytes": time.perf_counter() - started},
        )
