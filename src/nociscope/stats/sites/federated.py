"""Sums instead of people: a site gives means and cross-products, the centre fits what it would fit to all rows.

A site's file holds, of its people, how many they are, the means of the columns of the design and of the regions, and
their centred cross-products. X'X, X'Y and the diagonal of Y'Y follow from these without loss; the centred form keeps
the digits that X'X loses where a column (age in days) is far from zero.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, Refused, ShapeError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.stats.design import Array, is_numeric
from nociscope.stats.sample import samples

SMALLEST_CELL = 3
"""Fewer people than this in a level, or in a level within a group, could be recognised."""


@dataclass(frozen=True, eq=False)
class SiteSums:
    """What one site hands over; no value of a single person.

    Parameters
    ----------
    site : name. language : what must be the same everywhere: kind, measure, contrast, unit, covariates.
    columns : of the design, the question first; a label has one column a level, ``sex=F``.
    units : of the columns, in their order.
    regions : names.
    n : people. cells : level, or level within a group, to people.
    left_out : how many people lack something, by reason.
    means : shape (column,). cross : centred cross-products of the columns, shape (column, column).
    region_means : shape (region,). column_region : centred, shape (column, region). squares : shape (region,).
    """

    site: str
    language: Mapping[str, object]
    columns: tuple[str, ...]
    units: tuple[str, ...]
    regions: tuple[str, ...]
    n: int
    cells: Mapping[str, int]
    left_out: Mapping[str, int]
    means: Array
    cross: Array
    region_means: Array
    column_region: Array
    squares: Array

    def __post_init__(self) -> None:
        p, r = len(self.columns), len(self.regions)
        for name, shape in (
            ("means", (p,)), ("cross", (p, p)), ("region_means", (r,)), ("column_region", (p, r)), ("squares", (r,)),
        ):  # fmt: skip
            array = getattr(self, name)
            if array.shape != shape or not np.isfinite(array).all():
                raise ShapeError(f"{name} of site {self.site!r} do not fit", expected=shape, got=array.shape)
        if not np.allclose(self.cross, self.cross.T, rtol=1e-9, atol=1e-9 * np.abs(self.cross).max(initial=0)):
            raise InputError("cross-products are not symmetric", where=f"site {self.site!r}", do="export again")

    @property
    def xtx(self) -> Array:
        """X'X with the intercept first, shape (1 + column, 1 + column)."""
        m = np.r_[1.0, self.means]
        full = np.zeros((m.size, m.size))
        full[1:, 1:] = self.cross
        return np.asarray(full + self.n * np.outer(m, m))

    @property
    def xty(self) -> Array:
        """X'Y with the intercept first, shape (1 + column, region)."""
        shared = np.vstack([np.zeros_like(self.region_means), self.column_region])
        return np.asarray(shared + self.n * np.outer(np.r_[1.0, self.means], self.region_means))

    @property
    def yty(self) -> Array:
        """Sum of squares of each region, shape (region,)."""
        return np.asarray(self.squares + self.n * self.region_means**2)

    @property
    def key(self) -> str:
        """Hash of the language; files with different keys are not about the same question."""
        return language_key(self.language)


