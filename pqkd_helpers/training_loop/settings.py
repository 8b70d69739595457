"""All numbers of Algorithm S1 in one frozen dataclass, checked when it is made."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from ..common.checks import check_choice, check_fields, check_positive, check_share, check_whole
from ..feature_histograms import Scaling
from ..knowledge_distillation.settings import DistillationSettings

ThetaStart = Literal["uniform", "zero"]
Objective = Literal["fresh", "through-ema"]
Averaged = Literal["histograms", "unit-vectors"]


@dataclass(frozen=True)
class PQKDSettings(DistillationSettings):
    """All of Algorithm S1's numbers; by default the paper's where known, but for SPSA's gain.

    Attributes
    ----------
    n_shots : int
        Shots S per feature estimate.
    ema_beta : float
        Share of the old histogram kept by the moving average over epochs.
    averaged : {"histograms", "unit-vectors"}
        What the moving average averages: the histograms, so that an epoch with a few certain
        outcomes, a long vector, counts more; or each divided by its length.
    scaling : {"raw", "standardised", "unit-rms"}
        Scaling of the smoothed histogram into z. The paper standardises (meant for the photonic
        feature: the single-photon one leaves most bins empty); raw is unscaled.
    fit_settings : int
        Random circuit settings on which "standardised" measures its statistics, S shots each.
    theta_start : {"uniform", "zero"}
        First angles: uniform in [-pi, pi], or all zero, where the gradient vanishes.
    feature_gain : float
        Factor on the scaled z, > 0; 1 leaves the norm that the scaling gives.
    spsa_steps : int
        SPSA steps per epoch; 0 keeps theta as it starts.
    spsa_step_size : float
        SPSA's gain a. The paper's is 0.05; a step is a times a difference of losses, whose scale
        in the paper we do not know. Ours keeps the step of an angle below 0.002 radian in the
        median: what the rule of `paper_figures.readings` falls back on.
    spsa_perturbation : float
        SPSA's shift c of every angle, radians.
    spsa_bound : float
        Updated angles are clipped to [-bound, bound], radians.
    spsa_decay : bool
        Whether SPSA's gains decay by Spall's rule.
    resting_share : float
        Share of the epochs, the last ones, in which the angles rest, in [0, 1). If it is not 0, the
        step size a falls along a cosine, epoch by epoch, and is 0 when they come to rest.
    spsa_batches : int
        Validation batches on which both points of a step are evaluated, drawn anew in every step;
        all images of the pool where it holds fewer.
    spsa_images : int or None
        The batches are drawn from this many validation images; None is half of them, so that
        the other half stays unseen by SPSA.
    objective : {"through-ema", "fresh"}
        Feature that SPSA evaluates: the one that the moving average would become, or a fresh one,
        which the student is never trained with.
    """

    n_shots: int = 200
    ema_beta: float = 0.9
    scaling: Scaling = "unit-rms"
    fit_settings: int = 64
    theta_start: ThetaStart = "uniform"
    spsa_steps: int = 10
    spsa_step_size: float = 0.01
    spsa_perturbation: float = 0.1
    spsa_bound: float = math.pi
    spsa_decay: bool = False
    spsa_batches: int = 5
    spsa_images: int | None = None
    objective: Objective = "through-ema"
    feature_gain: float = 1.0
    averaged: Averaged = "histograms"
    resting_share: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_fields(self, check_whole, "n_shots", "spsa_batches", least=1)
        check_fields(self, check_whole, "fit_settings", least=2)
        check_fields(self, check_whole, "spsa_steps", least=0)
        if self.spsa_images is not None:
            check_fields(self, check_whole, "spsa_images", least=1)
        sizes = ("spsa_step_size", "spsa_perturbation", "spsa_bound", "feature_gain")
        check_fields(self, check_positive, *sizes)
        check_fields(self, check_share, "ema_beta", "resting_share", below_one=True)
        check_choice("scaling", self.scaling, get_args(Scaling))
        check_choice("theta_start", self.theta_start, get_args(ThetaStart))
        check_choice("objective", self.objective, get_args(Objective))
        check_choice("averaged", self.averaged, get_args(Averaged))
        if self.averaged == "unit-vectors" and self.scaling == "standardised":
            raise ValueError(
                "the statistics of standardised are of histograms, so averaged='histograms' is "
                "expected, or another scaling"
            )

    def step_share(self, epoch: int) -> float:
        """Return the share of the step size a that an epoch, from 0, has; 0: the angles rest.

        Examples
        --------
        >>> annealed = PQKDSettings(epochs=30, resting_share=1 / 3)
        >>> [round(annealed.step_share(epoch), 2) for epoch in (0, 10, 19, 20, 29)]
        [1.0, 0.5, 0.01, 0.0, 0.0]
        """
        if self.resting_share == 0.0:
            return 1.0
        moving = round(self.epochs * (1.0 - self.resting_share))
        return (1.0 + math.cos(math.pi * epoch / moving)) / 2.0 if epoch < moving else 0.0
