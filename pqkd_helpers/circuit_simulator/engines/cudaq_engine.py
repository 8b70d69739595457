"""CUDA-Q behind our protocol: its ``orca-photonics`` simulator, and ORCA's hardware.

The simulator (target ``orca-photonics``) holds the amplitudes of all time bins as one tensor of
``d^n_modes`` complex numbers, d levels each. With too few levels photons vanish without a word,
and the samples are silently renormalised; so we always ask for ``photons + 1`` levels, and refuse
what does not fit into memory: 16 bins and 2 photons take 0.7 GB, 3 photons 69 GB. It knows no
imperfections and no phases of loops, and its samples cannot be seeded: only the order of the shots
follows from ``rng``.

The target ``orca`` sends the same circuit to ORCA's hardware, or to any server that speaks its
protocol (see `orca_client`); the access token comes from the environment variable
``ORCA_AUTH_TOKEN``. We speak the protocol ourselves, without CUDA-Q, which need not be installed:
its client has no time-out and does not check what comes back. `rehearsal_server` is such a server,
on this machine, one that drifts and misbehaves.
"""

import math
import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...common.checks import check_choice, check_generator, check_positive, check_whole
from ...common.requirements import require_extra
from ..device import LoopDevice
from ..sampler import check_theta
from .orca_client import OrcaClient

Target = Literal["orca-photonics", "orca"]

_COPIES = 3  # of the amplitudes, held at once during a gate (measured: 2.5)


