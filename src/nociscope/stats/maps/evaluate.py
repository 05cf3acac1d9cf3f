"""A hypothesis asked in every voxel, vertex or connection: maps, what they picked, and what that cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.finding import Finding, Safeguard
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.map_result import MapResult
from nociscope.core.space import Space
from nociscope.stats.adjust import adjusted
from nociscope.stats.asked import Question
from nociscope.stats.design import Array, Design
from nociscope.stats.linear import algebra
from nociscope.stats.maps.corrections import STATISTICS, Corrected, Tested, part_of
from nociscope.stats.maps.element_maps import estimates, ranked, usable
from nociscope.stats.maps.engine import EngineOptions, MapTest, Progress, Values, map_test
from nociscope.stats.maps.far_tail import about_places, tail_told, with_tail
from nociscope.stats.maps.picked import Outcome, asked_of_region, differences, peak_finding
from nociscope.stats.question import question
from nociscope.stats.region_findings import region_findings, without_unknown_genotype
from nociscope.stats.relabelling import Relabellings, relabellings
from nociscope.stats.safeguards import raised
from nociscope.stats.sample import samples
from nociscope.stats.settings import TestSettings

Maps = Mapping[str, Array]

_DEFAULT = TestSettings()

ABOUT_NUMBERS = frozenset(
    {"minimal-detectable-effect", "variances-unequal", "flips-asymmetric", "one-person-carries",
     "interval-and-p-disagree", "selected", "no-correction", "different-people", "ties", "one-site-carries",
     "genotype-within-strata", "genotype-strata-disagree", "exaggeration", "prior-matters", "equivalence"}
)  # fmt: skip
"""Safeguards that speak of one region's numbers: those of the mean over the map say nothing of its elements."""


ABOUT_UNPICKED = frozenset({"prior-matters", "exaggeration"})
"""Safeguards that take the numbers for those of a place that was named before; a picked one has no such meaning."""


def evaluate_map(
    data: HypothesisData,
    values: Values,
    space: Space,
    hypothesis: Hypothesis,
    settings: TestSettings = _DEFAULT,
    progress: Progress | None = None,
) -> MapResult:
    """Test one hypothesis in every element of a map.

    Parameters
    ----------
    data : with one region, each person's mean over the map; nan where somebody has no map. From it come the people,
        the covariates, the design and everything that can be said before the map is looked at.
    values : shape (person, element); of a paired question first minus second session. Float32 or float64.
    progress : called with (relabellings done, of all).

    Returns
    -------
    MapResult
        Maps are nan where somebody's value is not finite and where people do not differ; a hypothesis that is refused
        or not estimable has no numbers, and its finding says why.

    Raises
    ------
    ShapeError
        Values do not fit people and space, or the data have other than one region.
    InputError
        The statistic of the map is not available.
    """
    _check(data, values, space, hypothesis)
    whole = region_findings(data, asked_of_region(hypothesis), settings)[0]
    if whole.status != "ok":
        return _without_numbers(whole, space)
    data = without_unknown_genotype(data)
    sample = samples(data, hypothesis)[0]
    asked = question(sample, data, hypothesis)
    own = values if sample.rows.size == len(values) else values[sample.rows]
    finite, spread = usable(asked, own)
    kept = finite & spread
    if not kept.any():
        return _without_numbers(_nothing_left(whole, finite, spread), space)
    own = own if kept.all() else own[:, kept]
    ranks = asked.effect == "spearman_rho"
    asked = replace(asked, values=cast(Array, ranked(own) if ranks else own))  # float32 stays float32
    moves = relabellings(asked.design, hypothesis.permutations, settings.exact_limit, settings.seed)
    tested = _tested(asked, part_of(space, kept), moves, hypothesis, progress)
    corrected = with_tail(tested, STATISTICS[tested.settings.statistic](tested))
    hc2 = tested.options.error == "hc2"
    outcome = Outcome(data, hypothesis, settings, asked, own, tested.space, sample.rows, tested.test, corrected, hc2)
    maps = _maps(outcome, tested.options)
    notes = {**_notes(tested, hypothesis, finite, spread), **corrected.notes}
    return MapResult(
        findings=_findings(outcome, whole, notes, _about_map(tested, corrected, settings.alpha)),
        space=space,
        maps={name: _spread_out(name, own_map, kept) for name, own_map in maps.items()},
        labels=_labels(corrected, kept),
        clusters=tuple(replace(c, peak=int(np.flatnonzero(kept)[c.peak])) for c in corrected.clusters),
        null_max=corrected.null,
        notes=notes,
    )


def _check(data: HypothesisData, values: Values, space: Space, hypothesis: Hypothesis) -> None:
    if len(data.regions) != 1:
        raise ShapeError("a map is one region of the data", expected="1", got=len(data.regions))
    if np.shape(values) != (len(data.people), space.size):
        raise ShapeError("a map's values", expected=(len(data.people), space.size), got=np.shape(values))
    for key in ("harmonise", "replicate"):
        if getattr(hypothesis, key):
            raise InputError(f"{key} is not available for maps", where=hypothesis.name, do=f"leave out {key}")
    if hypothesis.adjust not in ("max", "step-down"):
        raise InputError(
            f"adjust = {hypothesis.adjust!r} is over regions", expected="max or step-down", where=hypothesis.name,
            do="leave out adjust: a map is corrected by map.statistic, and p_fdr stands beside it",
        )  # fmt: skip
    wanted = (hypothesis.map or MapSettings()).statistic
    if wanted not in STATISTICS:
        raise InputError(f"{wanted} is not available in this version", expected=", ".join(STATISTICS))


