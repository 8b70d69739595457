"""The film of notebook 03 adds up to the layer's kernel."""

import numpy as np
import pytest

from pqkd_helpers.lessons.film import value_at
from pqkd_helpers.lessons.nb03_dictionary_convolutions.films import kernel_film, kernel_from_basis
from pqkd_helpers.networks.teacher_and_student import StudentCNN


def greys(film, second):
    return np.array(
        [
            value_at(part.grey, second)
            for part in film.parts
            if not isinstance(part, str) and part.grey
        ]
    )


def test_the_kernel_is_the_sum_of_weighted_filters_before_and_after_z_changes():
    rng = np.random.default_rng(0)
    basis, mixings = rng.standard_normal((3, 2, 2)), list(rng.standard_normal((2, 3)))
    film = kernel_film(basis, mixings)
    shown = [greys(film, second) - 127.5 for second in (film.still, film.seconds)]
    wanted = [np.tensordot(mixing, basis, axes=1).ravel() for mixing in mixings]
    factor = shown[0][0] / wanted[0][0]
    assert factor > 0.0
    for grey, kernel in zip(shown, wanted, strict=True):
        assert grey == pytest.approx(factor * kernel)
    assert np.all(greys(film, 0.0) == 127.5)


def test_it_shows_a_layers_own_kernel():
    layer = StudentCNN(widths=(16, 32, 32)).dictionary_layers()[0]
    basis = layer.basis.detach().double().numpy()
    film = kernel_from_basis()
    fills = "".join(part for part in film.parts if isinstance(part, str))
    for tile in basis:
        rounded = np.round(127.5 + 127.5 * tile / np.abs(tile).max()).astype(int)
        assert all(f'fill="#{grey:02x}{grey:02x}{grey:02x}"' in fills for grey in rounded.ravel())
