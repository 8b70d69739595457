"""What compression is worth in bytes: PQKD students beside a pruned teacher with int8 weights.

Two students (conv1 and conv2 compressed, and all convolutions) are distilled from one teacher and
saved; what is judged is what comes out of the file. Beside them stands what a practitioner would
do with the same teacher: round its weights to int8, alone or after pruning the smallest ones away
with a few epochs of fine-tuning, down to the number of values, and to the bytes, of the students.
The rate and schedule of the fine-tuning were chosen with another teacher, on validation images: the
best of four at 1/113 of the weights (2 epochs); at 2/3 a gentler recipe was as good (3 epochs).
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ...common.checks import check_whole, set_field
from ...common.files import as_path
from ...compression.compressed_file import compressed_bytes, compressed_from_bytes, read_compressed
from ...compression.conventional.prune_to_bytes import prune_to_bytes
from ...compression.conventional.pruning import count_weights, prune_gradually
from ...compression.conventional.quantisation import pack, quantise, unpack
from ...datasets.image_data import ImageData
from ...datasets.loading import load_dataset
from ...networks.evaluation import evaluate
from ...networks.settings import AdamSettings, Scope
from ...networks.teacher_and_student import ConvNet, TeacherCNN, trained_values
from ...records.record import Record, record_path, write_record
from ..runs.configuration import RunConfig
from ..runs.epochs import Announce, counter
from ..runs.new_record import study_record
from ..runs.run import Labels, carry_out
from ..runs.run_folder import STUDENT_FILE
from ..runs.teacher_runs import trained_teacher

EXPERIMENT = "compression"


ARMS: dict[str, Scope] = {"conv1-conv2": "conv1+conv2", "all": "all"}


@dataclass(frozen=True)
class CompressionStudy:
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

    dataset: str = "mnist"
    widths: tuple[int, int, int] = (64, 128, 128)
    epochs: int = 6
    fine_tuning_epochs: int = 6
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in {"epochs": 1, "fine_tuning_epochs": 1, "seed": 0}.items():
            set_field(self, name, check_whole(name, getattr(self, name), least=least))
        set_field(self, "widths", self.run_config("all").widths)

    def run_config(self, scope: Scope) -> RunConfig:
        """Return the configuration of one student's run."""
        return RunConfig(
            dataset=self.dataset,  # type: ignore[arg-type]  # checked by RunConfig
            widths=self.widths,
            scope=scope,
            epochs=self.epochs,
            learning_rate=3e-3,
            schedule="one-cycle",
            objective="fresh",
            seed=self.seed,
        )

    def fine_tuning(self) -> AdamSettings:
        """Return the recipe of the fine-tuning, the same for every share of weights."""
        return AdamSettings(epochs=self.fine_tuning_epochs, learning_rate=3e-3)


def run_compression_study(
    study: CompressionStudy,
    *,
    runs_root: Path | str,
    out: Path | str,
    device: torch.device,
    data_root: Path | str | None = None,
    announce: Announce = lambda stage, done, total: None,
    on_record: Callable[[Path], object] = lambda path: None,
) -> Record:
    """Train, compress, judge on the test images, and store the records.

    Parameters
    ----------
    study : CompressionStudy
    runs_root, out : path
        Folder of all runs; folder of the records.
    device : torch.device
        Where to train.
    data_root : path or None
        See `load_dataset`.
    announce, on_record : callable
        Told of the progress, and of every record's file.

    Returns
    -------
    dict
        The study's record; its ``results["rows"]`` are the lines of the table.
    """
    runs_root, out = as_path(runs_root), as_path(out)
    data = load_dataset(study.dataset, data_root)  # type: ignore[arg-type]
    records = {}
    for arm, scope in ARMS.items():
        name = f"{EXPERIMENT}-{arm}-seed{study.seed}"
        records[arm] = carry_out(
            study.run_config(scope),
            name=name,
            runs_root=runs_root,
            device=device,
            data_root=data_root,
            labels=Labels(EXPERIMENT, arm, "custom"),
            announce=announce,
        )
        path = record_path(out, EXPERIMENT, name)
        write_record(records[arm], path)
        on_record(path)
    teacher, _ = trained_teacher(
        study.run_config("all"), data.to(device), runs_root, device, announce
    )
    sizes = records["all"]["ledger"]["sizes"]
    teacher_row = _row("teacher, float32", teacher.cpu(), sizes["file_bytes"]["teacher"], data)
    students = []
    for arm, scope in ARMS.items():
        folder = runs_root / f"{EXPERIMENT}-{arm}-seed{study.seed}"
        students += _student_rows(scope, folder / STUDENT_FILE, data)
    pruned = _practitioner_rows(study, teacher.to(device), data.to(device), students, announce)
    configuration = dataclasses.asdict(study)
    configuration["widths"] = list(study.widths)
    record = study_record(
        experiment=EXPERIMENT,
        arm="bytes",
        tier="custom",
        seed=study.seed,
        configuration=configuration,
        results={"rows": [teacher_row, *students, *pruned]},
        dataset=study.dataset,
        device=device,
    )
    path = record_path(out, EXPERIMENT, f"study-{EXPERIMENT}")
    write_record(record, path)
    on_record(path)
    return record


def _row(
    name: str, network: ConvNet, n_bytes: int, data: ImageData, n_values: int | None = None
) -> dict[str, Any]:
    """Judge a network; its values are the weights that are not zero, and the biases."""
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
    """Judge a student as it comes out of its float32 and float16 files."""
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
    """Judge the teacher with int8 weights, not pruned and pruned, as it comes out of its file."""
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
