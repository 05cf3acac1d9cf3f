"""Tables of outcomes, assays, genotypes and sensory testing through the whole pipeline, without an image."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.e2e.whole import Whole, check_rows, written

N = 24
STUDY = """
[study]
name = "tables"
[groups]
variable = "group"
levels = ["patient", "control"]
[outcome]
baseline = "base"
follow_up = "w6"
responder = ["immpact_30"]
composite = ["immpact_30", "points_2"]
injection = "days_to_injection"
{more}
[[hypothesis]]
name = "left-out"
measure = "concentration"
modality = "biosample"
regions = ["IL-6"]
contrast = ["patient", "control"]
permutations = 200
[[hypothesis]]
name = "entered"
measure = "concentration"
modality = "biosample"
regions = ["IL-6"]
contrast = ["patient", "control"]
accept = ["censored"]
permutations = 200
[[hypothesis]]
name = "responders"
measure = "outcome_before"
regions = ["pain_intensity"]
contrast = ["responder", "nonresponder"]
by = "injection-response.immpact_30"
permutations = 200
"""


def table(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(header), *("\t".join(map(str, r)) for r in rows)]
    return written(path, "\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables") / "data"
    rng = np.random.default_rng(3)
    people = [f"sub-{i:02d}" for i in range(N)]
    root.mkdir()
    written(root / "dataset_description.json", json.dumps({"Name": "tables", "BIDSVersion": "1.10.0"}))
    group = ["patient" if i % 2 else "control" for i in range(N)]
    table(root / "participants.tsv", ("participant_id", "group", "sex", "age", "days_to_injection"),
          [(p, g, "F", 40 + i % 8, -3 if i == 0 else 7) for i, (p, g) in enumerate(zip(people, group, strict=True))]
          )  # fmt: skip
    il6 = np.exp(rng.normal(0.5, 0.7, N) + 0.8 * np.array([g == "patient" for g in group]))
    table(root / "phenotype" / "biosamples.tsv",
          ("participant_id", "sample_id", "analyte", "value", "unit", "lloq", "plate", "replicate"),
          [(p, f"s{i}", "IL-6", "n/a" if v < 1.5 else f"{v * f:.4f}", "pg/mL", 1.5, f"P{i // 2 % 2}", r)
           for i, (p, v) in enumerate(zip(people, il6, strict=True)) for r, f in ((1, 1.0), (2, 1.05))])  # fmt: skip
    after = [2 + (i % 4) * 1.5 for i in range(N)]
    table(root / "phenotype" / "outcomes_long.tsv", ("participant_id", "visit", "outcome", "value", "unit"),
          [(p, v, "pain_intensity", x, "0-10") for p, a in zip(people, after, strict=True)
           for v, x in (("base", 6), ("w6", "n/a" if p == "sub-01" else a))])  # fmt: skip
    table(root / "phenotype" / "genotype.tsv", ("participant_id", "rsid", "allele1", "allele2"),
          [(p, "rs6971", "C", "CT"[i % 2]) for i, p in enumerate(people)])  # fmt: skip
    for p in people:
        readings = 43 + rng.normal(0, 1.5) + rng.normal(0, 0.3, 3)
        table(root / p / "beh" / f"{p}_task-qst_events.tsv",
              ("onset", "duration", "test", "body_site", "side", "trial", "reading", "reading_unit", "valid"),
              [(k, 1, "HPT", "hand", side, k, f"{r + (side == 'R'):.2f}", "degC", 1)
               for side in "LR" for k, r in enumerate(readings, 1)])  # fmt: skip
    return root


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    study = written(out / "study.toml", STUDY.format(more='[qst]\ncontrols = "control"'))
    whole = Whole(data, out / "out", study)
    assert whole.both() == (0, 0)
    return whole


def test_outcomes_become_rows_and_grades(whole):
    check_rows(whole)
    falls = {r["participant_id"]: r for r in whole.rows(measure="outcome_percent_fall")}
    assert float(falls["sub-00"]["value"]) == pytest.approx(100 * 4 / 6)
    assert (falls["sub-01"]["status"], falls["sub-01"]["value"]) == ("missing_data", "n/a")
    assert float(falls["sub-01"]["low"]) == pytest.approx(100 * (6 - 10) / 6)
    found = whole.findings("responders")["pain_intensity"]
    assert found["n"] == {"responder": 11, "nonresponder": 12}, "2 and 3.5 of 6 are; one is unknown"
    record = json.loads((whole.out / "cohort" / "outcome_scores.json").read_text(encoding="utf-8"))["Record"]
    decided = {p["participant"]: {(d["criteria"], d["rule"]): d["grades"] for _, d in p["decisions"]}
               for p in record["people"]}  # fmt: skip
    assert decided["sub-00"]["composite", "response"] == ["responder"]
    assert decided["sub-00"]["injection-order 1", "order"] == ["injected_before_scan"]
    assert decided["sub-02"]["injection-order 1", "order"] == ["injected_after_scan"]
    assert decided["sub-01"]["composite", "response"] == ["responder", "nonresponder"]


def test_a_limit_is_no_value(whole):
    rows = whole.rows(modality="biosample")
    limits = [r for r in rows if r["status"] == "censored"]
    assert limits and all((float(r["low"]), float(r["high"])) == (0.0, 1.5) for r in limits)
    out, entered = (whole.findings(name)["IL-6"] for name in ("left-out", "entered"))
    assert sum(out["n"].values()) == N - len(limits) and sum(entered["n"].values()) == N
    for found, told in ((out, "left out"), (entered, "entered as if")):
        (said,) = [s for s in found["safeguards"] if s["code"] == "censored-values"]
        assert said["message"].startswith(f"{len(limits)} of {N} values") and told in said["message"]
        assert found["details"]["censored_plates"] == 1
        assert found["details"]["censored_ci_low"] < found["details"]["censored_ratio"]
    assert out["details"]["censored_ratio"] == entered["details"]["censored_ratio"], "whatever was accepted"


def test_z_against_ones_own_controls(whole):
    rows = whole.rows(measure="HPT_z", hemisphere="L")
    values = {r["participant_id"]: float(r["value"]) for r in rows if r["value"] != "n/a"}
    raw = {r["participant_id"]: float(r["value"]) for r in whole.rows(measure="HPT", hemisphere="L")}
    controls = [f"sub-{i:02d}" for i in range(0, N, 2)]
    assert len(values) == N
    for person, value in values.items():
        others = [raw[c] for c in controls if c != person]
        assert value == pytest.approx(-(raw[person] - np.mean(others)) / np.std(others, ddof=1), rel=1e-6)


def test_one_side_against_the_other(whole):
    (row,) = whole.rows(measure="HPT_side_difference", participant_id="sub-03")
    assert (row["hemisphere"], row["unit"]) == ("L-R", "degC")
    assert float(row["value"]) == pytest.approx(-1.0)


def test_the_page_says_whose_z_these_are(whole):
    assert "z of sensory tests rest on 12 controls of this study" in whole.page()
