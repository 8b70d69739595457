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
from pathlib import Path
from typing import Any, ClassVar

import torch

from ...common.checks import check_fields, check_whole, set_field
from ...compression.compressed_file import compressed_bytes, compressed_from_bytes, read_compressed
from ...compression.conventional.prune_to_bytes import prune_to_bytes
from ...compression.conventional.pruning import count_weights, prune_gradually
from ...compression.conventional.quantisation import pack, quantise, unpack
from ...datasets.image_data import ImageData
from ...datasets.loading import load_dataset
from ...networks.evaluation import evaluate
from ...networks.settings import AdamSettings, Scope
from ...networks.teacher_and_student import ConvNet, TeacherCNN, trained_values
from ...records.record import Record
from ..grids.grid import Job
from ..runs.configuration import RunConfig
from ..runs.epochs import counter
from ..runs.new_record import study_record
from ..runs.run import Labels, carry_out
from ..runs.run_folder import STUDENT_FILE
from ..runs.teacher_runs import trained_teacher
from ..runs.workplace import Announce, Workplace
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
        teacher_row = _row("teacher, float32", teacher.cpu(), sizes["file_bytes"]["teacher"], data)
        students = []
        for arm, scope in ARMS.items():
            students += _student_rows(
                scope, place.runs_root / jobs[arm].folder / STUDENT_FILE, data
            )
        pruned = _practitioner_rows(
            self, teacher.to(device), data.to(device), students, place.announce
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


def _row(
    name: str, network: ConvNet, n_bytes: int, data: ImageData, n_values: int | None = None
) -> dict[str, Any]:
    """Evaluate a network; its values are the weights that are not zero, and the biases."""
    if n_values is None:
        n_kept, n_weights = count_weights(network)
        n_values = trained_values(network) - n_weights + n_kept
    return {
        "name": name,
        "values": n_values,
        "file_bytes": n_bytes,
        "validation_accuracy": evaluate(network, data, "validation").accuracy,
        "test_accuracy": evaluate(network, data, "test").accuracy,
    }


def _student_rows(scope: Scope, file: Path, data: ImageData) -> list[dict[str, Any]]:
    """Evaluate a student as it comes out of its float32 and float16 files."""
    found = read_compressed(file)
    rows = []
    for dtype in (torch.float32, torch.float16):
        content = compressed_bytes(
            found.student, feature=found.feature, images=found.images, dtype=dtype
        )
        student = compressed_from_bytes(content).student
        assert found.feature is not None
        n_values = sum(p.numel() for p in student.parameters()) + len(found.feature.theta)
        name = f"PQKD student, {scope}, {str(dtype).removeprefix('torch.')}"
        rows.append(_row(name, student, len(content), data, n_values))
    return rows


def _practitioner_rows(
    study: CompressionStudy,
    teacher: TeacherCNN,
    data: ImageData,
    students: list[dict[str, Any]],
    announce: Announce,
) -> list[dict[str, Any]]:
    """Evaluate the teacher with int8 weights, pruned or not, as it comes out of its file."""
    settings = study.fine_tuning()
    n_steps = settings.epochs * -(-len(data.train) // settings.batch_size)
    files = {"teacher, int8": pack(quantise(teacher))}
    n_weights = count_weights(teacher)[1]
    n_biases = trained_values(teacher) - n_weights
    smaller = {row["values"] for row in students if row["values"] < trained_values(teacher)}
    for n_values in sorted(smaller, reverse=True):
        pruned = prune_gradually(
            teacher,
            data,
            kept=(n_values - n_biases) / n_weights,
            settings=settings,
            seed=study.seed,
            on_step=counter(announce, f"pruned to {n_values:,} values", 0, n_steps),
        )
        files[f"teacher, pruned to {n_values:,} values, int8"] = pack(quantise(pruned))
    most_bytes = min(row["file_bytes"] for row in students)
    files[f"teacher, pruned to fit {most_bytes:,} bytes, int8"] = prune_to_bytes(
        teacher,
        data,
        at_most=most_bytes,
        settings=settings,
        seed=study.seed,
        on_step=counter(announce, f"pruned to fit {most_bytes:,} bytes", 0, 2 * n_steps),
    )
    on_cpu = data.to("cpu")
    return [_row(name, unpack(file).network(), len(file), on_cpu) for name, file in files.items()]


def compression_table(record: Record) -> str:
    """Return the rows of the study of compression as a Markdown table.

    Parameters
    ----------
    record : dict
        The record of kind "study", experiment "compression".
    """
    rows = record["results"]["rows"]
    teacher = rows[0]
    lines = [
        "| network | values | fewer | file | smaller | test accuracy |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['name']} | {row['values']:,} | {teacher['values'] / row['values']:.2f}x "
            f"| {row['file_bytes'] / 1e3:,.1f} kB "
            f"| {teacher['file_bytes'] / row['file_bytes']:.2f}x "
            f"| {100 * row['test_accuracy']:.2f} % |"
        )
    return "\n".join(lines)
