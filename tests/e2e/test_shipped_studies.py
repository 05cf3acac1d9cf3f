"""The study files of the founding studies run as they are, on small virtual cohorts that match what they expect."""

from __future__ import annotations

import tomllib

import pytest

from nociscope.simulate import simulate
from nociscope.studies import names, shipped
from tests.e2e.whole import Whole, check_page, check_rows, written

TRUTH = """
seed = 4
people = {n}
[cohort]
groups = {{ {groups} }}
rs6971 = {{ HAB = 1, MAB = 1 }}
{sites}
[scan]
tracer = "{tracer}"
radionuclide = "{nuclide}"
half_life_min = {half_life}
frames = [[9, 10], [2, 15], [3, 20], [4, 30], [4, 60], [5, 180], [11, 360]]
noise = 0.1
"""
PLACE = '[region."{name}"]\nVT = {vt}\nK1 = 0.15\nvolume_cm3 = 10\n'
COHORTS = {
    "fibromyalgia-pbr28": ("[11C]PBR28", "C11", 20.364, "FM = 1, HC = 1", "sites = { a = 1.0, b = 1.1 }", 12),
    "low-back-pain-pbr28": ("[11C]PBR28", "C11", 20.364, "cLBP = 1, HC = 1", "", 12),
    "nociplastic-fempa": ("[18F]FEMPA", "F18", 109.77, "nociplastic = 1, nociceptive = 1, control = 1", "", 12),
}
MORE = {"fibromyalgia-pbr28": "fatigue", "low-back-pain-pbr28": "pain"}


def simulated(study, folder):
    """A cohort with the regions, groups, sites and columns that the study file names."""
    tracer, nuclide, half_life, groups, sites, n = COHORTS[study]
    (pet,) = tomllib.loads(shipped(study).read_text(encoding="utf-8"))["pet"].values()
    parts = sorted({p for members in pet["combine"].values() for p in members})
    parts += [] if pet["reference_region"] in pet["combine"] else ["Left-Cerebellum-Cortex", "Right-Cerebellum-Cortex"]
    text = TRUTH.format(tracer=tracer, nuclide=nuclide, half_life=half_life, groups=groups, sites=sites, n=n)
    text += "".join(PLACE.format(name=p, vt=3 + 0.05 * i) for i, p in enumerate(parts))
    simulate(str(written(folder / "t.simulate.toml", text)), folder / "data")
    table = folder / "data" / "participants.tsv"
    if study in MORE:
        header, *rows = table.read_text(encoding="utf-8").splitlines()
        column = [f"{r}\t{(7 * i) % 10}" for i, r in enumerate(rows)]
        table.write_text("\n".join([f"{header}\t{MORE[study]}", *column]) + "\n", encoding="utf-8")
    return folder / "data"


@pytest.mark.slow
@pytest.mark.parametrize("study", COHORTS)
def test_it_runs_as_it_is(study, tmp_path):
    whole = Whole(simulated(study, tmp_path), tmp_path / "out", study)
    assert whole.both() == (0, 0)
    check_rows(whole)
    check_page(whole)
    asked = tomllib.loads(shipped(study).read_text(encoding="utf-8"))["hypothesis"]
    for hypothesis in asked:
        found = whole.findings(hypothesis["name"])
        assert set(found) == set(hypothesis["regions"])
        assert {f["status"] for f in found.values()} <= {"ok", "not_estimable"}
        assert any(f["status"] == "ok" for f in found.values()), hypothesis["name"]


def test_every_study_that_ships_is_run_somewhere():
    """The open data have tests of their own, and so has the demo."""
    assert set(names()) == {
        *COHORTS,
        "pbr28-test-retest",
        "mc1-blocking",
        "thalamus-pain-sensitivity",
        "mechanisms",
        "demo",
        "huntington-pbr28-maps",
    }
