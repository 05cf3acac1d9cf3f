"""Sums of sites against the fit on all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from nociscope.core.errors import InputError, Refused
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats.sites.federated import aligned, site_sums
from nociscope.stats.sites.federated_fit import federated_fit

ASKED = Hypothesis.model_validate({"name": "h", "measure": "VT", "contrast": ["pain", "control"]})


def site(name: str, n: int, seed: int, shift: float = 0.0, effect: float = 0.4) -> HypothesisData:
    rng = np.random.default_rng(seed)
    people = tuple(Person(f"{name}-{i}", group="pain" if i < n // 2 else "control", site=name) for i in range(n))
    first = np.array([p.group == "pain" for p in people])
    age = rng.normal(16_000, 4_000, n)
    sex = np.array(["F", "M", "F", "M", "M", "F"])[rng.permutation(n) % 6]
    y = 3 + shift + effect * first[:, None] + 1e-4 * age[:, None] + rng.normal(0, 0.5, (n, 4))
    return HypothesisData(
        people, tuple("abcd"), "mL/cm3", values=y, covariates={"age_days": age, "sex": sex}, model="2TCM"
    )


@pytest.fixture
def three():
    return {"Bo": site("Bo", 24, 1), "Es": site("Es", 30, 2, 2.0), "Li": site("Li", 40, 3, -1.0)}


def rows(sites, site_effects: bool):
    """The design on all rows, and everybody's values."""
    blocks, values = [], []
    for i, data in enumerate(sites.values()):
        first = [p.group == "pain" for p in data.people]
        own = np.zeros((len(first), len(sites)))
        own[:, i] = 1
        own = own if site_effects else np.ones((len(first), 1))
        blocks.append(np.column_stack([first, data.covariates["age_days"], data.covariates["sex"] == "M", own]))
        values.append(data.values)
    return np.vstack(blocks).astype(float), np.vstack(values)


@pytest.mark.parametrize("site_effects", [True, False])
def test_equals_the_fit_on_all_rows(three, site_effects):
    fit = federated_fit(tuple(site_sums(d, ASKED, s) for s, d in three.items()), site_effects)
    x, y = rows(three, site_effects)
    for region in range(4):
        ols = sm.OLS(y[:, region], x).fit()
        low, high = ols.conf_int()[0]
        mine = (fit.estimate, fit.se, fit.statistic, fit.p, fit.low, fit.high)
        theirs = (ols.params[0], ols.bse[0], ols.tvalues[0], ols.pvalues[0], low, high)
        assert [m[region] for m in mine] == pytest.approx(theirs, rel=1e-10)
        assert fit.dof == ols.df_resid


def test_sites_are_compared_by_the_f_of_the_interaction(three):
    fit = federated_fit(tuple(site_sums(d, ASKED, s) for s, d in three.items()))
    x, y = rows(three, True)
    full = np.column_stack([x[:, :1] * x[:, 3:], x[:, 1:]])
    for region in range(4):
        f, p, dof = sm.OLS(y[:, region], full).fit().compare_f_test(sm.OLS(y[:, region], x).fit())
        assert (fit.between_f[region], fit.between_p[region]) == pytest.approx((f, p), rel=1e-8)
        assert fit.between_dof[0] == dof == 2


def test_each_site_alone(three):
    fit = federated_fit(tuple(site_sums(d, ASKED, s) for s, d in three.items()))
    for own, (name, data) in zip(fit.sites, three.items(), strict=True):
        x, y = rows({name: data}, True)
        ols = sm.OLS(y[:, 1], x).fit()
        assert (own.site, own.n) == (name, len(y))
        assert (own.estimate[1], own.se[1]) == pytest.approx((ols.params[0], ols.bse[0]), rel=1e-10)


def test_plain_cross_products_follow(three):
    sums = site_sums(three["Bo"], ASKED, "Bo")
    data = three["Bo"]
    sex = np.asarray(data.covariates["sex"])
    columns = {"pain − control": [p.group == "pain" for p in data.people], "age_days": data.covariates["age_days"],
               "sex=F": sex == "F", "sex=M": sex == "M"}  # fmt: skip
    x = np.column_stack([np.ones(24), *(columns[c] for c in sums.columns)]).astype(float)
    assert sums.xtx == pytest.approx(x.T @ x, rel=1e-12)
    assert sums.xty == pytest.approx(x.T @ data.values, rel=1e-12)
    assert sums.yty == pytest.approx((data.values**2).sum(axis=0), rel=1e-12)


