"""Regional kinetic models: agreement with kinfitr, recovery of simulated truth, coverage of intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import numpy as np

from nociscope.core.estimate import Estimate
from nociscope.core.records import Array, KineticFit, Tacs
from nociscope.core.status import FitStatus
from nociscope.models.pet import MODELS, FitOptions, fit, interval
from nociscope.models.pet.least_squares import predict
from nociscope.models.pet.scan import arterial_curves
from tools.figures import Figure
from validation.pet_data import first_frames, folder, reference_set, scan, table
from validation.pet_simulation import HALF_LIFE, Truth, frames, input_function, noisy, tissue

PEER = "kinfitr 0.9.1"
CARBON = 20.4
NOISE = 0.05
"""Scatter of frames after 40 min around a 2TCM fit: the median over regions of the open [11C]PBR28 scans is 5.4 %."""


@cache
def reference_rows() -> tuple[dict[str, str], ...]:
    return tuple(table(folder("pbr28-reference") / "kinfitr_pbr28.csv"))


def rows_of(protocol: str, model: str) -> dict[str, list[dict[str, str]]]:
    """Reference rows that are targets, by scan: no bound hit, relative SE below 0.1."""
    out: dict[str, list[dict[str, str]]] = defaultdict(list)
    for r in reference_rows():
        first = r["start"] in ("default", "linear")
        sound = r["bound_hit"] == "False" and float(r["Vt_se_frac"] or 0) < 0.1
        if (r["protocol"], r["model"]) == (protocol, model) and first and sound:
            out[r["PET"]].append(r)
    return out


def compared(
    protocol: str, theirs: str, ours: str, options: Callable[[float], FitOptions]
) -> Iterator[tuple[dict[str, str], KineticFit]]:
    """Reference rows beside our fits of the same curves, with kinfitr's delay and blood volume."""
    shared = {r["PET"]: r for r in reference_rows() if (r["protocol"], r["model"]) == (protocol, "2TCM")}
    for pet, rows in rows_of(protocol, theirs).items():
        tacs, input_ = scan(pet)
        if protocol == "A":
            tacs = first_frames(tacs, 32)
        moved = input_.shifted(float(shared[pet]["inpshift"]))
        fits = {f.region: f for f in fit(ours, tacs, moved, options=options(float(shared[pet]["vB"])))}
        for row in rows:
            yield row, fits[row["Region"]]


def differences(protocol: str, theirs: str, ours: str, options: Callable[[float], FitOptions], limit: float) -> Array:
    """Differences of V_T in %; rows beyond ``limit`` are printed, and so is how many rows are no targets."""
    found = []
    for row, f in compared(protocol, theirs, ours, options):
        found.append(100 * abs(f["VT"].value / float(row["Vt"]) - 1))
        if not found[-1] <= limit:
            print(f"  beyond {limit} %: {row['PET']} {row['Region']} {theirs} {row['Vt']}, ours {f['VT'].value:.4f}"
                  f" ({f.status.value}), {found[-1]:.2f} %")  # fmt: skip
    every = [r for r in reference_rows() if (r["protocol"], r["model"]) == (protocol, theirs)]
    every = [r for r in every if r["start"] in ("default", "linear")]
    print(f"  {theirs}, protocol {protocol}: {len(found)} of {len(every)} rows are targets")
    return np.array(found)


def compartment(protocol: str, model: str, pick: Callable[[Array], float]) -> Callable[[], float]:
    scheme = "kinfitr2" if protocol == "A" else "supplied"

    def choice(vB: float) -> FitOptions:
        return FitOptions(vB=vB, weights=scheme, half_life_min=CARBON)

    limit = 1.5 if model == "2TCM" else 2.0
    return lambda: float(pick(differences(protocol, model, model, choice, limit)))


def linear(protocol: str, theirs: str, ours: str, **options: object) -> Callable[[], float]:
    """Largest difference; protocol A was run without blood-volume correction."""

    def choice(vB: float) -> FitOptions:
        return FitOptions(vB=0.0 if protocol == "A" else vB, half_life_min=CARBON, **options)  # type: ignore[arg-type]

    return lambda: float(differences(protocol, theirs, ours, choice, 0.1).max())


