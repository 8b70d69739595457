"""Exercises of notebook 08: counting, who stays on a frontier, and a pruned rival."""

import math

import numpy as np

from ..exercise import Exercise, Mistake, drawn, expect

_STUDENTS = {"narrow": (32, 64, 64), "middle": (48, 96, 96), "wide": (64, 128, 128)}


def _counted(in_channels, widths, rank, scope):
    """Return layer -> trained values, counted array by array."""
    channels, values = (in_channels, *widths), {}
    for number, name in enumerate(("conv1", "conv2", "conv3")):
        c_in, c_out, size = channels[number], channels[number + 1], 3 if number else 5
        compressed = scope == "all" or name in scope.split("+")
        kernel = (rank, size, size) if compressed else (c_out, c_in, size, size)
        values[name] = math.prod(kernel) + c_out
    return values | {"linear": 10 * widths[-1] + 10}


# --- 8.1 -----------------------------------------------------------------------------------


def three_students():
    """Predict sizes of three students with all convolutions compressed.

    Returns
    -------
    dict
        "order": the names "narrow", "middle", "wide", fewest trained values first.
        "highest ratio": "narrow", "middle" or "wide".
        "largest part": "conv1", "conv2", "conv3", "linear" or "angles", in the narrow student.
    """
    return {
        "order": ["narrow", "middle", "wide"],
        "highest ratio": "wide",
        "largest part": "linear",
    }


def _answered(answer, key):
    """Return one of the answers, or say that it is missing."""
    said = answer()
    keys = sorted(said) if isinstance(said, dict) else [f"{type(said).__name__}, not a dict"]
    expect(keys, sorted(three_students()), given="the keys of what you return")
    return said[key]


def _parts(name):
    return _counted(1, _STUDENTS[name], 8, "all") | {"angles": 30}


def _order_as_counted(answer):
    """The order is the one that counting gives, 30 angles included."""
    said = _answered(answer, "order")
    sizes = {name: sum(_parts(name).values()) for name in _STUDENTS}
    expect(said, sorted(sizes, key=sizes.get), given="the three students, fewest values first")


def _ratio_counted(answer):
    """The highest ratio is the one that counting gives: teacher's values over the student's."""
    said = _answered(answer, "highest ratio")
    ratios = {
        name: sum(_counted(1, widths, 8, "none").values()) / sum(_parts(name).values())
        for name, widths in _STUDENTS.items()
    }
    expect(said, max(ratios, key=ratios.get), given="the three students and their teachers")


def _largest_counted(answer):
    """The largest part of the narrow student is the one that counting gives."""
    said = _answered(answer, "largest part")
    parts = _parts("narrow")
    expect(said, max(parts, key=parts.get), given="widths (32, 64, 64), R = 8, 30 angles")


_THREE_STUDENTS = Exercise(
    number="8.1",
    name="Predict: who is the smallest?",
    difficulty=1,
    minutes=5,
    task="""
    Predict first; the check counts. Take three students with all convolutions compressed: *narrow*
    with the widths (32, 64, 64), *middle* with (48, 96, 96), *wide* with (64, 128, 128), each with
    $R = 8$ and 30 angles. A compressed convolution trains $R$ filters ($5 \\times 5$,
    then $3 \\times 3$ twice), and a bias for each output channel. The network ends in a linear
    layer, from the last width to ten classes.

    Which of the three trains the fewest values, which the most? Which has the highest compression
    ratio, its teacher's values over its own? And which part holds most of the narrow student's
    trained values? Return a dict with the three keys of the docstring.
    """,
    reference=three_students,
    laws=(_order_as_counted, _ratio_counted, _largest_counted),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: three_students() | {"order": [*_STUDENTS][::-1]},
            "a ratio has two ends: a wider teacher raises it too, and here the student grows with "
            "its teacher.",
        ),
        Mistake(
            lambda: three_students() | {"highest ratio": "narrow"},
            "your order is right, but a ratio has two ends. Which grows faster with the widths, "
            "the student or its teacher?",
        ),
        Mistake(
            lambda: three_students() | {"largest part": "conv3"},
            "in the teacher conv3 is the largest, but here it is compressed to 8 filters of nine "
            "numbers, and its biases.",
        ),
        Mistake(
            lambda: three_students() | {"largest part": "conv1"},
            "of the convolutions it is the largest now, as its filters are 5 x 5. Count the part "
            "that nobody compressed, too.",
        ),
    ),
    hints=(
        "The rank is the same in all three. Which parts of a student still grow with its widths?",
        "Each output channel has a bias, and the linear layer has 10 weights per channel of conv3.",
        "Wider means more values: the order follows the widths. The narrow linear layer has "
        "10 x 64 weights and 10 biases; conv1 has 8 x 25 numbers and 32 biases.",
    ),
    explanation="""
    The students train 1,184, 1,584 and 1,984 values. Yet the largest student has the highest ratio,
    for its *teacher* grows faster. Of the 1,184 values 650 are the linear layer's, more than half:
    what was not compressed is what is left. (They are our students for the paper's three ratios,
    48.81, 76.18 and 105.40. Its own widths are not known to us.)
    """,
)

