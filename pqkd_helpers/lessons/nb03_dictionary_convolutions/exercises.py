"""Exercises of notebook 03: what z controls, what must be shipped, what a frozen mixing can do."""

import numpy as np

from ...common.random_streams import derive_seed
from ...dictionary_convolutions.fixed_projection import FixedProjection
from ...dictionary_convolutions.layer import DictConv2d
from ..exercise import Exercise, Mistake, drawn, expect

# --- 3.1 -----------------------------------------------------------------------------------


def variance_factors():
    """Return the factors, four numbers, by which the variance of the kernel's entries changes.

    1. z is doubled.
    2. z is doubled and every basis filter is halved.
    3. The 512 numbers of z are shuffled.
    4. All of z is put into a single bin, with the same norm |z|.
    """
    return (4.0, 1.0, 1.0, 1.0)


def _measured_factor(change):
    """Return the variance of M B after a change over that before, each with fresh matrices A."""
    rng = drawn(0)
    z = rng.dirichlet(np.full(512, 0.05)) * 20.0
    single = np.zeros(512)
    single[100] = np.linalg.norm(z)
    after = (2.0 * z, 2.0 * z, rng.permutation(z), single)[change]
    basis = rng.standard_normal((4, 9))
    variances = []
    for feature, scale in ((z, 1.0), (after, 0.5 if change == 1 else 1.0)):
        total = 0.0
        for trial in range(4):
            seed = derive_seed(trial, "change", change, int(feature is after))
            A = FixedProjection(in_features=512, out_features=4 * 500, seed=seed).rows(0, 2000)
            kernel = (A.astype(float) @ feature).reshape(500, 4) @ (scale * basis)
            total += (kernel**2).mean()
        variances.append(total)
    return round(variances[1] / variances[0], 1)


def _numbers(values, count, given):
    """Return an answer's numbers, or say that there are too many or too few."""
    numbers = np.asarray([] if values is None else values, dtype=float).ravel()
    expect(numbers.size, count, given=f"{given}: how many numbers you return")
    return numbers


def _factor(answer, change):
    return _numbers(answer(), 4, "four changes")[change]


def _doubled(answer):
    """Change 1 agrees roughly with what fresh matrices A give: z is doubled."""
    expect(_factor(answer, 0), _measured_factor(0), given="z -> 2 z", tolerance=0.4)


def _doubled_and_halved(answer):
    """Change 2 agrees roughly with what fresh matrices A give: z is doubled, B is halved."""
    got = _factor(answer, 1)
    expect(got, _measured_factor(1), given="z -> 2 z, B -> B / 2", tolerance=0.15)


def _shuffled(answer):
    """Change 3 agrees roughly with what fresh matrices A give: the numbers of z are shuffled."""
    expect(_factor(answer, 2), _measured_factor(2), given="z shuffled", tolerance=0.15)


def _single_bin(answer):
    """Change 4 agrees roughly with what fresh matrices A give: all of z in one bin, same norm."""
    expect(_factor(answer, 3), _measured_factor(3), given="z in one bin", tolerance=0.15)


_VARIANCE_FACTORS = Exercise(
    number="3.1",
    name="Predict: four changes of z",
    difficulty=1,
    minutes=5,
    task="""
    Predict, then run. For each of the four changes in the docstring: by what factor does the
    variance of the kernel's entries change, on average over freshly drawn matrices A? Return four
    numbers. The check measures all four with real matrices.
    """,
    reference=variance_factors,
    laws=(_doubled, _doubled_and_halved, _shuffled, _single_bin),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: (2.0, 1.0, 1.0, 1.0),
            "the entries of W double, so their variance does what the square of 2 says.",
        ),
        Mistake(
            lambda: (4.0, 4.0, 1.0, 1.0),
            "a bigger z is not more information: W = M B sees only the product of the two scales.",
        ),
        Mistake(
            lambda: (4.0, 1.0, 1.0, 1.0 / 512.0),
            "one full bin instead of 512 is a different picture, but A mixes it all the same: only "
            "the norm of z enters the variance of M.",
        ),
        Mistake(
            lambda: (4.0, 1.0, 0.0, 0.0),
            "the order of the bins means nothing to A: its columns all have the same distribution, "
            "so a shuffled z does not lose its effect.",
        ),
    ),
    hints=(
        "Which single property of z appears in the variance of M?",
        "The variance of M is |z|² / 512. Write down |z|² after each change.",
        "Doubling z gives 4 |z|²; halving B gives a factor 1/4; shuffling and moving keep |z|².",
    ),
    explanation="""
    Only $|z|$ and the scale of $B$ enter. Their product alone is seen by the kernel, and the
    *pattern* of $z$ is not seen at all, as long as $A$ is drawn anew.
    """,
)

