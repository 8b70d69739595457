"""Exercises of notebook 13: where the values go, one basis, z without light, 600 values to spend.

A student here has batch norm, one 3x3 basis for conv2 and conv3, and 30 angles.
"""

import numpy as np

from ...experiments.grids.ladder_students import N_ANGLES
from ...networks.teacher_and_student import StudentCNN, trained_values
from ..exercise import Exercise, Mistake, drawn, expect

MOST = 600


def _student(widths, first, filters):
    return StudentCNN(
        1,
        tuple(int(width) for width in widths),
        rank=(int(first), int(filters), int(filters)),
        scope="all",
        shared_basis=True,
        batch_norm=True,
        bias=False,
    )


# 13.1 ------------------------------------------------------------------------------------------


def where_they_go(widths, first, filters):
    """Return how many values each part of a student trains, a dictionary of five whole numbers.

    widths: three whole numbers, the output channels of conv1, conv2 and conv3.
    first: number of 5x5 filters of conv1. filters: number of 3x3 filters of the shared basis.
    The keys: "angles", "5x5 filters", "3x3 filters", "batch norm", "linear".
    """
    return {
        "angles": 30,
        "5x5 filters": 25 * first,
        "3x3 filters": 9 * filters,
        "batch norm": 2 * sum(widths),
        "linear": 10 * (widths[2] + 1),
    }


_PARTS = ("angles", "5x5 filters", "3x3 filters", "batch norm", "linear")


def _counted(student):
    """Return the values of the same five parts, counted in the network itself."""
    sizes = {name: value.numel() for name, value in student.named_parameters()}
    return {
        "angles": N_ANGLES,
        "5x5 filters": sizes["conv1.basis"],
        "3x3 filters": sizes["conv2.basis"],
        "batch norm": sum(size for name, size in sizes.items() if name.startswith("norm")),
        "linear": sum(size for name, size in sizes.items() if name.startswith("linear")),
    }


def _five_parts(answer):
    """There are five parts, by name."""
    found = answer((16, 32, 32), 16, 118)
    keys = sorted(map(str, found)) if isinstance(found, dict) else f"a {type(found).__name__}"
    expect(keys, sorted(_PARTS), given="the keys of your dictionary")


def _as_counted(answer):
    """Each part has as many values as the network itself holds of it."""
    rng = drawn(0)
    for _ in range(4):
        widths, (first, filters) = rng.integers(3, 24, 3).tolist(), rng.integers(2, 30, 2).tolist()
        found, counted = (
            answer(tuple(widths), first, filters),
            _counted(_student(widths, first, filters)),
        )
        for part in _PARTS:
            given = f"channels {widths}, {first} and {filters} filters: {part}"
            expect(found[part], counted[part], given=given)


def _parts_with(**changes):
    def answer(widths, first, filters):
        parts = where_they_go(widths, first, filters)
        return parts | {name: change(widths, first, filters) for name, change in changes.items()}

    return answer


_COUNT = Exercise(
    number="13.1",
    name="where they go",
    difficulty=1,
    minutes=8,
    task="""
        Count what a student trains:

        - 30 angles;
        - 5x5 filters for conv1;
        - 3x3 filters that conv2 *and* conv3 share;
        - batch norm, a scale and a shift per channel of every layer;
        - the linear layer, from the channels of conv3 to ten classes.

        The frozen $A$, and the mixings that follow from it, are not trained. The convolutions have
        no biases: batch norm's shift does their work.
        """,
    reference=where_they_go,
    laws=(_five_parts, _as_counted),
    probes=lambda: [((16, 32, 32), 16, 118), ((5, 7, 9), 3, 4)],
    mistakes=(
        Mistake(
            _parts_with(linear=lambda widths, first, filters: 10 * widths[2]),
            "the linear layer has a bias for each of the ten classes, too.",
        ),
        Mistake(
            _parts_with(**{"3x3 filters": lambda widths, first, filters: 18 * filters}),
            "conv2 and conv3 use one and the same filters: they are trained, and counted, once.",
        ),
        Mistake(
            _parts_with(**{"batch norm": lambda widths, first, filters: sum(widths)}),
            "batch norm trains two numbers per channel: a scale and a shift.",
        ),
        Mistake(
            _parts_with(
                **{"5x5 filters": lambda widths, first, filters: 25 * first * widths[0]},
            ),
            "the filters are mixed into many kernels, but only the filters are trained: their "
            "number does not depend on the channels.",
        ),
    ),
    hints=(
        "A filter of 5x5 has 25 numbers. The mixings have none that are trained.",
        "Batch norm: two per channel of all three layers. Linear: weights and biases.",
        'return {"angles": 30, "5x5 filters": 25 * first, "3x3 filters": ..., "batch norm": '
        '2 * sum(widths), "linear": 10 * (widths[2] + 1)}',
    ),
    explanation="""
        Only the linear layer and batch norm pay for channels. A filter of conv2 costs nine values,
        however many kernels are mixed from it: so a narrow network leaves room for many filters.
        """,
)

