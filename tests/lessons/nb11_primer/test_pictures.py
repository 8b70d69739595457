"""The pictures of notebook 11 show the numbers that they were given."""

import numpy as np

from pqkd_helpers.lessons.nb11_primer import explorer
from pqkd_helpers.lessons.nb11_primer import pictures as draw

IMAGE = np.random.default_rng(0).random((8, 8))
KERNEL = np.arange(9.0).reshape(3, 3) - 4
MAP = np.random.default_rng(1).normal(size=(6, 6))


def pixels(axes):
    return np.asarray(axes.images[0].get_array())


def test_the_way_of_an_image_shows_the_map_before_and_after_its_negative_part_is_cut():
    scores = np.full(10, 0.1)
    axes = draw.from_image_to_numbers(IMAGE, KERNEL, MAP, scores).axes
    for place, shown in enumerate((IMAGE, KERNEL, MAP, np.maximum(MAP, 0))):
        np.testing.assert_array_equal(pixels(axes[place]), shown)
    assert axes[2].images[0].get_clim() == axes[3].images[0].get_clim()  # one scale of colours
    assert axes[4].patches[0].get_width() == np.maximum(MAP, 0).mean()
    assert [bar.get_height() for bar in axes[5].patches] == scores.tolist()


def test_the_frames_of_the_explorer_lie_on_the_patch_and_on_its_pixel():
    left, _, right = draw.sliding_filter(IMAGE, KERNEL, MAP, row=1, column=4).axes
    for axes, size in ((left, 3), (right, 1)):
        (frame,) = axes.patches
        assert (frame.get_xy(), frame.get_width()) == ((3.5, 0.5), size)
    assert right.get_title() == f"map: here {MAP[1, 4]:.2f}"


def test_the_explorers_map_is_large_where_the_digit_has_what_the_filter_looks_for():
    left, _, right = explorer.draw("bright to the left", row=0, column=0).axes
    image, found = pixels(left), pixels(right)
    i, j = np.unravel_index(found.argmax(), found.shape)
    patch = image[i : i + 3, j : j + 3]
    assert patch[:, 0].sum() > patch[:, 2].sum()


def test_the_loss_curve_keeps_its_axes_while_it_grows():
    curve = [(2.0, 2.1), (1.0, 1.2), (0.5, 0.8)]
    pictures = [draw.loss_curve(curve[:n], 15).axes[0] for n in (1, 2, 3)]
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in pictures}) == 1
    _, train, validation = pictures[-1].lines
    assert list(zip(train.get_ydata(), validation.get_ydata(), strict=True)) == curve


def test_every_learning_rate_has_its_curve():
    losses = {0.01: [2.3, 2.2], 0.3: [1.0, 0.5], 3.0: [9.0, 2.3]}
    (axes,) = draw.learning_rates(losses).axes
    assert [line.get_ydata().tolist() for line in axes.lines[1:]] == list(losses.values())


def test_each_wrong_answer_stands_over_its_image():
    said, labels = [3, 5], [8, 9]
    figure = draw.answers(np.stack([IMAGE, IMAGE.T]), labels, said)
    assert [axes.get_title() for axes in figure.axes] == ["8, said 3", "9, said 5"]
    np.testing.assert_array_equal(pixels(figure.axes[1]), IMAGE.T)
