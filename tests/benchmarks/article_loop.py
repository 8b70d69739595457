"""The article's design of the training loop, written from its description, to measure ours against.

The article is the explanation of PQKD with an educational re-implementation (aitrendblend.com,
2026). Of its design: a loader with worker processes and transforms, A kept as a buffer, ``A z``
and the kernel computed in every forward pass, the teacher's forward pass in every step, torch's
default memory layout and Adam. Of ours, since they cost the same in both loops: the circuit, the
histogram, the moving average and SPSA's arithmetic.

Below `ArticleTrainer` stands the same with one part replaced by ours, one class a part.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import conv2d, cross_entropy, kl_div, log_softmax, max_pool2d, softmax
from torch.utils.data import DataLoader, Dataset, Subset

from pqkd_helpers.circuit_simulator import Sampler
from pqkd_helpers.datasets import ImageData
from pqkd_helpers.feature_histograms import EMA, click_histograms
from pqkd_helpers.spsa import SPSA

FEATURE_DIM, RANK, WIDTHS = 512, 8, (64, 128, 128)
BATCH, WORKERS, SHOTS, SPSA_STEPS, SPSA_BATCHES = 64, 2, 200, 10, 5
LEARNING_RATE, HARD_WEIGHT, TEMPERATURE, EMA_BETA = 1e-3, 0.5, 3.0, 0.9


class ArticleDictConv2d(nn.Module):
    """A dictionary convolution that holds A and multiplies it by z in every forward pass."""

    A: Tensor

    def __init__(self, c_in: int, c_out: int, size: int, *, generator: torch.Generator) -> None:
        super().__init__()
        self.mixing_shape = (c_out, c_in, RANK)
        rows = math.prod(self.mixing_shape)
        A = torch.randn(rows, FEATURE_DIM, generator=generator)
        self.register_buffer("A", A.mul_(FEATURE_DIM**-0.5))
        basis = torch.randn(RANK, size, size, generator=generator)
        self.basis = nn.Parameter(basis / math.sqrt(RANK * size**2))
        self.bias = nn.Parameter(torch.zeros(c_out))
        self.padding = size // 2

    def mixing(self, z: Tensor) -> Tensor:
        return (self.A @ z).view(self.mixing_shape)

    def kernel(self, mixing: Tensor) -> Tensor:
        return torch.einsum("oir,rab->oiab", mixing, self.basis)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return conv2d(x, self.kernel(self.mixing(z)), self.bias, padding=self.padding)


class PlainConv2d(nn.Conv2d):
    """A dense convolution that is called with z, too."""

    def forward(self, x: Tensor, z: Tensor | None = None) -> Tensor:
        return super().forward(x)


class ArticleCNN(nn.Module):
    """The network: dense, or with dictionary convolutions of the given kind in its scope."""

    def __init__(
        self,
        scope: str = "conv1+conv2",
        layer: type[ArticleDictConv2d] = ArticleDictConv2d,
        *,
        seed: int = 0,
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)

        def convolution(name: str, c_in: int, c_out: int, size: int) -> nn.Module:
            if name in scope or scope == "all":
                return layer(c_in, c_out, size, generator=generator)
            return PlainConv2d(c_in, c_out, size, padding=size // 2)

        first, second, third = WIDTHS
        self.conv1 = convolution("conv1", 1, first, 5)
        self.conv2 = convolution("conv2", first, second, 3)
        self.conv3 = convolution("conv3", second, third, 3)
        self.dropout = nn.Dropout(0.25)
        self.linear = nn.Linear(third, 10)

    def forward(self, x: Tensor, z: Tensor | None = None) -> Tensor:
        x = max_pool2d(torch.relu(self.conv1(x, z)), 2)
        x = max_pool2d(torch.relu(self.conv2(x, z)), 2)
        x = self.dropout(torch.relu(self.conv3(x, z)))
        return self.linear(x.mean(dim=(2, 3)))


def article_loss(logits: Tensor, teacher_logits: Tensor, labels: Tensor) -> Tensor:
    """lambda CE(y, p_S) + (1 - lambda) tau^2 KL(p_T^tau || p_S^tau)."""
    soft = kl_div(
        log_softmax(logits / TEMPERATURE, dim=1),
        softmax(teacher_logits / TEMPERATURE, dim=1),
        reduction="batchmean",
    )
    hard = cross_entropy(logits, labels)
    return HARD_WEIGHT * hard + (1 - HARD_WEIGHT) * TEMPERATURE**2 * soft


def article_splits(
    root: Path, n_train: int = 55_000, n_validation: int = 5_000
) -> tuple[Dataset[Any], Dataset[Any]]:
    """MNIST's training images through torchvision and its transforms, in two parts."""
    from torchvision import transforms
    from torchvision.datasets import MNIST

    transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    )
    images = MNIST(str(root), train=True, transform=transform)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0)).tolist()
    return Subset(images, order[:n_train]), Subset(images, order[-n_validation:])


