"""``check`` and ``init`` on a virtual cohort, whole and broken."""

import json
import shutil

import pytest

from nociscope.cli import check
from nociscope.cli.main import main
from nociscope.core.problem import Problem
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


def test_on_a_terminal_problems_of_one_kind_are_told_once(monkeypatch, capsys):
    monkeypatch.setattr(check.sys.stdout, "isatty", lambda: True)
    alike = [Problem("dose", f"sub-{i}", f"got {i}", ("SUV",), "correct it") for i in range(9)]
    grave = Problem("json", "sub-x", "cannot be read", (), "mend it", "error")
    check.show_problems([*alike, grave])
    assert capsys.readouterr().out.splitlines() == [
        "error: json (sub-x)",
        "    cannot be read",
        "    mend:   mend it",
        "warn: dose (sub-0, sub-1, sub-2 and 6 more)",
        "    got 0",
        "    blocks: SUV",
        "    mend:   correct it",
    ]
