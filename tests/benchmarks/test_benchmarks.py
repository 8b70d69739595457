import json

import pytest

from tests.benchmarks import simulator

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stored():
    return json.loads(simulator.RESULT.read_text())


def test_the_benchmark_starts(tmp_path, monkeypatch, capsys):
    out = tmp_path / "result.json"
    monkeypatch.setattr(simulator, "SCALING_BINS", (16, 32))
    monkeypatch.setattr(simulator, "SHOTS", 2)
    arguments = ["simulator", "--rounds", "1", "--sources", "ours", "perceval", "--out", str(out)]
    monkeypatch.setattr("sys.argv", arguments)
    simulator.main()
    result = json.loads(out.read_text())
    assert "| 200 shots, 8 photons |" in capsys.readouterr().out
    measured = {name for name, (_, peer, _) in simulator.GOALS.items() if "perceval" in peer}
    assert result["ratios"].keys() == measured
    assert all(times["minimum"] > 0 for times in result["contenders"].values())


def test_a_peer_that_is_missing_is_named(monkeypatch):
    def missing(angles):
        raise ModuleNotFoundError("no", name="merlin")
        yield

    def ours(angles):
        for m in simulator.SCALING_BINS:
            yield f"ours: sample {m} bins", lambda: None, 1

    monkeypatch.setattr(simulator, "SOURCES", {"ours": ours, "merlin": missing})
    result = simulator.measure(1, ["ours", "merlin"])
    assert result["missing"] == ["merlin (merlin is not installed)"] and result["ratios"] == {}


def test_the_stored_ratios_follow_from_the_stored_times(stored):
    assert stored["ratios"] == simulator.ratios(stored["contenders"])
    assert stored["scaling"] == pytest.approx(simulator.scaling(stored["contenders"]))
    assert stored["ratios"].keys() == simulator.GOALS.keys() and stored["missing"] == []
    assert stored["rounds"] >= 21 and stored["threads"] == 1
    for times in stored["contenders"].values():
        assert times["calls"] >= 21 and 0 < times["minimum"] <= times["median"]


def test_the_page_shows_the_stored_result(stored):
    page = simulator.HERE.parents[1] / "notebooks" / "simulator.md"
    assert simulator.table(stored) in page.read_text()