def test_a_level_that_one_site_lacks_is_zero_there(three):
    bo = replace(three["Bo"], covariates={**three["Bo"].covariates, "sex": np.full(24, "F")})
    sites = {**three, "Bo": bo}
    fit = federated_fit(tuple(site_sums(d, ASKED, s) for s, d in sites.items()))
    x, y = rows(sites, True)
    assert fit.estimate[0] == pytest.approx(sm.OLS(y[:, 0], x).fit().params[0], rel=1e-10)
    assert fit.dropped == ("sex=M",), "the other levels and the intercepts say it already"


def test_a_small_cell_is_refused(three):
    sex = np.array(["F"] * 22 + ["M"] * 2)
    few = replace(three["Bo"], covariates={"sex": sex})
    with pytest.raises(Refused, match="sex=M: 2") as raised:
        site_sums(few, ASKED, "Bo")
    assert raised.value.code == "federated-cell-small"


def test_a_small_cell_within_a_group_is_refused(three):
    sex = np.array(["F"] * 10 + ["M"] * 2 + ["F"] * 6 + ["M"] * 6)
    with pytest.raises(Refused, match="sex=M in pain: 2"):
        site_sums(replace(three["Bo"], covariates={"sex": sex}), ASKED, "Bo")


def test_too_few_people_for_the_columns_are_refused():
    data = site("Bo", 8, 5)
    covariates = {f"c{i}": np.random.default_rng(i).normal(size=8) for i in range(5)}
    with pytest.raises(Refused, match="solved for") as raised:
        site_sums(replace(data, covariates=covariates), ASKED, "Bo")
    assert raised.value.code == "federated-few-people"


def test_only_complete_people_enter_and_the_others_are_counted(three):
    values = three["Li"].values.copy()
    values[3, 2] = np.nan
    sums = site_sums(replace(three["Li"], values=values), ASKED, "Li")
    assert sums.n == 39
    assert sum(sums.left_out.values()) == 1


def test_files_about_different_questions_do_not_mix(three):
    other = Hypothesis.model_validate({"name": "h", "measure": "SUV", "contrast": ["pain", "control"]})
    with pytest.raises(InputError, match="measure differs"):
        aligned((site_sums(three["Bo"], ASKED, "Bo"), site_sums(three["Es"], other, "Es")))
    with pytest.raises(InputError, match="unit differs"):
        aligned((site_sums(three["Bo"], ASKED, "Bo"), site_sums(replace(three["Es"], unit="g/mL"), ASKED, "Es")))


def test_a_site_twice_is_refused(three):
    sums = site_sums(three["Bo"], ASKED, "Bo")
    with pytest.raises(InputError, match="stands twice"):
        aligned((sums, sums))


def test_an_effect_that_is_the_site_cannot_be_estimated(three):
    people = tuple(replace(p, group="pain") for p in three["Bo"].people)
    others = tuple(replace(p, group="control") for p in three["Es"].people)
    sums = (
        site_sums(replace(three["Bo"], people=people), ASKED, "Bo"),
        site_sums(replace(three["Es"], people=others), ASKED, "Es"),
    )
    with pytest.raises(InputError, match="cannot be told apart"):
        federated_fit(sums)


def test_a_correlation_by_sums(three):
    asked = Hypothesis.model_validate({"name": "h", "measure": "VT", "correlate": "pain"})
    rng = np.random.default_rng(0)
    sites = {
        s: replace(d, predictor=rng.normal(size=len(d.people)), predictor_name="pain", covariates={})
        for s, d in three.items()
    }
    fit = federated_fit(tuple(site_sums(d, asked, s) for s, d in sites.items()))
    own = np.repeat(np.eye(3), [24, 30, 40], axis=0)
    x = np.column_stack([np.concatenate([d.predictor for d in sites.values()]), own])
    y = np.vstack([d.values for d in sites.values()])
    assert fit.estimate == pytest.approx([sm.OLS(y[:, r], x).fit().params[0] for r in range(4)], rel=1e-10)
