"""A cohort in which everything goes wrong at once: who has trouble is named, and the others finish."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from nociscope.simulate import simulate
from tests.e2e.whole import Whole, check_page, check_rows, written

TRUTH = """
seed = 3
people = 12
[cohort]
groups = { patient = 1, control = 1 }
rs6971 = { HAB = 1, MAB = 1 }
[scan]
frames = [[6, 30], [7, 60], [4, 300], [6, 600]]
model = "1TCM"
[region]
thalamus = { VT = 4, K1 = 0.15, volume_cm3 = 20 }
cerebellum = { VT = 3, K1 = 0.15, volume_cm3 = 110 }
"""
STUDY = """
[study]
name = "trouble"
[groups]
variable = "group"
levels = ["patient", "control"]
[pet.PBR28]
models = ["1TCM", "SUV", "SUVR"]
whole_brain = "cerebellum"
reference_region = "cerebellum"
window_min = [60, 90]
[pet.PBR28.input]
draws = 0
[[hypothesis]]
name = "absolute"
measure = "VT"
regions = ["thalamus"]
contrast = ["patient", "control"]
[[hypothesis]]
name = "ratio"
measure = "SUVR"
regions = ["thalamus"]
contrast = ["patient", "control"]
"""


def edited(path, change):
    """Edit a text file."""
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")


def cell(table, person, column, value):
    """Set one cell of a table."""
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    at = header.split("\t").index(column)
    cells = [r.split("\t") for r in rows]
    for row in cells:
        if row[0] == person:
            row[at] = value
    table.write_text("\n".join([header, *("\t".join(c) for c in cells)]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Return twelve people: seven in trouble, each with one of their own."""
    folder = tmp_path_factory.mktemp("trouble")
    data = folder / "data"
    simulate(str(written(folder / "t.simulate.toml", TRUTH)), data)
    people = data / "participants.tsv"
    (data / "sub-01" / "pet" / "sub-01_pet.json").write_text("{")
    curves = next((data / "derivatives" / "petprep" / "sub-02").rglob("*_tacs.tsv"))
    header, *rows = curves.read_text().splitlines()
    at = header.split("\t").index("thalamus")
    curves.write_text("\n".join([header, *("\t".join("n/a" if i == at else c for i, c in enumerate(r.split("\t")))
                                           for r in rows)]) + "\n")  # fmt: skip
    for blood in (data / "sub-03" / "pet").glob("*_blood.*"):
        blood.unlink()
    cell(people, "sub-04", "body_weight", "n/a")
    cell(people, "sub-05", "rs6971", "n/a")
    cell(people, "sub-06", "rs6971", "LAB")
    for blood in (data / "sub-07" / "pet").glob("*recording-*_blood.json"):
        edited(blood, lambda text: json.dumps(json.loads(text) | {"DecayCorrected": "yes"}))
    whole = Whole(data, folder / "out", written(folder / "study.toml", STUDY))
    assert whole.both()[0] == 1, "some failed, the others are done"
    return whole


def status(whole, person, measure, region="thalamus"):
    """Status of one number."""
    (row,) = whole.rows(participant_id=person, measure=measure, region=region)
    return row["status"]


def test_the_others_finish(cohort):
    check_rows(cohort)
    for person in range(8, 13):
        for measure in ("VT", "SUV", "SUVR"):
            assert status(cohort, f"sub-{person:02d}", measure) == "ok"


@pytest.mark.parametrize(
    ("person", "measure", "region", "expected"),
    [
        ("sub-01", "VT", "thalamus", "step_failed"),
        ("sub-01", "SUVR", "cerebellum", "step_failed"),
        ("sub-02", "VT", "thalamus", "not_finite"),
        ("sub-02", "SUVR", "thalamus", "not_finite"),
        ("sub-02", "VT", "cerebellum", "ok"),
        ("sub-03", "VT", "thalamus", "missing_blood"),
        ("sub-03", "SUVR", "thalamus", "ok"),
        ("sub-04", "SUV", "thalamus", "missing_weight"),
        ("sub-04", "VT", "thalamus", "ok"),
        ("sub-05", "VT", "thalamus", "ok"),
        ("sub-06", "VT", "thalamus", "ok"),
        ("sub-07", "VT", "thalamus", "decay_mismatch"),
        ("sub-07", "SUV", "thalamus", "ok"),
    ],
)
def test_each_trouble_costs_what_it_must_and_no_more(cohort, person, measure, region, expected):
    assert status(cohort, person, measure, region) == expected


