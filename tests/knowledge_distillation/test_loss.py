import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from pqkd_helpers.knowledge_distillation import distillation_loss

LABELS = torch.tensor([0, 1])


def log_softmax(values, temperature):
    scaled = [(value - max(values)) / temperature for value in values]
    norm = math.log(sum(map(math.exp, scaled)))
    return [value - norm for value in scaled]


def by_hand(student, teacher, labels, *, temperature, hard_weight=0.5):
    """The formula, one image and one class after the other; 0 log 0 = 0."""
    total = 0.0
    for s, t, label in zip(student.tolist(), teacher.tolist(), labels.tolist(), strict=True):
        logs = zip(log_softmax(t, temperature), log_softmax(s, temperature), strict=True)
        divergence = math.fsum(math.exp(a) * (a - b) for a, b in logs if a > -math.inf)
        hard = -log_softmax(s, 1.0)[label]
        total += hard_weight * hard + (1 - hard_weight) * temperature**2 * divergence
    return total / len(labels)


def drawn(*, scale=1.0, n=32, n_classes=10):
    generator = torch.Generator().manual_seed(0)
    student, teacher = (scale * torch.randn(2, n, n_classes, generator=generator)).unbind()
    return student, teacher, torch.randint(n_classes, (n,), generator=generator)


def test_an_asymmetric_case_by_hand():
    """Direction teacher to student, the factor tau^2, the means over the batch."""
    student, teacher = [[2.0, 0.0, -1.0], [0.5, 0.1, 0.0]], [[0.0, 3.0, 1.0], [1.0, 1.0, -2.0]]
    tau, weight = 3.0, 0.3
    student, teacher = torch.tensor(student), torch.tensor(teacher)
    loss = distillation_loss(student, teacher, LABELS, temperature=tau, hard_weight=weight)
    expected = by_hand(student, teacher, LABELS, temperature=tau, hard_weight=weight)
    assert loss.item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("temperature", [0.01, 1.0, 10.0, 30.0, 300.0, 10_000.0])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [0.01, 3.0])
def test_every_type_and_temperature_by_hand(temperature, dtype, scale):
    """16 bits hold no tau^2 = 90,000, and in 32 bits tau^2 magnifies rounding errors."""
    student, teacher, labels = drawn(scale=scale)
    student, teacher = student.to(dtype), teacher.to(dtype)
    loss = distillation_loss(student, teacher, labels, temperature=temperature, hard_weight=0.0)
    expected = by_hand(student, teacher, labels, temperature=temperature, hard_weight=0.0)
    # the divergence is known to about 1e-7 at tau = 10 in float32, and tau^2 = 100
    assert loss.item() == pytest.approx(expected, rel=2e-6, abs=2e-5)
    assert loss.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_a_class_that_the_teacher_rules_out(dtype):
    student, teacher, labels = drawn()
    teacher[:, 9], labels = -math.inf, labels % 9
    student, teacher = student.to(dtype).requires_grad_(), teacher.to(dtype).requires_grad_()
    loss = distillation_loss(student, teacher, labels)
    loss.backward()
    expected = by_hand(student, teacher, labels, temperature=3.0)
    assert loss.item() == pytest.approx(expected, rel=1e-6)
    assert student.grad.isfinite().all() and teacher.grad.isfinite().all()
    assert (student.grad[:, 9] > 0).all()  # the student learns to rule it out as well
    ruled_out = student.detach().index_fill(1, torch.tensor([9]), -math.inf)
    loss = distillation_loss(ruled_out, teacher, labels)
    assert loss.item() == pytest.approx(
        by_hand(ruled_out[:, :9], teacher[:, :9], labels, temperature=3.0), rel=1e-6
    )


def test_a_class_that_the_student_alone_rules_out_costs_everything():
    student = torch.tensor([[0.0, -math.inf, 1.0]])
    loss = distillation_loss(student, torch.zeros(1, 3), torch.tensor([0]))
    assert loss.item() == math.inf


@pytest.mark.parametrize("spoiled", [math.nan, math.inf, -math.inf])
def test_a_teacher_without_probabilities_is_refused_where_it_counts(spoiled):
    student, teacher, labels = drawn()
    teacher[3] = spoiled
    with pytest.raises(ValueError, match=r"teacher_logits\[3\] is .* no probabilities"):
        distillation_loss(student, teacher, labels)
    loss = distillation_loss(student, teacher, labels, hard_weight=1.0)
    assert torch.equal(loss, functional.cross_entropy(student, labels))


