"""A careful client of the protocol that CUDA-Q's target ``orca`` speaks with ORCA's machines.

A job is posted to ``URL/v1/submit`` as JSON: the machine, the photons in each time bin, the loop
lengths, the angles, the phases and the number of shots. The answer is a ``job_id``. Then
``URL/v1/get_job/JOB_ID`` is asked until it has ``results``: one string per shot, one digit per
time bin. While it waits, the server sends a ``job_status``, or says that it cannot find the job.

Nothing that comes back is taken on trust: number of shots, lengths, digits and photon numbers are
checked. The access token comes from the environment variable ``ORCA_AUTH_TOKEN``; it is sent to
the given address only (redirections are refused) and never shown.
"""

import http.client
import json
import os
import queue
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NOT_YET_THERE = "Job can't be found"


class OrcaError(RuntimeError):
    """The server could not be reached, was too slow, or answered wrongly."""


class OrcaClient:
    """Sends circuits to a server and checks what comes back.

    Parameters
    ----------
    url : str
        The server's address, ``https://...`` (or ``http://`` on this machine).
    machine : str
        The machine that is to run the circuit.
    timeout : float
        Seconds from the submission after which the job is given up.

    Raises
    ------
    ValueError
        If the address is not of this form.
    """

    def __init__(self, url: str, *, machine: str, timeout: float) -> None:
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
        deadline = time.monotonic() + self.timeout
        job = {
            "target": self.machine,
            "input_state": list(input_state),
            "loop_lengths": list(loop_lengths),
            "bs_angles": splitters,
            "ps_angles": phases,
            "n_samples": n_shots,
        }
        most_bytes = 100_000 + n_shots * (len(input_state) + 16)
        job_id = self._ask("/v1/submit", job, deadline, most_bytes).get("job_id")
        if not isinstance(job_id, str) or not job_id:
            raise OrcaError("the server's answer to the submission has no job_id")
        path = "/v1/get_job/" + urllib.parse.quote(job_id, safe="")
        pause = 0.01
        while True:
            answer = self._ask(path, None, deadline, most_bytes)
            error = answer.get("error_message")
            if error is not None and error != _NOT_YET_THERE:
                raise OrcaError(f"the server reports an error: {str(error)[:300]!r}")
            if error is None and answer.get("job_status") is None:
                return _checked(answer.get("results"), input_state, n_shots)
            if time.monotonic() + pause > deadline:
                raise OrcaError(f"the server has no results after {self.timeout:g} seconds")
            time.sleep(pause)
            pause = min(2.0 * pause, 2.0)

    def _ask(
        self, path: str, body: dict[str, Any] | None, deadline: float, most_bytes: int
    ) -> dict[str, Any]:
        token = _token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        seconds = max(deadline - time.monotonic(), 0.01)
        # errors get our own words: theirs could repeat the request's headers
        try:
            text = _within(seconds, lambda: self._read(request, seconds, most_bytes))
        except urllib.error.HTTPError as error:
            error.close()
            raise OrcaError(f"the server answered with HTTP status {error.code}") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            kind = "in time" if isinstance(reason, TimeoutError) else f"({type(reason).__name__})"
            raise OrcaError(f"the server {self.url} did not answer {kind}") from None
        if len(text) > most_bytes:
            raise OrcaError(f"the server sent more than the {most_bytes:,} bytes expected")
        # a server that repeats the token must not make us show it
        if token:
            text = text.replace(token.encode(), b"***")
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise OrcaError("the server's answer is not a JSON object")
        return answer

    def _read(self, request: urllib.request.Request, seconds: float, most_bytes: int) -> bytes:
        with self._opener.open(request, timeout=seconds) as response:
            text: bytes = response.read(most_bytes + 1)
            return text


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A redirection would carry the token elsewhere."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


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


def _checked(results: Any, input_state: tuple[int, ...], n_shots: int) -> NDArray[np.int64]:
    n_modes, n_photons = len(input_state), sum(input_state)
    if not isinstance(results, list) or len(results) != n_shots:
        got = f"{len(results)} shots" if isinstance(results, list) else "no list of shots"
        raise OrcaError(f"the server sent {got}, {n_shots} expected")
    for number, word in enumerate(results):
        if not isinstance(word, str) or not re.fullmatch(f"[0-9]{{{n_modes}}}", word):
            raise OrcaError(f"shot {number} is {str(word)[:40]!r}, {n_modes} digits are expected")
        if sum(map(int, word)) > n_photons:
            raise OrcaError(f"shot {number} is {word!r}: more than the {n_photons} photons sent in")
    return np.array([list(map(int, word)) for word in results], dtype=np.int64)
