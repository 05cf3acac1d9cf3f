"""A permutation test that harmonises anew in every relabelling, so that its p carries what ComBat does not know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array, Design, independent
from nociscope.stats.linear import Algebra, algebra
from nociscope.stats.permutation import PermutationTest, family_wise, least_reaching, oriented
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.sites.combat_pooling import (
    FEWEST_FEATURES,
    CombatOptions,
    SiteDesign,
    SiteMoments,
    shrunken,
    site_design,
    site_moments,
)
from nociscope.stats.statistic import normal_deviate

_BLOCK_ELEMENTS = 1_500_000
_NO_SPREAD = 1e-10
_DEFAULT = CombatOptions()


def harmonised_test(
    design: Design,
    values: Array,
    batch: NDArray[np.str_],
    kept: Array,
    moves: Relabellings,
    alternative: str = "two-sided",
    options: CombatOptions = _DEFAULT,
) -> tuple[PermutationTest, Array]:
    """Test a contrast through ComBat, and the harmonised values to estimate and draw it from.

    Call `nociscope.stats.sites.combat.harmonise_safeguards` before, and give the relabellings of a design whose strata
    are the sites: people of different sites are not exchangeable before they are harmonised, and after it they only
    seem to be.

    Parameters
    ----------
    design : of the contrast, one question; its nuisance columns are held constant in the test.
    values : shape (person, region), finite, as measured.
    batch : shape (person,), site.
    kept : shape (person, column), covariates that ComBat keeps beside the regressor of interest; usually the nuisance
        columns of the design. Columns that repeat the sites or one another are left aside.
    moves : within sites.

    Returns
    -------
    test : `PermutationTest` of the Welch-type (HC2) t of harmonised values.
    harmonised : shape (person, region).

    Raises
    ------
    InputError
        Relabellings across sites, sign flips, more than one question.

    Notes
    -----
    Residuals of a model of site and covariates change places within their site and are added back to what that model
    fits (Freedman & Lane 1983); the whole pipeline, ComBat with the group among what it keeps, then runs on each such
    data set. Without covariates this is exact: given the site, labels are exchangeable, and the pipeline is a function
    of labels and values. With fewer than 3 regions nothing can be pooled and each region is harmonised on its own.
    """
    index = _checked(design, values, batch, moves)
    columns = _kept_columns(design, index, kept)
    sites = _sites(design, index, columns, options)
    if values.shape[1] < FEWEST_FEATURES:
        options = CombatOptions("separate", options.mean_only, options.reference, options.tolerance)
    a = algebra(design)
    test = _test(a, _model_of_nuisance(index, columns), values, moves, (sites, options, alternative))
    return test, _harmonised(values[:, None, :], sites, options)[:, 0]


def combat_permutation_test(
    design: Design,
    values: Array,
    batch: NDArray[np.str_],
    kept: Array,
    moves: Relabellings,
    alternative: str = "two-sided",
    options: CombatOptions = _DEFAULT,
) -> PermutationTest:
    """Return the test of `harmonised_test` alone."""
    return harmonised_test(design, values, batch, kept, moves, alternative, options)[0]


def _checked(design: Design, values: Array, batch: NDArray[np.str_], moves: Relabellings) -> NDArray[np.int64]:
    labels = np.asarray(batch).astype(str)
    if values.ndim != 2 or labels.shape != (design.n,) or values.shape[0] != design.n:
        raise ShapeError("values, sites and design do not fit", expected=design.n, got=(values.shape, labels.shape))
    if design.interest.ndim != 1:
        raise InputError("ComBat within permutations answers one question", expected="a contrast", got="an F")
    if not np.isfinite(values).all():
        raise InputError("missing values cannot be harmonised", do="leave these people out, by name")
    if (moves.signs != 1).any():
        raise InputError("sign flips cannot be harmonised through", expected="permutations within sites")
    index = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    if (index[moves.order] != index).any():
        raise InputError(
            "relabellings carry people across sites", expected="the same site for everybody in every relabelling",
            do="give the design the sites as strata",
        )  # fmt: skip
    return index


def _kept_columns(design: Design, index: NDArray[np.int64], kept: Array) -> Array:
    indicators = (index[:, None] == np.arange(index.max() + 1)).astype(np.float64)
    return independent(indicators, np.column_stack([kept, design.nuisance]))


def _sites(design: Design, index: NDArray[np.int64], columns: Array, options: CombatOptions) -> SiteDesign:
    if options.reference:
        raise InputError("a reference site is not supported within permutations", do="leave reference empty")
    return site_design(index, np.column_stack([design.interest, columns]))


def _model_of_nuisance(index: NDArray[np.int64], columns: Array) -> SiteDesign:
    return site_design(index, columns)


def _test(
    a: Algebra,
    nuisance: SiteDesign,
    values: Array,
    moves: Relabellings,
    pipeline: tuple[SiteDesign, CombatOptions, str],
) -> PermutationTest:
    sites, options, alternative = pipeline
    fitted = nuisance.matrix @ (nuisance.solver @ values)
    residuals = values - fitted
    live = np.linalg.norm(residuals, axis=0) > _NO_SPREAD * np.linalg.norm(values, axis=0)
    if not live.any():
        return _filled(live, np.zeros((moves.count, 0)), np.zeros(0))
    fitted, residuals = fitted[:, live], residuals[:, live]
    null = np.empty((moves.count, residuals.shape[1]))
    block = max(1, _BLOCK_ELEMENTS // residuals.size)
    for start in range(0, moves.count, block):
        moved = residuals[moves.order[start : start + block].T] + fitted[:, None, :]
        null[start : start + moved.shape[1]] = _statistic(a, _harmonised(moved, sites, options))
    return _filled(live, oriented(null, alternative), null[0])


def _filled(live: NDArray[np.bool_], null: Array, signed: Array) -> PermutationTest:
    """Count ties safely; a region without spread has statistic 0 and p = 1.

    Parameters
    ----------
    null : oriented statistics, shape (relabelling, live region), the observed one first.
    """
    statistic, p, p_max, down = np.zeros(live.size), np.ones(live.size), np.ones(live.size), np.ones(live.size)
    null_max = null.max(axis=1, initial=-np.inf if null.shape[1] else 0.0)
    if live.any():
        statistic[live], p[live] = signed, (null >= least_reaching(null[0])).mean(axis=0)
        p_max[live], down[live] = family_wise(null)
    return PermutationTest(statistic, p, p_max, null_max, down)


def _harmonised(y: Array, sites: SiteDesign, options: CombatOptions) -> Array:
    """ComBat of many data sets of the same people at once, shape (person, set, region); each set pools its own."""
    people, sets, regions = y.shape
    flat = y.reshape(people, -1)
    found = site_moments(sites, flat)
    shape = (sites.people.size, sets, regions)
    as_sets = SiteMoments(
        found.effects, found.mean, found.spread, found.location.reshape(shape), found.scale.reshape(shape)
    )
    location, scale = shrunken(as_sets, sites, options)
    base = sites.columns @ found.effects + found.mean
    shift = (found.spread * location.reshape(len(location), -1))[sites.index]
    shrink = (1 / np.sqrt(scale)).reshape(len(scale), -1)[sites.index]
    out: Array = (flat - base - shift) * shrink + base
    return out.reshape(y.shape)


def _statistic(a: Algebra, y: Array) -> Array:
    """Normal deviate of the HC2 t, shape (set, region), of values of shape (person, set, region)."""
    flat = y.reshape(len(y), -1)
    rest = a.nuisance_residual_maker @ flat
    floor = _NO_SPREAD * np.linalg.norm(rest, axis=0)
    squared = (a.residual_maker @ flat) ** 2 + floor**2
    se = np.sqrt(a.hc2_weights @ squared)
    estimate = a.weights @ flat
    t: Array = np.divide(estimate, se, out=np.zeros_like(estimate), where=se > 0)
    return normal_deviate(t, a.hc2_dof(squared)).reshape(y.shape[1:])