def endothelial_share() -> float:
    """Share of fits whose weighted RSS is not above that of kinfitr's parameters under the same evaluation, %."""
    model, good = MODELS["2TCM1K"], []
    caps = (*((s, 1e-4, 0.5) for s in ("K1", "k2", "k3", "k4")), ("Kb", 1e-4, 1.0))
    shared = {r["PET"]: r for r in reference_rows() if (r["protocol"], r["model"]) == ("B", "2TCM")}
    for r in reference_rows():
        if (r["protocol"], r["model"], r["start"]) != ("B", "2TCM1K", "default"):
            continue
        tacs, input_ = scan(r["PET"])
        moved = input_.shifted(float(shared[r["PET"]]["inpshift"]))
        options = FitOptions(vB=float(r["vB"]), weights="supplied", bounds=caps)
        one = Tacs(tacs.region(r["Region"])[None], tacs.frames, (r["Region"],), weights=tacs.weights)
        curves = arterial_curves(one, moved, options)
        theirs = predict(model, np.array([[float(r[p.symbol]) for p in model.params]]), curves)[0]
        wrss = float((curves.weights * (one.activity[0] - theirs) ** 2).sum())
        ours = fit("2TCM1K", one, moved, options=options)[0].criteria.get("wrss", np.inf)
        good.append(ours <= wrss * (1 + 1e-9))
        if not good[-1]:
            print(f"  above kinfitr: {r['PET']} {r['Region']}, weighted RSS {ours:.6g} against {wrss:.6g}")
    return 100 * float(np.mean(good))


def simulated_error(model: str, theirs: str, options: FitOptions) -> Callable[[], tuple[float, float]]:
    def measure() -> tuple[float, float]:
        root = folder("srtm-simulated")
        truth = {(r["PET"], r["Region"]): float(r["bp"]) for r in table(root / "truth.csv")}
        peer = [
            abs(float(r["BPnd"]) / truth[r["PET"], r["Region"]] - 1)
            for r in table(root / "kinfitr_reference.csv")
            if r["model"] == theirs and r["start"] in ("default", "linear")
        ]
        ours = [
            abs(f["BPND"].value / truth[name, f.region] - 1)
            for name in sorted({pet for pet, _ in truth})
            for f in fit(model, reference_set(name), reference="Reference", options=options)[1:]
        ]
        return 100 * float(np.mean(ours)), 100 * float(np.mean(peer))

    return measure


DECAY = FitOptions(weights="decay", half_life_min=HALF_LIFE)
TARGETS, SCANS = 10, 100


SEED = 20261122
"""Of every coverage here. No rule was chosen with it: t* was tuned on seed 1 and only the middle truth."""

LOW = Truth(K1=0.08, k2=0.20, k3=0.05, k4=0.06)
HIGH = Truth(K1=0.15, k2=0.10, k3=0.12, k4=0.04)
"""V_T of 0.7 and 6 mL/cm3; the middle truth has 2.1."""


@cache
def true_curves() -> dict[str, Array]:
    """Noiseless curves by ODE: one tissue, two tissues, two with endothelium, and a pair for reference models."""
    edges, input_ = frames(), input_function()
    one = Truth(K1=0.1, k2=0.05, k3=0.0)
    reference = Truth(K1=0.1, k2=0.1, k3=0.0, vB=0.0)
    target = Truth(K1=0.11, k2=0.11 / 2.0, k3=0.0, vB=0.0)  # R1 1.1, BPND 1
    two = {"2TCM": Truth(), "2TCM_low": LOW, "2TCM_high": HIGH, "2TCM1K": Truth(Kb=0.2)}
    many = {"1TCM": one, **two, "reference": reference, "target": target}
    return {name: tissue(truth, input_, edges) for name, truth in many.items()}


@cache
def simulated_fits(model: str, curve: str, noise: float = NOISE, share: float = 0.25) -> tuple[KineticFit, ...]:
    """A thousand curves, in scans of ten regions; a reference region has ``share`` of a target's noise."""
    rng, edges, input_ = np.random.default_rng(SEED), frames(), input_function()
    names = tuple(f"R{i}" for i in range(TARGETS))
    found: list[KineticFit] = []
    for _ in range(SCANS):
        rows = noisy(true_curves()[curve], edges, noise, TARGETS, rng)
        if MODELS[model].needs == "reference":
            calm = noisy(true_curves()["reference"], edges, noise * share, 1, rng)
            tacs = Tacs(np.vstack((rows, calm)), edges, (*names, "reference"))
            found += fit(model, tacs, reference="reference", options=DECAY)[:TARGETS]
        else:
            found += fit(model, Tacs(rows, edges, names), input_, options=DECAY)
    return tuple(found)


def covered(fits: Iterable[KineticFit], symbol: str, truth: float) -> list[bool]:
    def holds(estimate: Estimate, f: KineticFit) -> bool:
        low, high = interval(estimate, f.criteria["n"] - f.criteria["k"])
        return low <= truth <= high

    return [holds(f[symbol], f) for f in fits]


