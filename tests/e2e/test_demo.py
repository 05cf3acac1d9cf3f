"""``nociscope demo``: from nothing to a report that shows truth against estimate."""

from __future__ import annotations

import csv
import re
from statistics import median

import pytest

from tests.e2e.whole import Whole, check_page, check_rows, nociscope

TOLERANCE = 0.10
"""Of V_T of one person's region by 2TCM from noisy curves and blood, most of the time; the median must do with half."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Return the demo as a stranger gets it."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    answer = nociscope("demo", folder, "--jobs", 2)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1] == str(folder / "results" / "report" / "index.html")
    return Whole(folder / "data", folder / "results", folder / "data" / "code" / "nociscope.toml")


def truth(whole):
    """True V_T by person and region."""
    with (whole.data / "derivatives" / "truth" / "truth.tsv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["measure"] == "VT"]
    return {(r["participant_id"], r["region"]): float(r["value"]) for r in rows}


def test_the_truth_is_found_again(demo):
    check_rows(demo)
    true = truth(demo)
    rows = demo.rows(measure="VT", method="2TCM", status="ok")
    assert len(rows) >= 0.95 * len(true)
    error = [abs(float(r["value"]) / true[r["participant_id"], r["region"]] - 1) for r in rows]
    assert median(error) < TOLERANCE / 2
    assert sum(e < TOLERANCE for e in error) >= 0.9 * len(error)


def test_the_effect_that_was_made_is_found_with_its_direction(demo):
    finding = demo.findings("thalamus")["thalamus"]
    assert finding["n"] == {"patient": 6, "control": 6}
    assert finding["estimate"] > 0
    assert finding["ci_low"] > 0, "35 % more in the thalamus of patients"
    assert "rs6971" in finding["covariates"]


def test_the_report_shows_truth_against_estimate(demo):
    check_page(demo)
    check_page(demo, "sub-01")
    for name in ("index", "sub-01"):
        assert re.search(r"truth", demo.page(name), re.IGNORECASE)


def test_a_second_call_does_nothing(demo):
    again = nociscope("demo", demo.data.parent)
    assert again.returncode == 0
    assert not re.findall(r"\d+/\d+ \S+ done", again.stdout + again.stderr)


def test_the_file_that_init_writes_runs_as_it_is(demo, tmp_path):
    mine = demo.data / "code" / "nociscope.toml"
    kept = mine.rename(tmp_path / "kept.toml")
    try:
        assert nociscope("init", demo.data).returncode == 0
        assert nociscope("check", demo.data).returncode == 0
        answer = nociscope("run", demo.data, tmp_path / "out", "participant", "--participant-label", "01")
        assert answer.returncode == 0, answer.stderr
    finally:
        kept.replace(mine)
