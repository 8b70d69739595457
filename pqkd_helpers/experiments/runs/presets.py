"""Configurations to start from: paper, article, quick."""

from ...common.checks import check_choice
from .configuration import Preset, RunConfig

PRESETS: dict[Preset, RunConfig] = {
    # The paper's choices where they are known, but for SPSA's gain; other data by --dataset.
    "paper": RunConfig(dataset="mnist", scaling="standardised"),
    # The choices of the explanatory article's re-implementation, kept as a control.
    "article": RunConfig(
        dataset="mnist",
        widths=(32, 64, 128),
        epochs=50,
        features="single-photon",
        scaling="raw",
        basis_start="rank",
        theta_start="zero",
        spsa_images=320,
        spsa_step_size=0.05,
        objective="fresh",
        teacher_selection="best-of-every-10th",
        final_feature="fresh",
        fresh_shots=600,
    ),
    # Minutes on a laptop, on embedded data.
    "quick": RunConfig(
        dataset="mnist-5k",
        widths=(32, 64, 128),
        epochs=4,
        batch_size=32,
        learning_rate=3e-3,
        schedule="one-cycle",
        fresh_draws=10,
    ),
}


def preset(name: Preset) -> RunConfig:
    """Return a preset by name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    check_choice("preset", name, tuple(PRESETS))
    return PRESETS[name]
