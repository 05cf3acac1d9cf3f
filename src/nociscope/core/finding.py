"""A finding: what a hypothesis of the study file became. No bare p exists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from nociscope.core.errors import InputError

STATUSES = ("ok", "refused", "not_estimable")
"""What may have become of a hypothesis."""


@dataclass(frozen=True)
class EffectSize:
    """A standardised effect with its interval: ``name`` is ``hedges_g``, ``pearson_r``, ``dz``, ``icc11`` …"""

    name: str
    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class Safeguard:
    """What an analysis cannot show, said in a sentence.

    ``severity`` is ``note``, ``warn`` or ``refuse``; ``overridden`` marks a refusal that the study file named.
    ``short`` says the same without the numbers of one region, so that regions can share it (*in 5 of 6 regions: …*);
    empty where the message itself holds for all regions.
    """

    code: str
    message: str
    severity: str = "warn"
    overridden: bool = False
    short: str = ""


@dataclass(frozen=True)
class Point:
    """One person's number as it entered the finding, for the estimate plot.

    ``x`` is the other variable of a correlation, or the first session of a pair; nan otherwise.
    """

    participant: str
    group: str
    value: float
    x: float = float("nan")
    se: float = float("nan")


@dataclass(frozen=True)
class Finding:
    """Fields of ``finding.json``; see `docs/reference`.

    ``status`` is ``ok``, ``refused`` (a safeguard stopped it; the numbers are nan) or ``not_estimable``.
    ``details`` holds what only one kind of finding has (SEM, MDC, adjusted means, smallest attainable p …), each
    a plain number or a list of plain numbers.
    """

    hypothesis: str
    kind: str
    measure: str
    region: str
    model: str
    contrast: str
    n: Mapping[str, int]
    estimate: float
    unit: str
    ci_low: float
    ci_high: float
    ci_level: float
    effect_size: EffectSize
    statistic: Mapping[str, float]
    p_value: float
    p_adjusted: float
    adjustment: str
    family: str
    method: str
    n_permutations: int
    exact: bool
    seed: int
    alternative: str
    covariates: tuple[str, ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    safeguards: tuple[Safeguard, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    points: tuple[Point, ...] = ()
    cites: tuple[str, ...] = ()
    software: str = ""
    status: str = "ok"

    def __post_init__(self) -> None:
        for name in ("hypothesis", "kind", "measure", "unit", "family", "method", "adjustment"):
            if not getattr(self, name):
                raise InputError(f"a finding cannot be built without {name}", expected="text", got="nothing")
        if self.status not in STATUSES:
            raise InputError("unknown status of a finding", expected=", ".join(STATUSES), got=self.status)
        if not self.n or any(count < 0 for count in self.n.values()):
            raise InputError("a finding cannot be built without n", expected="people per group", got=dict(self.n))
        if not isinstance(self.seed, int) or self.seed < 0:
            raise InputError("a finding cannot be built without a seed", expected="0 or more", got=self.seed)
        if not 0 < self.ci_level < 1:
            raise InputError("impossible level of an interval", expected="between 0 and 1", got=self.ci_level)
        if self.status == "ok":
            self._check_numbers()
        elif not (math.isnan(self.estimate) and math.isnan(self.p_value)):
            raise InputError(f"a finding that is {self.status} has numbers", expected="nan", got=self.estimate)

    def _check_numbers(self) -> None:
        effect = self.effect_size
        for name, value, low, high in (
            ("estimate", self.estimate, self.ci_low, self.ci_high),
            (effect.name or "effect size", effect.value, effect.ci_low, effect.ci_high),
        ):
            if not (math.isfinite(value) and low <= high):
                raise InputError(
                    f"a finding cannot be built without {name} and its interval",
                    expected="a number and an interval",
                    got=f"{value} [{low}, {high}]",
                )
        for name, p in (("p_value", self.p_value), ("p_adjusted", self.p_adjusted)):
            missing_for_a_reason = self.kind == "retest" and math.isnan(p)
            if not (0 < p <= 1 or missing_for_a_reason):
                raise InputError(f"impossible {name}", expected="above 0, at most 1; nan only for test–retest", got=p)
