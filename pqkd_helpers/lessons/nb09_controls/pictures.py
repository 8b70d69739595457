"""The pictures of notebook 09: what training sees of z, and how often a test decides."""

from collections.abc import Callable, Collection, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...common.figure_style import COLOURS, say_what_to_see, style
from ...common.random_streams import numpy_stream
from ...controls.features.classical_map import ClassicalMap
from ...feature_histograms import EMA

Array = NDArray[np.float64]

N_EPOCHS = 20
N_SHOTS = 200
N_ANGLES = 30


def gram_matrices(features: Mapping[str, Array], steps_of: Collection[str] = ()) -> Figure:
    """Draw the cosines between the features of all pairs of epochs, one panel per source.

    Parameters
    ----------
    features : mapping of str to (n_epochs, n_features) array
        Trajectory of z by the name of its source.
    steps_of : collection of str
        Sources whose largest turn from one epoch to the next is marked by an arrow.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels in a row. Cosines below 0.4 have the colour of 0.4.
    """
    n_rows = -(-len(features) // 2)
    with style():
        figure = Figure(figsize=(6.6, 2.95 * n_rows + 0.4), layout="compressed")
        panels = figure.subplots(n_rows, 2, squeeze=False, sharex=True, sharey=True)
        say_what_to_see(figure, "How much of an old z is left: bright means nearly all")
        for axes, (name, z) in zip(panels.ravel(), features.items(), strict=False):
            unit = z / np.linalg.norm(z, axis=1, keepdims=True)
            cosines, edges = unit @ unit.T, (0.5, len(z) + 0.5)
            image = axes.imshow(
                cosines, vmin=0.4, vmax=1.0, cmap="cividis", extent=(*edges, *edges[::-1])
            )
            axes.set_title(name)
            if name in steps_of:
                _mark_step(axes, 1.5 + float(np.argmin(np.diag(cosines, k=1))))
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.grid(visible=False)
        for axes in panels[-1]:
            axes.set_xlabel("epoch")
        for axes in panels[:, 0]:
            axes.set_ylabel("epoch")
        figure.colorbar(
            image, ax=list(panels.flat), label="cosine of the two z", shrink=0.8, extend="min"
        )
        for axes in panels.flat[len(features) :]:
            axes.remove()
        return figure


def _mark_step(axes: Axes, place: float) -> None:
    """Point at the corner between two epochs, from above the diagonal."""
    axes.annotate(
        "largest turn",
        (place, place),
        xytext=(place + 4.0, place - 5.0),
        color="white",
        weight="bold",
        path_effects=[withStroke(linewidth=2.0, foreground="black")],
        ha="center",
        va="center",
        arrowprops={"arrowstyle": "-|>", "color": "white", "lw": 1.8},
    )


def trajectory(source: str, beta: float, step: float) -> Array:
    """Return the smoothed feature of every epoch, shape ``(N_EPOCHS, 512)``.

    Parameters
    ----------
    source : str
        "circuit", "distinguishable" (photons), "map" (classical), "coins", or Gaussian vectors:
        "fresh" in each epoch or "frozen".
    beta : float
        Share of the old histogram kept by the moving average.
    step : float
        How far each angle of the circuit, or the map, moves per epoch, by a random sign, radians.
    """
    rng = numpy_stream(0, "Gram explorer")
    if source in ("circuit", "distinguishable", "map"):
        steps = rng.choice([-step, step], (N_EPOCHS, N_ANGLES))
        exact = _exact_histograms(
            source, rng.uniform(-np.pi, np.pi, N_ANGLES) + np.cumsum(steps, axis=0)
        )
    elif source == "coins":
        exact = np.full((N_EPOCHS, 2, 256), 1 / 256)
    else:
        vectors = rng.standard_normal((N_EPOCHS if source == "fresh" else 1, 512))
        return _smoothed(np.broadcast_to(vectors, (N_EPOCHS, 512)), beta)
    counts = rng.multinomial(N_SHOTS, exact / exact.sum(axis=2, keepdims=True))
    return _smoothed(counts.reshape(N_EPOCHS, 512) / N_SHOTS, beta)


def left_of_z(histogram: Callable[[Array], Array], delta: float, n_settings: int = 40) -> float:
    """Return the median cosine of the exact z before and after all angles move by +-delta.

    Parameters
    ----------
    histogram : callable
        (30,) angles in radians -> exact histograms of both halves, (2, 256).
    delta : float
        How far each angle moves, by a random sign, radians.
    n_settings : int
        Number of random settings of the angles.
    """
    rng = np.random.default_rng(1)
    cosines = []
    for theta in rng.uniform(-np.pi, np.pi, (n_settings, N_ANGLES)):
        moved = theta + delta * rng.choice([-1, 1], N_ANGLES)
        a, b = histogram(theta).ravel(), histogram(moved).ravel()
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return float(np.median(cosines))


def _exact_histograms(source: str, theta: Array) -> Array:
    """Return the exact histograms of the halves, shape ``(N_EPOCHS, 2, 256)``."""
    if source == "map":
        classical_map = ClassicalMap(seed=0)
        return np.stack([classical_map.probabilities(angles) for angles in theta])
    circuit = TimeBinInterferometer(indistinguishability=float(source == "circuit"))
    return circuit.half_click_probabilities(theta)


def _smoothed(raw: Array, beta: float) -> Array:
    average = EMA(beta)
    return np.stack([average.update(row) for row in raw])


def verdict_shares(shares: dict[str, NDArray[np.float64]], n_pairs: NDArray[np.int64]) -> Figure:
    """Draw how often each verdict is given, over the number of pairs.

    Parameters
    ----------
    shares : dict of str to (n,) array
        Verdict -> share of simulated experiments.
    n_pairs : (n,) array
    """
    hatches = ("", "//", "..", "")
    with style():
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.subplots()
        base = np.zeros(len(n_pairs))
        for number, (verdict, share) in enumerate(shares.items()):
            axes.bar(
                np.arange(len(n_pairs)),
                100.0 * share,
                bottom=100.0 * base,
                color=COLOURS[(0, 3, 1, 6)[number]],
                hatch=hatches[number],
                edgecolor="white",
                label=verdict,
            )
            base = base + share
        axes.set_xticks(np.arange(len(n_pairs)), [str(n) for n in n_pairs])
        axes.set(xlabel="pairs of runs", ylabel="experiments (%)", ylim=(0, 100))
        axes.grid(axis="x", visible=False)
        figure.legend(loc="outside upper center", ncols=2)
        return figure