# 13.2 ------------------------------------------------------------------------------------------


def gradient_of_one_basis(mixing2, mixing3, gradient2, gradient3):
    """Return the gradient of the loss by the shared basis B, (R, 3, 3).

    mixing2, mixing3: NumPy arrays, the mixings of conv2 and conv3, (C_out, C_in, R) each; their
    channels differ. gradient2, gradient3: the gradients of the loss by the kernels of each,
    (C_out, C_in, 3, 3).
    """
    by_conv2 = np.einsum("oir,oiab->rab", mixing2, gradient2)
    by_conv3 = np.einsum("oir,oiab->rab", mixing3, gradient3)
    return by_conv2 + by_conv3


def _layers(number, n_filters=5):
    rng = drawn(number)
    shapes = ((4, 2), (3, 4))
    mixings = [rng.standard_normal((*shape, n_filters)) for shape in shapes]
    gradients = [rng.standard_normal((*shape, 3, 3)) for shape in shapes]
    return (*mixings, *gradients)


def _one_per_value(answer):
    """There is one number for each value of the basis."""
    found = answer(*_layers(6))
    expect(np.shape(found), (5, 3, 3), given="5 filters of 3 x 3, shape of the gradient")


def _small_steps(answer):
    """A small change of B changes the loss by the gradient times the change."""
    mixing2, mixing3, gradient2, gradient3 = layers = _layers(7)
    change = 1e-3 * drawn(8).standard_normal((5, 3, 3))
    of_loss = 0.0  # change of each kernel, entry by entry, times the gradient by that entry
    for mixing, gradient in ((mixing2, gradient2), (mixing3, gradient3)):
        for o, i in np.ndindex(*mixing.shape[:2]):
            of_kernel = sum(mixing[o, i, r] * change[r] for r in range(5))
            of_loss += float(np.sum(gradient[o, i] * of_kernel))
    given = "change of the loss for a small random change of B"
    expect(float(np.sum(answer(*layers) * change)), of_loss, given=given)


def _every_filter(answer):
    """The same for every single value of B."""
    mixing2, mixing3, gradient2, gradient3 = layers = _layers(9)
    found = np.asarray(answer(*layers))
    for r, a, b in ((0, 0, 0), (2, 1, 2), (4, 2, 0)):
        expected = np.sum(mixing2[..., r] * gradient2[..., a, b])
        expected += np.sum(mixing3[..., r] * gradient3[..., a, b])
        given = f"value ({a}, {b}) of filter {r}"
        expect(float(found[r, a, b]), float(expected), given=given)


def _basis_variant(weight2, weight3):
    def answer(mixing2, mixing3, gradient2, gradient3):
        none2, none3 = np.zeros_like(gradient2), np.zeros_like(gradient3)
        of_2 = gradient_of_one_basis(mixing2, mixing3, gradient2, none3)
        of_3 = gradient_of_one_basis(mixing2, mixing3, none2, gradient3)
        return weight2 * of_2 + weight3 * of_3

    return answer


