"""A response made of several: all of them, or any, with a rule for rescue medication and one for missing visits.

Each part is what a criteria file says of one definition: responder, nonresponder, undefined, or several of these where
a visit is missing. What is joined is every combination that is still possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from nociscope.core.errors import InputError
from nociscope.core.scores import Decision

RESPONDER, NONRESPONDER, UNDEFINED = "responder", "nonresponder", "undefined"
NA = "na"

_JOINED = ("and", "or")
_MISSING = (NA, NONRESPONDER)


def composite(parts: Mapping[str, Decision], joined: str, rescue: bool | None = False, missing: str = NA) -> Decision:
    """Join what several definitions say of one person.

    Parameters
    ----------
    parts : name → decision with the labels ``responder``, ``nonresponder`` and ``undefined``.
    joined : ``and`` or ``or``.
    rescue : whether rescue medication was used, which makes anybody a non-responder; None where nobody knows.
    missing : ``na`` leaves a part open where its visit is missing; ``nonresponder`` counts it as no response, as
        carrying the baseline forward does.

    Raises
    ------
    InputError
        Nothing to join, or an unknown rule.
    """
    if not parts or joined not in _JOINED or missing not in _MISSING:
        raise InputError("composite response", expected="parts, joined by and / or, missing na / nonresponder",
                         got=f"{len(parts)} parts, {joined}, {missing}")  # fmt: skip
    reachable = {name: _reachable(d, missing) for name, d in parts.items()}
    found = {_joined(world, joined) for world in product(*reachable.values())}
    if rescue is None:
        found |= {NONRESPONDER}
    elif rescue:
        found = {NONRESPONDER}
    grades = tuple(g for g in (RESPONDER, NONRESPONDER, UNDEFINED) if g in found)
    open_ = tuple(name for name, labels in reachable.items() if len(labels) > 1)
    unknown = (*open_, *(("rescue_medication",) if rescue is None else ()))
    return Decision(
        f"composite ({joined})", f" {joined} ".join(parts), grades, _path(parts, rescue, missing), unknown,
        unknown if len(grades) > 1 else (), {name: d.grade for name, d in parts.items()},
    )  # fmt: skip


def settled(decision: Decision, missing: str = NA) -> Decision:
    """One definition under a rule for missing visits: left open, or counted as no response."""
    if missing not in _MISSING:
        raise InputError("rule for missing visits", expected=" or ".join(_MISSING), got=missing)
    labels = _reachable(decision, missing)
    if labels == decision.grades:
        return decision
    why = (*decision.path, "nonresponder: the visit is missing, which this rule counts as no response")
    return Decision(
        decision.criteria, decision.rule, labels, why, decision.missing, (), decision.inputs, decision.cites
    )


def _reachable(decision: Decision, missing: str) -> tuple[str, ...]:
    if missing == NONRESPONDER and len(decision.grades) > 1:
        return (NONRESPONDER,)
    return decision.grades


def _joined(labels: tuple[str, ...], joined: str) -> str:
    wins, loses = (RESPONDER, NONRESPONDER) if joined == "or" else (NONRESPONDER, RESPONDER)
    if wins in labels:
        return wins
    return UNDEFINED if UNDEFINED in labels else loses


def _path(parts: Mapping[str, Decision], rescue: bool | None, missing: str) -> tuple[str, ...]:
    lines = [f"{name}: {d.grade}" for name, d in parts.items()]
    if rescue:
        lines.append("rescue medication was used: nonresponder whatever the rest says")
    if rescue is None:
        lines.append("nobody knows whether rescue medication was used")
    if missing == NONRESPONDER:
        lines.append("a missing visit counts as no response")
    return tuple(lines)
