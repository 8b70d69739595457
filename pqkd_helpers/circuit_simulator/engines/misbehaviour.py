"""What can go wrong at a server of photonic jobs: how often, and what it looks like.

Every spoiled answer breaks a law that a client can know: the number of shots, one digit per time
bin, no more photons than were sent in, and no shots of which the client has had the answer before.
"""

from dataclasses import dataclass, fields

import numpy as np

from ...common.checks import check_not_negative, check_share, set_field

SPOILED = (
    "no shots",
    "a shot is missing",
    "a shot too many",
    "a short shot",
    "a long shot",
    "a letter in a shot",
    "a shot is a number",
    "too much light",
    "shots of the last answer",
)
# A server that is away, or what stands before it, answers so.
BUSY = 503
_REFUSALS = (429, 500, 502, BUSY)


@dataclass(frozen=True)
class Misbehaviour:
    """How often a server misbehaves, and for how long.

    Attributes
    ----------
    failed : float
        Share of the jobs that fail.
    stuck : float
        Share of the jobs that stay in the queue for ever.
    spoiled : float
        Share of the jobs whose results are wrong, each kind of `SPOILED` equally often.
    refused : float
        Share of the requests that are answered with an HTTP error (429, 500, 502 or 503).
    unanswered : float
        Share of the requests after which the server hangs up without an answer.
    garbled : float
        Share of the requests whose answer breaks off in the middle.
    outages : float
        Share of the jobs with which the server goes away for a while.
    queue_seconds : float
        Mean time in the queue, exponentially distributed.
    hang_seconds : float
        Time after which it hangs up.
    outage_seconds : float
        Time for which it is away.

    Raises
    ------
    ValueError
        If shares are not in [0, 1], or their sum is not, or a time is not 0 or more.
    """

    failed: float = 0.03
    stuck: float = 0.0
    spoiled: float = 0.05
    refused: float = 0.03
    unanswered: float = 0.01
    garbled: float = 0.01
    outages: float = 0.005
    queue_seconds: float = 0.2
    hang_seconds: float = 2.0
    outage_seconds: float = 20.0

    def __post_init__(self) -> None:
        for item in fields(self):
            check = check_not_negative if item.name.endswith("_seconds") else check_share
            set_field(self, item.name, check(item.name, getattr(self, item.name)))
        for names in (("failed", "stuck", "spoiled"), ("refused", "unanswered", "garbled")):
            total = sum(getattr(self, name) for name in names)
            check_share(" + ".join(names), total)

    def of_a_job(self, rng: np.random.Generator) -> str:
        """Return "failed", "stuck" or "spoiled", or "" for a job as it should be."""
        return _drawn(rng, failed=self.failed, stuck=self.stuck, spoiled=self.spoiled)

    def of_a_request(self, rng: np.random.Generator) -> str:
        """Return "refused", "unanswered" or "garbled", or "" for a request as it should be."""
        return _drawn(rng, refused=self.refused, unanswered=self.unanswered, garbled=self.garbled)


def refusal(rng: np.random.Generator) -> int:
    """Return the HTTP status of a request that is refused."""
    return int(rng.choice(_REFUSALS))


def spoil(
    results: list[str], last_answer: list[str], rng: np.random.Generator
) -> tuple[str, list[object] | None]:
    """Return what is wrong, one of `SPOILED`, and the results that are so.

    Parameters
    ----------
    results : list of str
        Right ones, a digit per time bin.
    last_answer : list of str
        Results that were delivered last; empty before the first.
    rng : numpy.random.Generator
    """
    kinds = SPOILED if len(last_answer) == len(results) else SPOILED[:-1]
    kind = str(rng.choice(kinds))
    shot = int(rng.integers(len(results)))
    word, n_modes = results[shot], len(results[shot])
    bin_ = int(rng.integers(n_modes))
    changed: dict[str, object] = {
        "a short shot": word[:-1],
        "a long shot": word + "0",
        "a letter in a shot": f"{word[:bin_]}x{word[bin_ + 1 :]}",
        "a shot is a number": int(word),
        "too much light": "9" * n_modes,
    }
    if kind == "no shots":
        return kind, None
    if kind == "shots of the last answer":
        return kind, list(last_answer)
    if kind == "a shot is missing":
        return kind, [*results[:shot], *results[shot + 1 :]]
    if kind == "a shot too many":
        return kind, [*results, word]
    return kind, [*results[:shot], changed[kind], *results[shot + 1 :]]


def _drawn(rng: np.random.Generator, **shares: float) -> str:
    rest = max(0.0, 1.0 - sum(shares.values()))
    return str(rng.choice([*shares, ""], p=[*shares.values(), rest]))
