"""Plain words: what was asked, what was found, what cannot be shown."""

import dataclasses

from nociscope.report import sentences
from nociscope.report.model import HypothesisReport


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_question_of_the_study_file_comes_first(made_up):
    assert sentences.asked(HypothesisReport("h", (made_up.finding(),), "Why?")) == "Why?"


def test_question_is_built_from_the_finding(made_up):
    asked = sentences.asked(HypothesisReport("h", (made_up.finding(),)))
    assert asked == "Does total distribution volume (VT by 2TCM) differ, patient − control, in THA?"
    for kind, word in (("paired", "change"), ("correlate", "go with"), ("retest", "repeat")):
        assert word in sentences.asked(HypothesisReport("h", (made_up.finding(kind=kind),)))


def test_found_holds_estimate_interval_unit_n_effect_and_p(made_up):
    said = plain(sentences.found(made_up.finding()))
    for part in (
        "0.62 [95 % interval −0.09 to 1.33] mL/cm³", "patient n = 9, control n = 8", "Hedges g 0.78", "p = 0.072",
        "corrected (maximum over regions) p = 0.14",
    ):  # fmt: skip
        assert part in said


def test_interval_that_holds_zero_is_not_called_no_effect(made_up):
    said = plain(sentences.interval_words(made_up.finding()))
    assert said == "The 95 % interval holds zero: anything from −0.09 to 1.33 mL/cm³ is compatible with these data."
    assert "above zero" in sentences.interval_words(made_up.finding(effect=1.0))
    assert "below zero" in sentences.interval_words(made_up.finding(effect=-1.0))


def test_refused_finding_says_why_and_gives_no_number(made_up):
    said = sentences.found(made_up.finding(status="refused"))
    assert "refused" in said
    assert "rs6971 genotype is unknown" in said
    assert "mL" not in said


def test_shared_refusal_is_said_once(made_up):
    told = sentences.told(HypothesisReport("h", tuple(made_up.finding(r, status="refused") for r in ("FC", "TC"))))
    assert "refused in all 2 regions" in told.lead
    assert not told.lines


def test_many_regions_are_lines_and_the_rest_is_counted(made_up):
    findings = tuple(made_up.finding(f"r{i}") for i in range(15))
    told = sentences.told(HypothesisReport("h", findings))
    assert len(told.lines) == 12
    assert told.hidden == 3
    assert told.note == "Every interval holds zero."


def test_n_that_differs_stands_in_each_line(made_up):
    other = dataclasses.replace(made_up.finding("TC"), n={"patient": 8, "control": 8})
    told = sentences.told(HypothesisReport("h", (made_up.finding("FC"), other)))
    assert "n differs between regions" in told.lead
    assert plain(told.lines[1][1]).endswith("patient n = 8, control n = 8")


def test_where_intervals_lie_is_told_by_region(made_up):
    told = sentences.told(HypothesisReport("h", (made_up.finding("FC", effect=1.0), made_up.finding("TC"))))
    assert told.note == "The interval lies above zero in FC; it holds zero in TC."


def test_reliability_of_many_regions_is_one_line_that_names_the_model(made_up):
    findings = [made_up.finding(r, "retest", effect) for r, effect in (("FC", 0.981), ("TC", 0.917))]
    told = sentences.told(HypothesisReport("h", tuple(findings)))
    said = plain(told.lead)
    assert said.startswith("ICC(1,1) of VT (2TCM), test against retest: 0.92 to 0.98 in 2 regions")
    assert "intervals from 0.21 to 1.69" in said
    assert "n = 7;" in said
    assert "absolute variability 8 %" in said
    assert not told.lines


def test_region_without_a_reliability_is_named(made_up):
    blank = made_up.finding("TC", "retest", status="refused")
    told = sentences.told(HypothesisReport("h", (made_up.finding("FC", "retest", 0.9), blank)))
    assert "no estimate in TC" in told.lead


def test_why_nobody_entered_is_told_once(made_up):
    blank = dataclasses.replace(
        made_up.finding(status="refused"), safeguards=(), status="not_estimable",
        excluded=(("sub-01", "a: no dose; b: no dose"), ("sub-02", "a: no dose; b: no dose"), ("sub-03", "no scan")),
    )  # fmt: skip
    assert sentences.found(blank).endswith("2 people left out: no dose.")


def test_many_regions_are_counted_where_their_intervals_lie(made_up):
    zero = tuple(dataclasses.replace(made_up.finding("TC"), region=f"r{i}") for i in range(20))
    told = sentences.told(HypothesisReport("h", (made_up.finding("FC", effect=1.0), *zero)))
    assert told.note == "The interval lies above zero in FC; it holds zero in 20 of 21 regions."
