"""Rows made orthogonal by Gram and Schmidt: random mixings that do not repeat each other.

A Gaussian matrix is made of rows that are orthogonal on average alone. Orthonormal rows with the
law of a random rotation keep what is random and lose what is redundant.

Reference: F. X. Yu et al., "Orthogonal random features", arXiv:1610.09072.
"""

import torch
from torch import Tensor


def orthogonal_rows(matrix: Tensor) -> Tensor:
    """Return orthonormal rows that span those of a matrix, by Gram and Schmidt.

    Of a Gaussian matrix it is a random rotation's part: no direction is preferred.

    Parameters
    ----------
    matrix : (..., m, n) tensor
        If m > n its columns are made orthonormal instead. A matrix of zeros stays one.

    Examples
    --------
    >>> orthogonal_rows(torch.tensor([[2.0, 0.0], [1.0, 1.0]])).abs()
    tensor([[1., 0.],
            [0., 1.]])
    """
    wide = matrix.shape[-2] <= matrix.shape[-1]
    q, r = torch.linalg.qr(matrix.mT if wide else matrix)
    q = q * r.diagonal(dim1=-2, dim2=-1).sign()[..., None, :]  # qr leaves the signs open
    return q.mT if wide else q