def _tested(
    asked: Question, space: Space, moves: Relabellings, hypothesis: Hypothesis, progress: Progress | None
) -> Tested:
    options = EngineOptions(
        alternative=hypothesis.alternative,
        error="hc2" if _spreads_differ(asked) else "pooled",
        step_down=hypothesis.adjust == "step-down",
        progress=progress,
    )
    test = map_test(asked.design, asked.values, moves, options)
    return Tested(space, asked.design, asked.values, moves, hypothesis.map or MapSettings(), options, test)


def _spreads_differ(asked: Question) -> bool:
    """Whether the HC2 error applies and differs from the classical one; with equal groups the two are the same."""
    design: Design = asked.design
    plain = asked.error != "hc2" or asked.is_joint or design.has_equal_spread or design.method != "freedman-lane"
    if plain:
        return False
    a = algebra(design)
    return not np.allclose(a.hc2_weights, a.pooled_weights, rtol=1e-9)


def _maps(outcome: Outcome, options: EngineOptions) -> Maps:
    test: MapTest = outcome.test
    made = estimates(outcome.question, outcome.question.values, test, outcome.settings.ci_level, outcome.hc2)
    p: dict[str, Array] = {"p": test.p, "p_fwe": test.p_max, "p_fdr": adjusted(test.p, "fdr")}
    if options.step_down:
        p["p_step_down"] = test.p_step
    return {**made, **p, **outcome.corrected.maps}


def _notes(
    tested: Tested, hypothesis: Hypothesis, finite: NDArray[np.bool_], spread: NDArray[np.bool_]
) -> dict[str, str]:
    """Everything that the numbers depend on."""
    moves, how = tested.moves, tested.settings
    drawn = f"all {moves.count:,} distinct" if moves.exact else f"{moves.count - 1:,} random and the observed"
    error = "spreads may differ (HC2)" if tested.options.error == "hc2" else "one spread for all"
    notes = {
        "statistic": f"{'F' if tested.test.questions > 1 else 't'}, {error}",
        "relabellings": f"{drawn}, {hypothesis.permutation_method}, {tested.design.scheme}",
        "tested": f"{tested.values.shape[1]:,} of {finite.size:,} elements",
        "corrected": f"family-wise over the map, {how.statistic}",
        **_places(tested),
    }
    if not finite.all():
        notes["not finite"] = f"{int((~finite).sum()):,} elements in which somebody has no finite value were left out"
    if (finite & ~spread).any():
        notes["no spread"] = f"{int((finite & ~spread).sum()):,} elements in which people do not differ were left out"
    return notes


def _places(tested: Tested) -> dict[str, str]:
    """What significance says of places."""
    if tested.settings.statistic == "max-t":
        return {"places": "each element that passes is itself significant"}
    return {"places": "significant is the set; of no single element in it can that be said"}


def _about_map(tested: Tested, corrected: Corrected, alpha: float) -> tuple[Safeguard, ...]:
    """What the map's own statistic cannot show."""
    return (*about_places(tested, corrected, alpha), *tail_told(tested, corrected))


def _findings(
    outcome: Outcome, whole: Finding, notes: Mapping[str, str], about_map: tuple[Safeguard, ...]
) -> tuple[Finding, ...]:
    words = f"a map of {notes['statistic']} in {notes['tested']}; {notes['relabellings']}; {notes['corrected']}"
    found = [peak_finding(outcome, words)]
    if outcome.corrected.clusters:
        from nociscope.stats.maps.cluster_findings import cluster_findings

        found += cluster_findings(outcome, words)
    before = (*(s for s in whole.safeguards if s.code not in ABOUT_NUMBERS), *about_map)
    return tuple(_with(f, before, outcome.hypothesis) for f in found)


def _with(finding: Finding, before: tuple[Safeguard, ...], hypothesis: Hypothesis) -> Finding:
    codes = {s.code for s in finding.safeguards}
    kept = {key: value for key, value in finding.details.items() if not key.startswith("bayes_")}
    own = (s for s in finding.safeguards if s.code not in ABOUT_UNPICKED)
    safeguards = (*(s for s in before if s.code not in codes), *own)
    made = replace(finding, safeguards=safeguards, details=kept, adjustment="map")
    return differences(made) if hypothesis.kind == "paired" else made


def _nothing_left(whole: Finding, finite: NDArray[np.bool_], spread: NDArray[np.bool_]) -> Finding:
    what = f"in none of {finite.size:,} elements does everybody have a finite value"
    if finite.any():
        what = f"in none of {int(finite.sum()):,} elements do people differ beyond what the design explains"
    note = raised("too-few-people", values={"what": what})
    nan = float("nan")
    return replace(
        whole, status="not_estimable", estimate=nan, ci_low=nan, ci_high=nan, p_value=nan, p_adjusted=nan,
        effect_size=replace(whole.effect_size, value=nan, ci_low=nan, ci_high=nan), statistic={},
        safeguards=(*(s for s in whole.safeguards if s.code not in ABOUT_NUMBERS), note),
    )  # fmt: skip


def _without_numbers(finding: Finding, space: Space) -> MapResult:
    nothing = np.full(space.size, np.nan)
    names = ("estimate", "t", "p", "p_fwe", "p_fdr")
    return MapResult(
        (finding,), space, dict.fromkeys(names, nothing), np.zeros(space.size, dtype=np.int32),
        notes={"status": finding.status},
    )  # fmt: skip


def _spread_out(name: str, values: Array, kept: NDArray[np.bool_]) -> NDArray[np.float32] | Array:
    """Put tested elements in their place; p stays in float64, so that 1/20 is not above 0.05."""
    out: Array = np.full(kept.size, np.nan)
    out[kept] = values
    return out if name.startswith("p") else out.astype(np.float32)


def _labels(corrected: Corrected, kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    out = np.zeros(kept.size, dtype=np.int32)
    out[kept] = corrected.labels
    return out
