"""Exercises of notebook 08: what a ratio counts, the frontier, and when two numbers agree."""

import math

import numpy as np

from ..exercise import Exercise, Mistake, drawn, expect

_RATIOS = {"48.81x": (32, 64, 64), "76.18x": (48, 96, 96), "105.40x": (64, 128, 128)}


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
    """Predict sizes: of three students with all convolutions compressed, and of one at 1.5x.

    Returns
    -------
    dict
        "order": the names "48.81x", "76.18x", "105.40x", fewest trained values first.
        "a higher ratio is a smaller student": True or False, for these three.
        "largest layer": "conv1", "conv2", "conv3" or "linear", in the student of 1.5x.
    """
    return {
        "order": ["48.81x", "76.18x", "105.40x"],
        "a higher ratio is a smaller student": False,
        "largest layer": "conv3",
    }


def _answered(answer, key):
    """Return one of the answers, or say that it is missing."""
    said = answer()
    keys = sorted(said) if isinstance(said, dict) else [f"{type(said).__name__}, not a dict"]
    expect(keys, sorted(three_students()), given="the keys of what you return")
    return said[key]


def _order_as_counted(answer):
    """The order is the one that counting gives, 30 angles included."""
    said = _answered(answer, "order")
    sizes = {r: sum(_counted(1, w, 8, "all").values()) + 30 for r, w in _RATIOS.items()}
    expect(said, sorted(sizes, key=sizes.get), given="the three students, fewest values first")


def _ratio_and_size(answer):
    """A higher ratio means a smaller student only if the order by ratio is the order by size."""
    said = _answered(answer, "a higher ratio is a smaller student")
    ratios = list(_RATIOS)  # rising
    sizes = [sum(_counted(1, _RATIOS[ratio], 8, "all").values()) for ratio in ratios]
    expect(said, sizes == sorted(sizes, reverse=True), given="the three students")


def _largest_counted(answer):
    """The largest layer of the student of 1.5x is the one that counting gives."""
    said = _answered(answer, "largest layer")
    layers = _counted(1, (64, 128, 128), 8, "conv1+conv2")
    expect(said, max(layers, key=layers.get), given="widths (64, 128, 128), conv1+conv2, R = 8")


