"""People without a scan: tables of testing, stimulation and answers become pages, rows with bounds, and findings."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.phenotyping_data import PATIENTS, PEOPLE, write
from tests.e2e.whole import Whole, check_page, check_rows

BROKEN = "11"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The dataset, and its results; one person's table of pulses holds text where a number belongs."""
    root = tmp_path_factory.mktemp("phenotyping")
    data = write(root / "data", broken=BROKEN)
    found = Whole(data, root / "out", data / "code" / "nociscope.toml")
    assert found.both() == (1, 0)
    return found


def test_a_broken_table_is_named_and_stops_nobody_else(whole):
    logs = "".join(p.read_text(encoding="utf-8") for p in (whole.out / "logs" / f"sub-{BROKEN}").glob("*"))
    assert "lots" in logs and "mep_p2p_uv" in logs
    tested = {r["participant_id"] for r in whole.rows(modality="tms")}
    assert tested == {f"sub-{p}" for p in PEOPLE if p != BROKEN}
    assert {r["participant_id"] for r in whole.rows(modality="phenotype")} == {f"sub-{p}" for p in PEOPLE}
    page = whole.page(f"sub-{BROKEN}")
    assert "What did not finish" in page and "score-stimulation" in page and 'id="questionnaires"' in page


def test_rows_have_units_statuses_sources_and_bounds(whole):
    check_rows(whole)
    (total,) = whole.rows(participant_id="sub-07", measure="PCS", region="total")
    assert total["value"] == "n/a" and float(total["high"]) - float(total["low"]) == 4
    cold = whole.rows(participant_id="sub-07", measure="CPT")
    assert {r["status"] for r in cold} == {"censored"} and {float(r["high"]) for r in cold} == {0.0}


def test_the_page_of_a_person_tells_numbers_bounds_and_grades(whole):
    check_page(whole, "sub-07")
    page = whole.page("sub-07")
    titles = re.findall(r'<h2 id="[a-z]+">([^<]+)</h2>', page)
    assert titles[:4] == ["Sensory testing", "Stimulation", "Questionnaires", "Criteria"]
    assert not any(word in page for word in ("0 scans", "Injected dose", "Arterial input", "No scan"))
    assert "1 of 13 items unanswered" in page and "between 31 and 35" in page
    assert "at most 0" in page and "±1.96" in page and "Loss and gain" in page
    assert "Motor map of LES and DM" in page and "map_peaks" in page
    assert "NeuPSIG (2016): probable" in page


def test_an_open_grade_says_what_would_decide(whole):
    page = whole.page("sub-08")
    assert "NeuPSIG (2016): probable or possible (open)" in page
    decided = page[page.index("What would decide") :]
    assert "sensory signs in that distribution" in decided[:300]


def test_the_page_of_the_study_summarises_by_group(whole):
    check_page(whole)
    page = whole.page()
    assert 'id="groups"' in page and "probable or possible" in page
    assert "Of 1 person unknown inputs leave the grade open" in page
    assert "1 missing data" in page and "sub-07.html" in page and "0 scans" not in page


def test_hypotheses_on_tests_answers_stimulation_and_grades(whole):
    ways = {name: whole.findings(name) for name in ("pressure-pain", "catastrophising", "inhibition", "by-grade")}
    for findings in ways.values():
        assert {f["status"] for f in findings.values()} == {"ok"}
    assert all(f["estimate"] < 0 and f["unit"] == "kPa" for f in ways["pressure-pain"].values())
    assert ways["catastrophising"]["total"]["n"] == {"patient": 5, "control": 6}  # one lacks an answer
    assert ways["catastrophising"]["rumination"]["n"] == {"patient": 6, "control": 6}
    assert {f["n"]["patient"] for f in ways["inhibition"].values()} == {5}
    # of the patients one is open between two grades, and one has no total
    assert ways["by-grade"]["total"]["n"] == {"probable": len(PATIENTS) - 2, "unlikely": 6}


def test_scores_and_maps_are_kept_and_a_second_run_does_nothing(whole):
    kept = whole.out / "sub-07" / "beh"
    assert {p.name for p in kept.glob("*.json")} == {
        f"sub-07_desc-{d}_scores.json" for d in ("sensory", "tms", "tmsmaps", "phenotype")
    }
    maps = json.loads((kept / "sub-07_desc-tmsmaps_scores.json").read_text(encoding="utf-8"))["Record"]["maps"]
    assert [m["metrics"]["muscle"] for m in maps] == ["LES", "DM"]
    assert str(whole.data) not in json.dumps(maps)
    assert [t for t in whole.done("participant") if BROKEN not in t] == []
    assert whole.done("group") == []
