"""Made-up records of realistic size and shape for the tests of figures and pages; not from anybody's data."""

from __future__ import annotations

import numpy as np

from nociscope.core.blood import Candidate, CurveFit
from nociscope.core.estimate import Estimate
from nociscope.core.finding import EffectSize, Finding, Point, Safeguard
from nociscope.core.problem import Problem
from nociscope.core.records import (
    Blood,
    Frames,
    InputFunction,
    KineticFit,
    LinearPlot,
    Measure,
    Samples,
    Scan,
    Tacs,
)
from nociscope.core.status import FitStatus
from nociscope.report.model import (
    BloodResults,
    CohortReport,
    Fact,
    Failure,
    HypothesisReport,
    Paragraph,
    ParticipantReport,
    Person,
    Provenance,
    ScanReport,
    Sentence,
    Software,
    StudyFacts,
)
from nociscope.viz.records import Truth

NAN = float("nan")
REGIONS = ("FC", "TC", "STR", "THA", "CBL", "WB")
SCALES = (1.0, 1.08, 0.9, 1.35, 1.2, 1.02)
_START = np.array(
    [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6.5, 8, 10, 12.5, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75,
     80, 85]
)  # fmt: skip
FRAMES = Frames(_START, np.append(_START[1:], 90.0))
PROVENANCE = Provenance(
    version="0.1.0", command="nociscope run bids out group", generated="2026-01-01 12:00 UTC", seed=7, seconds=412.5,
    peak_memory_mb=812.0, machine="x86_64, 2 CPUs", software=(Software("numpy", "2.3.1"), Software("scipy", "1.16.0")),
    inputs=(("sub-01/ses-test/pet/sub-01_ses-test_pet.json", "9f" * 32),),
)  # fmt: skip
STUDY = StudyFacts(
    name="pain-tspo",
    title="TSPO signal in chronic low back pain",
    description="People with chronic low back pain and controls, [11C]PBR28, arterial blood.",
    meaning=("[11C]PBR28 binds to TSPO, an 18-kDa protein of the outer mitochondrial membrane.",),
    targets=("TSPO",),
)
METHODS = (
    Paragraph(
        "Kinetic models",
        (
            Sentence("Regional curves were fitted with the two-tissue compartment model.", ("innis2007",)),
            Sentence("Genotype at rs6971 was read from participants.tsv.", ("owen2012", "innis2007")),
        ),
    ),
    Paragraph("Interpretation", (Sentence("TSPO signal is not specific to one cell type.", ("nutma2023",)),)),
)


def fit(model: str, region: str, scale: float, status: FitStatus = FitStatus.OK, plot: bool = False) -> KineticFit:
    """One region's fit, with noise that depends on the region only."""
    rng = np.random.default_rng(sum(map(ord, region)))
    time = FRAMES.mid
    fitted = scale * 26 * (np.exp(-time / 75) - np.exp(-time / 2.2))
    measured = fitted + rng.normal(0, 0.5, time.size)
    used = time > 24 if plot else np.ones(time.size, bool)
    return KineticFit(
        model, region, status, _estimates(scale, status), FRAMES, measured, fitted, np.ones(time.size), used,
        {"AIC": -40.2}, 1.0, _plot(scale, time, used, rng) if plot else None,
        "delay fixed from the whole brain" if model == "2TCM" else "",
    )  # fmt: skip


def _estimates(scale: float, status: FitStatus) -> dict[str, Estimate]:
    if not status.keeps_value:
        return {s: Estimate.missing(u, status) for s, u in (("K1", "mL/cm3/min"), ("VT", "mL/cm3"))}
    return {
        "K1": Estimate(0.1042 * scale, 0.0031, "mL/cm3/min", "delta"),
        "k2": Estimate(0.0713, 0.012, "1/min", "delta"),
        "k3": Estimate(0.0522, 0.019, "1/min", "delta"),
        "k4": Estimate(0.0321, 0.0077, "1/min", "delta"),
        "vB": Estimate(0.05, unit="1", error="none", status=FitStatus.NO_INTERVAL),
        "VT": Estimate(3.412 * scale, 0.1234, "mL/cm3", "delta", status),
    }


