"""The open [11C]PBR28 test–retest study, from raw blood and curves to the report, through the command line."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from tests.e2e.whole import Whole, check_page, check_rows, copied, nociscope, written

PEOPLE = ("sub-cgyu", "sub-flfp", "sub-rtvg")
SMALL = """
[study]
name = "small"
[pet.PBR28]
models = ["Logan", "SUV", "SUVR"]
whole_brain = "WB"
reference_region = "CBL"
regions = ["FC", "THA"]
[pet.PBR28.input]
source = "blood"
[[hypothesis]]
name = "retest"
measure = "VT"
retest = ["test", "retest"]
"""


@pytest.fixture(scope="session")
def small(open_data, tmp_path_factory):
    """Three people, three models, two regions; a copy that tests may edit."""
    folder = tmp_path_factory.mktemp("pbr28")
    data = copied(open_data("pbr28"), folder / "data", PEOPLE)
    whole = Whole(data, folder / "out", written(folder / "small.toml", SMALL))
    assert whole.both() == (0, 0)
    return whole


def test_every_number_has_unit_status_and_a_source(small):
    check_rows(small)
    assert {(r["participant_id"], r["session_id"]) for r in small.rows()} == {
        (p, f"ses-{s}") for p in PEOPLE for s in ("test", "retest")
    }
    assert {r["region"] for r in small.rows()} == {"FC", "THA"}


def test_the_report_stands_alone_and_every_link_leads_somewhere(small):
    for name in ("index", *PEOPLE):
        check_page(small, name)


def test_what_is_current_is_not_done_again_and_one_persons_weight_redoes_only_that_person(small):
    assert small.done("participant") == small.done("group") == []
    for path in small.data.rglob("*"):
        os.utime(path)
    assert small.done("participant") == small.done("group") == []
    table = small.data / "participants.tsv"
    said = table.read_text()
    before = {r["participant_id"]: float(r["value"]) for r in small.rows(measure="SUV", region="FC")}
    table.write_text(said.replace("sub-cgyu\t28\tM\t85", "sub-cgyu\t28\tM\t80"))
    assert table.read_text() != said
    done = small.done("participant")
    assert done
    assert {name.split("_")[0] for name in done} == {"sub-cgyu"}
    small.done("group")
    after = {r["participant_id"]: float(r["value"]) for r in small.rows(measure="SUV", region="FC")}
    assert after["sub-cgyu"] == pytest.approx(before["sub-cgyu"] * 80 / 85)
    assert all(after[p] == before[p] for p in PEOPLE[1:])


def test_the_file_that_init_writes_runs_as_it_is(open_data, tmp_path):
    data = copied(open_data("pbr28"), tmp_path / "data", PEOPLE[:1])
    assert nociscope("init", data).returncode == 0
    study = data / "code" / "nociscope.toml"
    dry = nociscope("run", data, tmp_path / "out", "participant", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "cannot run" not in dry.stdout + dry.stderr
    whole = Whole(data, tmp_path / "out", study)
    assert whole.run("participant", "--session-label", "test").returncode == 0
    assert not list((tmp_path / "out" / "logs").rglob("*.crash.json"))


@pytest.fixture(scope="session")
def full(open_data, tmp_path_factory):
    """The study file that ships, on everybody."""
    folder = tmp_path_factory.mktemp("pbr28-full")
    whole = Whole(open_data("pbr28"), folder / "out", "pbr28-test-retest")
    assert whole.both() == (0, 0)
    return whole


@pytest.mark.slow
def test_the_whole_study_answers_its_questions(full):
    check_rows(full)
    assert len({(r["participant_id"], r["session_id"]) for r in full.rows()}) == 14
    good = [float(r["value"]) for r in full.rows(measure="VT", method="2TCM", status="ok")]
    assert len(good) >= 75  # of 84: a few fits of late, flat curves rest on a bound
    assert all(0.5 < v < 15 for v in good)  # [11C]PBR28 in healthy people, all genotypes: about 1 to 10
    for region, finding in full.findings("genotype").items():
        assert finding["n"] == {"HAB": 4, "MAB": 3}, region
        assert (finding["n_permutations"], finding["exact"]) == (35, True)
        assert finding["details"]["smallest_attainable_p"] == pytest.approx(1 / 35)
        assert finding["p_value"] >= 1 / 35 - 1e-12
        assert finding["estimate"] > 0
        assert finding["ci_low"] < finding["estimate"] < finding["ci_high"]
    assert len(full.findings("genotype")) == 6


@pytest.mark.slow
def test_every_model_says_how_repeatable_it_is(full):
    for model in ("2TCM", "2TCM1K", "1TCM", "Logan", "MA1", "SUVR"):
        found = full.findings(f"retest-{model}")
        assert len(found) >= 5
        for region, finding in found.items():
            about = finding["details"]
            assert finding["effect_size"]["name"] == "icc11", region
            assert -1 <= finding["estimate"] <= 1
            assert finding["ci_low"] <= finding["estimate"] <= finding["ci_high"]
            assert about["mdc"] == pytest.approx(1.96 * math.sqrt(2) * about["sem"], rel=1e-3)
            assert about["variability"] > 0
            assert finding["n"]["people"] + len(finding["excluded"]) == 7, "nobody is lost without a reason"


@pytest.mark.slow
def test_the_full_report_stands_alone(full):
    check_page(full)
    for page in Path(full.out / "report").glob("sub-*.html"):
        check_page(full, page.stem)
    assert "TSPO signal" in full.page()
