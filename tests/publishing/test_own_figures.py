"""Records of one's own are drawn with their tier on them, and never over the project's figures."""

import sys

import pytest

from pqkd_helpers.common.stored_figures import FIGURES as STORED
from pqkd_helpers.paper_figures.claims import FIGURES
from pqkd_helpers.publishing import __main__ as command
from pqkd_helpers.publishing.own_figures import write_own_figures
from pqkd_helpers.records.record import RecordError

from ..paper_figures import made_up


def at_tier(tier, record):
    return {**record, "tier": tier}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """A frontier of two tiers, and one seed of Table 1's MNIST at the paper's scale."""
    folder = tmp_path_factory.mktemp("records")
    for tier in ("cpu", "smoke"):
        for arm in ("base", "rank-1"):
            for seed in range(2):
                made_up.store(folder, at_tier(tier, made_up.run("frontier", arm, seed)))
    made_up.store(folder, at_tier("paper", made_up.run("table1", "conv1-conv2", 0, traces=True)))
    return folder


@pytest.fixture(scope="module")
def drawn(records, tmp_path_factory):
    out = tmp_path_factory.mktemp("figures")
    return out, {figure.name: figure for figure in write_own_figures(records, out)}


def test_every_figure_has_one_line_where_it_is_or_what_is_missing(drawn):
    out, figures = drawn
    assert list(figures) == list(FIGURES)
    assert figures["frontier"].folders == [out / "smoke/frontier", out / "cpu/frontier"]
    assert figures["table1"].folders == [out / "paper/table1"]
    assert "no record of extreme at tier" in str(figures["extreme"])
    assert "no record of controls-pilot" in str(figures["controls"])
    for figure in figures.values():
        assert "\n" not in str(figure)
        assert bool(figure.folders) != ("not drawn: " in str(figure))


def test_a_figure_says_of_what_tier_it_is_on_picture_and_card(drawn):
    out, _ = drawn
    for tier, meaning in (("smoke", "that the code runs"), ("cpu", "reduced scale")):
        folder = out / tier / "frontier"
        card = (folder / "card.md").read_text()
        assert (
            f"(tier {tier})" in card and f"Own records, tier {tier}: " in card and meaning in card
        )
        assert f"--tier {tier}" in card
        assert ("Tier cpu: 10,000 training images" in card) == (tier == "cpu")
        assert f"tier {tier}".encode() in (folder / "frontier.png").read_bytes()  # its description
    smoke, cpu = ((out / tier / "frontier/frontier.svg").read_text() for tier in ("smoke", "cpu"))
    assert (
        smoke.partition("</metadata>")[2] != cpu.partition("</metadata>")[2]
    )  # the title's shapes


def test_the_papers_scale_counts_as_such(drawn):
    out, _ = drawn
    assert "paper scale" in (out / "paper/table1/card.md").read_text()
    assert (out / "paper/training-curves/training-curves.png").is_file()


@pytest.mark.parametrize("out", [STORED, STORED / "table1", STORED.parent / "figures/own"])
def test_the_projects_figures_are_never_written_over(records, out):
    with pytest.raises(ValueError, match="the project's own figures"):
        write_own_figures(records, out)


def test_a_damaged_record_is_named_and_nothing_is_drawn(tmp_path):
    (tmp_path / "records/frontier").mkdir(parents=True)
    (tmp_path / "records/frontier/a.json").write_text("{}")
    with pytest.raises(RecordError, match=r"a\.json"):
        write_own_figures(tmp_path / "records", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("records", "message"), [("nowhere", "there is no folder"), (".", "holds no record")]
)
def test_the_command_refuses_a_folder_without_records(
    tmp_path, monkeypatch, capsys, records, message
):
    given = ["figures", "--records", str(tmp_path / records), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["publishing", *given])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 2 and message in capsys.readouterr().err