def test_failures_stand_in_the_report(cohort):
    check_page(cohort)
    page = cohort.page()
    assert "describe-scan" in page
    assert "sub-01" in page
    assert "sub-01_pet.json" in page


def test_an_unknown_genotype_refuses_the_absolute_contrast_and_marks_the_ratio(cohort):
    absolute = cohort.findings("absolute")["thalamus"]
    assert absolute["status"] == "refused"
    assert absolute["p_value"] == "n/a"
    refusal = [s for s in absolute["safeguards"] if s["severity"] == "refuse"]
    assert [s["code"] for s in refusal] == ["genotype-missing"]
    ratio = cohort.findings("ratio")["thalamus"]
    assert ratio["status"] == "ok"
    assert "genotype-unadjusted" in {s["code"] for s in ratio["safeguards"]}


def test_the_study_file_may_overrule_and_the_report_says_so(cohort, tmp_path):
    text = STUDY.replace(
        'contrast = ["patient", "control"]', 'contrast = ["patient", "control"]\noverride = ["genotype-missing"]', 1
    )
    whole = Whole(cohort.data, cohort.out, written(tmp_path / "study.toml", text))
    whole.run("group")
    finding = whole.findings("absolute")["thalamus"]
    assert finding["status"] == "ok"
    assert any(s["overridden"] for s in finding["safeguards"])
    assert "overrid" in whole.page().lower()


def test_a_group_of_women_cannot_be_told_from_their_sex(cohort, tmp_path):
    people = cohort.data / "participants.tsv"
    said = people.read_text()
    try:
        for line in said.splitlines()[1:]:
            cells = line.split("\t")
            cell(people, cells[0], "sex", "F" if "patient" in cells else "M")
        study = written(tmp_path / "study.toml", STUDY)
        whole = Whole(cohort.data, cohort.out, study)
        whole.run("group")
        finding = whole.findings("ratio")["thalamus"]
        assert any("separable" in s["message"] and "sex" in s["message"] for s in finding["safeguards"])
    finally:
        people.write_text(said)


def test_a_killed_worker_costs_one_step_and_the_next_run_mends_it(tmp_path):
    data = tmp_path / "data"
    simulate(str(written(tmp_path / "t.simulate.toml", TRUTH)), data, n=3)
    whole = Whole(data, tmp_path / "out", written(tmp_path / "study.toml", STUDY))
    argv = [sys.executable, "-m", "nociscope.cli.main", "run", data, whole.out, "participant", "--study", whole.study]
    with subprocess.Popen([*map(str, argv)], stderr=subprocess.PIPE, text=True) as running:
        for line in running.stderr:
            if "sub-02_describe-scan done" in line:
                break
        os.kill(_worker(running.pid), signal.SIGKILL)
        rest = running.stderr.read()
        assert running.wait(timeout=120) == 1
    assert "killed" in rest
    assert {r.name for r in (whole.out / "report").glob("sub-*.html")} >= {"sub-01.html", "sub-03.html"}
    assert whole.run("participant").returncode == 0
    assert not list((whole.out / "logs").rglob("*.crash.json"))


def _worker(parent: int) -> int:
    """The process that works for the one that was started."""
    import psutil

    until = time.monotonic() + 20
    while time.monotonic() < until:
        for child in psutil.Process(parent).children():
            if "nociscope.pipeline.worker" in " ".join(child.cmdline()):
                return child.pid
    raise AssertionError("no worker")
