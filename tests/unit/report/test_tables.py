"""Tables as plain cells."""

import dataclasses

from nociscope.core.estimate import Estimate
from nociscope.core.status import FitStatus
from nociscope.report import numbers, tables


def test_status_that_a_whole_column_shares_is_said_in_its_head(made_up):
    table = tables.fit_table("2TCM", made_up.fits("2TCM"), "x.tsv")
    shared = {c.symbol: c.shared for c in table.columns}
    assert shared["vB"] is FitStatus.NO_INTERVAL
    assert shared["VT"] is FitStatus.OK  # one of six is at its bound


def test_note_that_all_rows_share_is_said_once(made_up):
    table = tables.fit_table("2TCM", made_up.fits("2TCM"), "x.tsv")
    assert table.note == "delay fixed from the whole brain"
    assert {row.note for row in table.rows} == {""}
    own = (*made_up.fits("2TCM")[:5], dataclasses.replace(made_up.fits("2TCM")[5], note="other"))
    assert tables.fit_table("2TCM", own, "x.tsv").rows[5].note == "other"


def test_parameter_absent_from_a_failed_fit_takes_the_fits_reason(made_up):
    good, bad = made_up.fit("2TCM", "FC", 1.0), made_up.fit("2TCM", "TC", 1.0, FitStatus.NOT_CONVERGED)
    row = tables.fit_table("2TCM", (good, bad), "x.tsv").rows[1]
    assert {c.text for c in row.cells} == {"n/a"}
    assert {c.status for c in row.cells} == {FitStatus.NOT_CONVERGED}


def test_cohort_table_keeps_asked_regions_and_says_what_is_hidden(made_up):
    rows = [
        dataclasses.replace(made_up.measures(1)[0], region=f"r{i:02d}", measure="VT", method="2TCM") for i in range(20)
    ]
    (table,) = tables.measure_tables(rows, ("r19",))
    assert len(table.columns) == 12
    assert table.columns[-1].symbol == "r19"
    assert "8 further regions" in table.note


def test_scan_without_a_region_gets_a_reason(made_up):
    rows = [r for r in made_up.measures(2) if r.method == "2TCM"]
    (table,) = tables.measure_tables([r for r in rows if not (r.participant_id == "sub-02" and r.region == "FC")])
    cell = table.rows[1].cells[0]
    assert (cell.text, cell.status) == ("n/a", FitStatus.MISSING_DATA)


def test_only_outcomes_are_printed(made_up):
    rows = [dataclasses.replace(r, measure="k4") for r in made_up.measures(1)]
    assert tables.measure_tables(rows) == ()


def test_key_lists_each_status_once(made_up):
    used = tables.statuses_used([tables.fit_table("2TCM", made_up.fits("2TCM"), "")])
    assert list(used) == ["at bound", "no interval"]


def test_estimate_text_has_unit():
    assert numbers.estimate_text(Estimate(212.44, 6.13, "kBq min/mL")) == "212.4 ± 6.1\u00a0kBq·min/mL"
    assert numbers.estimate_text(Estimate.missing("mL/cm3", FitStatus.MISSING_BLOOD)) == "n/a"


def test_every_status_has_a_kind():
    assert {numbers.status_kind(s) for s in FitStatus} == {"ok", "remark", "caveat", "missing"}
    assert all((numbers.status_kind(s) == "missing") == (not s.keeps_value) for s in FitStatus)


def test_durations_and_memory_are_for_people():
    assert numbers.seconds_text(12.34) == "12.34 s"
    assert numbers.seconds_text(412.5) == "6.875 min"
    assert numbers.seconds_text(float("nan")) == "n/a"
    assert numbers.bytes_text(812.0) == "812 MB"
    assert numbers.bytes_text(3950.0) == "3.95 GB"
