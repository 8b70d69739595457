"""The controls as grids of runs: a search for recipes, a pilot, and the runs that count.

All share one net, narrow enough for many seeds: every convolution compressed, widths (16, 32, 32),
10,000 MNIST images, 20 epochs. The search gives every arm the same recipes, with R = 8 filters, on
seeds that are then discarded. So are those of the pilot, from which margin and number of seeds
follow: with R = 8 one filter has less effect than can be told from luck in a day, with R = 4 it has
more. The runs that count have R = 4; so have the runs that vary the length of z alone.
"""

from .grid import BY_DEFAULT, FRESH, Grid, Values

NET: Values = {**FRESH, "scope": "all", "scaling": "unit-rms"}
CPU: Values = {
    "widths": (16, 32, 32),
    "epochs": 20,
    "train_images": 10_000,
    "fresh_draws": 5,
    "teacher_learning_rate": 3e-3,
    "learning_rate": 3e-3,
}

# Step sizes of Adam around that of the teacher, and factors on z around the one that starts every
# layer at He's scale.
RECIPES: dict[str, Values] = {
    "base": {"learning_rate": 3e-3},
    "fast": {"learning_rate": 1e-2},
    "large-z": {"learning_rate": 3e-3, "feature_gain": 2.0},
    "small-z": {"learning_rate": 3e-3, "feature_gain": 0.5},
    "slow": {"learning_rate": 1e-3},
}
# What the search chose for each arm (`control_preparation.search_study`; its record is stored).
CHOSEN = {
    "photonic": "fast",
    "yoked": "fast",
    "distinguishable": "base",
    "classical-map": "large-z",
    "photonic-exact": "fast",
    "photonic-frozen": "fast",
    "photonic-one-shot": "fast",
    "photonic-sham": "base",
    "random-search": "fast",
    "marginals": "large-z",
    "single-photon": "large-z",
    "gaussian-frozen": "fast",
    "gaussian-fresh": "base",
    "gaussian-drift": "fast",
    "uniform-bits": "fast",
    "learned-z": "fast",
    "hypernetwork": "fast",
    "photonic-batch-norm": "small-z",
    "gaussian-frozen-batch-norm": "fast",
    "narrow-cnn": "fast",
    "narrow-cnn-alone": "base",
    "narrow-cnn-batch-norm": "base",
    "narrow-cnn-batch-norm-alone": "base",
    "low-rank-mixing": "fast",
    "low-rank-mixing-batch-norm": "fast",
    "dense-distilled": "base",
}

FEATURE_ARMS: dict[str, Values] = {
    name: {"features": name}
    for name in (
        "photonic",
        "yoked",
        "distinguishable",
        "classical-map",
        "photonic-exact",
        "photonic-frozen",
        "photonic-one-shot",
        "photonic-sham",
        "random-search",
        "marginals",
        "single-photon",
        "gaussian-frozen",
        "gaussian-fresh",
        "gaussian-drift",
        "uniform-bits",
        "learned-z",
        "hypernetwork",
    )
}
LABELS_ALONE: Values = {"hard_weight": 1.0}
STUDENT_ARMS: dict[str, Values] = {
    "photonic-batch-norm": {"batch_norm": True},
    "gaussian-frozen-batch-norm": {"features": "gaussian-frozen", "batch_norm": True},
    "narrow-cnn": {"student": "narrow-cnn"},
    "narrow-cnn-alone": {"student": "narrow-cnn", **LABELS_ALONE},
    "narrow-cnn-batch-norm": {"student": "narrow-cnn", "batch_norm": True},
    "narrow-cnn-batch-norm-alone": {"student": "narrow-cnn", "batch_norm": True, **LABELS_ALONE},
    "low-rank-mixing": {"student": "low-rank-mixing"},
    "low-rank-mixing-batch-norm": {"student": "low-rank-mixing", "batch_norm": True},
    "dense-distilled": {"student": "dense-distilled"},
}
SEARCHED: dict[str, Values] = {**FEATURE_ARMS, **STUDENT_ARMS}
# With the photonic arm's recipe: null by theorem; a known effect; nothing that could be tuned.
AS_PHOTONIC: dict[str, Values] = {
    "shuffled": {"features": "shuffled"},
    "rank-3": {"rank": 3},
    "zero": {"features": "zero", "fresh_draws": 1},
    # For the follow-up: what part of a contrast is due to the recipes?
    "distinguishable-as-photonic": {"features": "distinguishable"},
    "classical-map-as-photonic": {"features": "classical-map"},
}
# The same comparison once SPSA is asked through the moving average.
THROUGH_EMA: dict[str, Values] = {
    f"{name}-through-ema": {"features": name, **BY_DEFAULT}
    for name in ("photonic", "yoked", "distinguishable")
}
RANK = 4
LIGHT: Values = RECIPES[CHOSEN["photonic"]]

CONTROLS_SEARCH = Grid(
    "controls-search",
    arms={
        f"{arm}-{recipe}": {**values, **RECIPES[recipe]}
        for arm, values in SEARCHED.items()
        for recipe in RECIPES
        # Without z its scale cannot matter.
        if "student" not in values or not recipe.endswith("-z")
    },
    base=NET,
    cpu=CPU,
    first_seed=1000,
)
CONTROLS_PILOT = Grid(
    "controls-pilot",
    arms={
        **{f"rank-{rank}": {"rank": rank, **LIGHT} for rank in (2, 4, 8, 16)},
        **{
            f"yoked-rank-{rank}": {"features": "yoked", "rank": rank, **RECIPES[CHOSEN["yoked"]]}
            for rank in (4, 8)
        },
    },
    base=NET,
    cpu=CPU,
    first_seed=2000,
)
CONTROLS = Grid(
    "controls",
    arms={
        **{arm: {**values, **RECIPES[CHOSEN[arm]]} for arm, values in SEARCHED.items()},
        **{arm: {**values, **LIGHT} for arm, values in {**AS_PHOTONIC, **THROUGH_EMA}.items()},
    },
    base={**NET, "rank": RANK},
    cpu=CPU,
)
# Factors on a z of norm sqrt(512) = 22.6, between those of a raw histogram of coin tosses (0.09)
# and of one that is certain (1.4), and beyond. The factor 1 is in the runs that count.
SIZES = {"256th": 1 / 256, "64th": 1 / 64, "16th": 1 / 16, "4th": 1 / 4, "4-fold": 4.0}
SIZED = ("photonic", "gaussian-frozen")
CONTROLS_SCALE = Grid(
    "controls-scale",
    arms={
        f"{source}-{size}": {"features": source, **RECIPES[CHOSEN[source]], "feature_gain": gain}
        for source in SIZED
        for size, gain in SIZES.items()
    },
    base={**NET, "rank": RANK},
    cpu=CPU,
)
