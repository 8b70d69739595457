"""Do the tests notice a wrong simulator?

    python -m tests.mutation.simulator [NAME ...]

runs the mutants below (see `mutants`), or those with a NAME in their names, against the simulator's
tests. An equivalent one changes no probability. Takes about 20 minutes on two processors; not part
of CI.
"""

import sys

from .mutants import Mutant, main

TESTS = (
    "tests/circuit_simulator/test_laws.py",
    "tests/circuit_simulator/test_exact_probabilities.py",
    "tests/circuit_simulator/test_many_photons.py",
    "tests/circuit_simulator/test_transfer_matrix.py",
    "tests/circuit_simulator/test_samplers.py",
    "tests/training_loop/test_exact_features.py",
    "tests/test_feature_histograms.py",
)


def mutant(name: str, file: str, *texts: str, equivalent: bool = False) -> Mutant:
    return Mutant(name, file, tuple(zip(texts[::2], texts[1::2], strict=True)), TESTS, equivalent)


TRANSFER = "pqkd_helpers/circuit_simulator/transfer_matrix.py"
SPLITTER = "c[:, :-length], s[:, :-length] = np.cos(angles), np.sin(angles)"
FACTOR = "np.multiply(-gain, s[:, :-1], out=factor[:, 1:])"
RETURN = "        rows, _ = _through(loop, rows)\n    return rows\n"
ROWS = "    rows = _input_rows(len(theta), n_modes, inputs)\n    for"
FULL = "    rows = _input_rows(len(theta), n_modes, None)\n    for"
PART = "        part = slice(start, start := start + n_gates)\n"
LOOPS = "    for loop in _loops(theta, n_modes, loop_lengths, phase_shifters, loop_phases, loop_efficiency):\n"
HALVES = "return [columns[:, :half], columns[:, half:]]"


def with_columns(expression: str) -> str:
    """Return the transfer matrix changed as a whole, then its columns picked."""
    return (
        "        rows, _ = _through(loop, rows)\n"
        f"    rows = {expression}\n"
        "    return rows if inputs is None else rows[:, :, inputs]\n"
    )


