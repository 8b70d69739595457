"""A server to rehearse with: ORCA's protocol, our simulator behind it, and what goes wrong there.

    python -m pqkd_helpers.circuit_simulator.engines.rehearsal_server --port 8100

It listens on this machine only. Its angles are not quite those asked for, and wander
(`AngleDrift`). Its jobs wait in a queue, fail, get stuck or come back with wrong shots; its
requests are refused, cut off or not answered; now and then it is away (`Misbehaviour`). All of it
follows from one seed: what befalls the jobs from one stream, what befalls the requests from
another, since their number depends on the time. It keeps what it delivered, so that a run's clicks
can be compared.

The protocol is that of `orca_client`. Only this server was tried with it, no real one.
"""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...common.checks import check_whole
from ...common.random_streams import numpy_stream
from ..angle_drift import AngleDrift
from ..interferometer import TimeBinInterferometer
from ..sampler import check_theta
from .misbehaviour import BUSY, Misbehaviour, refusal, spoil

NOT_FOUND = {"error_message": "Job can't be found"}
USUAL_DRIFT = AngleDrift()
USUAL_MISBEHAVIOUR = Misbehaviour()


class Delivery(NamedTuple):
    """A sample that left the server as it should.

    Attributes
    ----------
    theta : (n_angles,) float64
        The angles that were asked for, radians.
    device_theta : (n_angles,) float64
        Those that the device had.
    photons : (n_shots, n_modes) int64
        Photons in each time bin.
    """

    theta: NDArray[np.float64]
    device_theta: NDArray[np.float64]
    photons: NDArray[np.int64]


@dataclass(frozen=True)
class _Job:
    ready_at: float
    fate: str  # "", "failed", "stuck", or what is wrong with the results
    results: list[object] | None
    delivery: Delivery


class Rehearsal:
    """What the server answers; it drifts and misbehaves, and needs no network itself.

    Parameters
    ----------
    seed : int
        Everything that it does by chance follows from it.
    drift : AngleDrift
    misbehaviour : Misbehaviour
    clock : module or object
        Has ``monotonic()`` and ``sleep(seconds)``, as `time` has; a simulated one does not wait.

    Attributes
    ----------
    delivered : list of Delivery
        The samples that left it as they should, in their order.
    events : collections.Counter
        What it did wrong, and how often.

    Examples
    --------
    >>> from pqkd_helpers.circuit_simulator.engines import CudaqInterferometer
    >>> rehearsal = Rehearsal(seed=1)
    >>> with serving(rehearsal) as url:
    ...     circuit = CudaqInterferometer((1, 0, 1, 0), (1,), target="orca", url=url)
    ...     photons = circuit.sample_photons(np.ones(3), 5, rng=np.random.default_rng(0))
    >>> bool((photons == rehearsal.delivered[0].photons).all())
    True
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        drift: AngleDrift = USUAL_DRIFT,
        misbehaviour: Misbehaviour = USUAL_MISBEHAVIOUR,
        clock: Any = time,
    ) -> None:
        self.drift = drift
        self.misbehaviour = misbehaviour
        self.delivered: list[Delivery] = []
        self.events: Counter[str] = Counter()
        self._clock = clock
        self._of_jobs = numpy_stream(seed, "jobs of the rehearsal")
        self._of_requests = numpy_stream(seed, "requests of the rehearsal")
        self._errors: dict[int, Iterator[NDArray[np.float64]]] = {}
        self._jobs: dict[str, _Job] = {}
        self._last_answer: list[str] = []
        self._back_at = -np.inf
        self._lock = threading.Lock()

    def summary(self) -> str:
        """Return what it delivered and what it did wrong, in one line."""
        shots = sum(len(delivery.photons) for delivery in self.delivered)
        wrong = ", ".join(f"{name} {number}" for name, number in sorted(self.events.items()))
        return (
            f"{len(self._jobs)} jobs taken, {len(self.delivered)} samples with {shots:,} shots "
            f"delivered; {wrong or 'nothing went wrong'}"
        )

    def answer(self, path: str, body: bytes | None) -> tuple[int, bytes] | None:
        """Return HTTP status and content of the answer to a request, or None for no answer.

        Parameters
        ----------
        path : str
            As the protocol has it.
        body : bytes or None
            What was posted, if anything was.
        """
        with self._lock:
            if self._clock.monotonic() < self._back_at:
                self.events["away"] += 1
                return BUSY, b""
            fate = self.misbehaviour.of_a_request(self._of_requests)
            if fate:
                self.events[fate] += 1
            if fate == "refused":
                return refusal(self._of_requests), b""
            if body is not None:
                status, content = self._taken(path, body)
            else:
                status, content = self._looked_up(path, arrives=not fate)
        data = json.dumps(content).encode()
        if fate == "unanswered":
            self._clock.sleep(self.misbehaviour.hang_seconds)
            return None
        return status, data[: len(data) // 2] if fate == "garbled" else data

    def _taken(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Carry out a job at once; its results wait until they are due."""
        if path != "/v1/submit":
            return 404, {"error_message": f"{path} takes no jobs"}
        try:
            job = json.loads(body)
            phases = job["ps_angles"]
            circuit = TimeBinInterferometer(
                job["input_state"], job["loop_lengths"], phase_shifters=bool(phases)
            )
            theta = check_theta([*job["bs_angles"], *phases], circuit.n_angles, circuit.layout)
            n_shots = check_whole("n_samples", job["n_samples"], least=1)
        except (ValueError, TypeError, KeyError) as error:
            return 400, {"error_message": f"no job: {error}"}
        if circuit.n_angles not in self._errors:
            walk = self.drift.errors(circuit.n_angles, rng=self._of_jobs)
            self._errors[circuit.n_angles] = walk
        device_theta = theta + next(self._errors[circuit.n_angles])
        photons = circuit.sample_photons(device_theta, n_shots, rng=self._of_jobs)
        fate = self.misbehaviour.of_a_job(self._of_jobs)
        results: list[str] = ["".join(map(str, row)) for row in photons.tolist()]
        sent: list[object] | None = list(results)
        if fate == "spoiled":
            fate, sent = spoil(results, self._last_answer, self._of_jobs)
        if fate:
            self.events[fate] += 1
        now = self._clock.monotonic()
        waiting = self._of_jobs.exponential(self.misbehaviour.queue_seconds)
        if self._of_jobs.random() < self.misbehaviour.outages:
            self._back_at = now + self.misbehaviour.outage_seconds
        job_id = uuid.uuid4().hex  # never that of another server's job, or of one before a restart
        delivery = Delivery(theta, device_theta, photons)
        self._jobs[job_id] = _Job(now + waiting, fate, sent, delivery)
        return 200, {"job_id": job_id}

    def _looked_up(self, path: str, *, arrives: bool) -> tuple[int, dict[str, Any]]:
        job = self._jobs.get(path.removeprefix("/v1/get_job/"))
        if job is None:
            return 200, NOT_FOUND
        if job.fate == "stuck" or self._clock.monotonic() < job.ready_at:
            return 200, {"job_status": "queued"}
        if job.fate == "failed":
            return 200, {"error_message": "the laser lost its lock"}
        if arrives and not job.fate:
            if not any(job.delivery is delivery for delivery in self.delivered):
                self.delivered.append(job.delivery)
            self._last_answer = [str(word) for word in job.results or ()]
        return 200, {"error_message": None, "job_status": None, "results": job.results}


