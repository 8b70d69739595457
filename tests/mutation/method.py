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
        ("tests/training_loop/test_trainer.py", "-m", "not slow", "-k", "not every_setting"),
        ("loop: z is sampled before SPSA moves the angles", "pqkd_helpers/training_loop/trainer.py",
         "spsa_steps = self._tune_angles(rng)", "old = self.theta\n        spsa_steps = self._tune_angles(rng)",
         "self.feature.update(self.theta, rng)", "self.feature.update(old, rng)"),
        ("loop: Adam trains before the student has the new z", "pqkd_helpers/training_loop/trainer.py",
         "self.student.condition(self.feature.update(self.theta, rng))", "z = self.feature.update(self.theta, rng)",
         'rng = numpy_stream(self._seed, "fresh z", self.epoch)',
         'self.student.condition(z)\n        rng = numpy_stream(self._seed, "fresh z", self.epoch)'),
        ("loop: SPSA's objective is taken on training images", "pqkd_helpers/training_loop/trainer.py",
         "images = self.data.validation.images[where]", "images = self.data.train.images[where]"),
        ("loop: the other objective", "pqkd_helpers/training_loop/trainer.py",
         'self.settings.objective == "through-ema"', 'self.settings.objective != "through-ema"'),
        ("loop: every epoch has the same stream of shots", "pqkd_helpers/training_loop/trainer.py",
         'numpy_stream(self._seed, "shots", self.epoch)', 'numpy_stream(self._seed, "shots")'),
        ("loop: every epoch has the same directions", "pqkd_helpers/training_loop/trainer.py",
         'numpy_stream(self._seed, "SPSA", self.epoch)', 'numpy_stream(self._seed, "SPSA")'),
        ("loop: every epoch has the same validation batches", "pqkd_helpers/training_loop/trainer.py",
         'numpy_stream(self._seed, "validation batches", self.epoch)', 'numpy_stream(self._seed, "validation batches")'),
        ("loop: a fresh z is smoothed", "pqkd_helpers/training_loop/photonic_feature.py",
         'self._scaled(self._measure(theta, n_shots, rng, "fresh_z"))',
         'self._scaled(self.ema.preview(self._measure(theta, n_shots, rng, "fresh_z")))'),
        ("loop: a fresh z is left in the student", "pqkd_helpers/training_loop/trainer.py",
         "student.condition(feature.z)", "pass"),
        ("loop: zero z is not zero", "pqkd_helpers/training_loop/trainer.py",
         "np.zeros(student.feature_dim)", "np.ones(student.feature_dim)"),
        ("loop: the sham always climbs", "pqkd_helpers/controls/angle_searches.py",
         "self.coin.random() < 0.5", "True"),
    ),
    *topic(
        ("tests/test_feature_histograms.py", "tests/training_loop/test_trainer.py", "-m", "not slow", "-k", "not every_setting"),
        ("feature: weights of the moving average swapped", "pqkd_helpers/feature_histograms.py",
         "self.beta * self.value + (1.0 - self.beta) * values", "(1.0 - self.beta) * self.value + self.beta * values"),
        ("feature: the moving average starts at zero", "pqkd_helpers/feature_histograms.py",
         "        if self.value is None:\n            return values.copy()", "        if self.value is None:\n            return (1.0 - self.beta) * values"),
        ("feature: scaled before it is averaged", "pqkd_helpers/training_loop/photonic_feature.py",
         "self._scaled(self.ema.update(self.histogram))", "self.ema.update(self._scaled(self.histogram))"),
        ("feature: unit-rms of norm 1", "pqkd_helpers/feature_histograms.py",
         "np.sqrt(values.size) / np.linalg.norm(direction)", "1.0 / np.linalg.norm(direction)"),
        ("feature: standardised by the variance", "pqkd_helpers/feature_histograms.py",
         "np.maximum(values.std(axis=0, ddof=1)", "np.maximum(values.var(axis=0, ddof=1)"),
    ),
    *topic(
        ("tests/dictionary_convolutions/test_fixed_projection.py", "tests/dictionary_convolutions/test_layer.py", "tests/networks/test_teacher_and_student.py"),
        ("dictionary: channels in and out swapped", "pqkd_helpers/dictionary_convolutions/layer.py",
         "self.mixing.permute(2, 0, 1).flatten(1)", "self.mixing.permute(2, 1, 0).flatten(1)"),
        ("dictionary: entries of A too small", "pqkd_helpers/dictionary_convolutions/fixed_projection.py",
         "np.float32(1.0 / np.sqrt(self.in_features))", "np.float32(1.0 / self.in_features)"),
        ("dictionary: one A for all layers", "pqkd_helpers/dictionary_convolutions/layer.py",
         'seed=derive_seed(seed, "projection")', 'seed=derive_seed(0, "projection")'),
        ("dictionary: the basis does not know its rank", "pqkd_helpers/dictionary_convolutions/layer.py",
         "basis_variance = 2.0 / (fan_in * rank)", "basis_variance = 2.0 / fan_in"),
        ("dictionary: padding left out", "pqkd_helpers/dictionary_convolutions/layer.py",
         'self.padding = _pair("padding", padding, least=0)', "self.padding = (0, 0)"),
    ),
    *topic(
        ("tests/knowledge_distillation/test_loss.py",),
        ("loss: no tau^2", "pqkd_helpers/knowledge_distillation/loss.py",
         "(1.0 - hard_weight) * temperature**2 * soft", "(1.0 - hard_weight) * soft"),
        ("loss: KL from student to teacher", "pqkd_helpers/knowledge_distillation/loss.py",
         "    ruled_out = log_teacher.isneginf()", "    log_student, log_teacher = log_teacher, log_student\n    ruled_out = log_teacher.isneginf()"),
        ("loss: hard and soft weight swapped", "pqkd_helpers/knowledge_distillation/loss.py",
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
        ("tests/classroom/grading/test_kept_scores.py", "tests/classroom/grading/test_grading.py",
         "-k", "kept_scores or seed or unmake or stubs or calls_together or trusted or one_row or several_files"),
        ("grader: a right answer can be unmade", "pqkd_helpers/classroom/grading/grading.py",
         'before[0] in ("right", "failed")', 'before[0] in ("failed",)'),
        ("grader: not started is solved", "pqkd_helpers/classroom/grading/grading.py",
         'int(status == "right")', 'int(status != "wrong")'),
        ("grader: the seed is ignored", "pqkd_helpers/classroom/grading/grading.py",
         "with private_seed(seed):", "with private_seed(0):"),
        ("grader: scores of another seed are kept", "pqkd_helpers/classroom/grading/scores.py",
         "versions, expected, seed, asdict(limits)", "versions, expected, asdict(limits)"),
        ("grader: the worst of several answers counts", "pqkd_helpers/classroom/grading/score_tables.py",
         "best.append(min(by_exercise[number]", "best.append(max(by_exercise[number]"),
        ("grader: every call of an answer has the whole time", "pqkd_helpers/classroom/sandbox/student_process.py",
         "self.seconds -= time.monotonic() - started", "self.seconds -= 0.0"),
        ("grader: trust does without the sandbox", "pqkd_helpers/classroom/sandbox/walls.py",
         "    if has_sandbox():\n", "    if has_sandbox() and not trust:\n"),
    ),
    *topic(
        ("tests/records/test_record.py", "tests/experiments/runs/test_configuration.py", "tests/records/test_stored.py"),
        ("records: written without a look at the schema", "pqkd_helpers/records/record.py",
         "json_bytes(check_record(record))", "json_bytes(record)"),
        ("records: the hash does not know the method's version", "pqkd_helpers/records/record.py",
         '{**configuration, "method_version": method_version}', "configuration"),
        ("records: later fields are never written", "pqkd_helpers/experiments/runs/configuration.py",
         "if name not in _LATER_FIELDS or value != defaults[name]", "if name not in _LATER_FIELDS"),
        ("records: one label of those asked for is enough", "pqkd_helpers/records/stored.py",
         "if all(value is None or record[name] == value", "if any(value is None or record[name] == value"),
        ("records: not in the order of their seeds", "pqkd_helpers/records/stored.py",
         '        return sorted(found, key=lambda record: record["seed"])', "        return found"),
        ("records: arms whose names begin alike are mixed", "pqkd_helpers/records/stored.py",
         "record[name] == value for name", "str(record[name]).startswith(value) for name"),
    ),
    *topic(
        ("tests/paper_figures/test_results.py", "-k", "pairs_are_of_equal_seeds"),
        ("records: seeds of either arm are kept", "pqkd_helpers/records/stored.py",
         'for record in first} & {record["seed"]', 'for record in first} | {record["seed"]'),
    ),
    *topic(
        ("tests/statistics/test_means.py", "tests/statistics/test_verdicts.py",
         "tests/statistics/test_equivalence.py", "-m", "not slow", "-k", "not power_formula"),
        ("verdicts: quantile of one side", "pqkd_helpers/statistics/means.py",
         "student_t.ppf(0.5 + confidence / 2.0, x.size - 1)", "student_t.ppf(confidence, x.size - 1)"),
        ("verdicts: pairs taken for two independent arms", "pqkd_helpers/statistics/means.py",
         "mean_of(a - b, confidence=confidence)", "mean_of(a - b.mean(), confidence=confidence)"),
        ("verdicts: the mean alone is within the margin", "pqkd_helpers/statistics/verdicts.py",
         "if -margin < low and high < margin:", "if -margin < difference < margin:"),
        ("verdicts: above and below swapped", "pqkd_helpers/statistics/verdicts.py",
         'sign = 1.0 if direction == "above" else -1.0', 'sign = -1.0 if direction == "above" else 1.0'),
        ("verdicts: one of the two one-sided tests is enough", "pqkd_helpers/statistics/equivalence.py",
         "p_equivalent = max(", "p_equivalent = min("),
        ("verdicts: a premise that failed does not matter", "pqkd_helpers/statistics/verdicts.py",
         "if not premise:", "if False:"),
        ("verdicts: a smaller scale speaks of the paper", "pqkd_helpers/statistics/verdicts.py",
         'return "not" if paper_recipe else "not at this scale"', 'return "not"'),
    ),
    *topic(
        ("tests/statistics/test_decay_fits.py", "-k", "constant or edge"),
        ("fits: constants are rejected laws", "pqkd_helpers/statistics/decay_fits.py",
         "if self.constant_p > _LEVEL or ", "if "),
        ("fits: the edge of the grid is a finding", "pqkd_helpers/statistics/decay_fits.py",
         "or self.exponent_low < low or self.exponent_high > high:", ":"),
    ),
]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(MUTANTS, "Do the tests notice a wrong method?"))
