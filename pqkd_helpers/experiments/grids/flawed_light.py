"""Students of flawed light: what of the device's flaws reaches the student.

The plan, committed before the runs:

- Asked: does a flaw of the device change the test error of the student that is trained with its
  light? The flawed device makes z in the whole run: in SPSA's evaluations, in training, at the
  test. By theorem (notebook 09) the law of a run knows its z only through their inner products.
- Net, data and recipe are those of `controls.CONTROLS`; SPSA is asked through the moving average,
  with the package's gain. The ideal light is `IDEAL`, the controls' own arm: it differs from each
  arm here by the flaw alone, and its records are used again.
- Each arm has one flaw, and the last one all of them. An efficiency of 0.3, which leaves all eight
  photons in 7e-5 of the shots. An indistinguishability of 0.9. A phase of pi / 2 between the two
  loops, as after a drift that nobody locked. Dark counts: `DeviceBudget`'s detector has 130 of them
  per second, that is 2.6e-7 per gate of 2 ns and a third of one in a whole run, where nothing could
  happen. So the arm has 0.002 per bin, the noisy end of what is published (an avalanche photodiode
  at room temperature; P. L. Voss et al., J. Mod. Opt. 51, 1369, 2004).
- Measure: test error, percent, last epoch, with the z trained with. Difference: flawed minus ideal,
  of pairs with one seed (teacher, first weights, A, data order, start of theta, directions).
- Seeds 0 to 9. Five contrasts, each a t test against zero and two one-sided tests within the
  margin, both at 5 % with Holm's correction over the five. Margin: that of the controls, 1.39
  points, the effect of one filter of four in the pilot.
- Verdict: `statistics.equivalence.Contrast.verdict`, as for the controls. Whether the known effect
  is detected is taken from there: from their 42 pairs, not from these ten.
- What ten pairs can decide if they scatter as the pilot's, by 1.09 points: they show a difference
  of 1.09 points with probability 0.80 before Holm's correction, and of 1.46 where the correction
  counts in full. They call a true difference of zero equivalent with probability 0.72, with the
  correction in full. "Different and relevant" takes a measured difference of 2.17 points. So much
  may well stay inconclusive, and no arm gets more seeds for it.
- Described, without a verdict: test error under a fresh z, and by how much z turns per epoch.
"""

import math

from .controls import CPU, LIGHT, NET, RANK
from .grid import BY_DEFAULT, Grid, Values

# Experiment and arm of the light without flaws.
IDEAL = ("controls", "photonic-through-ema")

_FLAWS: dict[str, Values] = {
    "efficiency": {"efficiency": 0.3},
    "indistinguishability": {"indistinguishability": 0.9},
    "dark-counts": {"dark_count_probability": 0.002},
    "loop-phases": {"loop_phases": (0.0, math.pi / 2)},
}

FLAWED_LIGHT = Grid(
    "flawed-light",
    # The recipe stands here, for it overrides the tier's.
    arms={
        arm: {**flaws, **LIGHT, **BY_DEFAULT}
        for arm, flaws in {
            **_FLAWS,
            "all-flaws": {name: value for flaw in _FLAWS.values() for name, value in flaw.items()},
        }.items()
    },
    base={**NET, "rank": RANK},
    cpu=CPU,
)
