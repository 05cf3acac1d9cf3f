"""The open pain-sensitivity study of two cities: tables of another program, sites, and people never seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from nociscope.studies import shipped
from tests.e2e.whole import Whole, check_page, written
from tools.pain_sensitivity import cohort, write


@pytest.fixture(scope="module")
def found(open_data):
    """The people whom the authors kept."""
    return cohort(Path(open_data("pain-sensitivity-rsfmri")))


def quick(text: str) -> str:
    """The study that ships with fewer relabellings, and without the whole brain."""
    head, *asked = text.split("[[hypothesis]]")
    asked = [a for a in asked if 'name = "whole-brain' not in a]
    asked = [a.replace('adjust = "step-down"', 'adjust = "step-down"\npermutations = 200') for a in asked]
    asked = [a.replace('folds = "', 'permutations = 20\nrepeats = 1\nfolds = "') for a in asked]
    return "[[hypothesis]]".join([head, *asked])


def test_pain_sensitivity_is_as_published(found):
    assert [sum(p.site == s for p in found.people) for s in ("bochum", "essen")] == [35, 37]
    for person in found.people:
        assert person.pain_sensitivity == pytest.approx(person.published, abs=1e-9)


def test_names_of_regions_stand_once(found):
    assert len(set(found.regions)) == len(found.regions) == 122


@pytest.mark.slow
def test_the_shipped_study_answers_with_and_without_sites(found, tmp_path):
    write(found, tmp_path / "data")
    study = written(tmp_path / "study.toml", quick(shipped("thalamus-pain-sensitivity").read_text(encoding="utf-8")))
    whole = Whole(tmp_path / "data", tmp_path / "out", study)
    assert whole.both() == (0, 0)
    check_page(whole)
    ways = {way: whole.findings(way) for way in ("as-if-one-site", "within-sites", "harmonised", "each-site")}
    for findings in ways.values():
        assert {f["status"] for f in findings.values()} == {"ok"}
        assert {f["n"]["people"] for f in findings.values()} == {72}
    region = "ACcor_d"
    within = ways["within-sites"][region]["estimate"]
    assert ways["each-site"][region]["estimate"] == pytest.approx(within)
    assert ways["harmonised"][region]["estimate"] == pytest.approx(within, rel=0.1)
    assert ways["as-if-one-site"][region]["estimate"] != pytest.approx(within, rel=0.05)
    assert ways["each-site"][region]["details"]["sites"] == ["bochum", "essen"]
    (predicted,) = whole.findings("predict").values()
    assert predicted["status"] == "ok"
