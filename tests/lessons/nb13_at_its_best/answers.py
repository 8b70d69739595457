"""Right answers to notebook 13, written in other ways, and mutants that are right too."""

import numpy as np
import torch


def parts(widths, first, filters):
    linear = torch.nn.Linear(widths[-1], 10)
    norms = [torch.nn.BatchNorm2d(width) for width in widths]
    return {
        "linear": sum(p.numel() for p in linear.parameters()),
        "batch norm": sum(p.numel() for norm in norms for p in norm.parameters()),
        "angles": 15 * 2,
        "3x3 filters": filters * 3 * 3,
        "5x5 filters": first * 5 * 5,
    }


def on_a_sphere(rng, n=512):
    z = rng.normal(0.0, 7.0, size=n)
    return np.sqrt(n) * z / np.linalg.norm(z)


def by_autograd(mixing2, mixing3, gradient2, gradient3):
    basis = torch.zeros(mixing2.shape[2], 3, 3, dtype=torch.float64, requires_grad=True)
    loss = 0.0
    for mixing, gradient in ((mixing2, gradient2), (mixing3, gradient3)):
        kernels = torch.einsum("oir,rab->oiab", torch.from_numpy(mixing), basis)
        loss = loss + (kernels * torch.from_numpy(gradient)).sum()
    loss.backward()
    return basis.grad


ANSWERS = {
    "13.1": parts,
    "13.2": by_autograd,
    "13.3": on_a_sphere,
    "13.4": lambda: {"first": 6, "filters": 23, "widths": [12, 16, 12]},
}
_AS_GOOD = "another allocation within the budget"
EQUIVALENT = {"13.4": {"8  ->  9": _AS_GOOD, "16  ->  17": _AS_GOOD}}
