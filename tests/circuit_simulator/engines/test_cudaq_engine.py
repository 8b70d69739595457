"""The server's side of the protocol on loopback, with our own sampler behind it."""

import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.engines import CudaqInterferometer, orca_client
from pqkd_helpers.circuit_simulator.engines.orca_client import OrcaError
from tests.goodness_of_fit import fits

from .simulated_clock import SimulatedClock

TOKEN = "a-secret-token"
STATE, LOOPS = (1, 0, 1, 0), (1, 2)


class Server(BaseHTTPRequestHandler):
    """Answers as ORCA's server does; a test may spoil any answer."""

    jobs: dict
    log: list
    spoil: dict

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.log.append((self.path, dict(self.headers), body))
        circuit = TimeBinInterferometer(
            body["input_state"], body["loop_lengths"], phase_shifters=bool(body["ps_angles"])
        )
        theta = [*body["bs_angles"], *body["ps_angles"]]
        samples = circuit.sample_photons(
            theta, body["n_samples"], rng=np.random.default_rng(len(self.jobs))
        )
        results = ["".join(map(str, row)) for row in samples.tolist()]
        job = f"job/{len(self.jobs)}"  # a name that must be quoted in an address
        self.jobs[job.replace("/", "%2F")] = [
            {"error_message": "Job can't be found"},
            {"job_status": "queued"},
            {"error_message": None, "job_status": None, "results": results},
        ]
        self.answer("submit", {"job_id": job})

    def do_GET(self):
        self.log.append((self.path, dict(self.headers), None))
        answers = self.jobs.get(self.path.removeprefix("/v1/get_job/"), [{"error_message": "no"}])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.answer("results" if "results" in answer else "pending", answer)

    def answer(self, kind, content):
        spoil = self.spoil.get(kind, lambda content: content)
        content = spoil(content)
        status, headers = 200, {}
        if isinstance(content, tuple):
            status, headers, content = content
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@contextmanager
def server(**spoil):
    handler = type("Handler", (Server,), {"jobs": {}, "log": [], "spoil": spoil})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}", handler
    finally:
        httpd.shutdown()
        httpd.server_close()


def remote(url, **options):
    options = {"timeout": 10.0, "attempts": 1, **options}
    return CudaqInterferometer(STATE, LOOPS, target="orca", url=url, **options)


def sample(circuit, n_shots=50):
    return circuit.sample_photons(
        np.linspace(-1, 1, circuit.n_angles), n_shots, rng=np.random.default_rng(0)
    )


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("ORCA_AUTH_TOKEN", TOKEN)


@pytest.fixture
def clock(monkeypatch):
    clock = SimulatedClock()
    monkeypatch.setattr(orca_client, "time", clock)
    return clock


@pytest.mark.parametrize("phases", [False, True])
def test_samples_from_a_server_follow_the_exact_distribution(phases):
    with server() as (url, seen):
        circuit = remote(url, phase_shifters=phases)
        theta = np.linspace(-1, 2, circuit.n_angles)
        clicks = circuit.sample(theta, 5_000, rng=np.random.default_rng(0))
    ours = TimeBinInterferometer(STATE, LOOPS, phase_shifters=phases)
    counts = np.bincount(clicks @ [8, 4, 2, 1], minlength=16)
    assert fits(counts, ours.click_probabilities(theta))
    path, headers, body = seen.log[0]
    assert path == "/v1/submit"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert body == {
        "target": "PT-1",
        "input_state": list(STATE),
        "loop_lengths": list(LOOPS),
        "bs_angles": theta[:5].tolist(),
        "ps_angles": theta[5:].tolist(),
        "n_samples": 5_000,
    }
    assert [path for path, _, _ in seen.log[1:]] == ["/v1/get_job/job%2F0"] * 3


def spoiled(**changes):
    return lambda content: {**content, **changes}


def first_shot(word):
    return lambda content: {**content, "results": [word, *content["results"][1:]]}


WRONG = [
    ({"submit": lambda c: {}}, "no job_id"),
    ({"submit": spoiled(job_id=7)}, "no job_id"),
    ({"submit": lambda c: (401, {}, {})}, "HTTP status 401"),
    ({"submit": lambda c: (302, {"Location": "http://localhost:1/"}, {})}, "HTTP status 302"),
    ({"submit": lambda c: b"<html>"}, "not a JSON object"),
    ({"submit": lambda c: [1]}, "not a JSON object"),
    ({"submit": lambda c: b"[" * 5000}, "not a JSON object"),
    ({"pending": spoiled(error_message="out of light")}, "reports an error: 'out of light'"),
    ({"pending": lambda c: (403, {}, {})}, "HTTP status 403"),
    ({"results": spoiled(results=None)}, "no list of shots, 50 expected"),
    ({"results": lambda c: {}}, "no list of shots"),
    ({"results": lambda c: {**c, "results": c["results"][:-1]}}, "49 shots, 50 expected"),
    ({"results": lambda c: {**c, "results": [*c["results"], "1010"]}}, "51 shots"),
    ({"results": first_shot("101")}, "shot 0 is '101', 4 digits"),
    ({"results": first_shot("10100")}, "shot 0 is '10100', 4 digits"),
    ({"results": first_shot("10x0")}, "shot 0 is '10x0'"),
    ({"results": first_shot("-101")}, "shot 0 is '-101'"),
    ({"results": first_shot("\u0661\u0660\u0661\u0660")}, "4 digits"),
    ({"results": first_shot(1010)}, "shot 0 is '1010'"),
    ({"results": first_shot("1110")}, "more than the 2 photons"),
    ({"results": lambda c: b" " * 200_000}, "more than the .* bytes"),
]