MUTANTS = [
    # the numbers are those of the list of typical mistakes that the tests were written against
    mutant("1 wrong sign of sin", TRANSFER, SPLITTER, SPLITTER.replace("np.sin", "-np.sin")),
    mutant("1b wrong sign of sin, Fock space", "pqkd_helpers/circuit_simulator/fock_beam_splitter.py",
           "np.stack([np.cos(theta), np.sin(theta)])", "np.stack([np.cos(theta), -np.sin(theta)])"),
    mutant("2 i sin instead of sin", TRANSFER,
           "c, s = np.ones(shape), np.zeros(shape)", "c, s = np.ones(shape), np.zeros(shape, complex)",
           SPLITTER, SPLITTER.replace("np.sin(angles)", "1j * np.sin(angles)"),
           "entry, factor = np.ones(shape), np.zeros(shape)",
           "entry, factor = np.ones(shape), np.zeros(shape, complex)",
           FACTOR, FACTOR.replace("-gain", "gain")),
    mutant("3 splitter (c, s, s, -c)", TRANSFER, FACTOR, FACTOR.replace("-gain", "gain"),
           "np.multiply(gain, c[:, :-1]", "np.multiply(-gain, c[:, :-1]"),
    mutant("4 +sin twice", TRANSFER, FACTOR, FACTOR.replace("-gain", "gain")),
    mutant("5 theta / 2", TRANSFER, SPLITTER, SPLITTER.replace("(angles)", "(angles / 2)")),
    mutant("6 2 theta", TRANSFER, SPLITTER, SPLITTER.replace("(angles)", "(2 * angles)")),
    mutant("7 sin and cos swapped", TRANSFER, SPLITTER,
           "s[:, :-length], c[:, :-length] = np.cos(angles), np.sin(angles)"),
    mutant("8 angle taken as reflectivity", TRANSFER, SPLITTER,
           "c[:, :-length], s[:, :-length] = np.sqrt(1 - angles % 1), np.sqrt(angles % 1)"),
    mutant("9 transposed", TRANSFER, ROWS, FULL, RETURN, with_columns("rows.swapaxes(1, 2)")),
    mutant("9b daggered", TRANSFER, ROWS, FULL, RETURN, with_columns("rows.swapaxes(1, 2).conj()")),
    mutant("9c gates from the wrong side", TRANSFER, ROWS, FULL.replace("    rows", "    theta = -theta\n    rows"),
           RETURN, with_columns("rows.swapaxes(1, 2)")),
    mutant("10 bins in reverse", TRANSFER, ROWS, FULL, RETURN, with_columns("rows[:, ::-1, ::-1]")),
    mutant("11 angles reversed inside a loop", TRANSFER, SPLITTER,
           "angles = angles[:, ::-1]\n    " + SPLITTER),
    mutant("12 loops in wrong order", TRANSFER, LOOPS, LOOPS.replace("_loops(", "reversed(list(_loops(").replace("):", "))):")),
    mutant("13 angles interleaved over loops", TRANSFER, PART,
           "        part = np.argsort(np.arange(sum(gates)) % len(gates), kind='stable')"
           "[start : (start := start + n_gates)]\n"),
    mutant("14 second loop ignored", TRANSFER, LOOPS, LOOPS.replace("_loops(", "list(_loops(").replace("):", "))[:1]:")),
    mutant("15 loop length + 1", TRANSFER, "    if length > 1:\n", "    if True:\n",
           "np.argsort(np.arange(n_modes) % length, kind", "np.argsort(np.arange(n_modes) % (length + 1), kind"),
    mutant("16 loop length ignored", TRANSFER, "    if length > 1:\n", "    if False:\n"),
    mutant("17 phase on the second bin", TRANSFER, "phase[:, :-length] = np.exp", "phase[:, length:] = np.exp"),
    mutant("17b phase before the splitter", TRANSFER,
           "    held = loop.running @ (loop.entry[:, :, None] * arriving)\n",
           "    held = loop.running @ (loop.entry[:, :, None] * arriving)\n"
           "    held = held if loop.phase is None else held * loop.phase[:, :, None]\n",
           "        leaving = loop.phase[:, :, None] * leaving\n", "        pass\n"),
    mutant("17c phases dropped", TRANSFER, "        phase[:, :-length] = np.exp(1j * shifts)\n", "        pass\n"),
    mutant("18 missing sqrt(n) of outputs", "pqkd_helpers/circuit_simulator/fock_beam_splitter.py",
           "put_first = np.sqrt(np.arange(1, n + 1))[:, None]", "put_first = np.ones((n, 1))"),
    mutant("18b missing sqrt(n) of inputs", "pqkd_helpers/circuit_simulator/fock_beam_splitter.py",
           "take_second = np.sqrt(np.arange(1, from_second + 1))[:, None, None] / n",
           "take_second = np.ones((from_second, 1, 1)) / n"),
    mutant("18c missing n! of inputs, permanents", "pqkd_helpers/circuit_simulator/exact/partial_distinguishability.py",
           "weight *= binomial / math.factorial(k)", "weight *= binomial"),
    mutant("18d amplitudes not squared", "pqkd_helpers/circuit_simulator/exact/photon_probabilities.py",
           "np.abs(amplitudes) ** 2\n", "np.abs(amplitudes) / np.abs(amplitudes).sum(axis=1, keepdims=True)\n"),
    mutant("19 hard-core photons, renormalised", "pqkd_helpers/circuit_simulator/exact/photon_probabilities.py",
           "            result = np.abs(amplitudes) ** 2\n",
           "            result = np.abs(amplitudes) ** 2\n"
           "            result[:, fock_states(n_in, all_modes.shape[1]).max(axis=1) > 1] = 0\n"
           "            result /= np.maximum(result.sum(axis=1, keepdims=True), 1e-300)\n"),
    mutant("20 determinants", "pqkd_helpers/circuit_simulator/exact/vacuum_probabilities.py", "signs.prod(axis=0)", "np.ones(signs.shape[1])"),
    mutant("20b permanents of |A|", "pqkd_helpers/circuit_simulator/sampling/boson_sampling.py", "amplitudes = columns @ weights",
           "amplitudes = abs(columns) @ abs(weights)"),
    mutant("20c classical: permanents of |A|^2", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py", '"overlap": device.overlap', '"overlap": 0.0'),
    mutant("21 output modes reversed", "pqkd_helpers/circuit_simulator/device.py", "        return math.sqrt(self.efficiency) * self.columns(theta)",
           "        return math.sqrt(self.efficiency) * self.columns(theta)[:, ::-1]"),
    mutant("22 input reversed", "pqkd_helpers/circuit_simulator/device.py", "np.flatnonzero(self.input_state)", "np.flatnonzero(self.input_state[::-1])"),
    mutant("23 bit order reversed", "pqkd_helpers/training_loop/feature_source.py",
           "1 << np.arange(half - 1, -1, -1)", "1 << np.arange(half)"),
    mutant("23b bit order reversed, exact", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py", HALVES,
           "return [columns[:, :half][:, ::-1], columns[:, half:][:, ::-1]]"),
    mutant("24 halves swapped", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py", HALVES, HALVES + "[::-1]"),
    mutant("25 click inverted", "pqkd_helpers/circuit_simulator/interferometer.py", "n_shots, rng=rng) > 0", "n_shots, rng=rng) == 0"),
    mutant("26 even and odd instead of halves", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py", HALVES,
           "return [columns[:, ::2], columns[:, 1::2]]"),
    mutant("27 each half normalised to 1/2", "pqkd_helpers/training_loop/feature_source.py",
           "    return counts / n_shots\n", "    return counts / (2 * n_shots)\n"),
    mutant("27b each half normalised to 1/2, exact", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py",
           "    return np.stack([click_probabilities(", "    return 0.5 * np.stack([click_probabilities("),
    mutant("28 uniform loss once per loop, sampling", "pqkd_helpers/circuit_simulator/sampling/choice.py", "rng.binomial(counts, device.efficiency)",
           "rng.binomial(counts, device.efficiency ** len(device.loop_lengths))"),
    mutant("28b uniform loss once per loop, exact", "pqkd_helpers/circuit_simulator/device.py",
           "        return math.sqrt(self.efficiency) * self.columns(theta)",
           "        return math.sqrt(self.efficiency ** len(self.loop_lengths)) * self.columns(theta)"),
    mutant("29 loss for efficiency, sampling", "pqkd_helpers/circuit_simulator/sampling/choice.py", "rng.binomial(counts, device.efficiency)",
           "rng.binomial(counts, 1 - device.efficiency)"),
    mutant("29b loss for efficiency, exact", "pqkd_helpers/circuit_simulator/device.py",
           "        return math.sqrt(self.efficiency) * self.columns(theta)",
           "        return math.sqrt(1 - self.efficiency) * self.columns(theta)"),
    mutant("30 x taken for x^2", "pqkd_helpers/circuit_simulator/device.py", "return math.sqrt(self.indistinguishability)",
           "return self.indistinguishability"),
    mutant("30b sqrt x taken for x", "pqkd_helpers/circuit_simulator/device.py", "return math.sqrt(self.indistinguishability)",
           "return self.indistinguishability ** 0.25"),
    mutant("30c bad photons still interfere", "pqkd_helpers/circuit_simulator/sampling/choice.py", "if device.overlap == 1.0:", "if True:"),
    mutant("31 bad photons in one common state", "pqkd_helpers/circuit_simulator/sampling/choice.py",
           "        counts = sample_distinguishable(\n            device.columns(theta), entering - interfering, "
           "lossy=device.loops_lose_light, rng=rng\n        )\n",
           "        counts = _interfering(device, theta, entering - interfering, n_shots, rng)\n"),
    mutant("32 clicks are parities", "pqkd_helpers/circuit_simulator/interferometer.py", "n_shots, rng=rng) > 0", "n_shots, rng=rng) % 2 == 1"),
    mutant("32b clicks are single photons", "pqkd_helpers/circuit_simulator/interferometer.py", "n_shots, rng=rng) > 0", "n_shots, rng=rng) == 1"),
    mutant("33 dark counts XORed", "pqkd_helpers/circuit_simulator/interferometer.py", "clicks |= rng", "clicks ^= rng"),
    mutant("34 dark counts thinned", "pqkd_helpers/circuit_simulator/interferometer.py", "< self.dark_count_probability",
           "< self.dark_count_probability * self.efficiency"),
    mutant("34b dark counts of the exact clicks dropped", "pqkd_helpers/circuit_simulator/exact/click_probabilities.py",
           "    silent *= _no_dark_counts(rows.shape[1], dark_count_probability)\n", ""),
    mutant("35 post-selected on all photons", "pqkd_helpers/circuit_simulator/exact/photon_probabilities.py",
           "    probabilities = outcomes(np.ones((len(columns), 1), columns.dtype), ())\n",
           "    probabilities = outcomes(np.ones((len(columns), 1), columns.dtype), ())\n"
           "    if lossy:\n"
           "        probabilities[:, fock_states(sum(numbers), n_modes + 1)[:, -1] > 0] = 0\n"
           "        probabilities /= np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-300)\n"),
    mutant("36 seed ignored", "pqkd_helpers/circuit_simulator/sampling/choice.py", "    if device.overlap > 0.0:\n        choose_method(device)\n",
           "    rng = np.random.default_rng(0)\n"),
    mutant("36b one stream for all settings, single loop", "pqkd_helpers/circuit_simulator/sampling/single_loop.py",
           "rng.random(arriving.shape)", "rng.random((n_gates, 1, arriving.shape[2]))"),
    mutant("36c one stream for all settings, boson sampling", "pqkd_helpers/circuit_simulator/sampling/boson_sampling.py",
           "rng.random((n_photons, batch, 1, n_shots))", "rng.random((n_photons, 1, 1, n_shots))"),
    mutant("37 histogram divided by its bins", "pqkd_helpers/training_loop/feature_source.py",
           "    return counts / n_shots\n", "    return counts / n_bins\n"),
    mutant("37b a shot too few", "pqkd_helpers/circuit_simulator/interferometer.py", "sample_photon_numbers(self, settings, n_shots, rng)",
           "sample_photon_numbers(self, settings, max(1, n_shots - 1), rng)"),
    mutant("38 last angle of a loop ignored", TRANSFER, SPLITTER,
           SPLITTER + "\n    c[:, -length - 1], s[:, -length - 1] = 1.0, 0.0"),
    mutant("39 angles of the second loop first", TRANSFER, "    splitters, phases =",
           "    theta = np.roll(theta, gates[0], axis=1) if len(gates) > 1 else theta\n    splitters, phases ="),
    mutant("40 negative probabilities not clipped", "pqkd_helpers/circuit_simulator/exact/click_probabilities.py",
           "return np.clip(patterns, 0.0, 1.0)", "return patterns"),
    mutant("40b an outcome of probability 0 is drawn, boson sampling", "pqkd_helpers/circuit_simulator/sampling/boson_sampling.py",
           "threshold = 1.0 - rng.random(", "threshold = rng.random("),
    mutant("40c an outcome of probability 0 is drawn, single loop", "pqkd_helpers/circuit_simulator/sampling/single_loop.py",
           "(1.0 - rng.random(arriving.shape)) * (1.0 - 1e-13)", "rng.random(arriving.shape)"),
    mutant("40d an outcome of probability 0 is drawn, loops in series", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py",
           "(1.0 - rng.random(weights.shape[1])) * (1.0 - 1e-13)", "rng.random(weights.shape[1])"),
    mutant("41 gradient of one half", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py", "click_probabilities_gradient(cotangent[:, k],",
           "click_probabilities_gradient(cotangent[:, k] * (1 - k),"),
    mutant("41b gradient without the conjugate's half", "pqkd_helpers/circuit_simulator/exact/vacuum_probabilities.py",
           "result = through_conjugate + arriving_bar", "result = 0 * through_conjugate + arriving_bar"),
    mutant("41c gradient without the efficiency", "pqkd_helpers/circuit_simulator/device.py", "math.sqrt(self.efficiency) * cotangent", "cotangent"),
    mutant("41d gradient of what the loop loses", TRANSFER, "change -= loop.gain *", "change -="),
    mutant("42 single precision", TRANSFER, RETURN,
           "        rows, _ = _through(loop, rows)\n    return rows.astype(np.complex64 if phase_shifters "
           "else np.float32).astype(rows.dtype)\n"),
    mutant("43 no random order of the photons", "pqkd_helpers/circuit_simulator/sampling/choice.py",
           "sample_output_modes(columns, rng.permuted(order, axis=2), rng)",
           "sample_output_modes(columns, order.copy(), rng)"),
    mutant("44 sign error of the Moebius transform", "pqkd_helpers/circuit_simulator/exact/click_probabilities.py",
           "np.array([[0.0, 1.0], [1.0, -1.0]])", "np.array([[1.0, 0.0], [0.0, 0.0]])"),
    mutant("44b Moebius transform transposed in order", "pqkd_helpers/circuit_simulator/exact/click_probabilities.py",
           "np.array([[0.0, 1.0], [1.0, -1.0]])", "np.array([[1.0, -1.0], [0.0, 1.0]])"),
    mutant("45 phases of loops dropped", TRANSFER, "    if psi != 0.0:\n", "    if False:\n"),
    mutant("45b a loop's phase on leaving light alone", TRANSFER, "np.exp(-1j * psi * rounds), ", "np.ones((1, n_modes)), "),
    mutant("45c a loop's phase by the bin", TRANSFER, "np.arange(n_modes)[None] // length", "np.arange(n_modes)[None]"),
    mutant("45d no phase for a loop's first content", TRANSFER,
           "        phase = after if phase is None", "        before[:, :length] /= np.exp(1j * psi)\n        phase = after if phase is None"),
    mutant("45e gradient with the wrong sign of a loop's phase", TRANSFER, "loop.before.conj()[:, :, None]", "loop.before[:, :, None]"),
    mutant("45f a loop's phase behind its splitters alone, in series", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py",
           "live.phase_shifter(i + length, -loop_phases[k])", "pass"),
    # our own
    mutant("a unseen modes without the conjugate", "pqkd_helpers/circuit_simulator/exact/photon_probabilities.py",
           "vectors.conj().swapaxes(1, 2)", "vectors.swapaxes(1, 2)"),
    mutant("b a live bin too few", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py", "min(sum(loop_lengths) + 1, n_modes)", "min(max(2, sum(loop_lengths)), n_modes)"),
    mutant("c light that reaches some modes only is left out", "pqkd_helpers/circuit_simulator/exact/click_probabilities.py",
           "(rows != 0.0).any(axis=(0, 1))", "(rows[:, 0] != 0.0).any(axis=0)"),
    mutant("d loss in a loop taken for its efficiency, in series", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py",
           "efficiency ** (n - k) * (1.0 - efficiency) ** k", "efficiency ** k * (1.0 - efficiency) ** (n - k)"),
    mutant("e loss acts on the bin that leaves the loop, in series", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py",
           "live.lose(i + length,", "live.lose(i,"),
    mutant("f tables grow but the entries stay", "pqkd_helpers/circuit_simulator/sampling/single_loop.py",
           "            entries = arriving * ((capacity + 1) * theta.size) + gates\n        cumulative",
           "        cumulative"),
    mutant("g a photon alone walks with a coin at every splitter", "pqkd_helpers/circuit_simulator/sampling/choice.py",
           "        counts = sample_distinguishable(\n            device.columns(theta),",
           "        counts = sample_distinguishable(\n            _walk(device, theta),",
           "def _interfering(", "def _walk(device, theta):\n    import itertools\n    n = device.n_modes\n"
           "    P = np.tile(np.eye(n), (len(theta), 1, 1))\n    k = 0\n"
           "    for length in device.loop_lengths:\n        for i in range(n - length):\n"
           "            c = np.cos(theta[:, k, None]) ** 2\n            k += 1\n"
           "            first, second = P[:, i].copy(), P[:, i + length].copy()\n"
           "            P[:, i] = c * first + (1 - c) * second\n"
           "            P[:, i + length] = (1 - c) * first + c * second\n"
           "    return np.sqrt(P[:, :, device.inputs])\n\n\ndef _interfering("),
    mutant("h photon 0 changes its sign too", "pqkd_helpers/circuit_simulator/exact/vacuum_probabilities.py",
           "np.vstack([np.ones(last - first), 1.0 - 2.0 * bits])",
           "np.vstack([1.0 - 2.0 * bits[:1], 1.0 - 2.0 * bits]) if n_photons > 1 else np.ones((1, 1))"),
    mutant("i amplitudes are not normalised after a loss", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py",
           "        self.amplitudes = kept\n        self._leave(lost)\n",
           "        self.amplitudes = kept\n        self.photons = self.photons - lost\n"),
    mutant("j turns without their phase", "pqkd_helpers/circuit_simulator/exact/photon_amplitudes.py", " * factors[:, None, number::-1]", ""),
    mutant("k turns in the order in which they were found", "pqkd_helpers/circuit_simulator/exact/photon_amplitudes.py",
           "chain.append(turns[::-1])", "chain.append(turns)"),
    mutant("l photons alone counted as interfering", "pqkd_helpers/circuit_simulator/exact/photon_probabilities.py",
           "overlap**common * (1.0 - overlap) ** (numbers[j] - common)",
           "(1.0 - overlap) ** common * overlap ** (numbers[j] - common)"),
    mutant("m rounding errors in patterns of too many clicks", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py",
           "    patterns[:, _numbers_of_clicks(device.n_modes) > device.n_photons] = 0.0\n", ""),
    mutant("n dark counts of the first mode only", "pqkd_helpers/circuit_simulator/exact/exact_clicks.py",
           "    for mode in range(n_modes):\n        by_mode", "    for mode in range(1):\n        by_mode"),
    # equivalent: they change no probability
    mutant("= phases of the last loop ignored, sampling", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py",
           "            if phases is not None:\n", "            if phases is not None and k + 1 < len(loop_lengths):\n",
           equivalent=True),
    mutant("= sign of the phases, sampling", "pqkd_helpers/circuit_simulator/sampling/series_of_loops.py", "np.exp(1j * phase * photons)",
           "np.exp(-1j * phase * photons)", equivalent=True),
    mutant("= sign of sin for one loop", "pqkd_helpers/circuit_simulator/sampling/single_loop.py", "fock_beam_splitters(theta.ravel()",
           "fock_beam_splitters(-theta.ravel()", equivalent=True),
]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(MUTANTS, "Do the tests notice a wrong simulator?"))
