"""What an answer gives, in the few forms that laws look at and that can travel between processes.

A learner may return a tensor, a pandas Series, a deque, a range or fractions where numbers are
asked for. The laws see arrays and numbers instead, in the notebook as in the grader, so the two
cannot decide otherwise.
"""

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

NUMBERS = "biufc"  # kinds of dtypes


def plain(value: Any) -> Any:
    """Return numbers of any library as arrays, parts of tuples, lists and dictionaries too.

    Parameters
    ----------
    value : object

    Returns
    -------
    object
        None, number, text, NumPy array, or tuple, list or dict of these; anything else as it is.

    Examples
    --------
    >>> from collections import deque
    >>> from fractions import Fraction
    >>> plain(deque([1, 2])), plain([range(2), Fraction(1, 2)])
    (array([1, 2]), [array([0, 1]), 0.5])
    """
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return plain_part(value)


def plain_part(value: Any) -> Any:
    """Return what is no tuple, list or dictionary as `plain` does."""
    if isinstance(value, str):
        return str.__str__(value)  # also of numpy.str_ and of enumerations
    if value is None or isinstance(value, int | float | complex | np.generic):
        return value
    if isinstance(value, Real | Decimal):
        return float(value)
    try:
        if hasattr(value, "detach"):  # a tensor, with a gradient or on another device
            return value.detach().cpu().numpy()
        array = np.asarray(value)
    except Exception:  # anything that a class of the learner's may do
        return value
    is_array = isinstance(value, np.ndarray)
    if array.dtype.kind in "OU" and (is_array or array.ndim > 0):  # fractions, texts
        return plain(array.tolist())
    if is_array:
        return array
    return array[()] if array.dtype.kind in NUMBERS else value
