"""A study file that asks in every way about regions, answered on a made-up cohort, written and read again."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from nociscope.core.errors import StudyError
from nociscope.core.finding import Finding
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.io.people import People
from nociscope.io.record import from_plain, to_plain
from nociscope.io.study import read_study
from nociscope.pipeline.step import Provenance
from nociscope.pipeline.steps import evaluate_hypotheses as step
from nociscope.report import render_cohort
from nociscope.report.model import CohortReport, HypothesisReport, StudyFacts
from nociscope.report.model import Provenance as Printed

STUDY = """
[study]
seed = 4

[groups]
levels = ["fm", "clbp", "hc"]

[[hypothesis]]
name = "interaction"
measure = "VT"
formula = "group * sex + age + rs6971"
test = "group:sex"
permutations = 200

[[hypothesis]]
name = "weights"
measure = "VT"
formula = "group + rs6971"
test = "(group[fm] + group[clbp]) / 2 - group[hc]"
permutations = 200

[[hypothesis]]
name = "any-group"
measure = "VT"
contrast = ["fm", "clbp", "hc"]
covariates = ["rs6971"]
adjust = "step-down"
family = "primary"
permutations = 200

[[hypothesis]]
name = "women-and-men"
measure = "VT"
contrast = ["fm", "hc"]
separately_by = "sex"
covariates = ["rs6971"]
family = "primary"
adjust = "step-down"
permutations = 200

[[hypothesis]]
name = "slopes"
measure = "VT"
correlate = "age"
separately_by = "sex"
covariates = ["rs6971"]
permutations = 200

[[hypothesis]]
name = "small"
measure = "VT"
contrast = ["clbp", "hc"]
covariates = ["rs6971"]
equivalence = { margin = 0.8 }
scheme = "flip"
permutations = 200
"""


@pytest.fixture
def cohort():
    """Return rows and people of 36 people, three groups, two regions; the group fm is raised in one of them."""
    rng = np.random.default_rng(8)
    rows, people = [], {}
    for i in range(36):
        group, sex, genotype = ("fm", "clbp", "hc")[i % 3], "FM"[i // 3 % 2], ("CC", "CT")[i // 6 % 2]
        people[f"{i:02d}", ""] = {"group": group, "sex": sex, "age": float(25 + (7 * i) % 40), "rs6971": genotype}
        for region in ("THA", "FC"):
            value = 3 + rng.normal(0, 0.4) + (region == "THA") * (group == "fm") - 0.8 * (genotype == "CT")
            rows.append(
                Measure(
                    f"sub-{i:02d}", "n/a", "s", "pet:PBR28", "VT", region, "n/a", value, 0.1, "mL/cm3", "2TCM",
                    FitStatus.OK, "k.tsv",
                )
            )  # fmt: skip
    columns = dict.fromkeys(("group", "sex", "age", "rs6971"), "participants.tsv")
    return tuple(rows), People(people, {}, columns)


def answered(tmp_path, cohort, text=STUDY):
    path = tmp_path / "nociscope.toml"
    path.write_text(text, encoding="utf-8")
    study = read_study(path)
    params = {
        "study": study.model_dump(include={"study", "groups", "covariates", "pet"}),
        "hypotheses": [h.model_dump() for h in study.hypothesis],
        "seed": 4,
    }
    made = step.run({"measures": cohort[0], "people": cohort[1]}, params)
    assert set(step._makes(params)) == set(made.records)
    return made.records


def test_every_question_is_answered_and_comes_back_from_its_file(tmp_path, cohort):
    records = answered(tmp_path, cohort)
    assert {name: [f.status for f in found] for name, found in records.items()} == {
        name: ["ok", "ok"] for name in records
    }
    by = {name: {f.region: f for f in found} for name, found in records.items()}
    assert by["interaction"]["THA"].statistic["dof1"] == 2 and by["interaction"]["THA"].unit == "1"
    assert by["any-group"]["THA"].p_value < 0.02 < by["any-group"]["FC"].p_value
    assert by["any-group"]["THA"].details["family_hypotheses"] == 2
    assert by["weights"]["THA"].estimate == pytest.approx(0.5, abs=0.35) and by["weights"]["THA"].ci_low > 0
    assert "(fm − hc) in F − (fm − hc) in M" in by["women-and-men"]["THA"].contrast
    assert len(by["slopes"]["FC"].details["level_estimates"]) == 2
    assert "equivalence_verdict" in by["small"]["FC"].details and "sign flips" in by["small"]["FC"].method
    for name, found in records.items():
        file = tmp_path / name / "finding.json"
        file.parent.mkdir()
        step._write(file, found, Provenance("evaluate-hypotheses", "1", "nociscope", {}, (), {}))
        again = tuple(from_plain(Finding, f) for f in json.loads(file.read_text(encoding="utf-8"))["Findings"])
        assert repr(again) == repr(found)


def test_the_page_prints_every_kind(tmp_path, cohort):
    records = answered(tmp_path, cohort)
    page = render_cohort(
        CohortReport(
            StudyFacts("x"), Printed("1"), hypotheses=tuple(HypothesisReport(n, f) for n, f in records.items())
        )
    )
    assert "group × sex" in page and "partial η" in page and "two one-sided tests" in page


def test_the_same_seed_gives_the_same_numbers(tmp_path, cohort):
    assert repr(answered(tmp_path, cohort)) == repr(answered(tmp_path, cohort))


def test_a_joint_hypothesis_names_others(tmp_path, cohort):
    text = STUDY + '\n[[hypothesis]]\nname = "both"\njoint = ["weights", "nowhere"]\n'
    with pytest.raises(StudyError, match=r"no such hypothesis.*nowhere"):
        answered(tmp_path, cohort, text)


def test_hypotheses_in_maps_are_left_to_their_own_step(tmp_path, cohort):
    text = STUDY + '\n[[hypothesis]]\nname = "map"\nmeasure = "VT"\ncontrast = ["fm", "hc"]\nmap = {}\n'
    assert "map" not in answered(tmp_path, cohort, text)


OTHERS = """
[groups]
levels = ["fm", "clbp", "hc"]

