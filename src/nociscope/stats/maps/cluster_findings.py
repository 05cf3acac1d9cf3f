"""Findings of clusters that passed: the mean within, and that of the same cluster as others find it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.finding import Finding
from nociscope.core.hypothesis import MapSettings
from nociscope.core.map_result import Cluster
from nociscope.core.space import GraphSpace
from nociscope.stats.design import Array
from nociscope.stats.linear import algebra
from nociscope.stats.maps.clusters import clustering, forming_threshold
from nociscope.stats.maps.element_maps import slices
from nociscope.stats.maps.left_out import measured_without, t_without
from nociscope.stats.maps.picked import Outcome, finding_of, selected
from nociscope.stats.maps.places import place


def cluster_findings(outcome: Outcome, method: str) -> tuple[Finding, ...]:
    """One finding for each cluster at or below alpha, the largest first."""
    passed = [c for c in outcome.corrected.clusters if c.p_adjusted <= outcome.settings.alpha]
    if not passed:
        return ()
    folds = _fold_maps(outcome) if outcome.test.questions == 1 else None
    return tuple(_finding(outcome, c, len(passed), folds, method) for c in passed)


def _finding(outcome: Outcome, cluster: Cluster, hits: int, folds: NDArray[np.float32] | None, method: str) -> Finding:
    inside = outcome.corrected.labels == cluster.label
    name = f"cluster {cluster.label}, peak at {place(outcome.space, cluster.peak)}"
    column = outcome.values[:, inside].mean(axis=1, dtype=np.float64)
    finding = finding_of(outcome, name, column)
    if finding.status != "ok":
        return finding
    details: dict[str, object] = {
        "elements": cluster.elements, "extent": cluster.extent, "extent_unit": cluster.extent_unit,
        "mass": cluster.mass,
    }  # fmt: skip
    estimate = None
    if folds is not None:
        estimate, people = _left_out(outcome, inside, cluster.sign, folds)
        details |= {"loso_estimate": estimate, "loso_n": people}
    what = f"the mean of a cluster of {cluster.elements:,} elements"
    kept = tuple(s for s in finding.safeguards if s.code not in ("selected", "variances-unequal", _VERDICT))
    return replace(
        finding, p_value=cluster.p_adjusted, p_adjusted=cluster.p_adjusted,
        method=f"{method}; p is that of the cluster; its mean: {finding.method}",
        cites=tuple(dict.fromkeys((*finding.cites, *_sources(outcome)))),
        details={**finding.details, **details}, safeguards=(*kept, selected(what, hits, estimate)),
    )  # fmt: skip


def _sources(outcome: Outcome) -> tuple[str, ...]:
    networks = ("zalesky2010",) if isinstance(outcome.space, GraphSpace) else ()
    return ("winkler2014", "westfall1993", *networks, "esterman2010")


_VERDICT = "interval-and-p-disagree"


def _fold_maps(outcome: Outcome) -> NDArray[np.float32]:
    """Pooled t without each person, shape (person, element)."""
    values = outcome.question.values
    out = np.empty(values.shape, dtype=np.float32)
    for part in slices(values.shape[1]):
        out[:, part] = t_without(outcome.question.design, values[:, part].astype(np.float64))
    return out


def _left_out(outcome: Outcome, inside: NDArray[np.bool_], sign: int, folds: NDArray[np.float32]) -> tuple[float, int]:
    """Effect in each person of the cluster that the others find and that overlaps this one most."""
    how = outcome.hypothesis.map or MapSettings()
    threshold = forming_threshold(how.forming_p, max(1, outcome.test.dof - 1))
    cut = clustering(outcome.space, threshold, "extent", how.connectivity, "greater")
    measured: list[float] = []
    for i, t in enumerate(folds):
        labels = cut.labels(sign * np.nan_to_num(t))[0]
        overlap = np.bincount(labels[inside], minlength=2)[1:]
        if not np.isfinite(t).all() or not overlap.max(initial=0):
            continue
        mean: Array = outcome.question.values[:, labels == 1 + int(overlap.argmax())].mean(axis=1, dtype=np.float64)
        measured.append(measured_without(outcome.question.design, mean, i))
    if len(measured) < len(folds):
        return float("nan"), len(measured)
    return float(algebra(outcome.question.design).weights @ np.array(measured)), len(measured)
