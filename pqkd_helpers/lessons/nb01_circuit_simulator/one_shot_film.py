"""A film of notebook 01: one shot through two fibre loops, pulse by pulse."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ..film import BLUE, GREY, INK, ORANGE, Film, Part, Pose, captions, path, shown, steps, text

Array = NDArray[np.float64]

_TICK = 0.9  # seconds from pulse to pulse
_SPACING = 76.0  # pixels from pulse to pulse
_FIBRE = 176.0  # y of the straight fibre
_SPLITTERS = (190.0, 380.0)
_DETECTOR = 570.0
_ROUND = 38.0  # radius of a loop, pixels (not to scale: one round takes as long as one tick)
_DISC = 12.0  # radius of a mean of one photon
_SOURCE_TICKS = 2.0  # from the source to the first splitter
_FLIGHT_TICKS = 2.5  # from splitter to splitter, and on to the detector


def light_in_loop(theta: ArrayLike, arriving: ArrayLike) -> tuple[Array, Array]:
    """Return what leaves a loop of length 1 as each bin, and what goes round after each pulse.

    Parameters
    ----------
    theta : (m - 1,) array_like
        Angle of the splitter when pulse 1, 2, ... arrives, radians. Pulse 0 goes in whole, and the
        loop's content leaves whole at the end.
    arriving : (m, n) array_like
        Amplitudes of n photons in each of m pulses.

    Returns
    -------
    leaving, going_round : (m, n) float64
        Row i of the first leaves when pulse i + 1 would arrive.
    """
    pulses = np.asarray(arriving, dtype=np.float64)
    leaving, going_round = np.empty_like(pulses), np.empty_like(pulses)
    going_round[0] = held = pulses[0]
    for i, (angle, pulse) in enumerate(zip(np.asarray(theta), pulses[1:], strict=True)):
        c, s = np.cos(angle), np.sin(angle)
        leaving[i], held = c * held + s * pulse, c * pulse - s * held
        going_round[i + 1] = held
    leaving[-1] = held
    return leaving, going_round


def one_shot() -> Film:
    """Return the first shot of the notebook's device at the notebook's angles, pulse by pulse."""
    device, rng = TimeBinInterferometer(), np.random.default_rng(2)
    theta = rng.uniform(-np.pi, np.pi, device.n_angles)
    bits = device.sample(theta, 20_000, rng=rng)[0]
    return shot_film(device.input_state, theta, bits)


def shot_film(input_state: Sequence[int], theta: Array, bits: NDArray[Any]) -> Film:
    """Return one shot through two loops of length 1.

    Parameters
    ----------
    input_state : sequence of int
        Photons in each of m pulses, 0 or 1.
    theta : (2 (m - 1),) array
        Angles, radians.
    bits : (m,) array
        The clicks, 0 or 1.
    """
    m = len(input_state)
    amplitudes = np.eye(m)[:, np.flatnonzero(input_state)]
    first, second = theta[: m - 1], theta[m - 1 :]
    between, in_first = light_in_loop(first, amplitudes)
    leaving, in_second = light_in_loop(second, between)
    starts = _SOURCE_TICKS, _SOURCE_TICKS + _FLIGHT_TICKS + 1.0  # ticks at which pulse 0 arrives
    at_detector = starts[1] + _FLIGHT_TICKS + 1.0
    end = _TICK * (at_detector + m + 4.0)
    parts: list[str | Part] = [*_device(), *_stages(end)]
    for x, start, angles, content in (
        (_SPLITTERS[0], starts[0], first, in_first),
        (_SPLITTERS[1], starts[1], second, in_second),
    ):
        parts += [_circling(x, start, content), *_splitter(x, start, angles)]
    for i in range(m):
        begun = i + starts[0] - _SOURCE_TICKS
        photon = (
            f'<circle r="{_DISC}" fill="{ORANGE}"/>'
            if input_state[i]
            else f'<circle r="5" fill="white" stroke="{GREY}" stroke-width="1.5"/>'
        )
        parts.append(_flying(photon, 38.0, _SPLITTERS[0], begun, _SOURCE_TICKS))
        for x, goal, start, light in (
            (_SPLITTERS[0], _SPLITTERS[1], starts[0], between),
            (_SPLITTERS[1], _DETECTOR, starts[1], leaving),
        ):
            parts.append(_flying(_disc(light[i]), x, goal, start + i + 1.0, _FLIGHT_TICKS))
        parts += _bit(i, bool(bits[i]), _TICK * (at_detector + i), m)
    clicks = ", ".join(str(i) for i in np.flatnonzero(bits))
    return Film(
        name="shot",
        alt=(
            f"One shot through two fibre loops. {sum(input_state)} photons come one after the "
            "other, in every second of 16 pulses. At a beam splitter each pulse meets the light "
            "that went round the loop once; part leaves, part goes round again. A second loop "
            f"does the same. Behind it the detector clicks in the time bins {clicks}: 16 bits."
        ),
        width=640,
        height=370,
        seconds=end,
        still=_TICK * (at_detector + 5.4),
        parts=parts,
    )


def _disc(amplitudes: Array) -> str:
    """Draw light whose photons nobody has counted: the disc's area is their mean number."""
    radius = max(_DISC * float(np.linalg.norm(amplitudes)), 2.0)
    return f'<circle r="{radius:.1f}" fill="{BLUE}" fill-opacity=".75"/>'


