"""A finding: what a hypothesis of the study file became. No bare p exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """

    code: str
    message: str
    severity: str = "warn"
    overridden: bool = False


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
