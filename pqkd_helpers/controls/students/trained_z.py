"""PQKD students whose z is trained by gradient, with no circuit behind it (notebook 09).

What could z do if it were chosen with full knowledge? Both students train it with the weights, by
Adam, and pay for it with trained values:

- `LearnedZStudent`: the 512 numbers of z themselves.
- `HypernetworkStudent`: a small network that makes z from 30 trained numbers, as many as angles.

z always has the norm that the photonic feature has, so scale is no advantage.
"""

from typing import Any

import torch
from torch import Tensor, nn

from ...common.checks import check_positive, check_whole
from ...common.random_streams import derive_seed, forked_seed
from ...networks.teacher_and_student import StudentCNN


class TrainedFeatureStudent(StudentCNN):
    """A student that makes its own z in every forward pass, as part of the graph.

    Parameters
    ----------
    *shape
        As for `StudentCNN`.
    norm : float
        Norm of z.
    **options
        As for `StudentCNN`.
    """

    def __init__(self, *shape: Any, norm: float, **options: Any) -> None:
        super().__init__(*shape, **options)
        self.norm = check_positive("norm", norm)

    def feature(self) -> Tensor:
        """Return the numbers that are scaled into z."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Return logits ``(batch, n_classes)``, under the z of this moment."""
        numbers = self.feature()
        self.condition(numbers * (self.norm / numbers.norm()))
        return super().forward(x)


class LearnedZStudent(TrainedFeatureStudent):
    """A student that trains z itself.

    Examples
    --------
    >>> student = LearnedZStudent(1, (4, 6, 8), scope="all", norm=22.6)
    >>> student(torch.zeros(2, 1, 28, 28)).shape, student.free_z.shape
    (torch.Size([2, 10]), torch.Size([512]))
    """

    def __init__(self, *shape: Any, norm: float, seed: int = 0, **options: Any) -> None:
        super().__init__(*shape, norm=norm, seed=seed, **options)
        generator = torch.Generator().manual_seed(derive_seed(seed, "learned z"))
        self.free_z = nn.Parameter(torch.randn(self.feature_dim, generator=generator))

    def feature(self) -> Tensor:
        """Return the trained numbers ``(feature_dim,)``."""
        return self.free_z


class HypernetworkStudent(TrainedFeatureStudent):
    """A student with a small network that makes z from a few trained numbers.

    Parameters
    ----------
    *shape, norm, seed, **options
        As for `TrainedFeatureStudent`.
    n_inputs : int
        Trained numbers at the network's input.
    hidden : int
        Units of its hidden layer.
    """

    def __init__(
        self,
        *shape: Any,
        norm: float,
        n_inputs: int = 30,
        hidden: int = 16,
        seed: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*shape, norm=norm, seed=seed, **options)
        check_whole("n_inputs", n_inputs, least=1)
        check_whole("hidden", hidden, least=1)
        with forked_seed(derive_seed(seed, "hypernetwork")):
            self.inputs = nn.Parameter(torch.randn(n_inputs))
            self.generator = nn.Sequential(
                nn.Linear(n_inputs, hidden), nn.Tanh(), nn.Linear(hidden, self.feature_dim)
            )

    def feature(self) -> Tensor:
        """Return the network's output ``(feature_dim,)``."""
        return self.generator(self.inputs)
