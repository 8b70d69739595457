"""Which sampler runs for which device, and the imperfections around it.

Three samplers draw from the same distribution; the device's structure says which is cheapest:

* one loop: a Markov chain, linear in the bins (`single_loop`);
* several loops: bin by bin (`series_of_loops`), linear in the bins as long as few photons are in
  the loops at a time, or all photons at once (`boson_sampling`), whose cost doubles with every
  photon but does not care about the loops; whichever an estimate says is faster.

Photons that are not in the common internal state (each is with probability x, the overlap)
interfere with nobody else and are sampled one by one (`distinguishable_photons`). Light lost in the
loops is left out by each sampler; the efficiency of the detection thins the photon numbers at the
end, which is the same as losing the light anywhere else with equal loss on all paths.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..device import LoopDevice
from ..exact.photon_probabilities import with_unseen_modes
from ..fock_basis import n_states
from .boson_sampling import sample_output_modes
from .distinguishable_photons import sample_distinguishable
from .series_of_loops import sample_series_of_loops
from .single_loop import sample_single_loop

Method = Literal["single loop", "series of loops", "boson sampling"]

MOST_PHOTONS_AT_ONCE = 20
_MOST_LIVE_STATES = 2**16
_MOST_TABLE_ENTRIES = 2**26
# Photons of one bin, over all shots, that are sampled one by one: 1 GiB.
_MOST_ALONE = 2**27
# Amplitudes of all shots held at once, when loops are sampled bin by bin.
_BLOCK_VALUES = 2**22


def choose_method(device: LoopDevice) -> Method:
    """Return the sampler that is expected to be fastest for interfering photons.

    Raises
    ------
    ValueError
        If no sampler can cope with so many photons in such loops.

    Examples
    --------
    >>> choose_method(LoopDevice(input_state=(1, 0) * 500, loop_lengths=(1,)))
    'single loop'
    >>> choose_method(LoopDevice(input_state=(1, 0) * 8, loop_lengths=(1, 1)))
    'boson sampling'
    >>> choose_method(LoopDevice(input_state=(1, 0) * 16, loop_lengths=(1, 1)))
    'series of loops'
    """
    n, loops = device.n_photons, device.loop_lengths
    if len(loops) == 1:
        arriving = max(device.input_state[loops[0] :])
        held = _live_photons(device, 1)
        entries = (held + arriving + 1) * (arriving + 1) * (held + 1) * device.n_splitters
        if entries > _MOST_TABLE_ENTRIES:
            raise ValueError(
                f"up to {max(device.input_state):,} photons in one time bin cannot be sampled: "
                f"tables of {entries:,} entries, {_MOST_TABLE_ENTRIES:,} at most"
            )
        return "single loop"
    live_photons, live_states = _live_photons(device, _live_bins(device)), _live_states(device)
    if live_states > _MOST_LIVE_STATES:
        if n > MOST_PHOTONS_AT_ONCE:
            raise ValueError(
                f"{n} photons in the loops {loops} cannot be sampled: about {live_states:,} "
                f"amplitudes per shot bin by bin ({_MOST_LIVE_STATES:,} at most), and all photons "
                f"at once are too many above {MOST_PHOTONS_AT_ONCE}"
            )
        return "boson sampling"
    if n > MOST_PHOTONS_AT_ONCE:
        return "series of loops"
    # nanoseconds per shot, measured on one processor core
    bin_by_bin = device.n_splitters * live_photons * (150.0 + 2.0 * live_states)
    at_once = 8.0 * n * 2.0 ** (n - 1) + 600.0 * n
    return "series of loops" if bin_by_bin < at_once else "boson sampling"


def _live_bins(device: LoopDevice) -> int:
    """Return the number of bins that can be inside the loops at a time, one just leaving."""
    return min(sum(device.loop_lengths) + 1, device.n_modes)


def _live_photons(device: LoopDevice, n_bins: int) -> int:
    """Return about the largest number of photons in so many neighbouring bins."""
    counts = np.convolve(device.input_state, np.ones(n_bins))
    mean = min(float(counts.max()), float(device.n_photons))
    return min(device.n_photons, math.ceil(mean + 3.0 * math.sqrt(mean) + 1.0))


def _live_states(device: LoopDevice) -> int:
    n_bins = _live_bins(device)
    return n_states(_live_photons(device, n_bins), n_bins + 1)


def sample_photon_numbers(
    device: LoopDevice, theta: NDArray[np.float64], n_shots: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the photon numbers that are detected.

    Parameters
    ----------
    device : LoopDevice
    theta : (batch, n_angles) float64
        Angles in radians.
    n_shots : int
        Shots per setting.
    rng : numpy.random.Generator

    Returns
    -------
    (batch, n_shots, n_modes) int64

    Raises
    ------
    ValueError
        If no sampler can cope with so many interfering photons, or there are too many that do
        not interfere; before any work.
    """
    if device.overlap > 0.0:
        choose_method(device)
    if device.overlap < 1.0 and n_shots * max(device.numbers) > _MOST_ALONE:
        raise ValueError(
            f"{n_shots:,} shots with up to {max(device.numbers):,} photons in one time bin, which "
            f"do not all interfere: {_MOST_ALONE:,} such photons at most are expected"
        )
    if device.overlap == 1.0:
        counts = _interfering(device, theta, None, n_shots, rng)
    else:
        shape = (len(theta), n_shots, len(device.numbers))
        entering = np.broadcast_to(device.numbers, shape)
        interfering = rng.binomial(entering, device.overlap)
        counts = sample_distinguishable(
            device.columns(theta), entering - interfering, lossy=device.loops_lose_light, rng=rng
        )
        if device.overlap > 0.0:
            counts += _interfering(device, theta, interfering, n_shots, rng)
    if device.efficiency < 1.0:
        counts = rng.binomial(counts, device.efficiency)
    return counts


