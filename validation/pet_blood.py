"""Figures of the arterial input function: real [11C]PBR28 blood against its published input, and simulated truth."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from nociscope.core.records import Array, Blood, InputFunction, Samples
from nociscope.models.blood import PARENT_FRACTION, BloodSettings, input_function
from nociscope.models.blood.dispersion import corrected, dispersed
from tools.figures import Figure, open_data

END_MIN = 90.0
AS_PUBLISHED = BloodSettings("interpolated", "interpolated", "interpolated", draws=0)
DEFAULT = BloodSettings(draws=0)


def read_samples(path: Path, column: str, scale: float = 1.0) -> Samples | None:
    """One column of a BIDS blood table; gaps left out; s to min."""
    with path.open(encoding="utf-8") as lines:
        rows = [
            (float(row["time"]) / 60, float(row[column]) * scale)
            for row in csv.DictReader(lines, delimiter="\t")
            if row.get(column) not in (None, "", "n/a")
        ]
    time, value = zip(*sorted(rows), strict=True) if rows else ((), ())
    return Samples(time, value) if rows else None


def read_blood(stem: str, folder: Path, scale: float = 1.0) -> Blood:
    """Blood of one scan from its manual and, where there is one, autosampler recording."""
    manual, line = (folder / f"{stem}_recording-{kind}_blood.tsv" for kind in ("manual", "autosampler"))
    tau = math.nan
    if line.exists():
        tau = json.loads(line.with_suffix(".json").read_text(encoding="utf-8")).get("DispersionConstant", math.nan)
    return Blood(
        read_samples(manual, "whole_blood_radioactivity", scale),
        read_samples(manual, "plasma_radioactivity", scale),
        read_samples(manual, "metabolite_parent_fraction"),
        read_samples(line, "whole_blood_radioactivity", scale) if line.exists() else None,
        tau / 60,
    )


def pbr28() -> Iterator[tuple[Blood, Array]]:
    """Raw blood and published input (time s, whole blood, AIF) of the 14 scans."""
    root = open_data("pbr28")
    for manual in sorted(root.glob("sub-*/ses-*/pet/*_recording-manual_blood.tsv")):
        stem = manual.name.removesuffix("_recording-manual_blood.tsv")
        published = root / "derivatives" / "bloodstream" / manual.parent.relative_to(root) / f"{stem}_inputfunction.tsv"
        yield read_blood(stem, manual.parent), np.genfromtxt(published, skip_header=1)


def area(time: Array, activity: Array, end: float) -> float:
    """Area from injection to ``end``, min, by trapezia on a quarter-second grid."""
    grid = np.linspace(0, end, int(end * 240) + 1)
    return float(np.trapezoid(np.interp(grid, time, activity), grid))


@lru_cache
def against_published(settings: BloodSettings) -> Array:
    """Per scan: difference of AIF area, whole-blood area, AIF peak, whole-blood peak from the published, %."""
    rows = []
    for blood, published in pbr28():
        made = input_function(blood, settings, rng=np.random.default_rng(0)).input_function
        assert made is not None
        time = published[:, 0] / 60
        end = min(END_MIN, time[-1], made.time[-1])
        pairs = ((made.aif, published[:, 2]), (made.whole_blood, published[:, 1]))
        areas = [area(made.time, ours, end) / area(time, theirs, end) for ours, theirs in pairs]
        peaks = [ours.max() / theirs.max() for ours, theirs in pairs]
        rows.append([100 * (ratio - 1) for ratio in (*areas, *peaks)])
    return np.array(rows)


def _published(settings: BloodSettings, column: int, how: Callable[[Array], float]) -> Callable[[], float]:
    return lambda: float(how(np.abs(against_published(settings)[:, column])))


# --- simulated truth -------------------------------------------------------------------------------------------

SCHEDULE = np.array([40, 100, 160, 220, 280, 340, 400, 460, 520, 610, 1180, 1780, 2380, 2980, 3580, 4180, 4780, 5380])
FRACTIONS_AT = np.array([60, 180, 300, 630, 1200, 2400, 3600, 5400])
TAU_MIN = 2.6 / 60
FINE = np.concatenate([np.arange(0, 12, 0.1 / 60), np.arange(12, 90, 1 / 60), [90.0]])


@dataclass(frozen=True)
class Truth:
    """A person's true curves on the fine grid, min and kBq/mL."""

    whole: Array
    ratio: Array
    fraction: Array

    @property
    def aif(self) -> Array:
        """Whole blood × ratio × parent fraction."""
        return self.whole * self.ratio * self.fraction


