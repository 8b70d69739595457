"""Runs of the controls: what each takes from which run, and in which order they are done."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pqkd_helpers.experiments.grids.grid import Job
from pqkd_helpers.experiments.grids.paper import GRIDS
from pqkd_helpers.experiments.jobs.executors import local_workers
from pqkd_helpers.experiments.jobs.scheduler import run_jobs
from pqkd_helpers.experiments.runs.run import carry_out
from pqkd_helpers.experiments.runs.run_folder import RunFolder
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.records.record import configuration_hash, unpacked_images
from pqkd_helpers.training_loop.photonic_feature import angle_between

pytestmark = pytest.mark.slow


def config_of(arm, seed=0, **changes):
    return replace(GRIDS["controls"].config("smoke", "mnist", arm, seed), epochs=3, **changes)


def done(config, name, root):
    return carry_out(config, name=name, place=Workplace(root, device="cpu"))


def z_of(config, name, root):
    with RunFolder(root / name, config.as_json(), device="cpu") as folder:
        return folder.features()["z"].numpy()


def test_a_yoked_run_has_the_z_of_its_partner_and_hence_its_gram_matrix(tmp_path):
    partner, yoked = config_of("photonic", seed=1), config_of("yoked", seed=0)
    record = done(yoked, "yoked", tmp_path)
    (folder,) = tmp_path.glob("donor-*-seed1-*")
    z, theirs = z_of(yoked, "yoked", tmp_path), z_of(partner, folder.name, tmp_path)
    assert np.array_equal(z, theirs)
    q, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((512, 512)))
    assert np.allclose(z @ z.T, (theirs @ q) @ (theirs @ q).T)
    assert record["ledger"]["shots"]["training"] == 0
    assert record["student"]["spsa_images"] > 0


def test_a_donor_that_ran_before_is_taken(tmp_path):
    donor = config_of("photonic", seed=3)
    name = f"mine-{configuration_hash(donor.as_json())[:8]}"
    done(donor, name, tmp_path)
    done(config_of("yoked", seed=2), "yoked", tmp_path)
    assert not list(tmp_path.glob("donor-*"))


def test_the_drifting_feature_turns_as_its_own_seeds_photonic_run(tmp_path):
    drift, photonic = config_of("gaussian-drift"), config_of("photonic")
    done(drift, "drift", tmp_path)
    (folder,) = tmp_path.glob("donor-*-seed0-*")
    turns = [
        [angle_between(a, b) for a, b in itertools.pairwise(z_of(config, name, tmp_path))]
        for config, name in ((drift, "drift"), (photonic, folder.name))
    ]
    assert np.allclose(*turns) and max(turns[0]) > 0.0


def test_an_interrupted_yoked_run_goes_on_as_if_nothing_had_been(tmp_path):
    yoked = config_of("yoked")
    through = done(yoked, "through", tmp_path)["student"]["final"]
    longer = tmp_path / "again"
    done(yoked, "again", tmp_path)
    (longer / "record.json").unlink()
    for file in sorted(longer.glob("epoch_0003/*")):
        file.unlink()
    (longer / "epoch_0003").rmdir()
    assert done(yoked, "again", tmp_path)["student"]["final"] == through


def test_the_settings_of_spsa_are_the_donors():
    yoked = config_of("yoked", spsa_steps=4)
    assert yoked.donor().spsa_steps == 4 and yoked.donor().features == "photonic"
    assert yoked.donor().seed == 1 and config_of("yoked", seed=1).donor().seed == 0
    assert config_of("photonic").donor() is None
    assert replace(yoked, student="narrow-cnn").donor() is None


@pytest.mark.parametrize(
    ("arm", "name", "value"),
    [
        ("photonic-frozen", "spsa_steps", 0),
        ("photonic-one-shot", "spsa_steps", 0),
        ("gaussian-fresh", "spsa_steps", 0),
        ("photonic-sham", "spsa_sham", True),
        ("random-search", "angle_search", "random-search"),
    ],
)
def test_a_source_may_imply_how_the_angles_are_tuned(arm, name, value):
    config = config_of(arm)
    assert getattr(config, name) == value and config.as_json()[name] == value


def test_the_record_says_which_test_images_are_right(tmp_path):
    record = done(config_of("gaussian-frozen"), "run", tmp_path)
    test = record["student"]["final"]["test"]
    right = unpacked_images(record["student"]["test_images_right"], test["n_images"])
    assert right.mean() == pytest.approx(test["accuracy"])


def test_no_run_begins_before_its_donor_is_done(tmp_path):
    """With two workers; the donor is listed last."""
    jobs = [
        Job("controls", arm, "smoke", config_of(arm, seed))
        for arm, seed in (("yoked", 0), ("gaussian-drift", 1), ("photonic", 1))
    ]
    progress = run_jobs(
        jobs, local_workers(2), Workplace(tmp_path / "runs", device="cpu"), out=tmp_path / "out"
    )
    assert not progress.failed and progress.done[0] == jobs[2].name
    assert not list((tmp_path / "runs").glob("donor-*"))
