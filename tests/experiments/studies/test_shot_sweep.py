"""The study of the shots at test time: what it does on a small scale, and what is stored."""

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.command_line.main import main
from pqkd_helpers.common.random_streams import numpy_stream
from pqkd_helpers.compression import read_compressed
from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.experiments.jobs.chosen_jobs import chosen_jobs
from pqkd_helpers.experiments.runs.run_folder import STUDENT_FILE
from pqkd_helpers.experiments.studies.shot_sweep import ShotSweepStudy
from pqkd_helpers.feature_histograms import EMA, HistogramFeature, click_histograms
from pqkd_helpers.networks import evaluate
from pqkd_helpers.records.record import METHOD_VERSION, read_record
from pqkd_helpers.records.stored import STORED_RECORDS

STORED = sorted(STORED_RECORDS.glob("shot-sweep/*-sweep-seed*.json"))


def test_every_seed_has_a_study_that_waits_for_its_student():
    jobs = chosen_jobs("shot-sweep", "cpu", 2)
    names = [job.name for job in jobs]
    assert names == [
        f"shot-sweep-cpu-mnist-{part}" if "rest" in part else f"shot-sweep-cpu-{part}"
        for part in ("at-rest-seed0", "sweep-seed0", "at-rest-seed1", "sweep-seed1")
    ]
    assert jobs[1].needs == (names[0],) and jobs[3].needs == (names[2],)


def test_its_student_is_the_shot_noise_net_at_rest():
    (job,) = ShotSweepStudy(seed=1).runs().values()
    other = GRIDS["shot-noise"].config("cpu", "mnist", "frozen-ema-100", 1).as_json()
    own = job.config.as_json()
    assert {key for key in own if own[key] != other[key]} == {"n_shots", "fresh_shots"}
    assert own["n_shots"] == 200 and own["spsa_steps"] == 0 and own["widths"] == [16, 32, 32]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"shots": (0,)}, "one of the shots is 0"),
        ({"draws": 0}, "draws is 0"),
        ({"beta": 1.0}, "beta is 1.0"),
        ({"tier": "paper"}, "tier is 'paper'"),
    ],
)
def test_bad_input(wrong, message):
    with pytest.raises(ValueError, match=message):
        ShotSweepStudy(**wrong)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("sweep")
    command = ["reproduce", "shot-sweep", "--tier", "smoke", "--seeds", "1", "--device", "cpu"]
    command += ["--runs", str(root / "runs"), "--out", str(root / "records")]
    assert main(command) == 0
    return root, command


@pytest.mark.slow
def test_each_accuracy_is_that_of_the_z_that_it_names(small):
    root, _ = small
    record = read_record(root / "records" / "shot-sweep" / "shot-sweep-smoke-sweep-seed0.json")
    (student_file,) = root.glob(f"runs/shot-sweep-*/{STUDENT_FILE}")
    found, data = read_compressed(student_file), load_dataset("digits")
    circuit, scale = TimeBinInterferometer(), HistogramFeature("unit-rms")
    theta = np.array(found.feature.theta)
    results = record["results"]

    def accuracy(z):
        found.student.condition(z)
        return evaluate(found.student, data).accuracy

    for shots in (1, 10, 100):
        rng = numpy_stream(0, "shot sweep", shots)
        expected = {"fresh": [], "smoothed": []}
        for kind, n_epochs in (("fresh", 1), ("smoothed", 100)):
            for _ in range(2):
                average = EMA(0.9)
                for _ in range(n_epochs):
                    average.update(click_histograms(circuit.sample(theta, shots, rng=rng)))
                expected[kind].append(accuracy(scale(average.value)))
        rows = {row["z"]: row["accuracies"] for row in results["rows"] if row["shots"] == shots}
        assert rows == expected
    exact = circuit.half_click_probabilities(theta).ravel()
    assert results["exact"] == accuracy(scale(exact))
    assert results["at_zero"] == accuracy(np.zeros(512))


@pytest.mark.slow
def test_it_goes_on_with_what_is_there(small, capsys):
    root, command = small
    (study,) = root.glob("records/shot-sweep/*-smoke-sweep-*.json")
    before = read_record(study)["results"]
    study.unlink()
    capsys.readouterr()
    assert main(command) == 0
    assert "1 done, 1 done before" in capsys.readouterr().out  # the student is not trained again
    assert read_record(study)["results"] == before


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_stored_study_is_todays(path):
    record = read_record(path)
    study = ShotSweepStudy(seed=record["seed"])
    assert record["configuration"] == study.as_json() and path.stem == study.name
    assert record["method_version"] == METHOD_VERSION
    run = read_record(path.with_name(f"{study.needs[0]}.json"))
    final, results = run["student"]["final"], record["results"]
    assert results["trained_with"] == final["test"]["accuracy"]
    assert results["at_zero"] == final["accuracy_at_zero_z"]
    assert all(len(row["accuracies"]) == study.draws for row in results["rows"])
    assert len(results["rows"]) == 2 * len(study.shots)
