"""Single readings of 49 people of Essen through the pipeline give the thresholds that the authors computed."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from tests.e2e.whole import Whole, written
from tools.pain_sensitivity_qst import participant, people, write

STUDY = """
[study]
name = "essen"
[groups]
variable = "site"
levels = ["bochum", "essen"]
[covariates]
use = []
[qst]
controls = "essen"
[[table]]
file = "thresholds.tsv"
derivative = "authors"
measure = "authors"
columns = ["CPT", "HPT"]
unit = "degC"
[[hypothesis]]
name = "heat-cold"
question = "Do people who feel heat pain early feel cold pain early?"
measure = "HPT"
modality = "qst"
regions = ["hand"]
correlate = "CPT.hand"
accept = ["censored", "few_trials"]
permutations = 200
[[hypothesis]]
name = "catastrophising"
measure = "HPT"
modality = "qst"
regions = ["hand"]
correlate = "questionnaire_totals.pcs_catastrophizing"
accept = ["censored", "few_trials"]
permutations = 200
"""


@pytest.fixture(scope="module")
def whole(open_data, tmp_path_factory):
    root = tmp_path_factory.mktemp("essen")
    write(Path(open_data("pain-sensitivity-rsfmri")), root / "data")
    whole = Whole(root / "data", root / "out", written(root / "study.toml", STUDY))
    assert whole.both() == (0, 0)
    return whole


@pytest.mark.slow
@pytest.mark.parametrize("test", ["CPT", "HPT"])
def test_thresholds_of_essen_are_the_authors_own(whole, open_data, test):
    theirs = {
        participant("essen", r): float(r[test]) for r in people(Path(open_data("pain-sensitivity-rsfmri")), "essen")
    }
    ours = {r["participant_id"]: float(r["value"]) for r in whole.rows(modality="qst", measure=test)}
    assert ours.keys() == theirs.keys() and len(ours) == 49
    assert all(ours[p] == pytest.approx(theirs[p], abs=1e-12) for p in theirs)


@pytest.mark.slow
def test_pinprick_is_the_authors_own_geometric_mean(whole, open_data):
    for row in people(Path(open_data("pain-sensitivity-rsfmri")), "essen"):
        (ours,) = whole.rows(modality="qst", measure="MPT", participant_id=participant("essen", row))
        assert math.log(float(ours["value"])) == pytest.approx(float(row["MPT_log_geom"]), abs=1e-9)


@pytest.mark.slow
def test_a_device_that_stops_leaves_a_bound(whole):
    limited = [r for r in whole.rows(modality="qst", measure="CPT") if r["status"] == "censored"]
    assert limited and all(float(r["low"]) < float(r["value"]) == float(r["high"]) for r in limited)
    found = whole.findings("heat-cold")["hand"]
    assert found["status"] == "ok" and found["n"]["people"] == 49


@pytest.mark.slow
def test_the_authors_tables_stand_beside(whole):
    with (whole.data / "derivatives" / "authors" / "thresholds.tsv").open(encoding="utf-8") as stream:
        count = sum(1 for _ in csv.DictReader(stream, delimiter="\t"))
    assert count == 90
    assert whole.findings("catastrophising")["hand"]["n"]["people"] == 49