def coverage(model: str, curve: str, truth: float, noise: float = NOISE, share: float = 0.25) -> Callable[[], float]:
    def measure() -> float:
        fits, outcome = simulated_fits(model, curve, noise, share), MODELS[model].outcome
        values = np.array([f[outcome].value for f in fits])
        print(f"  {model} on {curve}, noise {noise:.0%}: bias {100 * (np.nanmean(values) / truth - 1):.2f} %,"
              f" {np.isnan(values).sum()} without a number")  # fmt: skip
        return 100 * float(np.mean(covered(fits, outcome, truth)))

    return measure


def endothelial_coverage() -> float:
    """Share of simulated 2TCM1K curves whose interval holds the truth, or that say they cannot tell."""
    fits = simulated_fits("2TCM1K", "2TCM1K")
    silent = {FitStatus.NOT_IDENTIFIABLE, FitStatus.AT_BOUND, FitStatus.LOCAL_MINIMA}
    inside = covered(fits, "VT", Truth().VT)
    return 100 * float(np.mean([c or f.status in silent for c, f in zip(inside, fits, strict=True)]))


def same_optimum() -> float:
    """Share of random starts of 2TCM that end in the reported optimum, over fits that are not flagged, %."""
    shares = []
    for pet in sorted(rows_of("B", "2TCM")):
        tacs, input_ = scan(pet)
        options = FitOptions(vB="fit", weights="supplied", starts=24)
        shares += [f.agreement for f in fit("2TCM", tacs, input_, options=options, seed=3) if f.status is FitStatus.OK]
    return 100 * float(np.mean(shares))


def frame_bias() -> float:
    """Largest error of K1 and VT on a noiseless curve with steep early frames, against an ODE, %."""
    edges, input_ = frames(), input_function()
    tacs = Tacs(true_curves()["2TCM"][None], edges, ("R",))
    found = fit("2TCM", tacs, input_, options=FitOptions(weights="uniform"))[0]
    truth = Truth()
    return 100 * max(abs(found["VT"].value / truth.VT - 1), abs(found["K1"].value / truth.K1 - 1))


def share_below(limit: float) -> Callable[[Array], float]:
    return lambda d: 100 * float((d <= limit).mean())


