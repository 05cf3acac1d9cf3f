"""A design without each of its people is the design of the others, fitted afresh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nociscope.stats.deletion import each_left_out, only
from nociscope.stats.design import Design, one_sample, slope, two_groups
from nociscope.stats.linear import algebra, fit, fit_by

STRATA = np.zeros(11, dtype=np.int64)
RNG = np.random.default_rng(3)
COVARIATES = np.column_stack([RNG.normal(40, 12, 11), np.arange(11) % 2])
ALONE = np.column_stack([RNG.normal(40, 12, 11), np.arange(11) == 4])
DESIGNS = {
    "groups": two_groups(np.arange(11) < 5, COVARIATES, STRATA),
    "one level of a covariate held by one person": two_groups(np.arange(11) < 5, ALONE, STRATA),
    "slope": slope(RNG.normal(size=11), COVARIATES, STRATA),
    "slope that becomes two groups": slope(np.r_[2.0, np.arange(10) % 2], COVARIATES[:, :1], STRATA),
    "differences": one_sample(11, COVARIATES),
    "equal spread": replace(two_groups(np.arange(11) < 5, COVARIATES, STRATA), spread=STRATA),
    "two of a group": two_groups(np.arange(11) < 2, COVARIATES[:, :1], STRATA),
    "no freedom to lose": two_groups(np.arange(11) < 5, RNG.normal(size=(11, 8)), STRATA),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_fit_without_each_person_is_that_of_the_others(name: str) -> None:
    design, y = DESIGNS[name], np.random.default_rng(5).normal(3, 1, (11, 4))
    left = {i: (others, a) for i, others, a in each_left_out(design)}
    afresh = {i: only(design, np.arange(11) != i) for i in range(11)}
    assert set(left) == {i for i, others in afresh.items() if others.estimable}
    for i, (others, a) in left.items():
        kept = np.delete(y, i, axis=0)
        expected, found = fit(_new(afresh[i]), kept), fit_by(a, kept)
        np.testing.assert_array_equal(others.interest, afresh[i].interest)
        for field in ("estimate", "se", "dof", "se_pooled", "se_hc3", "spread"):
            np.testing.assert_allclose(getattr(found, field), getattr(expected, field), rtol=1e-9, err_msg=field)
        assert found.residual_dof == expected.residual_dof


def test_algebra_is_computed_once_for_a_design() -> None:
    design = DESIGNS["groups"]
    assert algebra(design) is algebra(design)
    assert algebra(_new(design)) is not algebra(design)


def _new(design: Design) -> Design:
    return replace(design)
