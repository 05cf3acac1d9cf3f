"""Numbers that others have printed. Tolerances are half a unit of the last printed digit unless said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.stats import TestSettings, compare, power
from nociscope.stats.reliability import icc_interval, mean_squares, minimal_detectable_change, reliability, sem_from_icc


def with_moments(mean: float, sd: float, n: int) -> np.ndarray:
    """Numbers with exactly this mean and SD: what a printed "mean (SD)" pins down."""
    scores = stats.norm.ppf((np.arange(n) + 0.5) / n)
    return mean + sd * (scores - scores.mean()) / scores.std(ddof=1)


def two(first, second):
    values = np.r_[with_moments(*first), with_moments(*second)]
    return compare(values, ["a"] * first[2] + ["b"] * second[2])


def test_two_point_discrimination():
    """61 (13) against 44 (10) mm, 45 each: d 1.466, g 1.453, Welch t 6.95."""
    finding = two((61, 13, 45), (44, 10, 45))
    assert finding.statistic["t"] == pytest.approx(6.95, abs=0.005)
    assert finding.effect_size.value == pytest.approx(1.453, abs=5e-4)
    assert (61 - 44) / finding.details["residual_sd"] == pytest.approx(1.466, abs=5e-4)


def test_difference_with_its_interval():
    """17.9 (5.9 to 29.8), 19 each: t 3.04, p 0.0044, g about 0.96."""
    half = (29.8 - 5.9) / 2
    sd = half / stats.t.ppf(0.975, 36) / np.sqrt(2 / 19)
    finding = two((17.9, sd, 19), (0, sd, 19))
    assert (finding.ci_low, finding.ci_high) == pytest.approx((5.9, 29.8), abs=0.06), "17.9 is not quite the middle"
    assert finding.statistic["t"] == pytest.approx(3.04, abs=0.005)
    assert 2 * stats.t.sf(finding.statistic["t"], 36) == pytest.approx(0.0044, abs=5e-5)
    assert finding.effect_size.value == pytest.approx(0.96, abs=0.01)


@pytest.mark.parametrize(
    ("first", "second", "t", "p"),
    [((37.8, 12.5, 15), (48.2, 12.8, 18), 2.35, 0.025), ((43.7, 16.6, 26), (48.3, 13.2, 28), 1.13, 0.26)],
)
def test_ages_of_published_groups(first, second, t, p):
    finding = two(first, second)
    assert abs(finding.statistic["t_pooled"]) == pytest.approx(t, abs=0.005)
    assert 2 * stats.t.sf(abs(finding.statistic["t_pooled"]), finding.statistic["dof_pooled"]) == pytest.approx(
        p, abs=0.005
    )
    assert finding.p_value == pytest.approx(p, abs=0.03), "10,000 random relabellings, other test: same verdict"


def test_early_conditioned_pain_modulation():
    """Gehling et al. 2016 (doi 10.1186/s12883-016-0650-z): SD 11.7 and 11.9, ICC 0.618: SEM 7.29, printed SRD 20.2."""
    sem = sem_from_icc(np.sqrt((11.7**2 + 11.9**2) / 2), 0.618)
    assert sem == pytest.approx(7.29, abs=0.005)
    assert minimal_detectable_change(sem) == pytest.approx(20.2, abs=0.05)


# Shrout & Fleiss 1979, table 2: six targets, four judges; table 4 prints ICC(1,1) = .17
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])


def test_shrout_and_fleiss():
    between, within = mean_squares(SHROUT_FLEISS)
    assert (between, within) == pytest.approx((11.24, 6.26), abs=0.005), "table 3"
    icc, low, high = icc_interval(between, within, 6, 4, 0.95)
    assert icc == pytest.approx(0.17, abs=0.005)
    assert icc == pytest.approx(0.1657417684054755, abs=1e-12), "pingouin 0.7.0"
    assert reliability(SHROUT_FLEISS).icc == icc
    # the manual of the R package psych prints -0.133 and 0.72 for this table
    assert (low, high) == (pytest.approx(-0.133, abs=5e-4), pytest.approx(0.72, abs=0.005))


def test_pressure_pain_of_two_sessions():
    """Ten people, kPa: bias 12.6, limits of agreement −30.512 to 55.712 (computed elsewhere from the same numbers)."""
    table = [(310, 335), (420, 405), (255, 290), (380, 400), (505, 480), (290, 315), (350, 372), (445, 430),
             (268, 300), (330, 352)]  # fmt: skip
    found = reliability(np.array(table, dtype=float))
    assert found.bias == pytest.approx(12.6)
    assert (found.icc, found.sem) == pytest.approx((0.943153, 17.2366), abs=5e-5), "pingouin 0.7.0, ICC(1,1)"
    assert (found.icc_low, found.icc_high) == pytest.approx((0.80, 0.99), abs=0.005), "pingouin 0.7.0"
    assert (found.loa_low, found.loa_high) == pytest.approx((-30.512, 55.712), abs=1e-3)


@pytest.mark.parametrize(
    ("n1", "n2", "d"),
    [(4, 5, 2.19), (5, 8, 1.75), (9, 8, 1.46), (9, 9, 1.41), (16, 10, 1.18), (25, 27, 0.79), (26, 28, 0.78),
     (28, 28, 0.76), (31, 27, 0.75), (11, 11, 1.26)],
)  # fmt: skip
def test_minimal_detectable_differences(n1, n2, d):
    """80 % power, two-sided 5 %. 5 against 8 computes to 1.7546 and is printed as 1.75."""
    assert power.minimal_detectable_d(n1, n2) == pytest.approx(d, abs=0.0051)


def test_floors_of_published_designs():
    assert compare([1.0, 2, 3, 4, 5.5, 6, 7, 8.3, 9], ["a"] * 4 + ["b"] * 5).n_permutations == 126
    nine_pairs = compare(np.r_[np.arange(9.0), np.arange(9) ** 1.1], ["a"] * 9 + ["b"] * 9, paired=True)
    assert nine_pairs.n_permutations == 512
    assert nine_pairs.details["smallest_attainable_p"] == pytest.approx(0.0039, abs=5e-5)
    assert TestSettings().exact_limit == 20_000