# --- 3.2 -----------------------------------------------------------------------------------


def bytes_to_ship(c_in, c_out, size, rank, way):
    """Return the bytes that a user of one dictionary layer needs; every number has 4 bytes.

    way is "A" (trained values, A and z), "M" (trained values and M) or "seed" (trained values,
    z and the 8 bytes of A's seed). The layer has a bias; z has 512 numbers.
    """
    trained = rank * size**2 + c_out
    mixing = c_out * c_in * rank
    if way == "A":
        return 4 * (trained + mixing * 512 + 512)
    if way == "M":
        return 4 * (trained + mixing)
    return 4 * (trained + 512) + 8


_LAYERS = ((1, 4, 5, 2), (3, 2, 3, 4), (4, 6, 3, 1))


def _weigh(c_in, c_out, size, rank, way):
    """Return the bytes of a real layer's arrays."""
    layer = DictConv2d(c_in, c_out, size, rank=rank, seed=0)
    layer.condition(np.ones(512))
    arrays = [p.detach().numpy() for p in layer.parameters()]
    if way == "A":
        projection = layer.projection
        arrays += [projection.rows(0, projection.out_features), layer.z.numpy()]
    elif way == "M":
        assert layer.mixing is not None
        arrays += [layer.mixing.numpy()]
    else:
        arrays += [layer.z.numpy(), np.array([layer.projection.seed], dtype=np.uint64)]
    return sum(array.nbytes for array in arrays)


def _weighed(way):
    def law(answer):
        for sizes in _LAYERS:
            given = f"c_in, c_out, size, rank = {sizes}, way = {way!r}"
            expect(answer(*sizes, way), _weigh(*sizes, way), given=given)

    return law


_with_mixing = _weighed("M")
_with_mixing.__doc__ = """Shipping M weighs what the arrays of a real layer weigh: B, bias, M."""
_with_seed = _weighed("seed")
_with_seed.__doc__ = (
    """Shipping the seed weighs what the arrays of a real layer weigh: B, bias, z, seed."""
)
_with_projection = _weighed("A")
_with_projection.__doc__ = (
    """Shipping A weighs what the arrays of a real layer weigh: B, bias, A, z."""
)


def _no_gain_at_full_rank(answer):
    """At R = k², M alone weighs exactly as much as the dense kernel."""
    rest = answer(64, 128, 3, 9, "M") - 4 * (9 * 9 + 128)
    expect(rest, 4 * 64 * 128 * 9, given="64 to 128 channels, 3 x 3, R = 9: bytes of M")


def _only_trained(c_in, c_out, size, rank, way):
    return 4 * (rank * size**2 + c_out)


def _without_z(c_in, c_out, size, rank, way):
    return bytes_to_ship(c_in, c_out, size, rank, way) - (0 if way == "M" else 4 * 512)


def _without_bias(c_in, c_out, size, rank, way):
    return bytes_to_ship(c_in, c_out, size, rank, way) - 4 * c_out


def _double_precision(c_in, c_out, size, rank, way):
    return 2 * bytes_to_ship(c_in, c_out, size, rank, way) - (8 if way == "seed" else 0)


def _mixing_and_z(c_in, c_out, size, rank, way):
    return bytes_to_ship(c_in, c_out, size, rank, way) + (4 * 512 if way == "M" else 0)


