"""A film: a drawing in SVG whose parts move, by CSS alone, on one clock.

Nothing but the file itself is needed to play it, in a notebook, on the site or on a forge. A
reader who asks the system for less motion sees the still, and so does a program that knows no CSS:
the drawing itself holds the state at the still's second; the motion stands in the style.
"""

import html
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

INK, PAPER, GREY, BLUE, ORANGE = "#222222", "#ffffff", "#8a8a8a", "#006ba4", "#c85200"
MINUS = "\N{MINUS SIGN}"
_JUMP = 0.08  # seconds that a change takes which is none of the film's matter


class Pose(NamedTuple):
    """Where a part stands: moved by (x, y) pixels, turned clockwise by degrees, stretched."""

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    wide: float = 1.0
    high: float = 1.0


Track = Sequence[tuple[float, Any]]


def steps(changes: Iterable[tuple[float, Any]]) -> list[tuple[float, Any]]:
    """Return a track that keeps each value until the next one's second, then jumps.

    Parameters
    ----------
    changes : iterable of (second, value)
        In the order of time; the first value holds from the start.

    Examples
    --------
    >>> steps([(0.0, 1.0), (2.0, 5.0)])
    [(0.0, 1.0), (2.0, 1.0), (2.08, 5.0)]
    """
    track: list[tuple[float, Any]] = []
    for second, value in changes:
        if track:
            track.append((second, track[-1][1]))
        track.append((second + _JUMP if track else second, value))
    return track


def shown(start: float, end: float | None = None) -> list[tuple[float, Any]]:
    """Return a track of opacity: seen from one second on, to another or to the end."""
    changes = [(0.0, 0.0), (start, 1.0)] if start > 0.0 else [(0.0, 1.0)]
    return steps(changes if end is None else [*changes, (end, 0.0)])


def value_at(track: Track, second: float) -> Any:
    """Return a track's value, in between by a straight line."""
    after = bisect_right([time for time, _ in track], second)
    if after == 0 or after == len(track):
        return track[max(after - 1, 0)][1]
    (start, old), (end, new) = track[after - 1], track[after]
    share = (second - start) / (end - start)
    if isinstance(old, Pose):
        return Pose(*(a + share * (b - a) for a, b in zip(old, new, strict=True)))
    return old + share * (new - old)


@dataclass(frozen=True)
class Film:
    """A moving drawing.

    Attributes
    ----------
    name : str
        Of its files.
    alt : str
        What it shows, for readers who do not see it.
    width, height : int
        Of the drawing, pixels.
    seconds : float
        From start to end.
    still : float
        The second of the picture without motion.
    parts : sequence of str or Part
        In the order in which they are drawn.
    """

    name: str
    alt: str
    width: int
    height: int
    seconds: float
    still: float
    parts: Sequence["str | Part"]

    def svg(self, *, motion: str = "infinite") -> str:
        """Return the file's text.

        Parameters
        ----------
        motion : {"infinite", "once", "none"}
            Again and again; once, stopping at the end; the still alone.
        """
        rules: list[str] = []
        body = [
            part if isinstance(part, str) else part.svg(self, rules if motion != "none" else None)
            for part in self.parts
        ]
        style = ""
        if motion != "none":
            count = "1 forwards" if motion == "once" else "infinite"
            moves = f".{self.name}-moves"
            style = (
                f"<style>{moves}{{animation:{_short(self.seconds)}s linear {count}}}\n"
                f"@media (prefers-reduced-motion:reduce){{svg:not(.asked) {moves}"
                "{animation-name:none!important}}\n" + "\n".join(rules) + "\n</style>\n"
            )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" '
            f'aria-label="{html.escape(self.alt)}" '
            f'font-family="Helvetica, Arial, sans-serif" font-size="17" fill="{INK}">\n'
            f"{style}"
            f'<rect width="{self.width}" height="{self.height}" rx="8" fill="{PAPER}"/>\n'
            + "\n".join(body)
            + "\n</svg>\n"
        )


