"""``score-phenotype``: what is wrong with one answer, person or table costs its own scores and no others."""

from __future__ import annotations

import pytest

from nociscope.core.assessment import PhenotypeSettings
from nociscope.core.study import Study
from nociscope.io.index import index_dataset
from nociscope.io.instruments import find_instrument
from nociscope.pipeline.step import Context, Provenance, Source
from nociscope.pipeline.steps.score_phenotype import STEP

PEOPLE = ("01", "02", "03")
LENGTH = {"pcs": 13, "hads": 14}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "phenotype").mkdir()
    (tmp_path / "participants.tsv").write_text("participant_id\n" + "".join(f"sub-{p}\n" for p in PEOPLE))
    for name, n in LENGTH.items():
        write(tmp_path, name, {p: [1] * n for p in PEOPLE})
    return tmp_path


def write(root, name, answers, more=(), twice=()):
    head = ["participant_id", *(f"{name}_{i:02d}" for i in range(1, LENGTH[name] + 1)), *more]
    rows = [[f"sub-{p}", *answers[p], *(1 for _ in more)] for p in (*answers, *twice)]
    lines = ["\t".join(map(str, row)) for row in (head, *rows)]
    (root / "phenotype" / f"{name}.tsv").write_text("\n".join(lines) + "\n")


def scored(root, person, **settings):
    """Instruments that gave a score, and problems."""
    tables = tuple(sorted(root.glob("phenotype/*.tsv")))
    source = Source("raw", "participants.tsv", root / "participants.tsv", {"sub": person}, companions=tables)
    params = {"phenotype": PhenotypeSettings(**settings).model_dump(), "sub": person}
    made = STEP.run({"answers": STEP.needs["answers"].read(source, params)}, params)
    found = made.records.get("scores")
    return sorted({s.measure for _, s in found.rows}) if found else [], made.problems


@pytest.mark.parametrize("answer", ["7", "1.5", "sometimes", "1,5", "-1", "inf"])
def test_an_impossible_answer_costs_one_instrument_of_one_person(folder, answer):
    write(folder, "pcs", {p: [answer if p == "02" else 1, *[1] * 12] for p in PEOPLE})
    names, (problem,) = scored(folder, "02")
    assert names == ["HADS"]
    assert (problem.code, problem.where, problem.blocks) == ("answers-refused", "sub-02", ("PCS",))
    assert "pcs_01" in problem.message
    assert repr(answer) in problem.message
    assert scored(folder, "01") == (["HADS", "PCS"], ())


def test_a_person_who_stands_twice_stops_nobody_else(folder):
    write(folder, "pcs", {p: [1] * 13 for p in PEOPLE}, twice=("02",))
    assert scored(folder, "01") == (["HADS", "PCS"], ())
    names, (problem,) = scored(folder, "02")
    assert names == ["HADS"]
    assert (problem.code, problem.blocks) == ("answers-twice", ("PCS",))
    assert problem.where.startswith("sub-02 n/a")


@pytest.mark.parametrize(("answers", "more", "said"), [({}, (), "no rows"), ({"01": [1] * 13}, ("pcs_14",), "pcs_14")])
def test_a_table_that_is_wrong_costs_its_own_instrument(folder, answers, more, said):
    write(folder, "pcs", answers, more)
    names, (problem,) = scored(folder, "01")
    assert names == ["HADS"]
    assert problem.where == "bids::phenotype/pcs.tsv"
    assert said in problem.message


def test_problems_are_told_where_nothing_could_be_scored(folder):
    (folder / "phenotype" / "hads.tsv").unlink()
    write(folder, "pcs", {"01": [9] * 13})
    assert scored(folder, "01")[0] == []
    assert [p.code for p in scored(folder, "01")[1]] == ["answers-refused"]


def test_every_row_carries_version_rule_status_and_the_digest_of_its_definition(folder):
    study = Study(phenotype=PhenotypeSettings(criteria=["neupsig"]))
    params = STEP.params(Context(study, 1, {"sub": "01"}, {}, index_dataset(folder)))
    assert params["definitions"]["NeuPSIG"] == find_instrument("neupsig").sha256
    tables = tuple(sorted(folder.glob("phenotype/*.tsv")))
    source = Source("raw", "participants.tsv", folder / "participants.tsv", {"sub": "01"}, companions=tables)
    made = STEP.run({"answers": STEP.needs["answers"].read(source, params)}, params)
    path = folder / "sub-01_desc-phenotype_scores.json"
    STEP.made(params)["scores"].write(path, made.records["scores"], Provenance("s", "1", "x", params, (), {}))
    head, *rows = (line.split("\t") for line in path.with_suffix(".tsv").read_text().splitlines())
    for row in (dict(zip(head, r, strict=True)) for r in rows):
        instrument = find_instrument(row["measure"])
        assert row["definition_sha256"] == instrument.sha256
        assert row["method"].startswith(f"{instrument.name} {instrument.version}, ")
        assert row["n_valid"] == row["n_asked"]
        assert row["status"] == "ok"
    assert len(rows) == len([s for name in LENGTH for s in find_instrument(name).scores if not s.hidden])
