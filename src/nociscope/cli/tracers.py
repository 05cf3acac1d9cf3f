"""``nociscope tracers``: what is known about each tracer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nociscope.cli.table import cited, show_table
from nociscope.core.errors import InputError

if TYPE_CHECKING:
    from nociscope.io.tracers import Tracer

OPEN = "open"
"""Printed where the literature leaves a fact open."""


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Everything about this one.")] = None,
) -> None:
    """List the tracers, or all about one."""
    from nociscope.io.tracers import find_tracer, tracers

    if name is None:
        columns = ("tracer", "target", "genotype", "window_min", "models", "source")
        show_table(columns, [_row(t) for t in tracers().values()])
        return
    tracer = find_tracer(name)
    if not tracer.known:
        raise InputError(
            "this tracer is not known", expected=f"one of {', '.join(tracers())}", got=name,
            do="run with it all the same: nothing is assumed, and the report says so",
        )  # fmt: skip
    show_table(("fact", "value", "source"), _facts(tracer), title=tracer.name)


def _row(t: Tracer) -> tuple[str, ...]:
    return (t.name, t.target, t.genotype or "none", _span(t.window_min), " ".join(t.models), cited(t.cites))


def _facts(t: Tracer) -> list[tuple[str, str, str]]:
    facts = {
        "target": t.target,
        "means": t.means,
        "does_not_mean": t.does_not_mean,
        "warning": t.warning or "none",
        "radionuclide": f"{t.radionuclide}, half-life {t.half_life_min:g} min",
        "window_min": _span(t.window_min),
        "scan_min": OPEN if t.scan_min is None else f"{t.scan_min:g}",
        "models": " ".join(t.models),
        "reference": "; ".join(f"{r.place} ({r.kind})" + (f": {r.note}" if r.note else "") for r in t.references)
        or "none",
        "genotype": f"{t.genotype or 'none'}. {t.genotype_note}".strip(),
        "age": t.age or OPEN,
        "sex": t.sex or OPEN,
        "dose_MBq": _span(t.dose_MBq),
        "vt_range": _span(t.vt_range),
        "open": "; ".join(t.open) or "nothing listed",
    }
    return [(fact, value, _source(t.sources.get(fact, ()))) for fact, value in facts.items()]


def _span(pair: tuple[float, float] | None) -> str:
    return OPEN if pair is None else f"{pair[0]:g}-{pair[1]:g}"


def _source(keys: tuple[str, ...]) -> str:
    known = cited(k for k in keys if k != "unverified")
    return "; ".join([known] * bool(known) + ["unverified"] * ("unverified" in keys))