@contextmanager
def serving(rehearsal: Rehearsal, port: int = 0) -> Iterator[str]:
    """Serve a rehearsal on this machine inside the block, and yield its address.

    Parameters
    ----------
    rehearsal : Rehearsal
    port : int
        0 takes any that is free.
    """
    handler = type("Handler", (_Handler,), {"rehearsal": rehearsal})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()


class _Handler(BaseHTTPRequestHandler):
    rehearsal: Rehearsal

    def do_GET(self) -> None:
        """Answer a question about a job."""
        self._send(self.rehearsal.answer(self.path, None))

    def do_POST(self) -> None:
        """Take a job."""
        length = int(self.headers.get("Content-Length") or 0)
        self._send(self.rehearsal.answer(self.path, self.rfile.read(length)))

    def _send(self, answer: tuple[int, bytes] | None) -> None:
        if answer is None:
            return  # the connection is closed without a word
        status, data = answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing about each request: `Rehearsal.summary` says it all."""


def serve(
    seed: int = 0,
    port: int = 8100,
    drift: AngleDrift = USUAL_DRIFT,
    misbehaviour: Misbehaviour = USUAL_MISBEHAVIOUR,
) -> None:
    """Rehearse hardware in the loop: a server that drifts and misbehaves, until Ctrl-C.

    Parameters
    ----------
    seed : int
        Everything that it does by chance follows from it.
    port : int
        Where it listens, on this machine only; 0 takes any that is free.
    drift : AngleDrift
        How far the angles are from those asked for.
    misbehaviour : Misbehaviour
        What goes wrong, and how often.
    """
    rehearsal = Rehearsal(seed=seed, drift=drift, misbehaviour=misbehaviour)
    with serving(rehearsal, port) as url:
        print(f"In another terminal:\n\n    export ORCA_ACCESS_URL={url}\n")
        print("and train with --engine cudaq --cudaq-target orca. Ctrl-C ends this.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(f"\n{rehearsal.summary()}")


if __name__ == "__main__":
    import tyro  # here alone: the simulator needs NumPy only

    tyro.cli(serve)
