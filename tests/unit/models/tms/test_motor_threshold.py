"""Motor thresholds: limits of the stimulator, responses without overlap, and independent likelihoods."""

import numpy as np
import pytest
from scipy import optimize, stats

from nociscope.core.errors import RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.tms import hunted_threshold, likeliest, probit_threshold, relative_frequency, two_thresholds


def pulses(counts, of=10):
    levels = np.repeat(np.array(list(counts), float), of)
    return levels, np.concatenate([np.arange(of) < n for n in counts.values()])


def test_the_lowest_level_with_half():
    found = relative_frequency(*pulses({52: 9, 50: 7, 48: 5, 46: 3}))
    assert (found.value, found.status, found.detail["highest_below"]) == (48, FitStatus.OK, 46)


def test_a_level_is_decided_as_soon_as_it_can_be():
    levels = np.r_[np.full(5, 50.0), np.full(6, 48.0), np.full(3, 46.0)]
    hits = np.r_[np.ones(5, bool), np.zeros(6, bool), np.zeros(3, bool)]
    found = relative_frequency(levels, hits)
    assert (found.value, found.detail["highest_below"]) == (50, 48)
    assert "undecided_level" in found.flags


def test_responses_that_do_not_rise_are_flagged():
    assert "not_monotone" in relative_frequency(*pulses({52: 3, 50: 6, 48: 2})).flags


@pytest.mark.parametrize("method", [relative_frequency, two_thresholds, probit_threshold])
def test_not_reached_is_a_lower_bound(method):
    found = method(*pulses({90: 0, 100: 0}))
    assert (found.value, found.low, found.high, found.status) == (100, 100, np.inf, FitStatus.CENSORED)
    assert found.flags == ("not_reached_at_100",)


def test_lowest_tested_answers_is_an_upper_bound():
    found = relative_frequency(*pulses({60: 10, 50: 8}))
    assert (found.low, found.high, found.status) == (0, 50, FitStatus.CENSORED)


def test_two_thresholds():
    found = two_thresholds(*pulses({54: 10, 52: 10, 50: 5, 48: 0, 46: 0}))
    assert (found.value, found.detail["upper"], found.detail["lower"]) == (50, 52, 48)
    assert two_thresholds(*pulses({54: 10, 52: 10, 50: 5})).status is FitStatus.CENSORED


def test_probit_against_a_general_optimiser():
    levels, hits = pulses({56: 10, 52: 8, 50: 7, 48: 4, 46: 3, 42: 1})

    def negative(theta):
        p = stats.norm.cdf((levels - theta[0]) / np.exp(theta[1]))
        return -np.where(hits, np.log(p), np.log1p(-p)).sum()

    best = optimize.minimize(negative, [49, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    found = probit_threshold(levels, hits)
    assert found.value == pytest.approx(best[0], abs=1e-5)
    assert found.detail["spread"] == pytest.approx(np.exp(best[1]), rel=1e-5)
    assert 0 < found.se < 2


def test_probit_error_is_that_of_repeated_experiments():
    rng = np.random.default_rng(3)
    levels = np.repeat(np.arange(40, 61, 2.0), 10)
    found = [probit_threshold(levels, rng.random(levels.size) < stats.norm.cdf((levels - 50) / 4)) for _ in range(300)]
    values = np.array([f.value for f in found])
    assert np.mean([f.se for f in found]) == pytest.approx(values.std(), rel=0.15)


def test_without_overlap_a_gaussian_has_no_width():
    assert probit_threshold(*pulses({52: 10, 50: 10, 48: 0})).status is FitStatus.INDETERMINATE
    assert probit_threshold(*pulses({52: 10, 50: 4, 48: 0})).status is FitStatus.INDETERMINATE
    assert probit_threshold(*pulses({52: 1, 50: 5, 48: 9})).status is FitStatus.NOT_CONVERGED


def test_hunting_against_a_fine_grid():
    rng = np.random.default_rng(0)
    x = rng.uniform(35, 65, 17).round()
    hit = rng.random(17) < stats.norm.cdf((x - 50) / 3.5)
    grid = np.arange(20, 90, 0.001)
    likelihood = sum(
        stats.norm.logcdf(s * (v - grid) / (0.07 * grid)) for v, s in zip(x, np.where(hit, 1, -1), strict=True)
    )
    assert hunted_threshold(x, hit).value == pytest.approx(grid[np.argmax(likelihood)], abs=1e-3)


def test_hunting_with_one_kind_of_answer_is_a_bound():
    x = np.array([60.0, 80, 100])
    assert hunted_threshold(x, np.zeros(3, bool)).high == np.inf
    assert hunted_threshold(x, np.ones(3, bool)).low == 0
    assert 0 < likeliest(np.zeros(0), np.zeros(0, bool)) < 100
    assert likeliest(x, np.zeros(3, bool)) > 80


def test_what_is_no_intensity():
    with pytest.raises(RangeError):
        hunted_threshold(np.array([50.0, 101]), np.array([True, False]))
    with pytest.raises(RangeError):
        relative_frequency(np.array([50.0, np.nan]), np.array([True, False]))
    with pytest.raises(ShapeError):
        relative_frequency(np.array([50.0]), np.array([True, False]))
