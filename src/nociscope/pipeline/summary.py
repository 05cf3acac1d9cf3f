"""Who finished, who did not and why; and the exit code that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nociscope.pipeline.execute import Outcome

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