_ONE_BASIS = Exercise(
    number="13.2",
    name="one basis, two layers",
    difficulty=2,
    minutes=15,
    task="""
        conv2 and conv3 mix their kernels from one basis:
        $W^{(l)}_{oi} = \\sum_r M^{(l)}_{oir} B_r$ for both layers $l$. Backpropagation has found
        how the loss depends on the kernels of each. How does it depend on $B$? That is what Adam
        needs.
        """,
    reference=gradient_of_one_basis,
    laws=(_one_per_value, _small_steps, _every_filter),
    probes=lambda: [_layers(10), _layers(11)],
    mistakes=(
        Mistake(
            _basis_variant(0.5, 0.5),
            "the changes of the loss by both layers add up: a sum, no mean.",
        ),
        Mistake(
            _basis_variant(1.0, 0.0),
            "conv3 is mixed from the same basis: a change of B changes its kernels, too.",
        ),
        Mistake(
            _basis_variant(1.0, -1.0),
            "both layers count with the same sign.",
        ),
        Mistake(
            lambda mixing2, mixing3, gradient2, gradient3: np.stack(
                [gradient2.sum(axis=(0, 1)) + gradient3.sum(axis=(0, 1))] * mixing2.shape[2]
            ),
            "a filter gets the gradient of a kernel times the share that it has in this kernel: "
            "the mixing.",
        ),
    ),
    hints=(
        "Chain rule: dW[o, i] / dB[r] = M[o, i, r]. Every kernel in which the filter takes part "
        "contributes.",
        "Sum over o and i of M[o, i, r] times the gradient by W[o, i]; then the same for the other "
        "layer.",
        'np.einsum("oir,oiab->rab", mixing2, gradient2) + the same with 3.',
    ),
    explanation="""
        One parameter, two users: their gradients add up. A shared basis learns from both layers,
        and costs half as much. Automatic differentiation does just this: in the package conv3
        simply holds the parameter of conv2.
        """,
    private_inputs=lambda rng: _random_layers(rng),
)


def _random_layers(rng):
    mixings = rng.standard_normal((4, 2, 5)), rng.standard_normal((3, 4, 5))
    return (*mixings, rng.standard_normal((4, 2, 3, 3)), rng.standard_normal((3, 4, 3, 3)))


# 13.3 ------------------------------------------------------------------------------------------


def no_light(rng, n=512):
    """Return a z made of random numbers alone, (n,).

    rng: np.random.Generator. Every direction is equally likely; |z|^2 = n, as the light's has.
    """
    z = rng.standard_normal(n)
    return z * np.sqrt(n / (z @ z))


def _length(answer):
    """Its squared length is n, as that of the light's z."""
    for n in (512, int(drawn(12).integers(40, 90))):
        z = np.asarray(answer(drawn(1), n), dtype=float)
        expect(z.shape, (n,), given=f"n = {n}, the shape")
        expect(float(z @ z), float(n), given=f"n = {n}, |z|^2", tolerance=1e-6)


def _of_rng(answer):
    """It is drawn with `rng`: its next z is another one, an equal generator gives the same."""
    rng = drawn(2)
    first, second = answer(rng, 64), answer(rng, 64)
    expect(bool(np.allclose(first, second)), False, given="whether two draws of one rng are equal")
    expect(answer(drawn(2), 64), first, given="the first z of an equal generator")


def _no_direction_is_preferred(answer):
    """No direction is preferred: mean and covariance of many draws say so."""
    rng = drawn(3)
    draws = np.array([answer(rng, 8) for _ in range(4000)])
    given = "4,000 z of 8 numbers: their mean"
    expect(draws.mean(axis=0), np.zeros(8), given=given, tolerance=0.09)
    given = "4,000 z of 8 numbers: their covariance"
    expect(draws.T @ draws / 4000, np.eye(8), given=given, tolerance=0.12)
    given = "4,000 z of 8 numbers: mean fourth power of a number (of a sphere: 3 n / (n + 2))"
    expect(float(np.mean(draws**4)), 2.4, given=given, tolerance=0.1)


def _scaled(draw):
    def answer(rng, n=512):
        z = draw(rng, n)
        return z * np.sqrt(n / (z @ z))

    return answer


