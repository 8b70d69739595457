"""Exercises of notebook 03: what z controls, what must be shipped, the layer, luck of A."""

import numpy as np
import torch
from torch.nn.functional import conv2d

from ...common.random_streams import derive_seed
from ...dictionary_convolutions.fixed_projection import FixedProjection
from ...dictionary_convolutions.layer import DictConv2d
from ..exercise import Exercise, Mistake, drawn, expect

# --- 3.1 -----------------------------------------------------------------------------------


def variance_factors():
    """Return the factors, four numbers, by which the variance of the kernel's entries changes.

    z has |z|² = 512, and its 512 numbers add up to 128.

    1. z is doubled.
    2. To each of the 512 numbers 1 is added.
    3. The 512 numbers of z are shuffled.
    4. All of z is put into a single bin, with the same norm |z|.
    """
    return (4.0, 2.5, 1.0, 1.0)


def _measured_factor(change):
    """Return the variance of M B after a change over that before, each with fresh matrices A."""
    rng = drawn(0)
    spikes = rng.dirichlet(np.full(512, 0.05))
    z = 0.25 + np.sqrt(1 - 0.25**2) * (spikes - spikes.mean()) / spikes.std()
    single = np.zeros(512)
    single[100] = np.linalg.norm(z)
    after = (2.0 * z, z + 1.0, rng.permutation(z), single)[change]
    basis = rng.standard_normal((4, 9))
    variances = []
    for feature in (z, after):
        total = 0.0
        for trial in range(4):
            seed = derive_seed(trial, "change", change, int(feature is after))
            A = FixedProjection(in_features=512, out_features=4 * 500, seed=seed).rows(0, 2000)
            kernel = (A.astype(float) @ feature).reshape(500, 4) @ basis
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


def _one_added(answer):
    """Change 2 agrees roughly with what fresh matrices A give: 1 is added to all numbers of z."""
    expect(_factor(answer, 1), _measured_factor(1), given="z -> z + 1", tolerance=0.3)


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
    For each of the four changes in the docstring, predict on paper: by what factor does the
    variance of the kernel's entries change, on average over freshly drawn matrices A? Return the
    four numbers. The check is the experiment: it measures all four with real matrices.
    """,
    reference=variance_factors,
    laws=(_doubled, _one_added, _shuffled, _single_bin),
    probes=lambda: [()],
    mistakes=(
        Mistake(
            lambda: (2.0, 2.5, 1.0, 1.0),
            "the entries of W double, so their variance does what the square of 2 says.",
        ),
        Mistake(
            lambda: (4.0, 2.0, 1.0, 1.0),
            "the square of z + 1 has a mixed term, 2 z, and the numbers of z do not add up to 0.",
        ),
        Mistake(
            lambda: (4.0, 1.0, 1.0, 1.0),
            "the same number in all bins is no pattern, but it makes z longer.",
        ),
        Mistake(
            lambda: (4.0, 2.5, 1.0, 1.0 / 512.0),
            "one full bin instead of 512 is a different picture, but A mixes it all the same: only "
            "the norm of z enters the variance of M.",
        ),
        Mistake(
            lambda: (4.0, 2.5, 0.0, 0.0),
            "the order of the bins means nothing to A: its columns all have the same distribution, "
            "so a shuffled z does not lose its effect.",
        ),
    ),
    hints=(
        "Which single property of z appears in the variance of M?",
        "The variance of M is |z|² / 512. Write down |z|² after each change.",
        "Doubling z gives 4 |z|²; the sum of (z_d + 1)² is |z|² + 2 * 128 + 512; shuffling and "
        "moving keep |z|².",
    ),
    explanation="""
    Of $z$ the variance sees $|z|$ alone. A constant makes $z$ longer:
    $\\sum (z_d + 1)^2 = 512 + 2 \\cdot 128 + 512 = 2.5 \\cdot 512$. The *pattern* of $z$ does not
    enter the variance, as long as $A$ is drawn anew.
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
    """At R = k², M alone weighs exactly as much as the dense kernels."""
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
    Shipping $M$ costs $R/k^2$ of the dense kernels: eight ninths at $R = 8$ and $3\\times3$. Only
    the seed makes the layer small, and then sender and receiver need the same generator, bit for
    bit.
    """,
)

# --- 3.3 -----------------------------------------------------------------------------------


def shorter_twin(features):
    """Return other features that no training can tell from these, in the first T bins alone.

    Parameters
    ----------
    features : (T, D) array
        One feature z per epoch, T <= D.

    Returns
    -------
    (T, D) array, zero from column T on
    """
    n_epochs = len(features)
    _, triangle = np.linalg.qr(features.T)
    twin = np.zeros(features.shape)
    twin[:, :n_epochs] = triangle.T
    return twin


def _trajectory(draw=3, n_epochs=5, length=64):
    rng = drawn(draw)
    return np.cumsum(rng.dirichlet(np.full(length, 0.2), size=n_epochs), axis=0) * 8.0


def _twin(answer, features, given):
    twin = answer(features.copy())
    expect(np.shape(twin), features.shape, given=f"{given}, shape of the twin")
    return np.asarray(twin, dtype=float)


def _few_bins(answer):
    """All bins of the twin but the first T are empty, at every epoch."""
    for n_epochs, length in ((1, 512), (5, 64), (4, 4)):
        given = f"{n_epochs} features of length {length}"
        twin = _twin(answer, _trajectory(3, n_epochs, length), given)
        rest = np.abs(twin[:, n_epochs:]).sum()
        expect(rest, 0.0, given=f"{given}, sum of what lies beyond bin {n_epochs - 1}")


def _lengths_kept(answer):
    """At every epoch the twin is as long as z: the mixing's variance |z|²/D stays."""
    for n_epochs in (1, 6):
        features, given = _trajectory(4, n_epochs), f"{n_epochs} features of length 64"
        lengths = np.linalg.norm(features, axis=1)
        twin = np.linalg.norm(_twin(answer, features, given), axis=1)
        expect(twin, lengths, given=f"{given}, lengths of the twin", tolerance=1e-5)


