"""The number of shots at test time: one trained student, tested with other features than its own.

The students of the shot-noise experiment are trained once, at 200 shots and with the angles at
rest. Then nothing is trained any more: a student is tested with z from S shots, for S = 1 to 3200,

- *fresh*: one histogram of S shots;
- *smoothed*: the moving average over 100 epochs of histograms of S shots each;

and with the exact z, which is S = infinity. At rest, shot noise alone tells these z apart. The
paper's gain, fitted with ``limit - k / sqrt(S)``, may be such a test, or compare students that
were trained at each S (the experiment ``shot-noise``).
"""

import time
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...common.checks import check_choice, check_fields, check_share, check_whole
from ...common.random_streams import numpy_stream
from ...compression.compressed_file import read_compressed
from ...controls.build_source import build_interferometer
from ...networks.evaluation import evaluate
from ...records.record import Record
from ...training_loop.photonic_feature import PhotonicFeature
from ..grids.grid import Job
from ..grids.paper import SHOT_NOISE
from ..runs.new_record import study_record
from ..runs.run import Labels, carry_out
from ..runs.run_folder import STUDENT_FILE
from ..runs.teacher_runs import load_data
from ..runs.workplace import Workplace
from .study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ShotSweepStudy(Study):
    """The study's configuration, for one student.

    Attributes
    ----------
    tier : {"smoke", "cpu"}
        Scale of the student.
    train_shots : int
        Shots per histogram while the student is trained.
    shots : tuple of int
        Numbers of shots S that it is tested with.
    draws : int
        Features drawn for each S.
    beta : float
        Share of the old histogram kept by the moving average.
    averaged_epochs : int
        Histograms behind each smoothed feature.
    seed : int
        Run seed.
    """

    experiment: ClassVar[str] = "shot-sweep"
    tier: str = "cpu"
    train_shots: int = 200
    shots: tuple[int, ...] = (1, 2, 5, 10, 25, 50, 100, 200, 400, 800, 1600, 3200)
    draws: int = 10
    beta: float = 0.9
    averaged_epochs: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("tier", self.tier, ("smoke", "cpu"))
        check_fields(self, check_whole, "train_shots", "draws", "averaged_epochs", least=1)
        check_fields(self, check_whole, "seed", least=0)
        check_fields(self, check_share, "beta", below_one=True)
        for n_shots in self.shots:
            check_whole("one of the shots", n_shots, least=1)

    @property
    def name(self) -> str:
        """Name of the record."""
        return f"{self.experiment}-{self.tier}-sweep-seed{self.seed}"

    def runs(self) -> dict[str, Job]:
        """Return the run that trains the student."""
        at_rest = SHOT_NOISE.config(self.tier, "mnist", "frozen-ema-100", self.seed)  # type: ignore[arg-type]  # checked
        config = replace(at_rest, n_shots=self.train_shots)
        return {"at-rest": Job(self.experiment, "at-rest", self.tier, config)}

    def record(self, place: Workplace) -> Record:
        """Take up the student's run, and test the student.

        Returns
        -------
        dict
            Its ``results["rows"]`` have the test accuracies, one per draw; ``exact`` and
            ``at_zero`` are those with the exact z and with z = 0, ``trained_with`` that with the z
            of the training.
        """
        (job,) = self.runs().values()
        labels = Labels(job.experiment, job.arm, job.tier)
        run = carry_out(job.config, name=job.folder, place=place, labels=labels)
        started = time.perf_counter()
        found = read_compressed(place.runs_root / job.folder / STUDENT_FILE)
        assert found.feature is not None
        data = load_data(job.config, place).to(place.torch_device)
        student = found.student.to(place.torch_device)
        theta = np.array(found.feature.theta)
        circuit = build_interferometer(job.config)

        def tested(features: list[Array]) -> list[float]:
            stack = np.stack(features)
            return [evaluate(student, data).accuracy for _ in student.condition_on_each(stack)]

        def drawn(n_shots: int, n_epochs: int, rng: np.random.Generator) -> Array:
            feature = PhotonicFeature(
                circuit, n_shots=n_shots, ema_beta=self.beta, scaling=job.config.scaling
            )
            return [feature.update(theta, rng) for _ in range(n_epochs)][-1]

        rows = []
        for n_shots in self.shots:
            rng = numpy_stream(self.seed, "shot sweep", n_shots)
            # The average of one epoch is its histogram.
            for kind, n_epochs in (("fresh", 1), ("smoothed", self.averaged_epochs)):
                features = [drawn(n_shots, n_epochs, rng) for _ in range(self.draws)]
                rows.append({"z": kind, "shots": n_shots, "accuracies": tested(features)})
        exact = replace(found.feature, n_shots=None, ema_beta=0.0).z().astype(np.float64)
        final = run["student"]["final"]
        results: dict[str, Any] = {
            "rows": rows,
            "exact": tested([exact])[0],
            "trained_with": final["test"]["accuracy"],
            "at_zero": final["accuracy_at_zero_z"],
        }
        return study_record(
            experiment=self.experiment,
            arm="sweep",
            tier=self.tier,
            seed=self.seed,
            configuration=self.as_json(),
            results=results,
            dataset=job.config.dataset,
            device=place.torch_device,
            seconds={"sweep": time.perf_counter() - started},
        )
