"""Why a person has a grade, in words: what held, and for every earlier grade what failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from nociscope.core.instrument import YES_NO, Instrument, Rule
from nociscope.models.phenotype.expression import conjuncts, evaluate, functions

_NAME = re.compile(r"'[^']*'|\b[A-Za-z_]\w*\b")
_SIGNS = ((">=", "≥"), ("<=", "≤"), ("==", "is"), ("!=", "is not"))


def path(instrument: Instrument, rule: Rule, labels: tuple[str, ...], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences in the order of the rule's cases: why each that is out of reach fails, and what gave the grade.

    Parameters
    ----------
    labels : reachable ones; the grade is given a reason only where it is the only one.
    values : item, score or earlier rule → value in every completion, shape (completion,).
    """
    out = []
    for value, when in rule.cases:
        if (value,) == labels:
            held = [] if when == "true" else [_said(instrument, part, values) for part in conjuncts(when)]
            out.append(f"{value}: {' and '.join(held) or 'none of the above'}")
            break
        if value not in labels:
            failed = [part for part in conjuncts(when) if not np.any(evaluate(part, values))]
            reasons = "; ".join(_said(instrument, part, values) for part in failed)
            always = (
                "an earlier one holds whatever is missing" if when == "true" else "its conditions never hold together"
            )
            out.append(f"not {value}: {reasons or always}")
    return tuple(out)


def _said(instrument: Instrument, text: str, values: Mapping[str, Any]) -> str:
    """A condition with what is known of each input behind its name."""

    def named(match: re.Match[str]) -> str:
        word = match[0]
        if word not in values or word in functions():
            return word
        label = np.asarray(values[word]).dtype.kind in "UO"  # of an earlier rule, whose own lines stand before
        known = "" if label else f" ({_known(instrument, word, values[word])})"
        return _words(instrument, word) + known

    said = _NAME.sub(named, text)
    for sign, word in _SIGNS:
        said = said.replace(sign, word)
    return ("either " if " or " in text and " and " not in text else "") + said.replace("'", "")


def _words(instrument: Instrument, name: str) -> str:
    item = next((i for i in instrument.items if i.column == name), None)
    score = next((s for s in instrument.scores if s.id == name), None)
    own = item.words if item else score.name if score else ""
    return own or name.replace("_", " ")


def _known(instrument: Instrument, name: str, column: Any) -> str:
    found = np.unique(np.asarray(column))
    if found.size > 1:
        return "unknown" if name in instrument.columns else f"{found[0]:g} to {found[-1]:g}"
    item = next((i for i in instrument.items if i.column == name), None)
    score = next((s for s in instrument.scores if s.id == name), None)
    if (item is not None and item.kind == YES_NO) or (score is not None and (score.low, score.high) == (0, 1)):
        return "yes" if found[0] else "no"
    if item is not None and item.recode:
        return next((label for label, code in item.recode.items() if code == found[0]), f"{found[0]:g}")
    return f"{float(found[0]):g}"
