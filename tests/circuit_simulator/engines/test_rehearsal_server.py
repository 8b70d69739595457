"""The server to rehearse with does what it states, and the client takes no wrong sample from it."""

import http.client
import io
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
from collections import Counter

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.angle_drift import AngleDrift
from pqkd_helpers.circuit_simulator.engines import CudaqInterferometer, orca_client
from pqkd_helpers.circuit_simulator.engines.misbehaviour import SPOILED, Misbehaviour, spoil
from pqkd_helpers.circuit_simulator.engines.orca_client import OrcaError
from pqkd_helpers.circuit_simulator.engines.rehearsal_server import Rehearsal, serving
from tests.goodness_of_fit import fits

from .simulated_clock import SimulatedClock

DEVICE = ((1, 0) * 4, (1, 1))
SHOTS = 40
GOOD = Misbehaviour(**dict.fromkeys(vars(Misbehaviour()), 0.0))


@pytest.fixture
def clock(monkeypatch):
    clock = SimulatedClock()
    monkeypatch.setattr(orca_client, "time", clock)
    return clock


def without_sockets(monkeypatch, rehearsal):
    """Let every client ask the rehearsal directly; two hundred runs then take seconds."""

    def read(client, request, seconds, most_bytes):
        answer = rehearsal.answer(urllib.parse.urlsplit(request.full_url).path, request.data)
        if answer is None:
            raise http.client.RemoteDisconnected
        status, data = answer
        if status != 200:
            raise urllib.error.HTTPError(request.full_url, status, "", None, io.BytesIO())
        return data

    monkeypatch.setattr(orca_client.OrcaClient, "_read", read)
    return "http://127.0.0.1:1"


def any_misbehaviour(rng):
    jobs = rng.uniform(0.0, 0.6) * rng.dirichlet([1, 1, 2])
    requests = rng.uniform(0.0, 0.5) * rng.dirichlet([1, 1, 1])
    return Misbehaviour(
        **dict(zip(("failed", "stuck", "spoiled"), jobs.tolist(), strict=True)),
        **dict(zip(("refused", "unanswered", "garbled"), requests.tolist(), strict=True)),
        outages=rng.uniform(0.0, 0.1),
        queue_seconds=rng.uniform(0.0, 10.0),
        hang_seconds=rng.uniform(0.0, 20.0),
        outage_seconds=rng.uniform(0.0, 100.0),
    )


def collected(circuit, rng, n_samples):
    """Return samples, going on after every give-up, and how often the client gave up."""
    samples, given_up = [], 0
    while len(samples) < n_samples and given_up < 100:
        theta = rng.uniform(-np.pi, np.pi, circuit.n_angles)
        try:
            samples.append((theta, circuit.sample_photons(theta, SHOTS, rng=rng)))
        except OrcaError:
            given_up += 1
    return samples, given_up


@pytest.mark.slow
def test_in_two_hundred_runs_nothing_wrong_is_accepted_and_nothing_delivered_is_lost(
    monkeypatch, clock
):
    events, given_up, taken = Counter(), 0, 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        rehearsal = Rehearsal(seed=seed, misbehaviour=any_misbehaviour(rng), clock=clock)
        url = without_sockets(monkeypatch, rehearsal)
        circuit = CudaqInterferometer(*DEVICE, target="orca", url=url, timeout=60.0)
        samples, times = collected(circuit, rng, 3)
        assert len(samples) == len(rehearsal.delivered) == 3, f"seed {seed}"
        for (theta, photons), delivery in zip(samples, rehearsal.delivered, strict=True):
            assert (photons == delivery.photons).all(), f"seed {seed}"
            assert (theta == delivery.theta).all(), f"seed {seed}"
        events += rehearsal.events
        given_up += times
        taken += int(rehearsal.summary().split(" jobs taken")[0])
    every = {*SPOILED, "failed", "stuck", "refused", "unanswered", "garbled", "away"}
    assert every <= {*events}
    assert given_up > 10 and taken > 900  # it was no easy time: 600 samples were wanted


def test_over_http_too_every_sample_is_one_that_was_delivered(clock):
    misbehaviour = Misbehaviour(failed=0.1, spoiled=0.2, refused=0.1, unanswered=0.1, garbled=0.1)
    rehearsal = Rehearsal(seed=3, misbehaviour=misbehaviour, clock=clock)
    with serving(rehearsal) as url:
        circuit = CudaqInterferometer(*DEVICE, target="orca", url=url)
        samples, _ = collected(circuit, np.random.default_rng(0), 12)
    assert len(samples) == len(rehearsal.delivered) == 12
    for (_, photons), delivery in zip(samples, rehearsal.delivered, strict=True):
        assert (photons == delivery.photons).all()
    assert {"refused", "unanswered", "garbled"} <= {*rehearsal.events}


def job(theta, n_samples=SHOTS, device=DEVICE):
    names = ("input_state", "loop_lengths", "bs_angles", "ps_angles", "n_samples")
    values = (*map(list, device), list(theta), [], n_samples)
    return orca_client.json.dumps(dict(zip(names, values, strict=True))).encode()


def delivered(rehearsal, body, clock):
    _, answer = rehearsal.answer("/v1/submit", body)
    clock.sleep(1e6)
    rehearsal.answer("/v1/get_job/" + orca_client.json.loads(answer)["job_id"], None)
    return rehearsal.delivered[-1]


