"""A grid of runs: arms, data sets, seeds and three tiers of effort.

- ``smoke``: seconds, on 8 x 8 digits; shows that everything starts and fits together.
- ``cpu``: hours on two cores. Fewer epochs; narrower networks and fewer images where a grid is
  large.
- ``paper``: 100 epochs at the paper's constant learning rate, all images; meant for a GPU.

A recipe is made of a preset (``paper``, but for the article's run), the tier's values, the data
set's, and the arm's, the later ones overriding the earlier ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from ...common.checks import check_choice, check_whole
from ...records.record import configuration_hash
from ..runs.configuration import Preset, RunConfig
from ..runs.presets import preset

Tier = Literal["smoke", "cpu", "paper"]
Values = Mapping[str, Any]

# What SPSA is asked, and its gain (the paper's), in the grids that are older than today's default.
FRESH: Values = {"objective": "fresh", "spsa_step_size": 0.05}
# The package's default, written out: through the moving average, in small steps.
BY_DEFAULT: Values = {"objective": "through-ema", "spsa_step_size": 0.01}

SMOKE: Values = {
    "dataset": "digits",
    "train_images": 200,
    "widths": (4, 6, 8),
    "epochs": 2,
    "teacher_epochs": 2,
    "teacher_selection": "last",
    "fresh_draws": 2,
    "spsa_steps": 1,
    "fit_settings": 2,
}


@dataclass(frozen=True)
class Job:
    """A run of an experiment.

    Attributes
    ----------
    experiment, arm, tier : str
        By what its record is looked up.
    config : RunConfig
        What to do.
    keep_traces : bool
        Whether the record keeps theta and the losses of every SPSA step.
    """

    experiment: str
    arm: str
    tier: str
    config: RunConfig
    keep_traces: bool = False

    @property
    def name(self) -> str:
        """Name of the record."""
        scale = f"{self.tier}-{self.config.dataset}-" if self.tier in get_args(Tier) else ""
        return f"{self.experiment}-{scale}{self.arm}-seed{self.config.seed}"

    @property
    def folder(self) -> str:
        """Name of the run's folder; another recipe gets another one."""
        return f"{self.name}-{configuration_hash(self.as_json())[:8]}"

    @property
    def donor_hash(self) -> str | None:
        """Hash of the run whose z this one needs; None if it needs none."""
        donor = self.config.donor()
        return None if donor is None else configuration_hash(donor.as_json())

    @property
    def n_epochs(self) -> int:
        """Epochs of teacher and student."""
        return self.config.teacher_settings().epochs + self.config.epochs

    def as_json(self) -> dict[str, Any]:
        """Return the run's configuration as plain JSON values."""
        return self.config.as_json()


@dataclass(frozen=True)
class Grid:
    """One experiment.

    Attributes
    ----------
    experiment : str
        Its name on the command line and in the records.
    arms : dict of str to dict
        What each arm sets.
    base : dict
        What all runs set, at all tiers.
    cpu : dict
        What tier "cpu" sets.
    datasets : dict of str to dict
        Data sets, and what each sets at all tiers.
    datasets_cpu, datasets_paper : dict of str to dict
        What each sets at tier "cpu", or "paper", alone.
    paper : dict
        What tier "paper" sets.
    start : {"paper", "article", "quick"}
        The preset that everything else overrides.
    first_seed : int
        The runs have this seed and the following ones.
    label : str or None
        Tier in the records of a grid that has one scale, at all tiers but "smoke".
    traces : tuple of int or None
        Seeds whose records keep theta and the losses of every step; None: all of them.
    """

    experiment: str
    arms: Mapping[str, Values]
    cpu: Values
    base: Values = field(default_factory=dict)
    datasets: Mapping[str, Values] = field(default_factory=lambda: {"mnist": {}})
    datasets_cpu: Mapping[str, Values] = field(default_factory=dict)
    paper: Values = field(default_factory=dict)
    datasets_paper: Mapping[str, Values] = field(default_factory=dict)
    start: Preset = "paper"
    first_seed: int = 0
    label: str | None = None
    traces: tuple[int, ...] | None = ()

    def config(self, tier: Tier, dataset: str, arm: str, seed: int) -> RunConfig:
        """Return the configuration of one run."""
        check_choice("tier", tier, get_args(Tier))
        check_choice("dataset", dataset, tuple(self.datasets))
        check_choice("arm", arm, tuple(self.arms))
        values = {**self.base, "dataset": dataset, **self.datasets[dataset]}
        if tier == "cpu":
            values |= {**self.cpu, **self.datasets_cpu.get(dataset, {})}
        elif tier == "paper":
            values |= {**self.paper, **self.datasets_paper.get(dataset, {})}
        else:
            values |= SMOKE
        values |= self.arms[arm]
        if tier == "smoke":
            values |= {name: SMOKE[name] for name in ("widths", "epochs")}
            values["student_widths"] = None
            if isinstance(values.get("rank"), tuple):
                values["rank"] = tuple(min(filters, 4) for filters in values["rank"])
        return replace(preset(self.start), **values, seed=seed)

    def jobs(
        self, tier: Tier, n_seeds: int, *, datasets: Sequence[str] = (), arms: Sequence[str] = ()
    ) -> Iterator[Job]:
        """Yield the runs, seed by seed; of some data sets and arms only, where any are named."""
        for seed in range(check_whole("seeds", n_seeds, least=1)):
            seed += self.first_seed
            for dataset in datasets or self.datasets:
                for arm in arms or self.arms:
                    if dataset not in self.datasets or arm not in self.arms:
                        continue
                    config = self.config(tier, dataset, arm, seed)
                    label = tier if tier == "smoke" else self.label or tier
                    traces = self.traces is None or seed in self.traces
                    yield Job(self.experiment, arm, label, config, keep_traces=traces)
