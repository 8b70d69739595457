"""Counting trained values, and the compression ratios that follow.

Counted are the values that training changes: basis filters (a shared basis once), gains, biases,
dense weights, batch norm's scales and shifts, and the circuit's angles once per student. The frozen
matrix A is regenerated from a seed and not counted. The ratio teacher / student depends on what is
compared, so three are given side by side; a higher ratio may mean a larger teacher and not a
smaller student.

Backs notebook 08.
"""

from dataclasses import dataclass

from torch import nn

from ..networks.teacher_and_student import trained_values


@dataclass(frozen=True)
class Compression:
    """Trained values of teacher and student, and their ratios.

    Attributes
    ----------
    teacher_values, student_values : int
        Trained values; the student's include the angles.
    n_angles : int
        Angles of the circuit, counted once.
    whole_network, convolutions, convolution_kernels : float
        Teacher's values per student's value: of the whole network, of the convolutions with
        their biases, and of the convolution kernels without biases. The angles are in all three.
    """

    teacher_values: int
    student_values: int
    n_angles: int
    whole_network: float
    convolutions: float
    convolution_kernels: float


def measure_compression(teacher: nn.Module, student: nn.Module, n_angles: int) -> Compression:
    """Count both networks and compare them.

    Parameters
    ----------
    teacher, student : torch.nn.Module
        The two networks; their convolutions are named conv1, conv2, ...
    n_angles : int
        Angles of the circuit behind the student's feature.

    Examples
    --------
    >>> from pqkd_helpers.knowledge_distillation import StudentCNN, TeacherCNN
    >>> compression = measure_compression(TeacherCNN(), StudentCNN(), n_angles=30)
    >>> compression.student_values, round(compression.whole_network, 2)
    (149368, 1.5)
    """
    convolutions = [_convolution_values(network, bias=True) for network in (teacher, student)]
    kernels = [_convolution_values(network, bias=False) for network in (teacher, student)]
    teacher_values = trained_values(teacher)
    student_values = trained_values(student) + n_angles
    return Compression(
        teacher_values=teacher_values,
        student_values=student_values,
        n_angles=n_angles,
        whole_network=teacher_values / student_values,
        convolutions=convolutions[0] / (convolutions[1] + n_angles),
        convolution_kernels=kernels[0] / (kernels[1] + n_angles),
    )


def _convolution_values(network: nn.Module, *, bias: bool) -> int:
    return sum(
        parameter.numel()  # a basis of two layers is named, and counted, once
        for name, parameter in network.named_parameters()
        if name.startswith("conv") and (bias or not name.endswith(".bias"))
    )
