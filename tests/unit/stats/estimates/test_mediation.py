"""Paths against ordinary least squares, bootstrap against statsmodels, and what findings say."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.stats import TestSettings
from nociscope.stats.estimates.indirect_effect import MediationSettings, mediate
from nociscope.stats.estimates.mediation import mediation_findings

FEW = MediationSettings(resamples=800, permutations=400)


def made(n: int = 40, a: float = 0.8, b: float = 0.7, seed: int = 0):
    rng = np.random.default_rng(seed)
    x, z = np.repeat([1.0, 0.0], n // 2), rng.normal(size=n)
    m = a * x + 0.3 * z + rng.normal(size=n)
    y = b * m + 0.4 * x + 0.2 * z + rng.normal(size=n)
    return x, m, y, z[:, None]


def slopes(response, *columns):
    return np.linalg.lstsq(np.column_stack([*columns, np.ones(len(response))]), response, rcond=None)[0]


def test_paths_are_those_of_least_squares():
    x, m, y, z = made()
    found = mediate(x, m, np.column_stack([y, -2 * y + 5]), z, FEW)
    a, (b, c_prime, *_), c = slopes(m, x, z)[0], slopes(y, m, x, z), slopes(y, x, z)[0]
    for name, value in {"a": a, "b": b, "c": c, "c_prime": c_prime, "ab": a * b}.items():
        assert found.value[name][0] == pytest.approx(value), name
    assert found.value["ab_swapped"][0] == pytest.approx(c * slopes(m, y, x, z)[0])
    assert found.value["ab"][1] == pytest.approx(-2 * a * b), "in the unit of the outcome"
    assert found.value["ab_standardised"][1] == pytest.approx(-a * b / y.std())
    assert found.p[0] == max(found.p_a[0], found.p_b[0]) and found.p[0] == found.p[1]
    assert found.low["ab"][0] < a * b < found.high["ab"][0]
    assert found.bca_low[0] < a * b < found.bca_high[0]


def test_bootstrap_by_hand_and_its_seed():
    x, m, y, z = made()
    settings = MediationSettings(resamples=500, permutations=100, seed=3)
    found = mediate(x, m, y[:, None], z, settings)
    rng = np.random.default_rng(3)
    n, drawn = len(x), []
    counts = np.zeros((500, n))
    for level in (0.0, 1.0):
        members = np.flatnonzero(x == level)
        counts[:, members] = rng.multinomial(members.size, np.full(members.size, 1 / members.size), size=500)
    for count in counts.astype(int):
        i = np.repeat(np.arange(n), count)
        drawn.append(slopes(m[i], x[i], z[i])[0] * slopes(y[i], m[i], x[i], z[i])[0])
    assert (found.low["ab"][0], found.high["ab"][0]) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))
    again = mediate(x, m, y[:, None], z, settings)
    assert again.low["ab"][0] == found.low["ab"][0] and again.p[0] == found.p[0]


def test_the_estimate_and_interval_are_near_those_of_statsmodels():
    """Its interval draws coefficients from their normal distribution, ours draws people: near, not equal.

    Over seeds its ends at 1,000 draws scatter by 0.02; 0.12 holds three of these and the difference in kind.
    """
    api = pytest.importorskip("statsmodels.api")
    mediation = pytest.importorskip("statsmodels.stats.mediation")
    x, m, y, z = made(200)
    outcome = api.OLS(y, np.column_stack([np.ones(200), x, m, z]))
    mediator = api.OLS(m, np.column_stack([np.ones(200), x, z]))
    np.random.seed(0)  # noqa: NPY002  statsmodels draws from the global state
    fitted = mediation.Mediation(outcome, mediator, exposure=(1, 1), mediator=2).fit(n_rep=1000)
    theirs = fitted.summary().loc["ACME (average)"]
    found = mediate(x, m, y[:, None], z, MediationSettings(resamples=3000, permutations=100))
    assert found.value["ab"][0] == pytest.approx(theirs["Estimate"], abs=0.02)
    assert found.low["ab"][0] == pytest.approx(theirs["Lower CI bound"], abs=0.12)
    assert found.high["ab"][0] == pytest.approx(theirs["Upper CI bound"], abs=0.12)


def test_what_cannot_be_mediated():
    x, m, y, z = made()
    with pytest.raises(ShapeError):
        mediate(x, m[:-1], y[:, None], z, FEW)
    with pytest.raises(RangeError):
        mediate(x, 2 * x + 1, y[:, None], z, FEW)
    with pytest.raises(RangeError):
        mediate(x[:4], m[:4], y[:4, None], z[:4], FEW)


def data(**fields) -> HypothesisData:
    x, m, y, z = made()
    who = tuple(Person(f"sub-{i:02d}", "pain" if g else "control") for i, g in enumerate(x))
    base = {
        "values": np.column_stack([y, y[::-1]]), "mediator": m, "covariates": {"age": z[:, 0]},
        "cause": np.array([p.group for p in who]),
    }  # fmt: skip
    return HypothesisData(who, ("insula", "noise"), "mL/cm3", **{**base, **fields})


def asked(**keys) -> Hypothesis:
    mediate = {"cause": "group", "through": "stress", "levels": ["pain", "control"]}
    return Hypothesis.model_validate({"name": "h", "measure": "VT", "mediate": mediate, "permutations": 400, **keys})


def test_a_finding_carries_every_path_and_the_swapped_model():
    found = mediation_findings(data(), asked(), TestSettings())
    assert [f.region for f in found] == ["insula", "noise"] and found[0].status == "ok"
    x, m, y, z = made()
    f = found[0]
    assert f.estimate == pytest.approx(slopes(m, x, z)[0] * slopes(y, m, x, z)[0])
    assert f.details["c"] == pytest.approx(f.details["c_prime"] + f.estimate)
    assert f.details["ab_swapped_low"] < f.details["ab_swapped"] < f.details["ab_swapped_high"]
    assert "not causal" in f.method and "cannot tell the two models apart" in f.details["sentence"]
    assert f.contrast == "pain − control → stress → VT" and f.n == {"people": 40}
    assert f.p_value == max(f.details["p_a"], f.details["p_b"])
    assert f.p_value < 0.05 < found[1].p_value and f.p_adjusted == pytest.approx(2 * f.p_value)


def test_people_without_mediator_or_cause_are_named():
    x, m, *_ = made()
    m = m.copy()
    m[3] = np.nan
    cause = np.where(x == 1, "pain", "control").astype("U8")
    cause[5] = "other"
    f = mediation_findings(data(mediator=m, cause=cause), asked(), TestSettings())[0]
    assert f.n == {"people": 38}
    assert ("sub-03", "stress missing") in f.excluded and ("sub-05", "group missing") in f.excluded


def test_a_mediator_that_is_the_cause_is_not_estimable():
    x = made()[0]
    f = mediation_findings(data(mediator=x + 1), asked(), TestSettings())[0]
    assert f.status == "not_estimable" and "cannot be told apart" in f.safeguards[-1].message


def test_what_is_not_a_mediation_is_the_callers_mistake(contrast):
    with pytest.raises(InputError):
        mediation_findings(data(), contrast(), TestSettings())
    with pytest.raises(InputError, match="two levels"):
        single = {"cause": "group", "through": "stress", "levels": ["pain", "nobody"]}
        mediation_findings(data(), asked(mediate=single), TestSettings())
