"""A film of notebook 01: two amplitudes that add up, and cancel, as a beam splitter turns."""

import numpy as np
from numpy.typing import NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ..film import BLUE, GREY, INK, ORANGE, Film, Part, Pose, captions, path, text

Array = NDArray[np.float64]

_ZERO, _UNIT = 215.0, 130.0  # y of amplitude 0; pixels for 1


def hong_ou_mandel_film() -> Film:
    """Return two ways to the same end, added while the splitter turns from 0 to 90 degrees."""
    degrees = np.arange(0.0, 91.0, 1.0)
    both = TimeBinInterferometer((1, 1), (1,)).photon_probabilities(np.radians(degrees)[:, None])
    chances = both[1][:, 1]  # of one photon in each bin
    c, s = np.cos(np.radians(degrees)) ** 2, np.sin(np.radians(degrees)) ** 2
    seconds = 1.5 + degrees / 9.0 + 2.5 * (degrees > 45.0)  # a rest at 45 degrees
    end = float(seconds[-1]) + 3.0
    x_axis, y_axis, wide, high = 360.0, 345.0, 250.0, 260.0
    curve = np.stack([x_axis + wide * degrees / 90.0, y_axis - high * chances], axis=1)
    classical = np.stack([curve[:, 0], y_axis - high * (c**2 + s**2)], axis=1)

    def moving(poses: list[Pose]) -> list[tuple[float, Pose]]:
        return list(zip(map(float, seconds), poses, strict=True))

    bars = [
        _bar(BLUE, moving([Pose(45.0, _ZERO, high=float(-value)) for value in c])),
        _bar(ORANGE, moving([Pose(135.0, _ZERO, high=float(value)) for value in s])),
        _bar(INK, moving([Pose(225.0, _ZERO, high=float(-value)) for value in c - s])),
    ]
    dot = f'<circle r="9" fill="{INK}"/>'
    still: list[str | Part] = [
        text(160, 28, "amplitudes of the two ways"),
        path([(32.0, _ZERO), (290.0, _ZERO)], INK, 1.5),
        *(
            text(26, _ZERO - _UNIT * value + 6, name, text_anchor="end")
            for name, value in (("1", 1), ("0", 0), ("-1", -1))
        ),
        *(
            text(x, _ZERO + _UNIT + below, words, fill=colour)
            for x, colour, lines in (
                (70, BLUE, ("both stay", "cos² θ")),
                (160, ORANGE, ("both change", "-sin² θ")),
                (250, INK, ("sum", "cos 2θ")),
            )
            for below, words in zip((30, 54), lines, strict=True)
        ),
        text(485, 28, "one photon in each bin"),
        path([(x_axis, y_axis - high), (x_axis, y_axis), (x_axis + wide, y_axis)], INK, 1.5),
        text(x_axis - 8, y_axis + 4, "0", text_anchor="end"),
        text(x_axis - 8, y_axis - high / 2 + 6, "½", text_anchor="end"),
        text(x_axis - 8, y_axis - high + 10, "1", text_anchor="end"),
        *(text(x_axis + wide * a / 90.0, y_axis + 22, f"{a}°") for a in (0, 45, 90)),
        path(classical.tolist(), GREY, 2, stroke_dasharray="6 5"),
        path(curve.tolist(), BLUE, 3),
        text(x_axis + wide / 2, y_axis - high / 2 + 34, "classical particles", fill="#5f5f5f"),
        text(x_axis + wide / 2, y_axis - high - 22, "photons: sum squared", fill=BLUE),
    ]
    return Film(
        name="hong-ou-mandel",
        alt=(
            "Two photons meet at a beam splitter that turns from 0 to 90 degrees. Left, bars: the "
            "amplitude that both stay, cos² θ, falls from 1 to 0; that both change, minus sin² θ, "
            "falls from 0 to -1; their sum is 0 at 45 degrees. Right: the sum squared, the chance "
            "of one photon in each bin, falls to 0 at 45 degrees and rises again; for classical "
            "particles it is ½ there."
        ),
        width=640,
        height=410,
        seconds=end,
        still=float(seconds[45]) + 1.0,  # in the rest at 45 degrees: the sum is zero
        parts=[
            *still,
            *bars,
            Part(dot, pose=moving([Pose(float(x), float(y)) for x, y in curve])),
            *_readings(degrees[::5], seconds[::5], chances[::5]),
        ],
    )


def _bar(colour: str, pose: list[tuple[float, Pose]]) -> Part:
    """Return a bar that is one amplitude high when its pose is: downwards from where it stands."""
    return Part(f'<rect width="50" height="{_UNIT}" fill="{colour}"/>', pose=pose)


def _readings(degrees: Array, seconds: Array, chances: Array) -> list[Part]:
    words = [
        (float(second), f"θ = {angle:.0f}°, chance {chance:.2f}")
        for second, angle, chance in zip(seconds, degrees, chances, strict=True)
    ]
    return captions([(0.0, words[0][1]), *words[1:]], 485.0, 394.0)
