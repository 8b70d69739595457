"""The data behind the pictures of notebook 03, and its explorer against other calculations."""

import numpy as np
import pytest

from pqkd_helpers.dictionary_convolutions import FixedProjection
from pqkd_helpers.lessons.nb03_dictionary_convolutions import pictures
from pqkd_helpers.lessons.nb03_dictionary_convolutions.explorer import (
    LAYERS,
    RANK_AND_LAYER,
    closest,
    edge_filters,
    missed,
)
from pqkd_helpers.statistics.means import PairedDifference


def lines(axes):
    return {line.get_label(): np.asarray(line.get_ydata()) for line in axes.lines}


def image(axes):
    return np.ma.filled(axes.images[0].get_array(), np.nan)


def test_the_way_from_z_to_kernels_shows_its_four_arrays():
    rng = np.random.default_rng(0)
    z, mixing, basis = rng.random(512), rng.normal(size=(16, 8)), rng.normal(size=(8, 5, 5))
    kernels = np.einsum("or,rab->oab", mixing, basis)
    feature, middle, filters, result = pictures.from_z_to_kernels(z, mixing, basis, kernels).axes
    tops = [path.vertices[1, 1] for path in feature.collections[0].get_paths()]
    assert np.allclose(tops, z)
    assert np.array_equal(image(middle), mixing)
    assert np.array_equal(image(filters)[6:11, 6:11], basis[3])
    assert np.array_equal(image(result)[:5, 18:23], kernels[3])


def test_a_shadow_falls_at_a_right_angle_on_the_row():
    arrows, row = np.array([[1.6, 0.5], [0.7, 1.4]]), np.array([1.0, -0.2])
    (axes,) = pictures.shadows({"two moments": (arrows, row)}).axes
    falls = [line.get_xydata() for line in axes.lines if line.get_linestyle() == ":"]
    assert len(falls) == 2
    for (tip, foot), arrow in zip(falls, arrows, strict=True):
        assert np.allclose(tip, arrow)
        assert foot[0] * row[1] == pytest.approx(foot[1] * row[0])  # on the row's line
        assert foot @ row == pytest.approx(arrow @ row)  # the entry of M


def test_the_signal_is_drawn_as_given_in_looks_that_differ_in_grey():
    sizes = {"raw": [1.0, 0.1], "unit-rms": [1.0, 1.1], "third": [2.0, 3.0]}
    (axes,) = pictures.signal_through_layers(["images", "conv1"], sizes).axes
    assert all(np.array_equal(lines(axes)[name], values) for name, values in sizes.items())
    curves = [line for line in axes.lines if line.get_label() in sizes]
    assert len({(line.get_marker(), line.get_linestyle()) for line in curves}) == 3


def test_histograms_of_mixings_follow_the_gaussian_drawn_over_them():
    z = {"a": np.ones(512), "b": np.arange(512.0)}
    mixings = {"a": np.random.default_rng(0).normal(0, 2, 50_000), "b": np.zeros(10)}
    axes = pictures.features_and_mixings(z, mixings, sigma=2.0).axes
    heights = np.array([bar.get_height() for bar in axes[2].patches])
    drawn = lines(axes[2])["Gaussian"]
    assert len(heights) == len(drawn) and np.abs(heights - drawn).max() < 0.01
    assert drawn.max() == pytest.approx(1 / (2 * np.sqrt(2 * np.pi)), rel=0.01)


def test_correlations_and_luck_are_drawn_where_they_belong():
    (axes,) = pictures.mixing_correlations([0.9, 0.1], {"m": [0.8, 0.2]}, ["x", "y"]).axes
    assert np.array_equal(lines(axes)["m"], [0.8, 0.2])
    rows = [PairedDifference(1.0, 0.5, 1.5, 9), PairedDifference(-0.2, -1.0, 0.6, 9)]
    (axes,) = pictures.luck_of_projection(rows[:1], rows[1]).axes
    drawn = [bar.lines[0].get_xydata()[0].tolist() for bar in axes.containers]
    assert drawn == [[1.0, 2.0], [-0.2, 1.0]]
    spans = [bar.lines[2][0].get_segments()[0][:, 0].tolist() for bar in axes.containers]
    assert spans == [pytest.approx([0.5, 1.5]), pytest.approx([-1.0, 0.6])]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "A number 1",
        "A anew each time",
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_best_mixing_misses_nothing_from_k_squared_on(layer):
    c_in, c_out, size = LAYERS[layer]
    best, frozen = missed(layer)
    assert best[size**2 - 2] > 1e-9 and np.all(best[size**2 - 1 :] < 1e-9)
    share = 1 - np.arange(1, 65) / (c_in * c_out)  # what a random subspace misses on average
    assert np.abs(frozen - share).max() < 0.1
    assert np.all(np.diff(frozen) <= 0) and np.all(best <= frozen + 1e-9)


def test_a_frozen_mixing_from_a_real_a_misses_as_much_as_one_drawn_from_its_law():
    target = edge_filters(64, 5).reshape(64, 25)
    z = np.random.default_rng(1).random(512)
    z *= np.sqrt(512) / np.linalg.norm(z)
    shares = []
    for seed in range(20):
        A = FixedProjection(in_features=512, out_features=64 * 8, seed=seed).rows(0, 64 * 8)
        M = (A.astype(float) @ z).reshape(64, 8)
        rest = target - M @ np.linalg.lstsq(M, target, rcond=None)[0]
        shares.append((rest**2).sum() / (target**2).sum())
    assert np.mean(shares) == pytest.approx(1 - 8 / 64, abs=0.03)


def test_the_explorer_shows_the_shares_the_filters_and_the_count():
    figure = RANK_AND_LAYER.draw(layer="conv1", rank=8)
    assert "264 trained values for 1,664, 6.3 times fewer" in figure.get_suptitle()
    curve, tiles = figure.axes
    assert np.array_equal(lines(curve)["best M for this kernel"], missed("conv1")[0])
    assert np.array_equal(image(tiles)[:5, :5], closest("conv1")[0][0].reshape(5, 5))
    target, left, strength, right, _ = closest("conv1")
    assert np.allclose((left * strength) @ right, target)
    near = ((left[:, :8] * strength[:8]) @ right[:8])[0].reshape(5, 5)
    assert np.allclose(image(tiles)[:5, 14:19], near)


def test_edge_filters_have_norm_one_and_differ():
    filters = edge_filters(64, 5).reshape(64, 25)
    assert np.allclose((filters**2).sum(axis=1), 1.0)
    assert np.abs(np.triu(filters @ filters.T, 1)).max() < 0.999