def test_its_samples_follow_the_drifted_angles_and_not_those_asked_for():
    clock, small = SimulatedClock(), ((1, 0, 1, 0), (1, 2))
    drift = AngleDrift(offset=0.3, step=0.1)
    rehearsal = Rehearsal(seed=0, drift=drift, misbehaviour=GOOD, clock=clock)
    theta = np.linspace(-1, 1, 5)
    circuit = TimeBinInterferometer(*small)
    for _ in range(3):
        delivery = delivered(rehearsal, job(theta, 5_000, small), clock)
        counts = np.bincount((delivery.photons > 0) @ [8, 4, 2, 1], minlength=16)
        assert (delivery.theta == theta).all()
        assert fits(counts, circuit.click_probabilities(delivery.device_theta))
        assert not fits(counts, circuit.click_probabilities(theta))
    errors = [delivery.device_theta - theta for delivery in rehearsal.delivered]
    assert len({error.tobytes() for error in errors}) == 3


def test_the_same_seed_gives_the_same_jobs_and_another_seed_others():
    def run(seed):
        clock = SimulatedClock()
        misbehaviour = Misbehaviour(failed=0.0, spoiled=0.0, refused=0.0, unanswered=0.0)
        rehearsal = Rehearsal(seed=seed, misbehaviour=misbehaviour, clock=clock)
        for _ in range(3):
            delivered(rehearsal, job(np.ones(14)), clock)
        return np.array([delivery.photons for delivery in rehearsal.delivered])

    assert (run(0) == run(0)).all()
    assert (run(0) != run(1)).any()


def test_jobs_and_requests_go_wrong_as_often_as_is_stated():
    stated = Misbehaviour(
        failed=0.1, stuck=0.2, spoiled=0.3, refused=0.05, unanswered=0.15, garbled=0.25
    )
    rng, n = np.random.default_rng(0), 4_000
    for draw, names in (
        (stated.of_a_job, ("failed", "stuck", "spoiled")),
        (stated.of_a_request, ("refused", "unanswered", "garbled")),
    ):
        counts = Counter(draw(rng) for _ in range(n))
        for name in names:
            share = getattr(stated, name)
            assert abs(counts[name] / n - share) < 5 * (share * (1 - share) / n) ** 0.5
        assert {*counts} == {*names, ""}
    assert all(GOOD.of_a_job(rng) == GOOD.of_a_request(rng) == "" for _ in range(100))


def test_every_kind_of_spoiled_shots_comes_up_and_none_is_what_it_should_be():
    rng = np.random.default_rng(0)
    right, last = ["1010", "0101", "1001"], ["1100", "0101", "0011"]
    spoiled = [spoil(right, last, rng) for _ in range(500)]
    assert {kind for kind, _ in spoiled} == {*SPOILED}
    assert all(results != right for _, results in spoiled)
    assert all(spoil(right, [], rng)[0] != SPOILED[-1] for _ in range(200))  # none before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/submit", b"", 400),
        ("/v1/submit", b"[]", 400),
        ("/v1/submit", b'{"ps_angles": []}', 400),
        ("/v1/submit", job(np.ones(13)), 400),
        ("/v1/submit", job([float("nan")] * 14), 400),
        ("/v1/submit", job(np.ones(14), 0), 400),
        ("/v1/elsewhere", job(np.ones(14)), 404),
    ],
)
def test_what_is_no_job_is_refused_and_changes_nothing(path, body, status):
    rehearsal, untouched = (
        Rehearsal(seed=0, misbehaviour=GOOD, clock=SimulatedClock()) for _ in range(2)
    )
    assert rehearsal.answer(path, body)[0] == status
    assert "0 jobs taken" in rehearsal.summary() and "nothing went wrong" in rehearsal.summary()
    next_jobs = [delivered(r, job(np.ones(14)), r._clock) for r in (rehearsal, untouched)]
    assert (next_jobs[0].photons == next_jobs[1].photons).all()


def test_it_listens_on_this_machine_only_and_a_job_that_it_does_not_know_is_said():
    with serving(Rehearsal(misbehaviour=GOOD)) as url:
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/v1/get_job/none") as response:
            assert b"can't be found" in response.read()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"failed": 1.5}, "failed is 1.5"),
        ({"failed": 0.6, "spoiled": 0.6}, r"failed \+ stuck \+ spoiled is 1\.2"),
        ({"refused": 0.9, "garbled": 0.2}, r"refused \+ unanswered \+ garbled is"),
        ({"queue_seconds": -1}, "queue_seconds is -1, a finite number >= 0"),
        ({"outage_seconds": float("nan")}, "outage_seconds is nan"),
    ],
)
def test_what_is_no_misbehaviour_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Misbehaviour(**options)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends Ctrl-C to another process")
def test_it_is_started_by_a_command_and_says_at_the_end_what_it_did():
    command = [sys.executable, "-m", "pqkd_helpers.circuit_simulator.engines.rehearsal_server"]
    with subprocess.Popen(
        [*command, "--port", "0", "--misbehaviour.failed", "0"],
        stdout=subprocess.PIPE,
        text=True,
        # Whatever a shell starts in the background ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        lines = [process.stdout.readline() for _ in range(5)]
        url = re.search(r"ORCA_ACCESS_URL=(\S+)", "".join(lines))[1]
        circuit = CudaqInterferometer(*DEVICE, target="orca", url=url)
        photons = circuit.sample_photons(np.ones(14), SHOTS, rng=np.random.default_rng(0))
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert photons.shape == (SHOTS, 8)
    assert "1 samples with 40 shots delivered" in rest
