"""The folder of a figure: the numbers behind the picture."""

from matplotlib.figure import Figure

from pqkd_helpers.publishing.figure_folder import write_figure_folder
from pqkd_helpers.statistics.means import Mean


def test_the_last_digits_of_a_float_which_libraries_round_apart_are_not_written(tmp_path):
    def table(number):
        row = {
            "mean": Mean(number, number, None, None, 1),
            "all": [number, 3],
            "n": 2,
            "none": None,
        }
        write_figure_folder(tmp_path / "one", Figure, [row | {"plain": number}], "a card")
        return (tmp_path / "one" / "one.csv").read_text()

    assert table(86.34182008568787) == table(86.34182008568789)
    assert "86.3418200857" in table(86.34182008568787) and ",2," in table(1.5)
