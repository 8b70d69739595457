"""The frozen random matrix A, regenerated from its seed whenever it is needed.

A has one row of 512 Gaussian entries, variance 1/512, per mixing coefficient: for a single
convolution that is easily 100 MB, hundreds of times the kernel it makes. It is never trained, so
it need not be stored. Entry number n of A is computed from the seed and n alone:

    16 random bits   lane n mod 16 of block floor(n / 16) of the counter-based generator Philox
    value            a table of the 2^16 Gaussian quantiles at (i + 1/2) / 2^16

Both steps are exact integer work, and the table is rounded to a coarse grid, so the values are
equal bit for bit on every platform. The table ends at 4.3 standard deviations; its variance is
0.99998. Memory: blocks of rows, plus two caches under byte budgets: `PROJECTION_CACHE` for
matrices in main memory, `ACCELERATOR_CACHE` for those on a GPU.

Reference: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
doi:10.1145/2063384.2063405 (Philox-4x64-10).
"""

from collections import OrderedDict
from functools import cache
from statistics import NormalDist

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..common.checks import check_whole

Key = tuple[int, int, int, torch.device]

_LANES = 16  # 16-bit lanes in one Philox block of 4 x 64 bits
_GRID = 2.0**-16  # the table's values are multiples of this
_BLOCK_VALUES = 2**21  # values generated at once: 8 MiB


@cache
def gaussian_quantiles() -> NDArray[np.float32]:
    """Return the 2^16 quantiles of the standard normal law at (i + 1/2) / 2^16, read-only.

    Returns
    -------
    (65536,) float32
        Increasing, antisymmetric, multiples of 2^-16.
    """
    law = NormalDist()
    upper = np.array([law.inv_cdf(0.5 + (i + 0.5) / 2**16) for i in range(2**15)])
    upper = np.rint(upper / _GRID) * _GRID
    table = np.concatenate([-upper[::-1], upper]).astype(np.float32)
    table.flags.writeable = False
    return table


class ProjectionCache:
    """Matrices kept in memory, the least recently used given up first.

    Parameters
    ----------
    budget_bytes : int
        Most bytes kept, 0 or more. A matrix larger than this is never kept.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._matrices: OrderedDict[Key, Tensor] = OrderedDict()

    @property
    def bytes_held(self) -> int:
        """Bytes held now."""
        return sum(matrix.nbytes for matrix in self._matrices.values())

    def get(self, key: Key) -> Tensor | None:
        """Return the matrix kept under ``key``, or None."""
        if key in self._matrices:
            self._matrices.move_to_end(key)
        return self._matrices.get(key)

    def put(self, key: Key, matrix: Tensor) -> None:
        """Keep a matrix that fits the budget, giving up others as needed."""
        self._matrices[key] = matrix
        self.set_budget(self.budget_bytes)

    def set_budget(self, budget_bytes: int) -> None:
        """Change the budget and give up what no longer fits."""
        self.budget_bytes = budget_bytes
        while self.bytes_held > self.budget_bytes:
            self._matrices.popitem(last=False)


PROJECTION_CACHE = ProjectionCache(budget_bytes=64 * 2**20)
ACCELERATOR_CACHE = ProjectionCache(budget_bytes=2**30)


class FixedProjection:
    """The linear map ``z -> A z`` with a frozen Gaussian A that is never stored.

    Parameters
    ----------
    in_features : int
        Length of z, the columns of A.
    out_features : int
        Rows of A.
    seed : int
        Seed of A, from 0 to 2^64 - 1. The same seed with more rows extends A, so every layer
        needs another seed.

    Raises
    ------
    ValueError
        If a size is not a whole number >= 1, or the seed is out of range.

    Examples
    --------
    >>> projection = FixedProjection(in_features=512, out_features=3, seed=1)
    >>> projection(torch.ones(512)).shape
    torch.Size([3])
    """

    def __init__(self, *, in_features: int, out_features: int, seed: int) -> None:
        self.in_features = check_whole("in_features", in_features, least=1)
        self.out_features = check_whole("out_features", out_features, least=1)
        self.seed = check_whole("seed", seed, least=0)
        if self.seed >= 2**64:
            raise ValueError(f"seed is {seed}, a number below 2^64 is expected")

    @property
    def nbytes(self) -> int:
        """Bytes that A would take if it were stored."""
        return 4 * self.in_features * self.out_features

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the rows ``start`` to ``stop - 1`` of A.

        Returns
        -------
        (stop - start, in_features) float32

        Raises
        ------
        ValueError
            If A has no such rows.
        """
        if not 0 <= start <= stop <= self.out_features:
            raise ValueError(f"rows {start} to {stop} of {self.out_features} do not exist")
        first, last = start * self.in_features, stop * self.in_features
        block = first // _LANES
        n_words = 4 * (-(-last // _LANES) - block)
        # NumPy's Philox advances its counter before each block, so block b has the counter b + 1.
        counter = np.array([block, 0, 0, 0], dtype=np.uint64)
        key = np.array([self.seed, 0], dtype=np.uint64)
        words = np.random.Philox(counter=counter, key=key).random_raw(n_words)
        lanes = words.astype("<u8", copy=False).view("<u2")[first - block * _LANES :][
            : last - first
        ]
        values = self._scaled_table()[lanes]
        return values.reshape(stop - start, self.in_features)

    def _scaled_table(self) -> NDArray[np.float32]:
        return gaussian_quantiles() * np.float32(1.0 / np.sqrt(self.in_features))

    def __call__(self, z: Tensor) -> Tensor:
        """Return ``A z``, for one z or for several in one pass over A.

        Parameters
        ----------
        z : (..., in_features) float32 tensor
            One or several features. A gradient flows through if z requires one.

        Returns
        -------
        (..., out_features) float32 tensor
            On z's device.

        Raises
        ------
        ValueError
            If z is no float32 tensor of that length.
        """
        if not isinstance(z, Tensor) or z.dtype != torch.float32 or z.ndim == 0:
            raise ValueError("z is expected as a float32 tensor, such as torch.ones(512)")
        if z.shape[-1] != self.in_features:
            raise ValueError(f"z has {z.shape[-1]} numbers, {self.in_features} are expected")
        matrix = self._whole_matrix(z.device)
        if matrix is not None:
            return z @ matrix.T
        step = max(1, _BLOCK_VALUES // self.in_features)
        parts = []
        for start in range(0, self.out_features, step):
            block = self.rows(start, min(start + step, self.out_features))
            parts.append(z @ torch.from_numpy(block).to(z.device).T)
        return torch.cat(parts, dim=-1)

    def _whole_matrix(self, device: torch.device) -> Tensor | None:
        """Return A on a device, from the cache or made for it; None if the budget is too small."""
        cache = PROJECTION_CACHE if device.type == "cpu" else ACCELERATOR_CACHE
        key = (self.in_features, self.out_features, self.seed, device)
        matrix = cache.get(key)
        if matrix is None and self.nbytes <= cache.budget_bytes:
            matrix = torch.from_numpy(self.rows(0, self.out_features)).to(device)
            cache.put(key, matrix)
        return matrix

    def __repr__(self) -> str:
        return (
            f"FixedProjection(in_features={self.in_features}, "
            f"out_features={self.out_features}, seed={self.seed})"
        )