def _plot(scale: float, time: np.ndarray, used: np.ndarray, rng: np.random.Generator) -> LinearPlot:
    x = time * 1.2 + 8
    y = 3.4 * scale * x - 22 + rng.normal(0, 1.5, time.size)
    y[:6] -= np.array([4000, 900, 300, 90, 40, 20])
    return LinearPlot(x, y, used, 3.4 * scale, -22.0, 24.0, 0.013, "∫ AIF / C (min)", "∫ C / C (min)")


def fits(model: str, first: FitStatus = FitStatus.AT_BOUND) -> tuple[KineticFit, ...]:
    """All regions of one model; the first with a caveat."""
    plot = model == "Logan"
    return tuple(
        fit(model, r, s, first if i == 0 else FitStatus.OK, plot)
        for i, (r, s) in enumerate(zip(REGIONS, SCALES, strict=True))
    )


def input_function() -> InputFunction:
    """An input with parent fraction and an ensemble."""
    time = np.concatenate([np.linspace(0, 5, 300), np.linspace(5.1, 90, 170)])
    late = np.clip(time - 0.35, 0, None)
    blood = 300 * late * np.exp(-late / 0.28) + 9 * (1 - np.exp(-late / 0.6)) * np.exp(-time / 55)
    parent = 1 / (1 + (time / 14) ** 1.35)
    rng = np.random.default_rng(3)
    draws = np.stack([np.stack([blood * 1.1 * parent ** (1 + 0.06 * z), blood]) for z in rng.normal(size=20)])
    return InputFunction(
        time, blood * 1.1 * parent, blood, blood * 1.1, parent, draws, 0.12,
        {"whole_blood": "interpolated: autosampler to 10 min, then manual", "parent_fraction": "hill"},
    )  # fmt: skip


_TRIED = np.linspace(-1, 1, 21)
_PROFILE = np.stack([_TRIED, (_TRIED - 0.12) ** 2 + 1])


def blood_results() -> BloodResults:
    """What the blood gave, with the candidates for the parent fraction."""
    record = input_function()
    at = np.array([2, 5, 10, 20, 30, 40, 60, 90.0])
    whole, parent = (np.interp(at, record.time, v) for v in (record.whole_blood, record.parent_fraction))
    measured = parent + np.array([0.02, -0.02, 0.03, -0.01, 0.01, 0.0, -0.01, 0.01])
    tried = tuple(
        Candidate(name, 8, 3, 0.004, -38.0, aicc, weight, weight > 0.5, FitStatus.OK)
        for name, aicc, weight in (("hill", -31.2, 0.94), ("power", -25.4, 0.05), ("exponential", -20.1, 0.01))
    )
    part = CurveFit(
        "metabolite_parent_fraction", "hill", FitStatus.OK, {}, at, measured, parent, record.parent_fraction,
        record.parent_fraction * 0.93, record.parent_fraction * 1.07, tried,
    )  # fmt: skip
    return BloodResults(
        record, Blood(Samples(at, whole), Samples(at, 1.1 * whole), Samples(at, measured)), {part.part: part},
        {"AUC_AIF": Estimate(212.4, 6.13, "kBq min/mL", "ensemble")},
        Estimate(0.12, 0.013, "min", "delta"), _PROFILE,
        ("Dispersion was taken back with the constant of the sidecar.",), "../sub-01/pet/sub-01_inputfunction.tsv",
    )  # fmt: skip


