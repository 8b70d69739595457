"""Knowledge distillation: learn from the labels and from the teacher's soft targets.

    L = hard_weight CE(y, p_S) + (1 - hard_weight) tau^2 KL(p_T^tau || p_S^tau)

``p^tau`` is the softmax of the logits divided by the temperature tau. The divergence runs from
teacher to student. Without the factor tau^2 the soft term's gradient would shrink like
1 / tau^2. Both terms are means over the batch, in nats.

Reference: G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531.
"""

from torch import Tensor
from torch.nn import functional

from .checks import check_positive, check_share
from .networks import Scope, StudentCNN, TeacherCNN

__all__ = ["Scope", "StudentCNN", "TeacherCNN", "check_loss_settings", "distillation_loss"]


def check_loss_settings(temperature: float, hard_weight: float) -> None:
    """Raise ``ValueError`` unless temperature > 0 and hard_weight lies in [0, 1]."""
    check_positive("temperature", temperature)
    check_share("hard_weight", hard_weight)


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
        Unnormalised log-probabilities.
    labels : (batch,) int64 tensor
        True classes.
    temperature : float
        tau > 0.
    hard_weight : float
        Share of the hard term in [0, 1]: 1 is plain cross-entropy, 0 the teacher alone.
    label_smoothing : float
        Share of the labels spread evenly over all classes in the hard term, in [0, 1].

    Returns
    -------
    () tensor

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a setting is out of range.

    Examples
    --------
    Equal logits: the soft term is 0, half of the cross-entropy ln 2 is left.

    >>> import torch
    >>> logits, labels = torch.zeros(4, 2), torch.tensor([0, 1, 1, 0])
    >>> distillation_loss(logits, logits, labels)
    tensor(0.3466)
    """
    check_loss_settings(temperature, hard_weight)
    if student_logits.ndim != 2 or student_logits.shape != teacher_logits.shape:
        raise ValueError(
            f"student_logits have shape {tuple(student_logits.shape)} and teacher_logits "
            f"{tuple(teacher_logits.shape)}, the same (batch, n_classes) is expected"
        )
    if labels.shape != student_logits.shape[:1]:
        raise ValueError(
            f"labels have shape {tuple(labels.shape)}, ({student_logits.shape[0]},) is expected"
        )
    hard = functional.cross_entropy(student_logits, labels, label_smoothing=label_smoothing)
    soft = functional.kl_div(
        functional.log_softmax(student_logits / temperature, dim=1),
        functional.log_softmax(teacher_logits / temperature, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    return hard_weight * hard + (1.0 - hard_weight) * temperature**2 * soft
