"""Who finished, who did not and why; and the exit code that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nociscope.io.table import read_json
from nociscope.pipeline.execute import Outcome
from nociscope.pipeline.task import Task

ALL_DONE, SOME_FAILED, UNUSABLE = 0, 1, 2
GOOD = frozenset({"done", "current"})


@dataclass(frozen=True)
class UnitSummary:
    """One participant, or the group: tasks by ending, and the first reason why not all were done."""

    unit: str
    endings: Counter[str]
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything is done."""
        return set(self.endings) <= GOOD


def by_unit(outcomes: Iterable[Outcome]) -> list[UnitSummary]:
    """Summaries in the order of the units' names."""
    units: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        units.setdefault(outcome.unit, []).append(outcome)
    return [UnitSummary(u, Counter(o.state for o in found), _first_reason(found)) for u, found in sorted(units.items())]


def _first_reason(outcomes: Sequence[Outcome]) -> str:
    for state in ("failed", "blocked", "skipped"):
        for outcome in outcomes:
            if outcome.state == state:
                return f"{outcome.step} {state}: {outcome.reason} ({outcome.log})"
    return ""


def exit_code(outcomes: Sequence[Outcome], pending: Sequence[str] = ()) -> int:
    """0: all done (or queued); 1: some failed or could not run; 2: nothing could be run at all."""
    states = {o.state for o in outcomes}
    if states and states <= {"blocked", "skipped"} and not pending:
        return UNUSABLE
    return ALL_DONE if states <= GOOD else SOME_FAILED


def lines(outcomes: Sequence[Outcome], pending: Sequence[str] = ()) -> list[str]:
    """The summary as text: one line in all, then one per unit that is not done."""
    units = by_unit(outcomes)
    tasks = Counter(o.state for o in outcomes)
    good = sum(u.ok for u in units)
    counted = ", ".join(f"{tasks[s]} {s}" for s in ("done", "current", "failed", "blocked", "skipped") if tasks[s])
    total = len({u.unit for u in units} | set(pending))
    text = [f"{good} of {total} units complete ({counted or 'nothing to do'})"]
    text += [f"  {u.unit}: {u.reason}" for u in units if not u.ok]
    if pending:
        text.append(f"  waiting or running: {', '.join(pending)}; run the same command again to see how it went")
    return text


def safeguard_lines(tasks: Iterable[Task], outcomes: Iterable[Outcome], root: Path) -> list[str]:
    """What the findings of these tasks cannot show: refusals and warnings in a sentence each, notes by their code."""
    good = {o.task for o in outcomes if o.state in GOOD}
    files = [root / name for t in tasks if t.id in good for name in t.outputs.values() if name.endswith("finding.json")]
    found = [f for path in files if path.exists() for f in read_json(path)["Findings"]]
    raised: dict[tuple[str, str], list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for finding in found:
        for safeguard in finding["safeguards"]:
            raised.setdefault((_severity(safeguard), safeguard["code"]), []).append((safeguard, finding))
    if not raised:
        return []
    ranked = sorted(raised.items(), key=lambda item: LOUDNESS.index(item[0][0]))  # stable: in order of the findings
    told = [
        f"  {severity} {code}: {_said(same, len(found))}" for (severity, code), same in ranked if severity != "note"
    ]
    notes = [code for severity, code in raised if severity == "note"]
    quiet = [f"  noted: {', '.join(notes)}"] if notes else []
    return [
        f"What these {len(found)} findings cannot show (the documentation explains each code under Safeguards):",
        *told,
        *quiet,
    ]


LOUDNESS = ("refused", "overruled", "warning", "note")


def _severity(safeguard: dict[str, Any]) -> str:
    if safeguard["severity"] == "refuse":
        return "overruled" if safeguard["overridden"] else "refused"
    return "warning" if safeguard["severity"] == "warn" else "note"


def _said(same: Sequence[tuple[dict[str, Any], dict[str, Any]]], findings: int) -> str:
    """One sentence for all that raised it, and where they are."""
    messages = list(dict.fromkeys(s["message"] for s, _ in same))
    first = same[0][0]
    text = str(first["message"] if len(messages) == 1 or not first["short"] else first["short"])
    if len(same) == findings:
        return text
    names = ", ".join(dict.fromkeys(f["hypothesis"] for _, f in same))
    return f"{text} [{names}: {len(same)} of {findings} findings]"
