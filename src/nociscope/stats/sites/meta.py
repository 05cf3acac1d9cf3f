"""Effects of several studies or sites together: fixed effect and random effects, in one region or in every voxel.

Sources: DerSimonian & Laird 1986; Paule & Mandel 1982; Viechtbauer 2005 (REML) and 2007 (Q-profile interval);
Knapp & Hartung 2003; Higgins, Thompson & Spiegelhalter 2009 (prediction interval); Higgins & Thompson 2002 (I²).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.sites import tau

INTERVALS = ("hartung-knapp", "hartung-knapp-adhoc", "normal")
"""How random effects get their interval; ad hoc: never narrower than the normal one with the same weights."""

FEW_FOR_EGGER = 10
"""Below so many studies a test of small-study effects has hardly any power (Sterne et al. 2011)."""


@dataclass(frozen=True, eq=False)
class PoolSettings:
    """How effects are pooled.

    Parameters
    ----------
    model : ``random`` or ``fixed``. Two studies cannot estimate a variance between studies: they are pooled as fixed.
    tau2 : ``reml``, ``dl`` (DerSimonian–Laird) or ``pm`` (Paule–Mandel).
    interval : see `INTERVALS`; of random effects.
    level : of all intervals.
    """

    model: str = "random"
    tau2: str = "reml"
    interval: str = "hartung-knapp"
    level: float = 0.95

    def __post_init__(self) -> None:
        for name, value, known in (
            ("model", self.model, ("random", "fixed")),
            ("estimator of tau²", self.tau2, tau.ESTIMATORS),
            ("interval", self.interval, INTERVALS),
        ):
            if value not in known:
                raise InputError(f"unknown {name}", expected=", ".join(known), got=value)
        if not 0 < self.level < 1:
            raise RangeError("impossible level of an interval", expected="between 0 and 1", got=self.level)


@dataclass(frozen=True, eq=False)
class Pooled:
    """Pooled effects, arrays of shape (unit,) unless said; a unit is a region, a voxel or the one question.

    Parameters
    ----------
    model : ``random``, ``fixed`` or, where one study is all there is, ``single``; ``none`` where there is none.
    studies : how many have the unit.
    statistic, dof, p : two-sided test; ``dof`` is inf where the statistic is z.
    tau2, tau2_low, tau2_high : variance between studies with its Q-profile interval.
    q, q_p : Cochran's Q and its p. i2, i2_low, i2_high : share of the variance that lies between studies, 0 to 1.
    prediction_low, prediction_high : where the effect of the next study is expected, t with k − 2; nan below 3 studies.
    weights : shape (study, unit), summing to 1; 0 where a study lacks the unit.
    statements : what must be said beside the numbers.
    """

    model: NDArray[np.str_]
    studies: NDArray[np.int64]
    estimate: Array
    se: Array
    low: Array
    high: Array
    statistic: Array
    dof: Array
    p: Array
    tau2: Array
    tau2_low: Array
    tau2_high: Array
    q: Array
    q_p: Array
    i2: Array
    i2_low: Array
    i2_high: Array
    prediction_low: Array
    prediction_high: Array
    weights: Array
    statements: tuple[str, ...] = ()


_DEFAULT = PoolSettings()


def pool(effects: ArrayLike, variances: ArrayLike, settings: PoolSettings = _DEFAULT) -> Pooled:
    """Pool effects with known variances.

    Parameters
    ----------
    effects, variances : shape (study,) or (study, unit); nan where a study lacks the unit.

    Raises
    ------
    ShapeError
        The two do not fit.
    RangeError
        A variance is not positive, or an effect is infinite.
    """
    y, v = checked(effects, variances)
    here = np.isfinite(y)
    k = here.sum(axis=0)
    random = (k > 2) & (settings.model == "random")
    t2 = np.where(random, tau.estimated(y, v, settings.tau2), 0.0)
    weights = tau.weights(v, t2)
    estimate = _ratio((weights * np.where(here, y, 0)).sum(axis=0), weights.sum(axis=0))
    se, dof = _error(y, weights, estimate, random, settings.interval)
    statistic = _ratio(estimate, se)
    reach = _quantile(0.5 + settings.level / 2, dof) * se
    q = tau.q_statistic(y, v, np.zeros(y.shape[1]))
    several = k > 1
    q = np.where(several, q, np.nan)
    ends = tau.profile_interval(y, v, settings.level)
    typical = tau.typical_variance(v)
    tau_model = tau.estimated(y, v, settings.tau2)
    predicted = _prediction(estimate, se, t2, k, random, settings.level)
    return Pooled(
        model=np.select([random, several, k == 1], ["random", "fixed", "single"], "none"),
        studies=k, estimate=estimate, se=se, low=estimate - reach, high=estimate + reach,
        statistic=statistic, dof=dof, p=_two_sided(statistic, dof),
        tau2=np.where(several, tau_model, np.nan), tau2_low=ends[0], tau2_high=ends[1],
        q=q, q_p=np.where(several, stats.chi2.sf(q, np.maximum(k - 1, 1)), np.nan),
        i2=np.where(several, tau_model / (tau_model + typical), np.nan),
        i2_low=ends[0] / (ends[0] + typical), i2_high=ends[1] / (ends[1] + typical),
        prediction_low=predicted[0], prediction_high=predicted[1],
        weights=np.nan_to_num(_ratio(weights, weights.sum(axis=0))),
        statements=_statements(settings, k, se, weights, random),
    )  # fmt: skip


def leave_one_out(effects: ArrayLike, variances: ArrayLike, settings: PoolSettings = _DEFAULT) -> tuple[Pooled, ...]:
    """Pool without each study in turn, in their order."""
    y, v = checked(effects, variances)
    out = []
    for study in range(len(y)):
        without = y.copy()
        without[study] = np.nan
        out.append(pool(without, v, settings))
    return tuple(out)


@dataclass(frozen=True)
class SmallStudyEffect:
    """Egger's regression: does the effect grow as studies get smaller. nan, and why, below ten studies."""

    intercept: float
    se: float
    t: float
    dof: int
    p: float
    why: str = ""