def test_labels_count_for_nothing_at_hard_weight_0():
    student, teacher, labels = drawn()
    student[:, 2] = -math.inf
    teacher[:, 2] = -math.inf
    labels[:] = 2
    assert distillation_loss(student, teacher, labels, hard_weight=0.0).isfinite()


def test_a_student_that_diverged_gives_nan():
    """Training sees it, and says so."""
    student, teacher, labels = drawn()
    student[0, 0] = math.nan
    assert distillation_loss(student, teacher, labels).isnan()


@given(st.floats(0.1, 50.0))
def test_the_soft_term_vanishes_at_equal_logits(temperature):
    logits = torch.tensor([[1.0, -2.0, 0.5], [0.0, 0.0, 3.0]])
    loss = distillation_loss(logits, logits, LABELS, temperature=temperature, hard_weight=0.0)
    assert loss.item() == pytest.approx(0.0, abs=1e-6 * temperature**2)


def test_only_labels_at_hard_weight_1():
    student, teacher = torch.randn(2, 3), torch.randn(2, 3)
    loss = distillation_loss(student, teacher, LABELS, hard_weight=1.0)
    assert torch.equal(loss, functional.cross_entropy(student, LABELS))


def test_tau_squared_keeps_the_gradient_alive():
    """At high temperature the soft gradient tends to (s - t) / n_classes, for centred logits."""
    student = torch.tensor([[0.3, -0.1, -0.2], [0.4, 0.0, -0.4]], requires_grad=True)
    teacher = torch.tensor([[-0.5, 0.2, 0.3], [0.1, 0.1, -0.2]])
    distillation_loss(student, teacher, LABELS, temperature=300.0, hard_weight=0.0).backward()
    assert torch.allclose(student.grad, (student - teacher).detach() / 3 / 2, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0.0}, "temperature is 0.0"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": math.nan}, "temperature"),
        ({"hard_weight": 1.1}, "hard_weight is 1.1"),
        ({"hard_weight": -0.1}, "hard_weight"),
        ({"temperature": 1e5}, "temperature is 100000.0, a number from 1e-30 to 10,000"),
        ({"temperature": 1e-40}, "temperature is 1e-40"),
        ({"temperature": "3"}, "temperature is '3'"),
        ({"label_smoothing": 2.0}, r"label_smoothing is 2.0, a number in \[0, 1\]"),
        ({"label_smoothing": math.nan}, "label_smoothing is nan"),
    ],
)
def test_settings_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        distillation_loss(torch.zeros(2, 3), torch.zeros(2, 3), LABELS, **options)


@pytest.mark.parametrize(
    ("student", "teacher", "labels"),
    [((2, 3), (2, 4), 2), ((2, 3), (3, 3), 2), ((2, 3), (2, 3), 3), ((3,), (3,), 3)],
)
def test_shapes_that_do_not_fit(student, teacher, labels):
    with pytest.raises(ValueError, match="shape"):
        distillation_loss(
            torch.zeros(student), torch.zeros(teacher), torch.zeros(labels, dtype=torch.long)
        )


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.int64])
def test_labels_of_any_whole_type(dtype):
    student, teacher, labels = drawn()
    loss = distillation_loss(student, teacher, labels.to(dtype))
    assert torch.equal(loss, distillation_loss(student, teacher, labels))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, -100], "labels hold -100, whole numbers from 0 to 2"),  # torch would leave it out
        ([0, 3], "labels hold 3"),
        ([0.0, 1.0], "labels are torch.float32, whole numbers"),
        ([True, False], "labels are torch.bool"),
    ],
)
def test_labels_that_are_no_classes(labels, message):
    with pytest.raises(ValueError, match=message):
        distillation_loss(torch.zeros(2, 3), torch.zeros(2, 3), torch.tensor(labels))


def test_an_empty_batch_and_whole_numbers_for_logits():
    labels = torch.tensor([], dtype=torch.int64)
    with pytest.raises(ValueError, match="one answer or more"):
        distillation_loss(torch.zeros(0, 3), torch.zeros(0, 3), labels)
    with pytest.raises(ValueError, match="real numbers"):
        distillation_loss(torch.zeros(2, 3).long(), torch.zeros(2, 3), LABELS)
