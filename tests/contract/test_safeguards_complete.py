"""All eighteen safeguards have codes; every code is raised, tested, told and explained, and only those exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.report.limits import cannot_show
from nociscope.report.model import CohortReport, HypothesisReport, Provenance, StudyFacts
from nociscope.stats import RULES, TestSettings, evaluate
from nociscope.stats.safeguards import raised, refuses

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/explanation/safeguards.md").read_text(encoding="utf-8")
SOURCES = {p: p.read_text(encoding="utf-8") for p in sorted((ROOT / "src/nociscope").rglob("*.py"))}
RULES_FILE = ROOT / "src/nociscope/stats/safeguards.py"
TESTS = {p: p.read_text(encoding="utf-8") for p in sorted((ROOT / "tests").rglob("test_*.py")) if p != Path(__file__)}

NUMBERED = {
    1: "floor-above-alpha", 2: "ties", 3: "flips-asymmetric", 4: "genotype-within-strata", 5: "variances-unequal",
    6: "no-localisation", 7: "exaggeration", 8: "one-site-carries", 9: "selected", 10: "levels-not-tested",
    11: "site-too-small", 12: "forking-paths", 13: "fc-few-dof", 14: "gradient-reference-shared",
    15: "states-unstable", 16: "tail-refused", 17: "pooled-loo", 18: "replication-not-p-in-both",
}  # fmt: skip
"""A code of each number that could not be missing."""


def index():
    """Number ("" for the others) to codes, as the reader sees them."""
    section = PAGE[PAGE.index("## All safeguards") : PAGE.index("## Genotype")]
    rows = re.findall(r"^\| (\d*) ?\|(.*)$", section, re.M)
    return {number: re.findall(r"\[([a-z0-9-]+)\]\(#\1\)", text) for number, text in rows}


def raised_codes(tree: ast.AST):
    """Literal codes of calls of ``raised``, in both branches of a condition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "raised":
            first = node.args[0]
            for part in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                if isinstance(part, ast.Constant):
                    yield part.value


def test_every_number_has_codes_and_every_code_a_place_in_the_index():
    table = index()
    assert [int(n) for n in table if n] == list(range(1, 19))
    listed = [code for codes in table.values() for code in codes]
    assert sorted(listed) == sorted(RULES), "each code once"
    assert all(NUMBERED[int(n)] in codes for n, codes in table.items() if n)


@pytest.mark.parametrize("code", RULES)
def test_a_code_is_explained(code):
    _, _, rest = PAGE.partition(f"{{#{code}}}\n")
    section = re.split(r"^##", rest, maxsplit=1, flags=re.M)[0].strip()
    assert section.lower().startswith(f"*{RULES[code].severity}"), "the section begins with how severe it is"
    assert len(section.split()) >= 8


def test_what_is_raised_is_a_rule_and_every_rule_is_raised():
    trees = {path: ast.parse(text) for path, text in SOURCES.items() if path != RULES_FILE}
    assert {code for tree in trees.values() for code in raised_codes(tree)} <= set(RULES)
    others = "".join(text for path, text in SOURCES.items() if path != RULES_FILE and "report" not in path.parts)
    assert not [code for code in RULES if f'"{code}"' not in others]


def test_safeguards_are_built_from_rules_only():
    built = {
        path
        for path, text in SOURCES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Safeguard"
    }
    assert built == {RULES_FILE}


def test_every_rule_is_triggered_by_a_test():
    text = "".join(TESTS.values())
    assert not [code for code in RULES if f'"{code}"' not in text]


@pytest.mark.parametrize("code", [c for c, rule in RULES.items() if rule.severity == "refuse"])
def test_a_refusal_is_overruled_by_its_name_alone(code):
    fields = re.findall(r"{(\w+)(:[^}]*)?}", RULES[code].sentence + RULES[code].short)
    values = {name: 1 if spec else "x" for name, spec in fields}
    assert refuses([raised(code, [], values)]) and refuses([raised(code, [c for c in RULES if c != code], values)])
    assert raised(code, [code], values).overridden and not refuses([raised(code, [code], values)])


def test_the_report_says_what_was_overruled():
    rng = np.random.default_rng(0)
    people = tuple(Person(f"sub-{i}", "ab"[i % 2]) for i in range(12))
    columns = {name: rng.normal(size=12) for name in "xyz"}
    data = HypothesisData(people, ("thalamus",), "1", values=rng.normal(size=(12, 1)), covariates=columns)

    def open_limits(**keys):
        asked = Hypothesis.model_validate({"name": "h", "measure": "VT", "contrast": ["a", "b"], **keys})
        found = evaluate(data, asked, TestSettings(resamples=200))
        report = CohortReport(StudyFacts("s"), Provenance("0"), hypotheses=(HypothesisReport("h", found),))
        return found[0].status, " ".join(limit.text for limit in cannot_show(report).open)

    status, said = open_limits()
    assert status == "refused" and "3 covariate columns for 12 people" in said and "Overruled" not in said
    status, said = open_limits(override=["covariates-many"])
    assert status == "ok" and "3 covariate columns for 12 people" in said and "(Overruled by the study file.)" in said