def small_study_effect(effects: ArrayLike, variances: ArrayLike) -> SmallStudyEffect:
    """Regress effect over error on 1 over error (Egger et al. 1997), shapes (study,); only from ten studies on."""
    y, v = checked(effects, variances)
    kept = np.isfinite(y[:, 0])
    y, se = y[kept, 0], np.sqrt(v[kept, 0])
    if y.size < FEW_FOR_EGGER:
        nan = float("nan")
        why = f"{y.size} studies: not tested below {FEW_FOR_EGGER}, where it would miss nearly everything"
        return SmallStudyEffect(nan, nan, nan, max(y.size - 2, 0), nan, why)
    if np.ptp(se) < 1e-12 * se.max():
        nan = float("nan")
        return SmallStudyEffect(nan, nan, nan, y.size - 2, nan, "all studies are equally precise")
    fitted = stats.linregress(1 / se, y / se)
    t = float(fitted.intercept / fitted.intercept_stderr)
    dof = int(y.size - 2)
    return SmallStudyEffect(
        float(fitted.intercept), float(fitted.intercept_stderr), t, dof, float(2 * stats.t.sf(abs(t), dof))
    )


def checked(effects: ArrayLike, variances: ArrayLike) -> tuple[Array, Array]:
    """Effects and variances as shape (study, unit); both nan where either is."""
    y, v = (np.array(a, dtype=np.float64) for a in (effects, variances))
    if y.shape != v.shape or y.ndim not in (1, 2) or not y.size:
        raise ShapeError(
            "effects and variances do not fit", expected="(study,) or (study, unit)", got=(y.shape, v.shape)
        )
    if y.ndim == 1:
        y, v = y[:, None], v[:, None]
    gone = np.isnan(y) | np.isnan(v)
    if np.isinf(y[~gone]).any() or not (np.isfinite(v[~gone]) & (v[~gone] > 0)).all():
        raise RangeError("impossible effect or variance", expected="finite effects, variances above 0")
    y[gone], v[gone] = np.nan, np.nan
    return y, v


def _error(y: Array, weights: Array, estimate: Array, random: NDArray[np.bool_], interval: str) -> tuple[Array, Array]:
    """Standard error of the pooled effect and its degrees of freedom, shapes (unit,)."""
    total = weights.sum(axis=0)
    plain = np.sqrt(_ratio(np.ones_like(total), total))
    if interval == "normal":
        return plain, np.full(total.shape, np.inf)
    k = np.isfinite(y).sum(axis=0)
    factor = _scatter(y, weights, estimate, k)
    if interval == "hartung-knapp-adhoc":
        factor = np.maximum(factor, 1.0)
    return np.where(random, plain * np.sqrt(factor), plain), np.where(random, k - 1.0, np.inf)


def _scatter(y: Array, weights: Array, estimate: Array, k: NDArray[np.int64]) -> Array:
    """Hartung and Knapp's factor: how far studies lie apart, over what their weights say; shape (unit,)."""
    apart = np.where(np.isfinite(y), weights * (y - estimate) ** 2, 0).sum(axis=0)
    return np.asarray(apart / np.maximum(k - 1, 1))


def _prediction(
    estimate: Array, se: Array, t2: Array, k: NDArray[np.int64], random: NDArray[np.bool_], level: float
) -> tuple[Array, Array]:
    """Interval of the effect in the next study, t with k − 2 (Higgins et al. 2009; IntHout et al. 2016)."""
    reach = stats.t.ppf(0.5 + level / 2, np.maximum(k - 2, 1)) * np.sqrt(t2 + se**2)
    reach = np.where(random, reach, np.nan)
    return estimate - reach, estimate + reach


def _statements(
    settings: PoolSettings, k: NDArray[np.int64], se: Array, weights: Array, random: NDArray[np.bool_]
) -> tuple[str, ...]:
    said = []
    if settings.model == "random" and np.any(k == 2):
        said.append(
            "Two studies cannot estimate a variance between studies: pooled as a fixed effect, which speaks of these "
            "two studies and not of others."
        )
    if settings.model == "fixed":
        said.append("A fixed effect speaks of these studies and not of others.")
    if settings.interval == "hartung-knapp" and random.any():
        plain = np.sqrt(_ratio(np.ones_like(se), weights.sum(axis=0)))
        if np.any(random & (se < plain * (1 - 1e-9))):
            said.append(
                "Studies happen to lie closer together than their errors and τ² let expect, which makes the "
                "Hartung–Knapp interval narrower; hartung-knapp-adhoc does not allow that."
            )
    return tuple(said)


def _quantile(share: float, dof: Array) -> Array:
    finite = np.isfinite(dof)
    return np.where(finite, stats.t.ppf(share, np.where(finite, np.maximum(dof, 1), 1)), stats.norm.ppf(share))


def _two_sided(statistic: Array, dof: Array) -> Array:
    finite = np.isfinite(dof)
    t = 2 * stats.t.sf(np.abs(statistic), np.where(finite, np.maximum(dof, 1), 1))
    return np.where(finite, t, 2 * stats.norm.sf(np.abs(statistic)))


def _ratio(top: Array, bottom: Array) -> Array:
    """Quotient, nan where nothing is below the line."""
    return np.asarray(top / np.where(bottom > 0, bottom, np.nan))
