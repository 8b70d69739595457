"""Right answers of notebook 03, written in another way."""

import numpy as np


def variance_factors():
    scales = [(2.0, 1.0), (2.0, 0.5), (1.0, 1.0), (1.0, 1.0)]  # of |z|, of B
    return [(norm * basis) ** 2 for norm, basis in scales]


def bytes_to_ship(c_in, c_out, size, rank, way):
    basis = np.zeros((rank, size, size), np.float32)
    bias = np.zeros(c_out, np.float32)
    z = np.zeros(512, np.float32)
    mixing = np.zeros((c_out, c_in, rank), np.float32)
    extra = {
        "A": z.nbytes + 512 * mixing.nbytes,
        "M": mixing.nbytes,
        "seed": z.nbytes + np.uint64(0).nbytes,
    }
    return basis.nbytes + bias.nbytes + extra[way]


def covariance_of_mixings(features):
    z = np.asarray(features, dtype=np.float32)
    return [[float(np.mean(s * t)) for t in z] for s in z]


def closest_basis(target, mixing):
    rank, size = mixing.shape[-1], target.shape[-1]
    basis = np.zeros((rank, size, size))
    M = mixing.reshape(-1, rank).astype(np.float32)
    for a in range(size):
        for b in range(size):
            wanted = target[:, :, a, b].ravel().astype(np.float32)
            basis[:, a, b] = np.linalg.solve(M.T @ M, M.T @ wanted)
    return basis


def mean_and_error(differences):
    means = [sum(row) / len(row) for row in differences]
    n = len(means)
    mean = sum(means) / n
    variance = sum((value - mean) ** 2 for value in means) / (n - 1)
    return [mean, (variance / n) ** 0.5]


ANSWERS = {
    "3.1": variance_factors,
    "3.2": bytes_to_ship,
    "3.3": covariance_of_mixings,
    "3.4": closest_basis,
    "3.5": mean_and_error,
}
EQUIVALENT: dict[str, dict[str, str]] = {}
