"""Solver, curves, dispersion and noise, each against what is known."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from nociscope.core.errors import RangeError
from nociscope.core.records import Blood, Samples
from nociscope.core.status import FitStatus
from nociscope.models.blood.curve import InterpolatedCurve, Param, ParametricCurve, criteria
from nociscope.models.blood.dispersion import corrected, dispersed, local_line, noise_sd
from nociscope.models.blood.noise import absolute_noise, outlying, relative_noise
from nociscope.models.blood.parent_fraction import PARENT_FRACTION
from nociscope.models.blood.plasma_ratio import natural_basis
from nociscope.models.blood.selection import akaike_weights
from nociscope.models.blood.whole_blood import merged

AT = np.array([1, 3, 5, 10, 20, 40, 60, 90.0])
THETA = {
    "hill": (0.93, 2.4, 9.0), "exponential": (0.3, 0.01, 0.15), "power": (0.15, 2.5, 0.4),
    "sigmoid": (6.0, 0.6, 0.05), "invgamma": (0.95, 2.1, 15.0),
}  # fmt: skip


@pytest.mark.parametrize("name", THETA)
def test_every_fraction_finds_itself(name):
    curve = PARENT_FRACTION[name]
    truth = curve.predict(np.array([THETA[name]]), AT)[0]
    fit = curve.fit(AT, truth)
    np.testing.assert_allclose(fit.at(AT), truth, atol=1e-4)
    np.testing.assert_allclose([e.value for e in fit.parameters.values()], THETA[name], rtol=0.02)


@pytest.mark.parametrize("name", THETA)
def test_every_fraction_starts_at_one_and_falls(name):
    curve = PARENT_FRACTION[name].predict(np.array([THETA[name]]), np.linspace(0, 200, 500))[0]
    assert curve[0] == pytest.approx(1, abs=1e-6) and (np.diff(curve) <= 1e-12).all() and (curve >= 0).all()


@pytest.mark.parametrize("name", THETA)
def test_our_optimum_is_not_above_scipys(name):
    rng = np.random.default_rng(7)
    curve = PARENT_FRACTION[name]
    values = curve.predict(np.array([THETA[name]]), AT)[0] + 0.02 * rng.standard_normal(AT.size)
    fit = curve.fit(AT, values)
    bounds = ([p.low for p in curve.params], [p.high for p in curve.params])
    theirs = least_squares(lambda th: curve.predict(th[None], AT)[0] - values, THETA[name], bounds=bounds, xtol=1e-12)
    assert fit.rss <= 2 * theirs.cost * (1 + 1e-4)


def test_weighted_line_has_the_textbook_answer_and_error():
    t = np.arange(10.0)
    rng = np.random.default_rng(0)
    w = rng.uniform(0.5, 2, 10)
    y = 2 + 0.3 * t + rng.standard_normal(10) / np.sqrt(w)
    line = ParametricCurve(
        "line",
        (Param("a", "1", -50, 50, (0.0,)), Param("b", "1", -50, 50, (0.0,))),
        lambda th, t: th[:, :1] + th[:, 1:] * t,
    )
    fit = line.fit(t, y, w)
    design = np.stack([np.ones(10), t], axis=1)
    covariance = np.linalg.inv(design.T * w @ design)
    beta = covariance @ (design.T * w) @ y
    rss = np.sum(w * (y - design @ beta) ** 2)
    np.testing.assert_allclose([e.value for e in fit.parameters.values()], beta, rtol=1e-6)
    np.testing.assert_allclose(
        [e.se for e in fit.parameters.values()], np.sqrt(np.diag(covariance) * rss / 8), rtol=1e-4
    )
    assert fit.aic == pytest.approx(10 * np.log(rss / 10) + 6)


def test_redraws_of_a_line_have_its_standard_error():
    t = np.arange(12.0)
    rng = np.random.default_rng(1)
    level = ParametricCurve("level", (Param("a", "1", -50, 50, (0.0,)),), lambda th, t: th * np.ones_like(t))
    fit = level.fit(t, 5 + rng.standard_normal(12))
    drawn = fit.redraw(rng, 4000, np.array([0.0]))[:, 0]
    heavy = np.sqrt(11 / 9)  # the variance of Student's t with 11 degrees of freedom
    assert drawn.std() == pytest.approx(fit.parameters["a"].se * heavy, rel=0.05)
    assert drawn.mean() == pytest.approx(fit.parameters["a"].value, abs=0.03)


def test_a_parameter_on_its_bound_says_so():
    fit = PARENT_FRACTION["hill"].fit(AT, np.where(AT > 4, 0.0, 1.0))
    assert fit.status is FitStatus.AT_BOUND and fit.parameters["a"].status is FitStatus.AT_BOUND


def test_too_few_samples_give_no_curve():
    fit = PARENT_FRACTION["hill"].fit(AT[:3], np.array([0.9, 0.7, 0.5]))
    assert fit.status is FitStatus.TOO_FEW_FRAMES and np.isnan(fit.at(AT)).all()


def test_aicc_is_infinite_where_it_cannot_judge():
    assert criteria(5, 4, 1.0)[1] == np.inf
    assert criteria(10, 3, 1.0)[1] == pytest.approx(criteria(10, 3, 1.0)[0] + 4)


def test_akaike_weights_of_the_unjudged_are_zero():
    lines = InterpolatedCurve().fit(AT, AT)
    hill = PARENT_FRACTION["hill"].fit(AT, PARENT_FRACTION["hill"].predict(np.array([THETA["hill"]]), AT)[0])
    np.testing.assert_allclose(akaike_weights([lines, hill]), [0, 1])
    assert not akaike_weights([lines]).any()


def test_natural_spline_is_straight_outside_its_knots():
    u = np.linspace(-3, 6, 400)
    basis = natural_basis(u, np.array([0.0, 1.0, 2.0, 3.0]))
    outside = (u[1:-1] < -0.05) | (u[1:-1] > 3.05)
    assert np.abs(np.diff(basis, n=2, axis=1)[:, outside]).max() < 1e-9


def test_repeated_times_are_averaged():
    fit = InterpolatedCurve().fit(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0, 5.0]))
    assert fit.at(np.array([2.0]))[0] == 3.0


# --- noise -----------------------------------------------------------------------------------------------------


def test_noise_is_seen_through_a_slope():
    rng = np.random.default_rng(2)
    t = np.linspace(0, 10, 4000)
    assert absolute_noise(t, 3 * t + 0.5 * rng.standard_normal(t.size)) == pytest.approx(0.5, rel=0.06)
    assert relative_noise(t, (100 - t) * (1 + 0.03 * rng.standard_normal(t.size))) == pytest.approx(0.03, rel=0.06)


def test_the_first_and_last_sample_are_never_judged():
    values = np.ones(12)
    values[[0, 5, 11]] = 2.0
    assert np.flatnonzero(outlying(values)).tolist() == [5]
    assert not outlying(np.array([1.0, 5.0, 1.0])).any()


# --- dispersion ------------------------------------------------------------------------------------------------


def bolus(t):
    late = np.maximum(t - 0.4, 0)
    return 900 * late * np.exp(-6 * late) + 6 * (1 - np.exp(-8 * late))


def test_smearing_agrees_with_the_integral():
    tau, t = 0.06, np.arange(0, 3, 0.001)
    smeared = dispersed(t, bolus(t), tau)
    at = 1.0
    inner = np.linspace(0, at, 20001)
    direct = np.trapezoid(bolus(inner) * np.exp(-(at - inner) / tau) / tau, inner)
    assert np.interp(at, t, smeared) == pytest.approx(direct, rel=1e-4)


def test_dispersion_is_taken_back_from_a_second_grid():
    fine = np.arange(0, 10, 0.05 / 60)
    t = np.arange(0, 600) / 60
    back = corrected(t, np.interp(t, fine, dispersed(fine, bolus(fine), 2.6 / 60)), 2.6 / 60)
    beside_the_kink = np.abs(t - 0.4) < 3.5 / 60  # a corner in a curve of seconds cannot come back from seconds
    assert np.abs(back - bolus(t))[~beside_the_kink].max() < 0.02 * bolus(t).max()
    assert np.abs(back - bolus(t)).max() < 0.1 * bolus(t).max()
    assert np.trapezoid(back, t) == pytest.approx(np.trapezoid(bolus(fine), fine), rel=2e-3)


def test_noise_grows_little():
    rng = np.random.default_rng(5)
    t = np.arange(0, 600) / 60
    back = corrected(t, 10 + rng.standard_normal(t.size), 2.6 / 60)
    assert back.std() < 1.2


def test_a_parabola_passes_the_local_line_unharmed_on_uneven_times():
    t = np.cumsum(np.random.default_rng(3).choice([1, 2], 60)) / 60
    value, slope = local_line(t, 3 + 2 * t - t**2)
    np.testing.assert_allclose(value, 3 + 2 * t - t**2, atol=1e-8)
    np.testing.assert_allclose(slope, 2 - 2 * t, atol=1e-6)


def test_line_noise_has_a_floor_and_a_share():
    rng = np.random.default_rng(4)
    t = np.arange(0, 600) / 60
    sd = noise_sd(t, bolus(t) * (1 + 0.03 * rng.standard_normal(600)) + 0.1 * rng.standard_normal(600))
    assert sd[5] == pytest.approx(0.1, rel=0.5)
    assert np.median(sd[200:] / bolus(t)[200:]) == pytest.approx(0.035, rel=0.4)


@pytest.mark.parametrize("tau", [-0.1, np.nan])
def test_an_impossible_constant_is_refused(tau):
    with pytest.raises(RangeError, match="dispersion"):
        corrected(np.arange(20.0), np.ones(20), tau)


def test_manual_samples_take_over_from_the_line():
    t = np.arange(0, 600) / 60
    line = Samples(t, bolus(t) + 1.0)
    manual = Samples([1.0, 4.0, 6.0, 8.0, 20.0, 60.0], [50.0, 7.0, 6.5, 6.2, 6.0, 5.0])
    points = merged(Blood(manual, None, None, line), 0.0)
    late = points.time > 5.0
    assert points.activity[late].tolist() == [6.5, 6.2, 6.0, 5.0] and (points.time[~late].max() - 5.0) < 1e-9
    few = Samples([1.0, 4.0, 30.0, 60.0], [50.0, 7.0, 6.0, 5.0])
    assert merged(Blood(few, None, None, line), 0.0).time[-3] == t[-1]
