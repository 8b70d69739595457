"""How fast the simulator is, as ratios to other simulators doing the same job in the same run.

    make bench

builds an environment of its own (MerLin wants an older torch), runs everything in it and writes
``simulator.json`` beside this file. In every round each contender does each job once, with new
angles; all work that new angles need is timed, and so is the conversion to histograms. Threads are
pinned to one. Minima are compared, since whatever else the machine does only adds time; medians are
kept beside them. A peer that is not installed is left out and named.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402  (after the threads are pinned)

from pqkd_helpers.circuit_simulator import TimeBinInterferometer  # noqa: E402
from pqkd_helpers.common.files import json_bytes, write_atomically  # noqa: E402
from pqkd_helpers.feature_histograms import click_histograms  # noqa: E402

HERE = Path(__file__).parent
RESULT = HERE / "simulator.json"
PHOTON_BINS = {1: (0,), 2: (0, 8), 4: (0, 4, 8, 12), 6: (0, 2, 4, 8, 10, 12), 8: range(0, 16, 2)}
SHOTS = 200
BATCH, GRADIENT_BATCH, PEER_BATCH = 32, 64, 8

Job = Callable[[], Any]

# measure: (contender, peer, goal for the ratio of minima or None)
GOALS: dict[str, tuple[str, str, float | None]] = {
    **{
        f"200 shots, {n} photons": (f"ours: sample {n}", f"perceval: sample {n}", goal)
        for n, goal in {2: 0.12, 4: 0.15, 6: 0.2, 8: 0.4}.items()
    },
    "200 shots, 8 photons, 32 settings in one call": (
        "ours: sample 8 batched",
        "perceval: sample 8",
        0.25,
    ),
    "200 shots, 8 photons, one loop": (
        "ours: sample 8 one loop",
        "perceval: sample 8 one loop",
        0.12,
    ),
    "exact features, 8 photons": ("ours: exact 8", "perceval: exact 8", 1 / 40),
    "value and gradient, 8 photons": ("ours: gradient 8", "merlin: gradient 8", 1 / 150),
    "value and gradient, 8 photons, 64 settings in one call": (
        "ours: gradient 8 batched",
        "merlin: gradient 8",
        1 / 200,
    ),
    "the same, against 8 settings in one call of the peer": (
        "ours: gradient 8 batched",
        "merlin: gradient 8 batched",
        None,
    ),
    "200 shots, 16 photons in 32 bins": (
        "ours: sample 16 of 32",
        "perceval: sample 16 of 32",
        None,
    ),
    "200 shots, 1 photon": ("ours: sample 1", "cudaq: sample 1", None),
}
PEERS = {"perceval": "Perceval", "merlin": "MerLin", "cudaq": "CUDA-Q"}
SCALING_BINS = (16, 32, 64, 128, 256, 512, 1000)
SCALING_GOAL = 1.2


def input_state(n_photons: int, n_modes: int = 16) -> tuple[int, ...]:
    """The photons of the measures: spread evenly."""
    bins = PHOTON_BINS[n_photons] if n_modes == 16 else range(0, n_modes, 2)
    return tuple(int(i in bins) for i in range(n_modes))


class NewAngles:
    """New angles at every call, from one seed."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)

    def __call__(self, *shape: int) -> np.ndarray:
        return self.rng.uniform(-np.pi, np.pi, shape)


