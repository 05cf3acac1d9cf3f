"""Stimulation and reflexes: simulated truth, and recruitment curves of real people.

Sweeps are made at 5000 samples a second with white noise; a potential is one cycle of 100 Hz. Pulses of maps scatter
log-normally around a Gaussian hill.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nociscope.core.status import FitStatus
from nociscope.models import tms
from nociscope.models.tms.threshold import SPREAD
from tools.figures import Figure, open_data
from validation.tms_data import Person, people

Array = NDArray[np.float64]

RATE, START = 5000.0, -100.0
TIMES = START + np.arange(1250) * 1000 / RATE
OPEN = tms.MepRules(rest_rms_uv=np.inf, block_sd=np.inf)


def _potentials(snr: Array, seed: int, size: float = 1000.0) -> tuple[tms.Meps, Array]:
    """Potentials of 1000 µV peak to peak whose amplitude over the SD of the noise is given, and their onsets."""
    rng = np.random.default_rng(seed)
    onset = rng.uniform(18, 30, snr.size)
    phase = TIMES - onset[:, None]
    wave = np.where((phase >= 0) & (phase < 10), 0.5 * size * np.sin(2 * np.pi * phase / 10), 0.0)
    noise = rng.normal(size=wave.shape) * (500.0 / snr)[:, None]
    return tms.motor_evoked_potentials(tms.Sweeps(wave + noise, RATE, START, "FDI"), OPEN), onset


def _spread_snr(n: int, seed: int) -> Array:
    return np.exp(np.random.default_rng(seed).uniform(np.log(20), np.log(200), n))


def size_error(snr: float = 0.0) -> float:
    """Median absolute error of peak to peak, percent."""
    found, _ = _potentials(np.full(1000, snr) if snr else _spread_snr(1000, 1), 2)
    return float(100 * np.median(np.abs(found.p2p_uv / 1000 - 1)))


def latency_within() -> float:
    """Share of potentials whose latency is within 1 ms of the truth, percent; none found counts as outside."""
    found, onset = _potentials(_spread_snr(1000, 3), 4)
    return float(100 * np.mean(np.abs(np.nan_to_num(found.latency_ms, nan=-99) - onset) <= 1))


def false_potentials() -> float:
    """Share of sweeps of noise alone in which a potential is found, percent."""
    found, _ = _potentials(_spread_snr(5000, 5), 6, size=0.0)
    return float(100 * np.mean(found.present))


# --- thresholds ------------------------------------------------------------------------------------------------


def _answers(at: float, threshold: float, rng: np.random.Generator, n: int = 1) -> NDArray[np.bool_]:
    return np.asarray(rng.random(n) < special.ndtr((at - threshold) / (SPREAD * threshold)))


@cache
def hunts(pulses: int = 17) -> Array:
    """Errors of 1000 simulated hunts, %MSO; every pulse goes, rounded, where the threshold is likeliest."""
    rng = np.random.default_rng(7)
    errors = []
    for threshold in rng.uniform(30, 75, 1000):
        x, hit = np.zeros(0), np.zeros(0, dtype=bool)
        for _ in range(pulses):
            at = float(np.clip(np.round(tms.likeliest(x, hit)), 1, 100))
            x, hit = np.append(x, at), np.append(hit, _answers(at, threshold, rng))
        errors.append(tms.likeliest(x, hit) - threshold)
    return np.array(errors)


@cache
def descents() -> Array:
    """Errors of 1000 descents by 1 %MSO from well above, ten pulses each, to the first with fewer than five."""
    rng = np.random.default_rng(8)
    errors = []
    for threshold in rng.uniform(30, 75, 1000):
        x, hit, at = [], [], float(round(1.2 * threshold))
        while True:
            answers = _answers(at, threshold, rng, 10)
            x.append(np.full(10, at))
            hit.append(answers)
            if answers.sum() < 5:
                break
            at -= 1
        errors.append(tms.relative_frequency(np.concatenate(x), np.concatenate(hit)).value - threshold)
    return np.array(errors)


# --- maps ------------------------------------------------------------------------------------------------------

X, Y = (a.ravel() for a in np.meshgrid(np.arange(-6, 7.0), np.arange(-6, 7.0)))


def _hill(x: float, y: float, width: float = 1.2) -> Array:
    return np.asarray(1000 * np.exp(-((X - x) ** 2 + (Y - y) ** 2) / 2 / width**2))


def _map(values: Array) -> tms.MuscleMap:
    return tms.MuscleMap("m", X, Y, values if values.ndim == 2 else values[:, None], 1.0)


def centre_error() -> float:
    """Largest error of the centre of gravity of 500 hills without noise, every site entering, cells of the grid."""
    rng, worst = np.random.default_rng(9), 0.0
    for x, y in rng.uniform(-1, 1, (500, 2)):
        found = tms.map_metrics(_map(_hill(x, y)), tms.MapRules(level=0.0))
        worst = max(worst, abs(found["map_cog_x"].value - x), abs(found["map_cog_y"].value - y))
    return worst


def peaks_right() -> float:
    """Share of 1000 maps of one to three hills, 3 cells apart or more and 5 % noise, with the true count, percent."""
    rng, right = np.random.default_rng(10), 0
    for _ in range(1000):
        count = int(rng.integers(1, 4))
        places = _apart(count, rng)
        values = sum(_hill(x, y, 0.8) for x, y in places) * (1 + 0.05 * rng.normal(size=X.size))
        found = tms.map_metrics(_map(np.maximum(values, 0)), tms.MapRules())
        right += int(found["map_peaks"].value == count)
    return right / 10


def _apart(count: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Places on the grid at least three cells apart, where two hills of width 0.8 do not merge."""
    places: list[tuple[float, float]] = []
    while len(places) < count:
        x, y = (float(v) for v in rng.integers(-4, 5, 2))
        if all(max(abs(x - a), abs(y - b)) >= 3 for a, b in places):
            places.append((x, y))
    return places


