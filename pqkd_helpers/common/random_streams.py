"""Named random streams: one run seed gives every part of a run its own generator.

A stream is named by the run seed and a path of names, for instance ``(0, "shots", 3)``: the
photon shots of epoch 3 in the run with seed 0. The name is hashed (SHA-256), so streams do not
overlap, do not depend on the order in which they are used, and need not be saved: a run that
goes on after an interruption derives the streams of the next epoch anew.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .checks import check_whole


def derive_seed(seed: int, *names: str | int) -> int:
    """Return the 63-bit seed of the stream ``names`` of the run seed ``seed``.

    Parameters
    ----------
    seed : int
        The run seed, 0 or larger.
    *names : str or int
        The stream's name, for instance ``"shots", 3``.

    Raises
    ------
    ValueError
        If ``seed`` is not a whole number that is 0 or larger.

    Examples
    --------
    >>> derive_seed(0, "shots", 3) == derive_seed(0, "shots", 3)
    True
    >>> derive_seed(0, "shots", 3) == derive_seed(0, "shots", 4)
    False
    """
    seed = check_whole("seed", seed, least=0)
    text = "\x1f".join([str(seed), *(f"{type(name).__name__}:{name}" for name in names)])
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def numpy_stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return NumPy's generator for the stream ``names`` of the run seed ``seed``.

    Examples
    --------
    >>> numpy_stream(0, "theta").uniform() == numpy_stream(0, "theta").uniform()
    True
    """
    return np.random.default_rng(derive_seed(seed, *names))


@contextmanager
def forked_seed(seed: int) -> Iterator[None]:
    """Seed torch inside the block and leave its global random state as it was found."""
    import torch  # here alone: the streams of the NumPy half need none

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
