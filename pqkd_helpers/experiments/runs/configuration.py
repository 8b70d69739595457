"""What a run is made of: one frozen dataclass, three presets, one hash.

A run's result depends on its configuration (and on the machine, in the last digits) and on
nothing else; where the data lies or how the run is called is not part of it.
"""

import dataclasses
import json
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from ...common.checks import check_choice, check_fields, check_share, check_whole, set_field
from ...controls.circuit_settings import RECORDED, TRAINED, CircuitSettings, FeatureSource
from ...datasets.available import OWN, DatasetName
from ...feature_histograms import feature_length
from ...networks.settings import (
    AdamSettings,
    Augmentation,
    BasisStart,
    Schedule,
    Scope,
    TeacherSelection,
    check_options,
    check_rank,
    check_teacher_selection,
    check_widths,
)
from ...training_loop.settings import PQKDSettings

# z has 2 * 2^(modes / 2) numbers, and A as many columns.
MAX_MODES = 24

Student = Literal["pqkd", "narrow-cnn", "four-layer-cnn", "low-rank-mixing", "dense-distilled"]
AngleSearchName = Literal["spsa", "random-search", "exact-gradient"]
FinalFeature = Literal["trained-with", "fresh"]
Preset = Literal["paper", "article", "quick"]

# Fields younger than the first stored records: left out of the JSON at their defaults, so that
# older records and run folders keep their hashes.
_LATER_FIELDS = (
    "augmentation",
    "label_smoothing",
    "train_images",
    "student",
    "arithmetic",
    "feature_gain",
    "angle_search",
    "batch_norm",
    "teacher_augmentation",
    "teacher_evaluated_images",
    "averaged",
    "resting_share",
    "student_widths",
    "value_budget",
    "shared_basis",
    "gains",
    "bias",
    "orthogonal",
    "dropout",
    "teacher_schedule",
    "loop_phases",
)

# What some sources of features mean for the tuning of the angles.
_IMPLIED: dict[FeatureSource, dict[str, Any]] = {
    "photonic-frozen": {"spsa_steps": 0},
    "photonic-one-shot": {"spsa_steps": 0},
    "photonic-sham": {"spsa_sham": True},
    "random-search": {"angle_search": "random-search"},
    "gaussian-frozen": {"spsa_steps": 0},
    "gaussian-fresh": {"spsa_steps": 0},
}


