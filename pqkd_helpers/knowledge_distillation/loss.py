"""The distillation loss: learn from the labels and from the teacher's soft targets.

    L = hard_weight CE(y, p_S) + (1 - hard_weight) tau^2 KL(p_T^tau || p_S^tau)

``p^tau`` is the softmax of the logits divided by the temperature tau. The divergence runs from
teacher to student. Without the factor tau^2 the soft term's gradient would shrink like
1 / tau^2. Both terms are means over the batch, in nats.

Reference: G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531.

Backs notebook 04.
"""

import torch
from torch import Tensor
from torch.nn import functional

from ..common.checks import check_share, check_temperature
from ..networks.logits import check_answers, check_distributions

# In float32 the divergence is known to about 1e-7, and tau^2 magnifies this error: at higher
# temperatures, where all probabilities are nearly equal, the soft term is computed in float64.
_HIGHEST_IN_FLOAT32 = 10.0


def distillation_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    *,
    temperature: float = 3.0,
    hard_weight: float = 0.5,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the distillation loss, a mean over the batch, in nats.

    Parameters
    ----------
    student_logits, teacher_logits : (batch, n_classes) tensor
        Unnormalised log-probabilities; batch >= 1. The teacher may rule out classes by -inf.
    labels : (batch,) tensor of whole numbers
        True classes, from 0 to ``n_classes - 1``.
    temperature : float
        tau, from 1e-30 to 10,000.
    hard_weight : float
        Share of the hard term in [0, 1]: 1 is plain cross-entropy, 0 the teacher alone. A term
        without weight is not computed.
    label_smoothing : float
        Share of the labels spread evenly over all classes in the hard term, in [0, 1].

    Returns
    -------
    () tensor
        float32, or float64 where logits are. nan if the student's logits hold nan.

    Raises
    ------
    ValueError
        If shapes, types or labels do not fit each other, the teacher's logits make no
        probabilities, or a setting is out of range.

    Examples
    --------
    Equal logits: the soft term is 0, half of the cross-entropy ln 2 is left.

    >>> import torch
    >>> logits, labels = torch.zeros(4, 2), torch.tensor([0, 1, 1, 0])
    >>> distillation_loss(logits, logits, labels)
    tensor(0.3466)
    """
    check_temperature(temperature)
    check_share("hard_weight", hard_weight)
    check_share("label_smoothing", label_smoothing)
    if student_logits.ndim != 2 or student_logits.shape != teacher_logits.shape:
        raise ValueError(
            f"student_logits have shape {tuple(student_logits.shape)} and teacher_logits "
            f"{tuple(teacher_logits.shape)}, the same (batch, n_classes) is expected"
        )
    labels = check_answers(student_logits, labels)
    # 16 bits hold neither tau^2 times a small divergence nor logits over a small tau
    dtype = torch.promote_types(student_logits.dtype, torch.float32)
    student = student_logits.to(torch.promote_types(dtype, teacher_logits.dtype))
    terms = []
    if hard_weight > 0.0:
        hard = functional.cross_entropy(student, labels, label_smoothing=label_smoothing)
        terms.append(hard_weight * hard)
    if hard_weight < 1.0:
        soft = _divergence(student, teacher_logits.to(student.dtype), temperature)
        if soft.isnan():
            check_distributions("teacher_logits", teacher_logits)
        terms.append(((1.0 - hard_weight) * temperature**2 * soft).to(student.dtype))
    return sum(terms[1:], start=terms[0])


def _divergence(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return KL(p_T^tau || p_S^tau), a mean over the batch."""
    if temperature > _HIGHEST_IN_FLOAT32:
        student, teacher = student.double(), teacher.double()
    log_student = functional.log_softmax(student / temperature, dim=1)
    log_teacher = functional.log_softmax(teacher / temperature, dim=1)
    # 0 log 0 = 0: a class that the teacher rules out adds nothing, at any answer of the student
    ruled_out = log_teacher.isneginf()
    return functional.kl_div(
        log_student.masked_fill(ruled_out, 0.0),
        log_teacher.masked_fill(ruled_out, torch.finfo(log_teacher.dtype).min),
        reduction="batchmean",
        log_target=True,
    )
