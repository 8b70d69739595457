"""What one epoch of training measures: plain numbers, stored in records."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TeacherEpoch:
    """What one epoch of the teacher measured; train figures are taken while learning."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_cross_entropy: float
    validation_accuracy: float


@dataclass(frozen=True)
class EvaluatedTeacherEpoch(TeacherEpoch):
    """The same, and how the teacher does on fixed training images in evaluation mode.

    Attributes
    ----------
    evaluated_train_accuracy, evaluated_train_cross_entropy : float
        After the epoch, dropout off, without augmentation; a share in [0, 1] and nats.
    """

    evaluated_train_accuracy: float
    evaluated_train_cross_entropy: float


@dataclass(frozen=True)
class StudentEpoch:
    """What one epoch of a student measured.

    Attributes
    ----------
    epoch : int
        Number of the epoch, from 1.
    train_loss, train_accuracy : float
        Distillation loss (nats) and accuracy, taken while learning (dropout on).
    validation_loss, validation_cross_entropy, validation_accuracy : float
        Of the PQKD student with the z trained with.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_cross_entropy: float
    validation_accuracy: float


@dataclass(frozen=True, eq=False)
class PQKDEpoch(StudentEpoch):
    """What one epoch of Algorithm S1 measured.

    Attributes
    ----------
    fresh_z_validation_accuracy : float
        Accuracy under one feature sampled afresh at theta.
    spsa_losses : (steps, 2) nested list
        Objective at both points of every SPSA step, nats.
    spsa_gradient_norms : list of float
        Norm of every gradient estimate, nats per radian.
    feature_norm : float
        |z| before scaling: the norm of the smoothed histogram.
    drift : float or None
        Angle between this epoch's z and the last one's, radians.
    theta : list of float
        The angles, radians.
    shots : int
        Shots taken in this epoch, the fresh feature's included.
    """

    fresh_z_validation_accuracy: float
    spsa_losses: list[list[float]]
    spsa_gradient_norms: list[float]
    feature_norm: float
    drift: float | None
    theta: list[float]
    shots: int
