"""Criteria that build on other criteria: they take over the inputs and rules of those that they name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from nociscope.core.errors import MalformedFile
from nociscope.core.instrument import Instrument, Item, Rule, Vector


def linked(found: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Every instrument, those with ``uses`` completed by what they use.

    The rule ``grade`` of used criteria is named by their id (hyphens become underscores), so that a later rule can ask
    ``neupsig == 'definite'``. The digest covers all files that take part.

    Raises
    ------
    MalformedFile
        A file uses what does not exist or uses others itself, or two files describe the same input differently.
    """
    return {key: _linked(one, found) if one.uses else one for key, one in found.items()}


def _linked(own: Instrument, found: Mapping[str, Instrument]) -> Instrument:
    if wrong := [u for u in own.uses if u not in found or found[u].uses]:
        raise MalformedFile("uses what is not there, or uses others itself", got=", ".join(wrong), where=own.id)
    used = [found[name] for name in own.uses]
    items: dict[str, Item] = {}
    for item in (i for one in (*used, own) for i in one.items):
        if items.setdefault(item.column, item) != item:
            raise MalformedFile("an input is described twice, and differently", got=item.column, where=own.id)
    return replace(
        own, items=tuple(items.values()), scores=tuple(s for one in used for s in one.scores) + own.scores,
        rules=tuple(_named(one, rule) for one in used for rule in one.rules) + own.rules,
        sha256=hashlib.sha256("".join(one.sha256 for one in (*used, own)).encode()).hexdigest(),
        vectors=tuple(_filled(vector, tuple(items)) for vector in own.vectors),
    )  # fmt: skip


def _named(used: Instrument, rule: Rule) -> Rule:
    return replace(rule, id=used.id.replace("-", "_")) if rule.id == "grade" else rule


def _filled(vector: Vector, columns: tuple[str, ...]) -> Vector:
    return replace(vector, answers={c: vector.answers.get(c, vector.fill) for c in columns})
