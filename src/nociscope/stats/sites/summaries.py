"""Effect sizes from what a paper prints: means, t, p, a difference with its interval, a correlation, an odds ratio."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from scipy import stats

from nociscope.core.errors import InputError, RangeError
from nociscope.stats.effects import small_sample_factor


@dataclass(frozen=True)
class PublishedEffect:
    """One effect of one study, ready to be pooled.

    Parameters
    ----------
    scale : ``hedges_g``, ``fisher_z`` (of a correlation), ``log_odds`` or ``difference`` (in its own unit).
    value, variance : on that scale; the variance is the square of the standard error.
    n1, n2 : people in each group; of one sample or of pairs ``n2`` is 0.
    d : before Hedges' correction, nan where the scale has none.
    t, dof, p : two-sided test of no effect; ``dof`` is inf for a z.
    source : which numbers of the paper it was made from.
    """

    scale: str
    value: float
    variance: float
    n1: int
    n2: int
    d: float
    t: float
    dof: float
    p: float
    source: str

    @property
    def se(self) -> float:
        """Standard error."""
        return math.sqrt(self.variance)


def from_means(mean1: float, sd1: float, n1: int, mean2: float, sd2: float, n2: int) -> PublishedEffect:
    """Hedges g of first minus second group from means and SDs; ``t`` is Student's with the pooled SD."""
    _check_counts(n1, n2)
    _check_positive(sd1=sd1, sd2=sd2)
    spread = pooled_sd((sd1, sd2), (n1, n2))
    return _standardised((mean1 - mean2) / spread, n1, n2, "means and SDs")


def welch_from_means(
    mean1: float, sd1: float, n1: int, mean2: float, sd2: float, n2: int
) -> tuple[float, float, float]:
    """Welch's t, its degrees of freedom and two-sided p from means and SDs."""
    _check_counts(n1, n2)
    _check_positive(sd1=sd1, sd2=sd2)
    a, b = sd1**2 / n1, sd2**2 / n2
    t = (mean1 - mean2) / math.sqrt(a + b)
    dof = (a + b) ** 2 / (a**2 / (n1 - 1) + b**2 / (n2 - 1))
    return t, dof, two_sided(t, dof)


def from_t(t: float, n1: int, n2: int) -> PublishedEffect:
    """Hedges g from Student's t of two groups."""
    _check_counts(n1, n2)
    return _standardised(t * math.sqrt(1 / n1 + 1 / n2), n1, n2, "t")


def from_p(p: float, n1: int, n2: int, sign: int, tails: int = 2) -> PublishedEffect:
    """Hedges g from an exactly printed p of Student's t and the direction of the effect.

    Parameters
    ----------
    sign : 1 where the first group is higher, −1 where it is lower. A one-sided p (``tails`` 1) is that of the
        alternative in this direction.

    Raises
    ------
    RangeError
        p is not between 0 and 1. A p printed as *below 0.001* has no effect size; take another number of the paper.
    """
    _check_counts(n1, n2)
    if not 0 < p < 1:
        raise RangeError("a p that gives no effect size", expected="above 0, below 1", got=p)
    if tails not in (1, 2) or sign not in (1, -1):
        raise InputError("direction or sides not understood", expected="sign 1 or -1, tails 1 or 2", got=(sign, tails))
    t = sign * float(stats.t.isf(p / tails, n1 + n2 - 2))
    effect = from_t(t, n1, n2)
    return replace(effect, source="one-sided p" if tails == 1 else "two-sided p")


def from_difference(
    difference: float, low: float, high: float, n1: int, n2: int, level: float = 0.95
) -> PublishedEffect:
    """Hedges g from a difference between two groups with its t interval; SDs are taken as equal."""
    _check_counts(n1, n2)
    dof = n1 + n2 - 2
    se = _half_width(low, difference, high) / float(stats.t.ppf(0.5 + level / 2, dof))
    effect = from_t(difference / se, n1, n2)
    return replace(effect, source="difference with interval")


def from_d(d: float, n1: int, n2: int) -> PublishedEffect:
    """Hedges g from Cohen's d of two groups."""
    _check_counts(n1, n2)
    return _standardised(d, n1, n2, "d")


def from_interval(value: float, low: float, high: float, scale: str, level: float = 0.95) -> PublishedEffect:
    """Any printed effect with a normal interval, taken as it is; ``t`` is z."""
    se = _half_width(low, value, high) / float(stats.norm.ppf(0.5 + level / 2))
    return from_se(value, se, scale)


def from_se(value: float, se: float, scale: str) -> PublishedEffect:
    """Any printed effect with its standard error, taken as it is; ``t`` is z."""
    _check_positive(se=se)
    z = value / se
    return PublishedEffect(
        scale, value, se**2, 0, 0, math.nan, z, math.inf, two_sided(z, math.inf), "effect with its error"
    )