class CudaqInterferometer:
    """An ideal time-bin interferometer that is sampled by CUDA-Q, or by ORCA's hardware.

    Parameters
    ----------
    input_state, loop_lengths, phase_shifters
        As in `TimeBinInterferometer`. At most 9 photons. The loops' phases are no parameter:
        the simulator has none, and hardware has its own.
    target : {"orca-photonics", "orca"}
        CUDA-Q's simulator on this machine, or a server.
    url : str or None
        The server's address for the target ``orca``. Default: $ORCA_ACCESS_URL.
    machine : str
        The machine asked for at the server.
    timeout : float
        Seconds after which a job without results, or a server that is away, is given up.
    attempts : int
        Jobs that may be submitted for one sample: some fail, or come back with wrong shots.
    memory_limit : int or None
        Bytes that the simulator may use. Default: half of this machine's memory.

    Raises
    ------
    ModuleNotFoundError
        If the simulator is asked for and CUDA-Q is not installed.
    ValueError
        If a parameter is not of the form expected, or the amplitudes do not fit in memory.
    """

    def __init__(
        self,
        input_state: Sequence[int] = (1,) + (0,) * 15,
        loop_lengths: Sequence[int] = (1, 1),
        *,
        phase_shifters: bool = False,
        target: Target = "orca-photonics",
        url: str | None = None,
        machine: str = "PT-1",
        timeout: float = 600.0,
        attempts: int = 5,
        memory_limit: int | None = None,
    ) -> None:
        self.device = LoopDevice(
            input_state=input_state, loop_lengths=loop_lengths, phase_shifters=phase_shifters
        )
        check_choice("target", target, ("orca-photonics", "orca"))
        if self.device.n_photons > 9:
            raise ValueError(
                f"input_state has {self.device.n_photons} photons; results have one digit per "
                "time bin, so 9 at most are expected"
            )
        self.n_modes = self.device.n_modes
        self.n_angles = self.device.n_angles
        self.target = target
        self._client: OrcaClient | None = None
        if target == "orca":
            url = url or os.environ.get("ORCA_ACCESS_URL", "").strip()
            if not url:
                raise ValueError(
                    "the target orca needs a server: give its url, or set ORCA_ACCESS_URL"
                )
            seconds = check_positive("timeout", timeout)
            jobs = check_whole("attempts", attempts, least=1)
            self._client = OrcaClient(url, machine=machine, timeout=seconds, attempts=jobs)
        else:
            limit = _default_limit() if memory_limit is None else memory_limit
            self._check_memory(check_whole("memory_limit", limit, least=1))
            require_extra("cudaq", "cudaq", purpose="this engine")

    def sample_photons(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw photon numbers.

        Parameters
        ----------
        theta : (n_angles,) array_like
            Angles in radians.
        n_shots : int
            Number of shots, 1 or more.
        rng : numpy.random.Generator
            Gives the order of the simulator's shots. What they are cannot be seeded.

        Returns
        -------
        (n_shots, n_modes) int64
            Photons detected in each bin.

        Raises
        ------
        ValueError
            If theta, ``n_shots`` or ``rng`` is not of the form expected.
        OrcaError
            If the server cannot be reached, refuses, or sends back, in ``attempts`` jobs, nothing
            in time or anything but ``n_shots`` new results of ``n_modes`` digits.
        """
        angles = check_theta(theta, self.n_angles, self.device.layout)
        n_shots = check_whole("n_shots", n_shots, least=1)
        check_generator(rng)
        splitters = angles[: self.device.n_splitters].tolist()
        phases = angles[self.device.n_splitters :].tolist()
        if self._client is not None:
            state, loops = tuple(self.device.input_state), tuple(self.device.loop_lengths)
            return self._client.sample(state, loops, splitters, phases, n_shots)
        words = self._simulate(splitters, phases, n_shots)
        counts = np.array([[int(digit) for digit in word] for word in words], dtype=np.int64)
        return counts[rng.permutation(n_shots)]

    def sample(
        self, theta: ArrayLike, n_shots: int, *, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Draw clicks; parameters and errors are those of `sample_photons`.

        Returns
        -------
        (n_shots, n_modes) uint8
        """
        return (self.sample_photons(theta, n_shots, rng=rng) > 0).astype(np.uint8)

    def _simulate(self, splitters: list[float], phases: list[float], n_shots: int) -> list[str]:
        import cudaq

        cudaq.set_target("orca-photonics")
        try:
            counts: Any = cudaq.sample(
                cudaq.kernel(_kernel),
                self.n_modes,
                self.device.n_photons + 1,
                list(self.device.input_state),
                list(self.device.loop_lengths),
                splitters,
                phases or [0.0] * len(splitters),
                shots_count=n_shots,
            )
        finally:
            cudaq.reset_target()
        return [word for word, number in counts.items() for _ in range(number)]

    def _check_memory(self, limit: int) -> None:
        levels = self.device.n_photons + 1
        needed = math.log10(_COPIES * 16) + self.n_modes * math.log10(levels)
        if needed > math.log10(limit):
            size = f"{10 ** (needed - 9):,.3g}" if needed < 20 else f"10^{needed - 9:.0f}"
            raise ValueError(
                f"CUDA-Q's simulator needs {levels} levels in each of {self.n_modes} time bins for "
                f"{self.device.n_photons} photons: {size} GB of memory, {limit / 1e9:,.3g} GB at "
                "most are expected"
            )

    def __repr__(self) -> str:
        return f"CudaqInterferometer({self.device.describe()}, target={self.target!r})"


# CUDA-Q runs this function itself: its names are those of CUDA-Q's kernel language.
def _kernel(  # type: ignore[no-untyped-def]
    n_modes: int,
    levels: int,
    input_state: list[int],
    loop_lengths: list[int],
    splitters: list[float],
    phases: list[float],
):
    modes = [qudit(levels) for _ in range(n_modes)]  # type: ignore[name-defined] # noqa: F821
    for i in range(n_modes):
        for _ in range(input_state[i]):
            create(modes[i])  # type: ignore[name-defined] # noqa: F821
    k = 0
    for length in loop_lengths:
        for i in range(n_modes - length):
            beam_splitter(modes[i], modes[i + length], splitters[k])  # type: ignore[name-defined] # noqa: F821
            phase_shift(modes[i], phases[k])  # type: ignore[name-defined] # noqa: F821
            k += 1
    mz(modes)  # type: ignore[name-defined] # noqa: F821


def _default_limit() -> int:
    """Half of the machine's memory, or 4 GB where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 4 * 10**9
