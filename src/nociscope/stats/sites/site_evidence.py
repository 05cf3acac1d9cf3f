"""What each site says alone: its finding, and one-sided p for the partial conjunction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.design import Array
from nociscope.stats.settings import TestSettings
from nociscope.stats.sites.conjunction import COMBINATIONS, partial_conjunction, same_direction, sites_with_effect
from nociscope.stats.sites.one_sided import one_sided_p
from nociscope.stats.sites.people import named_sites, taken
from nociscope.stats.sites.summaries import standardised_variance

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class SiteEvidence:
    """Arrays of shape (site, region) unless said; nan where a site has no answer.

    Parameters
    ----------
    effect, effect_variance : Hedges g, or Fisher's z of a correlation, with its large-sample variance.
    p : two-sided or in the direction of the hypothesis.
    at_least : u of the partial conjunction. conjunction : way of combining → p, shape (region,).
    carried : lower confidence bound of how many sites have the effect, shape (region,).
    """

    sites: tuple[str, ...]
    findings: tuple[tuple[Finding, ...], ...]
    estimate: Array
    se: Array
    low: Array
    high: Array
    effect: Array
    effect_variance: Array
    effect_name: str
    p: Array
    n: NDArray[np.int64]
    at_least: int
    conjunction: Mapping[str, Array]
    carried: NDArray[np.int64]

    def why(self, region: int) -> tuple[str, ...]:
        """Why each site has no answer; empty where it has one."""
        return tuple(why_silent(findings[region]) for findings in self.findings)

    def details(self, region: int) -> dict[str, object]:
        """Plain numbers and lists of one region, for ``Finding.details``."""
        columns = {
            "site_estimate": self.estimate, "site_se": self.se, "site_ci_low": self.low, "site_ci_high": self.high,
            "site_effect": self.effect, "site_p": self.p,
        }  # fmt: skip
        out: dict[str, object] = {name: [float(x) for x in array[:, region]] for name, array in columns.items()}
        out |= {
            "sites": list(self.sites),
            "site_n": [int(n) for n in self.n[:, region]],
            "site_groups": [", ".join(f"{n} {g}" for g, n in f[region].n.items()) for f in self.findings],
            "site_status": [f[region].status for f in self.findings],
            "site_why": list(self.why(region)),
            "conjunction_at_least": self.at_least,
            "conjunction_sites": len(self.sites),
            "sites_with_effect_at_least": int(self.carried[region]),
        }
        return out | {f"conjunction_p_{name}": float(p[region]) for name, p in self.conjunction.items()}


def evidence(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> SiteEvidence:
    """Evaluate the hypothesis in every site.

    Raises
    ------
    InputError
        Fewer than two sites, or more sites asked of the partial conjunction than there are.
    """
    sites, at_least = sites_asked(data, hypothesis)
    found = tuple(_at(data, hypothesis, settings, site) for site in sites)
    sided = _one_sided(data, hypothesis, settings, sites, found)
    p = _array(found, lambda f: f.p_value)
    if hypothesis.alternative == "two-sided":
        conjunction = {m: same_direction(sided[0], sided[1], at_least, m) for m in COMBINATIONS}
        carried = np.max([sites_with_effect(s, settings.alpha / 2) for s in sided], axis=0)
    else:
        conjunction = {m: partial_conjunction(sided[0], at_least, m) for m in COMBINATIONS}
        carried = sites_with_effect(sided[0], settings.alpha)
    effect, variance = _effects(found)
    return SiteEvidence(
        sites=sites, findings=found, estimate=_array(found, lambda f: f.estimate),
        se=_array(found, lambda f: f.statistic.get("se", NAN)),
        low=_array(found, lambda f: f.ci_low), high=_array(found, lambda f: f.ci_high),
        effect=effect, effect_variance=variance, effect_name=found[0][0].effect_size.name, p=p,
        n=np.array([[sum(f.n.values()) for f in row] for row in found]), at_least=at_least, conjunction=conjunction,
        carried=carried,
    )  # fmt: skip


def sites_asked(data: HypothesisData, hypothesis: Hypothesis) -> tuple[tuple[str, ...], int]:
    """Sites, and in how many of them an effect is asked for.

    Raises
    ------
    InputError
        Fewer than two sites, or more sites asked of the partial conjunction than there are.
    """
    sites = named_sites(data)
    at_least = hypothesis.replicate.at_least if hypothesis.replicate else 1
    if len(sites) < 2 or at_least > len(sites):
        raise InputError(
            "too few sites to replicate", expected=f"{max(2, at_least)} or more", got=", ".join(sites) or "none",
            where=f"hypothesis {hypothesis.name!r}", do="name the column that holds sites, or lower at_least",
        )  # fmt: skip
    return sites, at_least


def _at(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings, site: str) -> tuple[Finding, ...]:
    from nociscope.stats.evaluate import evaluate  # it calls this module

    return evaluate(_people(data, site), _alone(hypothesis), settings)


def _people(data: HypothesisData, site: str) -> HypothesisData:
    return taken(data, np.array([p.part == site for p in data.people]))


def _alone(hypothesis: Hypothesis) -> Hypothesis:
    """Ask one site: by itself it has nothing to be harmonised with."""
    return hypothesis.model_copy(update={"replicate": None, "harmonise": ""})


def _one_sided(
    data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings, sites: tuple[str, ...],
    found: tuple[tuple[Finding, ...], ...],
) -> tuple[Array, ...]:  # fmt: skip
    """P of each direction, shapes (site, region); of a one-sided hypothesis only its own."""
    if hypothesis.alternative != "two-sided":
        return (_array(found, lambda f: f.p_value),)
    alone = _alone(hypothesis)
    p = np.stack([one_sided_p(_people(data, site), alone, settings) for site in sites], axis=1)
    # only sites with an answer count, whatever one side alone could have shown
    return tuple(np.where(np.isfinite(_array(found, lambda f: f.estimate)), side, np.nan) for side in p)


def _array(found: tuple[tuple[Finding, ...], ...], of: Callable[[Finding], float]) -> Array:
    return np.array([[float(of(f)) for f in row] for row in found], dtype=np.float64)


def _effects(found: tuple[tuple[Finding, ...], ...]) -> tuple[Array, Array]:
    """Effect sizes on a scale on which they can be pooled, with variances; shapes (site, region)."""
    pairs = np.array([[_effect(f) for f in row] for row in found], dtype=np.float64)
    return pairs[..., 0], pairs[..., 1]


def _effect(finding: Finding) -> tuple[float, float]:
    if finding.status != "ok":
        return NAN, NAN
    value = finding.effect_size.value
    if finding.kind == "contrast":
        return value, standardised_variance(value, *finding.n.values())
    n, held = sum(finding.n.values()), len(finding.covariates)
    if abs(value) >= 1 or n - held < 4:
        return NAN, NAN
    # ranks vary more than Fisher's z says (Bonett & Wright 2000)
    wider = 1 + value**2 / 2 if finding.effect_size.name == "spearman_rho" else 1.0
    return float(np.arctanh(value)), wider / (n - held - 3)


def why_silent(finding: Finding) -> str:
    """Why a finding has no numbers; empty where it has."""
    if finding.status == "ok":
        return ""
    stopped = [s for s in finding.safeguards if (s.severity == "refuse" and not s.overridden)]
    stopped = stopped or [s for s in finding.safeguards if s.code == "too-few-people"]
    told = "; ".join(f"{s.code}: {s.message.rstrip('.')}" for s in stopped)
    return told or finding.status.replace("_", " ")
