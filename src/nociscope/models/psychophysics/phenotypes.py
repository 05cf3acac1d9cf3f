"""Sensory phenotypes of a profile, by a table of means: two engines, neither of them the published algorithm.

The published sorting lets a person belong to several phenotypes or to none (Vollert et al. 2017,
10.1097/j.pain.0000000000000935); its coefficients are not in this house. What comes out is therefore labelled
``not_vollert2017`` until a table reproduces cases that were published with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.scores import Array
from nociscope.core.status import FitStatus

FEWEST = 8
"""Tests that a person must have."""
HEALTHY = "healthy"
OURS, PUBLISHED = "not_vollert2017", "vollert2017"
CASES = 3
"""Published cases that a table must reproduce before it may bear the published name."""


@dataclass(frozen=True, eq=False)
class PhenotypeModel:
    """Mean and spread of z in every phenotype.

    Parameters
    ----------
    id : short name. phenotypes, tests : names.
    mean, sd : shape (phenotype, test).
    prior : shape (phenotype + 1,), healthy last. threshold : shape (phenotype,), of the log-likelihood ratio.
    synthetic : made up for tests.
    """

    id: str
    phenotypes: tuple[str, ...]
    tests: tuple[str, ...]
    mean: Array
    sd: Array
    prior: Array
    threshold: Array
    synthetic: bool = False

    def __post_init__(self) -> None:
        k, p = len(self.phenotypes), len(self.tests)
        shapes = (self.mean.shape, self.sd.shape, self.prior.shape, self.threshold.shape)
        if shapes != ((k, p), (k, p), (k + 1,), (k,)):
            raise ShapeError("a phenotype model", expected=((k, p), (k, p), (k + 1,), (k,)), got=shapes)
        if not ((self.sd > 0).all() and (self.prior > 0).all() and abs(self.prior.sum() - 1) < 1e-9):
            raise InputError("a phenotype model", expected="sd above 0 and priors that sum to 1", got=self.id)


@dataclass(frozen=True)
class Phenotypes:
    """What a model says of one profile.

    Parameters
    ----------
    ratio : phenotype → log-likelihood ratio against healthy. members : those beyond their threshold, none to all.
    posterior : phenotype and ``healthy`` → probability under the priors; sums to 1.
    n_tests : that entered. label : whose sorting this is.
    """

    status: FitStatus
    ratio: Mapping[str, float]
    members: tuple[str, ...]
    posterior: Mapping[str, float]
    n_tests: int
    label: str


def phenotypes(z: Mapping[str, float], model: PhenotypeModel, label: str = OURS) -> Phenotypes:
    """Sort one profile.

    Parameters
    ----------
    z : test → z; tests that are absent or nan are left out of every sum.
    label : `label_of` a model and its published cases.
    """
    values = np.array([z.get(test, math.nan) for test in model.tests])
    there = np.isfinite(values)
    n = int(there.sum())
    if n < FEWEST:
        nothing = dict.fromkeys(model.phenotypes, math.nan)
        return Phenotypes(FitStatus.MISSING_DATA, nothing, (), {**nothing, HEALTHY: math.nan}, n, label)
    mean, sd = model.mean[:, there], model.sd[:, there]
    ratio = np.sum(-0.5 * ((values[there] - mean) / sd) ** 2 - np.log(sd) + 0.5 * values[there] ** 2, axis=1)
    weight = np.r_[ratio, 0.0] + np.log(model.prior)
    share = np.exp(weight - weight.max())
    names = (*model.phenotypes, HEALTHY)
    return Phenotypes(
        FitStatus.OK if n == len(model.tests) else FitStatus.FEW_TRIALS,
        dict(zip(model.phenotypes, map(float, ratio), strict=True)),
        tuple(p for p, r, t in zip(model.phenotypes, ratio, model.threshold, strict=True) if r > t),
        dict(zip(names, map(float, share / share.sum()), strict=True)), n, label,
    )  # fmt: skip


def label_of(model: PhenotypeModel, cases: Sequence[tuple[Mapping[str, float], tuple[str, ...]]] = ()) -> str:
    """``vollert2017`` only for a model that gives the memberships of three published cases or more, exactly.

    Parameters
    ----------
    cases : z of a published case, and the phenotypes that were published for it.
    """
    if model.synthetic or len(cases) < CASES:
        return OURS
    reproduced = all(set(phenotypes(z, model).members) == set(members) for z, members in cases)
    return PUBLISHED if reproduced else OURS