def _device() -> list[str]:
    """Draw what stays: source, fibre, loops, detector."""
    loops = [
        f'<circle cx="{x}" cy="{_FIBRE - _ROUND}" r="{_ROUND}" fill="none" stroke="{GREY}" '
        f'stroke-width="3"/>' + text(x, _FIBRE - 2 * _ROUND - 10, f"loop {number}")
        for number, x in enumerate(_SPLITTERS, start=1)
    ]
    return [
        path([(38.0, _FIBRE), (_DETECTOR, _FIBRE)], GREY, 3),
        *loops,
        f'<rect x="8" y="{_FIBRE - 17}" width="30" height="34" rx="4" fill="{INK}"/>',
        f'<path d="M{_DETECTOR - 4} {_FIBRE - 22}h12a22 22 0 0 1 0 44h-12z" fill="{INK}"/>',
        text(8, _FIBRE + 48, "source", text_anchor="start"),
        text(632, _FIBRE + 48, "detector", text_anchor="end"),
        text(8, 283, "the shot: a bit for each time bin", text_anchor="start"),
    ]


def _stages(end: float) -> list[Part]:
    """Return the sentences at the top, one after the other."""
    return captions(
        [
            (0.0, "Orange: one photon, in every second pulse."),
            (3.5 * _TICK, "At the splitter a pulse meets the light that went round once."),
            (8.0 * _TICK, "Blue: the area is the mean number of photons; none is counted yet."),
            (14.0 * _TICK, "Only the detector asks: click, or no click?"),
            (end - 4.0 * _TICK, "One shot: 16 bits. The next one will differ."),
        ],
        320.0,
        28.0,
    )


def _circling(x: float, start: float, content: Array) -> Part:
    """Return the light in a loop: one round per tick, and after each pulse another amount."""
    m = len(content)
    sizes = [max(float(np.linalg.norm(amplitudes)), 0.15) for amplitudes in content]
    seconds = [_TICK * (start + k) for k in range(m)]
    disc = Part(
        f'<circle r="{_DISC}" fill="{BLUE}" fill-opacity=".75"/>',
        pose=steps(
            [(seconds[0], Pose(y=_ROUND, wide=sizes[0], high=sizes[0]))]
            + [
                (second, Pose(y=_ROUND, wide=size, high=size))
                for second, size in zip(seconds[1:], sizes[1:], strict=True)
            ]
        ),
    )
    centre = _FIBRE - _ROUND
    return Part(
        disc,
        pose=[
            (seconds[0], Pose(x, centre)),
            (seconds[-1] + _TICK, Pose(x, centre, turn=-360.0 * m)),
        ],
        opacity=shown(seconds[0], seconds[-1] + _TICK),
    )


def _splitter(x: float, start: float, angles: Array) -> list[Part]:
    """Return a loop's beam splitter: a mirror that turns between the pulses, and its angle."""
    degrees = [90.0, *np.degrees(angles), 90.0]  # the first pulse goes in, the last one out
    seconds = [_TICK * (start + k) for k in range(len(degrees))]
    turns = [(0.0, Pose(x, _FIBRE, turn=degrees[0]))]
    for (before, _), (after, angle) in pairwise(zip(seconds, degrees, strict=True)):
        turns.append((before + 0.25 * _TICK, turns[-1][1]))
        turns.append((after - 0.2 * _TICK, Pose(x, _FIBRE, turn=float(angle))))
    mirror = f'<rect x="-15" y="-15" width="30" height="30" rx="3" fill="{ORANGE}" '
    mirror += f'fill-opacity=".25" stroke="{ORANGE}" stroke-width="2"/>'
    mirror += f'<path d="M-14 0H14" stroke="{ORANGE}" stroke-width="4"/>'
    written = []
    for k, (second, angle) in enumerate(zip(seconds, degrees, strict=True)):
        shows_from = max(second - 0.4 * _TICK, 0.0)
        until = second + 0.6 * _TICK
        fixed = k in (0, len(degrees) - 1)
        label = "all in" if k == 0 else "all out" if fixed else f"{angle:.0f}°"
        written.append(Part(text(x, _FIBRE + 48, label), opacity=shown(shows_from, until)))
    return [Part(mirror, pose=turns), *written]


def _flying(light: str, x: float, goal: float, start: float, ticks: float) -> Part:
    """Return a pulse on its way along the fibre."""
    begin, end = _TICK * start, _TICK * (start + ticks)
    return Part(
        light,
        pose=[(begin, Pose(x, _FIBRE)), (end, Pose(goal, _FIBRE))],
        opacity=shown(begin, end),
    )


def _bit(i: int, click: bool, second: float, m: int) -> list[str | Part]:
    """Return a bin's box, its bit once it is known, and the detector's flash."""
    width = 624.0 / m
    x = 8.0 + width * i
    box = f'<rect x="{x:.1f}" y="298" width="{width - 3:.1f}" height="38" rx="3" '
    middle = x + (width - 3) / 2
    filled = box + (f'fill="{BLUE}"/>' if click else f'fill="white" stroke="{GREY}"/>')
    bit = text(middle, 324, "1" if click else "0", fill="white" if click else INK, font_size=20)
    parts: list[str | Part] = [
        box + f'fill="#f2f2f2" stroke="{GREY}" stroke-dasharray="3 3"/>',
        text(middle, 358, str(i), fill="#555555"),
        Part(filled + bit, opacity=shown(second)),
    ]
    if click:
        flash = f'<circle cx="{_DETECTOR + 6}" cy="{_FIBRE}" r="30" fill="none" stroke="{ORANGE}" '
        flash += 'stroke-width="7"/>'
        parts.append(Part(flash, opacity=shown(second, second + 0.5 * _TICK)))
    return parts
