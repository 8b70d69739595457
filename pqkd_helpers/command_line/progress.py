"""Progress bars of the commands."""

import os
import time
from collections.abc import Sequence

from tqdm.auto import tqdm

from ..experiments.jobs.scheduler import AnyJob, Progress

PROGRAM = "python -m pqkd_helpers"
_SECONDS_BETWEEN_LINES = 600.0
SILENT = True if os.environ.get("CI") else None  # None: where the output is no terminal


class JobsBar:
    """One bar for all jobs, in epochs; under CI, or without a terminal, lines in its place.

    There is a line for every finished job, and one every ten minutes.
    """

    def __init__(self, jobs: Sequence[AnyJob]) -> None:
        self._epochs = {job.name: job.n_epochs for job in jobs}
        self._bar = tqdm(total=sum(self._epochs.values()), unit="epoch", disable=SILENT)
        self._told: set[str] = set()
        self._last_line = time.monotonic()

    def __enter__(self) -> "JobsBar":
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.close()

    def report(self, progress: Progress) -> None:
        """Show how far the jobs are."""
        if self._bar.disable:
            self._tell(progress)
            return
        finished = [*progress.done, *progress.skipped, *progress.failed]
        epochs = float(sum(self._epochs[name] for name in finished))
        epochs += sum(share * self._epochs[name] for name, share in progress.running.items())
        if progress.skipped and self._bar.n == 0:
            self._bar.initial = sum(self._epochs[name] for name in progress.skipped)
        self._bar.n = round(epochs)
        self._bar.set_description(
            f"{len(finished)} done, {len(progress.running)} running, {progress.waiting} waiting"
        )

    def _tell(self, progress: Progress) -> None:
        """Print what a log should hold."""
        finished = {
            **dict.fromkeys(progress.done, "done"),
            **dict.fromkeys(progress.failed, "failed"),
        }
        counts = f"{len(finished) + len(progress.skipped)} of {len(self._epochs)}"
        for name, end in finished.items():
            if name not in self._told:
                self._line(f"{counts}, {end}: {name}")
        self._told |= finished.keys()
        if time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            shares = "".join(f", {name} {share:.0%}" for name, share in progress.running.items())
            self._line(f"{counts}, running: {shares[2:]}" if shares else f"{counts}, waiting")

    def _line(self, text: str) -> None:
        self._last_line = time.monotonic()
        print(f"{time.strftime('%H:%M')}  {text}", flush=True)


class ProgressBars:
    """One bar per stage, silent under CI and where the output is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._stage = ""

    def __enter__(self) -> "ProgressBars":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def announce(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        if stage != self._stage:
            self.__exit__()
            self._stage = stage
            self._bar = tqdm(desc=stage, total=total, initial=done, unit="step", disable=SILENT)
        elif self._bar is not None:
            self._bar.update(done - self._bar.n if not self._bar.disable else 0)