def true_curves(rng: np.random.Generator) -> Truth:
    """Draw a person: a bolus, a ratio that falls as cells take the tracer up and rises with metabolites, a fraction.

    The form of the parent fraction is drawn from three families, so that the one fitted is often not the true one.
    """
    t = np.maximum(FINE - rng.uniform(0.3, 0.5), 0)
    scale = rng.uniform(0.7, 1.3)
    whole = scale * ((900 * t - 24) * np.exp(-rng.uniform(5, 7) * t) + 18 * np.exp(-0.5 * t) + 6 * np.exp(-0.002 * t))
    late = rng.uniform(1.25, 1.5)
    ratio = late + rng.uniform(0.1, 0.3) * np.exp(-FINE) - rng.uniform(0.2, 0.4) * np.exp(-FINE / 18)
    name = rng.choice(["hill", "sigmoid", "invgamma"])
    theta = {
        "hill": (rng.uniform(0.9, 0.96), rng.uniform(2.0, 2.8), rng.uniform(6, 13)),
        "sigmoid": (rng.uniform(4, 9), rng.uniform(0.45, 0.7), rng.uniform(0.02, 0.08)),
        "invgamma": (rng.uniform(0.92, 0.97), rng.uniform(1.8, 2.6), rng.uniform(10, 23)),
    }[name]
    fraction = PARENT_FRACTION[name].predict(np.array([theta]), FINE)[0]  # type: ignore[attr-defined]
    return Truth(np.where(t > 0, np.maximum(whole, 0), 0), ratio, fraction)


def sampled(truth: Truth, rng: np.random.Generator, *, noise: float = 1.0) -> Blood:
    """Blood as a hospital would draw it: 3 % pipetting and counting, a dispersed and noisy line, HPLC counts."""

    def at(seconds: Array, curve: Array) -> Array:
        return np.interp(seconds / 60, FINE, curve)

    def jitter(n: int, sd: float) -> Array:
        return 1 + noise * sd * rng.standard_normal(n)

    whole = at(SCHEDULE, truth.whole) * jitter(SCHEDULE.size, 0.03)
    plasma = at(SCHEDULE, truth.whole * truth.ratio) * jitter(SCHEDULE.size, 0.03)
    seconds = np.arange(0, 601)
    smeared = at(seconds, dispersed(FINE, truth.whole, TAU_MIN))
    line = smeared * jitter(seconds.size, 0.03) + noise * 0.1 * rng.standard_normal(seconds.size)
    p = at(FRACTIONS_AT, truth.fraction)
    counted = p + noise * 0.04 * np.sqrt(p * (1 - p)) * rng.standard_normal(p.size)
    fraction = np.clip(counted, 0, 1)
    return Blood(
        Samples(SCHEDULE / 60, whole), Samples(SCHEDULE / 60, plasma), Samples(FRACTIONS_AT / 60, fraction),
        Samples(seconds / 60, line), TAU_MIN,
    )  # fmt: skip


def foreign(truth: Truth, rng: np.random.Generator) -> Truth:
    """The same person with a parent fraction of none of the forms that are fitted: a mixture of two tissues."""
    hill = PARENT_FRACTION["hill"].predict(  # type: ignore[attr-defined]
        np.array([[0.97, rng.uniform(2.5, 3.5), rng.uniform(6, 9)]]), FINE
    )
    slow = PARENT_FRACTION["exponential"].predict(  # type: ignore[attr-defined]
        np.array([[0.5, rng.uniform(0.003, 0.01), rng.uniform(0.05, 0.1)]]), FINE
    )
    return replace(truth, fraction=0.6 * hill[0] + 0.4 * slow[0])


@lru_cache
def simulated(settings: BloodSettings, people: int, noise: float = 1.0, mixed: bool = False) -> Array:
    """Per person: error of the AIF area, %, and whether the 95 % interval of the ensemble holds the truth."""
    rng = np.random.default_rng(20240601)
    rows = []
    for _ in range(people):
        truth = foreign(true_curves(rng), rng) if mixed else true_curves(rng)
        made = input_function(sampled(truth, rng, noise=noise), settings, rng=rng).input_function
        assert made is not None
        end = float(made.time[-1])
        true_area = area(FINE, truth.aif, end)
        rows.append([100 * (area(made.time, made.aif, end) / true_area - 1), _covers(made, true_area)])
    return np.array(rows)


def _covers(made: InputFunction, true_area: float) -> float:
    if made.draws is None:
        return math.nan
    low, high = np.quantile(np.trapezoid(made.draws[:, 0], made.time, axis=1), [0.025, 0.975])
    return float(low <= true_area <= high)


PEOPLE, NOISE_FREE_PEOPLE, MIXED_PEOPLE = 300, 100, 100
ENSEMBLE = BloodSettings(draws=400)
NAMED_ENSEMBLE = BloodSettings("interpolated", "interpolated", "interpolated", draws=400)


