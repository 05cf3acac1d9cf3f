"""The words and points of a finding."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nociscope.core.finding import Point
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.analysis import Analysis
from nociscope.stats.asked import Question
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.sample import Sample

CITES = {
    "contrast": ("freedman1983", "winkler2014", "mackinnon1985", "bell2002", "hedges1981"),
    "correlate": ("freedman1983", "winkler2014", "mackinnon1985", "bell2002"),
    "paired": ("winkler2014", "hedges1981"),
    "formula": ("freedman1983", "winkler2014", "mackinnon1985", "bell2002"),
    "retest": ("shrout1979", "bland1986"),
}
"""Sources of each kind of question; what only some need is added by `cites`."""

_METHODS = {"freedman-lane": "Freedman–Lane", "dekker": "Dekker", "huh-jhun": "Huh–Jhun"}

_ASSUME = {
    "permute": "which assume exchangeable people",
    "flip": "which assume errors symmetric about zero",
    "both": "which assume exchangeable people with errors symmetric about zero",
}


def method_text(asked: Question, moves: Relabellings, done: Analysis, details: Mapping[str, object]) -> str:
    """How the finding was made, in one sentence."""
    if asked.effect == "spearman_rho":
        what, interval = "rank correlation", f"interval by {done.effect_interval}"
    elif asked.is_joint:
        what = f"{asked.label}, as the share of variance that they explain (partial η²)"
        interval = "interval by the noncentral F"
    else:
        what, interval = asked.label, _interval(asked, done)
    held = f", {', '.join(asked.covariates)} held constant" if asked.covariates else ""
    return f"{what}{held}; {_scheme(asked, moves)}; {interval}{_beside(asked, details)}"


def _interval(asked: Question, done: Analysis) -> str:
    errors = "one error for all people" if asked.design.has_equal_spread else "HC2 errors with Satterthwaite degrees"
    return (
        f"interval from {errors}{'' if asked.design.has_equal_spread else ' of freedom'}; "
        f"interval of {asked.effect} by {done.effect_interval}"
    )


def _beside(asked: Question, details: Mapping[str, object]) -> str:
    """What stands in the details, and what it may be read for."""
    out = ""
    if asked.per_level:
        out += f"; estimates of {', '.join(asked.per_level)} are of the same model and are not tested"
    if "equivalence_verdict" in details:
        # the verdict is of one region and stands in its details
        out += f"; two one-sided tests against ±{details['equivalence_margin']:g} ({details['equivalence_scale']})"
    return out


def _scheme(asked: Question, moves: Relabellings) -> str:
    design = asked.design
    count = f"all {moves.count:,} distinct" if moves.exact else f"{moves.count - 1:,} random"
    whole = " of whole blocks" if design.blocks is not None else ""
    letter = "F" if asked.is_joint else "t"
    classical = asked.error != "hc2" or design.has_equal_spread
    of = f", of a {'pooled' if classical else 'Welch-type (HC2)'} {letter}"
    if asked.kind == "paired" and not whole:
        return f"{count} sign flips, which assume differences symmetric about zero"
    held = f"{_METHODS[design.method]} " if asked.held > 0 else ""
    words = {"permute": "permutations", "flip": "sign flips", "both": "permutations with sign flips"}[design.scheme]
    within = " within strata" if np.unique(design.strata).size > 1 else ""
    assumed = _ASSUME[design.scheme].replace("people", "blocks") if whole else _ASSUME[design.scheme]
    return f"{count} {held}{words}{whole}{within}, {assumed}{of}"


def cites(asked: Question, done: Analysis, hypothesis: Hypothesis) -> tuple[str, ...]:
    """Keys of the sources used."""
    extra = ["efron1987"] if done.effect_interval.startswith("BCa") else []
    if asked.effect == "spearman_rho":
        extra.append("bonett2000")
    elif asked.kind != "paired":
        extra.append("diciccio2017")
    if asked.is_joint:
        extra += ["johansen1980", "steiger2004"]
    if hypothesis.equivalence is not None:
        extra.append("schuirmann1987")
    if hypothesis.harmonise:
        extra += ["johnson2007", "fortin2018"]
    by_method = {"dekker": ["dekker2007"], "huh-jhun": ["huhjhun2001"]}
    extra += by_method.get(hypothesis.permutation_method, [])
    adjustments = {"max": "westfall1993", "step-down": "westfall1993", "holm": "holm1979", "fdr": "benjamini1995"}
    extra += [adjustments[hypothesis.adjust]] if hypothesis.adjust in adjustments else []
    return tuple(dict.fromkeys((*CITES[asked.kind], *extra)))


def points(
    sample: Sample, data: HypothesisData, hypothesis: Hypothesis, asked: Question, region: int
) -> tuple[Point, ...]:
    """Everybody's number; `region` counts in the data."""
    groups = asked.groups or tuple(p.part or p.group for p in sample.people)
    return tuple(_point(sample, data, hypothesis, (k, group), region) for k, group in enumerate(groups))


def _point(sample: Sample, data: HypothesisData, hypothesis: Hypothesis, whose: tuple[int, str], region: int) -> Point:
    k, group = whose
    participant, row = sample.people[k].participant, int(sample.rows[k])
    if hypothesis.kind == "paired" and data.session_values is not None:
        first, second = (data.sessions.index(s) for s in hypothesis.paired)
        value, x = data.session_values[row, second, region], data.session_values[row, first, region]
        return Point(participant, group, float(value), float(x))
    values = np.full((row + 1, region + 1), np.nan) if data.values is None else data.values
    x = float("nan") if sample.predictor is None or hypothesis.kind != "correlate" else float(sample.predictor[k])
    se = float("nan") if data.se is None else float(data.se[row, region])
    return Point(participant, group, float(values[row, region]), x, se)
