"""One person's map against those of controls: t in every element, corrected by exchange of roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.map_result import MapResult
from nociscope.core.space import Space
from nociscope.stats.adjust import adjusted
from nociscope.stats.design import Array
from nociscope.stats.estimates.case_control import crawford_howell_t, leave_one_out_scores
from nociscope.stats.estimates.single_case import single_case_findings
from nociscope.stats.maps.element_maps import slices
from nociscope.stats.maps.engine import Values
from nociscope.stats.maps.picked import asked_of_region, selected
from nociscope.stats.maps.places import place
from nociscope.stats.permutation import TIE_TOLERANCE, oriented
from nociscope.stats.settings import TestSettings


@dataclass(frozen=True, eq=False)
class CaseMaps:
    """One case in every element.

    Parameters
    ----------
    maps : name to shape (element,); nan where controls do not differ or somebody has no finite value.
    null_max : shape (person,), largest t of each person against the others, the case first.
    """

    maps: Mapping[str, Array]
    null_max: Array


def evaluate_cases(
    data: HypothesisData, values: Values, space: Space, hypothesis: Hypothesis, settings: TestSettings
) -> dict[str, MapResult]:
    """Hold each case against its controls in every element; by the name of the case.

    Parameters
    ----------
    data : with one region, each person's mean over the map. values : shape (person, element).

    Raises
    ------
    InputError
        Another correction than by the maximum is asked for.
    """
    if (how := (hypothesis.map or MapSettings())).statistic != "max-t" or how.tail != "none":
        raise InputError(
            "a single case is corrected by its largest t", expected="max-t without a tail", got=how.statistic
        )
    whole = single_case_findings(data, asked_of_region(hypothesis), settings)
    made = {str(f.details["case"]): _case(f, data, values, space, hypothesis, settings) for f in whole}
    p = adjusted(np.array([r.findings[0].p_adjusted for r in made.values()]), "holm")
    return {
        case: replace(r, findings=(replace(r.findings[0], p_adjusted=float(own)),))
        for (case, r), own in zip(made.items(), p, strict=True)
    }


def case_maps(case: Values, controls: Values, alternative: str = "two-sided", level: float = 0.95) -> CaseMaps:
    """T, effect, interval and p of a case in every element (Crawford & Howell 1998), p_fwe by exchange of roles.

    Parameters
    ----------
    case : shape (element,). controls : shape (control, element), three or more.
    """
    n, size = len(controls), case.size
    names = ("estimate", "ci_low", "ci_high", "z_cc", "t", "p", "p_exchange", "p_fwe")
    maps = {name: np.full(size, np.nan) for name in names}
    largest = np.full(n + 1, -np.inf)
    for part in slices(size):
        people = np.vstack([case[part], controls[:, part]]).astype(np.float64)
        people[:, ~np.isfinite(people).all(axis=0)] = 0.0  # do not differ, so that they become nan
        scores = oriented(leave_one_out_scores(people), alternative)
        known = np.where(np.isfinite(scores) & np.isfinite(scores[0]), scores, -np.inf)
        largest = np.maximum(largest, known.max(axis=1))
        reached = (known >= _floor(scores[0])).mean(axis=0)
        made = _slice(people[0], people[1:], alternative, level) | {
            "p_exchange": np.where(np.isfinite(scores[0]), reached, np.nan)
        }
        for name, own in made.items():
            maps[name][part] = own
    t = oriented(maps["t"], alternative)
    reached = np.searchsorted(np.sort(-largest), -_floor(t), side="right") / (n + 1)
    maps["p_fwe"] = np.where(np.isfinite(t), reached, np.nan)
    return CaseMaps(maps, largest)


def _floor(t: Array) -> Array:
    """What counts as as large: ties are equal but for round-off."""
    return np.asarray(t - TIE_TOLERANCE * np.abs(t))


def _slice(case: Array, controls: Array, alternative: str, level: float) -> dict[str, Array]:
    n, mean, sd = len(controls), controls.mean(axis=0), controls.std(axis=0, ddof=1)
    t = crawford_howell_t(case, mean, sd, n)
    known = np.isfinite(t)
    difference = np.where(known, case - mean, np.nan)
    half = stats.t.ppf(0.5 + level / 2, n - 1) * sd * np.sqrt((n + 1) / n)
    tails = 2 if alternative == "two-sided" else 1
    return {
        "estimate": difference, "ci_low": difference - half, "ci_high": difference + half,
        "z_cc": t * np.sqrt((n + 1) / n), "t": t, "p": tails * special.stdtr(n - 1, -oriented(t, alternative)),
    }  # fmt: skip


def _case(
    whole: Finding, data: HypothesisData, values: Values, space: Space, hypothesis: Hypothesis, settings: TestSettings
) -> MapResult:
    blank = np.zeros(space.size, dtype=np.int32)
    if whole.status != "ok":
        return MapResult((whole,), space, {"t": np.full(space.size, np.nan)}, blank, notes={"status": whole.status})
    row = {person.participant: i for i, person in enumerate(data.people)}
    rows = np.array([row[p.participant] for p in whole.points])
    made = case_maps(values[rows[0]], values[rows[1:]], hypothesis.alternative, settings.ci_level)
    notes = _notes(rows.size - 1, np.isfinite(made.maps["t"]))
    found = _finding(whole, _peaks(data, values, space, made, hypothesis), made, hypothesis, settings)
    maps = {name: m if name.startswith("p") else m.astype(np.float32) for name, m in made.maps.items()}
    return MapResult((found,), space, maps, blank, null_max=made.null_max, notes=notes)


def _peaks(
    data: HypothesisData, values: Values, space: Space, made: CaseMaps, hypothesis: Hypothesis
) -> tuple[HypothesisData, int]:
    """The data of the element that stands out most, and which it is."""
    t = oriented(made.maps["t"], hypothesis.alternative)
    peak = int(np.argmax(np.where(np.isfinite(t), t, -np.inf)))
    name = f"peak at {place(space, peak)}"
    column = values[:, [peak]].astype(np.float64)
    return replace(data, regions=(name,), values=column, se=None, value_status={}), peak


def _finding(
    whole: Finding, at: tuple[HypothesisData, int], made: CaseMaps, hypothesis: Hypothesis, settings: TestSettings
) -> Finding:
    data, peak = at
    found = next(
        f
        for f in single_case_findings(data, asked_of_region(hypothesis), settings)
        if f.details["case"] == whole.details["case"]
    )
    if found.status != "ok":
        return whole
    p, tested = float(made.maps["p_fwe"][peak]), int(np.isfinite(made.maps["t"]).sum())
    hits = int((made.maps["p_fwe"] <= settings.alpha).sum())
    return replace(
        found, p_adjusted=p, adjustment="map",
        method=f"{found.method}; corrected over the map by exchange of roles, the largest t of each person against the "
        "others, and over cases by Holm",
        details={**found.details, "elements_tested": tested, "elements_significant": hits, "p_fwe": p},
        safeguards=(*found.safeguards, selected(f"the peak of {tested:,} elements", hits, None)),
    )  # fmt: skip


def _notes(controls: int, known: NDArray[np.bool_]) -> dict[str, str]:
    return {
        "statistic": f"t of Crawford and Howell, {controls - 1} degrees of freedom",
        "relabellings": f"exchange of roles among {controls + 1} people: no p can be below {1 / (controls + 1):.3g}",
        "tested": f"{int(known.sum()):,} of {known.size:,} elements",
        "corrected": "family-wise over the map of one case, largest t",
        "places": "each element that passes is itself significant",
    }
