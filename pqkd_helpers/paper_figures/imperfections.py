"""What a device's imperfections do to the feature, from the study's record (notebook 01)."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..common.figure_style import COLOURS, say_what_to_see, style
from ..records.record import Record
from ..records.stored import Catalogue
from .markdown_table import Row
from .result import Result

IMPERFECTIONS = {
    "efficiency": "lost on detection",
    "loop_efficiency": "lost per round in a loop",
    "indistinguishability": "lack of indistinguishability",
    "dark_count_probability": "dark count per time bin",
}
# Sizes of each imperfection from a good device to a poor one, and where they come from.
RANGES: dict[str, tuple[float, float, str]] = {
    "efficiency": (
        *(0.08, 0.7),
        "from the loss of a superconducting detector alone (arXiv:1611.02726) to a total "
        "efficiency of 0.3 (assumed)",
    ),
    "loop_efficiency": (0.02, 0.2, "assumed"),
    "indistinguishability": (
        *(0.041, 0.079),
        "photons of one quantum dot, 13 ns and 14.7 µs apart (arXiv:1602.07386)",
    ),
    "dark_count_probability": (
        *(2.6e-7, 0.002),
        "from 130 counts per second in gates of 2 ns (arXiv:1611.02726) to an avalanche photodiode "
        "at room temperature (J. Mod. Opt. 51, 1369)",
    ),
}


class Study(Result):
    """A study of ours: the paper has nothing to compare it with, so its reading is its card."""

    def card(self) -> str:
        """Return the card, in Markdown."""
        return self.reading


def imperfections_study(catalogue: Catalogue) -> Study | None:
    """Return what imperfections do to the feature, or None without the study's record."""
    records = catalogue.runs("imperfections")
    if not records:
        return None
    record = records[0]
    return Study(
        name="imperfections",
        title="What imperfections do to the feature",
        rows=_rows(record),
        findings=[],
        draw=lambda: imperfections(record),
        alt="",  # the card describes the picture at length
        reading=_card(record),
        rerun="python -m pqkd_helpers reproduce imperfections",
    )


def _rows(record: Record) -> list[Row]:
    """Return the numbers behind the figure, one row per point."""
    results = record["results"]
    rows = [
        {
            "panel": "imperfections",
            "device": "8 photons, every other bin",
            "quantity": row["parameter"],
            "value": row["value"],
            **row["relative"],
        }
        for row in results["imperfections"]
    ]
    for device in results["devices"]:
        for quantity in ("distinguishable", "shot_noise"):
            numbers = device[quantity]
            rows.append(
                {
                    "panel": "devices",
                    "device": device["device"],
                    "quantity": quantity,
                    "value": None,
                    **numbers.get("relative", numbers),
                }
            )
    return rows


def _card(record: Record) -> str:
    """Return what the figure shows and how to read it, in Markdown."""
    study = record["configuration"]
    noise = record["results"]["devices"][-1]["shot_noise"]["median"]
    reached = [
        f"- {parameter.replace('_', ' ')}: {_first_above_noise(record, parameter, noise)}"
        for parameter in dict.fromkeys(
            row["parameter"] for row in record["results"]["imperfections"]
        )
    ]
    return "\n".join(
        [
            "# What imperfections do to the feature",
            "",
            f"Exact features of {study['n_settings']} random settings (angles uniform in "
            f"[-pi, pi], seed {study['seed']}), 16 time bins, loops (1, 1). Medians; bands and "
            "error bars reach from the lower to the upper quartile over the settings.",
            "",
            "**Above:** distance of the feature from that of the ideal device with 8 photons, "
            "relative to the feature's norm, over the size of one imperfection at a time. The "
            f"dashed line is the noise of a histogram of {study['n_shots']} shots, {noise:.2f}. "
            "An imperfection is larger than this noise from",
            "",
            *reached,
            "",
            "on. The thick parts of the curves are where devices lie:",
            "",
            *(
                f"- {IMPERFECTIONS[parameter]}: {low:g} to {high:g}, {source}"
                for parameter, (low, high, source) in RANGES.items()
            ),
            "",
            "A constant distance is not a fault of the method by itself: the student is "
            "trained with the imperfect feature. It says that a simulation of the ideal device "
            "does not describe the real one.",
            "",
            "**Below:** how far the feature moves when the photons become distinguishable: the "
            "share of it that is interference between photons. One photon has no other to "
            "interfere with; two photons far apart hardly meet.",
            "",
            "Made by `make figures` from `records/imperfections/study-imperfections.json`, the "
            "record of `python -m pqkd_helpers reproduce imperfections`; numbers in "
            "`imperfections.csv`.",
        ]
    )


