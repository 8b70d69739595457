"""A careful, patient client of the protocol that CUDA-Q's target ``orca`` speaks with ORCA.

A job is posted to ``URL/v1/submit`` as JSON: the machine, the photons in each time bin, the loop
lengths, the angles, the phases and the number of shots. The answer is a ``job_id``. Then
``URL/v1/get_job/JOB_ID`` is asked until it has ``results``: one string per shot, one digit per
time bin. While it waits, the server sends a ``job_status``, or says that it cannot find the job.

Nothing that comes back is taken on trust: number of shots, lengths, digits and photon numbers are
checked, and no answer is taken twice. The access token comes from the environment variable
``ORCA_AUTH_TOKEN``; it is sent to that address only (redirections are refused) and never shown.

What may pass is waited for, and said through `logging`. A question is asked again until the job's
time is up. A job is submitted again only where the server has not taken it, or where it is lost: it
failed, took too long, or its shots are wrong. Each costs shots, so their number is limited. What no
client can notice: well-formed shots of another circuit that this process has not had before.
"""

import http.client
import json
import logging
import os
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .accepted_shots import AcceptedShots, WrongShotsError

_NOT_YET_THERE = "Job can't be found"
_BUSY = (429, 502, 503)  # what a server, or what stands before it, says that takes no request now
_ANSWER_SECONDS = 30.0  # for one answer; later it is asked for again
_LONGEST_PAUSE = 30.0
_FIRST_NOTICE = 10.0  # seconds in the queue after which it is said, then twice as many, ...

_log = logging.getLogger(__name__)


class OrcaError(RuntimeError):
    """The server could not be reached, was too slow, or answered wrongly."""


class _JobLostError(OrcaError):
    """The job gives no sample; another one may."""


class _NoAnswerError(_JobLostError):
    """No answer came: a question may be asked again, a submission may have been taken."""


class _NotTakenError(_NoAnswerError):
    """The server has not even taken the request."""