def language_key(language: Mapping[str, object]) -> str:
    """SHA-256 of the language, in sorted JSON."""
    return hashlib.sha256(json.dumps(language, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def site_sums(data: HypothesisData, hypothesis: Hypothesis, site: str) -> SiteSums:
    """Sum up one site's people for one contrast or correlation.

    Only people who have every region and every covariate enter, so that no two sums differ by one person.

    Raises
    ------
    InputError
        The hypothesis is neither a contrast of two groups nor a Pearson correlation, or nobody has all values.
    Refused
        ``federated-cell-small`` or ``federated-few-people``: somebody could be solved for. Cannot be overridden.
    """
    _check_asked(hypothesis)
    rows, left_out = _complete(data, hypothesis)
    columns, units, cells = _columns(data, hypothesis, rows)
    matrix = np.column_stack([*columns.values()])
    _check_private(site, len(rows), matrix.shape[1], cells)
    y = np.asarray(data.values)[rows]
    means, region_means = matrix.mean(axis=0), y.mean(axis=0)
    x_c, y_c = matrix - means, y - region_means
    cross = x_c.T @ x_c
    return SiteSums(
        site=site, language=_language(data, hypothesis), columns=tuple(columns), units=units, regions=data.regions,
        n=len(rows), cells=cells, left_out=left_out, means=means, cross=(cross + cross.T) / 2,
        region_means=region_means, column_region=x_c.T @ y_c, squares=(y_c**2).sum(axis=0),
    )  # fmt: skip


def _check_asked(hypothesis: Hypothesis) -> None:
    two = hypothesis.kind == "contrast" and len(hypothesis.contrast) == 2
    if not (two or (hypothesis.kind == "correlate" and hypothesis.method == "pearson")):
        raise InputError(
            "sums answer a contrast of two groups, or a Pearson correlation", got=hypothesis.kind,
            where=f"hypothesis {hypothesis.name!r}", do="ask one of these",
        )  # fmt: skip


def _complete(data: HypothesisData, hypothesis: Hypothesis) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Rows of people who have everything, and how many others there are, by reason and without names."""
    parts = samples(data, hypothesis)
    enters = set.intersection(*({int(i) for i in part.rows} for part in parts)) if parts else set()
    gone: dict[str, str] = {}
    for part in parts:
        for reasons in part.excluded:
            gone |= dict(reasons)
        gone |= {
            p.participant: "lacks a region" for p, i in zip(part.people, part.rows, strict=True) if i not in enters
        }
    counts: dict[str, int] = {}
    for reason in gone.values():
        counts[reason] = counts.get(reason, 0) + 1
    if not enters:
        raise InputError("nobody has all values", where=f"hypothesis {hypothesis.name!r}", do="name fewer regions")
    return np.array(sorted(enters), dtype=np.int64), counts


def _columns(
    data: HypothesisData, hypothesis: Hypothesis, rows: NDArray[np.int64]
) -> tuple[dict[str, Array], tuple[str, ...], dict[str, int]]:
    """Columns with their units, the question first, and how many people each level has."""
    cells: dict[str, int] = {}
    groups = np.array([p.group for p in data.people])[rows]
    if hypothesis.kind == "contrast":
        a, b = hypothesis.contrast
        columns, units = {f"{a} − {b}": (groups == a).astype(np.float64)}, ["1"]
        cells = {f"group={level}": int((groups == level).sum()) for level in (a, b)}
    else:
        predictor = np.zeros(len(data.people)) if data.predictor is None else data.predictor
        columns, units = {f"with {data.predictor_name}": predictor[rows].astype(np.float64)}, [data.predictor_unit]
        groups = np.full(len(rows), "")
    for name, column in data.covariates.items():
        values = np.asarray(column)[rows]
        if is_numeric(values):
            columns[name] = values.astype(np.float64)
            units.append("")
            continue
        for level in np.unique(values.astype(str)):
            here = values.astype(str) == level
            columns[f"{name}={level}"] = here.astype(np.float64)
            units.append("1")
            cells[f"{name}={level}"] = int(here.sum())
            for group in np.unique(groups[groups != ""]):
                cells[f"{name}={level} in {group}"] = int((here & (groups == group)).sum())
    return columns, tuple(units), cells


def _check_private(site: str, n: int, columns: int, cells: Mapping[str, int]) -> None:
    small = {name: count for name, count in cells.items() if 0 < count < SMALLEST_CELL}
    if small:
        told = ", ".join(f"{name}: {count}" for name, count in small.items())
        raise Refused(
            f"site {site!r}: fewer than {SMALLEST_CELL} people in {told}: sums over them would be nearly their own "
            "values",
            code="federated-cell-small", do="leave that covariate out, or join its levels, at all sites",
        )  # fmt: skip
    with_intercept = columns + 1
    if n <= with_intercept + 1:
        raise Refused(
            f"site {site!r}: {n} people and {with_intercept} columns: the people could be solved for from their sums",
            code="federated-few-people", do="use fewer covariates, or pool the site's effect size instead",
        )  # fmt: skip


def _language(data: HypothesisData, hypothesis: Hypothesis) -> dict[str, object]:
    kinds = {name: "number" if is_numeric(np.asarray(c)) else "label" for name, c in data.covariates.items()}
    return {
        "kind": hypothesis.kind,
        "measure": hypothesis.measure,
        "model": data.model,
        "unit": data.unit,
        "contrast": list(hypothesis.contrast),
        "correlate": hypothesis.correlate,
        "predictor_unit": data.predictor_unit if hypothesis.kind == "correlate" else "",
        "covariates": kinds,
        "coding": "1 for the first group, 0 for the other; one column a level; numbers as they are",
    }


def aligned(sites: tuple[SiteSums, ...]) -> tuple[SiteSums, ...]:
    """Give all sites the same columns: a level that a site does not have is a column of zeros there.

    Raises
    ------
    InputError
        Fewer than one site, a site that stands twice, another question, or other regions.
    """
    if not sites:
        raise InputError("no site", expected="one file or more")
    names = [s.site for s in sites]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise InputError("a site stands twice", got=", ".join(twice), do="give each site's file once")
    for other in sites[1:]:
        _check_same(sites[0], other)
    question = sites[0].columns[:1]
    rest = sorted({c for s in sites for c in s.columns[1:]})
    return tuple(_widened(s, (*question, *rest)) for s in sites)


def _check_same(first: SiteSums, other: SiteSums) -> None:
    where = f"site {other.site!r}"
    for key, value in first.language.items():
        if other.language.get(key) != value:
            raise InputError(
                f"not the same question: {key} differs", expected=value, got=other.language.get(key), where=where,
                do="export all sites with the same study file",
            )  # fmt: skip
    if first.key != other.key:
        raise InputError("not the same question", where=where, do="export all sites with the same study file")
    if first.regions != other.regions:
        odd = sorted(set(first.regions) ^ set(other.regions)) or ["their order"]
        raise InputError("regions differ", got=", ".join(odd), where=where, do="name the regions in the hypothesis")


def _widened(sums: SiteSums, columns: tuple[str, ...]) -> SiteSums:
    place = [columns.index(c) for c in sums.columns]
    p = len(columns)
    means, cross = np.zeros(p), np.zeros((p, p))
    means[place], cross[np.ix_(place, place)] = sums.means, sums.cross
    column_region = np.zeros((p, len(sums.regions)))
    column_region[place] = sums.column_region
    units = dict(zip(sums.columns, sums.units, strict=True))
    return replace(
        sums, columns=columns, units=tuple(units.get(c, "1") for c in columns), means=means, cross=cross,
        column_region=column_region,
    )  # fmt: skip
