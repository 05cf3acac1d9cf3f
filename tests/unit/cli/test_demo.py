"""``demo`` and ``simulate``: what they hand to the pipeline, and what they print; tests/e2e walks the whole way."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nociscope.cli.main import main

run_module = pytest.importorskip("nociscope.pipeline.run")


@dataclass
class Result:
    exit_code: int


@pytest.fixture
def levels(monkeypatch):
    """Calls of the pipeline; the first person of it fails, and the group writes a report."""
    seen = []

    def fake(config):
        seen.append(config)
        if config.level == "group":
            page = config.output_dir / "report" / "index.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text("")
        return Result(1 if config.level == "participant" else 0)

    monkeypatch.setattr(run_module, "run", fake)
    return seen


def call(*argv):
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in argv])
    return left.value.code or 0


def test_the_demo_goes_the_whole_way_and_ends_with_the_report(levels, tmp_path, capsys):
    folder = tmp_path / "demo"
    assert call("demo", folder) == 1
    assert [c.level for c in levels] == ["participant", "group"]
    assert all(c.study_file == folder / "data" / "code" / "nociscope.toml" for c in levels)
    assert capsys.readouterr().out.splitlines()[-1] == str(folder / "results" / "report" / "index.html")


def test_the_demo_keeps_the_data_that_are_there(levels, tmp_path):
    folder = tmp_path / "demo"
    call("demo", folder)
    curves = next((folder / "data").rglob("*_tacs.tsv"))
    stamp = curves.stat().st_mtime_ns
    call("demo", folder)
    assert curves.stat().st_mtime_ns == stamp
    assert len(levels) == 4


def test_a_demo_cut_short_while_simulating_starts_again(levels, tmp_path):
    folder = tmp_path / "demo"
    rest = folder / ".data.partial"
    rest.mkdir(parents=True)
    (rest / "half.tsv").write_text("half")
    call("demo", folder)
    assert not rest.exists()
    assert not list((folder / "data").rglob("half.tsv"))


def test_simulate_says_where_the_truth_is(tmp_path, capsys):
    assert call("simulate", "demo", tmp_path / "new", "--n", "2", "--seed", "5") == 0
    out = capsys.readouterr().out
    assert "2 people" in out
    assert Path(out.splitlines()[0].rpartition(" ")[2]).is_file()
    assert len(list((tmp_path / "new").glob("sub-*"))) == 2


def test_simulate_into_a_full_folder_ends_with_2(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("precious")
    assert call("simulate", "demo", tmp_path) == 2
    assert "not empty" in capsys.readouterr().err


def test_simulate_without_a_truth_file_ends_with_2(tmp_path, capsys):
    assert call("simulate", "mc1-blocking", tmp_path / "new") == 2
    assert "demo" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