class OrcaClient:
    """Sends circuits to a server and checks what comes back.

    Parameters
    ----------
    url : str
        The server's address, ``https://...`` (or ``http://`` on this machine).
    machine : str
        The machine that is to run the circuit.
    timeout : float
        Seconds after which a job without results, or a server that is away, is given up. A server
        that was never reached is not waited for: its address may be wrong.
    attempts : int
        Jobs that may be submitted for one sample.

    Raises
    ------
    ValueError
        If the address is not of this form.
    """

    def __init__(self, url: str, *, machine: str, timeout: float, attempts: int) -> None:
        parts = urllib.parse.urlsplit(url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError(
                f"url has the scheme {parts.scheme!r} and the host {parts.hostname!r}; "
                "https://HOST is expected (http:// only for this machine): the token is secret"
            )
        if parts.username or parts.password:
            raise ValueError("url holds a name or password; set ORCA_AUTH_TOKEN instead")
        self.url = url.rstrip("/")
        self.machine = machine
        self.timeout = timeout
        self.attempts = attempts
        self._reached = False
        self._shots = AcceptedShots()
        # a proxy would read the token of an address on this machine
        proxies = urllib.request.ProxyHandler({} if parts.scheme == "http" else None)
        self._opener = urllib.request.build_opener(proxies, _NoRedirection)

    def sample(
        self,
        input_state: tuple[int, ...],
        loop_lengths: tuple[int, ...],
        splitters: list[float],
        phases: list[float],
        n_shots: int,
    ) -> NDArray[np.int64]:
        """Run a circuit and return the photon numbers, ``(n_shots, n_modes)``.

        Raises
        ------
        OrcaError
            See the class.
        """
        job = {
            "target": self.machine,
            "input_state": list(input_state),
            "loop_lengths": list(loop_lengths),
            "bs_angles": splitters,
            "ps_angles": phases,
            "n_samples": n_shots,
        }
        most_bytes = 100_000 + n_shots * (len(input_state) + 16)
        for number in range(1, self.attempts + 1):
            deadline = time.monotonic() + self.timeout
            try:
                job_id = self._submit(job, deadline, most_bytes)
                results = self._results(job_id, deadline, most_bytes)
                return self._shots.accept(results, input_state, n_shots)
            except (_JobLostError, WrongShotsError) as error:
                reason = str(error)
            if number < self.attempts:
                pause = min(2.0 ** (number - 1), _LONGEST_PAUSE)
                counted = f"try {number} of {self.attempts}"
                _log.warning("%s: the job is lost: %s; the next in %g s", counted, reason, pause)
                time.sleep(pause)
        raise OrcaError(f"{reason} (jobs submitted: {self.attempts})")

    def _submit(self, job: dict[str, Any], deadline: float, most_bytes: int) -> str:
        try:
            job_id = self._insist("/v1/submit", job, deadline, most_bytes).get("job_id")
        except _NotTakenError as error:
            raise OrcaError(f"{error}, for {self.timeout:g} seconds") from None
        if not isinstance(job_id, str) or not job_id:
            raise _JobLostError("the server's answer to the submission has no job_id")
        return job_id

    def _results(self, job_id: str, deadline: float, most_bytes: int) -> Any:
        """Ask until the server sends results or reports an error."""
        path = "/v1/get_job/" + urllib.parse.quote(job_id, safe="")
        started, pause, notice, known = time.monotonic(), 0.01, _FIRST_NOTICE, False
        while True:
            answer = self._insist(path, None, deadline, most_bytes)
            error, status = answer.get("error_message"), answer.get("job_status")
            if error is not None and (known or error != _NOT_YET_THERE):
                raise _JobLostError(f"the server reports an error: {str(error)[:300]!r}")
            if error is None and status is None:
                return answer.get("results")
            known = error is None
            said = repr(str(status if known else error)[:100])
            if time.monotonic() + pause > deadline:
                raise _JobLostError(
                    f"the server has no results after {self.timeout:g} seconds: {said}"
                )
            if (waited := time.monotonic() - started) >= notice:
                _log.warning("waiting for results for %.0f s; the server says %s", waited, said)
                notice *= 2.0
            time.sleep(pause)
            pause = min(2.0 * pause, 2.0)

    def _insist(
        self, path: str, body: dict[str, Any] | None, deadline: float, most_bytes: int
    ) -> dict[str, Any]:
        """Ask until there is an answer; what may have been taken is not submitted twice."""
        passing = _NoAnswerError if body is None else _NotTakenError
        pause = 0.5
        while True:
            try:
                return self._ask(path, body, deadline, most_bytes)
            except passing as error:
                left = deadline - time.monotonic()
                if pause > left:
                    raise
                _log.warning("%s; once more in %g s, for %.0f s at most", error, pause, left)
            time.sleep(pause)
            pause = min(2.0 * pause, _LONGEST_PAUSE)

    def _ask(
        self, path: str, body: dict[str, Any] | None, deadline: float, most_bytes: int
    ) -> dict[str, Any]:
        token = _token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        seconds = min(max(deadline - time.monotonic(), 0.01), _ANSWER_SECONDS)
        # errors get our own words: theirs could repeat the request's headers
        try:
            text = _within(seconds, lambda: self._read(request, seconds, most_bytes))
            self._reached = True
        except urllib.error.HTTPError as error:
            error.close()
            self._reached = True
            kind = _kind_of_status(error.code, asked=body is None)
            raise kind(f"the server answered with HTTP status {error.code}") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            how = "in time" if isinstance(reason, TimeoutError) else f"({type(reason).__name__})"
            # urllib wraps what went wrong before the request was sent, and only that
            unsent = isinstance(error, urllib.error.URLError)
            kind = (_NotTakenError if self._reached else OrcaError) if unsent else _NoAnswerError
            raise kind(f"the server {self.url} did not answer {how}") from None
        if len(text) > most_bytes:
            raise _NoAnswerError(f"the server sent more than the {most_bytes:,} bytes expected")
        # a server that repeats the token must not make us show it
        if token:
            text = text.replace(token.encode(), b"***")
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise _NoAnswerError("the server's answer is not a JSON object")
        return answer

    def _read(self, request: urllib.request.Request, seconds: float, most_bytes: int) -> bytes:
        with self._opener.open(request, timeout=seconds) as response:
            text: bytes = response.read(most_bytes + 1)
            return text


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A redirection would carry the token elsewhere."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


def _kind_of_status(status: int, *, asked: bool) -> type[OrcaError]:
    """Return what an HTTP status means for a question about a job, or for its submission."""
    if status in _BUSY:
        return _NotTakenError
    if status == 408 or status >= 500:
        return _NoAnswerError
    return _JobLostError if asked and status in (404, 410) else OrcaError


def _token() -> str:
    token = os.environ.get("ORCA_AUTH_TOKEN", "").strip()
    if not (token.isascii() and token.isprintable()):
        raise OrcaError("ORCA_AUTH_TOKEN holds characters that no token has")
    return token


def _within(seconds: float, work: Callable[[], bytes]) -> bytes:
    """Do work that may hang in another thread, and give it up after some seconds."""
    done: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except Exception as error:
            done.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = done.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