def _angles_kept(answer):
    """Any two epochs have the inner product that they had, also where z stood still."""
    moving = _trajectory(6)
    still = np.vstack([moving[:2], moving[1:2], -moving[:1]])
    for features, given in ((moving, "5 features"), (still, "z0, z1, z1 again, -z0")):
        twin = _twin(answer, features, given)
        expected = features @ features.T
        expect(twin @ twin.T, expected, given=f"{given}: all inner products", tolerance=1e-5)


def _in_first_bins(features, square):
    twin = np.zeros(features.shape)
    twin[:, : len(square)] = square
    return twin


def _cut_off(features):
    return _in_first_bins(features, features[:, : len(features)])


def _cut_off_and_scaled(features):
    twin = _cut_off(features)
    return twin * (np.linalg.norm(features, axis=1) / np.linalg.norm(twin, axis=1))[:, None]


def _a_bin_each(features):
    return _in_first_bins(features, np.diag(np.linalg.norm(features, axis=1)))


def _rotation_only(features):
    return _in_first_bins(features, np.linalg.qr(features.T)[0][: len(features)])


_TWIN = Exercise(
    number="3.3",
    name="All that training can know about z",
    difficulty=2,
    minutes=20,
    task="""
    Section 5 says that training knows the features $z_1, \\dots, z_T$, chosen without looking at
    $A$, only by their lengths and by the angles between them. If that is so, a forger needs
    neither light nor 512 bins. Build the forgery: to T features of D numbers each, others with the
    *same* lengths and angles, all of which keep to the first T bins.

    No rotation of all 512 axes has to be written down: T arrows lie in a space of T dimensions,
    and any T axes in it will do (`np.linalg.qr`, used above for $Q$, gives some). Begin with
    T = 1. Two features may be equal.
    """,
    reference=shorter_twin,
    laws=(_few_bins, _lengths_kept, _angles_kept),
    probes=lambda: [(_trajectory(5),), (drawn(5).standard_normal((3, 8)),)],
    mistakes=(
        Mistake(
            lambda features: features.copy(),
            "these are the features themselves, in all bins. Turn them into the first T bins.",
        ),
        Mistake(
            _cut_off,
            "the other bins are cut off, and with them a part of every length. Nothing may be "
            "lost: turn the arrows, do not cut them.",
        ),
        Mistake(
            _cut_off_and_scaled,
            "the lengths are right, the angles are not: each arrow was cut off, then stretched. "
            "All must be turned together.",
        ),
        Mistake(
            _a_bin_each,
            "each feature has a bin of its own, so all are at right angles. Those of a "
            "training run are alike.",
        ),
        Mistake(
            lambda features: _in_first_bins(features, features @ features.T),
            "that is the table of inner products. The twin must have this table, not be it.",
        ),
        Mistake(
            _rotation_only,
            "those are the axes, all of length one. What is wanted is what the features are when "
            "measured along these axes.",
        ),
    ),
    hints=(
        "One feature: its twin is its length, in bin 0. Two: the second has a part along the first "
        "and a part at right angles to it, which goes into bin 1.",
        "Going on like that is the Gram-Schmidt method: np.linalg.qr(features.T) returns axes Q "
        "as columns, and R with features.T = Q R.",
        "The columns of R are the features, measured along the axes: put R.T into the first T "
        "columns of an array of zeros.",
    ),
    explanation="""
    $\\mathrm{E}[M_s M_t] = \\sum_{d,e} \\mathrm{E}[A_d A_e]\\, z_{s,d}\\, z_{t,e} =
    \\langle z_s, z_t\\rangle / D$, and jointly Gaussian numbers of mean 0 have no other property.
    The twin's first feature fills one bin, its second two: no circuit would show that. Averaged
    over $A$ the training runs have the same distribution all the same.
    """,
)

