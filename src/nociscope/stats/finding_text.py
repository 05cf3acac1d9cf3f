"""The words and points of a finding."""

from __future__ import annotations

import numpy as np

from nociscope.core.finding import Point
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.analysis import Analysis
from nociscope.stats.question import Question
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.sample import Sample

CITES = {
    "contrast": ("freedman1983", "winkler2014", "mackinnon1985", "bell2002", "hedges1981"),
    "correlate": ("freedman1983", "winkler2014", "mackinnon1985", "bell2002"),
    "paired": ("winkler2014", "hedges1981"),
    "retest": ("shrout1979", "bland1986"),
}
"""Sources of each kind of question; what only some need is added by `cites`."""

_ESTIMATES = {
    "contrast": "difference between group means",
    "correlate": "slope of a linear regression",
    "paired": "mean difference between sessions",
}


def method_text(asked: Question, moves: Relabellings, done: Analysis) -> str:
    """How the finding was made, in one sentence."""
    scheme = _scheme(asked, moves)
    if asked.effect == "spearman_rho":
        what, interval = "rank correlation", f"interval by {done.effect_interval}"
    else:
        what = _ESTIMATES[asked.kind]
        interval = (
            "interval from HC2 errors with Satterthwaite degrees of freedom; "
            f"interval of {asked.effect} by {done.effect_interval}"
        )
    held = f", {', '.join(asked.covariates)} held constant" if asked.covariates else ""
    return f"{what}{held}; {scheme}; {interval}"


def _scheme(asked: Question, moves: Relabellings) -> str:
    count = f"all {moves.count:,} distinct" if moves.exact else f"{moves.count - 1:,} random"
    if asked.design.scheme == "flip":
        return f"{count} sign flips, which assume differences symmetric about zero"
    kind = "Freedman–Lane permutations" if asked.held else "permutations"
    within = " within strata" if np.unique(asked.design.strata).size > 1 else ""
    error = "Welch-type (HC2)" if asked.error == "hc2" else "pooled"
    return f"{count} {kind}{within}, which assume exchangeable people, of a {error} t"


def cites(kind: str, asked: Question, done: Analysis, adjustment: str) -> tuple[str, ...]:
    """Keys of the sources used."""
    extra = ["efron1987"] if done.effect_interval.startswith("BCa") else []
    if asked.effect == "spearman_rho":
        extra.append("bonett2000")
    elif asked.kind != "paired":
        extra.append("diciccio2017")
    extra += {"max": ["westfall1993"], "holm": ["holm1979"], "fdr": ["benjamini1995"]}.get(adjustment, [])
    return (*CITES[kind], *extra)


def points(sample: Sample, data: HypothesisData, hypothesis: Hypothesis, region: int) -> tuple[Point, ...]:
    """Everybody's number; `region` counts in the data."""
    return tuple(_point(sample, data, hypothesis, k, region) for k in range(len(sample.people)))


def _point(sample: Sample, data: HypothesisData, hypothesis: Hypothesis, k: int, region: int) -> Point:
    person, row = sample.people[k], int(sample.rows[k])
    if hypothesis.kind == "paired" and data.session_values is not None:
        first, second = (data.sessions.index(s) for s in hypothesis.paired)
        value, x = data.session_values[row, second, region], data.session_values[row, first, region]
        return Point(person.participant, person.group, float(value), float(x))
    values = np.full((row + 1, region + 1), np.nan) if data.values is None else data.values
    x = float("nan") if sample.predictor is None or hypothesis.kind != "correlate" else float(sample.predictor[k])
    se = float("nan") if data.se is None else float(data.se[row, region])
    return Point(person.participant, person.group, float(values[row, region]), x, se)