def bias(settings: BloodSettings, noise: float = 1.0) -> Callable[[], float]:
    """Median error of the AIF area over people, %."""
    return lambda: float(np.median(simulated(settings, NOISE_FREE_PEOPLE, noise)[:, 0]))


def spread(settings: BloodSettings) -> Callable[[], float]:
    """Mean absolute error of the AIF area, %."""
    return lambda: float(np.mean(np.abs(simulated(settings, PEOPLE)[:, 0])))


def coverage(settings: BloodSettings, *, mixed: bool = False) -> Callable[[], float]:
    """Share of people whose true area lies in the 95 % interval, %."""
    people = MIXED_PEOPLE if mixed else PEOPLE
    return lambda: float(100 * np.mean(simulated(settings, people, 1.0, mixed)[:, 1]))


def mixed_bias() -> float:
    """Median error of the AIF area where the parent fraction follows none of the forms, %."""
    return float(np.median(simulated(ENSEMBLE, MIXED_PEOPLE, 1.0, True)[:, 0]))


def dispersion_round_trip() -> float:
    """Largest error of the area to the peak, 1 min and 10 min, noise-free, after smearing and taking back, %."""
    truth = true_curves(np.random.default_rng(1)).whole
    time = np.arange(0, 601) / 60
    back = corrected(time, np.interp(time, FINE, dispersed(FINE, truth, TAU_MIN)), TAU_MIN)
    ends = (1.0, 2.0, 10.0)
    return 100 * max(abs(area(time, back, end) / area(FINE, truth, end) - 1) for end in ends)


_PAPER = "published pbr28 input"
FIGURES: list[Figure] = [
    Figure("pet.blood.auc_median", "AIF area 0–90 min on raw pbr28 blood, curves as published (straight lines): median "
           "difference over 14 scans", "%", "<= 1.5", _published(AS_PUBLISHED, 0, np.median), _PAPER),
    Figure("pet.blood.auc_worst", "the same, worst scan", "%", "<= 5", _published(AS_PUBLISHED, 0, np.max), _PAPER),
    Figure("pet.blood.auc_default_median", "AIF area 0–90 min on raw pbr28 blood, default curves (AICc): median "
           "difference", "%", "<= 1.5", _published(DEFAULT, 0, np.median), _PAPER),
    Figure("pet.blood.auc_default_worst", "the same, worst scan", "%", "<= 5", _published(DEFAULT, 0, np.max), _PAPER),
    Figure("pet.blood.whole_blood_auc_median", "whole-blood area 0–90 min: median difference", "%", "<= 1.5",
           _published(AS_PUBLISHED, 1, np.median), _PAPER),
    Figure("pet.blood.whole_blood_peak_median", "whole-blood peak: median difference (the published one is smoothed)",
           "%", "", _published(AS_PUBLISHED, 3, np.median), _PAPER),
    Figure("pet.blood.sim_bias_lines", "AIF area, no noise, straight lines between samples: median error against "
           "simulated truth", "%", "", bias(AS_PUBLISHED, 0.0), "truth"),
    Figure("pet.blood.sim_bias_default", "AIF area, no noise, default curves: median error against simulated truth",
           "%", "-1..1", bias(DEFAULT, 0.0), "truth"),
    Figure("pet.blood.sim_error_lines", "AIF area, realistic noise, straight lines: mean absolute error", "%", "",
           spread(NAMED_ENSEMBLE), "truth"),
    Figure("pet.blood.sim_error_default", "AIF area, realistic noise, default curves: mean absolute error", "%", "",
           spread(ENSEMBLE), "truth"),
    Figure("pet.blood.coverage_default", "95 % interval of the AIF area holds the truth, default curves, 300 people",
           "%", "93..97", coverage(ENSEMBLE), "truth"),
    Figure("pet.blood.coverage_lines", "95 % interval of the AIF area holds the truth, straight lines, 300 people", "%",
           "", coverage(NAMED_ENSEMBLE), "truth"),
    Figure("pet.blood.sim_bias_foreign", "AIF area, parent fraction of none of the fitted forms: median error, 100 "
           "people", "%", "-1.5..1.5", mixed_bias, "truth"),
    Figure("pet.blood.coverage_foreign", "95 % interval holds the truth, parent fraction of none of the fitted forms, "
           "100 people", "%", "", coverage(ENSEMBLE, mixed=True), "truth"),
    Figure("pet.blood.dispersion_round_trip", "area lost or gained by smearing a curve and taking it back", "%",
           "<= 0.5", dispersion_round_trip, "truth"),
]  # fmt: skip