def _numbers_not_bytes(c_in, c_out, size, rank, way):
    return bytes_to_ship(c_in, c_out, size, rank, way) // 4


def _basis_per_input(c_in, c_out, size, rank, way):
    return bytes_to_ship(c_in, c_out, size, rank, way) + 4 * (c_in - 1) * rank * size**2


_BYTES_TO_SHIP = Exercise(
    number="3.2",
    name="What must be shipped?",
    difficulty=1,
    minutes=10,
    task="""
    Somebody wants to *use* your trained layer. Write the number of bytes that you must send, for
    the three ways in the docstring. In: four whole numbers and a text. Out: a whole number.
    The check weighs the arrays of real layers.
    """,
    reference=bytes_to_ship,
    laws=(_with_mixing, _with_seed, _with_projection, _no_gain_at_full_rank),
    probes=lambda: [(*sizes, way) for sizes in _LAYERS for way in ("A", "M", "seed")],
    private_inputs=lambda rng: (
        *map(int, rng.integers(2, 60, 2)),
        int(rng.choice([3, 5, 7])),
        int(rng.integers(1, 20)),
        str(rng.choice(["A", "M", "seed"])),
    ),
    mistakes=(
        Mistake(
            _only_trained,
            "the trained values are not the whole model: without the mixing there is no kernel.",
        ),
        Mistake(
            _without_z,
            "A, or its seed, is of no use alone: M = A z needs z too.",
        ),
        Mistake(
            _without_bias,
            "the bias, one number per output channel, is trained as well.",
        ),
        Mistake(
            _mixing_and_z,
            "M was computed from z: whoever has M needs z no more.",
        ),
        Mistake(
            _numbers_not_bytes,
            "that is how many numbers there are; each of them takes 4 bytes.",
        ),
        Mistake(
            _double_precision,
            "the numbers are float32, 4 bytes each, not 8.",
        ),
        Mistake(
            _basis_per_input,
            "all input channels share one basis of R filters; the channels differ in M only.",
        ),
    ),
    hints=(
        "Count numbers first, for each array by itself: B, bias, M, A, z. Then multiply by 4.",
        "B has R k² numbers, the bias C_out, M has C_out C_in R, and A has a row of 512 per entry "
        "of M.",
        "With trained = R k² + C_out: 4 (trained + C_out C_in R) for M, 4 (trained + 512) + 8 for "
        "the seed, 4 (trained + 512 C_out C_in R + 512) for A.",
    ),
    explanation="""
    Shipping $M$ costs $R/k^2$ of the dense kernel: eight ninths at $R = 8$ and $3\\times3$. Only
    the seed makes the layer small, and then sender and receiver need the same generator, bit for
    bit.
    """,
)

# --- 3.3 -----------------------------------------------------------------------------------


def covariance_of_mixings(features):
    """Return the covariance of one mixing coefficient at the moments 1 .. T.

    Parameters
    ----------
    features : (T, D) array
        One feature z per moment. A row of A has D independent entries of variance 1/D.

    Returns
    -------
    (T, T) array
        Entry (s, t) is the mean of M_s M_t over freshly drawn A.
    """
    return features @ features.T / features.shape[1]


def _one_moment(answer):
    """For a single moment it is the variance |z|² / D."""
    z = np.array([[1.0, 2.0, 0.0, 2.0]])
    expect(answer(z), [[9.0 / 4.0]], given="features [[1, 2, 0, 2]]", tolerance=1e-5)


def _opposite(answer):
    """With z and -z the two mixings are opposite, for every A."""
    z = np.array([[3.0, 1.0], [-3.0, -1.0]])
    expected = [[5.0, -5.0], [-5.0, 5.0]]
    expect(answer(z), expected, given="features [[3, 1], [-3, -1]]", tolerance=1e-5)


def _trajectory():
    rng = drawn(3)
    return np.cumsum(rng.dirichlet(np.full(64, 0.2), size=5), axis=0) * 8.0


