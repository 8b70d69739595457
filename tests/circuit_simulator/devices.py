"""Small devices of the whole family, drawn by hypothesis or listed."""

import numpy as np
from hypothesis import strategies as st

from pqkd_helpers.circuit_simulator import TimeBinInterferometer

EFFICIENCIES = st.sampled_from([0.0, 0.3, 0.7, 1.0])


@st.composite
def circuits(draw, imperfect=True):
    """A circuit of up to 5 modes and 4 photons, and angles for it."""
    m = draw(st.integers(2, 5))
    input_state = draw(
        st.lists(st.integers(0, 3), min_size=m, max_size=m).filter(
            lambda state: 1 <= sum(state) <= 4
        )
    )
    loop_lengths = draw(st.lists(st.integers(1, m - 1), min_size=1, max_size=3))
    phases = st.sampled_from([0.0, 0.9, -2.0])
    loop_phases = draw(
        st.just(0.0) | st.lists(phases, min_size=len(loop_lengths), max_size=len(loop_lengths))
    )
    flaws = {}
    if imperfect and draw(st.booleans()):
        flaws = {
            "efficiency": draw(EFFICIENCIES),
            "indistinguishability": draw(st.sampled_from([0.0, 0.2, 0.6, 1.0])),
            "dark_count_probability": draw(st.sampled_from([0.0, 0.1, 1.0])),
        }
        if sum(input_state) <= 3 and draw(st.booleans()):
            flaws["loop_efficiency"] = draw(
                st.lists(EFFICIENCIES, min_size=len(loop_lengths), max_size=len(loop_lengths))
            )
    circuit = TimeBinInterferometer(
        input_state,
        loop_lengths,
        phase_shifters=draw(st.booleans()),
        loop_phases=loop_phases,
        **flaws,
    )
    return circuit, draw_angles(circuit, draw(st.integers(0, 2**32 - 1)))


def draw_angles(circuit, seed, batch=()):
    return np.random.default_rng(seed).uniform(-7.0, 7.0, (*batch, circuit.n_angles))


# One or more of everything: mixed loops with phases, shared bins, each imperfection, all at once.
# The loops (1, 2) are among those that see the sign of a beam splitter.
LISTED = {
    "one loop": TimeBinInterferometer((1, 1, 0, 1), (1,)),
    "one long loop": TimeBinInterferometer((1, 0, 1, 1, 1), (3,)),
    "two loops": TimeBinInterferometer((1, 0, 1, 1), (1, 1)),
    "loops 1 and 2": TimeBinInterferometer((1, 1, 0, 1), (1, 2)),
    "loops 1 and 2 with phases": TimeBinInterferometer((2, 0, 1, 1), (1, 2), phase_shifters=True),
    "three loops with phases": TimeBinInterferometer((1, 1, 1), (2, 1, 1), phase_shifters=True),
    "loops 1 and 2 out of phase": TimeBinInterferometer(
        (2, 0, 1, 1), (1, 2), loop_phases=(0.7, -1.3)
    ),
    "loops as long as the bins out of phase": TimeBinInterferometer(
        (1, 1, 0, 1), (1, 3, 1), loop_phases=(0.4, 1.9, -0.8)
    ),
    "lossy loop": TimeBinInterferometer((2, 1, 0, 1), (1,), loop_efficiency=0.7),
    "lossy loops": TimeBinInterferometer((1, 0, 2, 1), (1, 2), loop_efficiency=(0.6, 0.9)),
    "lossy detection": TimeBinInterferometer((1, 2, 0, 1), (1, 1), efficiency=0.6),
    "partly distinguishable": TimeBinInterferometer((1, 1, 0, 2), (1, 1), indistinguishability=0.6),
    "classical particles": TimeBinInterferometer((2, 1, 0, 1), (1, 1), indistinguishability=0.0),
    "dark counts": TimeBinInterferometer((1, 0, 1, 0), (1, 2), dark_count_probability=0.2),
    "everything": TimeBinInterferometer(
        (2, 1, 0, 0),
        (1, 2),
        phase_shifters=True,
        loop_phases=(1.1, 0.4),
        efficiency=0.8,
        loop_efficiency=(0.9, 0.7),
        indistinguishability=0.5,
        dark_count_probability=0.05,
    ),
    "everything in one loop": TimeBinInterferometer(
        (1, 2, 0, 0),
        (1,),
        loop_phases=0.6,
        efficiency=0.8,
        loop_efficiency=0.7,
        indistinguishability=0.5,
        dark_count_probability=0.05,
    ),
}
