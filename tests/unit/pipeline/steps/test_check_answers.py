"""``check-answers``: what whole tables show, and what ``nociscope check`` tells of answers."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.assessment import PhenotypeSettings
from nociscope.io.instruments import find_instrument
from nociscope.pipeline.step import Source
from nociscope.pipeline.steps.check_answers import STEP, answer_problems

TSK = find_instrument("tsk-17")
SETTINGS = PhenotypeSettings()


def write(root, turned, people=30, first=None):
    """Thirty people from much to little fear; ``turned`` tells whether the reversed items were turned before."""
    rng = np.random.default_rng(4)
    (root / "phenotype").mkdir(exist_ok=True)
    fear = np.linspace(1.2, 3.8, people)
    rows = []
    for i, f in enumerate(fear):
        answers = np.clip(np.round(f + rng.normal(0, 0.5, 17)), 1, 4).astype(int)
        ticked = [
            5 - a if item.reverse and not turned else a for item, a in zip(TSK.items, answers.tolist(), strict=True)
        ]
        rows.append([f"sub-{i:02d}", *ticked])
    if first is not None:
        rows[0][1] = first
    lines = ["\t".join(map(str, r)) for r in (["participant_id", *TSK.columns], *rows)]
    (root / "phenotype" / "tsk-17.tsv").write_text("\n".join(lines) + "\n")
    (root / "participants.tsv").write_text("participant_id\n" + "".join(f"{r[0]}\n" for r in rows))
    return root


def found(root, settings=SETTINGS):
    tables = tuple(sorted(root.glob("phenotype/*.tsv")))
    source = Source("raw", "participants.tsv", root / "participants.tsv", companions=tables)
    params = {"phenotype": settings.model_dump()}
    return STEP.run({"answers": STEP.needs["answers"].read(source, params)}, params).problems


@pytest.mark.parametrize(("turned", "coded", "codes"), [
    (True, [], ["items-reversed-already"]), (True, ["tsk-17"], []),
    (False, [], []), (False, ["tsk-17"], ["items-not-reversed"]),
])  # fmt: skip
def test_reversed_items_that_run_the_wrong_way_are_told(tmp_path, turned, coded, codes):
    problems = found(write(tmp_path, turned), PhenotypeSettings(coded=coded))
    assert [p.code for p in problems] == codes
    assert all("tsk_04" in p.where for p in problems)


def test_an_impossible_answer_does_not_hide_the_rest_of_the_table(tmp_path):
    assert [p.code for p in found(write(tmp_path, turned=True, first="often"))] == ["items-reversed-already"]


def test_check_tells_impossible_answers_and_doubts(tmp_path):
    problems = answer_problems(write(tmp_path, turned=True, first="often"), SETTINGS)
    assert [(p.code, p.severity) for p in problems] == [
        ("answer-impossible", "error"),
        ("items-reversed-already", "warn"),
    ]
    assert problems[0].where == "tsk-17: sub-00, tsk_01"
    assert "'often'" in problems[0].message
    assert problems[0].blocks == ("scores of TSK-17",)


def test_check_tells_a_table_that_is_not_there(tmp_path):
    write(tmp_path, turned=False)
    lacking = answer_problems(tmp_path, PhenotypeSettings(instruments=["hads"]))
    assert [p.where for p in lacking] == ["study file"]


def test_nothing_is_said_where_there_are_no_answers(tmp_path):
    assert answer_problems(tmp_path, SETTINGS) == []