def _rotated(answer):
    """Rotating all features by the same orthogonal Q changes nothing."""
    features = _trajectory()
    Q, _ = np.linalg.qr(drawn(4).standard_normal((64, 64)))
    expect(answer(features @ Q.T), answer(features), given="5 features, rotated", tolerance=1e-4)


def _measured_covariance(answer):
    """Measured with 40,000 rows of A, the covariances are these."""
    features = _trajectory()
    A = FixedProjection(in_features=64, out_features=40_000, seed=7).rows(0, 40_000)
    M = features @ A.astype(float).T
    expect(answer(features), M @ M.T / 40_000, given="5 features of length 64", tolerance=0.02)


_COVARIANCE = Exercise(
    number="3.3",
    name="All that training can know about z",
    difficulty=2,
    minutes=15,
    task="""
    During training z changes from epoch to epoch; A stays. Take one mixing coefficient, that is one
    row of A, and look at its values at T moments. They are jointly Gaussian with mean 0, so their
    covariance says everything. Write it, from the features alone.
    """,
    reference=covariance_of_mixings,
    laws=(_one_moment, _opposite, _rotated, _measured_covariance),
    probes=lambda: [(_trajectory(),), (drawn(5).standard_normal((3, 8)),)],
    mistakes=(
        Mistake(
            lambda features: features @ features.T,
            "the entries of A have variance 1/D, not 1.",
        ),
        Mistake(
            lambda features: features @ features.T / 512,
            "512 is the length of z in this notebook; here it is D, the length of your features.",
        ),
        Mistake(
            lambda features: np.cov(features),
            "np.cov subtracts the mean over the bins of each z. The mean that matters is the one "
            "over A, and that is zero already.",
        ),
        Mistake(
            lambda features: np.corrcoef(features),
            "a correlation forgets the norms, and it subtracts a mean over the bins: two slips.",
        ),
        Mistake(
            lambda features: features.T @ features / features.shape[1],
            "that compares bins with bins, shape (D, D). Compare moments with moments.",
        ),
    ),
    hints=(
        "Write M_s = sum over d of A_d z_sd and M_t likewise; multiply; take the mean over A.",
        "The mean of A_d A_e is 1/D if d = e and 0 otherwise: one sum is left.",
        "What is left is the inner product of z_s and z_t over D: a matrix of inner products.",
    ),
    explanation="""
    $\\mathrm{E}[M_s M_t] = \\sum_{d,e} \\mathrm{E}[A_d A_e] z_{s,d} z_{t,e} =
    \\langle z_s, z_t\\rangle / D$. Rotate all features together and nothing changes: which bin was
    filled is forgotten. What is left is how alike the features of different moments are.
    """,
)

# --- 3.4 -----------------------------------------------------------------------------------


def closest_basis(target, mixing):
    """Return the basis whose kernel M B comes closest to a wanted kernel.

    Parameters
    ----------
    target : (c_out, c_in, k, k) array
    mixing : (c_out, c_in, R) array, frozen

    Returns
    -------
    (R, k, k) array that minimises the sum of (target - M B)²
    """
    c_out, c_in, rank = mixing.shape
    *_, height, width = target.shape
    M = mixing.reshape(c_out * c_in, rank)
    T = target.reshape(c_out * c_in, height * width)
    B, *_ = np.linalg.lstsq(M, T, rcond=None)
    return B.reshape(rank, height, width)


def _arrays(seed, c_out=6, c_in=2, rank=3, size=3):
    rng = drawn(seed)
    target = rng.standard_normal((c_out, c_in, size, size))
    return target, rng.standard_normal((c_out, c_in, rank))


def _kernel(mixing, basis):
    return np.einsum("oir,rab->oiab", mixing, np.asarray(basis, dtype=float))


def _finds_what_was_there(answer):
    """If the wanted kernel was mixed from a basis, that basis is found."""
    for rank, size in ((1, 3), (3, 5)):
        _, mixing = _arrays(1, rank=rank, size=size)
        basis = drawn(2).standard_normal((rank, size, size))
        got = answer(_kernel(mixing, basis), mixing)
        expect(
            got,
            basis,
            given=f"a kernel made from {rank} filters of {size} x {size}",
            tolerance=1e-4,
        )


