"""The step that gathers tables of anatomy of one person."""

from __future__ import annotations

import pytest

from nociscope.core.errors import AmbiguousQuery
from nociscope.pipeline.step import Source
from nociscope.pipeline.steps import scores
from nociscope.pipeline.steps.collect_anatomy import STEP, run
from tests.anatomy_tables import DESIKAN, aparc, aseg


def source(tmp_path, name, text, dataset="freesurfer", **entities):
    folder = "_".join(f"{k}-{v}" for k, v in entities.items())
    path = tmp_path / dataset / folder / "stats" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Source(dataset, f"{folder}/stats/{name}", path, entities)


def gathered(*sources):
    return run({"tables": STEP.needs["tables"].read(sources)}, {"files": [s.uri for s in sources]})


def test_every_visit_and_atlas_of_a_person(tmp_path):
    found = gathered(
        source(tmp_path, "aseg.stats", aseg({"Left-Thalamus": 7100.0}), sub="01", ses="a"),
        source(tmp_path, "aseg.stats", aseg({"Left-Thalamus": 7000.0}), sub="01", ses="b"),
        source(tmp_path, "lh.aparc.stats", aparc("lh", DESIKAN), sub="01", ses="b"),
    ).records[scores.MADE]
    assert found.participant == "sub-01"
    thalamus = {session: s.value for session, s in found.rows if s.part == "thalamus-left"}
    assert thalamus == {"ses-a": 7100.0, "ses-b": 7000.0}
    assert {session for session, s in found.rows if s.measure == "thickness"} == {"ses-b"}
    assert found.sources[0] == "bids:freesurfer:sub-01_ses-a/stats/aseg.stats"


def test_whoever_has_no_visits_is_not_given_one(tmp_path):
    found = gathered(source(tmp_path, "aseg.stats", aseg(), sub="01")).records[scores.MADE]
    assert {session for session, _ in found.rows} == {"n/a"}


def test_nobody_without_tables_has_a_record():
    assert not gathered().records


def test_the_same_number_twice_is_told(tmp_path):
    one = source(tmp_path, "aseg.stats", aseg(), sub="01")
    other = source(tmp_path, "aseg.stats", aseg(), dataset="second", sub="01")
    with pytest.raises(AmbiguousQuery, match="two tables give the same number"):
        gathered(one, other)
    newer = source(tmp_path, "aseg.stats", aseg(version="8.0.0"), dataset="second", sub="01")
    assert len({s.method for _, s in gathered(one, newer).records[scores.MADE].rows}) == 2