@dataclass(frozen=True)
class Part:
    """A part of a film that changes.

    Attributes
    ----------
    drawing : str or Part
        SVG, or what moves inside.
    pose, opacity, grey : track
        Pairs (second, value): a `Pose`; 0 to 1; the fill, 0 (black) to 255 (white).
    """

    drawing: "str | Part"
    pose: Track = ()
    opacity: Track = ()
    grey: Track = ()

    def svg(self, film: Film, rules: list[str] | None) -> str:
        """Return the part as it is in the still; its motion is added to the rules, if there are."""
        inside = self.drawing if isinstance(self.drawing, str) else self.drawing.svg(film, rules)
        attributes = [
            f'{name}="{write(value_at(track, film.still))}"'
            for name, write, track in (
                ("transform", _transform, self.pose),
                ("opacity", _short, self.opacity),
                ("fill", _grey, self.grey),
            )
            if track
        ]
        if rules is not None:
            name = f"{film.name}-{len(rules)}"
            rules.append(f"@keyframes {name}{{{self._keyframes(film.seconds)}}}")
            attributes.append(f'class="{film.name}-moves" style="animation-name:{name}"')
        return f"<g {' '.join(attributes)}>{inside}</g>"

    def _keyframes(self, seconds: float) -> str:
        """Return the tracks as CSS, each with a value at the start and at the end."""
        frames: dict[str, list[str]] = {}
        properties: tuple[tuple[str, Callable[[Any], str], Track], ...] = (
            ("transform", _css_transform, self.pose),
            ("opacity", _short, self.opacity),
            ("fill", _grey, self.grey),
        )
        for name, write, track in properties:
            if track:
                whole = [(0.0, track[0][1]), *track, (seconds, track[-1][1])]
                written = {_percent(time / seconds): write(value) for time, value in whole}
                for percent, value in written.items():
                    frames.setdefault(percent, []).append(f"{name}:{value}")
        ordered = sorted(frames.items(), key=lambda item: float(item[0][:-1]))
        return "".join(f"{percent}{{{';'.join(values)}}}" for percent, values in ordered)


def text(x: float, y: float, words: str, **attributes: Any) -> str:
    """Return a line of text, centred; a hyphen is a minus; attributes have ``_`` for ``-``."""
    more = {"text_anchor": "middle"} | attributes
    written = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    content = html.escape(words.replace("-", MINUS))
    return f'<text x="{_short(x)}" y="{_short(y)}"{written}>{content}</text>'


def path(points: Iterable[tuple[float, float]], colour: str, width: float, **more: Any) -> str:
    """Return a line through points."""
    written = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    corners = " ".join(f"{_short(x)},{_short(y)}" for x, y in points)
    return (
        f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="{width}"'
        f"{written}/>"
    )


def captions(changes: Sequence[tuple[float, str]], x: float, y: float) -> list[Part]:
    """Return lines of text that follow one another at the same place; each from its second on."""
    ends = [second for second, _ in changes[1:]]
    return [
        Part(text(x, y, words), opacity=shown(start, end))
        for (start, words), end in zip(changes, [*ends, None], strict=True)
    ]


def _short(number: float) -> str:
    return f"{round(float(number), 2) + 0.0:g}"


def _percent(share: float) -> str:
    return f"{round(100.0 * share, 2):g}%"


def _grey(value: float) -> str:
    return f"#{round(value):02x}" + 2 * f"{round(value):02x}"


def _transform(pose: Pose) -> str:
    return _written(pose, "", " ", "")


def _css_transform(pose: Pose) -> str:
    return _written(pose, "px", ",", "deg")


def _written(pose: Pose, pixels: str, comma: str, degrees: str) -> str:
    return (
        f"translate({_short(pose.x)}{pixels}{comma}{_short(pose.y)}{pixels}) "
        f"rotate({_short(pose.turn)}{degrees}) "
        f"scale({_scale(pose.wide)}{comma}{_scale(pose.high)})"
    )


def _scale(number: float) -> str:
    return f"{round(float(number), 4) + 0.0:g}"
