import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqkd_helpers.circuit_simulator import TimeBinInterferometer

RNG = np.random.default_rng(0)


def test_the_default_device_has_8_photons_in_16_bins_and_30_angles():
    circuit = TimeBinInterferometer()
    assert (circuit.n_modes, circuit.n_photons, circuit.n_angles) == (16, 8, 30)
    assert circuit.input_state == (1, 0) * 8 and circuit.loop_lengths == (1, 1)
    assert TimeBinInterferometer(phase_shifters=True).n_angles == 60


def test_one_efficiency_for_all_loops_may_be_written_in_many_ways():
    for same in (0.9, np.array(0.9), np.float64(0.9), (0.9, 0.9), np.array([0.9, 0.9])):
        assert TimeBinInterferometer(loop_efficiency=same).loop_efficiency == 0.9


def test_phases_of_loops_may_be_written_in_many_ways_and_none_is_the_default():
    for none in (0, 0.0, (0, 0), [0.0, -0.0], np.zeros(2)):
        assert TimeBinInterferometer(loop_phases=none) == TimeBinInterferometer()
    for same in (np.array([0.9, 0.2]), [np.float64(0.9), 0.2]):
        assert TimeBinInterferometer(loop_phases=same).loop_phases == (0.9, 0.2)


def test_repr_shows_what_is_not_the_default_and_makes_the_same_device():
    circuit = TimeBinInterferometer(
        np.array([1, 0, 2]),
        [np.int64(1), 2],
        loop_efficiency=[0.9, 1],
        efficiency=np.float32(0.5),
        loop_phases=np.array([0.25, 1]),
    )
    assert repr(circuit) == (
        "TimeBinInterferometer(input_state=(1, 0, 2), loop_lengths=(1, 2), "
        "loop_phases=(0.25, 1.0), efficiency=0.5, loop_efficiency=(0.9, 1.0))"
    )
    assert repr(eval(repr(circuit))) == repr(circuit)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((0, 0), (1,)), "0 photons, at least one is expected"),
        (((1, -1, 1), (1,)), "-1 photons in a bin"),
        (((1.5, 0.0), (1,)), "whole photon numbers"),
        (((True, False), (1,)), "whole photon numbers"),
        (((1,), (1,)), "2 to 1,000 time bins"),
        (((), (1,)), "2 to 1,000 time bins"),
        (((1,) * 1001, (1,)), "2 to 1,000 time bins"),
        ((((1, 0), (0, 1)), (1,)), "2 to 1,000 time bins"),
        (((1, 0), (2,)), "from 1 to 1 is expected"),
        (((1, 0), (0,)), "loop length 0"),
        (((1, 0), (1.0,)), "loop length 1.0"),
        (((1, 0), ()), "at least one loop"),
        (((1, 0), 1), "loop_lengths is 1, a list is expected"),
    ],
)
def test_impossible_devices_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        TimeBinInterferometer(*arguments)


@pytest.mark.parametrize("name", ["efficiency", "indistinguishability", "dark_count_probability"])
@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, "0.5", None, True])
def test_flaws_are_probabilities(name, value):
    with pytest.raises(ValueError, match=rf"{name} is .*, a number in \[0, 1\] is expected"):
        TimeBinInterferometer(**{name: value})


@pytest.mark.parametrize(
    ("flaws", "message"),
    [
        ({"loop_efficiency": 1.5}, "loop_efficiency is 1.5"),
        ({"loop_efficiency": (0.5, -1)}, "loop_efficiency is -1"),
        ({"loop_efficiency": (0.5, 0.5, 0.5)}, "loop_efficiency has 3 numbers, one or 2 expected"),
        ({"loop_efficiency": "0.5"}, "loop_efficiency is '0.5'"),
        ({"loop_efficiency": None}, "loop_efficiency is None"),
        ({"loop_phases": (0.1, 0.2, 0.3)}, "loop_phases has 3 numbers, one or 2 expected"),
        ({"loop_phases": np.inf}, "loop_phases is inf, a finite number of radians"),
        ({"loop_phases": (0.1, "0.2")}, "loop_phases is '0.2'"),
        ({"loop_phases": None}, "loop_phases is None"),
        ({"loop_phases": 1j}, "loop_phases is 1j"),
        ({"phase_shifters": 1}, "phase_shifters is 1, True or False"),
    ],
)
def test_impossible_loops_and_shifters_are_refused(flaws, message):
    with pytest.raises(ValueError, match=message):
        TimeBinInterferometer(**flaws)


LAYOUT = r"\(15 \+ 15 over the loops \(1, 1\)\)"
WRONG_ANGLES = [
    (np.zeros(29), rf"theta has 29 angles, 30 expected {LAYOUT}"),
    (np.zeros((4, 29)), rf"theta has 29 angles, 30 expected {LAYOUT}"),
    (0.0, r"theta has shape \(\), \(30,\) or \(batch, 30\) is expected"),
    (np.zeros((1, 1, 30)), r"theta has shape \(1, 1, 30\)"),
    (np.zeros((0, 30)), r"theta has shape \(0, 30\)"),
    (np.full(30, np.nan), r"theta\[0\] is nan"),
    (np.append(np.zeros((1, 30)), np.full((1, 30), np.inf), axis=0), r"theta\[1, 0\] is inf"),
    (["a"] * 30, "real angles"),
    (np.zeros(30, complex), "real angles"),
]


@pytest.mark.parametrize(("theta", "message"), WRONG_ANGLES)
@pytest.mark.parametrize(
    "request_",
    [
        lambda circuit, theta: circuit.unitary(theta),
        lambda circuit, theta: circuit.sample(theta, 1, rng=RNG),
        lambda circuit, theta: circuit.sample_photons(theta, 1, rng=RNG),
        lambda circuit, theta: circuit.photon_probabilities(theta),
        lambda circuit, theta: circuit.click_probabilities(theta),
        lambda circuit, theta: circuit.half_click_probabilities(theta),
        lambda circuit, theta: circuit.half_click_gradient(theta, np.zeros((2, 256))),
    ],
)
def test_wrong_angles_are_refused_at_every_door(request_, theta, message):
    with pytest.raises(ValueError, match=message):
        request_(TimeBinInterferometer(), theta)


@pytest.mark.parametrize("n_shots", [0, -1, 1.5, True, None])
def test_wrong_numbers_of_shots_are_refused(n_shots):
    with pytest.raises(ValueError, match="n_shots is"):
        TimeBinInterferometer().sample(np.zeros(30), n_shots, rng=RNG)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_list_is_sampled_or_refused(theta):
    circuit = TimeBinInterferometer((1, 1, 0, 0), (1,))
    good = len(theta) == 3 and np.isfinite(theta).all()
    try:
        clicks = circuit.sample(theta, 3, rng=np.random.default_rng(0))
    except ValueError:
        assert not good
    else:
        assert good and clicks.shape == (3, 4)
