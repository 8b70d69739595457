import dataclasses
import json

import numpy as np
import pytest

from pqkd_helpers.circuit_simulator import SinglePhotonCircuit, TimeBinInterferometer
from pqkd_helpers.compression import trained_values
from pqkd_helpers.controls.build_source import build_source
from pqkd_helpers.experiments.runs.building import build_student, build_teacher
from pqkd_helpers.experiments.runs.configuration import RunConfig
from pqkd_helpers.experiments.runs.presets import PRESETS, preset
from pqkd_helpers.experiments.runs.run import carry_out
from pqkd_helpers.experiments.runs.workplace import Workplace
from pqkd_helpers.records.record import configuration_hash


def test_defaults_are_the_papers_but_for_what_spsa_is_asked_and_its_gain():
    config = RunConfig()
    assert (config.objective, config.spsa_step_size) == ("through-ema", 0.01)
    assert (config.epochs, config.batch_size, config.learning_rate) == (100, 64, 1e-3)
    assert (config.temperature, config.hard_weight, config.n_shots) == (3.0, 0.5, 200)
    assert (config.spsa_steps, config.spsa_perturbation) == (10, 0.1)
    assert (config.ema_beta, config.rank, config.scope) == (0.9, 8, "conv1+conv2")
    assert config.widths == (64, 128, 128) and config.scaling == "unit-rms"


def test_the_paper_preset_differs_from_the_defaults_in_scaling_and_data_alone():
    expected = dataclasses.replace(RunConfig(), scaling="standardised", dataset="mnist")
    assert preset("paper") == expected


def test_the_article_preset_holds_the_articles_choices():
    config = preset("article")
    assert isinstance(build_source(config), SinglePhotonCircuit)
    assert config.teacher_selection == "best-of-every-10th" and config.theta_start == "zero"
    assert config.scaling == "raw" and config.epochs == 50 and config.widths == (32, 64, 128)
    assert config.spsa_images == 5 * config.batch_size == 320
    assert config.fresh_shots == 3 * config.n_shots and config.final_feature == "fresh"
    student = build_student(config, 1, 10)
    many = [
        build_student(config, 1, 10).conv2.basis
        for config in (dataclasses.replace(config, seed=s) for s in range(40))
    ]
    variance = sum(basis.var().item() for basis in many) / 40
    assert variance == pytest.approx(1 / (8 * 9), rel=0.2)  # 2,880 values: 2.6 % each side
    assert student.conv1.in_channels == 1


def test_the_quick_preset_is_small_and_embedded():
    config = preset("quick")
    assert config.dataset == "mnist-5k" and config.widths == (32, 64, 128)
    assert isinstance(build_source(config), TimeBinInterferometer)
    assert build_source(config).n_photons == 8


def test_unknown_preset_names_the_choices():
    with pytest.raises(ValueError, match=r"'fast'.*paper.*article.*quick"):
        preset("fast")


def test_json_is_resolved_and_plain():
    values = RunConfig(epochs=7, learning_rate=0.01).as_json()
    assert values["teacher_epochs"] == 7 and values["teacher_learning_rate"] == 0.01
    assert values["fresh_shots"] == 200 and values["widths"] == [64, 128, 128]
    assert json.loads(json.dumps(values)) == values


def test_equal_values_of_other_types_make_an_equal_configuration():
    plain = RunConfig(temperature=3.0, widths=(4, 6, 8), seed=1)
    other = RunConfig(
        temperature=np.float32(3),
        widths=np.array([4, 6, 8]),
        seed=np.int64(1),
        input_state=np.array([1, 0] * 8),
        spsa_bound=np.pi,
        n_shots=np.int32(200),
    )
    assert other == plain and hash(other) == hash(plain)
    assert configuration_hash(other.as_json()) == configuration_hash(plain.as_json())
    assert RunConfig(temperature=3).as_json() == RunConfig().as_json()