def _rest_is_orthogonal(answer):
    """What is missed is orthogonal to every column of M: no change of the basis could help."""
    target, mixing = _arrays(3)
    rest = target - _kernel(mixing, answer(target, mixing))
    got = np.einsum("oir,oiab->rab", mixing, rest)
    expect(got, np.zeros((3, 3, 3)), given="a random kernel, R = 3", tolerance=1e-3)


def _enough_filters(answer):
    """With R = C_out C_in filters every kernel is reached, although R > k²."""
    target, mixing = _arrays(4, rank=12)
    got = _kernel(mixing, answer(target, mixing))
    expect(got, target, given="6 x 2 channels, 3 x 3, R = 12", tolerance=1e-3)


def _ignoring_the_mixing(target, mixing):
    rank, size = mixing.shape[2], target.shape[2]
    return np.linalg.svd(target.reshape(-1, size * size))[2][:rank].reshape(-1, size, size)


def _as_if_orthonormal(target, mixing):
    return np.einsum("oir,oiab->rab", mixing, target)


def _as_a_mean(target, mixing):
    return np.einsum("oir,oiab->rab", mixing, target) / (mixing.shape[0] * mixing.shape[1])


def _one_by_one(target, mixing):
    return np.einsum("oir,oiab->rab", mixing, target) / (mixing**2).sum(axis=(0, 1))[:, None, None]


_CLOSEST_BASIS = Exercise(
    number="3.4",
    name="The closest kernel with a frozen mixing",
    difficulty=2,
    minutes=20,
    task="""
    M is frozen, B is free. Which basis brings M B closest to a kernel that you want? Every pixel
    (a, b) of the filters is one least-squares problem, all with the same matrix.
    """,
    reference=closest_basis,
    laws=(_finds_what_was_there, _rest_is_orthogonal, _enough_filters),
    probes=lambda: [_arrays(5), _arrays(6, rank=2, size=5)],
    mistakes=(
        Mistake(
            _ignoring_the_mixing,
            "these are the best filters if the mixing could be chosen too. Here it is frozen.",
        ),
        Mistake(
            _as_if_orthonormal,
            "this would be right if the columns of M were orthonormal. They are random.",
        ),
        Mistake(
            _as_a_mean,
            "dividing by the number of rows makes the columns about unit length, but not "
            "orthogonal: least squares must take their overlaps into account.",
        ),
        Mistake(
            _one_by_one,
            "this fits each filter alone. The columns of M overlap, so the filters must be fitted "
            "together.",
        ),
    ),
    hints=(
        "Flatten: M becomes a matrix (C_out C_in, R), the target a matrix (C_out C_in, k²).",
        "Minimise |T - M B|² over B: that is what np.linalg.lstsq(M, T) does, column by column.",
        "Take the first of the values that lstsq returns and give it the shape (R, k, k).",
    ),
    explanation="""
    The last law is the surprise: for a *free* mixing $R = k^2$ filters reach every kernel, for a
    *frozen* one it takes $R = C_\\mathrm{out} C_\\mathrm{in}$, and then as many values are trained
    as in the dense layer.
    """,
)

# --- 3.5 -----------------------------------------------------------------------------------


def mean_and_error(differences):
    """Return the mean difference and its standard error, on average over A.

    Parameters
    ----------
    differences : (n_A, n_seeds) array
        Difference between two features; all entries of a row share one A.

    Returns
    -------
    mean, error : two numbers
    """
    per_projection = differences.mean(axis=1)
    return per_projection.mean(), per_projection.std(ddof=1) / np.sqrt(len(per_projection))


def _example():
    rng = drawn(8)
    return rng.normal(0.0, 1.0, (6, 1)) + rng.normal(0.0, 0.3, (6, 10))


def _pair(answer, differences, given):
    mean, error = _numbers(answer(differences), 2, given)
    return mean, error