@dataclass(frozen=True)
class RunConfig(PQKDSettings, CircuitSettings):
    """Everything that a run's result depends on; defaults at the paper's scale.

    The circuit's settings are in `CircuitSettings`, those of the method in `PQKDSettings`.

    Attributes
    ----------
    dataset : str
        mnist-5k or digits, which need no download, mnist, fashion-mnist or cifar10; or the name of
        images of your own, for which the command line takes their path: a folder of pictures per
        class, a file .npz, or a folder written by save_to_disk of Hugging Face's datasets.
    train_images : int or None
        Train on the first so many training images only; None is all of them.
    student : {"pqkd", "narrow-cnn", "four-layer-cnn", "low-rank-mixing", "dense-distilled"}
        "pqkd" has dictionary convolutions and z. The others have no z, and only the settings of
        the distillation count for them: a plain network that trains as many values
        ("narrow-cnn"), or one of four 3x3 convolutions ("four-layer-cnn"); mixings that are trained
        as products of small matrices, with no more values than PQKD has, batch norm's apart
        ("low-rank-mixing"); a dense network of the student's shape ("dense-distilled").
    batch_norm : bool
        Whether the student has batch norm after its convolutions.
    widths : (int, int, int)
        Output channels of the three convolutions of the teacher, and of the student.
    student_widths : (int, int, int) or None
        Those of the student, if they are other than the teacher's.
    value_budget : int or None
        Values of a student without z, at most or about; None is what the PQKD student trains,
        its angles included and batch norm's values left out.
    rank : int or tuple of int
        Basis filters R of each dictionary convolution, or one number for each.
    scope : {"conv1", "conv1+conv2", "all"}
        Convolutions of the student that are compressed.
    basis_start : {"he", "rank"}
        Variance of the basis at the start: He's 2 / (C_in R k^2), or 1 / (R k^2).
    shared_basis : bool
        Whether the student's two 3x3 layers have one basis.
    gains : bool
        Whether the student trains a factor per channel.
    bias : bool
        Whether the student's convolutions have biases.
    orthogonal : bool
        Whether the student's channels have orthogonal mixings.
    dropout : float
        Share that dropout silences in the student's training.
    teacher_epochs : int or None
        Epochs of the teacher; None is the student's number.
    teacher_learning_rate : float or None
        Adam's step size for the teacher; None is the student's.
    teacher_schedule : {"constant", "one-cycle"} or None
        The teacher's; None is the student's ``schedule``.
    teacher_augmentation : str or None
        What is done to the teacher's training images; None is the student's ``augmentation``.
    teacher_selection : {"last", "best-of-every-10th"}
        Weights the teacher keeps: the last epoch's, or the best of the epochs 10, 20, ...
    teacher_evaluated_images : int
        After every epoch the teacher is evaluated on the first so many training images too.
    final_feature : {"trained-with", "fresh"}
        Feature behind the headline result: the z trained with, or a fresh z.
    fresh_draws : int
        Fresh features on which the final test is repeated.
    fresh_shots : int or None
        Shots of each of these; None is the number used in training.
    angle_search : {"spsa", "random-search", "exact-gradient"}
        What tunes the angles. The random search tries Gaussian neighbours of standard deviation
        ``spsa_perturbation``, with as many evaluations. Steps along the exact gradient, which
        simulation alone knows, move the angles by ``spsa_step_size``, root mean square.
    spsa_sham : bool
        Control: a coin decides which of SPSA's two points counts as the better one, so theta moves
        in steps of the same size, but they say nothing about the loss.
    seed : int
        Run seed: weights, A, data order, theta, shots and SPSA's directions follow from it.
    """

    dataset: str = "mnist-5k"
    train_images: int | None = None
    student: Student = "pqkd"
    widths: tuple[int, int, int] = (64, 128, 128)
    student_widths: tuple[int, int, int] | None = None
    value_budget: int | None = None
    rank: int | tuple[int, ...] = 8
    scope: Scope = "conv1+conv2"
    basis_start: BasisStart = "he"
    batch_norm: bool = False
    shared_basis: bool = False
    gains: bool = False
    bias: bool = True
    orthogonal: bool = False
    dropout: float = 0.25
    teacher_epochs: int | None = None
    teacher_learning_rate: float | None = None
    teacher_schedule: Schedule | None = None
    teacher_augmentation: Augmentation | None = None
    teacher_selection: TeacherSelection = "last"
    teacher_evaluated_images: int = 0
    final_feature: FinalFeature = "trained-with"
    fresh_draws: int = 20
    fresh_shots: int | None = None
    angle_search: AngleSearchName = "spsa"
    spsa_sham: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        PQKDSettings.__post_init__(self)
        CircuitSettings.__post_init__(self)
        if not OWN.fullmatch(str(self.dataset)):
            check_choice("dataset", self.dataset, get_args(DatasetName))
        check_choice("student", self.student, get_args(Student))
        check_choice("final_feature", self.final_feature, get_args(FinalFeature))
        check_fields(self, check_whole, "fresh_draws", least=1)
        check_fields(self, check_whole, "seed", "teacher_evaluated_images", least=0)
        for name in ("fresh_shots", "train_images", "value_budget"):
            if getattr(self, name) is not None:
                check_fields(self, check_whole, name, least=1)
        for name, value in _IMPLIED.get(self.features, {}).items():
            set_field(self, name, value)
        if self.feature_modes > MAX_MODES:
            raise ValueError(f"{self.feature_modes} modes make z too long, {MAX_MODES} at most")
        if self.feature_modes % 2:
            raise ValueError(
                f"the circuit has {self.feature_modes} modes, an even number is expected for two "
                "halves"
            )
        check_choice("scope", self.scope, get_args(Scope))
        check_choice("basis_start", self.basis_start, get_args(BasisStart))
        check_choice("angle_search", self.angle_search, get_args(AngleSearchName))
        set_field(self, "widths", check_widths(self.widths))
        if self.student_widths is not None:
            set_field(self, "student_widths", check_widths(self.student_widths))
        set_field(self, "rank", check_rank(self.rank, self.scope))
        names = ("rank", "scope", "shared_basis", "gains", "batch_norm")
        check_fields(self, check_share, "dropout")
        check_options(**{name: getattr(self, name) for name in names})
        if self.angle_search == "exact-gradient" and (
            self.features not in ("photonic", "photonic-exact") or self.engine != "numpy"
        ):
            raise ValueError(
                f"an exact gradient is known of the features photonic and photonic-exact of the "
                f"engine numpy; features are {self.features!r}, the engine is {self.engine!r}"
            )
        teacher = self.teacher_settings()
        if self.teacher_epochs is not None:
            set_field(self, "teacher_epochs", teacher.epochs)
        if self.teacher_learning_rate is not None:
            set_field(self, "teacher_learning_rate", teacher.learning_rate)
        check_teacher_selection(self.teacher_selection, teacher.epochs)

    @property
    def feature_dim(self) -> int:
        """Length of z."""
        return feature_length(self.feature_modes)

    @property
    def widths_of_student(self) -> tuple[int, int, int]:
        """Output channels of the student's convolutions."""
        return self.student_widths or self.widths

    @property
    def z_is_trained(self) -> bool:
        """Whether Adam trains z, or what makes it."""
        return self.student == "pqkd" and self.features in TRAINED

    def donor(self) -> "RunConfig | None":
        """Return the photonic run whose z this one needs; None if it needs none.

        A "yoked" run takes the z of its partner, seeds 0 and 1, 2 and 3, ...; "gaussian-drift"
        turns by the angles of its own seed. The settings of SPSA are the donor's: the run itself
        takes no step.
        """
        if self.student != "pqkd" or self.features not in RECORDED:
            return None
        seed = self.seed ^ 1 if self.features == "yoked" else self.seed
        return replace(self, features="photonic", seed=seed)

    def teacher_settings(self) -> AdamSettings:
        """Return how the teacher is trained."""
        fields = dataclasses.fields(AdamSettings)
        settings = AdamSettings(**{item.name: getattr(self, item.name) for item in fields})
        own = {
            "epochs": self.teacher_epochs,
            "learning_rate": self.teacher_learning_rate,
            "schedule": self.teacher_schedule,
            "augmentation": self.teacher_augmentation,
        }
        given: dict[str, Any] = {name: value for name, value in own.items() if value is not None}
        return replace(settings, **given)

    def resolved(self) -> "RunConfig":
        """Return the same configuration with inherited values written out."""
        teacher = self.teacher_settings()
        return replace(
            self,
            teacher_epochs=teacher.epochs,
            teacher_learning_rate=teacher.learning_rate,
            fresh_shots=self.fresh_shots or self.n_shots,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the resolved configuration as plain JSON values."""
        return _without_later_defaults(json.loads(json.dumps(dataclasses.asdict(self.resolved()))))

    def teacher_as_json(self) -> dict[str, Any]:
        """Return the part that a teacher depends on: equal parts share one teacher."""
        return _without_later_defaults(
            {
                "role": "teacher",
                "dataset": self.dataset,
                "train_images": self.train_images,
                "widths": list(self.widths),
                **dataclasses.asdict(self.teacher_settings()),
                "selection": self.teacher_selection,
                "teacher_evaluated_images": self.teacher_evaluated_images,
                "seed": self.seed,
            }
        )


def _without_later_defaults(values: dict[str, Any]) -> dict[str, Any]:
    defaults = {item.name: item.default for item in dataclasses.fields(RunConfig)}
    return {
        name: value
        for name, value in values.items()
        if name not in _LATER_FIELDS or value != defaults[name]
    }
