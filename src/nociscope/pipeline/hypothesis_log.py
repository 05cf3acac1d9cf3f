"""Every hypothesis that was ever asked of an output folder: ``logs/hypotheses.tsv``, one line each, never rewritten.

A p says how rare a result is if one question was asked. Who tried several and kept one has to say so; this is the list.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nociscope.core.finding import Safeguard
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.study import Study

PLACE = "logs/hypotheses.tsv"
HEADER = ("hypothesis", "name", "asks", "first_run", "study_file")
WORDING = ("name", "question", "family", "override")
"""Keys that change how a hypothesis is called or corrected, not what is asked."""


@dataclass(frozen=True)
class Asked:
    """One line: hash of what is asked, its name when first asked, in short what, when first, by which study file."""

    hypothesis: str
    name: str
    asks: str
    first_run: str
    study_file: str


def fingerprint(hypothesis: Hypothesis) -> str:
    """Hash of what is asked: contrast, measure, regions, covariates, scheme …; not of its name or wording."""
    plain = {k: v for k, v in hypothesis.model_dump(mode="json").items() if k not in WORDING}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def resolved(study: Study) -> list[Hypothesis]:
    """Hypotheses with what the study file says for all of them: covariates and the column of the groups."""
    whole = {"covariates": list(study.covariates.use), "by": study.groups.variable}
    return [
        h.model_copy(update={k: v for k, v in whole.items() if not getattr(h, k) and getattr(h, k) != []})
        for h in study.hypothesis
    ]


def asked_before(root: Path) -> tuple[Asked, ...]:
    """Read the log; nothing where there is none. A line that somebody broke counts as far as it goes."""
    path = root / PLACE
    if not path.exists():
        return ()
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    return tuple(Asked(*(row + [""] * len(HEADER))[: len(HEADER)]) for row in rows)


def remember(root: Path, hypotheses: Sequence[Hypothesis], study_file: str, write: bool = True) -> tuple[str, ...]:
    """Append what was never asked before, unless told not to; return the hashes of all that ever was, in order."""
    known = {a.hypothesis: a for a in asked_before(root)}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    new: dict[str, Asked] = {}
    for h in hypotheses:
        own = fingerprint(h)
        if own not in known:
            new.setdefault(own, Asked(own, h.name, _short(h), now, study_file))
    if new and write:
        _append(root / PLACE, new.values())
    return (*known, *new)


def _append(path: Path, rows: Iterable[Asked]) -> None:
    """Add lines in one go, so that two runs do not mix theirs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = [[getattr(row, key) for key in HEADER] for row in rows]
    lines = ([list(HEADER)] if not path.exists() else []) + fields
    text = "".join("\t".join(" ".join(str(cell).split()) for cell in line) + "\n" for line in lines)
    with path.open("ab", buffering=0) as stream:
        stream.write(text.encode())


def _short(hypothesis: Hypothesis) -> str:
    what: Any = getattr(hypothesis, hypothesis.kind)
    told = " − ".join(map(str, what)) if isinstance(what, list) else str(what)
    return f"{hypothesis.measure or 'several measures'} {hypothesis.kind} {told}"


def tried(ever: Iterable[str], hypotheses: Sequence[Hypothesis]) -> tuple[Safeguard, ...]:
    """Say how many distinct hypotheses were asked over time, and how many of them are no longer asked.

    Parameters
    ----------
    ever : hashes from `remember`. hypotheses : of the study file as it is.
    """
    now = {fingerprint(h) for h in hypotheses}
    count, gone = len({*ever} | now), len({*ever} - now)
    if not count:
        return ()
    from nociscope.stats.safeguards import raised  # brings scipy: only who reports pays for it

    values: Mapping[str, object] = {"count": count, "gone": gone}
    return (raised("forking-paths" if gone else "hypotheses-run", values=values),)
