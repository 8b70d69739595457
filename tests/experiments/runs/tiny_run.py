"""The smallest run of the command line: half a second, on digits, with four time bins."""

from pqkd_helpers.command_line.main import main

TINY = [
    *("--dataset", "digits", "--train-images", "32", "--widths", "4", "4", "4", "--rank", "2"),
    *("--epochs", "1", "--teacher-epochs", "1", "--teacher-selection", "last"),
    *("--input-state", "1", "0", "1", "0", "--loop-lengths", "1", "--n-shots", "4"),
    *("--spsa-steps", "1", "--spsa-images", "16", "--fit-settings", "2"),
    *("--fresh-draws", "1", "--fresh-shots", "4", "--device", "cpu"),
]


def train(runs, *options):
    """Train in the folder ``runs`` and return the command's exit status."""
    return main(["train", *TINY, "--runs", str(runs), *options])
