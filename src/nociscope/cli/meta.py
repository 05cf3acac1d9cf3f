"""``nociscope meta``: published summaries in, pooled effects and forest plots out."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nociscope.cli.table import show_table

if TYPE_CHECKING:
    import numpy as np

    from nociscope.io.summaries import Summary
    from nociscope.report.meta_page import MetaSection
    from nociscope.stats.sites.meta import Pooled, PoolSettings


class Model(StrEnum):
    """How studies are pooled."""

    random = "random"
    fixed = "fixed"


class Tau2(StrEnum):
    """Estimators of the variance between studies."""

    reml = "reml"
    dl = "dl"
    pm = "pm"


class Interval(StrEnum):
    """Intervals of random effects."""

    hartung_knapp = "hartung-knapp"
    hartung_knapp_adhoc = "hartung-knapp-adhoc"
    normal = "normal"


QUANTITIES = {
    "hedges_g": "Hedges g (above 0: first group higher)",
    "fisher_z": "correlation, Fisher z",
    "log_odds": "log odds ratio",
}


def command(
    table: Annotated[Path, typer.Argument(metavar="TSV", help="One study a row; see the guide on meta-analysis.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write tables, forest plots and a page there.")
    ] = None,
    model: Annotated[Model, typer.Option("--model", help="Two studies are always pooled as fixed.")] = Model.random,
    tau2: Annotated[Tau2, typer.Option("--tau2", help="Estimator of the variance between studies.")] = Tau2.reml,
    interval: Annotated[Interval, typer.Option("--interval", help="Of random effects.")] = Interval.hartung_knapp,
    level: Annotated[float, typer.Option("--level", min=0.5, max=0.999, help="Of all intervals.")] = 0.95,
) -> None:
    """Pool published summaries.

    Means and SDs, t, p, differences, d or g, odds ratios or correlations become effects of one scale; each outcome is
    pooled by itself, with the spread between studies and where the next study is expected.
    """
    from nociscope.io.summaries import read_summaries
    from nociscope.stats.sites.meta import PoolSettings

    settings = PoolSettings(model.value, tau2.value, interval.value, level)
    rows = read_summaries(table)
    parts = {o: [r for r in rows if r.outcome == o] for o in dict.fromkeys(r.outcome for r in rows)}
    pooled = {o: _pooled(part, settings) for o, part in parts.items()}
    show_table(COLUMNS, [_row(o, pooled[o]) for o in parts], title=str(table))
    for sentence in dict.fromkeys(s for p in pooled.values() for s in p.statements):
        print(sentence)
    if out is not None:
        _write(out, parts, pooled, settings)
        print(f"Wrote {out / 'meta.html'}")


COLUMNS = ("outcome", "studies", "model", "effect", "interval", "p", "tau2", "i2", "next study")


def _arrays(part: list[Summary]) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    return np.array([r.effect.value for r in part]), np.array([r.effect.variance for r in part])


def _pooled(part: list[Summary], settings: PoolSettings) -> Pooled:
    from nociscope.stats.sites.meta import pool

    return pool(*_arrays(part), settings)


def _row(outcome: str, p: Pooled) -> tuple[str, ...]:
    from nociscope.viz.numbers import plain

    def ends(low: float, high: float) -> str:
        return f"{plain(low)} to {plain(high)}" if math.isfinite(low) else "n/a"

    return (
        outcome or "all", str(p.studies[0]), str(p.model[0]), plain(p.estimate[0]), ends(p.low[0], p.high[0]),
        plain(p.p[0]), plain(p.tau2[0]), plain(p.i2[0]), ends(p.prediction_low[0], p.prediction_high[0]),
    )  # fmt: skip


def _write(out: Path, parts: dict[str, list[Summary]], pooled: dict[str, Pooled], settings: PoolSettings) -> None:
    from nociscope import __version__
    from nociscope.io.write import write_text
    from nociscope.report.meta_page import meta_page, standalone_svg
    from nociscope.viz.style import house

    _write_tables(out, parts, pooled, settings)
    with house():
        sections = [_section(o, part, pooled[o], settings) for o, part in parts.items()]
        write_text(out / "meta.html", meta_page("Meta-analysis", sections, f"nociscope {__version__}"))
    with house():
        for i, (o, part) in enumerate(parts.items(), start=1):
            drawing = _section(o, part, pooled[o], settings).drawing
            write_text(out / f"forest-{i:02d}.svg", standalone_svg(drawing))


def _write_tables(
    out: Path, parts: dict[str, list[Summary]], pooled: dict[str, Pooled], settings: PoolSettings
) -> None:
    from nociscope.io.write import write_json, write_tsv

    every = [(r, float(w)) for o, part in parts.items() for r, w in zip(part, pooled[o].weights[:, 0], strict=True)]
    write_tsv(
        out / "effects.tsv",
        {
            "outcome": [r.outcome for r, _ in every],
            "study": [r.study for r, _ in every],
            "scale": [r.effect.scale for r, _ in every],
            "effect": [r.effect.value for r, _ in every],
            "se": [r.effect.se for r, _ in every],
            "weight": [w for _, w in every],
            "from": [r.route for r, _ in every],
            "not_used": [" ".join(r.unused) for r, _ in every],
        },
    )
    fields = (
        "studies", "estimate", "se", "low", "high", "p", "tau2", "tau2_low", "tau2_high", "q", "q_p", "i2", "i2_low",
        "i2_high", "prediction_low", "prediction_high",
    )  # fmt: skip
    columns = {f: [getattr(p, f)[0] for p in pooled.values()] for f in fields}
    models = [str(p.model[0]) for p in pooled.values()]
    write_tsv(out / "pooled.tsv", {"outcome": list(parts), "model": models, **columns})
    write_json(
        out / "pooled.json",
        {
            "Model": settings.model, "Tau2": settings.tau2, "Interval": settings.interval, "Level": settings.level,
            "Statements": list(dict.fromkeys(s for p in pooled.values() for s in p.statements)),
            "LeaveOneOut": {o: _without(part, settings) for o, part in parts.items()},
        },
    )  # fmt: skip


def _without(part: list[Summary], settings: PoolSettings) -> dict[str, list[float]]:
    from nociscope.stats.sites.meta import leave_one_out

    found = leave_one_out(*_arrays(part), settings)
    return {
        r.study: [float(w.estimate[0]), float(w.low[0]), float(w.high[0])] for r, w in zip(part, found, strict=True)
    }


def _section(outcome: str, part: list[Summary], pooled: Pooled, settings: PoolSettings) -> MetaSection:
    from scipy import stats

    from nociscope.report.meta_page import MetaSection
    from nociscope.viz.meta_forest import ForestLine, ForestTotal, meta_forest

    z = float(stats.norm.ppf(0.5 + settings.level / 2))
    lines = [
        ForestLine(r.study, _people(r), e.value, e.value - z * e.se, e.value + z * e.se, float(w))
        for r, e, w in zip(part, (r.effect for r in part), pooled.weights[:, 0], strict=True)
    ]
    total = ForestTotal(
        f"{str(pooled.model[0]).capitalize()} effect{'s' if pooled.model[0] == 'random' else ''}",
        *(float(x[0]) for x in (pooled.estimate, pooled.low, pooled.high)),
        *(float(x[0]) for x in (pooled.prediction_low, pooled.prediction_high)),
    )
    quantity = QUANTITIES.get(part[0].effect.scale, part[0].effect.scale)
    drawing = meta_forest(lines, [total], quantity, outcome or "All studies", settings.level)
    rows = [("study", "people", "effect", "standard error", "from"), *(_printed(r) for r in part)]
    return MetaSection(outcome or "All studies", drawing, _sentences(part, pooled), rows)


def _people(row: Summary) -> str:
    e = row.effect
    return f"{e.n1} + {e.n2}" if e.n2 else str(e.n1) if e.n1 else ""


def _printed(row: Summary) -> tuple[str, ...]:
    from nociscope.viz.numbers import plain

    return row.study, _people(row) or "n/a", plain(row.effect.value), plain(row.effect.se), row.route


def _sentences(part: list[Summary], p: Pooled) -> tuple[str, ...]:
    from nociscope.stats.sites.meta import small_study_effect
    from nociscope.viz.numbers import p_text, percent, plain

    spread = (
        f"Between studies: τ² = {plain(p.tau2[0])} [{plain(p.tau2_low[0])} to {plain(p.tau2_high[0])}], "
        f"I² = {percent(round(float(p.i2[0]), 3))}, Q = {plain(p.q[0])}, {p_text(p.q_p[0])}."
    )
    egger = small_study_effect(*_arrays(part))
    small = egger.why or f"Egger's regression: intercept {plain(egger.intercept)}, {p_text(egger.p)}"
    return (*([spread] if p.studies[0] > 1 else []), f"Small studies: {small}.", *p.statements)
