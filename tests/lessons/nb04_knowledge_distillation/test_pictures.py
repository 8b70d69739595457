import math

import numpy as np
import pytest
import torch

from pqkd_helpers.datasets import load_dataset
from pqkd_helpers.knowledge_distillation import distillation_loss
from pqkd_helpers.lessons.nb04_knowledge_distillation import pictures as draw
from pqkd_helpers.lessons.nb04_knowledge_distillation.examples import EXAMPLES, image_of
from pqkd_helpers.lessons.nb04_knowledge_distillation.explorer import SOFT_TARGETS
from pqkd_helpers.statistics.means import paired_difference


def softmax_by_hand(logits, temperature):
    weights = [math.exp(value / temperature) for value in logits]
    return [weight / sum(weights) for weight in weights]


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_softmax_neither_overflows_nor_minds_a_shift():
    shares = draw.softmax([[1000.0, 997.0], [-5.0, -8.0]], 3.0)
    expected = [1 / (1 + math.exp(-1)), 1 / (1 + math.e)]
    assert shares == pytest.approx(np.array([expected, expected]))


def test_the_bars_are_the_soft_targets():
    image, *panels = draw.soft_targets("a 7 with a bar", (1, 3, 10)).axes
    assert np.array_equal(image.images[0].get_array(), image_of("a 7 with a bar"))
    logits = EXAMPLES["a 7 with a bar"].teacher
    for axes, temperature in zip(panels, (1, 3, 10), strict=True):
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == pytest.approx(softmax_by_hand(logits, temperature))
        assert f"{max(heights):.2f}" in {text.get_text() for text in axes.texts}


def test_the_heat_map_leaves_the_diagonal_out_and_prints_percentages():
    shares = np.array([[0.9, 0.08, 0.02], [0.3, 0.6, 0.1], [0.0, 0.01, 0.99]])
    axes = draw.lookalikes([shares, shares], ["a", "b"]).axes[1]
    shown = np.ma.filled(axes.images[0].get_array().astype(float), np.nan)
    off = ~np.eye(3, dtype=bool)
    assert np.isnan(np.diag(shown)).all() and np.array_equal(shown[off], shares[off])
    written = {t.get_position()[::-1]: t.get_text() for t in axes.texts if t.get_text() != "x"}
    assert written == {(0, 1): "8", (1, 0): "30", (1, 2): "10"}
    assert axes.images[0].get_clim() == (0.0, 0.3)


def test_the_minima_of_both_directions_are_marked():
    q = np.linspace(0.0, 1.0, 11)
    axes = draw.divergence_directions(q, (q - 0.4) ** 2, (q - 0.9) ** 2).axes[0]
    marked = [line.get_xydata()[0].tolist() for line in axes.lines if len(line.get_xdata()) == 1]
    assert marked == [pytest.approx([0.4, 0.0]), pytest.approx([0.9, 0.0])]
    assert [text.get_text() for text in axes.texts] == ["best at 0.40", "best at 0.90"]


def test_the_gradients_are_drawn_as_given():
    axes = draw.gradient_sizes([1, 10], [2.0, 3.0], [2.0, 0.03], 4.0).axes[0]
    drawn = lines(axes)
    assert drawn[r"with $\tau^2$"].get_ydata().tolist() == [2.0, 3.0]
    assert drawn[r"without $\tau^2$"].get_ydata().tolist() == [2.0, 0.03]
    assert set(drawn["limit at large temperature"].get_ydata()) == {4.0}
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_every_pair_and_its_interval_are_shown():
    gains = np.array([1.0, 2.0, 4.0])
    summary = paired_difference(gains, np.zeros(3))
    left, right = draw.student_gains(
        {"a": (gains, summary), "b": (-gains, paired_difference(-gains, np.zeros(3)))},
        {"a": (gains, summary)},
    ).axes
    points = [line for line in left.lines if line.get_marker() == "."]
    assert [line.get_ydata().tolist() for line in points] == [[1, 2, 4], [-1, -2, -4]]
    (segment,) = right.containers[0].lines[2][0].get_segments()
    assert segment[:, 1].tolist() == pytest.approx([summary.low, summary.high])
    assert right.containers[0].lines[0].get_ydata()[0] == pytest.approx(7 / 3)


def test_the_reliability_diagram_shows_its_curves_and_the_diagonal():
    axes = draw.reliability({"a": ([0.5, 0.9], [0.4, 0.8]), "b": ([0.7], [0.9])}).axes[0]
    drawn = lines(axes)
    assert drawn["perfect"].get_xydata().tolist() == [[0, 0], [1, 1]]
    assert drawn["a"].get_xydata().tolist() == [[0.5, 0.4], [0.9, 0.8]]
    looks = {(line.get_marker(), line.get_linestyle()) for line in axes.lines}
    assert len(looks) == len(axes.lines)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(("temperature", "weight"), [(1.0, 0.3), (3.0, 0.5), (20.0, 0.0)])
def test_the_explorer_shows_the_loss_of_the_helper(name, temperature, weight):
    example = EXAMPLES[name]
    _, middle, right = SOFT_TARGETS.draw(
        example=name, temperature=temperature, hard_weight=weight
    ).axes
    hard, soft, total = (bar.get_width() for bar in right.patches)
    loss = distillation_loss(
        torch.tensor([example.student], dtype=torch.float64),
        torch.tensor([example.teacher], dtype=torch.float64),
        torch.tensor([example.label]),
        temperature=temperature,
        hard_weight=weight,
    )
    assert total == pytest.approx(loss.item()) and hard + soft == pytest.approx(total)
    student = softmax_by_hand(example.student, 1.0)[example.label]
    assert hard == pytest.approx(-weight * math.log(student))
    heights = [bar.get_height() for bar in middle.patches]
    assert heights[:10] == pytest.approx(softmax_by_hand(example.teacher, temperature))
    assert heights[10:] == pytest.approx(softmax_by_hand(example.student, temperature))
    assert right.get_xlim()[1] > total


def test_the_examples_are_held_out_images_with_their_labels():
    data = load_dataset("mnist-5k")
    images = torch.cat([data.validation.images, data.test.images])
    labels = torch.cat([data.validation.labels, data.test.labels])
    for name, example in EXAMPLES.items():
        assert labels[example.place] == example.label
        halved = torch.nn.functional.avg_pool2d(images[example.place].float(), 2)[0]
        assert np.array_equal(image_of(name), halved.numpy())
        wrong = int(np.argmax(example.teacher)) != example.label
        assert wrong == ("the teacher calls" in name)
