"""What compression is worth in bytes: PQKD students and a pruned teacher with int8 weights.

Two students (conv1 and conv2 compressed, and all convolutions) are distilled from one teacher and
saved; what is evaluated is what comes out of the file. They are compared with what a practitioner
would do with the same teacher: round its weights to int8, alone or after pruning the smallest ones
away with a few epochs of fine-tuning, down to the number of values, and to the bytes, of the
students.
The rate and schedule of the fine-tuning were chosen with another teacher, on validation images: the
best of four at 1/113 of the weights (2 epochs); at 2/3 a gentler recipe was as good (3 epochs).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch

from ...common.checks import check_fields, check_whole, set_field
from ...datasets.loading import load_dataset
from ...networks.settings import AdamSettings, Scope
from ...records.record import Record
from ..grids.grid import Job
from ..runs.configuration import RunConfig
from ..runs.new_record import study_record
from ..runs.run import Labels, carry_out
from ..runs.run_folder import STUDENT_FILE
from ..runs.teacher_runs import trained_teacher
from ..runs.workplace import Workplace
from .byte_rows import practitioner_rows, row_of, student_rows
from .study import Study

ARMS: dict[str, Scope] = {"conv1-conv2": "conv1+conv2", "all": "all"}


@dataclass(frozen=True)
class CompressionStudy(Study):
    """The study's configuration.

    Attributes
    ----------
    dataset : str
        Data set.
    widths : (int, int, int)
        Output channels of the convolutions.
    epochs : int
        Epochs of the teacher and of each student.
    fine_tuning_epochs : int
        Epochs of every pruning.
    seed : int
        Run seed.
    """

    experiment: ClassVar[str] = "compression"
    dataset: str = "mnist"
    widths: tuple[int, int, int] = (64, 128, 128)
    epochs: int = 6
    fine_tuning_epochs: int = 6
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self, check_whole, "epochs", "fine_tuning_epochs", least=1)
        check_fields(self, check_whole, "seed", least=0)
        set_field(self, "widths", self.run_config("all").widths)

    def run_config(self, scope: Scope) -> RunConfig:
        """Return the configuration of one student's run."""
        return RunConfig(
            dataset=self.dataset,
            widths=self.widths,
            scope=scope,
            epochs=self.epochs,
            learning_rate=3e-3,
            schedule="one-cycle",
            objective="fresh",
            spsa_step_size=0.05,
            seed=self.seed,
        )

    def fine_tuning(self) -> AdamSettings:
        """Return the recipe of the fine-tuning, the same for every share of weights."""
        return AdamSettings(epochs=self.fine_tuning_epochs, learning_rate=3e-3)

    def runs(self) -> dict[str, Job]:
        """Return the runs of both students by arm."""
        return {
            arm: Job(self.experiment, arm, "custom", self.run_config(scope), keep_traces=True)
            for arm, scope in ARMS.items()
        }

    def record(self, place: Workplace) -> Record:
        """Take up the runs, compress, evaluate on the test images.

        Returns
        -------
        dict
            Its ``results["rows"]`` are the lines of the table.
        """
        data = load_dataset(self.dataset, place.data_root)  # type: ignore[arg-type]
        jobs = self.runs()
        records = {
            arm: carry_out(
                job.config, name=job.folder, place=place, labels=Labels(job.experiment, arm)
            )
            for arm, job in jobs.items()
        }
        device = place.torch_device
        teacher, _ = trained_teacher(jobs["all"].config, data.to(device), place)
        sizes = records["all"]["ledger"]["sizes"]
        teacher_row = row_of(
            "teacher, float32", teacher.cpu(), sizes["file_bytes"]["teacher"], data
        )
        students = []
        for arm, scope in ARMS.items():
            file = place.runs_root / jobs[arm].folder / STUDENT_FILE
            students += student_rows(
                f"PQKD student, {scope}", file, data, (torch.float32, torch.float16)
            )
        pruned = practitioner_rows(
            teacher.to(device),
            data.to(device),
            values={row["values"] for row in students},
            sizes={min(row["file_bytes"] for row in students)},
            settings=self.fine_tuning(),
            seed=self.seed,
            announce=place.announce,
        )
        return study_record(
            experiment=self.experiment,
            arm="bytes",
            tier="custom",
            seed=self.seed,
            configuration=self.as_json(),
            results={"rows": [teacher_row, *students, *pruned]},
            dataset=self.dataset,
            device=device,
        )
