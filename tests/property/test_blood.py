"""Laws of the input function that hold for any blood."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nociscope.core.records import Blood, Samples
from nociscope.models.blood import PARENT_FRACTION, BloodSettings, input_function
from nociscope.models.blood.dispersion import corrected, dispersed

AT = np.array([0.7, 1.5, 2.5, 3.5, 5, 7, 9, 12, 20, 30, 45, 60, 90.0])
FRACTION_AT = np.array([1, 3, 5, 10, 20, 40, 60, 90.0])
FAST = BloodSettings(parent_fraction_start="one", draws=0)

peaks = st.floats(20, 400)
noises = st.integers(0, 2**31)


def bolus(t, peak, arrival=0.4):
    late = np.maximum(t - arrival, 0)
    return peak * (15 * late * np.exp(-6 * late) + 0.1 * (1 - np.exp(-8 * late)) * np.exp(-0.003 * late))


def noisy(seed, peak, arrival=0.4, shift=0.0):
    rng = np.random.default_rng(seed)
    whole = bolus(AT, peak, arrival) * (1 + 0.03 * rng.standard_normal(AT.size))
    plasma = whole * (1.3 - 0.2 * np.exp(-AT / 20)) * (1 + 0.03 * rng.standard_normal(AT.size))
    truth = PARENT_FRACTION["hill"].predict(np.array([[0.93, 2.4, 9.0]]), FRACTION_AT)[0]
    fraction = np.clip(truth + 0.02 * rng.standard_normal(truth.size), 0, 1)
    return Blood(Samples(AT + shift, whole), Samples(AT + shift, plasma), Samples(FRACTION_AT + shift, fraction))


def made(blood, choice=FAST, seed=0):
    result = input_function(blood, choice, rng=np.random.default_rng(seed)).input_function
    assert result is not None
    return result


@settings(max_examples=15, deadline=None)
@given(noises, peaks, st.floats(1e-3, 1e3))
def test_scaled_activity_scales_the_input(seed, peak, factor):
    one = noisy(seed, peak)
    scaled = Blood(
        Samples(AT, factor * one.whole_blood.value), Samples(AT, factor * one.plasma.value), one.parent_fraction
    )
    np.testing.assert_allclose(made(scaled).aif, factor * made(one).aif, rtol=1e-6, atol=1e-9 * factor * peak)


@settings(max_examples=15, deadline=None)
@given(noises, peaks, st.floats(0.05, 0.5))
def test_lines_move_with_the_samples(seed, peak, shift):
    named = BloodSettings("interpolated", "interpolated", draws=0)
    one, late = made(noisy(seed, peak), named), made(noisy(seed, peak, shift=shift), named)
    inside = (one.time > AT[0]) & (one.time < AT[-1] - shift)
    moved = np.interp(one.time[inside] + shift, late.time, late.whole_blood)
    np.testing.assert_allclose(moved, one.whole_blood[inside], rtol=0.03, atol=0.02 * peak)
    level = np.interp(one.time[inside] + shift, late.time, late.parent_fraction)
    np.testing.assert_allclose(level, one.parent_fraction[inside], atol=0.01)


@settings(max_examples=15, deadline=None)
@given(noises, peaks)
def test_nothing_leaves_its_range(seed, peak):
    result = made(noisy(seed, peak), BloodSettings(draws=10), seed)
    assert ((result.parent_fraction >= 0) & (result.parent_fraction <= 1)).all()
    assert (result.aif >= 0).all() and (result.aif <= result.plasma + 1e-12).all()
    assert np.isfinite(result.draws).all() and (result.draws >= 0).all()


@settings(max_examples=30, deadline=None)
@given(peaks, st.floats(0.01, 0.12), st.floats(0.2, 0.8))
def test_smearing_then_taking_back_returns_the_curve(peak, tau, arrival):
    fine = np.arange(0, 10, 0.1 / 60)
    t = np.arange(0, 600) / 60
    truth = bolus(t, peak, arrival)
    back = corrected(t, np.interp(t, fine, dispersed(fine, bolus(fine, peak, arrival), tau)), tau)
    away = np.abs(t - arrival) > 4 / 60
    assert np.abs(back - truth)[away].max() < 0.02 * truth.max()
    assert np.trapezoid(back, t) == pytest.approx(np.trapezoid(truth, t), rel=3e-3)


@settings(max_examples=30, deadline=None)
@given(noises, st.floats(0, 0.12))
def test_area_is_kept_but_for_what_is_still_in_the_line(seed, tau):
    rng = np.random.default_rng(seed)
    t = np.arange(0, 600) / 60
    measured = bolus(t, 100) + 0.1 * rng.standard_normal(t.size)
    kept = np.trapezoid(measured, t) + tau * (measured[-40:].mean() - measured[:20].mean())
    assert np.trapezoid(corrected(t, measured, tau), t) == pytest.approx(kept, rel=3e-3)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([n for n in PARENT_FRACTION if n != "interpolated"]),
    st.lists(st.floats(0, 1), min_size=6, max_size=8),
)
def test_any_fractions_give_a_finite_curve_or_a_reason(name, values):
    fit = PARENT_FRACTION[name].fit(FRACTION_AT[: len(values)], np.array(values))
    curve = fit.at(np.linspace(0, 100, 300))
    assert np.isfinite(curve).all() if fit.status.keeps_value else np.isnan(curve).all()
    if fit.status.keeps_value:
        assert (curve > -1e-9).all() and (curve < 1 + 1e-9).all() and curve[0] == pytest.approx(1, abs=1e-6)
