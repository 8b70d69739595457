import numpy as np
import pytest
from hypothesis import given, settings

from pqkd_helpers.circuit_simulator import TimeBinInterferometer
from pqkd_helpers.circuit_simulator.transfer_matrix import transfer_matrix
from tests.circuit_simulator.devices import LISTED, circuits, draw_angles
from tests.reference.oracle import network


@given(circuits(imperfect=False))
@settings(max_examples=60, deadline=None)
def test_unitary_is_the_product_of_the_gates(drawn):
    circuit, theta = drawn
    U = circuit.unitary(theta)
    gates = network(
        theta,
        circuit.n_modes,
        circuit.loop_lengths,
        circuit.phase_shifters,
        loop_phases=circuit.phase_of_each_loop,
    )
    assert np.allclose(U, gates, atol=1e-14)
    assert np.allclose(U @ U.conj().T, np.eye(circuit.n_modes), atol=1e-14)
    assert np.isrealobj(U) == (not circuit.phase_shifters and not any(circuit.phase_of_each_loop))


@pytest.mark.parametrize("n_modes", [2, 3, 7])
@pytest.mark.parametrize("phases", [False, True])
@pytest.mark.parametrize("loop_phases", [None, (0.5, -1.2, 3.0)])
def test_losses_in_the_loops_are_light_in_environment_modes(n_modes, phases, loop_phases):
    rng = np.random.default_rng(n_modes)
    loops = [int(rng.integers(1, n_modes)) for _ in range(3)]
    efficiencies = [0.5, 0.0, 0.9]
    n_angles = sum(n_modes - length for length in loops) * (2 if phases else 1)
    theta = rng.uniform(-4, 4, (2, n_angles))
    A = transfer_matrix(
        theta,
        n_modes,
        loops,
        phase_shifters=phases,
        loop_phases=loop_phases,
        loop_efficiency=efficiencies,
    )
    for one, matrix in zip(theta, A, strict=True):
        full = network(one, n_modes, loops, phases, efficiencies, loop_phases)
        assert np.allclose(matrix, full[:n_modes, :n_modes], atol=1e-14)


def test_unitary_of_a_thousand_bins_is_unitary():
    circuit = TimeBinInterferometer((1, 0) * 500, (1, 7))
    U = circuit.unitary(draw_angles(circuit, 0))
    assert np.allclose(U @ U.T, np.eye(1000), atol=1e-12)


def test_unitary_ignores_the_losses():
    lossy = LISTED["everything"]
    ideal = TimeBinInterferometer(
        lossy.input_state,
        lossy.loop_lengths,
        phase_shifters=True,
        loop_phases=lossy.loop_phases,
    )
    theta = draw_angles(lossy, 1)
    assert np.array_equal(lossy.unitary(theta), ideal.unitary(theta))


def test_a_batch_of_unitaries_is_each_alone():
    circuit = TimeBinInterferometer((1, 0, 0, 0, 1), (2, 1), phase_shifters=True)
    theta = draw_angles(circuit, 2, batch=(3,))
    assert np.array_equal(circuit.unitary(theta), [circuit.unitary(one) for one in theta])


def test_settings_beyond_one_block_of_memory(monkeypatch):
    circuit = TimeBinInterferometer((1, 0, 0, 0, 1), (2, 1), loop_phases=(0.3, 0.9))
    theta = draw_angles(circuit, 3, batch=(7,))
    expected = circuit.unitary(theta)
    monkeypatch.setattr("pqkd_helpers.circuit_simulator.transfer_matrix._BLOCK_VALUES", 60)
    assert np.array_equal(circuit.unitary(theta), expected)
