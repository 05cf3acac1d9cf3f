"""Cross-fitted estimates against truth, and the details that findings carry against the functions they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from nociscope.core.errors import RangeError
from nociscope.core.hypothesis import Hypothesis
from nociscope.stats import TestSettings
from nociscope.stats.design import Design, one_sample, slope, two_groups
from nociscope.stats.estimates.bayes import bayes_factor_r, bayes_factor_t, bayesian_estimate
from nociscope.stats.estimates.error_types import error_types_of
from nociscope.stats.estimates.selected import cross_fitted_estimate
from nociscope.stats.estimates.summary import estimate_details, estimate_safeguards
from nociscope.stats.linear import fit
from nociscope.stats.power import minimal_detectable_correlation, minimal_detectable_d

NOBODY = np.zeros(12, dtype=np.int64)
GROUPS = two_groups(np.arange(12) < 5, np.zeros((12, 0)), NOBODY)


@dataclass(frozen=True)
class Question:
    design: Design
    effect: str
    held: int = 0


def hypothesis(**keys) -> Hypothesis:
    return Hypothesis.model_validate({"name": "h", "measure": "VT", "contrast": ["a", "b"], **keys})


def test_a_selected_effect_is_too_large_and_a_cross_fitted_one_is_not():
    rng = np.random.default_rng(0)
    made = [cross_fitted_estimate(GROUPS, rng.normal(size=(12, 15))) for _ in range(300)]
    naive, fitted = [m.naive for m in made], np.array([m.estimate for m in made])
    assert np.mean(naive) > 0.8, "of 15 regions without any effect the best looks large"
    assert fitted.mean() == pytest.approx(0, abs=3 * fitted.std() / math.sqrt(300))


def test_a_true_effect_is_found_again():
    rng = np.random.default_rng(1)
    y = rng.normal(size=(12, 5))
    y[:5, 2] -= 8
    found = cross_fitted_estimate(GROUPS, y)
    assert found.region == 2 and found.agreement == 1 and (found.chosen == 2).all()
    assert found.estimate == pytest.approx(found.naive, rel=0.1) and found.estimate > 0


def test_one_region_leaves_nothing_to_choose():
    """Then it is the plain estimate, nearly: a mean of what each person shows against the others."""
    y = np.random.default_rng(2).normal(3, 0.3, size=(9, 1))
    pairs = one_sample(9, np.zeros((9, 0)))
    assert cross_fitted_estimate(pairs, y).estimate == pytest.approx(y.mean())
    x = np.linspace(-1, 1, 12)
    line = slope(x, np.zeros((12, 0)), NOBODY)
    values = 4 * x[:, None] + 0.1 * np.random.default_rng(3).normal(size=(12, 1))
    assert cross_fitted_estimate(line, values).estimate == pytest.approx(fit(line, values).estimate[0], rel=0.05)


def test_nobody_can_be_left_out_of_two_against_one():
    small = two_groups(np.array([True, False, False]), np.zeros((3, 0)), np.zeros(3, dtype=np.int64))
    with pytest.raises(RangeError):
        cross_fitted_estimate(small, np.random.default_rng(4).normal(size=(3, 2)))


def test_details_of_a_contrast_are_those_of_the_functions():
    y = np.random.default_rng(5).normal(size=(12, 2)) + np.where(np.arange(12) < 5, 1.0, 0)[:, None]
    fitted, settings = fit(GROUPS, y), TestSettings()
    margin = {"margin": 0.5, "scale": "standardised"}
    found = estimate_details(Question(GROUPS, "hedges_g"), fitted, hypothesis(equivalence=margin), settings)[1]
    mde = minimal_detectable_d(5, 7)
    scale = math.sqrt(1 / 5 + 1 / 7)
    at = error_types_of([mde, mde / 2, 0.5], scale, 10)
    assert [found[f"type_m_at_{p}"] for p in ("mde", "half_mde", "margin")] == pytest.approx(at.type_m.tolist())
    assert [found[f"type_s_at_{p}"] for p in ("mde", "half_mde", "margin")] == pytest.approx(at.type_s.tolist())
    assert found["power_at_margin"] == pytest.approx(at.power[2])
    one = [float(v[1]) for v in (fitted.estimate, fitted.se, fitted.dof, fitted.spread)]
    posterior = bayesian_estimate(*one, margin=0.5 * one[3])
    assert found["bayes_prior"] == "Cauchy(0, 0.707)" and found["bayes_estimate"] == posterior.mean
    assert found["bayes_p_within_margin"] == posterior.p_within_margin
    t = fitted.estimate[1] / fitted.se_pooled[1]
    assert found["bayes_factor"] == pytest.approx(bayes_factor_t(t, 10, 35 / 12))
    low, high = found["bayes_estimate_other_priors"]
    assert low <= found["bayes_estimate"] <= high


def test_details_of_a_correlation():
    rng = np.random.default_rng(6)
    x = rng.normal(size=12)
    design = slope(x, rng.normal(size=(12, 1)), NOBODY)
    y = (1000 * (x + rng.normal(size=12)))[:, None]
    fitted, asked = fit(design, y), Question(design, "pearson_r", 1)
    r = minimal_detectable_correlation(12, 1)
    margin = hypothesis(equivalence={"margin": r, "scale": "standardised"})
    found = estimate_details(asked, fitted, margin, TestSettings())[0]
    assert found["type_m_at_margin"] == pytest.approx(found["type_m_at_mde"]), "one and the same place"
    t = float(fitted.estimate[0] / fitted.se_pooled[0])
    assert found["bayes_factor"] == pytest.approx(bayes_factor_r(t / math.sqrt(t**2 + 9), 12, 1))
    turned = estimate_details(asked, fit(design, y / 1000), margin, TestSettings())[0]
    assert turned["bayes_estimate"] == pytest.approx(found["bayes_estimate"] / 1000), "the prior has no unit"
    ranks = estimate_details(Question(design, "spearman_rho", 1), fitted, hypothesis(), TestSettings())[0]
    assert "bayes_estimate" not in ranks and "type_m_at_mde" in ranks


def test_an_f_has_neither_sign_nor_margin():
    assert (
        estimate_details(Question(GROUPS, "partial_eta_squared"), fit(GROUPS, np.eye(12)), hypothesis(), TestSettings())
        == ({},) * 12
    )


def test_a_region_without_spread_has_no_posterior():
    found = estimate_details(Question(GROUPS, "hedges_g"), fit(GROUPS, np.zeros((12, 1))), hypothesis(), TestSettings())
    assert "bayes_estimate" not in found[0] and "type_m_at_mde" in found[0]


def test_what_details_raise():
    details = {
        "power_at_half_mde": 0.3, "type_m_at_half_mde": 1.8, "type_s_at_half_mde": 0.01, "bayes_prior_matters": 1,
        "equivalence_margin": 0.5, "equivalence_scale": "hedges_g", "equivalence_verdict": "undecided",
        "equivalence_p": 0.3,
    }  # fmt: skip
    raised = {s.code: s.message for s in estimate_safeguards(details)}
    assert set(raised) == {"exaggeration", "equivalence", "prior-matters"}
    assert "30%" in raised["exaggeration"] and "undecided" in raised["equivalence"]
    assert estimate_safeguards({"bayes_prior_matters": 0}) == ()
