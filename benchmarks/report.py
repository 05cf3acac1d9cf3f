"""How long it takes to print the pages of a study."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from nociscope.core.estimate import Estimate
from nociscope.core.finding import EffectSize, Finding, Point
from nociscope.core.records import Frames, InputFunction, KineticFit, LinearPlot, Measure, Scan
from nociscope.core.status import FitStatus
from nociscope.report import render_cohort, render_participant
from nociscope.report.model import (
    BloodResults,
    CohortReport,
    HypothesisReport,
    ParticipantReport,
    Person,
    Provenance,
    ScanReport,
    StudyFacts,
)
from tools.figures import Figure

PEOPLE, SESSIONS = 7, ("ses-test", "ses-retest")
REGIONS = ("FC", "TC", "STR", "THA", "CBL", "WB")
CURVES, LINES, WINDOW = ("1TCM", "2TCM", "2TCM1K"), ("Logan", "MA1"), "SUVR"
MODELS = (*CURVES, *LINES, WINDOW)
FRAMES = Frames(np.linspace(0, 88, 37), np.linspace(0, 88, 37) + 88 / 36)
STUDY, PROVENANCE = StudyFacts("bench"), Provenance("0")
NAN = float("nan")


def _fit(model: str, region: str) -> KineticFit:
    time_, ones = FRAMES.mid, np.ones(len(FRAMES))
    curve = 26 * (np.exp(-time_ / 75) - np.exp(-time_ / 2.2))
    symbol = "SUVR" if model == WINDOW else "VT"
    x = 1.2 * time_ + 8
    plot = LinearPlot(x, 3.4 * x - 22, time_ > 24, 3.4, -22.0, 24.0, 0.01, "x", "y") if model in LINES else None
    fitted = curve if model in CURVES else np.full_like(curve, NAN)
    return KineticFit(
        model, region, FitStatus.OK, {symbol: Estimate(3.4, 0.12, "mL/cm3" if symbol == "VT" else "1", "delta")},
        FRAMES, curve + 0.3 * np.sin(time_), fitted, ones, ones > 0, plot=plot,
    )  # fmt: skip


def _scan(label: str) -> ScanReport:
    time_ = np.linspace(0, 90, 470)
    blood = 300 * time_ * np.exp(-time_ / 0.3) + 9 * np.exp(-time_ / 55)
    parent = 1 / (1 + (time_ / 14) ** 1.35)
    draws = np.stack([np.stack([blood * parent * f, blood]) for f in np.linspace(0.9, 1.1, 50)])
    made = InputFunction(time_, blood * parent, blood, 1.1 * blood, parent, draws)
    fits = {model: tuple(_fit(model, region) for region in REGIONS) for model in MODELS}
    scan = Scan("[11C]PBR28", "C11", 20.4, 400.0, weight_kg=70.0)
    profile = np.stack([np.linspace(-1, 1, 21), np.linspace(-1, 1, 21) ** 2 + 1])
    input_ = BloodResults(made, delay=Estimate(0.0, 0.01, "min"), profile=profile)
    return ScanReport(label, scan, blood=input_, fits=fits, preferred=("2TCM", "Logan", WINDOW))


def _finding(model: str, region: str, kind: str) -> Finding:
    points = tuple(Point(f"sub-{i}", "ab"[i % 2], 3.0 + i, 3.1 + i) for i in range(PEOPLE))
    tested = kind == "contrast"
    size = EffectSize("hedges_g" if tested else "icc11", 0.9, 0.6, 0.98)
    return Finding(
        hypothesis=f"{kind}-{model}", kind=kind, measure="VT", region=region, model=model,
        contrast="a − b" if tested else "test against retest", n={"a": 4, "b": 3} if tested else {"people": PEOPLE},
        estimate=0.9, unit="mL/cm3" if tested else "1", ci_low=0.6, ci_high=0.98, ci_level=0.95, effect_size=size,
        statistic={}, p_value=0.04 if tested else NAN, p_adjusted=0.04 if tested else NAN, adjustment="none",
        family="f", method="m", n_permutations=0, exact=True, seed=1, alternative="two-sided", points=points,
        details={"means": [4.0, 3.0]} if tested else {"bias": 0.1, "loa_low": -0.5, "loa_high": 0.7},
    )  # fmt: skip


def _cohort() -> CohortReport:
    rows = tuple(
        Measure(f"sub-{i}", s, "", "pet:x", "VT", r, "n/a", 3.4, 0.1, "mL/cm3", m, FitStatus.OK, f"sub-{i}/x.tsv")
        for i in range(PEOPLE) for s in SESSIONS for m in MODELS for r in REGIONS
    )  # fmt: skip
    asked = [(m, "retest") for m in MODELS] + [("2TCM", "contrast"), ("Logan", "contrast")]
    hypotheses = tuple(HypothesisReport(f"{k}-{m}", tuple(_finding(m, r, k) for r in REGIONS)) for m, k in asked)
    return CohortReport(STUDY, PROVENANCE, tuple(Person(f"sub-{i}") for i in range(PEOPLE)), (), hypotheses, (), rows)


def pages() -> float:
    """Pages of seven people with two scans, and of their cohort with eight hypotheses: CPU seconds."""
    person = ParticipantReport("sub-0", STUDY, PROVENANCE, scans=tuple(_scan(s) for s in SESSIONS))
    cohort = _cohort()
    render_participant(replace(person, scans=()))  # imports and templates are not the figure
    start = time.process_time()
    for i in range(PEOPLE):
        render_participant(replace(person, participant_id=f"sub-{i}"))
    render_cohort(cohort)
    return time.process_time() - start


FIGURES: list[Figure] = [
    Figure("report.render_14x6x6", "pages of 14 scans × 6 regions × 6 models and of 8 hypotheses × 6 regions, CPU", "s",
           "<= 15", pages),
]  # fmt: skip
