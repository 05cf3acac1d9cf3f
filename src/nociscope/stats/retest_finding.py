"""Test–retest as a kind of finding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.core.finding import EffectSize, Finding, Point, Safeguard
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.design import Array
from nociscope.stats.estimability import complete
from nociscope.stats.finding_text import CITES
from nociscope.stats.reliability import Retest, reliability
from nociscope.stats.safeguards import raised
from nociscope.stats.settings import TestSettings

NAN = float("nan")
FEWEST = 3


def retest_findings(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Finding, ...]:
    """Reliability in every region: ICC(1,1) as the estimate, the rest in ``details``. No null is tested."""
    return tuple(_finding(data, hypothesis, settings, region) for region in range(len(data.regions)))


def _finding(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings, region: int) -> Finding:
    if data.session_values is None:
        raise InputError("a retest question needs values by session", expected="session_values")
    wanted = [data.sessions.index(s) for s in hypothesis.retest]
    values = np.asarray(data.session_values[:, wanted, region])
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    excluded = [*data.excluded]
    for i in np.flatnonzero(~whole):
        missing = [s for s, v in zip(hypothesis.retest, values[i], strict=True) if not np.isfinite(v)]
        excluded.append((data.people[i].participant, f"no value in session {', '.join(missing)}"))
    kept = values[whole]
    people = [p for p, there in zip(data.people, whole, strict=True) if there]
    points = tuple(Point(p.participant, p.group, float(v[-1]), float(v[0])) for p, v in zip(people, kept, strict=True))
    result = _reliability(kept, settings.ci_level)
    return _written(data, hypothesis, settings, region, result, tuple(excluded), points)


def _reliability(values: Array, level: float) -> Retest | str:
    if len(values) < FEWEST:
        return complete(len(values))
    return "everybody has the same value" if np.ptp(values) == 0 else reliability(values, level)


def _written(
    data: HypothesisData,
    hypothesis: Hypothesis,
    settings: TestSettings,
    region: int,
    result: Retest | str,
    excluded: tuple[tuple[str, str], ...],
    points: tuple[Point, ...],
) -> Finding:
    safeguards: tuple[Safeguard, ...] = ()
    numbers = (NAN, NAN, NAN)
    details: dict[str, object] = {}
    if isinstance(result, Retest):
        numbers = (result.icc, result.icc_low, result.icc_high)
        details = {name: getattr(result, name) for name in Retest.__dataclass_fields__ if not name.startswith("icc")}
    else:
        safeguards = (raised("too-few-people", values={"what": result}),)
    return Finding(
        hypothesis=hypothesis.name, kind="retest", measure=hypothesis.measure, region=data.regions[region],
        model=data.model or hypothesis.model, contrast=" against ".join(hypothesis.retest), n={"people": len(points)},
        estimate=numbers[0], unit="1", ci_low=numbers[1], ci_high=numbers[2], ci_level=settings.ci_level,
        effect_size=EffectSize("icc11", *numbers), statistic={}, p_value=NAN, p_adjusted=NAN, adjustment="none",
        family=hypothesis.family or hypothesis.name,
        method="ICC(1,1) of a one-way random-effects layout with its F interval; "
        f"SEM, changes, bias and limits in {data.unit}",
        n_permutations=0, exact=False, seed=settings.seed, alternative="two-sided", excluded=excluded,
        safeguards=safeguards, details={**details, "value_unit": data.unit}, points=points, cites=CITES["retest"],
        software=settings.software, status="ok" if isinstance(result, Retest) else "not_estimable",
    )  # fmt: skip
