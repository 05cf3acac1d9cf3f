"""A map at each site, then what the sites say together: pooled, in how many sites, and how alike their maps are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.map_result import MapResult
from nociscope.core.space import Space
from nociscope.stats.adjust import adjusted
from nociscope.stats.design import Array
from nociscope.stats.maps.clusters import forming_threshold
from nociscope.stats.maps.engine import Progress, Values
from nociscope.stats.maps.evaluate import evaluate_map
from nociscope.stats.maps.picked import asked_of_region, selected
from nociscope.stats.maps.places import place
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.conjunction import partial_conjunction, same_direction, sites_with_effect
from nociscope.stats.sites.meta import Pooled, PoolSettings, pool
from nociscope.stats.sites.overlap import map_correlation, overlap
from nociscope.stats.sites.people import at_sites, taken
from nociscope.stats.sites.replication import joint_question, replicate_findings
from nociscope.stats.sites.site_evidence import sites_asked, why_silent

FEW_FOR_RANDOM = 3
"""Sites below which a variance between them cannot be estimated."""

EFFECT_MAPS = ("hedges_g", "r", "standardised")

_QUICK = 100
"""Resamples where no interval is looked at."""


@dataclass(frozen=True, eq=False)
class _Sites:
    """What each site says alone. sided : shape (direction, site, element), one-sided p, uncorrected."""

    alone: Mapping[str, MapResult]
    sided: Array
    at_least: int

    def stacked(self, name: str) -> Array:
        """A map of every site, shape (site, element); nan where a site has no answer."""
        blank = np.full(self.sided.shape[2], np.nan)
        return np.array([np.asarray(r.maps.get(name, blank), dtype=np.float64) for r in self.alone.values()])


def replicate_map(
    data: HypothesisData,
    values: Values,
    space: Space,
    hypothesis: Hypothesis,
    settings: TestSettings,
    progress: Progress | None = None,
) -> dict[str, MapResult]:
    """Ask a contrast or correlation in every element of a map at each site, then pool.

    Parameters
    ----------
    data : with one region; ``Person.part`` is the site. values : shape (person, element).

    Returns
    -------
    dict
        ``""`` holds the sites together, ``site-X`` each of them alone. Beside the pooled estimate stand
        ``p_conjunction`` (an effect in at least so many sites, by Fisher's product of the largest p), the same with the
        false discovery rate controlled, how many sites have the effect, and the variance between sites.

    Raises
    ------
    InputError
        Fewer than two sites, or a question of several contrasts, which has no estimate to pool.

    Notes
    -----
    Fixed: one model with an intercept for each site, people exchanged within their site only, corrected as any map.
    Random, from three sites on: REML with Hartung and Knapp's error in each element; the t of few sites has no
    permutation, so that Holm's steps correct it over the map.
    """
    if len(hypothesis.contrast) > 2:
        raise InputError("several contrasts have no estimate to pool", expected="two levels", where=hypothesis.name)
    names, at_least = sites_asked(data, hypothesis)
    sites = _each(data, values, space, hypothesis, settings, names, at_least)
    own, asked = joint_question(data, hypothesis, names)
    kept = at_sites(data, names)
    together = evaluate_map(own, values[kept], space, asked, settings, progress)
    usable = int(np.isfinite(sites.stacked("estimate")).sum(axis=0).max(initial=0))
    random = hypothesis.replicate is not None and hypothesis.replicate.pooling == "random" and usable >= FEW_FOR_RANDOM
    pooled = _pooled(sites, settings, random)
    beside = _beside(sites, pooled, settings, hypothesis)
    alike = _alike(sites, hypothesis)
    notes = _notes(sites, alike, random)
    joint = _random(together, pooled, notes) if random else replace(together, notes={**together.notes, **notes})
    joint = replace(joint, maps={**joint.maps, **beside})
    peak = _peak_finding(joint, (data, values), hypothesis, settings, alike)
    alone = {f"site-{_letters(site)}": _named(result, site) for site, result in sites.alone.items()}
    return {"": replace(joint, findings=(peak, *joint.findings[1:])), **alone}


def _each(
    data: HypothesisData, values: Values, space: Space, hypothesis: Hypothesis, settings: TestSettings,
    names: tuple[str, ...], at_least: int,
) -> _Sites:  # fmt: skip
    single = hypothesis.model_copy(update={"replicate": None})
    plain = single.model_copy(update={"map": (single.map or MapSettings()).model_copy(update=_PLAIN), "adjust": "max"})
    directions = ("greater", "less") if hypothesis.alternative == "two-sided" else (hypothesis.alternative,)
    alone: dict[str, MapResult] = {}
    sided = np.full((len(directions), len(names), space.size), np.nan)
    for k, site in enumerate(names):
        rows = at_sites(data, (site,))
        here, own = taken(data, rows), values[rows]
        alone[site] = evaluate_map(here, own, space, single, settings)
        if alone[site].findings[0].status != "ok":
            continue
        for d, direction in enumerate(directions):
            asked = plain.model_copy(update={"alternative": direction})
            quick = evaluate_map(here, own, space, asked, replace(settings, resamples=_QUICK))
            sided[d, k] = quick.maps["p"]
    return _Sites(alone, sided, at_least)


_PLAIN = {"statistic": "max-t", "tail": "none"}


def _pooled(sites: _Sites, settings: TestSettings, random: bool) -> Pooled:
    se = sites.stacked("se")
    variance = np.where(se > 0, se**2, np.nan)
    how = PoolSettings(model="random" if random else "fixed", level=settings.ci_level)
    return pool(sites.stacked("estimate"), variance, how)


def _beside(sites: _Sites, pooled: Pooled, settings: TestSettings, hypothesis: Hypothesis) -> dict[str, Array]:
    """Maps of what sites say together that do not depend on the way of pooling."""
    asked = np.isfinite(sites.sided).any(axis=(0, 1))
    if len(sites.sided) == 2:
        p = same_direction(sites.sided[0], sites.sided[1], sites.at_least)
        count = np.max([sites_with_effect(s, settings.alpha / 2) for s in sites.sided], axis=0)
    else:
        p = partial_conjunction(sites.sided[0], sites.at_least)
        count = sites_with_effect(sites.sided[0], settings.alpha)
    p = np.where(asked, p, np.nan)
    return {
        "p_conjunction": p, "p_conjunction_fdr": adjusted(p, "fdr"),
        "sites_with_effect": np.where(asked, count, np.nan).astype(np.float32),
        "tau2": pooled.tau2.astype(np.float32), "i2": pooled.i2.astype(np.float32), "p_between_sites": pooled.q_p,
    }  # fmt: skip


def _random(together: MapResult, pooled: Pooled, notes: Mapping[str, str]) -> MapResult:
    """The map of random effects in the place of the joint model's."""
    p = pooled.p
    maps: dict[str, Array] = {
        "estimate": pooled.estimate, "se": pooled.se, "ci_low": pooled.low, "ci_high": pooled.high,
        "t": pooled.statistic, "prediction_low": pooled.prediction_low, "prediction_high": pooled.prediction_high,
    }  # fmt: skip
    several = pooled.model == "random"  # elsewhere fewer sites have the element: no variance between them is known
    maps = {name: np.where(several, m, np.nan).astype(np.float32) for name, m in maps.items()}
    p = np.where(several, p, np.nan)
    maps |= {"p": p, "p_fwe": adjusted(p, "holm"), "p_fdr": adjusted(p, "fdr")}
    if "p_fwe" in together.maps:
        maps["p_within_sites"] = np.asarray(together.maps["p_fwe"], dtype=np.float64)
    blank = np.zeros(together.space.size, dtype=np.int32)
    told = {"elements": together.notes["tested"]} if "tested" in together.notes else {}
    return MapResult(together.findings[:1], together.space, maps, blank, notes={**told, **notes})


@dataclass(frozen=True)
class _Alike:
    """How alike the maps of two sites are. threshold : of |t|, in words."""

    pair: str
    dice: float
    expected: float
    r: float
    caveat: str


def _alike(sites: _Sites, hypothesis: Hypothesis) -> tuple[_Alike, ...]:
    """Overlap beyond the forming threshold, sign by sign, and correlation of effects, of every two sites."""
    how = hypothesis.map or MapSettings()
    answered = {site: r for site, r in sites.alone.items() if r.findings[0].status == "ok"}
    out = []
    for (a, first), (b, second) in combinations(answered.items(), 2):
        passed = [_passed(r, how.forming_p) for r in (first, second)]
        shared = overlap(*passed)
        effect = next(name for name in EFFECT_MAPS if name in first.maps)
        correlated = map_correlation(first.maps[effect], second.maps[effect])
        out.append(_Alike(f"{a} – {b}", shared.dice, shared.expected_dice, correlated.r, correlated.caveat))
    return tuple(out)


def _passed(result: MapResult, p: float) -> Array:
    """Elements beyond the threshold above zero, then those below, shape (2 × element,)."""
    statistic = result.findings[0].statistic
    dof = int(statistic.get("dof_pooled", statistic.get("dof", 1)))
    threshold, t = forming_threshold(p, dof), np.nan_to_num(np.asarray(result.maps["t"], dtype=np.float64))
    return np.concatenate([t >= threshold, t <= -threshold])


def _notes(sites: _Sites, alike: tuple[_Alike, ...], random: bool) -> dict[str, str]:
    count = len(sites.alone)
    people = ", ".join(f"{site} {sum(r.findings[0].n.values())}" for site, r in sites.alone.items())
    fixed = "sites as fixed effects in one model, people exchanged within their site only"
    notes = {
        "sites": people,
        "pooled": "random effects (REML, Hartung–Knapp) in each element" if random else fixed,
        "conjunction": f"an effect in at least {sites.at_least} of {count} sites, Fisher's product of the largest p; "
        "not corrected in p_conjunction, false discovery rate in p_conjunction_fdr",
    }
    if random:
        notes["statistic"] = "t of random effects over sites"
        notes["corrected"] = "family-wise over the map by Holm: the t of few sites has no permutation"
        notes["places"] = "each element that passes is itself significant"
    for one in alike:
        dice = f"Dice {one.dice:.2g} ({one.expected:.2g} by chance)" if np.isfinite(one.dice) else "none passes"
        notes[f"alike, {one.pair}"] = f"{dice} beyond the forming threshold; r of effects {one.r:.2g}: {one.caveat}"
    return notes


def _peak_finding(
    joint: MapResult, people: tuple[HypothesisData, Values], hypothesis: Hypothesis, settings: TestSettings,
    alike: tuple[_Alike, ...],
) -> Finding:  # fmt: skip
    """The element that stands out most, with every site beside it, as of a region."""
    whole, data, values = joint.findings[0], *people
    score = _oriented(joint, hypothesis)
    if not np.isfinite(score).any():
        return whole
    peak = int(np.nanargmax(score))
    region = f"peak at {place(joint.space, peak)}"
    own = replace(data, regions=(region,), values=values[:, [peak]].astype(np.float64), se=None, value_status={})
    (found,) = replicate_findings(own, asked_of_region(hypothesis), settings)
    corrected = next(n for n in ("p_tfce", "p_cluster", "p_step_down", "p_fwe") if n in joint.maps)
    p, hits = float(joint.maps[corrected][peak]), int(np.nansum(joint.maps[corrected] <= settings.alpha))
    tested = int(np.isfinite(joint.maps["p"]).sum())
    about = (s for s in whole.safeguards if s.code not in {f.code for f in found.safeguards} | {"selected"})
    kept = (s for s in found.safeguards if s.code != "selected")
    how = "; ".join(
        f"{key}: {joint.notes[key]}" for key in ("pooled", "corrected", "conjunction") if key in joint.notes
    )
    return replace(
        found, p_value=float(joint.maps["p"][peak]), p_adjusted=p, adjustment="map",
        method=f"a map of {tested:,} elements; {how}; at the peak: {found.method}",
        details={**found.details, **_details(alike), "elements_tested": tested, "elements_significant": hits,
                 "conjunction_p_map_fdr": float(joint.maps["p_conjunction_fdr"][peak])},
        safeguards=(*about, *kept, selected(f"the peak of {tested:,} elements", hits, None)),
    )  # fmt: skip


def _oriented(joint: MapResult, hypothesis: Hypothesis) -> Array:
    score = np.asarray(joint.maps["tfce" if "tfce" in joint.maps else "t"], dtype=np.float64)
    return {"greater": score, "less": -score}.get(hypothesis.alternative, np.abs(score))


def _details(alike: tuple[_Alike, ...]) -> dict[str, object]:
    return {
        "map_pairs": [one.pair for one in alike], "map_dice": [one.dice for one in alike],
        "map_dice_by_chance": [one.expected for one in alike], "map_r": [one.r for one in alike],
    }  # fmt: skip


def _named(result: MapResult, site: str) -> MapResult:
    """Say of which site the findings are, and why one has none."""
    found = []
    for f in result.findings:
        why = why_silent(f)
        found.append(
            replace(f, contrast=f"{f.contrast}, {site} alone", method=f"{f.method}; {why}" if why else f.method)
        )
    return replace(result, findings=tuple(found), notes={"site": site, **result.notes})


def _letters(site: str) -> str:
    """Letters and digits of a site, for the name of a file."""
    return "".join(c for c in site if c.isalnum())
