"""Findings of every kind, of small simulated cohorts, made by the same function that a study is evaluated with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from nociscope.core.finding import Finding
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person, Terms
from nociscope.stats import TestSettings
from nociscope.stats.evaluate import evaluate, evaluate_joint

QUICK = TestSettings(resamples=200)
REGIONS = ("FC", "THA", "STR")
UNIT = "mL/cm3"


def cohort(groups: tuple[str, ...], each: int, seed: int = 1, sites: tuple[str, ...] = ("",)) -> HypothesisData:
    """People of some groups, as many of each, with sex and genotype in turn; patients higher in the thalamus."""
    rng = np.random.default_rng(seed)
    people = tuple(
        Person(f"sub-{k:02d}", group, site, "FM"[i % 2], ("HAB", "MAB")[i // 2 % 2])
        for k, (site, group, i) in enumerate((s, g, i) for s in sites for g in groups for i in range(each))
    )
    genotype = np.array([p.genotype for p in people])
    values = rng.normal(4, 0.5, (len(people), len(REGIONS))) + 1.2 * (genotype == "HAB")[:, None]
    values[:, 1] += [0.8 * (p.group == groups[0]) for p in people]
    return HypothesisData(
        people, REGIONS, UNIT, values=values, scale="absolute", genotype_sensitive=True, model="2TCM",
        covariates={"rs6971": genotype},
    )  # fmt: skip


def _asked(name: str, **more: object) -> Hypothesis:
    return Hypothesis(**{"name": name, "measure": "VT", "permutations": 1000} | more)  # type: ignore[arg-type]


def _parted(data: HypothesisData, column: str) -> HypothesisData:
    return replace(data, people=tuple(replace(p, part=getattr(p, column)) for p in data.people))


def _with_predictor(data: HypothesisData, seed: int = 5) -> HypothesisData:
    rng = np.random.default_rng(seed)
    pain = rng.uniform(0, 100, len(data.people))
    values = np.array(data.values) + 0.012 * pain[:, None]
    return replace(data, values=values, predictor=pain, predictor_name="pain", predictor_unit="mm")


def _terms(data: HypothesisData, joint: bool) -> Terms:
    group = np.array([1.0 if p.group == "fm" else 0.0 for p in data.people])
    sex = np.array([1.0 if p.sex == "F" else 0.0 for p in data.people])
    matrix = np.column_stack([np.ones(group.size), group, sex, group * sex])
    weights = np.eye(4)[[1, 3]] if joint else np.eye(4)[[3]]
    label = "group and group × sex" if joint else "group × sex"
    cells = tuple(f"{p.group}, {p.sex}" for p in data.people)
    return Terms(
        matrix, ("Intercept", "group[fm]", "sex[F]", "group[fm]:sex[F]"), weights,
        label, ("",) * group.size, ("group", "sex"), ("group", "sex"), cells,
    )  # fmt: skip


def _sites(count: int) -> HypothesisData:
    return _parted(cohort(("fm", "control"), 6, 3, tuple(f"Site {c}" for c in "ABCDE"[:count])), "site")


def _mediated() -> HypothesisData:
    data = cohort(("fm", "control"), 12, 8)
    cause = np.array([p.group for p in data.people])
    rng = np.random.default_rng(9)
    through = 20 + 6 * (cause == "fm") + rng.normal(0, 3, cause.size)
    return replace(data, values=np.array(data.values) + 0.08 * through[:, None], mediator=through, cause=cause)


def _predicted(numbers: bool) -> HypothesisData:
    data = cohort(("fm", "control"), 14, 10)
    age = np.random.default_rng(2).normal(45, 10, len(data.people))
    outcome = np.array([p.group for p in data.people])
    if numbers:
        return replace(data, outcome=20 + 3 * np.array(data.values)[:, 1] + age / 10, baseline={"age": age})
    return replace(data, outcome=outcome, baseline={"age": age})


def _visits() -> HypothesisData:
    """Three sessions of ten people, the last lower."""
    rng = np.random.default_rng(21)
    people = tuple(Person(f"sub-{k:02d}", "fm") for k in range(10))
    own = rng.normal(4, 0.6, (10, 1, 1)) + rng.normal(0, 0.25, (10, 3, 1)) - np.array([0, 0.1, 0.4])[None, :, None]
    return HypothesisData(
        people, ("THA",), UNIT, session_values=own, sessions=("before", "week6", "week12"), scale="absolute",
        model="2TCM",
    )  # fmt: skip


def _joint() -> tuple[Finding, ...]:
    first, second = cohort(("fm", "control"), 8, 11), cohort(("fm", "control"), 8, 12)
    asked = [_asked("thalamus-vt", contrast=["fm", "control"]), _asked("thalamus-mi", contrast=["fm", "control"])]
    both = [(first, asked[0]), (replace(second, unit="1"), asked[1].model_copy(update={"measure": "mI"}))]
    joint = Hypothesis(name="joint", joint=["thalamus-vt", "thalamus-mi"], permutations=1000)
    return evaluate_joint(both, joint, QUICK)


def _predict(**more: object) -> Hypothesis:
    return _asked("predict", predict={"permutations": 40, "repeats": 3, **more})


def _one(data: HypothesisData) -> HypothesisData:
    """The thalamus alone."""
    return replace(data, regions=("THA",), values=np.array(data.values)[:, [1]])


@cache
def evaluated() -> dict[str, tuple[Finding, ...]]:
    """Kind in words to its findings."""
    two, three = cohort(("fm", "control"), 8), cohort(("fm", "clbp", "control"), 7, 2)
    between = {"contrast": ["fm", "control"]}
    margin = {"equivalence": {"margin": 0.6, "scale": "measure"}}
    mediate = {"cause": "group", "through": "pain", "levels": ["fm", "control"]}
    cases = {"cases": "fm", "controls": "control", "match": ["rs6971"]}
    genotype = {"rs6971": np.array([p.genotype for p in two.people])}
    asked: dict[str, tuple[HypothesisData, Hypothesis]] = {
        "regions": (two, _asked("regions", **between)),
        "omnibus": (_one(three), _asked("omnibus", contrast=["fm", "clbp", "control"])),
        "equivalence": (two, _asked("equivalence", **between, **margin)),
        "standardised margin": (_one(two), _asked("margin", **between, equivalence={"margin": 0.5})),
        "interaction": (_one(_parted(two, "sex")), _asked("interaction", **between, separately_by="sex")),
        "slopes": (
            _one(_parted(_with_predictor(three), "group")), _asked("slopes", correlate="pain", separately_by="group"),
        ),
        "two slopes": (
            _one(_parted(_with_predictor(two), "sex")), _asked("two-slopes", correlate="pain", separately_by="sex"),
        ),
        "ranks": (_one(_with_predictor(two)), _asked("ranks", correlate="pain", method="spearman")),
        "slope, margin": (
            _one(_with_predictor(two)), _asked("slope-margin", correlate="pain", equivalence={"margin": 0.3}),
        ),
        "formula": (
            _one(replace(two, terms=_terms(two, False))),
            _asked("formula", formula="group * sex", test="group:sex", override=["genotype-missing"]),
        ),
        "formula, F": (
            _one(replace(two, terms=_terms(two, True))), _asked("formula-f", formula="group * sex", test="group"),
        ),
        "single case": (_one(replace(two, match=genotype)), _asked("single", single_case=cases)),
        "mediation": (_one(_mediated()), _asked("mediation", mediate=mediate)),
        "prediction": (_predicted(False), _predict(outcome="group", positive="fm")),
        "prediction of numbers": (_predicted(True), _predict(outcome="pain", folds="repeated-k-fold")),
        "sessions": (_visits(), _asked("sessions", repeated=["before", "week6", "week12"])),
        "replication": (_one(_sites(4)), _asked("replication", **between, replicate={"at_least": 2})),
        "two sites": (
            _one(_sites(2)), _asked("two-sites", **between, replicate={"at_least": 2, "pooling": "fixed"}),
        ),
    }  # fmt: skip
    return {name: evaluate(data, hypothesis, QUICK) for name, (data, hypothesis) in asked.items()} | {"joint": _joint()}
