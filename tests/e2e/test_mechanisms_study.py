"""The study of mechanisms that ships runs as it is on tables alone, and finds what was planted."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from nociscope.studies import shipped
from tests.e2e.whole import Whole, check_page, check_rows, written

N = 28
QST = ("test", "body_site", "side", "trial", "reading", "reading_unit", "response", "response_unit", "phase", "valid")


def table(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    written(path, "\n".join("\t".join(map(str, r)) for r in (header, *rows)) + "\n")


def readings(rng, pain):
    pressure, heat, gain = (250, 42.5, 30) if pain else (450, 44.5, 12)
    pressure, heat = pressure * rng.lognormal(0, 0.15), heat + rng.normal(0, 0.6)
    for test, value, spread, unit in (("PPT", pressure, 0.02 * pressure, "kPa"), ("HPT", heat, 0.2, "degC")):
        for k in range(1, 4):
            yield test, "lumbar", "M", k, round(value + rng.normal(0, spread), 1), unit, "n/a", "n/a", "n/a", 1
    gain += rng.normal(0, 4)
    for k in range(10):
        yield "TSP", "lumbar", "M", k + 1, "n/a", "n/a", round(20 + gain * k / 9, 1), "0-100", "n/a", 1
    rise = (0.02 if pain else 0.25) + rng.normal(0, 0.05)
    for k, (phase, value) in enumerate((("baseline", 300), ("conditioned", 300 * (1 + rise))), 1):
        yield "CPM", "lumbar", "M", k, round(value, 1), "kPa", "n/a", "n/a", phase, 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    rng, root = np.random.default_rng(8), tmp_path_factory.mktemp("mechanisms")
    data, people = root / "data", [(f"sub-{i:02d}", i % 2 == 0) for i in range(N)]
    table(data / "participants.tsv", ("participant_id", "group", "age", "sex"),
          [(p, "pain" if pain else "control", 30 + i, "FM"[i // 2 % 2])
           for i, (p, pain) in enumerate(people)])  # fmt: skip
    written(data / "dataset_description.json", '{"Name": "mechanisms", "BIDSVersion": "1.10.0"}')
    for person, pain in people:
        table(data / person / "beh" / f"{person}_task-qst_events.tsv", QST, readings(rng, pain))
    table(data / "phenotype" / "pcs.tsv", ("participant_id", *(f"pcs_{i:02d}" for i in range(1, 14))),
          [(p, *rng.integers(0, 5, 13)) for p, _ in people])  # fmt: skip
    level = [float(np.exp(rng.normal(0.3 + pain, 0.6))) for _, pain in people]
    table(data / "phenotype" / "biosamples.tsv", ("participant_id", "sample_id", "analyte", "value", "unit", "lloq"),
          [(p, f"s-{p}", "IL-6", "n/a" if v < 1 else f"{v:.3f}", "pg/mL", 1)
           for (p, _), v in zip(people, level, strict=True)])  # fmt: skip
    table(data / "phenotype" / "outcomes_long.tsv",
          ("participant_id", "visit", "days_from_index", "outcome", "value", "unit"),
          [(p, v, d, "pain_intensity", x, "0-10") for i, (p, pain) in enumerate(people) if pain
           for v, d, x in (("first", 0, 6), ("year", 365, 2 if i % 3 else 5))])  # fmt: skip
    found = Whole(data, root / "out", "mechanisms")
    assert found.both() == (0, 0)
    return found


@pytest.mark.slow
def test_it_runs_as_it_is(whole):
    check_rows(whole)
    check_page(whole)
    for asked in tomllib.loads(shipped("mechanisms").read_text(encoding="utf-8"))["hypothesis"]:
        (found,) = whole.findings(asked["name"]).values()
        assert found["status"] == "ok", asked["name"]


@pytest.mark.slow
def test_what_was_planted_is_found_with_its_sign(whole):
    signs = {"pressure-pain": -1, "heat-pain": -1, "summation": 1, "modulation": -1}
    for name, sign in signs.items():
        (found,) = whole.findings(name).values()
        assert np.sign(found["estimate"]) == sign and found["p_value"] < 0.01, name
    (cytokine,) = whole.findings("cytokine").values()
    assert cytokine["details"]["censored_ratio"] > 1
    assert "censored-values" in {s["code"] for s in cytokine["safeguards"]}
    (recovery,) = whole.findings("recovery").values()
    assert recovery["n"] == {"responder": 9, "nonresponder": 5}