def _first_above_noise(record: Record, parameter: str, noise: float) -> str:
    for row in record["results"]["imperfections"]:
        if row["parameter"] == parameter and row["relative"]["median"] > noise:
            return f"{row['value']:g} ({row['relative']['median']:.2f})"
    return "no value tried"


def imperfections(record: Record) -> Figure:
    """Draw how far imperfections move the feature, compared with the shot noise.

    Parameters
    ----------
    record : dict
        The record of the study "imperfections".

    Returns
    -------
    matplotlib.figure.Figure
        Above: distance over the size of each imperfection. Below: devices of 1, 2 and 8 photons.
    """
    results = record["results"]
    n_shots = record["configuration"]["n_shots"]
    with style():
        figure = Figure(figsize=(6.8, 6.8), layout="constrained")
        say_what_to_see(figure, "Which flaw moves the histograms by more than shot noise does?")
        left, right = figure.subplots(2, 1, height_ratios=(3, 2))
        for number, (parameter, label) in enumerate(IMPERFECTIONS.items()):
            points = [row for row in results["imperfections"] if row["parameter"] == parameter]
            dark = parameter == "dark_count_probability"
            _draw_quartiles(
                left,
                [row["value"] if dark else 1.0 - row["value"] for row in points],
                [row["relative"] for row in points],
                label,
                number,
                RANGES[parameter][:2],
            )
        left.plot([], [], color="0.5", linewidth=9, alpha=0.35, label="where devices lie")
        noise = results["devices"][-1]["shot_noise"]
        left.axhline(noise["median"], color="black", linestyle="--", linewidth=1.2)
        left.axhspan(noise["lower_quartile"], noise["upper_quartile"], color="black", alpha=0.12)
        left.annotate(
            f"noise of {n_shots} shots",
            (0.02, noise["median"]),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
        )
        left.set(
            xscale="log",
            yscale="log",
            xlabel="size of the imperfection (probability)",
            ylabel="relative distance from the ideal z",
        )
        left.legend(loc="lower right")
        _draw_devices(right, results["devices"], n_shots)
        return figure


def _draw_quartiles(
    axes: Axes,
    x: list[float],
    rows: list[dict[str, float]],
    label: str,
    number: int,
    devices: tuple[float, float],
) -> None:
    colour = COLOURS[(0, 1, 5, 3)[number]]
    axes.plot(
        x,
        [row["median"] for row in rows],
        color=colour,
        marker="osD^"[number],
        linestyle=("-", "--", "-.", ":")[number],
        label=label,
    )
    lower, upper = ([row[f"{side}_quartile"] for row in rows] for side in ("lower", "upper"))
    axes.fill_between(x, lower, upper, color=colour, alpha=0.15, linewidth=0)
    low, high = np.clip(devices, min(x), max(x))
    sizes, medians = np.array(sorted(zip(x, (row["median"] for row in rows), strict=True))).T
    there = np.geomspace(low, high, 50)
    path = np.exp(np.interp(np.log(there), np.log(sizes), np.log(medians)))
    axes.plot(there, path, color=colour, linewidth=9, alpha=0.35, solid_capstyle="butt")


def _draw_devices(axes: Axes, devices: list[dict[str, Any]], n_shots: int) -> None:
    places = np.arange(len(devices))
    bars = {
        "photons made distinguishable": [row["distinguishable"]["relative"] for row in devices],
        f"noise of {n_shots} shots": [row["shot_noise"] for row in devices],
    }
    for side, (label, rows) in enumerate(bars.items()):
        medians = np.array([row["median"] for row in rows])
        errors = [
            medians - [row["lower_quartile"] for row in rows],
            np.array([row["upper_quartile"] for row in rows]) - medians,
        ]
        axes.barh(
            places + 0.2 * (1 - 2 * side),
            medians,
            height=0.38,
            xerr=errors,
            color=COLOURS[(0, 6)[side]],
            hatch=("", "//")[side],
            edgecolor="white",
            label=label,
            error_kw={"linewidth": 1.0},
        )
    axes.set_yticks(places, [row["device"].replace(", ", "\n") for row in devices])
    axes.set(xlabel="relative distance from the ideal z")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right")
