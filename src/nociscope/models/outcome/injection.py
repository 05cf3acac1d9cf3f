"""Who was injected before the scan: nothing that was measured afterwards can predict their response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BEFORE, AFTER, SAME_DAY, NONE, UNKNOWN = "injected_before_scan", "injected_after_scan", "same_day", "none", "unknown"


@dataclass(frozen=True)
class Prospective:
    """People by the order of scan and injection.

    Parameters
    ----------
    prospective : scanned before their first injection; only of these can the scan predict anything.
    not_prospective : injected before the scan. undecided : same day, or a date is missing. not_injected : nobody did.
    """

    prospective: tuple[str, ...]
    not_prospective: tuple[str, ...]
    undecided: tuple[str, ...]
    not_injected: tuple[str, ...]

    @property
    def n_pooled(self) -> int:
        """Injected people, whatever the order."""
        return len(self.prospective) + len(self.not_prospective) + len(self.undecided)

    @property
    def sentence(self) -> str:
        """Both counts, for the page."""
        text = (
            f"{len(self.prospective)} people were scanned before the injection, {self.n_pooled} with those who were not"
        )
        return f"{text}; of {len(self.undecided)} the order is unknown" if self.undecided else text


def injection_order(scan_day: float | None, injection_days: Sequence[float | None]) -> str:
    """Order of one person's scan and first injection.

    Parameters
    ----------
    scan_day : days from the index date. injection_days : of every injection; None where the date is unknown.
    """
    if not injection_days:
        return NONE
    known = [d for d in injection_days if d is not None]
    if scan_day is None:
        return UNKNOWN
    if known and min(known) < scan_day:
        return BEFORE
    if len(known) < len(injection_days):
        return UNKNOWN
    return SAME_DAY if min(known) == scan_day else AFTER


def prospective(orders: Mapping[str, str]) -> Prospective:
    """Sort people by the order of scan and injection; person → order."""

    def of(*kinds: str) -> tuple[str, ...]:
        return tuple(person for person, order in orders.items() if order in kinds)

    return Prospective(of(AFTER), of(BEFORE), of(SAME_DAY, UNKNOWN), of(NONE))