# --- 3.4 -----------------------------------------------------------------------------------


def dictionary_layer(images, features, A, basis, bias):
    """Build the layer, show it the images under each feature, return outputs and gradients.

    images: (batch, c_in, h, w). features: (n, D). A: (c_out c_in R, D), frozen, its rows in the
    order of (o, i, r), r running fastest. basis: (R, k, k), k odd, and bias: (c_out,): the first
    values of what is trained. All are float64 arrays of NumPy.
    Out: a pair, of tensors or arrays. Outputs, (n, batch, c_out, h, w); and the gradients
    of mean(outputs²) with respect to every trained parameter, a dictionary {name: gradient}.
    """

    class DictionaryLayer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("A", torch.from_numpy(A))
            self.basis = torch.nn.Parameter(torch.from_numpy(basis).clone())
            self.bias = torch.nn.Parameter(torch.from_numpy(bias).clone())

        def condition(self, z):
            self.mixing = (self.A @ z).unflatten(0, (len(self.bias), -1, len(self.basis)))

        def forward(self, x):
            kernel = torch.einsum("oir,rab->oiab", self.mixing, self.basis)
            return conv2d(x, kernel, self.bias, padding="same")

    layer, outputs = DictionaryLayer(), []
    for z in torch.from_numpy(features):
        layer.condition(z)
        outputs.append(layer(torch.from_numpy(images)))
    outputs = torch.stack(outputs)
    (outputs**2).mean().backward()
    return outputs.detach(), {name: p.grad for name, p in layer.named_parameters()}


def _layer_case(draw, n=2, c_in=2, c_out=3, rank=4, size=3):
    """Return images, features, A, basis and bias of a small layer."""
    rng = drawn(draw)
    shapes = (2, c_in, 5, 6), (n, 7), (c_out * c_in * rank, 7), (rank, size, size), (c_out,)
    return tuple(rng.standard_normal(shape) for shape in shapes)


def _used(answer, case, given):
    """Return outputs and gradients, or say that the answer is no such pair."""
    parts = answer(*(part.copy() for part in case))
    is_pair = isinstance(parts, tuple | list) and len(parts) == 2 and isinstance(parts[1], dict)
    said = f"{given}, whether a pair is returned: outputs, dictionary of gradients"
    expect(is_pair, True, given=said)
    images, features, _, _, bias = case
    shape = (len(features), len(images), len(bias), *images.shape[2:])
    expect(np.shape(parts[0]), shape, given=f"{given}, shape of the outputs")
    return np.asarray(parts[0], dtype=float), parts[1]


