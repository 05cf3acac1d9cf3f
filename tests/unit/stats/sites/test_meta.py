"""Pooling against PyMARE, statsmodels and closed forms."""

from __future__ import annotations

import numpy as np
import pymare
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.sites.meta import PoolSettings, leave_one_out, pool, small_study_effect


@pytest.fixture
def studies():
    rng = np.random.default_rng(4)
    v = rng.uniform(0.02, 0.3, (8, 30))
    return 0.4 + rng.normal(0, 0.4, v.shape) + rng.normal(size=v.shape) * np.sqrt(v), v


def test_dersimonian_laird_against_pymare(studies):
    y, v = studies
    mine = pool(y, v, PoolSettings(tau2="dl", interval="normal"))
    theirs = pymare.estimators.DerSimonianLaird().fit_dataset(pymare.Dataset(y, v)).summary()
    assert mine.tau2 == pytest.approx(np.ravel(theirs.tau2), abs=1e-10)
    assert mine.estimate == pytest.approx(theirs.fe_params[0], rel=1e-10)


@pytest.mark.parametrize(("tau2", "name"), [("dl", "chi2"), ("pm", "iterated")])
def test_against_statsmodels(studies, tau2, name):
    y, v = studies
    mine = pool(y, v, PoolSettings(tau2=tau2, interval="normal"))
    for unit in range(0, 30, 5):
        theirs = combine_effects(y[:, unit], v[:, unit], method_re=name)
        if theirs.tau2 < 0:  # kept negative there, cut at 0 here
            assert mine.tau2[unit] == 0
            continue
        table = theirs.summary_frame()
        row = table.loc["random effect"]
        assert mine.tau2[unit] == pytest.approx(max(theirs.tau2, 0), abs=1e-5)
        assert (mine.estimate[unit], mine.se[unit]) == pytest.approx((row["eff"], row["sd_eff"]), rel=1e-4)
        fixed = pool(y[:, unit], v[:, unit], PoolSettings(model="fixed"))
        assert (fixed.estimate[0], fixed.se[0]) == pytest.approx(tuple(table.loc["fixed effect"][["eff", "sd_eff"]]))


def test_reml_is_the_maximum_of_the_restricted_likelihood(studies):
    y, v = studies

    def lack(t2, unit):
        w = 1 / (v[:, unit] + t2)
        mean = w @ y[:, unit] / w.sum()
        return w @ (y[:, unit] - mean) ** 2 - np.log(w).sum() + np.log(w.sum())

    found = pool(y, v).tau2
    for unit in range(30):
        grid = np.linspace(0, 2, 4001)
        assert lack(found[unit], unit) <= min(lack(t, unit) for t in grid) + 1e-9


def test_the_profile_interval_puts_q_at_its_quantiles(studies):
    y, v = studies
    r = pool(y, v)
    for end, share in ((r.tau2_low, 0.975), (r.tau2_high, 0.025)):
        for unit in np.flatnonzero(end > 0):
            w = 1 / (v[:, unit] + end[unit])
            q = w @ (y[:, unit] - w @ y[:, unit] / w.sum()) ** 2
            assert q == pytest.approx(stats.chi2.ppf(share, 7), rel=1e-8)


def test_hartung_knapp_of_equally_precise_studies_is_students_t():
    y = np.array([0.2, 0.9, 0.4, 1.3, 0.1])
    r = pool(y, np.full(5, 1e-6))
    theirs = stats.ttest_1samp(y, 0)
    low, high = theirs.confidence_interval()
    assert (r.p[0], r.low[0], r.high[0]) == pytest.approx((theirs.pvalue, low, high), rel=1e-6)


def test_ad_hoc_is_never_narrower_than_the_normal_error():
    y, v = np.array([0.50, 0.51, 0.49, 0.50]), np.full(4, 0.1)
    plain, adhoc, normal = (
        pool(y, v, PoolSettings(interval=i)) for i in ("hartung-knapp", "hartung-knapp-adhoc", "normal")
    )
    assert plain.se[0] < normal.se[0] == pytest.approx(adhoc.se[0])
    assert any("closer together" in s for s in plain.statements)
    assert not any("closer together" in s for s in adhoc.statements)


def test_two_studies_are_pooled_as_fixed_and_it_is_said():
    r = pool([0.2, 0.8], [0.1, 0.1])
    assert r.model[0] == "fixed"
    assert r.estimate[0] == pytest.approx(0.5)
    assert r.se[0] == pytest.approx(np.sqrt(0.05))
    assert np.isnan(r.prediction_low[0])
    assert any("Two studies" in s for s in r.statements)


def test_units_lack_different_studies(studies):
    y, v = (a.copy() for a in studies)
    y[2, 4] = np.nan
    y[:, 5] = np.nan
    y[1:, 6] = np.nan
    r = pool(y, v)
    kept = np.arange(8) != 2
    alone = pool(y[kept, 4], v[kept, 4])
    assert r.estimate[4] == pytest.approx(alone.estimate[0], rel=1e-12)
    assert r.tau2[4] == pytest.approx(alone.tau2[0], abs=1e-12)
    assert r.weights[2, 4] == 0
    assert (r.model[5], r.studies[5]) == ("none", 0)
    assert np.isnan(r.estimate[5])
    assert (r.model[6], r.estimate[6], r.se[6]) == ("single", pytest.approx(y[0, 6]), pytest.approx(v[0, 6] ** 0.5))


def test_leave_one_out(studies):
    y, v = studies
    without = leave_one_out(y[:, 0], v[:, 0])
    assert len(without) == 8
    assert without[3].estimate[0] == pytest.approx(pool(np.delete(y[:, 0], 3), np.delete(v[:, 0], 3)).estimate[0])


def test_egger_only_from_ten_studies_on():
    rng = np.random.default_rng(0)
    se = rng.uniform(0.1, 0.6, 12)
    found = small_study_effect(0.2 + 2 * se + rng.normal(0, 0.05, 12), se**2)
    assert found.p < 0.001
    few = small_study_effect(se[:9], se[:9] ** 2)
    assert np.isnan(few.p)
    assert "9 studies" in few.why


def test_bad_input():
    with pytest.raises(ShapeError):
        pool([1, 2, 3], [1, 2])
    with pytest.raises(RangeError):
        pool([1, 2, 3], [1, 0, 1])
    with pytest.raises(RangeError):
        pool([1, np.inf, 3], [1, 1, 1])
    with pytest.raises(InputError, match="tau²"):
        PoolSettings(tau2="bayes")