@pytest.mark.parametrize(("spoil", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_answers_are_refused_and_the_token_is_not_shown(spoil, message, clock):
    with server(**spoil) as (url, _), pytest.raises(OrcaError, match=message) as caught:
        sample(remote(url))
    assert TOKEN not in str(caught.value) and TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None


def at_first(wrong, times=1):
    """Return a spoiler of the first answers."""
    left = [wrong] * times
    return lambda content: left.pop()(content) if left else content


PASSING = [
    ("submit", lambda c: (503, {}, {}), "HTTP status 503; once more", 1),
    ("submit", lambda c: (500, {}, {}), "HTTP status 500; the next", 2),
    ("submit", lambda c: b"<html>", "not a JSON object; the next", 2),
    ("pending", lambda c: (500, {}, {}), "HTTP status 500; once more", 1),
    ("pending", lambda c: (404, {}, {}), "HTTP status 404; the next", 2),
    (
        "pending",
        spoiled(error_message="out of light"),
        "try 1 of 2: the job is lost: .*'out of light'; the next",
        2,
    ),
    ("results", lambda c: b"{", "not a JSON object; once more", 1),
    ("results", lambda c: {**c, "results": c["results"][:-1]}, "49 shots, 50 .*; the next", 2),
    ("results", lambda c: {"error_message": "Job can't be found"}, "can't be found.*; the next", 2),
]


@pytest.mark.parametrize(("kind", "wrong", "said", "jobs"), PASSING)
def test_what_passes_is_waited_for_said_and_costs_a_job_only_where_one_is_lost(
    kind, wrong, said, jobs, clock, caplog
):
    with server(**{kind: at_first(wrong)}) as (url, seen):
        circuit = remote(url, attempts=2)
        assert sample(circuit).shape == (50, 4)
    assert len(seen.jobs) == jobs or kind == "submit"
    assert sum(path == "/v1/submit" for path, *_ in seen.log) == (2 if kind == "submit" else jobs)
    (line,) = (line for line in caplog.messages if "waiting" not in line)
    assert re.search(said, line)
    assert clock.now < 5.0


def test_a_submission_that_may_have_been_taken_is_not_repeated_in_the_same_attempt(clock):
    with server(submit=at_first(lambda c: b"{")) as (url, seen), pytest.raises(OrcaError):
        sample(remote(url, attempts=1))
    assert len(seen.jobs) == 1


def test_shots_that_were_sent_before_are_refused_unless_chance_may_repeat_them(clock):
    answers = []

    def first_answer_again(content):
        answers.append(content["results"])
        return {**content, "results": answers[0]}

    with server(results=first_answer_again) as (url, _):
        circuit = remote(url, attempts=2)
        sample(circuit)
        with pytest.raises(OrcaError, match=r"an earlier job once more \(jobs submitted: 2\)"):
            sample(circuit)
        assert sample(remote(url)).shape == (50, 4)  # another process does not know
        answers[:] = [["1010"] * 49 + ["0110"]]
        assert (sample(circuit) == sample(circuit)).all()


def test_a_server_that_goes_away_is_waited_for_and_then_given_up(clock, caplog):
    with server() as (url, _):
        circuit = remote(url, attempts=5, timeout=600.0)
        sample(circuit)
    with pytest.raises(OrcaError, match=r"did not answer \(.*\), for 600 seconds"):
        sample(circuit)
    assert 500.0 < clock.now < 650.0
    assert 15 < len(caplog.messages) < 30


def test_an_answer_that_takes_too_long_is_asked_for_again(monkeypatch):
    def sleep(content):
        time.sleep(0.5)
        return content

    monkeypatch.setattr(orca_client, "_ANSWER_SECONDS", 0.2)
    with server(pending=at_first(sleep)) as (url, seen):
        assert sample(remote(url)).shape == (50, 4)
    assert len(seen.jobs) == 1


def test_a_long_queue_is_said_less_and_less_often(clock, caplog):
    with server(results=lambda c: {"job_status": "queued"}) as (url, _), pytest.raises(OrcaError):
        sample(remote(url, timeout=100.0))
    seconds = [re.search(r"for (\d+) s; the server says 'queued'", m) for m in caplog.messages]
    assert [round(int(match[1]), -1) for match in seconds] == [10, 20, 40, 80]


def test_lost_photons_are_no_wrong_answer():
    with server(results=lambda c: {**c, "results": ["0100"] * 50}) as (url, _):
        assert (sample(remote(url)) == [0, 1, 0, 0]).all()


def test_a_server_that_never_has_results_is_given_up():
    with server(results=lambda c: {"job_status": "running"}) as (url, _):
        start = time.monotonic()
        with pytest.raises(OrcaError, match=r"no results after 0\.3 seconds"):
            sample(remote(url, timeout=0.3))
        assert time.monotonic() - start < 5


def test_a_server_that_does_not_answer_is_given_up():
    def sleep(content):
        time.sleep(1.0)
        return content

    with server(submit=sleep) as (url, _), pytest.raises(OrcaError, match="did not answer in time"):
        sample(remote(url, timeout=0.2))


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_answers_drop_by_drop_is_given_up(monkeypatch, part):
    def drip(handler, kind, content):
        if part == "body":
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"H")
            time.sleep(0.02)

    monkeypatch.setattr(Server, "answer", drip)
    with server() as (url, _):
        start = time.monotonic()
        with pytest.raises(OrcaError, match="did not answer in time"):
            sample(remote(url, timeout=0.3))
        assert time.monotonic() - start < 1.5


def test_a_server_that_repeats_the_token_does_not_make_us_show_it():
    with (
        server(pending=spoiled(error_message=f"wrong token {TOKEN}")) as (url, _),
        pytest.raises(OrcaError, match=r"wrong token \*\*\*"),
    ):
        sample(remote(url))


@pytest.mark.parametrize("token", ["line\nbreak", "ünicode"])
def test_an_impossible_token_is_refused_unseen_and_white_space_is_none(monkeypatch, token):
    monkeypatch.setenv("ORCA_AUTH_TOKEN", token)
    with server() as (url, _), pytest.raises(OrcaError, match="no token has") as caught:
        sample(remote(url))
    assert token not in str(caught.value)
    monkeypatch.setenv("ORCA_AUTH_TOKEN", f" {TOKEN}\n")
    with server() as (url, seen):
        sample(remote(url))
    assert seen.log[0][1]["Authorization"] == f"Bearer {TOKEN}"


def test_no_proxy_sees_the_token(monkeypatch):
    with server() as (proxy, seen_by_proxy), server() as (url, _):
        monkeypatch.setenv("http_proxy", proxy)
        assert sample(remote(url)).shape == (50, 4)
    assert seen_by_proxy.log == []


def test_a_server_that_is_not_there_is_said():
    with server() as (url, _):
        pass
    with pytest.raises(OrcaError, match=rf"the server {url} did not answer \("):
        sample(remote(url))


@pytest.mark.parametrize(
    "url", ["http://example.org", "ftp://example.org", "example.org", "https://me:pw@example.org"]
)
def test_addresses_that_would_show_the_token_are_refused(url):
    with pytest.raises(ValueError, match="url ") as caught:
        remote(url)
    assert "pw" not in str(caught.value).replace("password", "")


def test_a_server_is_needed_and_may_come_from_the_environment(monkeypatch):
    monkeypatch.delenv("ORCA_ACCESS_URL", raising=False)
    with pytest.raises(ValueError, match="needs a server"):
        remote(None)
    with server() as (url, _):
        monkeypatch.setenv("ORCA_ACCESS_URL", f" {url}\r\n")  # from a file of settings
        assert sample(remote(None)).shape == (50, 4)


def test_sizes_that_would_be_silently_truncated_are_refused_with_their_size():
    with pytest.raises(ValueError, match=r"3 levels in each of 16 time bins for 2 .*: 2\.07 GB"):
        CudaqInterferometer((1, 1) + (0,) * 14, memory_limit=10**9)
    with pytest.raises(ValueError, match=r"4 levels .* 206 GB"):
        CudaqInterferometer((1, 1, 1) + (0,) * 13, memory_limit=64 * 10**9)
    with pytest.raises(ValueError, match=r"1000 time bins for 2 .*: 10\^470 GB"):
        CudaqInterferometer((1, 1) + (0,) * 998)
    with pytest.raises(ValueError, match="9 at most"):
        CudaqInterferometer((10, 0), (1,))


def test_a_missing_simulator_is_said(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match='pip install "cuda-quantum'):
        CudaqInterferometer((1, 0), (1,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "qpu"}, "target is 'qpu'"),
        ({"target": "orca", "url": "https://example.org", "timeout": 0}, "timeout is 0"),
        ({"target": "orca", "url": "https://example.org", "attempts": 0}, "attempts is 0"),
        ({"memory_limit": 0}, "memory_limit is 0"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        CudaqInterferometer((1, 0), (1,), **options)
