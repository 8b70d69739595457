"""Predictions: written down before a result, compared with it afterwards.

A notebook asks, and the reader writes in place of None: ``predict("1.dip", probability=None)``.
Under the result ``reveal("1.dip", probability=found)`` says how far off the guess was, and nothing
where there was none.
"""

from math import isclose
from typing import Any

import numpy as np

from ..common.checks import as_number, check_choice
from .exercise import same, shown
from .rooms import ROOMS

CLOSE = 0.1  # a guess within a tenth of the result
_GUESSES: dict[str, dict[str, Any]] = {}


def predict(name: str, /, **guesses: Any) -> None:
    """Keep a prediction until its result is there; a guess is None until it is written down.

    Parameters
    ----------
    name : str
        Number of the notebook and what it is about: ``"1.dip"``.
    **guesses : number, text, bool or list
        What is to be predicted, by name; None: no guess.

    Raises
    ------
    ValueError
        If the name has another form, or if nothing is to be predicted.

    Examples
    --------
    >>> predict("1.dip", probability=0.25)
    Written down: probability = 0.25.
    """
    check_choice("the notebook's number", str(name).partition(".")[0], tuple(ROOMS))
    if not str(name).partition(".")[2] or not guesses:
        raise ValueError(
            f'predict({name!r}) predicts nothing, predict("1.dip", probability=0.25) is the form'
        )
    _GUESSES[name] = guesses
    given = [
        f"{_label(key)} = {_said(guess)}" for key, guess in guesses.items() if guess is not None
    ]
    if given:
        print(f"Written down: {', '.join(given)}.")


def reveal(name: str, /, **found: Any) -> None:
    """Compare a prediction with the result; print nothing if there was no guess.

    Parameters
    ----------
    name : str
        That of the prediction.
    **found : number, text, bool or list
        The results, by the names of the guesses.

    Raises
    ------
    ValueError
        If something else was predicted under this name.

    Examples
    --------
    >>> predict("1.dip", probability=0.25)
    Written down: probability = 0.25.
    >>> reveal("1.dip", probability=0.5)
    probability: you said 0.25, it is 0.5 (2 times too low)
    """
    guesses = _GUESSES.get(name, dict.fromkeys(found))
    if guesses.keys() != found.keys():
        raise ValueError(f"{name} reveals {sorted(found)}, predicted were {sorted(guesses)}")
    for key, guess in guesses.items():
        if guess is not None:
            print(f"{_label(key)}: you said {_said(guess)}, {_compared(guess, found[key])}")


def predictions_of(notebook: str) -> dict[str, bool]:
    """Return the predictions that a notebook has asked for so far, and whether all are guessed."""
    return {
        name: all(guess is not None for guess in guesses.values())
        for name, guesses in _GUESSES.items()
        if name.partition(".")[0] == notebook
    }


def _compared(guess: Any, found: Any) -> str:
    found = found.item() if isinstance(found, np.generic) else found
    if isinstance(found, str):
        right = str(guess).strip().casefold() == found.casefold()
    else:
        right = same(guess, found)
    if right:
        return "and so it is"
    remark = ""
    if not isinstance(found, bool | str):
        remark = _distance(as_number(guess), as_number(found))
    return f"it is {_said(found)}{remark}"


def _distance(guess: float, found: float) -> str:
    """Return how far off a number is, as a remark; nothing if one of the two is no number."""
    if guess != guess or found != found:
        return ""
    if isclose(guess, found, rel_tol=CLOSE, abs_tol=1e-9):
        return " (close)"
    side = "high" if guess > found else "low"
    factor = guess / found if abs(found) > 1e-9 else 0.0
    if factor > 0.0 and not 2 / 3 < factor < 1.5:
        return f" ({_two_digits(max(factor, 1 / factor))} times too {side})"
    return f" (too {side} by {_two_digits(abs(guess - found))})"


def _two_digits(number: float) -> str:
    return _said(float(f"{number:.2g}"))


def _label(key: str) -> str:
    return key.replace("_", " ")


def _said(value: Any) -> str:
    number = as_number(value)  # of a text, a bool or a list it is NaN
    if isinstance(value, bool | str):
        return str(value)
    if number != number:
        return shown(value)
    rounded = round(number, 12) + 0.0  # the sum turns -0 into 0
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:.3g}"