# --- 8.2 -----------------------------------------------------------------------------------


def count_student(in_channels, widths, rank, scope, n_angles):
    """Count the trained values of a student: convolutions, linear layer, angles.

    Parameters
    ----------
    in_channels : int
    widths : (int, int, int)
    rank : int
    scope : {"none", "conv1", "conv1+conv2", "all"}
    n_angles : int
    """
    n_compressed = ("none", "conv1", "conv1+conv2", "all").index(scope)
    total = n_angles if n_compressed else 0
    channels = in_channels
    for layer, (width, size) in enumerate(zip(widths, (5, 3, 3), strict=True)):
        filters = rank if layer < n_compressed else channels * width
        total += filters * size**2 + width
        channels = width
    return total + 10 * channels + 10


_WIDE = (64, 128, 128)
_SCOPES = ("none", "conv1", "conv1+conv2", "all")


def _dense_teacher(answer):
    """With nothing compressed it is the teacher: no basis, and no angles to be trained."""
    given = "1 channel in, widths (64, 128, 128), scope none"
    expect(answer(1, _WIDE, 8, "none", 0), 224_394, given=f"{given}, 0 angles")
    expect(answer(1, _WIDE, 9, "none", 30), 224_394, given=f"{given}, 30 angles")


def _two_known_students(answer):
    """At widths (64, 128, 128) and rank 8 the students train 149,368 and 1,984 values."""
    for scope, values in (("conv1+conv2", 149_368), ("all", 1_984)):
        given = f"1 channel in, widths (64, 128, 128), rank 8, {scope}, 30 angles"
        expect(answer(1, _WIDE, 8, scope, 30), values, given=given)


def _linear_in_the_rank(answer):
    """One filter more per basis costs 25 values in conv1 and 9 in the others, at any rank."""
    for scope, cost in (("none", 0), ("conv1", 25), ("conv1+conv2", 34), ("all", 43)):
        for rank in (1, 7):
            got = answer(3, (4, 5, 6), rank + 1, scope, 30) - answer(3, (4, 5, 6), rank, scope, 30)
            expect(got, cost, given=f"rank {rank + 1} minus rank {rank}, {scope}")


def _counted_array_by_array(answer):
    """The count is that of all trained arrays, one by one, and of each angle once."""
    for in_channels, widths, rank in ((3, (4, 5, 6), 2), (1, (7, 3, 2), 5)):
        for scope in _SCOPES:
            layers = sum(_counted(in_channels, widths, rank, scope).values())
            expected = layers + (0 if scope == "none" else 15)
            given = f"{in_channels} in, widths {widths}, rank {rank}, {scope}, 15 angles"
            expect(answer(in_channels, widths, rank, scope, 15), expected, given=given)


def _off_by(change):
    """Return a wrong count: ``change`` gets input channels and width of each compressed layer."""

    def wrong(in_channels, widths, rank, scope, n_angles):
        n = _SCOPES.index(scope)
        layers = list(zip((in_channels, *widths), widths, (25, 9, 9), strict=False))[:n]
        right = count_student(in_channels, widths, rank, scope, n_angles)
        return right + change(layers, rank, n_angles)

    return wrong