_NO_LIGHT = Exercise(
    number="13.3",
    name="no light",
    difficulty=1,
    minutes=8,
    task="""
        The control that every claim about the light has to face: draw $z$ without any light. Every
        direction in 512 dimensions is to be equally likely, and the length that of the light's
        $z$. Below, your function stands in the light's place.
        """,
    reference=no_light,
    laws=(_length, _of_rng, _no_direction_is_preferred),
    probes=lambda: [(drawn(4), 512), (drawn(5), 8)],
    mistakes=(
        Mistake(
            lambda rng, n=512: rng.standard_normal(n),
            "Gaussian numbers have any direction alike, but their length scatters: scale it.",
        ),
        Mistake(
            _scaled(lambda rng, n: rng.random(n)),
            "numbers that are never negative prefer one corner of the space, as histograms do.",
        ),
        Mistake(
            _scaled(lambda rng, n: rng.choice([-1.0, 1.0], n)),
            "coins point to the corners of a cube only. Which numbers prefer no direction?",
        ),
        Mistake(
            _scaled(lambda rng, n: rng.uniform(-1.0, 1.0, n)),
            "a cube has corners: a uniform vector points there more often. Which numbers prefer no "
            "direction?",
        ),
    ),
    hints=(
        "Which distribution of independent numbers is the same in all directions?",
        "rng.standard_normal(n), then a factor that gives |z|^2 = n.",
        "z = rng.standard_normal(n); return z * np.sqrt(n / (z @ z))",
    ),
    explanation="""
        The density of independent Gaussian numbers depends on $|z|^2$ alone, so it knows no
        direction. After the scaling, $z$ lies evenly on a sphere. By the theorem of notebook 03 a
        $z$ at rest could be any vector of this length: $A$, Gaussian too, hides its direction.
        """,
)

# 13.4 ------------------------------------------------------------------------------------------


def my_allocation():
    """Return how you spend 600 values at most, a dictionary of three entries.

    "widths": (c1, c2, c3), output channels. "first": number of 5x5 filters of conv1. "filters":
    number of 3x3 filters in the one basis that conv2 and conv3 share.
    """
    return {"widths": (8, 16, 16), "first": 6, "filters": 18}


def _built(answer):
    spent = answer()
    keys = sorted(map(str, spent)) if isinstance(spent, dict) else f"a {type(spent).__name__}"
    expect(keys, ["filters", "first", "widths"], given="the keys of your dictionary")
    numbers = np.asarray([*spent["widths"], spent["first"], spent["filters"]], dtype=float)
    given = f"{spent}: three widths and two numbers of filters, whole and 1 or more"
    expect(
        len(numbers) == 5 and bool(np.all((numbers >= 1) & (numbers % 1 == 0))), True, given=given
    )
    return _student(**spent)


def _a_network(answer):
    """It says five whole numbers from which a student can be built."""
    _built(answer)


def _within_the_budget(answer):
    """The student and its 30 angles train 600 values or fewer."""
    spent = trained_values(_built(answer)) + N_ANGLES
    expect(spent <= MOST, True, given=f"{answer()}: {spent} values, whether at most {MOST}")


def _nothing_left_over(answer):
    """What is left would not pay for two more 3x3 filters."""
    spent = trained_values(_built(answer)) + N_ANGLES
    expect(MOST - spent < 18, True, given=f"{answer()}: {spent} values, whether fewer than 18 left")


_SPEND = Exercise(
    number="13.4",
    name="600 values to spend",
    difficulty=2,
    minutes=25,
    task="""
        Your turn to allocate. You have at most 600 values for $8 \\times 8$ digits: angles,
        filters, batch norm and linear layer, as counted in 13.1. The check looks at your bill
        only. Below, five students of yours meet five of the notebook's, paired, on validation
        images. If you try ten allocations, the best is partly luck: how would you report it?
        """,
    reference=my_allocation,
    laws=(_a_network, _within_the_budget, _nothing_left_over),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: {"widths": (8, 16, 16), "first": 6, "filters": 21},
            "the bill is above 600. Did you count the 30 angles?",
        ),
        Mistake(
            lambda: {"widths": (8, 16, 16), "first": 6, "filters": 9},
            "much is left over: perhaps you charged the shared filters twice.",
        ),
        Mistake(
            lambda: {"widths": (12, 16, 12), "first": 6, "filters": 32},
            "the bill is above 600. Did you forget batch norm?",
        ),
    ),
    hints=(
        "Choose widths and `first`, then let the 3x3 filters take what is left.",
        "filters = (600 - 30 - 25 * first - 2 * sum(widths) - 10 * (widths[2] + 1)) // 9",
        "For widths (8, 16, 16) and 6 filters in conv1, 18 filters of 3x3 are left: 592 values.",
    ),
    explanation="""
        There is no single right answer. This one has fewer channels in conv1 and more in conv3,
        where each costs twelve values: ten weights and batch norm. The best of ten tries is partly
        luck: report all ten, and run the best once more on seeds and images that did not choose.
        """,
)

EXERCISES = (_COUNT, _ONE_BASIS, _NO_LIGHT, _SPEND)
