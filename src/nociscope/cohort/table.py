"""One row per number: from fitted scans to the cohort table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nociscope.core.records import KineticFit, Measure
from nociscope.core.status import FitStatus

_LEFT = re.compile(r"^(left|lh|l)[-_. ]|^ctx[-_]lh|[-_. ](left|lh|l)$", re.IGNORECASE)
_RIGHT = re.compile(r"^(right|rh|r)[-_. ]|^ctx[-_]rh|[-_. ](right|rh|r)$", re.IGNORECASE)


@dataclass(frozen=True)
class ScanResults:
    """All fits of one scan and where they were written, relative to the output folder."""

    participant_id: str
    session_id: str
    site: str
    tracer: str
    fits: Mapping[str, tuple[KineticFit, ...]]
    sources: Mapping[str, str]


def hemisphere(region: str) -> str:
    """Side of a region from the usual naming habits: ``L``, ``R``, or ``n/a`` where the name does not say."""
    if _LEFT.search(region):
        return "L"
    return "R" if _RIGHT.search(region) else "n/a"


def measures(scans: Iterable[ScanResults]) -> list[Measure]:
    """Every number of every scan as a row, in the order of participant, session, model, region.

    A scan that lacks a model or region which others have gets ``nan`` rows that say so: no row is dropped.
    """
    scans = list(scans)
    rows = [row for scan in scans for row in _rows(scan)]
    return sorted(rows + list(_absent(scans, rows)), key=_order)


def _rows(scan: ScanResults) -> Iterator[Measure]:
    for model, fits in scan.fits.items():
        for fit in fits:
            for symbol, estimate in fit.estimates.items():
                yield Measure(
                    participant_id=scan.participant_id,
                    session_id=scan.session_id,
                    site=scan.site,
                    modality=f"pet:{scan.tracer}",
                    measure=symbol,
                    region=fit.region,
                    hemisphere=hemisphere(fit.region),
                    value=estimate.value,
                    se=estimate.se,
                    unit=estimate.unit,
                    method=model,
                    status=_worse(fit.status, estimate.status),
                    source_file=scan.sources[model],
                )


def _worse(fit: FitStatus, own: FitStatus) -> FitStatus:
    """The estimate's own status where it has one; the caveat of the whole fit otherwise."""
    return fit if own is FitStatus.OK and fit.keeps_value else own


def _absent(scans: list[ScanResults], rows: list[Measure]) -> Iterator[Measure]:
    """Rows that other scans of the same tracer have and this one lacks."""
    kinds = {(r.modality, r.method, r.measure, r.region, r.hemisphere, r.unit) for r in rows}
    have = {(r.participant_id, r.session_id, r.modality, r.method, r.measure, r.region) for r in rows}
    for scan in scans:
        for modality, method, measure, region, side, unit in kinds:
            same_tracer = not scan.tracer or modality == f"pet:{scan.tracer}"
            if same_tracer and (scan.participant_id, scan.session_id, modality, method, measure, region) not in have:
                status = FitStatus.MISSING_REGION if method in scan.fits else FitStatus.STEP_FAILED
                yield Measure(
                    scan.participant_id, scan.session_id, scan.site, modality, measure, region, side,
                    float("nan"), float("nan"), unit, method, status, scan.sources.get(method, ""),
                )  # fmt: skip


def _order(row: Measure) -> tuple[str, ...]:
    return (row.participant_id, row.session_id, row.modality, row.method, row.measure, row.region)
