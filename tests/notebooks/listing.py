"""Which notebooks there are, and how strictly nbval compares their outputs."""

from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parents[2] / "notebooks"

# strict: every stored text output must come out again; lax: only that of tagged cells.
NOTEBOOKS: dict[str, Literal["strict", "lax"]] = {
    "00_start_here": "lax",
    "01_circuit_simulator": "strict",
    "02_feature_histograms": "strict",
    "03_dictionary_convolutions": "strict",
    "04_knowledge_distillation": "lax",
    "05_spsa": "strict",
    "06_training_loop": "lax",
    "07_shot_noise": "lax",
    "08_compression_frontier": "lax",
    "09_controls": "lax",
    "10_paper_figures": "lax",
    "11_primer": "lax",
    "12_real_light": "lax",
    "13_at_its_best": "lax",
}


def path_of(name: str) -> Path:
    """Return the notebook's file."""
    return FOLDER / f"{name}.ipynb"
