"""One number with all that it needs to be believed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from nociscope.core.errors import InputError
from nociscope.core.status import FitStatus


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its standard error, how the error was made, and whether to trust it.

    Parameters
    ----------
    value : finite, or ``nan`` where ``status`` says why.
    se : standard error in the same unit; ``nan`` where none could be made.
    unit : as in the vocabulary; ``"1"`` is unitless.
    error : how ``se`` was made: ``delta``, ``bootstrap``, ``regression``, ``ensemble``, ``none``.
    status : see `FitStatus`.

    Raises
    ------
    InputError
        A missing value without a reason, or a value beside a status that denies one.
    """

    value: float
    se: float = math.nan
    unit: str = "1"
    error: str = "none"
    status: FitStatus = FitStatus.OK

    def __post_init__(self) -> None:
        finite = math.isfinite(self.value)
        if not finite and self.status.keeps_value:
            raise InputError("a missing value needs a reason", expected="a status that says why", got=self.status)
        if finite and not self.status.keeps_value:
            raise InputError("a value beside a status that denies it", expected="nan", got=self.value)

    @classmethod
    def missing(cls, unit: str, status: FitStatus) -> Estimate:
        """Return ``nan`` with a reason."""
        return cls(math.nan, math.nan, unit, "none", status)

    @property
    def relative_se(self) -> float:
        """Standard error as a fraction of the absolute value."""
        return self.se / abs(self.value) if self.value else math.nan

    def with_status(self, status: FitStatus) -> Estimate:
        """Return the same estimate under another status; the value goes where the status denies one."""
        if status.keeps_value:
            return replace(self, status=status)
        return Estimate.missing(self.unit, status)
