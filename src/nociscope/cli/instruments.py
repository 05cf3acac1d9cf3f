"""``nociscope instruments``: the questionnaires and criteria that can be scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nociscope.cli.table import show_table

if TYPE_CHECKING:
    from nociscope.core.instrument import Instrument, Item, Reference


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Everything about this one.")] = None,
) -> None:
    """List the questionnaires and criteria, or all about one."""
    from nociscope.io.instruments import find_instrument, instruments

    if name is None:
        columns = ("instrument", "version", "about", "items", "scores", "licence", "source")
        show_table(columns, [_row(i) for i in instruments().values()])
        return
    instrument = find_instrument(name)
    show_table(("fact", "value"), _facts(instrument), title=instrument.name)


def _row(i: Instrument) -> tuple[str, ...]:
    scores = " ".join(s.id for s in i.scores if not s.hidden) or " ".join(r.id for r in i.rules)
    return (
        i.name, i.version, i.construct, str(len(i.items)), scores or "unavailable", i.licence,
        "; ".join(_cited(r) for r in i.references),
    )  # fmt: skip


def _cited(r: Reference) -> str:
    where = f" doi:{r.doi}" if r.doi else f" {r.url}" if r.url else ""
    return f"{r.cite}{where}{'' if r.verified else ' (rule not read there)'}"


def _facts(i: Instrument) -> list[tuple[str, str]]:
    return [
        ("about", i.construct),
        ("version", i.version),
        ("table", f"phenotype/{i.id}.tsv"),
        *[("item", _item(item)) for item in i.items],
        *[("score", f"{s.id}: {s.low:g} to {s.high:g}, if items are missing: {s.missing.rule}{_named(s.preset)}")
          for s in i.scores if not s.hidden],
        *[("band", f"{b.score}: " + ", ".join(f"{at:g} {label}" for at, label in zip(b.edges, b.labels, strict=True))
           + _named(b.preset)) for b in i.bands],
        *[("rule", f"{r.id}: {', '.join(value for value, _ in r.cases)}") for r in i.rules],
        *[("source", f"{_cited(r)}: {', '.join(r.supports)}") for r in i.references],
        ("licence", i.licence),
        *([("unavailable", i.unavailable)] if i.unavailable else []),
        ("sha256", i.sha256),
    ]  # fmt: skip


def _named(preset: str) -> str:
    return f" (preset {preset})" if preset else ""


def _item(item: Item) -> str:
    from nociscope.core.instrument import CLOCK

    span = "time of day" if item.kind == CLOCK else f"{item.low:g} to {item.high:g}"
    words = f", or {' '.join(item.recode)}" if item.recode else ""
    return f"{item.column}: {span}{words}{', reversed' if item.reverse else ''}"
