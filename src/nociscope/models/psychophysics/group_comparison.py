"""A group of patients against a reference: the two ways of Magerl et al. 2010 (10.1016/j.pain.2010.07.026)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.errors import InputError
from nociscope.core.scores import Array


@dataclass(frozen=True)
class GroupComparison:
    """One test of patients against healthy people.

    Parameters
    ----------
    method : ``A``, one-sample t; ``B``, unpaired t against as many healthy people with mean 0 and SD 1.
    mean, sd : of the patients' z. t, dof, p : two-sided.
    """

    method: str
    n: int
    mean: float
    sd: float
    t: float
    dof: int
    p: float


def against_reference(z: Array, method: str = "B") -> GroupComparison:
    """Compare a group's z-scores with the reference.

    Parameters
    ----------
    z : shape (person,), nan left out.
    method : ``B`` (the default; more careful, because a reference is itself a sample) or ``A``.

    Raises
    ------
    InputError
        Fewer than 2 z, or another method.
    """
    there = np.asarray(z, dtype=np.float64)
    there = there[np.isfinite(there)]
    if there.size < 2:
        raise InputError("too few z to compare a group", expected="2 or more", got=there.size)
    return from_summary(there.size, float(there.mean()), float(there.std(ddof=1)), method)


def from_summary(n: int, mean: float, sd: float, method: str = "B") -> GroupComparison:
    """The same from number, mean and SD of the z.

    Raises
    ------
    InputError
        Another method than ``A`` or ``B``; or ``A`` without spread.
    """
    if method not in ("A", "B") or (method == "A" and sd == 0):
        raise InputError("no such comparison", expected="A (with spread) or B", got=f"{method}, sd {sd}")
    variance, dof = (sd**2, n - 1) if method == "A" else (sd**2 + 1, 2 * n - 2)
    t = mean / math.sqrt(variance / n)
    return GroupComparison(method, n, mean, sd, t, dof, 2 * float(special.stdtr(dof, -abs(t))))
