"""Who is in a virtual cohort, and what is true about them. Pure: a spec and a generator in, records out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.errors import RangeError
from nociscope.core.records import Array
from nociscope.simulate.spec import Effect, RegionTruth, Simulation


@dataclass(frozen=True)
class Person:
    """A row of participants.tsv. ``label`` is bare (``01``); age in years, body weight in kg."""

    label: str
    group: str
    rs6971: str
    sex: str
    age: int
    body_weight: float
    site: str


@dataclass(frozen=True)
class TrueRegion:
    """What is true of one region in one scan: K1 VT VND in mL/cm3 (K1 per min), k2 k3 k4 in 1/min.

    ``VT_without`` is what V_T would be at the first level of each column: effect (column) → value.
    """

    region: str
    K1: float
    k2: float
    k3: float
    k4: float
    VT: float
    VND: float
    VT_without: Mapping[str, float]


def people(spec: Simulation, n: int, rng: np.random.Generator) -> tuple[Person, ...]:
    """Draw ``n`` people; genotype and sex keep their shares within every group, so that they are separable from it."""
    groups = quota(spec.cohort.groups, n)
    rows: list[Person] = []
    for group in spec.cohort.groups:
        size = groups.count(group)
        genotypes = rng.permutation(quota(spec.cohort.rs6971, size))
        sexes = rng.permutation(quota({"F": spec.cohort.female, "M": 1 - spec.cohort.female}, size))
        sites = rng.permutation(quota(dict.fromkeys(spec.cohort.sites or [""], 1.0), size))
        for genotype, sex, site in zip(genotypes, sexes, sites, strict=True):
            rows.append(_person(spec, (group, str(genotype), str(sex), str(site)), rng))
    order = rng.permutation(n)
    width = max(2, len(str(n)))
    return tuple(replace(rows[int(j)], label=f"{i + 1:0{width}d}") for i, j in enumerate(order))


def quota(shares: Mapping[str, float], n: int) -> list[str]:
    """Levels in proportion to their shares, ``n`` in all, by largest remainder; ties go to the level named first.

    Raises
    ------
    RangeError
        No share is above zero.
    """
    total = sum(shares.values())
    if total <= 0:
        raise RangeError("shares add up to nothing", expected="one share above zero", got=dict(shares))
    exact = {level: n * share / total for level, share in shares.items()}
    counts = {level: int(value) for level, value in exact.items()}
    by_remainder = sorted(exact, key=lambda level: counts[level] - exact[level])
    for level in by_remainder[: n - sum(counts.values())]:
        counts[level] += 1
    return [level for level, count in counts.items() for _ in range(count)]


def scan_labels(spec: Simulation) -> list[str]:
    """Session labels, or one empty label where the study has no sessions."""
    return list(spec.cohort.sessions) or [""]


def true_regions(
    spec: Simulation, person: Person, rng: np.random.Generator
) -> Iterator[tuple[str, tuple[TrueRegion, ...]]]:
    """Yield (session, regions) of one person: a body of their own, then the declared effects, then session noise.

    Raises
    ------
    RangeError
        A V_T below V_ND: the declared effects and variations leave no room for binding.
    """
    v = spec.variation
    own = _lognormal(rng, v.VT) * _lognormal(rng, v.region, len(spec.region))
    flow, free = float(_lognormal(rng, v.K1)[0]), float(_lognormal(rng, v.VND)[0])
    for session in scan_labels(spec):
        again = float(_lognormal(rng, v.session)[0])
        columns = {"group": person.group, "rs6971": person.rs6971, "sex": person.sex, "session": session}
        yield (
            session,
            tuple(
                _true_region(spec, name, columns, (float(own[i]) * again, flow, free))
                for i, name in enumerate(spec.region)
            ),
        )


def _true_region(
    spec: Simulation, name: str, columns: Mapping[str, str], factors: tuple[float, float, float]
) -> TrueRegion:
    own, flow, free = factors
    base: RegionTruth = spec.region[name]
    acting = [e for e in spec.effect if columns[e.column] == e.level and (not e.regions or name in e.regions)]
    vt = base.VT * own * _ratio(acting)
    without: dict[str, float] = {
        c: base.VT * own * _ratio([e for e in acting if e.column != c])
        for c in dict.fromkeys(e.column for e in spec.effect)
    }
    k1 = base.K1 * flow
    if spec.scan.model == "1TCM":
        return TrueRegion(name, k1, k1 / vt, 0.0, 0.0, vt, vt, without)
    vnd = base.VND * free
    if vt <= vnd:
        raise RangeError(
            "V_T is not above V_ND", where=f"region {name}", expected=f"V_T > {vnd:.3g}", got=f"{vt:.3g}",
            do="lower VND, the ratios' strength or the variation in the truth file",
        )  # fmt: skip
    return TrueRegion(name, k1, k1 / vnd, base.k4 * (vt / vnd - 1), base.k4, vt, vnd, without)


def _ratio(effects: list[Effect]) -> float:
    return float(np.prod([e.ratio for e in effects])) if effects else 1.0


def _lognormal(rng: np.random.Generator, cv: float, size: int = 1) -> Array:
    """Draw (size,) with mean 1 and coefficient of variation ``cv``."""
    s = np.sqrt(np.log1p(cv**2))
    out: Array = np.exp(rng.normal(-(s**2) / 2, s, size))
    return out


def _person(spec: Simulation, levels: tuple[str, str, str, str], rng: np.random.Generator) -> Person:
    age = round(float(np.clip(rng.normal(*spec.cohort.age), 18, 80)))
    weight = round(float(np.clip(rng.normal(*spec.cohort.body_weight), 42, 140)), 1)
    group, genotype, sex, site = levels
    return Person("", group, genotype, sex, age, weight, site)