[[hypothesis]]
name = "each"
measure = "VT"
single_case = { cases = "fm", controls = "hc", match = ["rs6971"] }

[[hypothesis]]
name = "through-age"
measure = "VT"
mediate = { cause = "group", through = "age", levels = ["fm", "hc"] }
permutations = 200

[[hypothesis]]
name = "tell-apart"
measure = "VT"
predict = { outcome = "sex", positive = "F", features = ["age"], baseline = ["age"], permutations = 20, repeats = 2 }

[[hypothesis]]
name = "in-each-site"
measure = "VT"
contrast = ["fm", "hc"]
replicate = { across = "sex", pooling = "fixed", at_least = 1 }
covariates = ["rs6971"]
permutations = 200

[[hypothesis]]
name = "plain"
measure = "VT"
contrast = ["fm", "hc"]
covariates = ["rs6971"]
permutations = 200

[[hypothesis]]
name = "ratio"
measure = "SUVR"
contrast = ["fm", "hc"]
covariates = ["rs6971"]
permutations = 200

[[hypothesis]]
name = "both"
joint = ["plain", "ratio"]
permutations = 200
"""


@pytest.mark.slow
def test_kinds_of_other_modules_are_answered_and_printed(tmp_path, cohort):
    rows, people = cohort
    ratios = tuple(replace(r, measure="SUVR", method="SUVR", unit="1", value=r.value / 3) for r in rows)
    records = answered(tmp_path, (rows + ratios, people), OTHERS)
    assert all(found for found in records.values())
    for found in records.values():
        plain = json.loads(json.dumps([to_plain(f) for f in found], default=str))
        assert [f["kind"] for f in plain] == [f.kind for f in found]
    page = render_cohort(
        CohortReport(
            StudyFacts("x"), Printed("1"), hypotheses=tuple(HypothesisReport(n, f) for n, f in records.items())
        )
    )
    assert all(name in page for name in records)
