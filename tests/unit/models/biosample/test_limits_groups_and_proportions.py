"""Limits, replicates, group comparisons and Hardy–Weinberg proportions, against independent computation."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.core.status import FitStatus
from nociscope.models.biosample.groups import DETECTED, RATIO, group_comparison
from nociscope.models.biosample.hardy_weinberg import hardy_weinberg
from nociscope.models.biosample.limits import replicates, with_limits

NAN = np.nan


@pytest.mark.parametrize(
    ("counts", "frequency", "chi2", "p"),
    [((19, 12, 1), 0.78125, 0.301976, 0.582647), ((40, 18, 2), 0.816667, 0.0002065, 0.98853)],
)
def test_worked_proportions(counts, frequency, chi2, p):
    found = hardy_weinberg(*counts)
    assert found.frequency == pytest.approx(frequency, rel=1e-6)
    assert found.chi2 == pytest.approx(chi2, rel=3e-4 if chi2 < 0.01 else 2e-6)
    assert found.p == pytest.approx(p, rel=1e-5)


def test_expected_counts():
    assert hardy_weinberg(40, 18, 2).expected == pytest.approx((40.017, 17.967, 2.017), abs=5e-4)


@pytest.mark.parametrize("counts", [(19, 12, 1), (5, 0, 3), (0, 8, 0), (2, 9, 4)])
def test_exact_p_by_shuffling_every_pair_of_alleles(counts):
    n = sum(counts)
    high = 2 * counts[0] + counts[1]

    def weight(mixed):
        both, none = (high - mixed) / 2, n - mixed - (high - mixed) / 2
        return 2.0**mixed * stats.multinomial.pmf([both, mixed, none], n, [1 / 3] * 3) * 3.0**n

    possible = [m for m in range(n + 1) if (high - m) % 2 == 0 and m <= min(high, 2 * n - high)]
    chances = np.array([weight(m) for m in possible])
    chances /= chances.sum()
    own = chances[possible.index(counts[1])]
    assert hardy_weinberg(*counts).p_exact == pytest.approx(chances[chances <= own * (1 + 1e-9)].sum(), abs=1e-9)


def test_one_allele_has_nothing_to_test():
    found = hardy_weinberg(12, 0, 0)
    assert np.isnan(found.chi2)
    assert found.p_exact == 1
    for bad in ((0, 0, 0), (-1, 2, 3)):
        with pytest.raises(InputError):
            hardy_weinberg(*bad)


def test_each_plate_has_its_own_limits():
    found = with_limits(np.array([0.8, 0.8, NAN, 50.0, 5.0]), np.array([1.0, 0.5, 1.0, 1.0, 1.0]), np.full(5, 40.0))
    np.testing.assert_array_equal(found.censored, [-1, 0, -1, 1, 0])
    np.testing.assert_array_equal(found.values, [1.0, 0.8, 1.0, 40.0, 5.0])
    assert found.flags[0] == ("below_lloq",)
    assert found.flags[3] == ("above_uloq",)


def test_printed_values_below_the_limit_stay_only_where_asked():
    found = with_limits(np.array([0.8, NAN, 0.0]), np.ones(3), np.full(3, NAN), use_reported_below_lloq=True)
    np.testing.assert_array_equal(found.censored, [0, -1, -1])
    assert found.flags[0] == ("reported_below_lloq",)


def test_a_value_without_a_number_needs_a_limit():
    with pytest.raises(InputError, match="limit"):
        with_limits(np.array([NAN]), np.array([NAN]), np.array([NAN]))
    with pytest.raises(InputError, match="limit"):
        with_limits(np.array([1.0]), np.array([5.0]), np.array([2.0]))


def test_replicates():
    same = replicates(np.array([10.0, 12.0]), np.zeros(2, np.int8))
    assert (same.value, same.censored, same.flags) == (11.0, 0, ())
    assert same.cv == pytest.approx(np.sqrt(2) / 11)
    assert replicates(np.array([10.0, 16.0]), np.zeros(2, np.int8)).flags == ("replicate_cv",)
    below = replicates(np.array([1.0, 1.0]), np.array([-1, -1], np.int8))
    assert (below.value, below.censored, below.status, below.flags) == (1.0, -1, FitStatus.CENSORED, ())
    across = replicates(np.array([1.0, 1.4]), np.array([-1, 0], np.int8))
    assert (across.value, across.censored, across.flags) == (1.4, -1, ("replicates_cross_limit",))
    assert replicates(np.array([NAN]), np.zeros(1, np.int8)).status is FitStatus.MISSING_DATA
    with pytest.raises(InputError):
        replicates(np.array([1.0, 9.0]), np.array([-1, 1], np.int8))


VALUES = np.array([5.9, 1.6, 3.9, 6.2, 2.8, 1, 2.1, 3.5, 1.2, 4.8, 2.7, 1, 1])
SIDE = np.array([0] * 5 + [-1] + [0] * 5 + [-1] * 2, np.int8)
FIRST = np.arange(13) < 6


def test_worked_ratio_of_two_groups():
    found = group_comparison(VALUES, SIDE, FIRST)
    assert (found.analysis, found.status) == (RATIO, FitStatus.OK)
    assert found.value == pytest.approx(1.600167, rel=1e-5)
    assert found.low < 1 < found.high
    assert found.p > 0.05
    assert (found.n, found.detected) == ((6, 7), (5, 5))


def test_without_limits_it_is_the_t_test_of_logs():
    rng = np.random.default_rng(3)
    values, first = np.exp(rng.normal(size=20)), np.arange(20) < 8
    found = group_comparison(values, np.zeros(20, np.int8), first)
    peer = stats.ttest_ind(np.log(values[first]), np.log(values[~first]))
    assert found.p == pytest.approx(peer.pvalue, rel=1e-5)
    assert np.log((found.low, found.high)) == pytest.approx(peer.confidence_interval(), abs=1e-4)


def test_plates_are_columns_of_the_design():
    rng = np.random.default_rng(5)
    first, plate = np.tile([True, False], 12), np.repeat(["a", "b", "c"], 8)
    values = np.exp(rng.normal(size=24) + 2.0 * (plate == "b"))
    found = group_comparison(values, np.zeros(24, np.int8), first, tuple(plate))
    x = np.column_stack([np.ones(24), first, plate == "b", plate == "c"]).astype(float)
    assert np.log(found.value) == pytest.approx(np.linalg.lstsq(x, np.log(values), rcond=None)[0][1], abs=1e-6)
    assert found.plates == 2


def test_plates_that_hold_one_group_deny_the_comparison():
    found = group_comparison(VALUES, SIDE, FIRST, tuple("a" if f else "b" for f in FIRST))
    assert found.status is FitStatus.NOT_IDENTIFIABLE
    assert np.isnan(found.value)
    assert "plates_hold_one_group" in found.flags


@pytest.mark.parametrize(("above", "flag"), [(6, "many_below_limit"), (2, "detect_only")])
def test_many_limits(above, flag):
    values, side = np.ones(20), np.full(20, -1, np.int8)
    values[:above], side[:above] = 3.0 + np.arange(above), 0
    found = group_comparison(values, side, np.arange(20) % 2 == 0)
    assert flag in found.flags
    assert found.analysis == (DETECTED if above == 2 else RATIO)


def test_detected_or_not_is_fishers_test():
    side = np.r_[np.zeros(4), -np.ones(11), -np.ones(15)].astype(np.int8)
    found = group_comparison(np.where(side < 0, 1.0, 2.0), side, np.arange(30) < 15)
    assert found.p == pytest.approx(stats.fisher_exact([[4, 11], [0, 15]]).pvalue)
    assert found.high == np.inf


def test_a_group_that_is_empty_is_refused():
    for first in (np.ones(13, bool), np.zeros(13, bool)):
        with pytest.raises(InputError, match="both"):
            group_comparison(VALUES, SIDE, first)


def test_every_pair_of_alleles_and_both_strands():
    from nociscope.models.biosample.rs6971 import BindingStatus, genotype

    of = {"C": 1, "G": 1, "T": 0, "A": 0}
    for a, b in product("CGTA", repeat=2):
        found = genotype(a + b)
        if {a, b} <= {"C", "T"} or {a, b} <= {"G", "A"}:
            assert found.status is (BindingStatus.LAB, BindingStatus.MAB, BindingStatus.HAB)[of[a] + of[b]]
        else:
            assert found.status is BindingStatus.UNKNOWN
            assert "mixes the strands" in found.reason
    assert genotype("--").status is BindingStatus.UNKNOWN
