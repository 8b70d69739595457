"""From a configuration to what a run is made of: source of z, teacher, student, angle search."""

import math
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from torch import nn

from ...common.random_streams import derive_seed
from ...controls.angle_searches import random_search, sham_search
from ...controls.build_source import build_source
from ...controls.circuit_settings import RECORDED, TRAINED, CircuitSettings
from ...controls.feature_specification import FeatureSpecification
from ...controls.students.four_layer_cnn import FourLayerCNN, affordable_widths
from ...controls.students.low_rank import LowRankStudent, affordable_rank
from ...controls.students.narrow_cnn import narrow_widths
from ...controls.students.trained_z import HypernetworkStudent, LearnedZStudent
from ...networks.teacher_and_student import StudentCNN, TeacherCNN, trained_values
from ...training_loop.angle_search import AngleSearch, spsa_search
from ...training_loop.exact_gradient import ExactGradientDescent, exact_gradient_search
from ...training_loop.feature_source import Source
from ...training_loop.photonic_feature import PhotonicFeature
from .configuration import RunConfig


def check_feature(config: RunConfig) -> None:
    """Raise before any work if a run's feature cannot be made, or would have no length.

    Raises
    ------
    ValueError
        If z has no length, as far as that is known without a shot.
    ModuleNotFoundError
        If the engine is not installed.
    """
    if config.features not in (*RECORDED, *TRAINED):
        source = source_of(config)
        if config.student == "pqkd":
            PhotonicFeature.from_settings(source, config).check_length()


def source_of(config: RunConfig) -> Source:
    """Return the source of the histograms of a run's seed."""
    return build_source(config, derive_seed(config.seed, "feature source"))


def search_of(config: RunConfig) -> Callable[..., AngleSearch | ExactGradientDescent]:
    """Return what makes the search for the angles."""
    if config.angle_search == "exact-gradient":
        return exact_gradient_search
    if config.angle_search == "random-search":
        return random_search
    return sham_search if config.spsa_sham else spsa_search


def build_teacher(config: RunConfig, in_channels: int, n_classes: int) -> TeacherCNN:
    """Return the untrained teacher."""
    return TeacherCNN(in_channels, config.widths, n_classes, seed=config.seed)


def build_student(config: RunConfig, in_channels: int, n_classes: int) -> nn.Module:
    """Return the untrained student."""
    if config.student == "pqkd":
        return build_pqkd_student(config, in_channels, n_classes)
    seed = derive_seed(config.seed, "student")  # not the teacher's weights once more
    batch_norm, widths = config.batch_norm, config.widths_of_student
    if config.student == "dense-distilled":
        return TeacherCNN(in_channels, widths, n_classes, batch_norm=batch_norm, seed=seed)
    shape = {"in_channels": in_channels, "n_classes": n_classes}
    budget = config.value_budget or pqkd_values(config, in_channels, n_classes)
    if config.student == "four-layer-cnn":
        four = affordable_widths(budget, batch_norm=batch_norm, **shape)
        return FourLayerCNN(widths=four, batch_norm=batch_norm, seed=seed, **shape)
    if config.student == "narrow-cnn":
        narrow = narrow_widths(budget, widths=widths, batch_norm=batch_norm, **shape)
        return TeacherCNN(widths=narrow, batch_norm=batch_norm, seed=seed, **shape)
    rank = affordable_rank(budget, widths=widths, **shape)
    return LowRankStudent(widths=widths, rank=rank, batch_norm=batch_norm, seed=seed, **shape)


def pqkd_values(config: RunConfig, in_channels: int, n_classes: int) -> int:
    """Return how many values the PQKD student trains, its angles included, without z."""
    photonic = replace(config, features="photonic", batch_norm=False)
    student = build_pqkd_student(photonic, in_channels, n_classes)
    return trained_values(student) + config.n_angles


def build_pqkd_student(config: RunConfig, in_channels: int, n_classes: int) -> StudentCNN:
    """Return the untrained PQKD student of a configuration, also if it chooses another student."""
    shape = (in_channels, config.widths_of_student, n_classes)
    names = ("rank", "scope", "feature_dim", "basis_start", "batch_norm", "seed")
    younger = ("shared_basis", "gains", "bias", "orthogonal", "dropout")
    options: dict[str, Any] = {name: getattr(config, name) for name in (*names, *younger)}
    if not config.z_is_trained:
        return StudentCNN(*shape, **options)
    kind = LearnedZStudent if config.features == "learned-z" else HypernetworkStudent
    norm = config.feature_gain * math.sqrt(config.feature_dim)
    return kind(*shape, norm=norm, **options)


def feature_specification(config: RunConfig, theta: ArrayLike) -> FeatureSpecification:
    """Return where the z of a run comes from, once theta is known."""
    circuit = {item.name: getattr(config, item.name) for item in fields(CircuitSettings)}
    return FeatureSpecification(
        CircuitSettings(**circuit),
        tuple(np.asarray(theta).tolist()),
        scaling=config.scaling,
        n_shots=config.n_shots,
        ema_beta=config.ema_beta,
    )
