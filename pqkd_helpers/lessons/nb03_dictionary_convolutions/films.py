"""The film of notebook 03: a kernel grows from its basis, and changes with z alone."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...circuit_simulator.interferometer import TimeBinInterferometer
from ...feature_histograms import HistogramFeature, click_histograms
from ...networks.teacher_and_student import StudentCNN
from ..film import BLUE, GREY, INK, ORANGE, Film, Part, Pose, captions, path, shown, text

Array = NDArray[np.float64]

_TERM = 1.3  # seconds per term of the sum
_CELL, _BIG = 11.0, 30.0  # pixels of a filter's cell, of the kernel's
_TOP, _WEIGHTS = 70.0, 202.0  # y of the filters, of weight 0
_UNIT = 34.0  # pixels of the largest weight
_KERNEL = (245.0, 272.0)  # upper left corner


def kernel_from_basis() -> Film:
    """Return the first kernel of an untrained conv1, mixed under two features in turn."""
    layer = StudentCNN(widths=(16, 32, 32)).dictionary_layers()[0]
    circuit, rng = TimeBinInterferometer(), np.random.default_rng(0)
    mixings = []
    for _ in range(2):
        theta = rng.uniform(-np.pi, np.pi, circuit.n_angles)
        z = HistogramFeature("unit-rms")(click_histograms(circuit.sample(theta, 200, rng=rng)))
        layer.condition(z)
        assert layer.mixing is not None
        mixings.append(layer.mixing[0, 0].detach().double().numpy())
    return kernel_film(layer.basis.detach().double().numpy(), mixings)


def kernel_film(basis: ArrayLike, mixings: list[Array]) -> Film:
    """Return the sum over r of M_r B_r, term by term; then another M with the same B.

    Parameters
    ----------
    basis : (R, k, k) array_like
    mixings : two (R,) arrays
        The weights of one kernel under two features.
    """
    filters = np.asarray(basis, dtype=np.float64)
    first, second = mixings
    n, size = len(filters), filters.shape[-1]
    sums = np.cumsum(first[:, None, None] * filters, axis=0)
    last = np.tensordot(second, filters, axes=1)
    built = 2.0 + n * _TERM  # all terms are there
    turned = built + 3.0, built + 6.0  # z changes between these seconds
    end = turned[1] + 5.0
    pitch = 608.0 / n
    limit = float(max(np.abs(sums).max(), np.abs(last).max()))
    largest = float(np.abs(np.stack(mixings)).max())
    parts: list[str | Part] = [
        text(16, _TOP - 10, "B, the basis: trained", text_anchor="start"),
        text(16, 152, "M, the weights: made from z, not trained", text_anchor="start"),
        text(16, 296, "W, the kernel: the sum", text_anchor="start"),
        path([(16.0, _WEIGHTS), (624.0, _WEIGHTS)], INK, 1),
    ]
    for r, (tile, before, after) in enumerate(zip(filters, first, second, strict=True)):
        x, width = 16.0 + pitch * r + (pitch - size * _CELL) / 2, size * _CELL
        parts += _cells(tile, x, _TOP, _CELL)
        start = 2.0 + r * _TERM
        frame = f'<rect x="{x - 4:.1f}" y="{_TOP - 4}" width="{width + 8}" height="{width + 8}" '
        frame += f'fill="none" stroke="{ORANGE}" stroke-width="4"/>'
        parts.append(Part(frame, opacity=shown(start, start + _TERM)))
        flat = Pose(x + width / 2 - 13, _WEIGHTS, high=0.0)
        old, new = (flat._replace(high=float(-weight / largest)) for weight in (before, after))
        bar = f'<rect width="26" height="{_UNIT}" fill="{BLUE}"/>'
        grown = [(start, flat), (start + 0.5, old), (turned[0], old), (turned[1], new)]
        parts.append(Part(bar, pose=grown))
        for weight, track in (
            (before, shown(start + 0.5, turned[0])),
            (after, shown(turned[1])),
        ):
            words = f"{weight:+.2f}"
            parts.append(Part(text(x + width / 2, _WEIGHTS + 54, words), opacity=track))
    for place in np.ndindex(size, size):
        partial = [0.0, *(float(value) for value in sums[:, *place])]
        greys = [127.5 + 127.5 * value / limit for value in [*partial, float(last[place])]]
        track = [(0.0, greys[0])]
        for r in range(n):
            track += [(2.5 + r * _TERM, greys[r]), (3.0 + r * _TERM, greys[r + 1])]
        track += [(turned[0], greys[n]), (turned[1], greys[n + 1])]
        x, y = _KERNEL[0] + _BIG * place[1], _KERNEL[1] + _BIG * place[0]
        cell = f'<rect x="{x}" y="{y}" width="{_BIG + 0.5}" height="{_BIG + 0.5}"/>'
        parts.append(Part(cell, grey=track))
    whole = size * _BIG
    parts.append(
        f'<rect x="{_KERNEL[0]}" y="{_KERNEL[1]}" width="{whole}" height="{whole}" fill="none" '
        f'stroke="{INK}" stroke-width="2"/>'
    )
    parts += captions(
        [
            (0.0, "Eight filters; an empty kernel."),
            (2.0, "Each filter, times its weight, is added to the kernel."),
            (built, "W = M₁ B₁ + M₂ B₂ + … + M₈ B₈"),
            (turned[0], "Another z gives other weights: the same filters, another kernel."),
        ],
        320.0,
        26.0,
    )
    return Film(
        name="kernel",
        alt=(
            "Eight 5 x 5 filters in a row, in grey; below each a bar, its weight. One by one, each "
            "filter times its weight is added to a large kernel, which changes with every term. "
            "Then z changes: all eight weights change, the filters stay, and the kernel becomes "
            "another."
        ),
        width=640,
        height=430,
        seconds=end,
        still=built + 1.0,
        parts=parts,
    )


def _cells(tile: Array, x: float, y: float, side: float) -> list[str]:
    """Draw a filter in grey: black is negative, middle grey zero, white positive."""
    limit = float(np.abs(tile).max())
    rows = []
    for (row, column), value in np.ndenumerate(tile):
        grey = round(127.5 + 127.5 * float(value) / limit)
        rows.append(
            f'<rect x="{x + side * column:.1f}" y="{y + side * row:.1f}" width="{side + 0.3}" '
            f'height="{side + 0.3}" fill="#{grey:02x}{grey:02x}{grey:02x}"/>'
        )
    width = side * len(tile)
    frame = f'<rect x="{x:.1f}" y="{y}" width="{width}" height="{width}" fill="none" '
    return ["".join(rows) + frame + f'stroke="{GREY}"/>']


FILMS = (kernel_from_basis,)
