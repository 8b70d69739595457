"""A study: a frozen dataclass of settings that makes its own record, without a grid of runs."""

import json
import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from ...records.record import Record
from ..grids.grid import Job
from ..runs.new_record import study_record
from ..runs.workplace import Workplace


class Study(ABC):
    """What the scheduler knows of a study."""

    experiment: ClassVar[str]
    n_epochs: ClassVar[int] = 1

    @property
    def name(self) -> str:
        """Name of the record."""
        return f"study-{self.experiment}"

    def runs(self) -> dict[str, Job]:
        """Return the runs that must be finished first, by arm."""
        return {}

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of these runs."""
        return tuple(job.name for job in self.runs().values())

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        values: dict[str, Any] = json.loads(json.dumps(vars(self)))
        return values

    @abstractmethod
    def record(self, place: Workplace) -> Record:
        """Carry out the study."""


class CircuitStudy(Study):
    """A study of the circuit alone: no network, no data."""

    arm: ClassVar[str] = "circuit"
    seed: int

    @property
    @abstractmethod
    def tier(self) -> str:
        """Label of the record."""

    @abstractmethod
    def results(self) -> dict[str, Any]:
        """Compute what the record holds."""

    def record(self, place: Workplace | None = None) -> Record:
        """Carry out the study; the place does not matter."""
        started = time.perf_counter()
        results = self.results()
        return study_record(
            experiment=self.experiment,
            arm=self.arm,
            tier=self.tier,
            seed=self.seed,
            configuration=self.as_json(),
            results=results,
            seconds={"total": time.perf_counter() - started},
        )