def map_coverage(measure: str) -> float:
    """Coverage of 95 % intervals over five pulses a site, 1000 maps of a hill on 49 sites, percent."""
    inner = (np.abs(X) <= 3) & (np.abs(Y) <= 3)
    x, y, truth = X[inner], Y[inner], _hill(0.4, 0.3, 1.6)[inner]
    goal = {"map_cog_x": float(truth @ x / truth.sum()), "map_volume": float(truth.sum())}[measure]
    inside = 0
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        pulses = truth[:, None] * np.exp(rng.normal(-0.125, 0.5, (x.size, 5)))
        found = tms.map_metrics(tms.MuscleMap("m", x, y, pulses, 1.0), tms.MapRules(level=0.0), draws=500, seed=seed)
        inside += int(found[measure].detail["ci_low"] <= goal <= found[measure].detail["ci_high"])
    return inside / 10


def pair_coverage(kind: str) -> float:
    """Coverage of 95 % intervals of inhibition from 15 and 15 pulses, 1000 people, percent."""
    inside, truth = 0, {"ratio": 40.0, "geometric": 40.0}[kind]
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        test, conditioned = (mean * np.exp(rng.normal(-0.125, 0.5, 15)) for mean in (1.0, 0.4))
        score = tms.paired_pulse("SICI", conditioned, test, "FDI", draws=1000, seed=seed)[kind]
        inside += int(score.detail["ci_low"] <= truth <= score.detail["ci_high"])
    return inside / 10


# --- real curves -----------------------------------------------------------------------------------------------


@cache
def _fits(errors: str) -> tuple[tuple[Person, tms.RecruitmentCurve], ...]:
    folder = open_data("tms-input-output")
    return tuple(
        (p, tms.recruitment_curve(p.intensity, p.mep, "FDI", errors=errors, floor=True, intensity_unit="%RMT"))
        for p in people(folder)
    )