_COUNT_STUDENT = Exercise(
    number="8.2",
    name="Count any student",
    difficulty=2,
    minutes=12,
    task="""
    Every point of the frontier has its number of trained values. Count it: conv1 has 5 x 5 filters,
    conv2 and conv3 have 3 x 3; every convolution has a bias per output channel. The convolutions of
    the scope are dictionary convolutions with bases of `rank` filters, the others are dense;
    `"none"` compresses nothing. Then the linear layer to 10 classes with its 10 biases, and the
    angles, if anything uses them. Return a whole number.
    """,
    reference=count_student,
    laws=(_dense_teacher, _two_known_students, _linear_in_the_rank, _counted_array_by_array),
    probes=lambda: [(3, (4, 5, 6), 2, scope, 15) for scope in _SCOPES],
    private_inputs=lambda rng: (
        int(rng.integers(1, 5)),
        tuple(map(int, rng.integers(3, 99, 3))),
        int(rng.integers(1, 30)),
        str(rng.choice(_SCOPES)),
        int(rng.integers(1, 60)),
    ),
    mistakes=(
        Mistake(
            _off_by(lambda layers, rank, n_angles: sum(i * o * rank for i, o, _ in layers)),
            "you counted the mixing M. It is computed from A and z, nobody trains it.",
        ),
        Mistake(
            _off_by(lambda layers, rank, n_angles: -sum(o for _, o, _ in layers)),
            "a dictionary convolution has a bias for each output channel, too.",
        ),
        Mistake(
            _off_by(lambda layers, rank, n_angles: sum((i - 1) * rank * a for i, _, a in layers)),
            "all input channels of a layer share one basis: it counts once, not once per channel.",
        ),
        Mistake(
            _off_by(lambda layers, rank, n_angles: (len(layers) - 1) * n_angles if layers else 0),
            "there is one circuit for all layers, so its angles count once.",
        ),
        Mistake(
            _off_by(lambda layers, rank, n_angles: 0 if layers else n_angles),
            "with nothing compressed there is no feature, so there are no angles to be trained.",
        ),
    ),
    hints=(
        "Go from layer to layer and remember how many channels come in.",
        "Dense: c_in c_out k² + c_out. Dictionary: rank k² + c_out.",
        "Sum the three convolutions, add 10 widths[2] + 10, and n_angles unless scope is 'none'.",
    ),
    explanation="""
    A dense kernel has $C_\\mathrm{in} C_\\mathrm{out} k^2$ values, a basis $R k^2$, whatever the
    channels. So the *count* knows nothing of the 512 numbers in every row of $A$: the ratio is one
    of trained values, not of numbers needed to use the network.
    """,
)

# --- 8.3 -----------------------------------------------------------------------------------


def times_unbeaten(values, accuracy):
    """Return for every student in how many of the seeds no other one beats it, (n_students,).

    values: (n_students,), trained values.
    accuracy: (n_students, n_seeds), per cent; each column is a repetition with another seed.
    """
    times = np.zeros(len(values), dtype=int)
    for seed in accuracy.T:
        as_good = (values[:, None] <= values) & (seed[:, None] >= seed)  # row as good as column
        better = (values[:, None] < values) | (seed[:, None] > seed)
        times += ~np.any(as_good & better, axis=0)
    return times


def _cloud(seed, n_seeds=3):
    """Return 12 students with ties in values, ties in accuracy, and a pair of twins."""
    rng = drawn(seed)
    values = rng.integers(1, 8, 12) * 500
    accuracy = 90.0 + np.round(values[:, None] / 1000.0 + rng.uniform(-2.0, 2.0, (12, n_seeds)))
    best = int(np.lexsort((values, -accuracy[:, 0]))[0])
    other = (best + 5) % 12
    values[other], accuracy[other] = values[best], accuracy[best]
    return values, accuracy


def _unbeaten(values, accuracy):
    """Return the set of points that no other beats, by comparing all pairs."""
    points = list(zip(values.tolist(), (-accuracy).tolist(), strict=True))  # less is better
    return {
        i
        for i, (v, a) in enumerate(points)
        if not any(w <= v and b <= a and (w, b) != (v, a) for w, b in points)
    }


def _one_seed_by_eye(answer):
    """One seed, four students that one can compare by eye; and a student alone."""
    values, accuracy = np.array([3000, 1000, 2500, 2000]), np.array([94.0, 90.0, 97.0, 95.0])
    given = f"values {values}, accuracy {accuracy}, one seed"
    expect(answer(values.copy(), accuracy[:, None].copy()), [0, 1, 1, 1], given=given)
    expect(answer(values[:1].copy(), accuracy[:1, None].copy()), [1], given="one student, one seed")


def _ties(answer):
    """As many values and less accuracy is beaten; twins do not beat each other."""
    values, accuracy = np.array([1000, 1000, 2000, 2000]), np.array([90.0, 91.0, 93.0, 93.0])
    given = f"values {values}, accuracy {accuracy}, one seed"
    expect(answer(values.copy(), accuracy[:, None].copy()), [0, 1, 1, 1], given=given)


