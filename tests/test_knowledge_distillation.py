import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from pqkd_helpers.knowledge_distillation import distillation_loss

LABELS = torch.tensor([0, 1])


def softmax(values, temperature):
    weights = [math.exp(value / temperature) for value in values]
    return [weight / sum(weights) for weight in weights]


def test_an_asymmetric_case_by_hand():
    """Direction teacher to student, the factor tau^2, the means over the batch."""
    student, teacher = [[2.0, 0.0, -1.0], [0.5, 0.1, 0.0]], [[0.0, 3.0, 1.0], [1.0, 1.0, -2.0]]
    tau, weight = 3.0, 0.3
    expected = 0.0
    for s, t, label in zip(student, teacher, LABELS.tolist(), strict=True):
        p_t, p_s = softmax(t, tau), softmax(s, tau)
        divergence = sum(a * math.log(a / b) for a, b in zip(p_t, p_s, strict=True))
        hard = -math.log(softmax(s, 1.0)[label])
        expected += (weight * hard + (1 - weight) * tau**2 * divergence) / 2
    loss = distillation_loss(
        torch.tensor(student), torch.tensor(teacher), LABELS, temperature=tau, hard_weight=weight
    )
    assert loss.item() == pytest.approx(expected, rel=1e-6)


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
