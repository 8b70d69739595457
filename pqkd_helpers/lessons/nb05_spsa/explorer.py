"""The interactive picture of notebook 05: SPSA's gains at work on a small circuit."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike, NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...common.figure_style import COLOURS, style
from ...spsa import SPSA
from ..explorer import Choice, Explorer, Slider

CIRCUIT = TimeBinInterferometer((1, 0) * 4)  # 4 photons, 8 time bins, 14 angles


N_RUNS = 4


N_STEPS = 40


EXACT = 0  # "shots" of the loss without noise


TARGET = CIRCUIT.half_click_probabilities(np.random.default_rng(1).uniform(-np.pi, np.pi, 14))


STARTS = np.random.default_rng(2).uniform(-np.pi, np.pi, (N_RUNS, 14))


def mismatches(histograms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distance to the target over the target's squared length, (n,).

    Parameters
    ----------
    histograms : (n, 32) or (n, 2, 16) array
        Click histograms of both halves.
    """
    distances = histograms.reshape(len(histograms), -1) - TARGET.ravel()
    result: NDArray[np.float64] = (distances**2).sum(axis=1) / (TARGET**2).sum()
    return result


def exact_losses(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mismatch of each setting of the angles, (n,), without shot noise."""
    return mismatches(CIRCUIT.half_click_probabilities(points))


def noisy_losses(
    points: NDArray[np.float64], n_shots: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the mismatch of each setting of the angles, (n,), from that many shots each.

    The shots are drawn from the exact probabilities of the 256 click patterns: faster than photon
    by photon in so small a circuit.
    """
    patterns = CIRCUIT.click_probabilities(points)
    counts = rng.multinomial(n_shots, patterns / patterns.sum(axis=1, keepdims=True))
    both = counts.reshape(-1, 16, 16) / n_shots  # first half, second half
    return mismatches(np.stack([both.sum(axis=2), both.sum(axis=1)], axis=1))


def run(
    step_size: float, perturbation: float, n_shots: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Run SPSA from every start, always with the same directions.

    Parameters
    ----------
    step_size, perturbation : float
        The gains a and c.
    n_shots : int
        Shots per evaluation; 0 for the loss without noise.

    Returns
    -------
    losses : (N_STEPS + 1, N_RUNS) float64
        Exact losses along the way.
    moved : (N_STEPS, N_RUNS) float64
        How far each step was to move every angle, radians, before clipping.
    """
    runs = [
        SPSA(start, step_size=step_size, perturbation=perturbation, rng=np.random.default_rng(i))
        for i, start in enumerate(STARTS)
    ]
    shots = np.random.default_rng(3)
    path, moved = [STARTS], []
    for _ in range(N_STEPS):
        points = np.concatenate([spsa.ask() for spsa in runs])
        losses = exact_losses(points) if n_shots == EXACT else noisy_losses(points, n_shots, shots)
        steps = [spsa.tell(pair) for spsa, pair in zip(runs, losses.reshape(-1, 2), strict=True)]
        path.append(np.stack([step.theta for step in steps]))
        lengths = [step_size * step.gradient_norm for step in steps]
        moved.append(np.array(lengths) / np.sqrt(CIRCUIT.n_angles))
    exact = exact_losses(np.concatenate(path)).reshape(N_STEPS + 1, N_RUNS)
    return exact, np.stack(moved)


def draw(log_step_size: float, log_perturbation: float, n_shots: int) -> Figure:
    """Draw the runs at the gains ``10^log_step_size`` and ``10^log_perturbation``."""
    step_size, perturbation = 10.0**log_step_size, 10.0**log_perturbation
    losses, moved = run(step_size, perturbation, n_shots)
    noise = None
    if n_shots != EXACT:
        repeats = np.repeat(STARTS[:1], 30, axis=0)
        noise = float(noisy_losses(repeats, n_shots, np.random.default_rng(4)).std())
    shots = "no noise" if n_shots == EXACT else f"{n_shots:,} shots per evaluation"
    title = f"a = {step_size:.2g}, c = {perturbation:.2g} rad, {shots}"
    return descents_and_moves(losses, moved, noise=noise, title=title)


GAINS = Explorer(
    name="5.gains",
    draw=draw,
    controls={
        "log_step_size": Slider("log10 of the step size a", -3.0, 0.5, 0.1, -1.3),
        "log_perturbation": Slider("log10 of the shift c (rad)", -2.5, 0.2, 0.1, -1.0),
        "n_shots": Choice(
            "shots per evaluation",
            {"50": 50, "200 (paper)": 200, "1,000": 1000, "no noise": EXACT},
            200,
        ),
    },
    alt="Two line plots over 40 SPSA steps with a = 10^{log_step_size:.1f}, "
    "c = 10^{log_perturbation:.1f} rad and {n_shots} shots per evaluation (0: no noise), four runs "
    "in grey and their median in blue. Left: exact mismatch. Right, logarithmic: how far each step "
    "moves every angle, with a dotted line at pi.",
    grid={
        "log_step_size": (-2.0, -1.3, 0.5),
        "log_perturbation": (-2.5, -1.7, -1.0, -0.4),
        "n_shots": (50, 200, 1000, EXACT),
    },
)


EXPLORERS = (GAINS,)


def descents_and_moves(
    losses: ArrayLike, moved: ArrayLike, *, noise: float | None, title: str
) -> Figure:
    """Draw a few SPSA runs: their exact loss, and how far each step moved the angles.

    Parameters
    ----------
    losses : (n_steps + 1, n_runs) array_like
        Exact loss of each run before the first step and after every step.
    moved : (n_steps, n_runs) array_like
        Size of the step that each angle was to make, radians, before clipping.
    noise : float or None
        Standard deviation of one noisy loss at the first start, drawn as a bar; None: no noise.
    title : str
        What the gains are.

    Returns
    -------
    matplotlib.figure.Figure
    """
    values, steps = np.asarray(losses), np.asarray(moved)
    with style():
        figure = Figure(figsize=(7.0, 3.1))
        figure.subplots_adjust(left=0.08, right=0.98, bottom=0.18, top=0.9, wspace=0.36)
        left, right = figure.subplots(1, 2)
        figure.suptitle(title, fontsize=10)
        left.plot(values, color="0.65", linewidth=0.9)
        left.plot(np.median(values, axis=1), color=COLOURS[0], label="median")
        if noise is not None:
            left.errorbar(
                0.0,
                values[0, 0],
                yerr=noise,
                color=COLOURS[1],
                capsize=3,
                marker="o",
                label="noise of one loss",
            )
        left.set(
            xlabel="SPSA step", ylabel="exact mismatch", ylim=(0.0, max(4.5, 1.3 * values.max()))
        )
        left.legend(loc="upper right")
        right.plot(steps, color="0.65", linewidth=0.9)
        right.plot(np.median(steps, axis=1), color=COLOURS[0])
        right.axhline(np.pi, color="black", linestyle=":", linewidth=1.2)
        right.annotate("π", (0.0, np.pi), xytext=(0, 4), textcoords="offset points")
        right.set(
            xlabel="SPSA step",
            ylabel="move of every angle (rad)",
            yscale="log",
            ylim=(1e-5, 1e3),
        )
        right.set_yticks([1e-4, 1e-2, 1.0, 100.0], ["0.0001", "0.01", "1", "100"])
        right.yaxis.set_minor_locator(NullLocator())
        return figure