def finding(region: str = "THA", kind: str = "contrast", effect: float = 0.62, status: str = "ok") -> Finding:
    """One finding of each kind; ``status`` refused leaves it without numbers."""
    ok = status == "ok"
    n, contrast, name, unit = {
        "contrast": ({"patient": 9, "control": 8}, "patient − control", "hedges_g", "mL/cm3"),
        "paired": ({"people": 10}, "baseline − blocked", "dz", "mL/cm3"),
        "correlate": ({"people": 17}, "per kg/m2 of BMI", "pearson_r", "mL/cm3/(kg/m2)"),
        "retest": ({"people": 7}, "test against retest", "icc11", "1"),
    }[kind]
    estimate, low, high = (effect, effect - 0.71, effect + 0.71) if ok else (NAN, NAN, NAN)
    size = EffectSize(name, *((estimate, low, high) if kind == "retest" or not ok else (0.78, -0.2, 1.71)))
    tested = ok and kind != "retest"
    return Finding(
        hypothesis=f"{kind}-vt", kind=kind, measure="VT", region=region, model="2TCM", contrast=contrast, n=n,
        estimate=estimate, unit=unit, ci_low=low, ci_high=high, ci_level=0.95, effect_size=size,
        statistic={"t": 1.9} if ok else {}, p_value=0.0721 if tested else NAN, p_adjusted=0.143 if tested else NAN,
        adjustment="max" if tested else "none", family=f"{kind}-vt", method="difference between group means",
        n_permutations=24310 if tested else 0, exact=True, seed=7, alternative="two-sided",
        covariates=("rs6971",) if kind == "contrast" else (), excluded=(("sub-11", "no rs6971 genotype"),),
        safeguards=_safeguards(ok), details=_details(kind) if ok else {}, points=_points(kind), cites=("nutma2023",),
        software="nociscope 0.1.0", status=status,
    )  # fmt: skip


def _safeguards(ok: bool) -> tuple[Safeguard, ...]:
    if not ok:
        return (Safeguard("genotype-missing", "rs6971 genotype is unknown for 3 of 17 people.", "refuse"),)
    return (
        Safeguard("floor", "The smallest p that this design can give is 4.1e-05 (all relabellings).", "note"),
        Safeguard("sex-not-separable", "Not separable from sex: all patients are women.", "warn"),
    )


def _details(kind: str) -> dict[str, object]:
    return {
        "contrast": {"means": [4.5, 3.9], "adjusted_means": [4.52, 3.9], "smallest_attainable_p": 4.1e-5},
        "paired": {},
        "correlate": {
            "x_label": "BMI", "band_x": [18.0, 26.0, 34.0], "band_mid": [3.9, 4.2, 4.5], "band_low": [3.4, 4.0, 4.0],
            "band_high": [4.4, 4.4, 5.0],
        },
        "retest": {"bias": 0.05, "loa_low": -0.7, "loa_high": 0.8, "sem": 0.27, "mdc": 0.75, "variability": 8.2,
                   "value_unit": "mL/cm3"},
    }[kind]  # fmt: skip


def _points(kind: str) -> tuple[Point, ...]:
    rng = np.random.default_rng(11)
    if kind == "contrast":
        groups = ["patient"] * 9 + ["control"] * 8
        return tuple(
            Point(f"sub-{i:02d}", g, rng.normal(4.5 if g == "patient" else 3.9, 0.6)) for i, g in enumerate(groups)
        )
    if kind == "correlate":
        return tuple(
            Point(f"sub-{i:02d}", "patient" if i % 2 else "control", rng.normal(4.2, 0.5), rng.uniform(18, 34))
            for i in range(17)
        )
    values = rng.normal(4, 0.7, 10 if kind == "paired" else 7)
    return tuple(Point(f"sub-{i:02d}", "", v - rng.normal(0.5, 0.3), v) for i, v in enumerate(values))


def scan_report(label: str = "ses-test") -> ScanReport:
    """One scan with blood and three models, one of which failed in one region."""
    scan = Scan(
        "[11C]PBR28", "C11", 20.364, NAN, FitStatus.IMPLAUSIBLE_DOSE,
        "InjectedRadioactivity says 0.654 MBq, RadionuclideTotalDose 654 MBq", 72.5, "HRRT", "A",
    )  # fmt: skip
    two = fits("2TCM")
    folder = f"../sub-01/{label}/pet/sub-01_{label}"
    return ScanReport(
        label, scan, Tacs([f.measured for f in two], FRAMES, REGIONS), f"{folder}_desc-preproc_tacs.tsv",
        blood_results(),
        {"2TCM": two, "Logan": fits("Logan", FitStatus.OK), "MA1": fits("MA1", FitStatus.NOT_CONVERGED)},
        {m: f"{folder}_model-{m}_kinpar.tsv" for m in ("2TCM", "Logan", "MA1")}, ("2TCM", "Logan"),
    )  # fmt: skip