def _plain_outputs(images, features, A, basis, bias):
    """Return the outputs by the definition, pixel by pixel of the filters."""
    (_, c_in, height, width), reach = images.shape, basis.shape[-1] // 2
    padded = np.pad(images, ((0, 0), (0, 0), (reach, reach), (reach, reach)))
    outputs = np.zeros((len(features), len(images), len(bias), height, width))
    for t, z in enumerate(features):
        weights = iter(A @ z)  # in the order of (o, i, r)
        for o, i, r in np.ndindex(len(bias), c_in, len(basis)):
            weight = next(weights)
            for a, b in np.ndindex(*basis.shape[1:]):
                patch = padded[:, i, a : a + height, b : b + width]
                outputs[t, :, o] += weight * basis[r, a, b] * patch
    return outputs + bias[:, None, None]


def _by_definition(answer):
    """Each output is the sum over input channels, filters and pixels, plus the channel's bias."""
    for draw, size in ((40, 3), (41, 5), (42, 1)):
        case = _layer_case(draw, n=1, size=size)
        given = f"one z, 2 channels to 3, R = 4, {size} x {size}"
        got, _ = _used(answer, case, given)
        expect(got, _plain_outputs(*case), given=given, tolerance=1e-4)


def _follows_z(answer):
    """Each feature makes a new mixing: twice the z, twice the output; z = 0 leaves the bias."""
    images, (z, _), *rest = _layer_case(43)
    outputs, _ = _used(answer, (images, np.stack([z, 2 * z, 0 * z]), *rest), "z, 2 z and 0")
    plain = outputs - rest[-1][:, None, None]
    given = "features z, 2 z, 0 in one layer"
    expect(plain[1], 2 * plain[0], given=f"{given}: outputs at 2 z, less the bias", tolerance=1e-4)
    expect(plain[2], 0 * plain[0], given=f"{given}: outputs at 0, less the bias", tolerance=1e-4)


def _two_are_trained(answer):
    """The module has two trained parameters, basis and bias: A is frozen, M follows from z."""
    _, gradients = _used(answer, _layer_case(44), "2 features")
    shapes = " and ".join(sorted(str(np.shape(gradient)) for gradient in gradients.values()))
    expect(shapes, "(3,) and (4, 3, 3)", given="R = 4, 3 x 3, 3 channels out: their shapes")


def _gradients_are_slopes(answer):
    """Each gradient is the slope of mean(outputs²): nudge one value of B or bias and look."""
    case = _layer_case(45)
    _, gradients = _used(answer, case, "2 features")
    for place, name in ((3, "basis"), (4, "bias")):
        slopes = np.zeros(case[place].shape)
        for index in np.ndindex(*slopes.shape):
            means = []
            for sign in (1.0, -1.0):
                nudged = [part.copy() for part in case]
                nudged[place][index] += sign * 1e-3
                means.append(np.mean(_plain_outputs(*nudged) ** 2))
            slopes[index] = (means[0] - means[1]) / 2e-3
        got = [g for g in gradients.values() if np.shape(g) == slopes.shape]
        expect(got[0] if got else None, slopes, given=f"gradient of the {name}", tolerance=1e-3)


def _changed_layer(
    *,
    to_mixing=lambda m, c_out, c_in, rank: m.reshape(c_out, c_in, rank),
    flipped=False,
    padding="same",
    with_bias=True,
    once=False,
    trained_A=False,
    cut=False,
    loss=lambda outputs: (outputs**2).mean(),
):
    """Return the layer with one thing changed."""

    def changed(images, features, A, basis, bias):
        x, zs, A = (torch.tensor(part) for part in (images, features, A))
        trained = {"basis": torch.tensor(basis), "bias": torch.tensor(bias)}
        trained |= {"A": A} if trained_A else {}
        for parameter in trained.values():
            parameter.requires_grad_()
        outputs = []
        for z in zs:
            mixing = to_mixing(A @ (zs[0] if once else z), len(bias), x.shape[1], len(basis))
            filters = trained["basis"].flip(1, 2) if flipped else trained["basis"]
            kernel = torch.einsum("oir,rab->oiab", mixing, filters.detach() if cut else filters)
            outputs.append(conv2d(x, kernel, trained["bias"] if with_bias else None, 1, padding))
        outputs = torch.stack(outputs)
        loss(outputs).backward()
        used = {name: p for name, p in trained.items() if with_bias or name != "bias"}
        return outputs, {name: p.grad for name, p in used.items()}

    return changed


