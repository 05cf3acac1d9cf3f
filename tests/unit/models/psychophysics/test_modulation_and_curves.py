"""Modulation, summation, acuity, staircases, curves and phenotypes where data are missing or extreme."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models import psychophysics as qst


def cpm(values, phases, kind="reading", **more):
    censored = more.pop("censored", 0)
    trials = qst.trials("CPM", "tibialis", "L", **{kind: values}, phase=phases, censored=censored)
    return {s.measure: s for s in qst.conditioned_modulation(trials, **more)}


def test_signs_of_thresholds_and_ratings_agree_on_inhibition():
    up = cpm([300.0, 390.0], ["baseline", "conditioned"])
    down = cpm([60.0, 35.0], ["baseline", "conditioned"], "response")
    for found in (up, down):
        assert found["cpm_inhibition"].value > 0 > found["cpm_efic"].value
        assert found["cpm_log_ratio"].value > 0
        assert found["cpm_percent"].value > 0


def test_a_conditioned_limit_leaves_inhibition_open_upwards():
    found = cpm([300.0, 1000.0], ["baseline", "conditioned"], censored=[0, 1], rule=qst.ResponderRule(sem=20))
    inhibition = found["cpm_inhibition"]
    assert (inhibition.status, inhibition.low, inhibition.high) == (FitStatus.CENSORED, 700, math.inf)
    assert found["cpm_efic"].low == -math.inf
    assert inhibition.band == "inhibitor"
    open_ = cpm([990.0, 1000.0], ["baseline", "conditioned"], censored=[0, 1], rule=qst.ResponderRule(sem=20),
                device_max=1000)  # fmt: skip
    assert open_["cpm_inhibition"].band == "non-responder|inhibitor"
    assert "ceiling" in open_["cpm_inhibition"].flags


def test_a_phase_that_is_missing_gives_no_number():
    found = cpm([300.0, math.nan], ["baseline", "conditioned"])
    assert {s.status for s in found.values()} == {FitStatus.TOO_FEW_TRIALS}


def test_a_baseline_of_zero_has_a_difference_and_no_percentage():
    found = cpm([0.0, 20.0], ["baseline", "conditioned"], "response")
    assert found["cpm_inhibition"].value == -20
    assert found["cpm_percent"].status is FitStatus.UNDEFINED_ZERO
    assert found["cpm_log_ratio"].status is FitStatus.UNDEFINED_ZERO


@pytest.mark.parametrize(("k", "answer"), [(1.0, "inhibitor"), (2.0, "non-responder")])
def test_the_rule_of_responders_is_named(k, answer):
    found = cpm([300.0, 330.0], ["baseline", "conditioned"], rule=qst.ResponderRule(sem=20, k=k))["cpm_inhibition"]
    assert found.band == answer
    assert f"rule={k:g}·SEM" in found.flags
    assert cpm([300.0, 330.0], ["baseline", "conditioned"], rule=qst.ResponderRule(percent=10))["cpm_efic"].band == ""


def test_what_a_responder_is_must_be_said():
    for bad in ({}, {"sem": 1.0, "percent": 10.0}):
        with pytest.raises(InputError):
            qst.ResponderRule(**bad)
    with pytest.raises(InputError, match="phase"):
        cpm([1.0, 2.0], ["baseline", "later"])
    with pytest.raises(RangeError):
        cpm([-1.0, 2.0], ["baseline", "conditioned"])
    with pytest.raises(InputError, match="kind"):
        qst.cpm_changes(np.ones(2), np.ones(2), "pressure")


def test_summation_of_many_series_at_once_is_that_of_each():
    series = np.random.default_rng(0).uniform(0, 100, (7, 10))
    together = qst.summation(series)
    for i, one in enumerate(series):
        for name, value in qst.summation(one).items():
            assert together[name][i] == pytest.approx(float(value))
    assert together["slope"] == pytest.approx(np.polyfit(np.arange(1, 11), series.T, 1)[0])


def tsp(ratings, **more):
    return {s.measure: s for s in qst.temporal_summation(qst.trials("TSP", "hand", response=ratings, **more))}


def test_missing_pulses_take_away_what_needs_them():
    ratings = np.arange(10.0, 20.0)
    middle, last = ratings.copy(), ratings.copy()
    middle[[4, 5]], last[-1] = np.nan, np.nan
    found = tsp(middle)
    assert found["TSP_difference"].value == 9
    assert found["TSP_slope"].value == pytest.approx(1)
    assert found["TSP_sum_over_first"].status is FitStatus.TOO_FEW_TRIALS
    assert tsp(last)["TSP_difference"].status is FitStatus.TOO_FEW_TRIALS
    middle[6] = np.nan
    assert tsp(middle)["TSP_slope"].status is FitStatus.TOO_FEW_TRIALS


def test_a_first_rating_of_zero_has_no_ratio_and_sensations_afterwards_are_kept():
    found = tsp(
        [0.0, 5.0, 8.0, 4.0, 2.0], trial=[1, 2, 3, 4, 5], phase=["", "", "", "after", "after"],
        stimulus=[math.nan, math.nan, math.nan, 15, 30],
    )  # fmt: skip
    assert found["TSP_ratio"].status is FitStatus.UNDEFINED_ZERO
    assert found["TSP_difference"].value == 8
    assert (found["after_sensation_15s"].value, found["after_sensation_30s"].value) == (4, 2)


def test_two_points_need_an_orientation_and_two_runs_each_way():
    columns = {"reading": [45.0, 50, 55, 50], "direction": ["asc", "asc", "desc", "desc"]}
    with pytest.raises(InputError, match="orientation"):
        qst.two_point_limits(qst.trials("TPD", "lumbar", **columns))
    few = qst.trials("TPD", "lumbar", reading=[45.0, 50, 55], direction=["asc", "asc", "desc"], orientation="vertical")
    assert qst.two_point_limits(few).status is FitStatus.TOO_FEW_TRIALS
    catch = qst.trials(
        "TPD", "lumbar", reading=[45.0, 50, 55, 50, math.nan, math.nan],
        direction=["asc"] * 2 + ["desc"] * 2 + [""] * 2,
        phase=[""] * 4 + ["catch"] * 2, response=[math.nan] * 4 + [1.0, 0.0], orientation="vertical",
    )  # fmt: skip
    found = qst.two_point_limits(catch)
    assert found.detail["false_alarm_rate"] == 0.5
    assert "false_alarms" in found.flags


def test_reaction_times_are_trimmed_as_declared():
    times = np.r_[np.full(10, 1000.0), 100.0, 9000.0]
    shown = ["L"] * 12
    plain = qst.laterality(shown, shown, times, "back", qst.Trimming())[1]
    window = qst.laterality(shown, shown, times, "back", qst.Trimming(500, 3000))[1]
    assert window.value == 1000
    assert plain.value == pytest.approx(times.mean())
    assert "500–3000 ms" in window.method
    assert qst.laterality(shown, shown, times, "back", qst.Trimming())[2].status is FitStatus.TOO_FEW_TRIALS


def test_d_prime_of_perfect_answers_is_finite():
    assert math.isfinite(qst.discriminability(20, 20, 0, 20)[0])
    assert qst.discriminability(20, 20, 0, 20, log_linear=False)[0] == math.inf


X = np.array([20, 30, 40, 50, 60, 70.0])


@pytest.mark.parametrize("curve", ["logistic", "normal", "weibull"])
@pytest.mark.parametrize("guess", [0.0, 0.25])
def test_curves_against_a_likelihood_written_out(curve, guess):
    yes, n = np.array([4, 5, 8, 14, 18, 20.0]), np.full(6, 20.0)
    shapes = {
        "logistic": lambda a, b: 1 / (1 + np.exp(-(X - a) / b)),
        "normal": lambda a, b: stats.norm.cdf(X, a, b),
        "weibull": lambda a, b: 1 - np.exp(-math.log(2) * (X / a) ** b),  # written at its middle
    }

    def negative(theta):
        p = np.clip(guess + (1 - guess - 0.01) * shapes[curve](theta[0], np.exp(theta[1])), 1e-12, 1 - 1e-12)
        return -stats.binom.logpmf(yes, 20, p).sum() + stats.binom.logpmf(yes, 20, yes / 20).sum()

    best = min(
        (optimize.minimize(negative, (45, s), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
         for s in (0.5, 2.0)), key=lambda r: r.fun,
    )  # fmt: skip
    fit = qst.psychometric_fit(X, yes, n, curve, guess=guess, lapse=0.01)
    assert (fit.threshold, fit.scale) == pytest.approx((best.x[0], math.exp(best.x[1])), rel=1e-4)
    assert fit.deviance == pytest.approx(2 * best.fun, abs=1e-6)
    for end in (fit.low, fit.high):
        held = optimize.minimize_scalar(lambda s, e=end: negative((e, s)), bracket=(best.x[1], best.x[1] + 0.2))
        assert 2 * (held.fun - best.fun) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=5e-3)
    assert qst.probability(fit, np.array([fit.half_point]))[0] == pytest.approx(0.5)
    step = np.array([-1e-4, 1e-4])
    assert fit.slope == pytest.approx(np.diff(qst.probability(fit, fit.threshold + step))[0] / 2e-4, rel=1e-5)


@pytest.mark.parametrize(
    ("yes", "low", "high"),
    [
        ([0, 0, 0, 10, 10, 10], 40, 50),
        ([0, 0, 4, 10, 10, 10], 30, 50),
        ([0] * 6, 70, math.inf),
        ([10] * 6, -math.inf, 20),
    ],
)
def test_a_step_bounds_the_threshold_and_has_no_slope(yes, low, high):
    fit = qst.psychometric_fit(X, np.array(yes, float), np.full(6, 10.0))
    assert fit.status is FitStatus.CENSORED
    assert (fit.low, fit.high) == (low, high)
    assert math.isnan(fit.slope)
    assert math.isnan(fit.scale)


def test_answers_that_fall_are_no_curve():
    fit = qst.psychometric_fit(X, np.array([10, 8, 6, 4, 2, 0.0]), np.full(6, 10.0))
    assert fit.status is FitStatus.NO_SIGNAL
    assert math.isnan(fit.threshold)


def test_free_guesses_find_their_way_and_say_when_they_rest_on_a_bound():
    x, n = np.linspace(0, 10, 11), np.full(11, 2000.0)
    yes = np.round(2000 * (0.2 + 0.75 / (1 + np.exp(-(x - 5) / 0.8))))
    fit = qst.psychometric_fit(x, yes, n, guess=qst.FREE, lapse=qst.FREE)
    assert (fit.threshold, fit.scale, fit.guess, fit.lapse) == pytest.approx((5, 0.8, 0.2, 0.05), abs=5e-3)
    assert fit.estimated == ("guess", "lapse")
    none = qst.psychometric_fit(X, np.array([0, 1, 4, 7, 9, 10.0]), np.full(6, 10.0), guess=qst.FREE)
    assert none.status is FitStatus.AT_BOUND


def test_curves_move_with_the_unit_and_equal_stimuli_join():
    yes, n = np.array([1, 2, 4, 7, 9, 10.0]), np.full(6, 10.0)
    mm, cm = qst.psychometric_fit(X, yes, n), qst.psychometric_fit(X / 10, yes, n)
    assert (cm.threshold, cm.low, cm.scale) == pytest.approx((mm.threshold / 10, mm.low / 10, mm.scale / 10), rel=1e-4)
    halves = qst.psychometric_fit(np.r_[X, X], np.r_[yes - 1, np.ones(6)], np.r_[n - 1, np.ones(6)])
    assert (halves.threshold, halves.deviance) == pytest.approx((mm.threshold, mm.deviance))


def test_bootstrap_lies_beside_the_profile_and_repeats():
    yes, n = np.array([1, 2, 4, 7, 9, 10.0]), np.full(6, 10.0)
    fit = qst.psychometric_fit(X, yes, n)
    first, again = (qst.bootstrapped(fit, X, n, draws=99, seed=3) for _ in range(2))
    assert first == again
    assert abs(first.low - fit.low) < 4
    assert abs(first.high - fit.high) < 4


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="counts"):
        qst.psychometric_fit(X, np.full(6, 11.0), np.full(6, 10.0))
    with pytest.raises(ShapeError):
        qst.psychometric_fit(X, np.ones(5), np.full(6, 10.0))
    with pytest.raises(RangeError):
        qst.psychometric_fit(X - 20, np.ones(6), np.full(6, 10.0), "weibull")
    with pytest.raises(InputError, match="curve"):
        qst.psychometric_fit(X, np.ones(6), np.full(6, 10.0), "probit")


def test_staircases_pass_over_equal_steps_and_need_six_turns():
    assert list(qst.reversals(np.array([1.0, 2, 2, 3, 3, 2, 2, 4]))) == [3, 2]
    short = qst.trials("MPT", "hand", stimulus=[8.0, 16, 8, 16])
    assert qst.staircase_threshold(short, "geometric").status is FitStatus.TOO_FEW_TRIALS
    with pytest.raises(InputError):
        qst.staircase_threshold(short, "geometric", last=5)


def test_phenotypes_may_be_several_or_none_and_bear_our_label():
    model = qst.PhenotypeModel(
        "made-up", ("loss", "more loss"), qst.Z_TESTS, np.array([[-2.0] * 11, [-3.0] * 11]), np.ones((2, 11)),
        np.full(3, 1 / 3), np.zeros(2),
    )  # fmt: skip
    assert qst.phenotypes(dict.fromkeys(qst.Z_TESTS, -2.5), model).members == ("loss", "more loss")
    healthy = qst.phenotypes(dict.fromkeys(qst.Z_TESTS, 0.0), model)
    assert healthy.members == ()
    assert healthy.posterior["healthy"] > 0.99
    few = qst.phenotypes(dict.fromkeys(qst.Z_TESTS[:7], -2.0), model)
    assert few.status is FitStatus.MISSING_DATA
    cases = [(dict.fromkeys(qst.Z_TESTS, 0.0), ())] * 3
    assert qst.label_of(model) == "not_vollert2017"
    assert qst.label_of(model, cases) == "vollert2017"
    assert qst.label_of(model, [*cases, (dict.fromkeys(qst.Z_TESTS, 0.0), ("loss",))]) == "not_vollert2017"


def test_intervals_hold_the_threshold_on_any_answers():
    rng = np.random.default_rng(1)
    for _ in range(60):
        levels = int(rng.integers(2, 9))
        n = rng.integers(1, 12, levels)
        x, yes = np.sort(rng.uniform(1, 50, levels)), rng.binomial(n, rng.uniform(0, 1, levels))
        curve, guess = str(rng.choice(["logistic", "normal", "weibull"])), [0.0, 0.5, qst.FREE][rng.integers(3)]
        fit = qst.psychometric_fit(x, yes, n, curve, guess=guess)
        assert math.isnan(fit.threshold) or fit.low <= fit.threshold <= fit.high
        assert math.isnan(fit.scale) or fit.scale_low <= fit.scale <= fit.scale_high