WEIGHTED_LOGAN = FitOptions(weights="supplied", tstar_frames=10)
# ruff: noqa: E501
FIGURES: list[Figure] = [
    Figure(f"pet.regional.{m.lower()}_{p.lower()}_{n}", f"V_T of {m}, protocol {p}, {n} difference", "%", g, f, PEER)
    for m, p, n, g, f in (
        ("2TCM", "A", "median", "<= 0.3", compartment("A", "2TCM", np.median)),
        ("2TCM", "A", "max", "<= 1.5", compartment("A", "2TCM", np.max)),
        ("2TCM", "B", "median", "<= 0.3", compartment("B", "2TCM", np.median)),
        ("2TCM", "B", "max", "<= 1.5", compartment("B", "2TCM", np.max)),
        ("1TCM", "A", "max", "<= 2", compartment("A", "1TCM", np.max)),
        ("1TCM", "B", "max", "<= 2", compartment("B", "1TCM", np.max)),
    )
] + [
    Figure(f"pet.regional.{i}", f"V_T, {w}, largest difference", "%", g, f, PEER)
    for i, w, g, f in (
        ("logan_a", "Logan, protocol A", "<= 0.1",
         linear("A", "Logan", "Logan", integration="kinfitr-duration", weights="uniform", tstar_frames=10)),
        ("logan_b_dur", "Logan, frame sums", "<= 0.1",
         linear("B", "Logan_unw_dur", "Logan", integration="kinfitr-duration", weights="uniform", tstar_frames=10)),
        ("logan_b_trapezoid", "Logan, trapezoids", "<= 0.1",
         linear("B", "Logan_unw_trapz", "Logan", integration="kinfitr-trapezoid", weights="uniform", tstar_frames=10)),
        ("ma1_a", "MA1, protocol A", "<= 0.1",
         linear("A", "MA1", "MA1", integration="kinfitr-duration", weights="kinfitr2", tstar_frames=6)),
        ("ma1_b_dur", "MA1, frame sums", "<= 0.1",
         linear("B", "MA1_dur", "MA1", integration="kinfitr-duration", weights="supplied", tstar_frames=10)),
        ("ma1_b_trapezoid", "MA1, trapezoids", "<= 0.1",
         linear("B", "MA1_trapz", "MA1", integration="kinfitr-trapezoid", weights="supplied", tstar_frames=10)),
        ("ma2_b", "MA2, exact integrals against trapezoids", "",
         linear("B", "MA2", "MA2", integration="exact", weights="supplied")),
    )
] + [
    Figure(f"pet.regional.coverage_{m.lower()}_{label}", f"95 % intervals that hold the truth, {m}, {what}", "%", goal,
           coverage(m, c, t, n, s))
    for m, c, t, n, s, label, what, goal in (
        ("2TCM", "2TCM_low", LOW.VT, NOISE, 0.25, "low", "V_T 0.7", "93..97"),
        ("2TCM", "2TCM_high", HIGH.VT, NOISE, 0.25, "high", "V_T 6", "93..97"),
        ("2TCM", "2TCM", Truth().VT, 0.03, 0.25, "calm", "noise 3 %", "93..97"),
        ("2TCM", "2TCM", Truth().VT, 0.08, 0.25, "noisy", "noise 8 %", "93..97"),
        ("1TCM", "1TCM", 2.0, 0.08, 0.25, "noisy", "noise 8 %", "93..97"),
        ("Logan", "2TCM_low", LOW.VT, NOISE, 0.25, "low", "V_T 0.7", "93..97"),
        ("Logan", "2TCM_high", HIGH.VT, NOISE, 0.25, "high", "V_T 6", "93..97"),
        ("Logan", "2TCM", Truth().VT, 0.03, 0.25, "calm", "noise 3 %", "93..97"),
        ("Logan", "2TCM", Truth().VT, 0.08, 0.25, "noisy", "noise 8 %", "93..97"),
        ("SRTM", "target", 1.0, 0.08, 0.25, "noisy", "noise 8 %", "93..97"),
        ("MRTM2", "target", 1.0, 0.08, 0.25, "noisy", "noise 8 %", "93..97"),
        ("SRTM", "target", 1.0, NOISE, 1.0, "same_noise", "reference as noisy as its targets", ""),
        ("MRTM2", "target", 1.0, NOISE, 1.0, "same_noise", "reference as noisy as its targets", ""),
    )
] + [
    Figure("pet.regional.2tcm1k_wrss", "2TCM1K fits not above kinfitr's weighted RSS", "%", ">= 95", endothelial_share, PEER),
    Figure("pet.regional.srtm_error", "BPND of SRTM, mean absolute error", "%", "<= 3.5",
           simulated_error("SRTM", "SRTM", FitOptions(weights="decay", half_life_min=CARBON)), PEER),
    Figure("pet.regional.mrtm2_error", "BPND of MRTM2, mean absolute error", "%", "<= 3.5",
           simulated_error("MRTM2", "MRTM2_trapz", FitOptions(weights="decay", half_life_min=CARBON)), PEER),
    Figure("pet.regional.loganref_error", "BPND of weighted LoganRef, mean absolute error", "%", "<= 4.6",
           simulated_error("LoganRef", "refLogan_w_dur", WEIGHTED_LOGAN), PEER),
    Figure("pet.regional.coverage_1tcm", "95 % intervals of V_T that hold the truth, 1TCM", "%", "93..97",
           coverage("1TCM", "1TCM", 2.0)),
    Figure("pet.regional.coverage_2tcm", "95 % intervals of V_T that hold the truth, 2TCM", "%", "93..97",
           coverage("2TCM", "2TCM", Truth().VT)),
    Figure("pet.regional.coverage_logan", "95 % intervals of V_T that hold the truth, Logan", "%", "93..97",
           coverage("Logan", "2TCM", Truth().VT)),
    Figure("pet.regional.coverage_srtm", "95 % intervals of BPND that hold the truth, SRTM", "%", "93..97",
           coverage("SRTM", "target", 1.0)),
    Figure("pet.regional.coverage_mrtm2", "95 % intervals of BPND that hold the truth, MRTM2", "%", "93..97",
           coverage("MRTM2", "target", 1.0)),
    Figure("pet.regional.coverage_2tcm1k", "2TCM1K intervals that hold the truth, or say they cannot tell", "%", ">= 93",
           endothelial_coverage),
    Figure("pet.regional.same_optimum", "random starts that end in the reported optimum, 2TCM", "%", ">= 99", same_optimum),
    Figure("pet.regional.frame_bias", "error of K1 and V_T on a noiseless curve with steep early frames", "%", "< 0.2",
           frame_bias, "scipy solve_ivp"),
]  # fmt: skip
