"""``check`` and ``init`` on a virtual cohort, whole and broken."""

import json
import shutil

import pytest

from nociscope.cli import check
from nociscope.cli.main import main
from nociscope.core.problem import Problem
from nociscope.io.check import check_dataset
from nociscope.io.index import index_dataset
from nociscope.simulate import simulate


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check") / "data"
    simulate("demo", folder, n=2)
    return folder


@pytest.fixture
def own(dataset, tmp_path):
    """A copy that a test may break."""
    return shutil.copytree(dataset, tmp_path / "data")


def call(*argv):
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in argv])
    return left.value.code or 0


def test_a_whole_dataset_has_no_problem(dataset, capsys):
    assert call("check", dataset) == 0
    out = capsys.readouterr().out
    assert "PET scans\t2" in out
    assert "tracers\t2 [11C]PBR28" in out
    assert out.endswith("No problem was found.\n")


def test_a_dose_that_cannot_be_is_said_with_what_it_blocks_and_how_to_mend_it(own, capsys):
    sidecar = own / "sub-01" / "pet" / "sub-01_pet.json"
    said = json.loads(sidecar.read_text())
    sidecar.write_text(json.dumps(said | {"InjectedRadioactivityUnits": "kBq"}))
    assert call("check", own) == 0
    header, row = (line.split("\t") for line in capsys.readouterr().out.splitlines()[-2:])
    found = dict(zip(header, row, strict=True))
    assert found["severity"] == "warn"
    assert "SUV" in found["blocks"]
    assert "correction" in found["mend"]
    assert "sub-01" in found["where"]


def test_a_broken_scan_ends_with_1(own):
    (own / "sub-01" / "pet" / "sub-01_pet.json").write_text("{")
    assert call("check", own) == 1


def test_a_dataset_without_scans_ends_with_2(own):
    for person in own.glob("sub-*"):
        shutil.rmtree(person)
    shutil.rmtree(own / "derivatives" / "petprep")
    assert call("check", own) == 2


@pytest.mark.parametrize(("answer", "left"), [("2", 0), ("7", 1)])
def test_a_dataset_with_answers_only_can_be_used_and_an_impossible_one_is_named(tmp_path, capsys, answer, left):
    (tmp_path / "phenotype").mkdir()
    (tmp_path / "sub-01").mkdir()
    (tmp_path / "dataset_description.json").write_text('{"Name": "answers", "BIDSVersion": "1.9.0"}')
    (tmp_path / "participants.tsv").write_text("participant_id\nsub-01\n")
    items = [f"pcs_{i:02d}" for i in range(1, 14)]
    lines = ("\t".join(["participant_id", *items]), "\t".join(["sub-01", answer, *["1"] * 12]))
    (tmp_path / "phenotype" / "pcs.tsv").write_text("\n".join(lines) + "\n")
    assert call("check", tmp_path) == left
    assert ("answer-impossible\t1\tpcs: sub-01, pcs_01" in capsys.readouterr().out) == bool(left)


def test_init_writes_a_study_file_that_check_accepts(own, capsys):
    study = own / "code" / "nociscope.toml"
    before = study.read_text()
    assert call("init", own) == 2
    assert "already" in capsys.readouterr().err
    assert study.read_text() == before
    study.unlink()
    assert call("init", own) == 0
    assert "PBR28" in study.read_text()
    assert call("check", own) == 0


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of a width to be chosen."""

    def wide(columns):
        monkeypatch.setattr(check.sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(columns))

    return wide


ALIKE = [Problem("dose", f"sub-{i}", f"got {i}", ("SUV",), "correct it") for i in range(9)]
GRAVE = Problem("json", "sub-x", "cannot be read", (), "mend it", "error")


def test_on_a_terminal_problems_of_one_kind_are_told_once(terminal, capsys):
    terminal(80)
    check.show_problems([*ALIKE, GRAVE])
    assert capsys.readouterr().out.splitlines() == [
        "Error: json",
        "  where:   sub-x",
        "  problem: cannot be read",
        "  mend:    mend it",
        "",
        "Warning: dose, 9 times",
        "  where:   sub-0, sub-1, sub-2 and 6 more",
        "  such as: got 0",
        "  blocks:  SUV",
        "  mend:    correct it",
        "",
        "1 kind of error, 1 kind of warning: a scan with an error is left out, all others",
        "are analysed.",
    ]


def test_in_a_pipe_problems_of_one_kind_are_one_line_with_every_place(capsys):
    check.show_problems(ALIKE)
    header, line = (row.split("\t") for row in capsys.readouterr().out.splitlines())
    found = dict(zip(header, line, strict=True))
    assert found["count"] == "9"
    assert found["where"] == ", ".join(f"sub-{i}" for i in range(9))
    assert found["problem"] == "such as: got 0"


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize("name", ["mc1-blocking", "pet-bids-sidecars/pet001", "pet-bids-sidecars/pet005"])
def test_real_sets_are_told_within_the_width_of_the_terminal(open_data, terminal, capsys, name, columns):
    problems = check_dataset(index_dataset(open_data(name)))
    terminal(columns)
    check.show_problems(problems)
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert all(len(line) <= columns or len(line.split()[-1]) > columns - 12 for line in lines), "but for long names"
    assert len(lines) < 80
    if name == "mc1-blocking":
        assert "Warning: dose-implausible, 20 times" in lines
        assert out.count("RadionuclideTotalDose") == 1