def our_jobs(angles: NewAngles) -> Iterator[tuple[str, Job, int]]:
    """Yield our contenders: name, job, settings per call."""
    rng = np.random.default_rng(1)

    def sampling(circuit: TimeBinInterferometer) -> Job:
        return lambda: click_histograms(circuit.sample(angles(circuit.n_angles), SHOTS, rng=rng))

    for n in PHOTON_BINS:
        yield f"ours: sample {n}", sampling(TimeBinInterferometer(input_state(n))), 1
    circuit = TimeBinInterferometer()
    yield "ours: sample 8 one loop", sampling(TimeBinInterferometer(loop_lengths=(1,))), 1
    yield (
        "ours: sample 8 batched",
        lambda: [
            click_histograms(clicks) for clicks in circuit.sample(angles(BATCH, 30), SHOTS, rng=rng)
        ],
        BATCH,
    )
    yield "ours: exact 8", lambda: circuit.half_click_probabilities(angles(30)), 1
    large = TimeBinInterferometer(input_state(16, 32))
    yield "ours: sample 16 of 32", lambda: large.sample(angles(62), SHOTS, rng=rng), 1
    for m in SCALING_BINS:
        train = TimeBinInterferometer((1, 0) * (m // 2), (1,))
        yield (
            f"ours: sample {m} bins",
            (lambda train=train, m=m: train.sample(angles(m - 1), SHOTS, rng=rng)),
            1,
        )

    import torch

    from pqkd_helpers.training_loop.exact_features import exact_features

    torch.set_num_threads(1)
    weights = torch.randn(512, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def gradient(*shape: int) -> Job:
        def job() -> torch.Tensor | None:
            theta = torch.from_numpy(angles(*shape)).requires_grad_()
            (exact_features(circuit, theta) @ weights).sum().backward()
            return theta.grad

        return job

    yield "ours: gradient 8", gradient(30), 1
    yield "ours: gradient 8 batched", gradient(GRADIENT_BATCH, 30), GRADIENT_BATCH


def perceval_jobs(angles: NewAngles) -> Iterator[tuple[str, Job, int]]:
    """Perceval with a ready unitary matrix: its sampler's and its exact backend's own work."""
    import perceval

    def samples(state: tuple[int, ...], loops: tuple[int, ...]) -> Job:
        circuit = TimeBinInterferometer(state, loops)

        def job() -> np.ndarray:
            backend = perceval.Clifford2017Backend()
            unitary = circuit.unitary(angles(circuit.n_angles))
            backend.set_circuit(perceval.Unitary(perceval.Matrix(unitary)))
            backend.set_input_state(perceval.BasicState(state))
            counts = np.array([list(sample) for sample in backend.samples(SHOTS)])
            clicks = (counts > 0).astype(np.uint8)
            return click_histograms(clicks) if len(state) == 16 else clicks

        return job

    for n in PHOTON_BINS:
        yield f"perceval: sample {n}", samples(input_state(n), (1, 1)), 1
    yield "perceval: sample 8 one loop", samples(input_state(8), (1,)), 1
    yield "perceval: sample 16 of 32", samples(input_state(16, 32), (1, 1)), 1

    circuit = TimeBinInterferometer()
    backend = perceval.SLOSBackend()
    state = perceval.BasicState(circuit.input_state)
    occupied = np.array([list(s) for s in perceval.utils.allstate_iterator(state)]) > 0
    bins = occupied.reshape(-1, 2, 8) @ (1 << np.arange(7, -1, -1))  # cached by a good user

    def exact() -> np.ndarray:
        backend.set_circuit(perceval.Unitary(perceval.Matrix(circuit.unitary(angles(30)))))
        backend.set_input_state(state)
        probabilities = np.asarray(backend.all_prob())
        return np.stack([np.bincount(bins[:, k], probabilities, 256) for k in range(2)])

    yield "perceval: exact 8", exact, 1


def merlin_jobs(angles: NewAngles) -> Iterator[tuple[str, Job, int]]:
    """MerLin's layer on a Perceval circuit, built once (not timed), all outcomes binned."""
    import merlin
    import perceval
    import torch

    torch.set_num_threads(1)
    state = input_state(8)
    circuit = perceval.Circuit(16)
    for k in range(30):
        circuit.add(k % 15, perceval.BS.Ry(perceval.P(f"t{k:02d}")))
    layer = merlin.QuantumLayer(
        input_size=30,
        circuit=circuit,
        input_state=list(state),
        input_parameters=["t"],
        trainable_parameters=[],
        measurement_strategy=merlin.MeasurementStrategy.probs(merlin.ComputationSpace.FOCK),
        dtype=torch.float64,
    )
    occupied = np.array(layer.output_keys) > 0
    bins = torch.from_numpy(occupied.reshape(-1, 2, 8) @ (1 << np.arange(7, -1, -1)))
    weights = torch.randn(512, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def features(theta: torch.Tensor) -> torch.Tensor:
        probabilities = layer(-2.0 * theta)
        z = torch.zeros(len(theta), 512, dtype=torch.float64)
        z = z.index_add(1, bins[:, 0], probabilities)
        return z.index_add(1, 256 + bins[:, 1], probabilities)

    theta = angles(30)
    ours = TimeBinInterferometer().half_click_probabilities(theta).ravel()
    theirs = features(torch.from_numpy(theta[None])).detach().numpy()[0]
    if not np.allclose(ours, theirs, atol=1e-12):
        raise AssertionError("MerLin's features are not the same: the comparison is wrong")

    def gradient(batch: int) -> Job:
        def job() -> torch.Tensor | None:
            theta = torch.from_numpy(angles(batch, 30)).requires_grad_()
            (features(theta) @ weights).sum().backward()
            return theta.grad

        return job

    yield "merlin: gradient 8", gradient(1), 1
    yield "merlin: gradient 8 batched", gradient(PEER_BATCH), PEER_BATCH


def cudaq_jobs(angles: NewAngles) -> Iterator[tuple[str, Job, int]]:
    """CUDA-Q's own simulator, one photon: two levels in each of 16 bins."""
    from pqkd_helpers.circuit_simulator.engines import CudaqInterferometer

    circuit = CudaqInterferometer(input_state(1))
    rng = np.random.default_rng(2)
    yield "cudaq: sample 1", lambda: click_histograms(circuit.sample(angles(30), SHOTS, rng=rng)), 1


SOURCES = {"ours": our_jobs, "perceval": perceval_jobs, "merlin": merlin_jobs, "cudaq": cudaq_jobs}
# Contenders that take seconds are timed in the first rounds only.
SLOW_SECONDS, SLOW_ROUNDS = 1.0, 21


def measure(rounds: int, sources: list[str]) -> dict[str, Any]:
    """Time all contenders and return the result as plain JSON values."""
    jobs: dict[str, tuple[Job, int]] = {}
    missing = []
    for source in sources:
        try:
            for name, job, settings in SOURCES[source](NewAngles()):
                jobs[name] = (job, settings)
        except ModuleNotFoundError as error:
            missing.append(f"{source} ({error.name} is not installed)")
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for job, _ in jobs.values():
        job()  # what is done once is not timed
    for number in range(rounds):
        for name, (job, settings) in jobs.items():
            if number >= SLOW_ROUNDS and min(seconds[name]) * settings > SLOW_SECONDS:
                continue
            start = time.perf_counter()
            job()
            seconds[name].append((time.perf_counter() - start) / settings)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    milliseconds = {
        name: {
            "minimum": 1e3 * min(times),
            "median": 1e3 * statistics.median(times),
            "calls": len(times),
            "settings_per_call": jobs[name][1],
        }
        for name, times in seconds.items()
    }
    return {
        "rounds": rounds,
        "unit": "milliseconds per setting",
        "contenders": milliseconds,
        "ratios": ratios(milliseconds),
        "scaling": scaling(milliseconds),
        "missing": missing,
        "versions": versions(),
        "machine": {"system": platform.system(), "architecture": platform.machine()},
        "threads": 1,
    }


def ratios(milliseconds: dict[str, Any]) -> dict[str, Any]:
    """Return the ratio of each measure whose two contenders ran."""
    result = {}
    for name, (ours, peer, goal) in GOALS.items():
        if ours in milliseconds and peer in milliseconds:
            minimum, median = (
                milliseconds[ours][kind] / milliseconds[peer][kind]
                for kind in ("minimum", "median")
            )
            result[name] = {"minima": minimum, "medians": median, "goal": goal}
    return result


def scaling(milliseconds: dict[str, Any]) -> dict[str, Any]:
    """Return how the time of a single loop grows with the bins: the exponent of a power law."""
    times = [milliseconds[f"ours: sample {m} bins"]["minimum"] for m in SCALING_BINS]
    slope, _ = np.polyfit(np.log(SCALING_BINS), np.log(times), 1)
    last, first = times[-1] / times[0], SCALING_BINS[-1] / SCALING_BINS[0]
    return {
        "fitted_exponent": float(slope),
        "end_to_end_exponent": float(np.log(last) / np.log(first)),
        "goal": SCALING_GOAL,
    }


def versions() -> dict[str, str]:
    """Versions of everything that was timed."""
    found = {"python": platform.python_version()}
    names = ("numpy", "torch", "perceval-quandela", "merlinquantum", "cuda-quantum-cu12")
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def table(result: dict[str, Any]) -> str:
    """Return the ratios as a table in Markdown."""
    lines = ["| measure | ours (ms) | peer | peer (ms) | ratio of minima | goal | of medians |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, ratio in result["ratios"].items():
        ours, peer, _ = GOALS[name]
        times = [result["contenders"][contender]["minimum"] for contender in (ours, peer)]
        goal = "" if ratio["goal"] is None else f"{ratio['goal']:.3g}"
        lines.append(
            f"| {name} | {times[0]:.3g} | {PEERS[peer.split(':')[0]]} "
            f"| {float(f'{times[1]:.3g}'):,g} | {ratio['minima']:.2g} | {goal} "
            f"| {ratio['medians']:.2g} |"
        )
    exponent = result["scaling"]["end_to_end_exponent"]
    lines.append(
        f"\nOne loop, n = m/2 photons, {SCALING_BINS[0]} to {SCALING_BINS[-1]:,} bins: the time "
        f"grows as m^{exponent:.2f} (goal: at most {result['scaling']['goal']})."
    )
    lines += [f"Not measured: {name}." for name in result["missing"]]
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark, print the table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=41, help="interleaved rounds (default 41)")
    parser.add_argument("--sources", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    if options.rounds < 1 or "ours" not in options.sources:
        parser.error("at least one round, and ours among the sources, are expected")
    result = measure(options.rounds, options.sources)
    write_atomically(options.out, json_bytes(result))
    print(table(result))


if __name__ == "__main__":
    main()
