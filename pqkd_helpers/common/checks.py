"""Checks at the public doors: what was given, what is expected."""

import math
import operator
from collections.abc import Callable
from typing import Any


def check_whole(name: str, value: Any, *, least: int) -> int:
    """Return ``value`` as an int.

    Parameters
    ----------
    name : str
        What it is, for the message.
    value : int or NumPy integer
        The number.
    least : int
        Smallest number allowed.

    Raises
    ------
    ValueError
        If it is not a whole number (a bool or a float is none), or too small.

    Examples
    --------
    >>> check_whole("rank", 0, least=1)
    Traceback (most recent call last):
    ...
    ValueError: rank is 0, a whole number >= 1 is expected
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise ValueError(f"{name} is {value!r}, a whole number >= {least} is expected")
    return number


def check_positive(name: str, value: Any, *, finite: bool = True) -> float:
    """Return ``value`` as a float; raise ``ValueError`` unless it is a number > 0.

    Parameters
    ----------
    name : str
    value : float
    finite : bool
        Whether infinity is refused too.
    """
    number = as_number(value)
    if not number > 0.0 or (finite and math.isinf(number)):
        raise ValueError(f"{name} is {value!r}, a {'finite ' * finite}number > 0 is expected")
    return number


def check_not_negative(name: str, value: Any) -> float:
    """Return ``value`` as a float; raise ``ValueError`` unless it is a finite number >= 0."""
    number = as_number(value)
    if not 0.0 <= number < math.inf:
        raise ValueError(f"{name} is {value!r}, a finite number >= 0 is expected")
    return number


def check_share(name: str, value: Any, *, below_one: bool = False) -> float:
    """Return ``value`` as a float; raise ``ValueError`` unless it lies in [0, 1] or [0, 1)."""
    number = as_number(value)
    if not 0.0 <= number <= 1.0 or (below_one and number == 1.0):
        expected = "[0, 1)" if below_one else "[0, 1]"
        raise ValueError(f"{name} is {value!r}, a number in {expected} is expected")
    return number


def check_temperature(temperature: Any) -> float:
    """Return the temperature of soft targets; raise ``ValueError`` unless it is in [1e-30, 1e4].

    Beyond, rounding errors alone are left of the soft term.
    """
    number = check_positive("temperature", temperature)
    if not 1e-30 <= number <= 1e4:
        raise ValueError(
            f"temperature is {temperature!r}, a number from 1e-30 to 10,000 is expected"
        )
    return number


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise ``ValueError``, naming the choices, unless ``value`` is one of them."""
    if value not in choices:
        raise ValueError(f"{name} is {value!r}, one of {choices} is expected")


def check_generator(rng: Any, draws: str = "permuted") -> None:
    """Raise ``ValueError`` unless ``rng`` is a generator: a seed or None is none.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : str
        The method that the caller draws with. The default is one that nothing but NumPy's
        generators has; NumPy's older ``RandomState`` lacks it.

    Examples
    --------
    >>> check_generator(0)
    Traceback (most recent call last):
    ...
    ValueError: rng is 0, a numpy.random.Generator is expected, such as np.random.default_rng(0)
    """
    if not callable(getattr(rng, draws, None)):
        raise ValueError(
            f"rng is {rng!r}, a numpy.random.Generator is expected, such as "
            "np.random.default_rng(0)"
        )


def set_field(settings: object, name: str, value: object) -> None:
    """Set a field of a frozen dataclass while it is being made, to its plain Python value."""
    object.__setattr__(settings, name, value)


def check_fields(
    settings: object, check: Callable[..., object], *names: str, **options: Any
) -> None:
    """Check fields of a frozen dataclass while it is being made; set them to plain values."""
    for name in names:
        set_field(settings, name, check(name, getattr(settings, name), **options))


def as_number(value: Any) -> float:
    """Return a real number as float, and NaN for anything else (text, bool, None)."""
    if isinstance(value, bool | str | bytes):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