_LAYER = Exercise(
    number="3.4",
    name="The layer from nothing",
    difficulty=3,
    minutes=30,
    task="""
    Build the dictionary convolution as a module of torch, without `DictConv2d`. *Inside* the
    function, define:

    ```python
    class DictionaryLayer(torch.nn.Module):
        def __init__(self):
            super().__init__()  # first
            ...

        def condition(self, z):
            ...  # z is a tensor; makes the mixing

        def forward(self, x):
            ...  # layer(x) calls it
    ```

    Then use one layer: condition it on one feature after the other, stack the outputs, and call
    `backward` once, on the mean of all squared outputs. The images keep their size, so pad with
    zeros. (`torch` and `conv2d` are imported. `torch.from_numpy` makes tensors of arrays.
    `self.x = torch.nn.Parameter(t)` trains the tensor t, `self.x = t` does not.
    `layer.named_parameters()` lists pairs (name, parameter): the names are free, the gradient is
    `.grad`.)

    Two questions decide: what is a parameter, and what must be made anew when z changes?
    """,
    reference=dictionary_layer,
    laws=(_by_definition, _follows_z, _two_are_trained, _gradients_are_slopes),
    probes=lambda: [_layer_case(46), _layer_case(47, n=3, c_in=3, size=5)],
    mistakes=(
        Mistake(
            _changed_layer(
                to_mixing=lambda m, c_out, c_in, rank: m.reshape(rank, c_out, c_in).permute(1, 2, 0)
            ),
            "the rows of A are taken in another order: of (o, i, r) the last index runs fastest.",
        ),
        Mistake(
            _changed_layer(flipped=True),
            "the filters are mirrored. What networks call a convolution slides the kernel as it "
            "is, and so does conv2d.",
        ),
        Mistake(
            _changed_layer(padding=0),
            "without padding the outputs are smaller than the images: k // 2 zeros on each side.",
        ),
        Mistake(
            _changed_layer(with_bias=False),
            "the bias is missing: one number per output channel, added at every pixel, trained.",
        ),
        Mistake(
            _changed_layer(once=True),
            "all features give the same outputs: the mixing was made once, from the first z. "
            "`condition` must make it anew.",
        ),
        Mistake(
            _changed_layer(trained_A=True),
            "A has a gradient, so an optimiser would train it. Keep it as a buffer, "
            "self.register_buffer, not as a Parameter.",
        ),
        Mistake(
            _changed_layer(cut=True),
            "the basis gets no gradient: somewhere (detach, .data, no_grad, a round trip through "
            "NumPy) the graph is cut.",
        ),
        Mistake(
            _changed_layer(loss=lambda outputs: (outputs**2).sum()),
            "this is the gradient of the sum of the squared outputs; the mean is asked for.",
        ),
        Mistake(
            _changed_layer(loss=lambda outputs: (outputs[-1] ** 2).mean()),
            "only the last feature's outputs went into `backward`. Stack them all first.",
        ),
    ),
    hints=(
        "Begin with the function's first task, the outputs: A @ z, reshape, einsum, conv2d are all "
        "in section 1. Then wrap them in the class.",
        "In __init__: super().__init__(), a buffer for A, torch.nn.Parameter for basis and bias. "
        "condition sets self.mixing; forward makes the kernel from self.mixing and self.basis.",
        "{name: p.grad for name, p in layer.named_parameters()} after "
        "(torch.stack(outputs) ** 2).mean().backward(); "
        'conv2d(x, kernel, self.bias, padding="same").',
    ),
    explanation="""
    A module is a list of what is trained and a recipe. `A` is a buffer: it moves with the module to
    another device and no optimiser sees it. The mixing is neither; it is a result of the last z.
    `DictConv2d` adds three things: it draws $A$ row by row from a seed and stores none of it,
    starts the basis by the rule of He et al., and refuses bad sizes.
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
    minutes=10,
    task="""
    A colleague compares two features with 5 matrices A, each with 20 seeds of its own, treats all
    100 differences as independent, and reports a tiny error. What is wrong with it? Write the mean
    and the standard error that are honest *on average over A*.
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

EXERCISES = (_VARIANCE_FACTORS, _BYTES_TO_SHIP, _TWIN, _LAYER, _MEAN_AND_ERROR)