PROBLEM = Problem(
    "dose-implausible", "sub-01 ses-test", "expected a dose of some hundred MBq, got 0.654 MBq", ("SUV",),
    "correct InjectedRadioactivityUnits in the sidecar, or in the study file", "warn",
)  # fmt: skip


def participant(name: str = "sub-01", scans: int = 2) -> ParticipantReport:
    """A person's page."""
    labels = ("ses-test", "ses-retest")[:scans]
    return ParticipantReport(
        name, STUDY, PROVENANCE, (Fact("Age", "34", "year"), Fact("Sex", "F"), Fact("rs6971", "HAB")), (PROBLEM,),
        tuple(scan_report(label) for label in labels), (), METHODS,
    )  # fmt: skip


def measures(people: int = 17) -> tuple[Measure, ...]:
    """A cohort table with every kind of status."""
    rng = np.random.default_rng(5)
    rows = []
    for i in range(1, people + 1):
        for model in ("2TCM", "Logan", "SRTM"):
            for region in REGIONS:
                status = FitStatus.OK if (i + len(region)) % 7 else FitStatus.AT_BOUND
                status = FitStatus.MISSING_BLOOD if i == 4 and model != "SRTM" else status
                symbol, unit = ("BPND", "1") if model == "SRTM" else ("VT", "mL/cm3")
                value = rng.normal(4, 0.6) if status.keeps_value else NAN
                rows.append(
                    Measure(
                        f"sub-{i:02d}", "n/a", "A", "pet:PBR28", symbol, region, "n/a", value, 0.13, unit, model,
                        status,
                        f"sub-{i:02d}/pet/sub-{i:02d}_model-{model}_kinpar.tsv",
                    )
                )  # fmt: skip
    return tuple(rows)


def _person(name: str, i: int) -> Person:
    facts = (("Group", "patient" if i < 10 else "control", ""), ("Age", str(25 + i), "year"))
    return Person(name, tuple(Fact(*f) for f in facts), 1, f"sub-{i:02d}.html")


def cohort(name: str = "sub-01") -> CohortReport:
    """The cohort's page with a hypothesis of every kind, and one refused."""
    people = tuple(_person(name if i == 1 else f"sub-{i:02d}", i) for i in range(1, 18))
    effects = (0.62, 0.4, 0.31, 1.05, 0.2, -0.1)
    hypotheses = (
        HypothesisReport(
            "contrast-vt", tuple(finding(r, "contrast", e) for r, e in zip(REGIONS, effects, strict=True)),
            "Is TSPO signal higher in people with chronic low back pain?", "../group/contrast-vt/finding.json",
            "../group/contrast-vt/table.tsv",
        ),
        *(
            HypothesisReport(f"{k}-vt", (finding("THA", k),), href=f"../group/{k}-vt/finding.json")
            for k in ("paired", "correlate", "retest")
        ),
        HypothesisReport("refused-vt", (finding("THA", "contrast", status="refused"),)),
    )  # fmt: skip
    return CohortReport(
        STUDY, PROVENANCE, people, (PROBLEM,), hypotheses, (), measures(), truth=truth(),
        failures=(Failure("sub-18", "fit-kinetics", "killed (out of memory)", 3950.0, "../logs/sub-18.log"),),
        methods=METHODS, tables=(("Data dictionary", "../cohort/measures.json"),),
    )  # fmt: skip


def truth() -> tuple[Truth, ...]:
    """Simulated numbers with their true values."""
    rng = np.random.default_rng(2)
    return tuple(
        Truth(f"sub-{i:02d}", "", "THA", "VT", model, v, v + rng.normal(0, 0.15), 0.12, "mL/cm3")
        for i, v in enumerate(rng.uniform(2, 6, 12))
        for model in ("2TCM", "Logan")
    )
