"""An explorer: a drawing function behind sliders, whose ends a test can try without a browser."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ipywidgets
from IPython.display import display
from matplotlib.figure import Figure

from ..common.checks import check_choice
from .rooms import names_in_room
from .showing import show


@dataclass(frozen=True)
class Slider:
    """A number between two ends; whole numbers give a slider of whole numbers."""

    label: str
    low: float
    high: float
    step: float
    start: float

    def ends(self) -> tuple[float, float]:
        """Return the smallest and the largest value."""
        return self.low, self.high

    def widget(self) -> ipywidgets.Widget:
        """Return the control; it reports a value when it is released."""
        numbers = (self.low, self.high, self.step, self.start)
        whole = all(isinstance(number, int) for number in numbers)
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        return kind(
            min=self.low,
            max=self.high,
            step=self.step,
            value=self.start,
            description=self.label,
            continuous_update=False,
            style={"description_width": "initial"},
            layout={"width": "28em"},
        )


@dataclass(frozen=True)
class Choice:
    """One of a few values, by name."""

    label: str
    options: dict[str, Any]
    start: Any

    def ends(self) -> tuple[Any, ...]:
        """Return all values."""
        return tuple(self.options.values())

    def widget(self) -> ipywidgets.Widget:
        """Return the control."""
        return ipywidgets.Dropdown(
            options=list(self.options.items()),
            value=self.start,
            description=self.label,
            style={"description_width": "initial"},
            layout={"width": "28em"},
        )


@dataclass(frozen=True)
class Explorer:
    """A picture that answers to sliders.

    Attributes
    ----------
    name : str
        Number of the notebook and what it explores: ``"5.gains"``.
    draw : callable
        Takes one keyword per control and returns a `Figure`; no randomness, so the
        same values give the same picture.
    controls : dict
        Keyword of ``draw`` -> `Slider` or `Choice`.
    alt : str
        Description of the picture, with the values in braces: ``"Histogram at {theta:.2f} rad"``.
    grid : dict
        Keyword -> the few values at which the site, where nothing is computed, shows the picture;
        a control that is missing here keeps its start there.
    """

    name: str
    draw: Callable[..., Figure]
    controls: dict[str, Slider | Choice]
    alt: str
    grid: dict[str, tuple[Any, ...]]

    def describe(self, **values: Any) -> str:
        """Return the picture's description at these values."""
        return self.alt.format(**values)

    def show_at(self, *settings: dict[str, Any]) -> None:
        """Show the picture at fixed settings: what a reader without a running kernel sees."""
        for changes in settings:
            values = self.start() | changes
            show(self.draw(**values), alt=self.describe(**values))

    def start(self) -> dict[str, Any]:
        """Return the values that the controls start with."""
        return {keyword: control.start for keyword, control in self.controls.items()}

    def ends(self) -> Iterator[dict[str, Any]]:
        """Yield every combination of the controls' ends."""
        columns = (control.ends() for control in self.controls.values())
        for values in itertools.product(*columns):
            yield dict(zip(self.controls, values, strict=True))

    def live(self) -> None:
        """Show the controls and the picture; it is drawn anew whenever a control changes."""
        controls = {keyword: control.widget() for keyword, control in self.controls.items()}

        def redraw(**values: Any) -> None:
            show(self.draw(**values), alt=self.describe(**values))

        picture = ipywidgets.interactive_output(redraw, controls)
        display(ipywidgets.VBox([*controls.values(), picture]))


def explore(name: str) -> Explorer:
    """Return the explorer of that name.

    Parameters
    ----------
    name : str
        Number of the notebook and what it explores: ``"5.gains"``.

    Raises
    ------
    ValueError
        If there is none; the message names those of the notebook.

    Examples
    --------
    >>> explore("1.dip").start()
    {'degrees': 45.0, 'indistinguishability': 0.8}
    """
    room = names_in_room(str(name).split(".")[0], "explorer")
    explorers: dict[str, Explorer] = {found.name: found for found in room.get("EXPLORERS", ())}
    check_choice("the explorer's name", name, tuple(explorers))
    return explorers[name]