def _its_mean(answer):
    """The mean of a full table is the mean of all its entries."""
    table = _example()
    got, _ = _pair(answer, table, "6 A, 10 seeds")
    expect(got, table.mean(), given="6 A, 10 seeds: the mean", tolerance=1e-5)


def _one_seed_each(answer):
    """With one seed per A it is the usual standard error of n independent values."""
    table = np.array([[1.0], [2.0], [4.0], [5.0]])
    expected = np.sqrt(10.0 / 3.0) / 2.0
    expect(
        _pair(answer, table, "4 A")[1],
        expected,
        given="differences 1, 2, 4, 5, one seed each: the error",
        tolerance=1e-5,
    )


def _seeds_add_no_luck(answer):
    """If all seeds with one A give the same, they count as one value, however many they are."""
    table = np.array([[1.0], [2.0], [4.0], [5.0]])
    many = np.repeat(table, 25, axis=1)
    expected = np.sqrt(10.0 / 3.0) / 2.0
    expect(
        _pair(answer, many, "4 A, 25 seeds")[1],
        expected,
        given="differences 1, 2, 4, 5, one per A, each repeated for 25 seeds: the error",
        tolerance=1e-5,
    )


def _honest_error(answer):
    """Over 3,000 repeated experiments, the error agrees with how far the mean really is off."""
    rng = drawn(9)
    luck, noise = rng.normal(0.0, 1.0, (3000, 5, 1)), rng.normal(0.0, 0.5, (3000, 5, 8))
    results = np.array([_pair(answer, table, "5 A, 8 seeds") for table in luck + noise])
    claimed, true = np.sqrt((results[:, 1] ** 2).mean()), results[:, 0].std()
    expect(claimed, true, given="5 A, 8 seeds: claimed error against true spread", tolerance=0.03)


_MEAN_AND_ERROR = Exercise(
    number="3.5",
    name="Diagnose: luck of A",
    difficulty=3,
    minutes=15,
    task="""
    A colleague compares two features with 5 matrices A and 20 seeds each, treats all 100
    differences as independent, and reports a tiny error. Diagnose it: differences that share an A
    share its luck. Write the mean and the standard error that are honest *on average over A*.
    (Standard deviations with n - 1.)
    """,
    reference=mean_and_error,
    laws=(_its_mean, _seeds_add_no_luck, _one_seed_each, _honest_error),
    probes=lambda: [(_example(),)],
    mistakes=(
        Mistake(
            lambda d: (d.mean(), d.std(ddof=1) / np.sqrt(d.size)),
            "this is the colleague's error: entries of one row are not independent of each other.",
        ),
        Mistake(
            lambda d: (d.mean(), d.mean(axis=0).std(ddof=1) / np.sqrt(d.shape[1])),
            "that averages over the matrices A first and so hides their luck: the rows are the "
            "independent draws, not the columns.",
        ),
        Mistake(
            lambda d: (d.mean(), d[0].std(ddof=1) / np.sqrt(d.shape[1])),
            "one row shows the spread over seeds with a single A. How much A itself matters, it "
            "cannot show.",
        ),
        Mistake(
            lambda d: (d.mean(), d.mean(axis=1).std(ddof=1)),
            "that is the spread of the rows; the error of their mean is smaller by the root of "
            "their number.",
        ),
        Mistake(
            lambda d: (d.mean(), d.mean(axis=1).std() / np.sqrt(len(d))),
            "with few matrices A it matters: the standard deviation is meant with n - 1.",
        ),
    ),
    hints=(
        "What was drawn independently here: the entries, or the rows?",
        "Turn each row into one number, its mean. You then have n_A independent values.",
        "Mean of the row means; their standard deviation (ddof=1) over the root of n_A.",
    ),
    explanation="""
    More seeds with the same $A$ measure that $A$ better, not the feature. The cure costs nothing:
    draw $A$ anew for every seed; then every difference is a separate row.
    """,
)

EXERCISES = (_VARIANCE_FACTORS, _BYTES_TO_SHIP, _COVARIANCE, _CLOSEST_BASIS, _MEAN_AND_ERROR)