_THREE_STUDENTS = Exercise(
    number="8.1",
    name="Predict: who is the smallest?",
    difficulty=1,
    minutes=5,
    task="""
    Predict, then run. The paper compresses all convolutions of three teachers, 48.81, 76.18 and
    105.40 times (paper). Our students for the three, in this order, have widths (32, 64, 64),
    (48, 96, 96) and (64, 128, 128), $R = 8$ and 30 angles. Which of them trains the fewest values,
    which the most? And in the student of about 1.5x, widths (64, 128, 128) with `conv1` and
    `conv2` compressed: which layer holds most of its trained values? Return a dict with the three
    keys of the docstring. The check counts.
    """,
    reference=three_students,
    laws=(_order_as_counted, _ratio_and_size, _largest_counted),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: (
                three_students()
                | {"order": [*_RATIOS][::-1], "a higher ratio is a smaller student": True}
            ),
            "a ratio has two ends: a wider teacher raises it too, and here the student grows with "
            "its teacher.",
        ),
        Mistake(
            lambda: three_students() | {"a higher ratio is a smaller student": True},
            "your order is right. Compare it with your second answer: they contradict each other.",
        ),
        Mistake(
            lambda: three_students() | {"largest layer": "conv2"},
            "in the teacher conv2 is large, but here it is compressed to 8 filters and its biases.",
        ),
        Mistake(
            lambda: three_students() | {"largest layer": "linear"},
            "the linear layer is the largest when *all* convolutions are compressed. Here one is "
            "not.",
        ),
    ),
    hints=(
        "The rank is the same in all three. Which parts of a student still grow with its widths?",
        "Each output channel has a bias, and the linear layer has 10 weights per channel of conv3.",
        "Wider means more values: the order follows the widths. At 1.5x one convolution is dense.",
    ),
    explanation="""
    With these widths the students train 1,184, 1,584 and 1,984 values. The ratio rises because the
    *teacher* grows faster. At 1.5x, conv3 stays dense: 147,584 values, 66 % of the teacher's and
    99 % of the student's. (The paper's own widths are not known to us; these are our assumption.)
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


def pareto_frontier(values, accuracy):
    """Return the indices of the points that no other point beats, fewest values first.

    Parameters
    ----------
    values, accuracy : (n,) array
    """
    unbeaten = []
    for point in range(len(values)):
        as_good = (values <= values[point]) & (accuracy >= accuracy[point])
        better = (values < values[point]) | (accuracy > accuracy[point])
        if not np.any(as_good & better):
            unbeaten.append(point)
    return sorted(unbeaten, key=lambda point: values[point])


def _cloud(seed):
    """Return 12 points with ties in values, ties in accuracy, and one pair of twins."""
    rng = drawn(seed)
    values = rng.integers(1, 8, 12) * 500
    accuracy = 90.0 + np.round(values / 1000.0 + rng.uniform(-2.0, 2.0, 12))
    best = int(np.lexsort((values, -accuracy))[0])
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


def _tries(answer):
    """Yield made-up clouds, a text that shows them, and the answer as a list."""
    for seed in range(20):
        values, accuracy = _cloud(seed)
        got = [int(index) for index in answer(values.copy(), accuracy.copy())]
        yield values, accuracy, f"values {values}, accuracy {accuracy}", got


def _by_eye(answer):
    """Four points that one can compare by eye, and a point alone."""
    values, accuracy = np.array([3000, 1000, 2500, 2000]), np.array([94.0, 90.0, 97.0, 95.0])
    given = f"values {values}, accuracy {accuracy}"
    expect(answer(values.copy(), accuracy.copy()), [1, 3, 2], given=given)
    expect(answer(values[:1].copy(), accuracy[:1].copy()), [0], given="one point")


def _none_is_beaten(answer):
    """A point that another one beats is never in it."""
    for values, accuracy, given, got in _tries(answer):
        beaten = sorted(set(got) - _unbeaten(values, accuracy))
        expect(beaten, [], given=f"{given}: beaten points in it")


def _best_is_in(answer):
    """The best accuracy is always in it, at the fewest values that reach it; twins both are."""
    for values, accuracy, given, got in _tries(answer):
        best = [i for i in _unbeaten(values, accuracy) if accuracy[i] == accuracy.max()]
        expect(sorted(set(best) & set(got)), sorted(best), given=f"{given}: the best that are in")


def _none_is_missing(answer):
    """Every point outside is beaten by some other point."""
    for values, accuracy, given, got in _tries(answer):
        missing = sorted(_unbeaten(values, accuracy) - set(got))
        expect(missing, [], given=f"{given}: unbeaten points left out")


def _order_of_the_input(answer):
    """It is sorted by values, twins by index, and shuffling the points does not change the set."""
    for values, accuracy, given, got in _tries(answer):
        expect(got, sorted(set(got), key=lambda i: (values[i], i)), given=given)
        turn = drawn(0).permutation(len(values))
        back = [int(turn[i]) for i in answer(values[turn], accuracy[turn])]
        expect(sorted(back), sorted(got), given=f"{given}, shuffled")


def _only_if_better_in_both(values, accuracy):
    points = range(len(values))
    kept = [i for i in points if not np.any((values < values[i]) & (accuracy > accuracy[i]))]
    return sorted(kept, key=lambda i: values[i])


def _in_one_pass(order, tie):
    """Return an answer that keeps, in this order of the points, each that reaches the best."""

    def wrong(values, accuracy):
        kept = []
        for i in order(values, accuracy):
            best = accuracy[kept].max() if kept else -np.inf
            if accuracy[i] > best or (tie and accuracy[i] == best):
                kept.append(int(i))
        return kept

    return wrong


_PARETO = Exercise(
    number="8.3",
    name="The frontier of a cloud of points",
    difficulty=2,
    minutes=15,
    task="""
    Write the frontier: the points for which no other point has as few values *and* as much
    accuracy, and is strictly better in one of the two. Twins (equal in both) do not beat each
    other: keep both, the lower index first.
    """,
    reference=pareto_frontier,
    laws=(_by_eye, _none_is_beaten, _best_is_in, _none_is_missing, _order_of_the_input),
    probes=lambda: [_cloud(seed) for seed in range(100, 120)],
    mistakes=(
        Mistake(
            _only_if_better_in_both,
            "a point is beaten, too, by one with as many values and a higher accuracy, or with "
            "fewer values and the same accuracy.",
        ),
        Mistake(
            _in_one_pass(lambda values, accuracy: np.lexsort((-accuracy, values)), tie=False),
            "two equal points do not beat each other. You kept only the first of them.",
        ),
        Mistake(
            _in_one_pass(lambda values, accuracy: np.argsort(values, kind="stable"), tie=True),
            "in one pass from few values to many, points that tie in values or in accuracy need "
            "care: a later one may beat an earlier one, or be beaten by it.",
        ),
        Mistake(
            lambda values, accuracy: pareto_frontier(-values, accuracy),
            "you look for *many* values and a high accuracy. Few values are better.",
        ),
        Mistake(
            lambda values, accuracy: sorted(pareto_frontier(values, accuracy)),
            "the points are right. Sort them by their values, not by their place in the input.",
        ),
    ),
    hints=(
        "Write down first when point j beats point i: two comparisons that allow ties, and one of "
        "them strict.",
        "For each i: is there any j with values[j] <= values[i], accuracy[j] >= accuracy[i], and "
        "one of the two strict? If so, i is out.",
        "Collect the i that are not out, then sorted(..., key=lambda i: values[i]): it keeps the "
        "order of ties.",
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
    Write which ones stay. All layers compete together, by absolute value, so one layer may lose
    nearly all. Below, a network is pruned with your function.
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

EXERCISES = (_THREE_STUDENTS, _COUNT_STUDENT, _PARETO, _PRUNE)