def from_paired_t(t: float, n: int, correlation: float) -> PublishedEffect:
    """Hedges g of two conditions of the same people, standardised by the SD of one condition.

    ``correlation`` between the conditions is needed, so that the effect is on the scale of an effect between groups:
    d = t √(2 (1 − r)/n) (Dunlap et al. 1996); its variance is (1/n + d²/2n) · 2 (1 − r) (Borenstein et al. 2009).
    """
    if n < 2:
        raise RangeError("too few pairs", expected="2 or more", got=n)
    if not -1 < correlation < 1:
        raise RangeError("impossible correlation between conditions", expected="between -1 and 1", got=correlation)
    d = t * math.sqrt(2 * (1 - correlation) / n)
    factor = small_sample_factor(n - 1)
    variance = factor**2 * (1 / n + d**2 / (2 * n)) * 2 * (1 - correlation)
    return PublishedEffect("hedges_g", factor * d, variance, n, 0, d, t, n - 1, two_sided(t, n - 1), "paired t")


def from_paired_means(
    mean1: float, sd1: float, mean2: float, sd2: float, n: int, correlation: float
) -> PublishedEffect:
    """Hedges g of first minus second condition of the same people, from means, SDs and their correlation."""
    _check_positive(sd1=sd1, sd2=sd2)
    spread = math.sqrt(sd1**2 + sd2**2 - 2 * correlation * sd1 * sd2)
    return from_paired_t((mean1 - mean2) / (spread / math.sqrt(n)), n, correlation)


def from_correlation(r: float, n: int, held: int = 0) -> PublishedEffect:
    """Fisher's z of a (partial) correlation with ``held`` covariates held constant."""
    if not -1 < r < 1:
        raise RangeError("a correlation that cannot be pooled", expected="between -1 and 1, both excluded", got=r)
    if n - held < 4:
        raise RangeError("too few people for a correlation", expected="n - held of 4 or more", got=n - held)
    dof = n - 2 - held
    t = r * math.sqrt(dof / (1 - r**2))
    return PublishedEffect(
        "fisher_z", math.atanh(r), 1 / (n - held - 3), n, 0, math.nan, t, dof, two_sided(t, dof), "r"
    )


def from_odds_ratio(ratio: float, low: float, high: float, level: float = 0.95) -> PublishedEffect:
    """Log odds ratio from the ratio with its interval."""
    _check_positive(odds_ratio=ratio, low=low, high=high)
    return from_interval(math.log(ratio), math.log(low), math.log(high), "log_odds", level)


def standardised_from_log_odds(effect: PublishedEffect) -> PublishedEffect:
    """Standardised difference that a log odds ratio stands for, √3/π of it (Hasselblad & Hedges 1995)."""
    if effect.scale != "log_odds":
        raise InputError("not a log odds ratio", expected="log_odds", got=effect.scale)
    factor = math.sqrt(3) / math.pi
    value, variance = factor * effect.value, factor**2 * effect.variance
    return replace(effect, scale="hedges_g", value=value, variance=variance, d=value, source="odds ratio")


def e_value(ratio: float) -> float:
    """Strength of confounding, as a risk ratio with both sides, that explains a ratio (VanderWeele & Ding 2017)."""
    _check_positive(ratio=ratio)
    ratio = max(ratio, 1 / ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def e_value_of_odds_ratio(ratio: float, common: bool = True) -> float:
    """E-value of an odds ratio; of a common outcome (above 15 %) its square root stands for the risk ratio."""
    _check_positive(odds_ratio=ratio)
    return e_value(math.sqrt(ratio) if common else ratio)


def pooled_sd(sds: tuple[float, ...], counts: tuple[int, ...]) -> float:
    """SD within groups, each weighted by its degrees of freedom."""
    dof = [n - 1 for n in counts]
    return math.sqrt(sum(f * s**2 for f, s in zip(dof, sds, strict=True)) / sum(dof))


def standardised_variance(g: float, n1: int, n2: int) -> float:
    """Large-sample variance of a standardised difference, 1/n1 + 1/n2 + g²/2(n1 + n2) (Hedges 1981)."""
    return 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def two_sided(t: float, dof: float) -> float:
    """Two-sided p of a t, or of a z where ``dof`` is inf."""
    tail = stats.norm.sf(abs(t)) if math.isinf(dof) else stats.t.sf(abs(t), dof)
    return float(2 * tail)


def _standardised(d: float, n1: int, n2: int, source: str) -> PublishedEffect:
    dof = n1 + n2 - 2
    g = small_sample_factor(dof) * d
    t = d / math.sqrt(1 / n1 + 1 / n2)
    return PublishedEffect(
        "hedges_g", g, standardised_variance(g, n1, n2), n1, n2, d, t, dof, two_sided(t, dof), source
    )


def _half_width(low: float, value: float, high: float) -> float:
    if not low <= value <= high or low == high:
        raise RangeError("an interval that does not hold its value", expected="low ≤ value ≤ high", got=(low, high))
    return (high - low) / 2


def _check_counts(n1: int, n2: int) -> None:
    if n1 < 2 or n2 < 2:
        raise RangeError("too few people in a group", expected="2 or more", got=f"{n1} and {n2}")


def _check_positive(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise RangeError(f"{name} must be positive", expected="above 0", got=value)