def test_every_field_changes_the_hash():
    base = RunConfig().as_json()
    hashes = {configuration_hash(base)}
    for name in base:
        hashes.add(configuration_hash({**base, name: "other"}))
    assert len(hashes) == len(base) + 1
    assert configuration_hash(base, 1) != configuration_hash(base, 2)


def test_later_fields_leave_the_older_hashes_alone():
    """At their defaults they are not in the JSON; any other value is."""
    later = {
        "arithmetic": "bfloat16",
        "augmentation": "flip-and-shift",
        "label_smoothing": 0.1,
        "train_images": 50,
        "student": "dense-distilled",
        "averaged": "unit-vectors",
        "resting_share": 0.25,
        "student_widths": [4, 5, 6],
        "value_budget": 1000,
        "shared_basis": True,
        "gains": True,
        "bias": False,
        "orthogonal": True,
        "loop_phases": [0.0, 0.5],
        "scope": "all",
        "rank": [3, 5, 5],
    }
    base = RunConfig(scope="all").as_json()
    assert not (later.keys() - {"scope", "rank"}) & base.keys() and base["rank"] == 8
    values = RunConfig(**later).as_json()
    assert {name: values[name] for name in later} == later
    teacher = RunConfig(**later).teacher_as_json()
    assert teacher["augmentation"] == "flip-and-shift" and teacher["train_images"] == 50
    assert teacher["arithmetic"] == "bfloat16"
    assert not {"student", "label_smoothing", "student_widths", "shared_basis"} & teacher.keys()


def test_the_student_may_have_other_widths_than_its_teacher():
    config = RunConfig(widths=(8, 8, 8), student_widths=(3, 4, 5), scope="all", rank=2)
    assert build_teacher(config, 1, 10).widths == (8, 8, 8)
    assert build_student(config, 1, 10).widths == (3, 4, 5)
    assert config.teacher_as_json() == RunConfig(widths=(8, 8, 8)).teacher_as_json()
    same = dataclasses.replace(config, student_widths=None)
    assert build_student(same, 1, 10).widths == (8, 8, 8)


def test_the_students_options_reach_the_student():
    options = {"shared_basis": True, "gains": True, "bias": False, "orthogonal": True}
    config = RunConfig(widths=(4, 5, 6), scope="all", rank=(3, 7, 7), **options)
    student = build_student(config, 1, 10)
    assert student.options().items() >= {**options, "rank": (3, 7, 7)}.items()
    assert RunConfig(rank=(8, 8)).as_json() == RunConfig(rank=8).as_json()


def test_a_budget_of_values_is_that_of_a_plain_student():
    config = RunConfig(student="four-layer-cnn", batch_norm=True, value_budget=1984)
    assert trained_values(build_student(config, 1, 10)) == 1954
    small = RunConfig(student="four-layer-cnn", widths=(16, 32, 32), scope="all")
    assert trained_values(build_student(small, 1, 10)) <= 784


def test_teachers_are_shared_by_what_they_depend_on():
    base = RunConfig(epochs=3)
    same = dataclasses.replace(base, scope="all", rank=4, n_shots=10, features="single-photon")
    assert base.teacher_as_json() == same.teacher_as_json()
    for other in ({"seed": 1}, {"widths": (1, 2, 3)}, {"batch_size": 32}, {"dataset": "digits"}):
        assert dataclasses.replace(base, **other).teacher_as_json() != base.teacher_as_json()


def test_the_circuit_has_the_devices_flaws():
    config = RunConfig(
        loop_lengths=(1, 2),
        phase_shifters=True,
        loop_phases=(0.3, np.float64(0.5)),
        efficiency=0.9,
        loop_efficiency=np.array([0.8, 0.7]),
        indistinguishability=np.float64(0.5),
        dark_count_probability=0.01,
    )
    circuit = build_source(config)
    assert circuit.loop_efficiencies == (0.8, 0.7) and circuit.n_angles == 58
    assert circuit.indistinguishability == 0.5 and circuit.efficiency == 0.9
    assert circuit.loop_phases == (0.3, 0.5)
    perceval = build_source(dataclasses.replace(config, engine="perceval"))
    assert perceval.describe() == circuit.describe()
    assert json.loads(json.dumps(config.as_json()))["loop_efficiency"] == [0.8, 0.7]


