"""Questions of the study language: formulas against statsmodels, error rates of F and of interactions; seeded."""

from __future__ import annotations

from functools import partial

import numpy as np

from nociscope.cohort.formula import formula_terms
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.stats.asked import Question
from nociscope.stats.design import Array
from nociscope.stats.joint import fit_joint
from nociscope.stats.permutation import permutation_test
from nociscope.stats.question import question
from nociscope.stats.relabelling import relabellings
from nociscope.stats.sample import samples
from nociscope.stats.variance_share import shares
from tools.figures import Figure

MODELS = 40
STUDIES = 2000


def _columns(n: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    group, sex = np.array(["fm", "clbp", "hc"])[np.arange(n) % 3], np.array(["F", "M"])[rng.permutation(n) % 2]
    return {"group": group, "sex": sex, "age": rng.normal(45, 9, n), "y": rng.normal(size=n)}


def away_from_statsmodels() -> float:
    """Largest relative difference of the Type III F of an interaction to statsmodels, over random unbalanced models."""
    import pandas as pd
    import statsmodels.formula.api as formulas
    from statsmodels.stats.anova import anova_lm

    worst = 0.0
    for seed in range(MODELS):
        columns = _columns(30 + seed % 7, seed)
        model = formulas.ols("y ~ C(group, Sum) * C(sex, Sum) + age", pd.DataFrame(columns)).fit()
        peer = float(anova_lm(model, typ=3).loc["C(group, Sum):C(sex, Sum)", "F"])
        own = float(
            fit_joint(_formula(columns, columns["y"][:, None]).design, columns["y"][:, None]).statistic_pooled[0]
        )
        worst = max(worst, abs(own - peer) / peer)
    return worst


def _formula(columns: dict[str, np.ndarray], values: Array) -> Question:
    terms = formula_terms("group * sex + age", "group:sex", {k: v for k, v in columns.items() if k != "y"})
    return _asked(columns, values, {"formula": "group * sex + age", "test": "group:sex"}, terms=terms)


def _asked(columns: dict[str, np.ndarray], values: Array, keys: dict[str, object], **fields: object) -> Question:
    people = tuple(
        Person(f"sub-{i:03d}", group=g, sex=s, part=s)
        for i, (g, s) in enumerate(zip(columns["group"], columns["sex"], strict=True))
    )
    regions = tuple(f"r{k}" for k in range(values.shape[1]))
    data = HypothesisData(people, regions, "1", values=values, **fields)  # type: ignore[arg-type]
    hypothesis = Hypothesis.model_validate({"name": "h", "measure": "VT", **keys})
    return question(samples(data, hypothesis)[0], data, hypothesis)


def rejected(kind: str, ratio: float) -> float:
    """Studies without an effect whose p is at most 0.05, percent; the group fm has `ratio` times the spread."""
    rng = np.random.default_rng(41)
    columns = _columns(30, 3)
    noise = rng.normal(size=(30, STUDIES)) * np.where(columns["group"] == "fm", ratio, 1.0)[:, None]
    if kind == "formula":
        asked = _formula(columns, noise)
    elif kind == "omnibus":
        asked = _asked(columns, noise, {"contrast": ["fm", "clbp", "hc"]})
    else:
        asked = _asked(columns, noise, {"contrast": ["fm", "hc"], "separately_by": "sex"})
    moves = relabellings(asked.design, 499, 1000, 1)
    return 100 * float(np.mean(permutation_test(asked.design, asked.values, moves, error="hc2").p <= 0.05))


def covered(truth: float) -> float:
    """Coverage of the 95 % interval of partial η², three groups of ten, percent."""
    columns = _columns(30, 3)
    shift = np.select([columns["group"] == "fm", columns["group"] == "hc"], [1.0, -1.0], 0.0)
    shift = shift * np.sqrt(truth / (1 - truth) * 30 / (shift @ shift)) if truth else shift * 0
    y = np.random.default_rng(42).normal(size=(30, STUDIES)) + shift[:, None]
    asked = _asked(columns, y, {"contrast": ["fm", "clbp", "hc"]})
    found = shares(fit_joint(asked.design, y), 0.95)
    return 100 * float(np.mean([e.ci_low <= truth <= e.ci_high for e in found]))


_TYPE1 = {
    "formula": "interaction of group and sex in a formula, 30 people",
    "omnibus": "any of three groups of ten",
    "separately": "difference between women and men, 10 v 10",
}

FIGURES: list[Figure] = [
    Figure(
        "stats.formula_statsmodels", "Type III F of an interaction, largest relative difference to statsmodels", "1",
        "<=1e-8", away_from_statsmodels,
    ),
    *(
        Figure(f"stats.{kind}_type1", f"{words}, no effect, p ≤ 0.05", "%", "4..6", partial(rejected, kind, 1.0))
        for kind, words in _TYPE1.items()
    ),
    *(
        Figure(
            f"stats.{kind}_type1_spread", f"{words}, no effect, one group with twice the spread, p ≤ 0.05", "%",
            "3..7", partial(rejected, kind, 2.0),
        )
        for kind, words in _TYPE1.items()
    ),
    *(
        Figure(
            f"stats.eta_cover_{round(100 * truth):02d}", f"95 % interval of partial η² = {truth}, three groups of ten",
            "%", "93..97", partial(covered, truth),
        )
        for truth in (0.1, 0.3)
    ),
]  # fmt: skip
