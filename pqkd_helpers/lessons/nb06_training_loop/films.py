"""The film of notebook 06: SPSA turns the angles, the angles turn z, the average follows."""

import numpy as np
from numpy.typing import NDArray

from ...feature_histograms import EMA
from ...spsa import SPSA
from ..film import BLUE, GREY, INK, ORANGE, Film, Part, Pose, captions, path, shown, text
from ..nb05_spsa.explorer import CIRCUIT, N_STEPS, STARTS, exact_losses, noisy_losses

Array = NDArray[np.float64]

SHOTS, STEP_SIZE, PERTURBATION, BETA = 200, 0.05, 0.1, 0.9
_STEP = 0.5  # seconds
_REST = 2.0  # seconds before the first step
_ORIGIN, _LENGTH = (455.0, 380.0), 250.0  # of the arrows, pixels


def run() -> tuple[Array, Array, Array]:
    """Run SPSA on the small device of notebook 05, and measure after each step.

    Returns
    -------
    theta : (N_STEPS + 1, 14) float64
        Angles, radians.
    losses : (N_STEPS + 1,) float64
        Exact mismatch at them.
    measured : (N_STEPS + 1, 32) float64
        Click histograms of `SHOTS` shots at them.
    """
    spsa = SPSA(
        STARTS[0],
        step_size=STEP_SIZE,
        perturbation=PERTURBATION,
        rng=np.random.default_rng(0),
    )
    shots = np.random.default_rng(3)
    angles = [STARTS[0]]
    for _ in range(N_STEPS):
        angles.append(spsa.tell(noisy_losses(spsa.ask(), SHOTS, shots)).theta)
    theta = np.stack(angles)
    halves = CIRCUIT.half_click_probabilities(theta)
    laws = halves / halves.sum(axis=-1, keepdims=True)
    measured = shots.multinomial(SHOTS, laws) / SHOTS
    return theta, exact_losses(theta), measured.reshape(len(theta), -1)


def directions(histograms: Array) -> Array:
    """Return histograms scaled to length 1: what matters of z is where it points.

    Examples
    --------
    >>> directions(np.array([[3.0, 4.0]]))
    array([[0.6, 0.8]])
    """
    scaled: Array = histograms / np.linalg.norm(histograms, axis=1, keepdims=True)
    return scaled


def plane(vectors: Array) -> Array:
    """Return the two directions, (2, n), whose plane holds most of the vectors' length."""
    _, _, right = np.linalg.svd(vectors, full_matrices=False)
    axes: Array = right[:2] * np.sign(right[:2] @ vectors[0])[:, None]
    return axes


def turning_z() -> Film:
    """Return a run of SPSA: dials for the angles, arrows for z and for its average."""
    theta, losses, measured = run()
    average = EMA(BETA)
    smoothed = np.stack([average.update(histogram) for histogram in measured])
    fresh, kept = directions(measured), directions(smoothed)
    axes = plane(kept)
    seconds = [_REST + _STEP * k for k in range(len(theta))]
    end = seconds[-1] + 3.0
    parts: list[str | Part] = [
        text(16, 62, "14 angles, 7 per loop", text_anchor="start"),
        text(16, 256, "SPSA's loss, without noise", text_anchor="start"),
        text(_ORIGIN[0], 62, "z, seen in a plane"),
        *_dials(theta, seconds),
        *_loss(losses, seconds),
        *_arrows(fresh @ axes.T, kept @ axes.T, seconds),
        *captions(
            [
                (0.0, "Angles set how likely each click is, and so where z points."),
                (seconds[4], "SPSA moves all angles at once, a little in each step."),
                (seconds[14], "A fresh z (orange) turns too; shot noise makes it tremble."),
                (seconds[26], "Its moving average (blue) follows late, and calmly."),
            ],
            320.0,
            28.0,
        ),
    ]
    return Film(
        name="turning-z",
        alt=(
            "Fourteen dials show a small device's angles. SPSA turns them in 40 small steps, and a "
            "curve of its loss falls. Next to it, two arrows in a plane: a fresh z, measured anew "
            "after each step, turns and trembles with shot noise; its moving average turns after "
            "it, late and smoothly."
        ),
        width=640,
        height=430,
        seconds=end,
        still=seconds[20],
        parts=parts,
    )


def _dials(theta: Array, seconds: list[float]) -> list[str | Part]:
    """Draw a dial per angle, seven in a row, its needle pointing right at 0."""
    parts: list[str | Part] = []
    for index, angles in enumerate(theta.T):
        x, y = 36.0 + 39.0 * (index % 7), 108.0 + 62.0 * (index // 7)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="17" fill="#f2f2f2" stroke="{GREY}" stroke-width="2"/>'
        )
        needle = path([(0.0, 0.0), (16.0, 0.0)], INK, 3.5, stroke_linecap="round")
        poses = [Pose(x, y, turn=-float(np.degrees(angle))) for angle in angles]
        parts.append(Part(needle, pose=list(zip(seconds, poses, strict=True))))
    return parts


def _loss(losses: Array, seconds: list[float]) -> list[str | Part]:
    """Draw the loss over the steps, and where the run is."""
    left, bottom, wide, high = 20.0, 380.0, 250.0, 110.0
    x = left + wide * np.arange(len(losses)) / (len(losses) - 1)
    y = bottom - high * losses / losses.max()
    places = [Pose(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    return [
        path([(left, bottom - high), (left, bottom), (left + wide, bottom)], INK, 1.5),
        text(left, bottom + 24, "step 0", text_anchor="start"),
        text(left + wide, bottom + 24, f"{len(losses) - 1}"),
        path(np.stack([x, y], axis=1).tolist(), GREY, 2),
        Part(f'<circle r="7" fill="{INK}"/>', pose=list(zip(seconds, places, strict=True))),
    ]


def _arrows(fresh: Array, kept: Array, seconds: list[float]) -> list[str | Part]:
    """Draw both vectors as arrows from one point, and where their tips have been."""
    x, y = _ORIGIN
    parts: list[str | Part] = []
    for points, colour, radius in ((fresh, ORANGE, 3.0), (kept, BLUE, 4.0)):
        for place, second in zip(points, seconds, strict=True):
            a, b = x + _LENGTH * place[1], y - _LENGTH * place[0]
            dot = f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{radius}" fill="{colour}"/>'
            parts.append(Part(dot, opacity=shown(second)))
    for points, colour, width in ((fresh, ORANGE, 3.0), (kept, BLUE, 6.0)):
        arrow = path([(0.0, 0.0), (_LENGTH, 0.0)], colour, width)
        parts.append(Part(arrow, pose=_turned(points, seconds)))
    return [*parts, f'<circle cx="{x}" cy="{y}" r="6" fill="{INK}"/>']


def _turned(points: Array, seconds: list[float]) -> list[tuple[float, Pose]]:
    """Return the poses of an arrow that points upwards along the first direction."""
    lengths = np.linalg.norm(points, axis=1)
    turns = np.degrees(np.arctan2(points[:, 1], points[:, 0])) - 90.0
    poses = [
        Pose(*_ORIGIN, turn=float(turn), wide=float(length))
        for turn, length in zip(turns, lengths, strict=True)
    ]
    return list(zip(seconds, poses, strict=True))


FILMS = (turning_z,)
