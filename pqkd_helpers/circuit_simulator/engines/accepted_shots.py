"""Which results of a server are accepted as shots: those that keep every law a client can know."""

import hashlib
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Where the chance that two answers agree shot for shot is smaller, they are one, sent twice.
_CHANCE_OF_A_REPEAT = 1e-6


class WrongShotsError(ValueError):
    """Results that cannot be the shots of the job."""


class AcceptedShots:
    """Accepts the results of one job after the other, and none of them twice."""

    def __init__(self) -> None:
        self._before: set[bytes] = set()

    def accept(self, results: Any, input_state: tuple[int, ...], n_shots: int) -> NDArray[np.int64]:
        """Return the photon numbers, ``(n_shots, n_modes)``.

        Parameters
        ----------
        results : list of str
            One string per shot, one digit per time bin; anything else is refused.
        input_state : tuple of int
            Photons sent into each time bin.
        n_shots : int

        Raises
        ------
        WrongShotsError
            If their number is wrong, a shot has other characters or another length, or more
            photons than were sent in, or if all of them were sent before.
        """
        photons = _checked(results, input_state, n_shots)
        counts = np.unique(photons, axis=0, return_counts=True)[1]
        log_chance = float(np.sum(counts * np.log(counts / n_shots)))
        if log_chance < np.log(_CHANCE_OF_A_REPEAT):
            digest = hashlib.sha256(photons.tobytes()).digest()
            if digest in self._before:
                raise WrongShotsError("the server sent the shots of an earlier job once more")
            self._before.add(digest)
        return photons


def _checked(results: Any, input_state: tuple[int, ...], n_shots: int) -> NDArray[np.int64]:
    n_modes, n_photons = len(input_state), sum(input_state)
    if not isinstance(results, list) or len(results) != n_shots:
        got = f"{len(results)} shots" if isinstance(results, list) else "no list of shots"
        raise WrongShotsError(f"the server sent {got}, {n_shots} expected")
    for number, word in enumerate(results):
        shot = f"shot {number} is {str(word)[:40]!r}"
        if not isinstance(word, str) or not re.fullmatch(f"[0-9]{{{n_modes}}}", word):
            raise WrongShotsError(f"{shot}, {n_modes} digits are expected")
        if sum(map(int, word)) > n_photons:
            raise WrongShotsError(f"{shot}: more than the {n_photons} photons sent in")
    return np.array([list(map(int, word)) for word in results], dtype=np.int64)
