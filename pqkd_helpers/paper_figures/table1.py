"""Table 1: teacher and student on three data sets, two layers compressed (notebooks 04, 10)."""

import numpy as np

from ..records.measured import finals
from ..records.record import Record
from ..records.stored import Catalogue
from ..statistics.means import Mean, mean_of
from .finding import Rule, scale_of
from .markdown_table import Row
from .paper_values import MEMORISED, TABLE1
from .readings import DEFAULT
from .result import Result
from .table1_claims import table1_findings
from .table1_numbers import NAMES, compared, decimals, quantities, shown_runs
from .table1_picture import paper_and_ours

RULE = Rule(
    "A number counts as equal if the 90 % interval of ours minus the paper's lies within the "
    "margin: for validation accuracies two binomial standard errors of 5,000 images, since we "
    "do not know which images the paper's set holds; for training accuracies two standard "
    "deviations of the paper's runs, 0.005 at least; for cross-entropies a tenth of the "
    "paper's value. A claim about student and teacher is decided by the 95 % interval of our "
    "paired differences (same seed, same teacher), a claim of equality by the 90 % interval "
    "within the margin. The student's number and the claim together make the verdict.",
    commit="77cbac2",
    older=("f50fd09",),
    amended=(
        "Changed after the runs of tier cpu:\n\n"
        "- Training accuracies had the margin of the validation accuracies. By the new one the "
        "teacher's 99.94 % on MNIST is *different* from 100.00 %; by the old one it was equal.\n"
        "- A teacher better than the paper's counted against the student. Now a claim about "
        "student and teacher also has the premise that the teacher's own number is not *different* "
        "from the paper's. It moved MNIST's cross-entropies from *not at this scale* to *premise "
        "not met*.\n"
        "- No premise was asked for. Where the paper's teacher has 100.00 % of its training "
        f"images, ours must have at least {MEMORISED} %: a claim about a teacher that has "
        "memorised its images cannot be tested with one that has not. This was 99.9 % at first. "
        "It was lowered when the first teacher with the paper's recipe was there, which scattered "
        "between 99.4 and 99.9 % from epoch to epoch; no student of it had been trained. No "
        "verdict of this table moved. Of the extreme compressions that on calibration did, from "
        "*premise not met* to *not at this scale*.\n"
        "- All runs had the reading `fresh`. Since a rule of its own chose another reading "
        "(notebook 10), a data set is shown under that one once it has as many seeds. This was "
        "laid down while the first such runs were under way, unseen. It moved the validation "
        "accuracy of MNIST's student, and later of Fashion-MNIST's (from 91.10 to 92.44 %), from "
        "*inconclusive* to *equivalent*."
    ),
)


def table1(catalogue: Catalogue) -> Result | None:
    """Return Table 1 next to the paper's, or None without records."""
    rows = [row for dataset in TABLE1 for row in _rows(catalogue, dataset)]
    if not rows:
        return None
    findings = [finding for dataset in TABLE1 for finding in table1_findings(catalogue, dataset)]
    return Result(
        name="table1",
        title="Table 1: teacher and student, conv1 and conv2 compressed",
        rows=rows,
        findings=findings,
        draw=lambda: paper_and_ours(rows),
        alt=_alt(rows),
        reading=(
            "Each panel is a data set. Circles: the paper's mean and standard deviation over 5 "
            "runs; squares: ours, with the 95 % interval; small dots: our single seeds. The "
            "difference has the 90 % interval that decides (none with one seed)."
        ),
        rerun="python -m pqkd_helpers reproduce table1 --tier cpu --seeds 3",
        rule=RULE,
        scale=_scale(catalogue),
        differs=[
            "Tier cpu: 12 epochs (CIFAR-10: 60) of Adam with a one-cycle rate that peaks at 3e-3 "
            "instead of 100 epochs at 1e-3, for teacher and student alike.",
            "Seeds as stated in the table, 5 in the paper.",
            "CIFAR-10: convolutions compute in bfloat16, weights and losses in float32.",
        ],
        assumed=[
            "The circuit: 8 photons in every other of 16 time bins, loops (1, 1), 30 angles.",
            "theta starts uniform in [-pi, pi]; SPSA draws its images from the first half of the "
            "validation set; z is standardised with statistics of 64 random settings.",
            "CIFAR-10: every training image is mirrored by chance, shifted by up to four pixels, "
            "and loses one square; the paper's training accuracy of 92 % after 100 epochs suggests "
            "something of the kind. What the teacher took, on a seed kept apart (validation): "
            "20 epochs without the square 83.4 %, 60 epochs 85.9 %, with the square 86.8 %.",
        ],
        limits=[
            "The validation set is used twice: SPSA selects the angles on half of it. Accuracy "
            "without these images, and on the test set, stands in the CSV file.",
            f"The reading `{DEFAULT}` was chosen by its nearness to the paper's MNIST numbers, on "
            "other seeds: under it MNIST's rows confirm the choice, they are no independent test.",
        ],
        columns=("data set", "network", "quantity", "paper", "ours", "n", "difference", "finding"),
        formats={
            "paper": "{paper:.{decimals}f}",
            "ours": "{ours:.{decimals}f}",
            "our mean": "{ours.mean:.{decimals}f}",
            "difference": "{difference:+.{decimals}f}",
        },
    )


def _scale(catalogue: Catalogue) -> str:
    """Return the scale of the runs shown; of each data set, if they differ."""
    runs = {NAMES[name]: shown_runs(catalogue, name) for name in TABLE1}
    scales = {name: scale_of(records) for name, records in runs.items() if records}
    if len(set(scales.values())) == 1:
        return next(iter(scales.values()))
    return "; ".join(f"{name}: {scale}" for name, scale in scales.items())


def _rows(catalogue: Catalogue, dataset: str) -> list[Row]:
    records = shown_runs(catalogue, dataset)
    rows = []
    for network, stated in TABLE1[dataset].items() if records else ():
        names = [*stated, "test accuracy", "test cross-entropy"]
        for name in names:
            rows.append(_row(dataset, network, name, records, quantities(records, network, name)))
        if network == "student":
            unseen = finals(records, network, "validation_without_spsa", "accuracy")
            name = "validation accuracy without SPSA's images"
            rows.append(_row(dataset, network, name, records, unseen))
    return rows


def _row(dataset: str, network: str, name: str, records: list[Record], ours: np.ndarray) -> Row:
    mean = mean_of(ours)
    paper = TABLE1[dataset][network].get(name)
    row: Row = {
        "data set": NAMES[dataset],
        "network": network,
        "quantity": name,
        "paper": paper,
        "ours": mean,
        "n": mean.n,
        "difference": None,
        "finding": None,
        "tier": records[0]["tier"],
        "values": ours.round(4).tolist(),
        "margin": None,
        "decimals": decimals(name),
    }
    if paper is not None:
        found = compared(dataset, records, network, name)
        # The interval that decides: 90 %, of the difference.
        difference = Mean(found.difference, found.low, found.high, None, mean.n)
        row |= {"difference": difference, "finding": found.finding, "margin": found.margin}
    return row


def _alt(rows: list[Row]) -> str:
    parts = [
        f"{row['data set']} {row['network']}: paper {row['paper'].mean:.2f}, "
        f"ours {row['ours'].mean:.2f}"
        for row in rows
        if row["quantity"] == "validation accuracy"
    ]
    return "Validation accuracy in percent, the paper's next to ours. " + "; ".join(parts) + "."