def _every_seed_for_itself(answer):
    """Each seed is a frontier of its own: the counts of single seeds add up."""
    for number in range(10):
        values, accuracy = _cloud(number)
        singles = [answer(values.copy(), accuracy[:, [k]].copy()) for k in range(3)]
        given = f"values {values}, accuracy {accuracy.tolist()}"
        expect(answer(values.copy(), accuracy.copy()), np.sum(singles, axis=0), given=given)


def _all_pairs_compared(answer):
    """A count of all pairs, seed by seed, gives the same."""
    for number in range(20):
        values, accuracy = _cloud(number, n_seeds=4)
        sets = [_unbeaten(values, seed) for seed in accuracy.T]
        expected = [sum(i in found for found in sets) for i in range(len(values))]
        given = f"values {values}, accuracy {accuracy.tolist()}"
        expect(answer(values.copy(), accuracy.copy()), expected, given=given)


def _by_seed(beats):
    """Return an answer for which a student beats another by this rule (v, a; w, b)."""

    def wrong(values, accuracy):
        times = np.zeros(len(values), dtype=int)
        for seed in accuracy.T:
            v, a = values[:, None], seed[:, None]
            times += ~np.any(beats(v, a, values, seed) & ~np.eye(len(values), dtype=bool), axis=0)
        return times

    return wrong


_UNBEATEN = Exercise(
    number="8.3",
    name="Who stays on the frontier?",
    difficulty=2,
    minutes=15,
    task="""
    A frontier of three seeds' means looks firm. Is it? Students were trained with several seeds.
    Take each seed for itself, as if it were the only one: which students does no other one beat?
    Return for every student in how many of the seeds it stays.

    A student is beaten if another one has no more values *and* no less accuracy, and is strictly
    better in one of the two. Twins (equal in both) do not beat each other.
    """,
    reference=times_unbeaten,
    laws=(_one_seed_by_eye, _ties, _every_seed_for_itself, _all_pairs_compared),
    probes=lambda: [_cloud(seed) for seed in range(100, 120)],
    mistakes=(
        Mistake(
            _by_seed(lambda v, a, w, b: (v < w) & (a > b)),
            "a student is beaten, too, by one with as many values and a higher accuracy, or with "
            "fewer values and the same accuracy.",
        ),
        Mistake(
            _by_seed(lambda v, a, w, b: (v <= w) & (a >= b)),
            "two equal students do not beat each other: one of the two comparisons is strict.",
        ),
        Mistake(
            _by_seed(lambda v, a, w, b: (v >= w) & (a >= b) & ((v > w) | (a > b))),
            "you look for *many* values and a high accuracy. Few values are better.",
        ),
        Mistake(
            lambda values, accuracy: (
                times_unbeaten(values, accuracy.mean(axis=1, keepdims=True)) * accuracy.shape[1]
            ),
            "this is the frontier of the means. Take each seed for itself, and count.",
        ),
        Mistake(
            lambda values, accuracy: times_unbeaten(values, accuracy) / accuracy.shape[1],
            "these are shares of the seeds. Their number is asked for.",
        ),
    ),
    hints=(
        "One seed first. Write down when student j beats student i: two comparisons that allow "
        "ties, and one of them strict.",
        "For each i: is there any j with values[j] <= values[i], accuracy[j] >= accuracy[i], and "
        "one of the two strict? If so, i is out in this seed.",
        "Loop over accuracy.T, the seeds; in each add 1 for every student that is not out.",
    ),
    explanation="""
    A frontier of *measured* means is itself uncertain: of two points closer than their intervals,
    either may be the one that stays. It also keeps the luckiest of several like points, so it looks
    a little better than a repetition would.
    """,
)

# --- 8.4 -----------------------------------------------------------------------------------


def keep_largest(weights, n_kept):
    """Say which weights of a network stay, if only n_kept may.

    Parameters
    ----------
    weights : list of arrays, one for each layer, of any shapes
    n_kept : int

    Returns
    -------
    list of bool arrays
        Shapes as in weights; True where a weight stays.
    """
    sizes = np.abs(np.concatenate([layer.ravel() for layer in weights]))
    stays = np.zeros(sizes.size, dtype=bool)
    stays[np.argsort(-sizes)[:n_kept]] = True
    ends = np.cumsum([layer.size for layer in weights])
    parts = np.split(stays, ends[:-1])
    return [part.reshape(layer.shape) for part, layer in zip(parts, weights, strict=True)]


