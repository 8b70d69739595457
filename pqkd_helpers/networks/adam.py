"""Plain gradient training: epochs of Adam over tensors in memory.

Every epoch's data order and dropout are streams of the run seed, named by the epoch, so a run
that goes on after an interruption repeats exactly what an uninterrupted one would have done.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..common.random_streams import derive_seed, forked_seed
from ..datasets.image_data import ImageData
from .augmentation import erase_square, flip_and_shift
from .settings import AdamSettings, Arithmetic

_WARM_UP = 0.3


class Batch(NamedTuple):
    """Images of one step.

    Attributes
    ----------
    images : (batch, channels, height, width) float32 tensor
        Normalised, as the network sees them.
    labels : (batch,) int64 tensor
    indices : (batch,) int64 tensor
        Their positions in the training split.
    """

    images: Tensor
    labels: Tensor
    indices: Tensor


def select_device(name: str = "auto") -> torch.device:
    """Return the device to compute on: ``auto`` is CUDA where there is one, else the CPU.

    Raises
    ------
    ValueError
        If the device is unknown or not present.
    """
    if name != "auto" and name.split(":")[0] not in ("cpu", "cuda", "mps"):
        raise ValueError(f"device is {name!r}, one of auto, cpu, cuda, mps is expected")
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(f"device {name!r} cannot be used on this machine") from error
    return device


def multiply_in(arithmetic: Arithmetic, device: torch.device) -> AbstractContextManager[object]:
    """Return the context in which a training step's networks are called."""
    return torch.autocast(device.type, torch.bfloat16, enabled=arithmetic == "bfloat16")


def one_cycle(progress: float) -> float:
    """Return the learning rate of ``one-cycle`` as a share of its peak.

    Parameters
    ----------
    progress : float
        Steps done over all steps, in [0, 1].

    Examples
    --------
    >>> one_cycle(0.0), one_cycle(0.3), round(one_cycle(1.0), 6)
    (0.04, 1.0, 4e-06)
    """
    low, end = 1.0 / 25.0, 1.0 / 250_000.0
    if progress < _WARM_UP:
        return low + (1.0 - low) * (1.0 - math.cos(math.pi * progress / _WARM_UP)) / 2.0
    falling = (progress - _WARM_UP) / (1.0 - _WARM_UP)
    return end + (1.0 - end) * (1.0 + math.cos(math.pi * falling)) / 2.0


class AdamEpochs:
    """Adam over shuffled batches, one epoch at a time.

    Parameters
    ----------
    model : torch.nn.Module
        The network, on the device of the data.
    data : ImageData
    settings : AdamSettings
    seed : int
        Run seed of the data order and dropout.
    role : str
        Name of the streams: ``"teacher"`` or ``"student"``.
    """

    def __init__(
        self, model: nn.Module, data: ImageData, settings: AdamSettings, *, seed: int, role: str
    ) -> None:
        self.model = model
        self.data = data
        self.settings = settings
        self._seed = seed
        self._role = role
        self._parameters = dict(model.named_parameters())
        self._adam = torch.optim.Adam(
            self._parameters.values(), lr=settings.learning_rate, fused=True
        )

    @property
    def steps_per_epoch(self) -> int:
        """Gradient steps in one epoch."""
        return -(-len(self.data.train) // self.settings.batch_size)

    def run(
        self,
        epoch: int,
        loss: Callable[[Tensor, Batch], Tensor],
        on_step: Callable[[], object] = lambda: None,
    ) -> tuple[float, float]:
        """Train for one epoch.

        Parameters
        ----------
        epoch : int
            Number of the epoch, from 0.
        loss : callable
            ``loss(logits, batch)``: mean loss of a batch.
        on_step : callable
            Called after every step, for a progress bar.

        Returns
        -------
        loss, accuracy : float
            Means over the epoch's images, measured while learning (dropout on).

        Raises
        ------
        FloatingPointError
            If the loss is no longer finite.
        """
        sums = []
        self.model.train()
        with forked_seed(derive_seed(self._seed, self._role, "dropout", epoch)):
            for step, batch in enumerate(self._batches(epoch)):
                self._set_learning_rate(epoch, step)
                with multiply_in(self.settings.arithmetic, batch.images.device):
                    logits = self.model(batch.images)
                logits = logits.float()
                batch_loss = loss(logits, batch)
                self._adam.zero_grad()
                batch_loss.backward()
                self._adam.step()
                right = (logits.argmax(dim=1) == batch.labels).sum()
                sums.append(torch.stack([batch_loss.detach() * len(batch.labels), right]))
                on_step()
        total = torch.stack(sums).cpu().double().sum(dim=0)
        mean_loss, accuracy = (total / len(self.data.train)).tolist()
        if not math.isfinite(mean_loss):
            raise FloatingPointError(
                f"the {self._role}'s loss became {mean_loss} in epoch {epoch + 1}: "
                f"try a smaller learning rate than {self.settings.learning_rate}"
            )
        return mean_loss, accuracy

    def _batches(self, epoch: int) -> Iterator[Batch]:
        train, normalise = self.data.train, self.data.normalise
        order = torch.randperm(len(train), generator=self._generator("data order", epoch))
        draws = self._generator("augmentation", epoch)
        for indices in order.to(train.labels.device).split(self.settings.batch_size):
            images = train.images[indices]
            if self.settings.augmentation != "none":
                images = flip_and_shift(images, draws)
            if self.settings.augmentation == "flip-shift-erase":
                images = erase_square(images, draws)
            yield Batch(normalise(images), train.labels[indices], indices)

    def _generator(self, purpose: str, epoch: int) -> torch.Generator:
        return torch.Generator().manual_seed(derive_seed(self._seed, self._role, purpose, epoch))

    def _set_learning_rate(self, epoch: int, step: int) -> None:
        if self.settings.schedule == "one-cycle":
            done = epoch * self.steps_per_epoch + step
            share = one_cycle(done / (self.settings.epochs * self.steps_per_epoch))
            self._adam.param_groups[0]["lr"] = self.settings.learning_rate * share

    def state(self) -> dict[str, Tensor]:
        """Return Adam's moments by parameter name, to be stored."""
        return {
            f"adam.{name}.{key}": value
            for name, parameter in self._parameters.items()
            for key, value in self._adam.state[parameter].items()
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take over what `state` returned."""
        for name, parameter in self._parameters.items():
            self._adam.state[parameter] = {
                key: _in_layout_of(parameter, value)
                for key, value in with_prefix(state, f"adam.{name}.").items()
            }


def _in_layout_of(parameter: Tensor, value: Tensor) -> Tensor:
    """Return a copy on the parameter's device, in its memory layout if the shapes are equal.

    The fused Adam walks through parameter and moments in memory order: they must agree.
    """
    if value.shape != parameter.shape:
        return value.to(parameter.device, copy=True)
    return torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def with_prefix(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the entries whose names begin with ``prefix``, named without it."""
    return {
        name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
    }
