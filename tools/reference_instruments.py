"""The page of instruments, written from their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.markdown import code, page, table

if TYPE_CHECKING:
    from nociscope.core.instrument import Band, Instrument, Item, Missing, Reference, ScoreRule

_MISSING = {
    "complete": "no score",
    "prorate": "mean of the answered items stands for the others",
    "percent_of_answered": "percentage of what the answered items could reach",
    "bounded": "no score unless the bounds agree",
    "unticked": "a blank is zero",
}


def instruments() -> str:
    """Every questionnaire and set of criteria."""
    from nociscope.io.instruments import instruments as known

    found = list(known().values())
    overview = [
        (f"[{i.name}](#{i.id})", i.construct, len(i.items), ", ".join(code(s.id) for s in _shown(i)) or _rules(i))
        for i in found
    ]
    return page(
        "Instruments",
        "Every questionnaire and set of criteria that can be scored, from the files that the program itself reads. "
        "No file holds the wording of an item: get the form from the address in its licence. What a rule could not be "
        "read at its source for is marked *unverified*. How missing items, bounds and cut-offs work: "
        "[Questionnaires](../explanation/questionnaires.md). To add one: "
        "[Add an instrument](../how-to/add-an-instrument.md).",
        table(("instrument", "about", "items", "scores or rules"), overview),
        *(_instrument(i) for i in found),
        "*Made from `io/instrument_files/` when this documentation was built.*",
    )


def _instrument(i: Instrument) -> str:
    parts = [
        f"## {i.name} {{ #{i.id} }}",
        f"{i.construct[:1].upper()}{i.construct[1:]}. Version {i.version}"
        + (f"; asks about: {i.recall}" if i.recall else "") + f". Table `phenotype/{i.id}.tsv`.",
        f"!!! warning\n    Cannot be scored: {i.unavailable}." if i.unavailable else "",
        table(("columns", "answers", "reversed"), _items(i.items)),
        table(("score", "range", "unit", "if items are missing"), [_score(s) for s in _shown(i)]) if i.scores else "",
        table(("bands of", "from", "source"), [_band(b) for b in i.bands]) if i.bands else "",
        *(f"Rule {code(r.id)}: " + ", ".join(f"*{v}* if {code(w)}" for v, w in r.cases) + "." for r in i.rules),
        "Presets: " + ", ".join(code(p) for p in i.presets) + "." if i.presets else "",
        f"**Licence.** {i.licence}",
        "\n".join(_reference(r) for r in i.references),
    ]  # fmt: skip
    return "\n\n".join(p for p in parts if p)


def _shown(i: Instrument) -> list[ScoreRule]:
    return [s for s in i.scores if not s.hidden]


def _rules(i: Instrument) -> str:
    return ", ".join(code(r.id) for r in i.rules) or "unavailable"


def _items(items: tuple[Item, ...]) -> list[tuple[str, str, str]]:
    """Neighbours that are answered alike share a line."""
    groups: list[list[Item]] = []
    for item in items:
        alike = groups and _answers(groups[-1][0]) == _answers(item) and groups[-1][0].reverse == item.reverse
        groups[-1].append(item) if alike else groups.append([item])
    return [
        (
            code(g[0].column) + (f" … {code(g[-1].column)}" if len(g) > 1 else ""),
            _answers(g[0]),
            "yes" if g[0].reverse else "",
        )
        for g in groups
    ]


def _answers(item: Item) -> str:
    if item.kind == "clock":
        return "time of day"
    span = ", ".join(f"{v:g}" for v in item.allowed) or f"{item.low:g} to {item.high:g}"
    words = f", or {', '.join(item.recode)}" if item.recode else ""
    return ("no, yes" if item.kind == "yes_no" else span) + words


def _score(s: ScoreRule) -> tuple[str, ...]:
    name = code(s.id) + (f" ({s.name})" if s.name else "") + (f", preset {code(s.preset)}" if s.preset else "")
    optional = f"; on request: {_missing(s.optional)}" if s.optional else ""
    return (name, f"{s.low:g} to {s.high:g}", s.unit, _missing(s.missing) + optional)


def _missing(m: Missing) -> str:
    least = f", from {m.min_valid} answers" if m.min_valid else ""
    return _MISSING[m.rule] + least + ("" if m.official or m.rule in ("complete", "bounded") else " (not validated)")


def _band(b: Band) -> tuple[str, ...]:
    name = code(b.score) + (f", preset {code(b.preset)}" if b.preset else "")
    return (name, "; ".join(f"{at:g} {label}" for at, label in zip(b.edges, b.labels, strict=True)), b.supports)


def _reference(r: Reference) -> str:
    where = f" [doi:{r.doi}](https://doi.org/{r.doi})" if r.doi else f" {r.url}" if r.url else ""
    unread = " (*unverified*, the DOI is right)" if r.doi_verified else " (*unverified*)"
    return f"- {r.cite}{where}: {', '.join(r.supports)}{'' if r.verified else unread}"