def identifiable(errors: str) -> tuple[float, float]:
    """People whose plateau and S50 the data determine, of 27; beside them the people with a published fit."""
    fits = _fits(errors)
    sure = sum(f.status is FitStatus.OK and f["IO_S50"].status is FitStatus.OK for _, f in fits)
    return float(sure), float(sum(np.isfinite(p.published[1]) for p, _ in fits))


def agreement() -> float:
    """Median distance of S50 from the published one, both by plain least squares, where neither fit is poor, % RMT."""
    gaps = [
        abs(f["IO_S50"].value - p.published[1])
        for p, f in _fits("constant")
        if np.isfinite(p.published[1]) and not p.published_is_poor and f["IO_S50"].status is FitStatus.OK
    ]
    return float(np.median(gaps))


def poor_refused() -> tuple[float, float]:
    """Of the published fits that are visibly none, those that we refuse too; beside them how many there are."""
    poor = [(p, f) for p, f in _fits("constant") if np.isfinite(p.published[1]) and p.published_is_poor]
    return float(sum(f["IO_S50"].status is not FitStatus.OK for _, f in poor)), float(len(poor))


FIGURES: list[Figure] = [
    Figure("tms.mep.size", "peak to peak, amplitude/noise SD 20 to 200, median error", "%", "<= 1", size_error),
    Figure("tms.mep.size_20", "peak to peak, amplitude/noise SD 20, median error", "%", "<= 1", lambda: size_error(20)),
    Figure("tms.mep.latency", "latency within 1 ms, amplitude/noise SD 20 to 200", "%", ">= 95", latency_within),
    Figure("tms.mep.false", "potentials found in noise alone", "%", "<= 2", false_potentials),
    Figure("tms.threshold.hunt_bias", "likelihood hunting, 17 pulses, bias", "%MSO", "-1..1", lambda: hunts().mean()),
    Figure("tms.threshold.hunt_sd", "likelihood hunting, 17 pulses, SD", "%MSO", "<= 2", lambda: hunts().std()),
    Figure("tms.threshold.frequency_bias", "5 of 10, descending by 1, bias", "%MSO", "-1..1",
           lambda: descents().mean()),
    Figure("tms.threshold.frequency_sd", "5 of 10, descending by 1, SD", "%MSO", "", lambda: descents().std()),
    Figure("tms.map.centre", "centre of gravity of hills, largest error", "cell", "<= 0.02", centre_error),
    Figure("tms.map.peaks", "true count of peaks, 3 cells apart or more, 5 % noise", "%", ">= 95", peaks_right),
    Figure("tms.map.cover_centre", "95 % intervals of the centre, 5 pulses a site", "%", "93..97",
           lambda: map_coverage("map_cog_x")),
    Figure("tms.map.cover_volume", "95 % intervals of the volume, 5 pulses a site", "%", "93..97",
           lambda: map_coverage("map_volume")),
    Figure("tms.pairs.cover_ratio", "95 % intervals of SICI, 15 and 15 pulses", "%", "93..97",
           lambda: pair_coverage("ratio")),
    Figure("tms.pairs.cover_geometric", "95 % intervals of SICI, geometric means", "%", "93..97",
           lambda: pair_coverage("geometric")),
    Figure("tms.io.identifiable", "27 real curves: people with a determined plateau and S50, plain errors", "people",
           "", lambda: identifiable("constant"), "published fits, all printed without status"),
    Figure("tms.io.identifiable_log", "the same, errors of logarithms", "people", "", lambda: identifiable("log"),
           "published fits, all printed without status"),
    Figure("tms.io.agreement", "S50 against published fits where neither is poor", "% RMT", "<= 1", agreement),
    Figure("tms.io.poor_refused", "published fits on a bound, below zero or open: refused here", "people", "",
           poor_refused, "how many there are"),
]  # fmt: skip