class ArticleTrainer:
    """Algorithm S1 in the article's design."""

    def __init__(
        self,
        student: nn.Module,
        teacher: nn.Module,
        splits: tuple[Dataset[Any], Dataset[Any]],
        circuit: Sampler,
        *,
        spsa_steps: int = SPSA_STEPS,
    ) -> None:
        self.student, self.teacher, self.circuit = student, teacher.eval(), circuit
        train, validation = splits
        self.loader = DataLoader(train, BATCH, shuffle=True, num_workers=WORKERS)
        self.validation_loader = DataLoader(validation, BATCH, num_workers=WORKERS)
        self.optimiser = torch.optim.Adam(student.parameters(), lr=LEARNING_RATE)
        self.rng = np.random.default_rng(0)
        self.spsa = SPSA(np.zeros(circuit.n_angles), rng=self.rng)
        self.spsa_steps = spsa_steps
        self.ema = EMA(EMA_BETA)
        self.update_feature()

    def run_epoch(self) -> float:
        """SPSA on theta, the smoothed z, an epoch of Adam; return the validation accuracy."""
        self.tune_angles()
        self.update_feature()
        for images, labels in self.batches():
            self.step(images, labels)
        return self.validation_accuracy()

    def tune_angles(self) -> None:
        for _ in range(self.spsa_steps):
            self.spsa.step(self.objective)

    @torch.no_grad()
    def objective(self, theta: NDArray[np.float64]) -> float:
        """The loss on the first validation batches under a feature sampled at theta."""
        self.student.eval()
        z = torch.from_numpy(self.sample(theta)).float()
        losses = [
            article_loss(self.student(images, z), self.teacher_logits(images), labels).item()
            for images, labels in self.first_validation_batches()
        ]
        return sum(losses) / len(losses)

    def first_validation_batches(self) -> Iterable[tuple[Tensor, Tensor]]:
        return islice(self.validation_loader, SPSA_BATCHES)

    def sample(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        return click_histograms(self.circuit.sample(theta, SHOTS, rng=self.rng))

    def update_feature(self) -> None:
        self.z = torch.from_numpy(self.ema.update(self.sample(self.spsa.theta))).float()

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        yield from self.loader

    @torch.no_grad()
    def teacher_logits(self, images: Tensor) -> Tensor:
        return self.teacher(images)

    def step(self, images: Tensor, labels: Tensor) -> None:
        self.student.train()
        loss = article_loss(self.student(images, self.z), self.teacher_logits(images), labels)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()

    @torch.no_grad()
    def validation_accuracy(self) -> float:
        self.student.eval()
        right = n = 0
        for images, labels in self.validation_loader:
            right += (self.student(images, self.z).argmax(dim=1) == labels).sum().item()
            n += len(labels)
        return right / n


class MixingOnce(ArticleDictConv2d):
    """One part replaced: ``A z`` is kept from the first forward pass on."""

    kept: Tensor | None = None

    def mixing(self, z: Tensor) -> Tensor:
        if self.kept is None:
            self.kept = super().mixing(z)
        return self.kept


class KernelByRank(ArticleDictConv2d):
    """One part replaced: the kernel as (k^2, R) @ (R, out * in), channels last."""

    def kernel(self, mixing: Tensor) -> Tensor:
        by_place = self.basis.flatten(1).T @ mixing.permute(2, 0, 1).flatten(1)
        kernel = by_place.view(*self.basis.shape[1:], *mixing.shape[:2]).permute(2, 3, 0, 1)
        return kernel.contiguous(memory_format=torch.channels_last)


class PooledFirst(ArticleCNN):
    """One part replaced: pooling before ReLU."""

    def forward(self, x: Tensor, z: Tensor | None = None) -> Tensor:
        x = torch.relu(max_pool2d(self.conv1(x, z), 2))
        x = torch.relu(max_pool2d(self.conv2(x, z), 2))
        x = self.dropout(torch.relu(self.conv3(x, z)))
        return self.linear(x.mean(dim=(2, 3)))


class TeacherOnce(ArticleTrainer):
    """One part replaced: the teacher's logits are known (here: the same for every batch)."""

    known: Tensor | None = None

    def teacher_logits(self, images: Tensor) -> Tensor:
        if self.known is None or len(self.known) < len(images):
            self.known = super().teacher_logits(images)
        return self.known[: len(images)]


class TensorBatches(ArticleTrainer):
    """One part replaced: batches are sliced from uint8 tensors in memory."""

    data: ImageData

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        train = self.data.train
        for indices in torch.randperm(len(train)).split(BATCH):
            yield self.data.normalise(train.images[indices]), train.labels[indices]

    def first_validation_batches(self) -> Iterable[tuple[Tensor, Tensor]]:
        validation = self.data.validation
        for first in range(0, SPSA_BATCHES * BATCH, BATCH):
            images = validation.images[first : first + BATCH]
            yield self.data.normalise(images), validation.labels[first : first + BATCH]
