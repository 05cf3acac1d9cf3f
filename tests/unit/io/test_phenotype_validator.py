"""``phenotype/`` as this package writes it, held against the BIDS validator."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nociscope.io.instruments import find_instrument, instruments
from nociscope.io.phenotype import AnswerTable, write_answers

VALIDATOR = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(VALIDATOR is None, reason="needs the validate extra")
@pytest.mark.parametrize("session", ["n/a", "ses-a"])
def test_the_bids_validator_finds_no_error_in_tables_of_answers(tmp_path, session):
    people = ("sub-01", "sub-02")
    _dataset(tmp_path, people, session)
    for name, found in instruments().items():
        if not found.unavailable:
            instrument = find_instrument(name)
            keys = tuple((p, session) for p in people)
            columns = {item.column: ["n/a", None] for item in instrument.items}
            write_answers(tmp_path / "phenotype" / f"{name}.tsv", instrument, AnswerTable(keys, columns, {}, ()))
    said = subprocess.run([VALIDATOR, "--json", str(tmp_path)], capture_output=True, text=True, check=False).stdout
    issues = json.loads(said)["issues"]["issues"]
    assert [i for i in issues if i["severity"] == "error"] == []


def _dataset(root, people, session):
    (root / "phenotype").mkdir()
    (root / "README").write_text("Answers of nobody, for a test.\n" * 5)
    about = {"Name": "answers", "BIDSVersion": "1.10.0", "DatasetType": "raw", "License": "CC0"}
    (root / "dataset_description.json").write_text(json.dumps(about))
    (root / "participants.tsv").write_text("participant_id\n" + "".join(f"{p}\n" for p in people))
    for person in people:
        visit = "" if session == "n/a" else f"{session}/"
        folder = root / person / visit / "beh"
        folder.mkdir(parents=True)
        stem = f"{person}_{visit.replace('/', '_')}task-qst_beh"
        (folder / f"{stem}.tsv").write_text("trial\tresponse\n1\t0\n")
        (folder / f"{stem}.json").write_text(json.dumps({"TaskName": "qst"}))
