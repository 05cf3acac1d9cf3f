"""Does the effect differ between sites: the F of site by question, in every region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.design import Array, column_rank
from nociscope.stats.question import question
from nociscope.stats.sample import samples
from nociscope.stats.sites.people import named_sites, taken


@dataclass(frozen=True, eq=False)
class SiteInteraction:
    """F and p of site by question, shapes (region,), and degrees of freedom, shape (region, 2); nan where none is."""

    f: Array
    p: Array
    dof: Array


def site_interaction(data: HypothesisData, hypothesis: Hypothesis) -> SiteInteraction:
    """Compare a model in which sites share the effect with one in which each has its own.

    Both have an intercept for each site and share the slopes of covariates. Of a contrast or a correlation; ranks are
    over all people. Errors are taken as normal with one spread.
    """
    asked = hypothesis.model_copy(update={"replicate": None, "stratify": "", "harmonise": ""})
    sites = named_sites(data)
    known = taken(data, np.array([p.part in sites for p in data.people]))
    size = len(data.regions)
    f, p, dof = np.full(size, np.nan), np.full(size, np.nan), np.full((size, 2), np.nan)
    for sample in samples(known, asked):
        if not sample.people:
            continue
        put = question(sample, known, asked)
        part = np.array([person.part for person in sample.people])
        own = (part[:, None] == np.array(sites)).astype(np.float64)
        made = _f_test(put.design.interest, put.design.nuisance, own[:, own.any(axis=0)], put.values)
        if made is not None:
            f[sample.region_index], p[sample.region_index], dof[sample.region_index] = made
    return SiteInteraction(f, p, dof)


def _f_test(interest: Array, nuisance: Array, site: Array, y: Array) -> tuple[Array, Array, Array] | None:
    shared = np.column_stack([site, nuisance, interest])
    free = np.column_stack([shared, site * interest[:, None]])
    ranks = column_rank(shared), column_rank(free)
    extra, dof = ranks[1] - ranks[0], interest.size - ranks[1]
    if extra < 1 or dof < 1:
        return None
    small, large = (_unexplained(x, y) for x in (shared, free))
    with np.errstate(divide="ignore", invalid="ignore"):
        f = np.maximum(small - large, 0) / extra / (large / dof)
    return f, np.asarray(stats.f.sf(f, extra, dof)), np.array([extra, dof], dtype=np.float64)


def _unexplained(x: Array, y: Array) -> Array:
    length = np.linalg.norm(x, axis=0)
    basis, spread, _ = np.linalg.svd(x[:, length > 0] / length[length > 0], full_matrices=False)
    basis = basis[:, spread > 1e-8 * spread[0]]
    centred = y - y.mean(axis=0)
    return np.asarray(((centred - basis @ (basis.T @ centred)) ** 2).sum(axis=0))
