"""Corrections for many tests: max-statistic and its steps (from the permutations), Holm, false discovery rate, none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.stats.design import Array
from nociscope.stats.safeguards import raised

ADJUSTMENTS = {
    "max": "family-wise by the maximum statistic (Westfall & Young 1993)",
    "step-down": "family-wise by the maximum statistic in steps (Westfall & Young 1993)",
    "holm": "family-wise by Holm's steps (Holm 1979)",
    "fdr": "false discovery rate (Benjamini & Hochberg 1995)",
    "none": "none",
}

BY_MAXIMUM = ("max", "step-down")
"""Corrections that come from the relabellings themselves."""


def adjusted(p: Array, method: str) -> Array:
    """Adjusted p values of one family by a method that needs p alone; nan stays nan and does not count.

    Raises
    ------
    InputError
        An unknown method, or one of `BY_MAXIMUM`, which need the permutations.
    """
    p = np.asarray(p, dtype=np.float64)
    out = np.full(p.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    rules: dict[str, Callable[[Array], Array]] = {"holm": _holm, "fdr": _benjamini_hochberg, "none": np.array}
    if method not in rules:
        raise InputError("unknown adjustment", expected=", ".join(rules), got=method)
    if tested.size:
        out[tested] = rules[method](p[tested])
    return out


def _holm(p: Array) -> Array:
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    out = np.empty_like(p)
    out[order] = np.minimum(steps, 1)
    return out


def _benjamini_hochberg(p: Array) -> Array:
    order = np.argsort(p, kind="stable")
    steps = p[order] * p.size / np.arange(1, p.size + 1)
    out = np.empty_like(p)
    out[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1)
    return out


def adjust_family(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Correct jointly over all hypotheses that share a family; the order stays.

    A family of one hypothesis keeps its own correction. Over several, ``max`` and ``step-down`` multiply
    each hypothesis' own p by the number of hypotheses (Bonferroni: steps between hypotheses would not hold where one
    is true in some regions only), ``holm`` and ``fdr`` take all regions of all hypotheses together, ``none`` stays
    none. Where a family mixes methods, as kinds do that have no maximum statistic (single cases, mediation, sites as
    random effects), the hypotheses of each method share the level by their number. Where hypotheses form several
    families, every finding says that nothing is corrected across these.
    Call it once, on what `evaluate` returned.
    """
    out = list(findings)
    for family in dict.fromkeys(f.family for f in findings):
        members = [
            i for i, f in enumerate(findings) if f.family == family and f.status == "ok" and math.isfinite(f.p_value)
        ]
        hypotheses = len({findings[i].hypothesis for i in members})
        for method in (*BY_MAXIMUM, "holm", "fdr") if hypotheses > 1 else ():
            chosen = [i for i in members if findings[i].adjustment == method]
            for i, p in zip(chosen, _joint([findings[i] for i in chosen], method, hypotheses), strict=True):
                details = {**findings[i].details, "family_hypotheses": hypotheses}
                out[i] = replace(findings[i], p_adjusted=p, details=details)
    return _across_families(tuple(out))


def _across_families(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    has_p = [f.status == "ok" and math.isfinite(f.p_value) for f in findings]
    tested = [f for f, tested in zip(findings, has_p, strict=True) if tested]
    families, hypotheses = len({f.family for f in tested}), len({f.hypothesis for f in tested})
    if families < 2:
        return findings
    said = raised("families-apart", values={"families": families, "hypotheses": hypotheses})
    return tuple(
        replace(f, safeguards=(*f.safeguards, said)) if tested else f for f, tested in zip(findings, has_p, strict=True)
    )


def _joint(findings: list[Finding], method: str, hypotheses: int) -> list[float]:
    if method in BY_MAXIMUM:
        return [min(1.0, hypotheses * f.p_adjusted) for f in findings]
    share = hypotheses / max(1, len({f.hypothesis for f in findings}))
    return [min(1.0, share * float(p)) for p in adjusted(np.array([f.p_value for f in findings]), method)]
