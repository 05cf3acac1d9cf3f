"""How long it takes to ask one question of a whole atlas."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import compare, evaluate
from tools.figures import Figure

REPEATS = 3


def _cpu(call: object, repeats: int = REPEATS) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        call()  # type: ignore[operator]
        best = min(best, time.process_time() - start)
    return best


def _atlas(n: int, regions: int) -> tuple[HypothesisData, Hypothesis]:
    rng = np.random.default_rng(0)
    half = n // 2
    people = tuple(Person(f"sub-{i:02d}", "a" if i < half else "b", "", "", ("HAB", "MAB")[i % 2]) for i in range(n))
    genotype = np.array([p.genotype for p in people])
    values = rng.normal(3, 0.5, (n, regions)) + (genotype == "HAB")[:, None]
    data = HypothesisData(
        people, tuple(f"r{i}" for i in range(regions)), "mL/cm3", values=values, scale="absolute",
        genotype_sensitive=True, covariates={"rs6971": genotype},
    )  # fmt: skip
    return data, Hypothesis(name="h", measure="VT", contrast=["a", "b"])


def atlas() -> float:
    """One contrast of 14 people in 110 regions with genotype, 10,000 relabellings, all safeguards: CPU seconds."""
    data, hypothesis = _atlas(14, 110)
    return _cpu(lambda: evaluate(data, hypothesis))


def correlation_atlas() -> float:
    """One correlation of 14 people in 110 regions with its bands: CPU seconds."""
    data, _ = _atlas(14, 110)
    asked = Hypothesis(name="h", measure="VT", correlate="pain")
    pain = replace(data, predictor=np.linspace(0, 10, 14) ** 1.2, predictor_name="pain")
    return _cpu(lambda: evaluate(pain, asked))


def bootstrap_atlas() -> float:
    """The same of 50 people, effects by bootstrap: CPU seconds."""
    data, hypothesis = _atlas(50, 110)
    return _cpu(lambda: evaluate(data, hypothesis), 1)


def one_measure() -> float:
    """`compare` of 4 against 5, exact: CPU milliseconds."""
    y = np.random.default_rng(1).normal(size=9)
    return 1000 * _cpu(lambda: compare(y, ["a"] * 4 + ["b"] * 5), 10)


FIGURES: list[Figure] = [
    Figure("stats.compare_14x110", "one contrast, 14 people, 110 regions, 10,000 relabellings", "s", "<= 5", atlas),
    Figure("stats.correlate_14x110", "one correlation, 14 people, 110 regions, bands", "s", "<= 5", correlation_atlas),
    Figure("stats.compare_50x110", "one contrast, 50 people, 110 regions, BCa effects", "s", "<= 20", bootstrap_atlas),
    Figure("stats.compare_4v5", "compare of one measure, 4 against 5, exact", "ms", "<= 20", one_measure),
]  # fmt: skip
