"""A run through a server that drifts, misbehaves, and goes away in the middle."""

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator.angle_drift import AngleDrift
from pqkd_helpers.circuit_simulator.engines import CudaqInterferometer, orca_client
from pqkd_helpers.circuit_simulator.engines.misbehaviour import Misbehaviour
from pqkd_helpers.circuit_simulator.engines.rehearsal_server import Rehearsal, serving
from pqkd_helpers.feature_histograms import click_histograms
from pqkd_helpers.records.record import read_record
from tests.circuit_simulator.engines.simulated_clock import SimulatedClock
from tests.experiments.runs.tiny_run import train

OPTIONS = [
    *("--engine", "cudaq", "--cudaq-target", "orca", "--epochs", "2", "--spsa-steps", "3"),
    *("--input-state", *"10101010", "--loop-lengths", "1", "1", "--n-shots", "50"),
    *("--fresh-draws", "2", "--fresh-shots", "50", "--name", "run"),
]
MISBEHAVIOUR = Misbehaviour(failed=0.1, spoiled=0.2, refused=0.1, unanswered=0.05, garbled=0.05)
JOBS_PER_EPOCH = 2 * 3 + 1 + 1  # SPSA's pairs, the new z, a fresh z
BEFORE_IT_GOES_AWAY = JOBS_PER_EPOCH + 4  # in the middle of the second epoch


@pytest.fixture
def accepted(monkeypatch):
    """The samples that the run has taken, in their order; no one waits for the clock."""
    taken, sample = [], CudaqInterferometer.sample_photons

    def keep(circuit, theta, n_shots, *, rng):
        taken.append(sample(circuit, theta, n_shots, rng=rng))
        return taken[-1]

    monkeypatch.setattr(CudaqInterferometer, "sample_photons", keep)
    monkeypatch.setattr(orca_client, "time", SimulatedClock())
    return taken


class GoesAway(Rehearsal):
    """A rehearsal of which every connection breaks after so many samples."""

    def answer(self, path, body):
        gone = len(self.delivered) >= BEFORE_IT_GOES_AWAY
        return None if gone else super().answer(path, body)


def rehearsal(kind, seed):
    drift = AngleDrift(offset=0.1, step=0.02)
    return kind(seed=seed, drift=drift, misbehaviour=MISBEHAVIOUR, clock=orca_client.time)


def run(tmp_path, monkeypatch, server):
    with serving(server) as url:
        monkeypatch.setenv("ORCA_ACCESS_URL", url)
        return train(tmp_path, *OPTIONS)


@pytest.mark.slow
def test_its_clicks_are_those_delivered_and_it_resumes_after_the_server_was_away(
    tmp_path, monkeypatch, accepted, capsys, caplog
):
    first, second = rehearsal(GoesAway, 0), rehearsal(Rehearsal, 1)

    assert run(tmp_path, monkeypatch, first) == 1
    said = capsys.readouterr().err
    assert "did not answer" in said and "What was finished is safe" in said
    assert any("is lost" in line for line in caplog.messages)
    assert any("once more in" in line for line in caplog.messages)
    kept = (tmp_path / "run" / "epoch_0001" / "metrics.json").read_bytes()
    assert not (tmp_path / "run" / "epoch_0002").exists()

    assert run(tmp_path, monkeypatch, second) == 0
    assert (tmp_path / "run" / "epoch_0001" / "metrics.json").read_bytes() == kept
    assert len(second.delivered) == JOBS_PER_EPOCH + 2  # the second epoch whole, the final tests

    delivered = [*first.delivered, *second.delivered]
    assert len(accepted) == len(delivered)
    for photons, delivery in zip(accepted, delivered, strict=True):
        assert (photons == delivery.photons).all()
    assert all(server.events[name] for server in (first, second) for name in ("refused", "failed"))

    record = read_record(tmp_path / "run" / "record.json")
    shots = sum(len(delivery.photons) for delivery in delivered)
    of_the_lost_part = 50 * (BEFORE_IT_GOES_AWAY - JOBS_PER_EPOCH)
    assert sum(record["ledger"]["shots"].values()) == shots - of_the_lost_part


def test_the_stored_histograms_are_those_of_the_clicks_delivered(tmp_path, monkeypatch, accepted):
    from pqkd_helpers.experiments.runs.run_folder import RunFolder

    server = rehearsal(Rehearsal, 2)
    assert run(tmp_path, monkeypatch, server) == 0
    configuration = read_record(tmp_path / "run" / "record.json")["configuration"]
    with RunFolder(tmp_path / "run", configuration, device="cpu") as folder:
        features = {name: tensor.numpy() for name, tensor in folder.features().items()}
    for theta, histogram in zip(features["theta"], features["histogram"], strict=True):
        delivery = next(d for d in server.delivered if np.array_equal(d.theta, theta))
        assert np.array_equal(click_histograms(delivery.photons > 0), histogram)