def _interfering(
    device: LoopDevice,
    theta: NDArray[np.float64],
    entering: NDArray[np.int64] | None,
    n_shots: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Sample photons that all interfere: all that enter, or as many as drawn shot by shot."""
    method = choose_method(device)
    if method == "boson sampling":
        return _all_at_once(device, theta, entering, n_shots, rng)
    arrivals: NDArray[np.int64] = np.array(device.input_state)
    if entering is not None:
        arrivals = np.zeros((len(theta), n_shots, device.n_modes), dtype=np.int64)
        arrivals[:, :, device.inputs] = entering
    splitters = theta[:, : device.n_splitters]
    phases = theta[:, device.n_splitters :]
    if method == "single loop":
        return sample_single_loop(
            splitters,
            arrivals,
            n_shots,
            device.loop_lengths[0],
            loop_efficiency=device.loop_efficiencies[0],
            rng=rng,
        )
    shot_by_shot = np.broadcast_to(arrivals, (len(theta), n_shots, device.n_modes))
    counts = np.empty(shot_by_shot.shape, dtype=np.int64)
    at_once = max(1, _BLOCK_VALUES // _live_states(device))
    for b in range(len(theta)):
        for start in range(0, n_shots, at_once):
            shots = slice(start, start + at_once)
            counts[b, shots] = sample_series_of_loops(
                splitters[b],
                phases[b] if device.phase_shifters else None,
                shot_by_shot[b, shots],
                device.loop_lengths,
                loop_phases=device.phase_of_each_loop,
                loop_efficiency=device.loop_efficiencies,
                rng=rng,
            )
    return counts


def _all_at_once(
    device: LoopDevice,
    theta: NDArray[np.float64],
    entering: NDArray[np.int64] | None,
    n_shots: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    columns = device.columns(theta)
    if device.loops_lose_light:
        columns = with_unseen_modes(columns)
    columns = np.repeat(columns, device.numbers, axis=2)  # one per photon
    if entering is None:
        photons = np.arange(device.n_photons)
        order = np.broadcast_to(photons, (len(theta), n_shots, device.n_photons))
        modes = sample_output_modes(columns, rng.permuted(order, axis=2), rng)
        return _counts(modes, columns.shape[1])[:, :, : device.n_modes]
    place_in_bin = np.concatenate([np.arange(number) for number in device.numbers])
    present = place_in_bin < np.repeat(entering, device.numbers, axis=2)
    counts = np.zeros((len(theta), n_shots, device.n_modes), dtype=np.int64)
    for b in range(len(theta)):
        totals = present[b].sum(axis=1)
        for total in np.unique(totals[totals > 0]).tolist():
            shots = np.flatnonzero(totals == total)
            chosen = np.nonzero(present[b, shots])[1].reshape(1, len(shots), total)
            order = rng.permuted(chosen, axis=2)
            modes = sample_output_modes(columns[b : b + 1], order, rng)
            counts[b, shots] = _counts(modes, columns.shape[1])[0, :, : device.n_modes]
    return counts


def _counts(modes: NDArray[np.intp], n_modes: int) -> NDArray[np.int64]:
    """Count the photons in each mode, given the mode of each photon."""
    batch, n_shots, _ = modes.shape
    first = n_modes * np.arange(batch * n_shots).reshape(batch, n_shots, 1)
    flat = np.bincount((modes + first).ravel(), minlength=batch * n_shots * n_modes)
    return flat.reshape(batch, n_shots, n_modes)
