"""Goals, figures, and the file that keeps them."""

from __future__ import annotations

import json
import math

import pytest
from rich.console import Console

from tools.figures import ROOT, Figure, Goal, Skipped, open_data
from tools.results import KEYS, Outcome, choose, collect, load, machine, measure, merge, modules, show


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        ("<= 0.3", 0.3, True),
        ("<= 0.3", 0.31, False),
        (">= 0.95", 0.95, True),
        (">=0.95", 0.94, False),
        ("< 1e-4", 9e-5, True),
        ("> -2", -2.0, False),
        ("93..97", 93.0, True),
        ("93..97", 97.01, False),
        ("-1 .. 1", -1.0, True),
        ("== 0", 0.0, True),
        ("== 0", 1e-12, False),
        ("<= 0.3", math.nan, False),
        ("93..97", math.nan, False),
        ("", 5.0, None),
    ],
)
def test_goal_is_met_or_not(goal, value, met):
    assert Goal(goal).met(value) is met


@pytest.mark.parametrize("goal", ["about 3", "<= ", "0.3", "97..93", "=< 3", "<= 3 %", "1..2..3"])
def test_goal_that_is_not_understood_is_refused(goal):
    with pytest.raises(ValueError, match="goal"):
        Goal(goal)


@pytest.mark.parametrize("figure_id", ["Pet.vt", "pet", "pet vt", "pet..vt", ".vt"])
def test_figure_id_is_dotted_lower_case(figure_id):
    with pytest.raises(ValueError, match="dotted"):
        Figure(figure_id, "", "1", "", lambda: 1.0)


def figure(name="pet.a", goal="<= 1", value=0.5):
    return Figure(name, "a number", "%", goal, lambda: value, peer="other 1.0")


def test_row_has_every_key_and_the_command_that_reruns_it():
    row = measure(figure(value=(0.123456789, 2.0)), "validation").row
    assert tuple(row) == KEYS
    assert (row["value"], row["peer_value"], row["ok"]) == (0.123457, 2.0, True)
    assert row["command"] == "python -m validation pet.a"


def test_missing_value_is_null_and_not_ok():
    row = measure(figure(value=math.nan), "validation").row
    assert (row["value"], row["ok"]) == (None, False)


def test_goal_is_judged_before_rounding():
    assert measure(figure(goal="<= 1", value=1.0000001), "validation").row["ok"] is False


def test_skip_and_failure_leave_no_row():
    def absent():
        raise Skipped("no data")

    def broken():
        raise RuntimeError("bad luck")

    skipped = measure(Figure("a.b", "", "1", "", absent), "validation")
    failed = measure(Figure("a.b", "", "1", "", broken), "validation")
    assert (skipped.row, skipped.skipped) == (None, "no data")
    assert failed.row is None
    assert "bad luck" in failed.failed


def test_merge_replaces_keeps_and_orders(tmp_path):
    path = tmp_path / "results.json"
    merge(path, [{"id": "b.x", "value": 1}, {"id": "a.x", "value": 1}])
    merge(path, [{"id": "b.x", "value": 2}])
    assert [(r["id"], r["value"]) for r in load(path)] == [("a.x", 1), ("b.x", 2)]
    merge(path, [], known=["b.x"])
    assert [r["id"] for r in json.loads(path.read_text())] == ["b.x"]
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_choose_by_id_and_by_area():
    figures = [figure("pet.regional.a"), figure("pet.blood.b"), figure("stats.c")]
    assert [f.id for f in choose(figures, ["pet"])] == ["pet.regional.a", "pet.blood.b"]
    assert [f.id for f in choose(figures, ["stats.c"])] == ["stats.c"]
    assert choose(figures, []) == figures
    with pytest.raises(LookupError, match=r"stats\.c"):
        choose(figures, ["pe"])


def test_table_shows_value_goal_peer_and_reasons(capsys):
    good = measure(figure(value=(3.0, 2.0)), "validation")
    show([good, Outcome(figure("a.b"), skipped="no [data]")], Console(width=160))
    out = capsys.readouterr().out
    assert "3 %" in out
    assert "NO" in out
    assert "other 1.0: 2 %" in out
    assert "skipped a.b: no [data]" in out


def test_machine_names_processor_cores_and_memory_only():
    import platform

    assert "cores" in machine()
    assert platform.node() not in machine()


@pytest.mark.parametrize("folder", ["validation", "benchmarks"])
def test_every_figure_of_the_folder_can_be_collected(folder):
    figures = collect(modules(folder))
    assert {row["id"] for row in load(ROOT / folder / "results.json")} <= {f.id for f in figures}


def test_absent_data_is_a_skip(monkeypatch, tmp_path):
    monkeypatch.setenv("NOCISCOPE_TEST_DATA", str(tmp_path))
    with pytest.raises(Skipped, match="pbr28"):
        open_data("pbr28")
