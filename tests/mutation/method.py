"""Do the tests notice a wrong method?

    python -m tests.mutation.method [NAME ...]

runs the mutants below (see `mutants`), or those with a NAME in their names: mistakes in the training
loop, the moving average and the scaling, the dictionary layer, the loss, SPSA, the grader, the
records and the verdicts. Takes about 10 minutes of processor time; not part of CI.
"""

import sys

from .mutants import Mutant, main


def topic(tests: tuple[str, ...], *cases: tuple[str, ...]) -> list[Mutant]:
    """Return the mutants of one topic: name, file, old text, new text, old text, ..."""
    return [
        Mutant(name, file, tuple(zip(texts[::2], texts[1::2], strict=True)), tests)
        for name, file, *texts in cases
    ]


MUTANTS = [
    *topic(
        ("tests/test_training_loop.py", "-m", "not slow", "-k", "not every_setting"),
        ("loop: z is sampled before SPSA moves the angles", "pqkd_helpers/training_loop.py",
         "spsa_steps = self._tune_angles(rng)", "old = self.theta\n        spsa_steps = self._tune_angles(rng)",
         "self.feature.update(self.theta, rng)", "self.feature.update(old, rng)"),
        ("loop: Adam trains before the student has the new z", "pqkd_helpers/training_loop.py",
         "self.student.condition(self.feature.update(self.theta, rng))", "z = self.feature.update(self.theta, rng)",
         'rng = numpy_stream(self._seed, "fresh z", self.epoch)',
         'self.student.condition(z)\n        rng = numpy_stream(self._seed, "fresh z", self.epoch)'),
        ("loop: SPSA's objective is taken on training images", "pqkd_helpers/training_loop.py",
         "images = self.data.validation.images[where]", "images = self.data.train.images[where]"),
        ("loop: the other objective", "pqkd_helpers/training_loop.py",
         'self.settings.objective == "through-ema"', 'self.settings.objective != "through-ema"'),
        ("loop: every epoch has the same stream of shots", "pqkd_helpers/training_loop.py",
         'numpy_stream(self._seed, "shots", self.epoch)', 'numpy_stream(self._seed, "shots")'),
        ("loop: every epoch has the same directions", "pqkd_helpers/training_loop.py",
         'numpy_stream(self._seed, "SPSA", self.epoch)', 'numpy_stream(self._seed, "SPSA")'),
        ("loop: every epoch has the same validation batches", "pqkd_helpers/training_loop.py",
         'numpy_stream(self._seed, "validation batches", self.epoch)', 'numpy_stream(self._seed, "validation batches")'),
        ("loop: a fresh z is smoothed", "pqkd_helpers/photonic_feature.py",
         'self._scaled(self._measure(theta, n_shots, rng, "fresh_z"))',
         'self._scaled(self.ema.preview(self._measure(theta, n_shots, rng, "fresh_z")))'),
        ("loop: a fresh z is left in the student", "pqkd_helpers/training_loop.py",
         "self.student.condition(self.feature.z)", "pass"),
        ("loop: zero z is not zero", "pqkd_helpers/training_loop.py",
         "np.zeros(self.student.feature_dim)", "np.ones(self.student.feature_dim)"),
        ("loop: the sham always climbs", "pqkd_helpers/training_loop.py",
         "self.settings.spsa_sham and coin.random() < 0.5", "self.settings.spsa_sham"),
    ),
    *topic(
        ("tests/test_feature_histograms.py", "tests/test_training_loop.py", "-m", "not slow", "-k", "not every_setting"),
        ("feature: weights of the moving average swapped", "pqkd_helpers/feature_histograms.py",
         "self.beta * self.value + (1.0 - self.beta) * values", "(1.0 - self.beta) * self.value + self.beta * values"),
        ("feature: the moving average starts at zero", "pqkd_helpers/feature_histograms.py",
         "        if self.value is None:\n            return values.copy()", "        if self.value is None:\n            return (1.0 - self.beta) * values"),
        ("feature: scaled before it is averaged", "pqkd_helpers/photonic_feature.py",
         "self._scaled(self.ema.update(self.histogram))", "self.ema.update(self._scaled(self.histogram))"),
        ("feature: unit-rms of norm 1", "pqkd_helpers/feature_histograms.py",
         "np.sqrt(values.size) / np.linalg.norm(direction)", "1.0 / np.linalg.norm(direction)"),
        ("feature: standardised by the variance", "pqkd_helpers/feature_histograms.py",
         "np.maximum(histograms.std(axis=0, ddof=1)", "np.maximum(histograms.var(axis=0, ddof=1)"),
    ),
    *topic(
        ("tests/test_fixed_projection.py", "tests/test_dictionary_convolutions.py", "tests/test_networks.py"),
        ("dictionary: channels in and out swapped", "pqkd_helpers/dictionary_convolutions.py",
         "self.mixing.permute(2, 0, 1).flatten(1)", "self.mixing.permute(2, 1, 0).flatten(1)"),
        ("dictionary: entries of A too small", "pqkd_helpers/fixed_projection.py",
         "np.float32(1.0 / np.sqrt(self.in_features))", "np.float32(1.0 / self.in_features)"),
        ("dictionary: one A for all layers", "pqkd_helpers/dictionary_convolutions.py",
         'seed=derive_seed(seed, "projection")', 'seed=derive_seed(0, "projection")'),
        ("dictionary: the basis does not know its rank", "pqkd_helpers/dictionary_convolutions.py",
         "basis_variance = 2.0 / (fan_in * rank)", "basis_variance = 2.0 / fan_in"),
        ("dictionary: padding left out", "pqkd_helpers/dictionary_convolutions.py",
         'self.padding = _pair("padding", padding, least=0)', "self.padding = (0, 0)"),
    ),
    *topic(
        ("tests/test_knowledge_distillation.py",),
        ("loss: no tau^2", "pqkd_helpers/knowledge_distillation.py",
         "(1.0 - hard_weight) * temperature**2 * soft", "(1.0 - hard_weight) * soft"),
        ("loss: KL from student to teacher", "pqkd_helpers/knowledge_distillation.py",
         "    ruled_out = log_teacher.isneginf()", "    log_student, log_teacher = log_teacher, log_student\n    ruled_out = log_teacher.isneginf()"),
        ("loss: hard and soft weight swapped", "pqkd_helpers/knowledge_distillation.py",
         "terms.append(hard_weight * hard)", "terms.append((1.0 - hard_weight) * hard)"),
    ),
    *topic(
        ("tests/test_spsa.py",),
        ("SPSA: it climbs", "pqkd_helpers/spsa.py",
         "self.theta - a * gradient", "self.theta + a * gradient"),
        ("SPSA: c instead of 2 c", "pqkd_helpers/spsa.py",
         "/ (2.0 * c) * direction", "/ c * direction"),
        ("SPSA: the points are clipped, too", "pqkd_helpers/spsa.py",
         "return self.theta + c * np.outer([1.0, -1.0], self._direction)",
         "return np.clip(self.theta + c * np.outer([1.0, -1.0], self._direction), -self.bound, self.bound)"),
    ),
    *topic(
        ("tests/classroom/test_kept_scores.py", "tests/classroom/test_grading.py",
         "-k", "kept_scores or seed or unmake or stubs or calls_together or trusted or one_row or several_files"),
        ("grader: a right answer can be unmade", "pqkd_helpers/classroom/grading.py",
         'before[0] in ("right", "failed")', 'before[0] in ("failed",)'),
        ("grader: not started is solved", "pqkd_helpers/classroom/grading.py",
         'int(status == "right")', 'int(status != "wrong")'),
        ("grader: the seed is ignored", "pqkd_helpers/classroom/grading.py",
         "with private_seed(seed):", "with private_seed(0):"),
        ("grader: scores of another seed are kept", "pqkd_helpers/classroom/scores.py",
         "versions, expected, seed, asdict(limits)", "versions, expected, asdict(limits)"),
        ("grader: the worst of several answers counts", "pqkd_helpers/classroom/score_tables.py",
         "best.append(min(by_exercise[number]", "best.append(max(by_exercise[number]"),
        ("grader: every call of an answer has the whole time", "pqkd_helpers/classroom/student_process.py",
         "self.seconds -= time.monotonic() - started", "self.seconds -= 0.0"),
        ("grader: trust does without the sandbox", "pqkd_helpers/classroom/sandbox.py",
         "    if has_sandbox():\n", "    if has_sandbox() and not trust:\n"),
    ),
    *topic(
        ("tests/experiments/test_records.py", "tests/experiments/test_configuration.py", "tests/results/test_catalogue.py"),
        ("records: written without a look at the schema", "pqkd_helpers/experiments/records.py",
         "json_bytes(check_record(record))", "json_bytes(record)"),
        ("records: the hash does not know the method's version", "pqkd_helpers/experiments/method_version.py",
         '{**configuration, "method_version": method_version}', "configuration"),
        ("records: later fields are never written", "pqkd_helpers/experiments/configuration.py",
         "if name not in _LATER_FIELDS or value != defaults[name]", "if name not in _LATER_FIELDS"),
        ("records: one label of those asked for is enough", "pqkd_helpers/results/catalogue.py",
         "if all(value is None or record[name] == value", "if any(value is None or record[name] == value"),
        ("records: not in the order of their seeds", "pqkd_helpers/results/catalogue.py",
         '        return sorted(found, key=lambda record: record["seed"])', "        return found"),
        ("records: arms whose names begin alike are mixed", "pqkd_helpers/experiments/records.py",
         '-{arm}-seed*.json', '-{arm}*.json'),
    ),
    *topic(
        ("tests/results/test_results.py", "-k", "pairs_are_of_equal_seeds"),
        ("records: seeds of either arm are kept", "pqkd_helpers/results/catalogue.py",
         'for record in first} & {record["seed"]', 'for record in first} | {record["seed"]'),
    ),
    *topic(
        ("tests/experiments/test_statistics.py", "tests/experiments/test_verdicts.py",
         "tests/experiments/test_equivalence.py", "-m", "not slow", "-k", "not power_formula"),
        ("verdicts: quantile of one side", "pqkd_helpers/experiments/statistics.py",
         "student_t.ppf(0.5 + confidence / 2.0, x.size - 1)", "student_t.ppf(confidence, x.size - 1)"),
        ("verdicts: pairs taken for two independent arms", "pqkd_helpers/experiments/statistics.py",
         "mean_of(a - b, confidence=confidence)", "mean_of(a - b.mean(), confidence=confidence)"),
        ("verdicts: the mean alone is within the margin", "pqkd_helpers/experiments/verdicts.py",
         "if -margin < low and high < margin:", "if -margin < difference < margin:"),
        ("verdicts: above and below swapped", "pqkd_helpers/experiments/verdicts.py",
         'sign = 1.0 if direction == "above" else -1.0', 'sign = -1.0 if direction == "above" else 1.0'),
        ("verdicts: one of the two one-sided tests is enough", "pqkd_helpers/experiments/equivalence.py",
         "p_equivalent = max(", "p_equivalent = min("),
    ),
]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(MUTANTS, "Do the tests notice a wrong method?"))
