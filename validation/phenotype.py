"""Are questionnaires scored as published, are bounds sound, and does the check for reversed items hold its level?"""

from __future__ import annotations

import numpy as np

from nociscope.cohort.answers import decisions, numbers, scores
from nociscope.core.errors import RangeError
from nociscope.core.instrument import Instrument, Vector
from nociscope.io.instruments import find_instrument, instruments
from nociscope.models.phenotype.doubts import doubts
from nociscope.models.phenotype.reliability import one_factor, reliability
from nociscope.models.phenotype.scoring import scored
from tools.figures import Figure

Table = dict[str, np.ndarray]


def vectors() -> float:
    """Share of the vectors of all files that hold, %."""
    held = [_holds(i, v) for i in instruments().values() for v in i.vectors]
    return 100 * float(np.mean(held))


def _holds(instrument: Instrument, vector: Vector) -> bool:
    try:
        entered = numbers(instrument, {c: [a] for c, a in vector.answers.items()}, ["sub-1"])
    except RangeError as error:
        return bool(vector.error) and vector.error in str(error)
    made = scores(instrument, entered, vector.optional, vector.preset)[0] if instrument.scores else ()
    found = {s.part: s for s in made}
    near = all(
        abs(getattr(found[part], side) - value) <= 1e-6 * max(1.0, abs(value))
        for side, wanted in (("value", vector.expect), ("low", vector.low), ("high", vector.high))
        for part, value in wanted.items()
    )
    named = all(found[p].status == s for p, s in vector.status.items())
    named &= all(found[p].band == b for p, b in vector.band.items())
    graded = {d.rule: d.grade for d in decisions(instrument, entered, 0)}
    return near and named and all(graded[r] == g for r, g in vector.rule.items())


def unsound() -> float:
    """Complete scores that lie outside the bounds which fewer answers leave, 10,000 people an instrument: how many."""
    rng = np.random.default_rng(21)
    outside = 0
    for instrument in instruments().values():
        if instrument.unavailable or not instrument.scores:
            continue
        blank = {
            c for s in instrument.scores if s.missing.rule == "unticked" and not s.missing.min_valid for c in s.inputs
        }
        whole = _random(instrument, 10_000, rng)
        part = {c: v if c in blank else np.where(rng.random(len(v)) < 0.3, np.nan, v) for c, v in whole.items()}
        less = scored(instrument, part)
        for score_id, full in scored(instrument, whole).items():
            low, high = less[score_id].low, less[score_id].high
            known = np.isfinite(full.value) & np.isfinite(low)
            outside += int(((full.value < low - 1e-9) | (full.value > high + 1e-9))[known].sum())
    return float(outside)


def _random(instrument: Instrument, people: int, rng: np.random.Generator) -> Table:
    levels = {i.column: np.array(i.levels) if i.levels else np.linspace(i.low, i.high, 49) for i in instrument.items}
    return {c: rng.choice(v, people) for c, v in levels.items()}


def false_doubts() -> float:
    """Tables of independent answers in which items are said to be reversed already, %; nominal 2.5."""
    return _doubted(strength=0.0, turned=False)


def found_doubts() -> float:
    """Tables of 30 people with items turned round before that are told, α as of a usual scale, %."""
    return _doubted(strength=0.7, turned=True)


def _doubted(strength: float, turned: bool, people: int = 30, tables: int = 2_000) -> float:
    pss = find_instrument("PSS-10")
    rng = np.random.default_rng(22)
    told = 0
    for _ in range(tables):
        stress = rng.normal(size=people)
        table = {}
        for item in pss.items:
            felt = 2 + strength * stress + rng.normal(scale=np.sqrt(1 - strength**2), size=people)
            felt = np.clip(np.round(felt), item.low, item.high)
            table[item.column] = item.low + item.high - felt if item.reverse and not turned else felt
        told += any(p.code == "items-reversed-already" for p in doubts(pss, table))
    return 100 * told / tables


def omega() -> float:
    """Largest difference of ω from that of scikit-learn's factor analysis in 20 samples."""
    from sklearn.decomposition import FactorAnalysis

    rng = np.random.default_rng(23)
    differences = []
    for _ in range(20):
        loadings = rng.uniform(0.3, 0.9, rng.integers(4, 12))
        noise = np.sqrt(1 - loadings**2)
        x = rng.normal(size=(200, 1)) * loadings + rng.normal(size=(200, len(loadings))) * noise
        peer = FactorAnalysis(n_components=1, tol=1e-12, max_iter=50_000).fit(x)
        common = float(peer.components_.sum() ** 2)
        theirs = common / (common + float(peer.noise_variance_.sum()))
        differences.append(abs(reliability(x, -1e9, 1e9).omega - theirs))
    return max(differences)


def loadings_exact() -> float:
    """Largest error of loadings recovered from 200 exact covariances."""
    rng = np.random.default_rng(24)
    worst = 0.0
    for _ in range(200):
        loadings = rng.uniform(0.3, 0.9, rng.integers(4, 12))
        model = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
        worst = max(worst, float(np.abs(one_factor(model) - loadings).max()))
    return worst


FIGURES: list[Figure] = [
    Figure("phenotype.vectors", "tests that instrument files carry and that hold", "%", "== 100", vectors),
    Figure("phenotype.unsound_bounds", "complete scores outside the bounds of fewer answers, 10,000 people each", "1",
           "== 0", unsound),
    Figure("phenotype.reversed_false", "independent answers said to be reversed already, 30 people", "%", "<= 3.5",
           false_doubts),
    Figure("phenotype.reversed_found", "tables with items reversed already that are told, 30 people", "%", ">= 95",
           found_doubts),
    Figure("phenotype.omega_sklearn", "largest difference of omega, 20 samples", "1",
           "<= 0.0001", omega, "scikit-learn FactorAnalysis"),
    Figure("phenotype.loadings_exact", "largest error of loadings from exact covariances", "1", "<= 0.000001",
           loadings_exact),
]  # fmt: skip
