"""Blood: physics that must hold, and numbers like those of the open [11C]PBR28 study."""

import numpy as np
import pytest

from nociscope.simulate.input import STEP_S, autosampler, dispersed, draw_input, manual_samples
from nociscope.simulate.spec import BloodTruth

HALF_LIFE = 20.364
T = np.arange(0, 90, STEP_S / 60)


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(1)
    return [draw_input(BloodTruth(), 5.5, rng) for _ in range(60)]


def test_nothing_arrives_before_the_bolus_and_nothing_is_negative(drawn):
    for blood in drawn:
        assert not blood.plasma(T)[blood.arrival >= T].any()
        for curve in (blood.plasma(T), blood.aif(T), blood.whole_blood(T)):
            assert (curve >= 0).all()
        assert (blood.aif(T) <= blood.plasma(T)).all()


def test_the_parent_fraction_falls_from_one(drawn):
    for blood in drawn:
        fraction = blood.parent_fraction(T)
        assert fraction[0] == 1
        assert (np.diff(fraction) < 0).all()
        assert fraction[-1] >= blood.parent_floor


def test_numbers_are_those_of_the_open_study(drawn):
    """Its 14 scans: area 125 to 362 kBq min/mL, peak of the parent 43 to 198 kBq/mL, 0.25 to 1.1 at the end."""
    areas = [np.trapezoid(b.aif(T), T) for b in drawn]
    peaks = [b.aif(T).max() for b in drawn]
    late = [b.aif(T)[-1] for b in drawn]
    assert 180 < np.median(areas) < 300
    assert 90 < np.median(peaks) < 180
    assert 0.3 < np.median(late) < 0.9
    assert min(areas) > 100
    assert max(areas) < 480


def test_activity_is_proportional_to_the_dose():
    one, two = (draw_input(BloodTruth(), dose, np.random.default_rng(3)) for dose in (3.0, 6.0))
    np.testing.assert_allclose(two.aif(T), 2 * one.aif(T), rtol=1e-12)


def test_dispersion_keeps_the_area_and_delays_by_its_constant():
    t = np.arange(0, 600, STEP_S)
    pulse = np.exp(-(((t - 60) / 6) ** 2))
    smeared = dispersed(pulse, 5.0)
    assert smeared.sum() == pytest.approx(pulse.sum(), rel=1e-9)
    assert (t * smeared).sum() / smeared.sum() - (t * pulse).sum() / pulse.sum() == pytest.approx(5.0, abs=0.02)


def test_dispersion_of_a_ramp_is_exact():
    t = np.arange(0, 100, STEP_S)
    np.testing.assert_allclose(dispersed(t, 5.0), t - 5.0 * (1 - np.exp(-t / 5.0)), rtol=1e-10, atol=1e-10)


def test_the_sampler_is_as_noisy_as_the_real_one(drawn):
    """Its last 200 s scatter with an SD of 0.42 to 0.72 kBq/mL around 3.7 to 12.8 in the open study."""
    line = autosampler(BloodTruth(), drawn[0], HALF_LIFE, np.random.default_rng(0))
    tail, x = line.value[-200:], np.arange(200)
    sd = (tail - np.polyval(np.polyfit(x, tail, 2), x)).std()
    assert 0.4 < sd < 0.8
    assert line.time[0] == pytest.approx(1 / 60)
    assert line.time[-1] == pytest.approx(10)


def test_manual_samples_have_gaps_and_their_own_times(drawn):
    whole, plasma, parent = manual_samples(BloodTruth(), drawn[0], 90.0, np.random.default_rng(0))
    np.testing.assert_array_equal(whole.time, plasma.time)
    assert not set(parent.time) <= set(whole.time)
    assert plasma.value == pytest.approx(drawn[0].plasma(plasma.time), rel=0.08)
    assert (parent.value <= 1).all()
    assert (parent.value > 0).all()
    assert whole.time[-1] == 89.5


def test_without_a_sampler_the_first_minutes_are_drawn_by_hand(drawn):
    whole, _, _ = manual_samples(BloodTruth(autosampler_min=0), drawn[0], 60.0, np.random.default_rng(0))
    assert (whole.time < 3).sum() >= 17
    assert whole.time[-1] == 59.5