def _layers(seed):
    """Return three layers of made-up weights; the second has much smaller ones."""
    rng = drawn(seed)
    scales = ((3.0, (4, 1, 5, 5)), (0.1, (6, 4, 3, 3)), (1.0, (10, 6)))
    return [scale * rng.standard_normal(shape) for scale, shape in scales]


def _masks(answer, weights, n_kept):
    """Return the answer as bool arrays; of a shape that does not fit, say so."""
    found = [np.asarray(mask) for mask in answer([layer.copy() for layer in weights], n_kept)]
    shapes, expected = ([a.shape for a in arrays] for arrays in (found, weights))
    expect(shapes, expected, given="the shapes of what you return")
    kinds = sorted({mask.dtype.name for mask in found})
    expect(kinds, ["bool"], given="the type of what you return")
    return found


def _so_many_stay(answer):
    """Exactly as many weights stay as may, in all layers together."""
    weights = _layers(0)
    for n_kept in (0, 1, 30, 200, sum(layer.size for layer in weights)):
        kept = sum(int(mask.sum()) for mask in _masks(answer, weights, n_kept))
        expect(kept, n_kept, given=f"{n_kept} of three layers' weights may stay; how many do")


def _the_largest_stay(answer):
    """No weight that goes is larger than one that stays, sign aside, wherever they are."""
    for seed, n_kept in ((1, 25), (2, 120)):
        weights = _layers(seed)
        masks = _masks(answer, weights, n_kept)
        stay, go = (
            np.concatenate([np.abs(w[m == kept]) for w, m in zip(weights, masks, strict=True)])
            for kept in (True, False)
        )
        largest, smallest = float(go.max()), float(stay.min())
        given = f"{n_kept} stay: the largest that goes, {largest:.3f}, is below the smallest kept"
        expect(largest < smallest, True, given=f"{given}, {smallest:.3f}")


def _by_hand(answer):
    """Two small layers that one can compare by eye."""
    weights = [np.array([[0.5, -4.0]]), np.array([3.0, -0.1, 1.0])]
    got = [mask.tolist() for mask in _masks(answer, weights, 3)]
    expected = [[[False, True]], [True, False, True]]
    expect(got, expected, given="layers [[0.5, -4]] and [3, -0.1, 1], of which 3 weights stay")


def _layer_by_layer(weights, n_kept):
    total = sum(layer.size for layer in weights)
    shares = [round(n_kept * layer.size / total) for layer in weights]
    return [keep_largest([w], share)[0] for w, share in zip(weights, shares, strict=True)]


_PRUNE = Exercise(
    number="8.4",
    name="Build the rival: prune",
    difficulty=2,
    minutes=20,
    task="""
    Take a trained teacher, keep its largest weights, and set the others to zero: **pruning**.
    Write which ones stay: exactly `n_kept` of them (of equal sizes, any). All layers compete
    together, by absolute value, so one layer may lose nearly all. Below, a network is pruned with
    your function.
    """,
    reference=keep_largest,
    laws=(_by_hand, _so_many_stay, _the_largest_stay),
    probes=lambda: [(_layers(seed), n) for seed, n in ((50, 1), (51, 40), (52, 300))],
    mistakes=(
        Mistake(
            _layer_by_layer,
            "you gave each layer its share. All layers compete together: a layer of small weights "
            "may lose nearly all.",
        ),
        Mistake(
            lambda weights, n_kept: [~mask for mask in keep_largest(weights, n_kept)],
            "True means that a weight stays. Yours are the other way round.",
        ),
        Mistake(
            lambda weights, n_kept: keep_largest([np.maximum(w, 0) for w in weights], n_kept),
            "a large negative weight matters as much as a large positive one: take np.abs first.",
        ),
        Mistake(
            lambda weights, n_kept: [
                np.abs(w) * mask
                for w, mask in zip(weights, keep_largest(weights, n_kept), strict=True)
            ],
            "True or False is wanted for every weight, not the weights themselves.",
        ),
    ),
    hints=(
        "Put the absolute values of all layers into one long vector first.",
        "np.argsort(-sizes)[:n_kept] are the places of the n_kept largest.",
        "Set these places of a bool vector to True, cut it with np.split at the cumulated sizes of "
        "the layers, and reshape each part.",
    ),
    explanation="""
    A few lines, and an old idea (LeCun and others, 1989, with a better measure than size).
    `pqkd_helpers.compression` ranks the weights in the same way when it prunes a network.
    """,
)

EXERCISES = (_THREE_STUDENTS, _COUNT_STUDENT, _UNBEATEN, _PRUNE)