def test_all_presets_can_be_built():
    for config in PRESETS.values():
        assert build_source(config).n_angles == 30 and config.feature_dim == 512


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dataset": "imagenet"}, "imagenet"),
        ({"features": "dice"}, "dice"),
        ({"final_feature": "x"}, "final_feature"),
        ({"seed": -1}, "seed"),
        ({"student": "pupil"}, "student is 'pupil'"),
        ({"augmentation": "blur"}, "augmentation is 'blur'"),
        ({"arithmetic": "int8"}, "arithmetic is 'int8'"),
        ({"train_images": 0}, "train_images"),
        ({"rank": 0}, "rank"),
        ({"rank": (1, 2, 3)}, "3 numbers, one or 2"),
        ({"shared_basis": True}, "a shared basis"),
        ({"gains": True, "batch_norm": True}, "batch norm has gains"),
        ({"student_widths": (1, 2)}, "widths"),
        ({"value_budget": 0}, "value_budget"),
        ({"resting_share": 1.0}, "resting_share"),
        ({"averaged": "logs"}, "averaged is 'logs'"),
        ({"angle_search": "exact-gradient", "features": "zero"}, "an exact gradient is known"),
        ({"angle_search": "exact-gradient", "engine": "perceval"}, "an exact gradient is known"),
        ({"widths": (0, 1, 1)}, "widths"),
        ({"scope": "conv3"}, "scope"),
        ({"input_state": (1, 0, 1)}, "3 modes"),
        ({"input_state": (0, 0)}, "0 photons"),
        ({"loop_lengths": (16,)}, "loop length 16"),
        ({"teacher_epochs": 0}, "epochs"),
        ({"teacher_learning_rate": -1.0}, "learning_rate"),
        ({"teacher_selection": "best-of-every-10th", "epochs": 9}, "10 or more"),
        ({"fresh_draws": 0}, "fresh_draws"),
        ({"fresh_draws": 2.5}, "fresh_draws"),
        ({"fresh_shots": 2.5}, "fresh_shots"),
        ({"widths": 64}, "widths"),
        ({"input_state": (1, 0) * 15}, "24 at most"),
        ({"fresh_shots": 0}, "fresh_shots"),
        ({"temperature": -1.0}, "temperature"),
        ({"engine": "abacus"}, "engine is 'abacus'"),
        ({"cudaq_target": "qpu"}, "cudaq_target is 'qpu'"),
        ({"efficiency": 2.0}, "efficiency is 2.0"),
        ({"loop_efficiency": (1.0, 1.0, 1.0)}, "one or 2 expected"),
        ({"engine": "cudaq", "input_state": (1,) + (0,) * 15, "efficiency": 0.5}, "imperfections"),
        ({"engine": "cudaq", "loop_phases": (0.0, 0.5)}, "knows no imperfections and no phases of"),
        ({"loop_phases": (0.0, 0.5, 1.0)}, "loop_phases has 3 numbers, one or 2 expected"),
    ],
)
def test_bad_values_are_refused_before_any_work(wrong, message):
    with pytest.raises(ValueError, match=message):
        RunConfig(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"scaling": "standardised"}, "z = 0"), ({"feature_gain": 1e-9}, "length")],
)
def test_a_feature_without_length_is_refused_before_the_run_has_a_folder(wrong, message, tmp_path):
    config = RunConfig(dataset="digits", features="gaussian-frozen", **wrong)
    with pytest.raises(ValueError, match=message):
        carry_out(config, name="blind", place=Workplace(tmp_path))
    assert not list(tmp_path.iterdir())
