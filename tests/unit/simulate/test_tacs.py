"""Curves from known parameters, against a textbook solution and an ODE solver."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from nociscope.core.records import Frames
from nociscope.simulate.cohort import TrueRegion
from nociscope.simulate.input import STEP_S
from nociscope.simulate.tacs import frame_means, noise_sd, running_integral, tissue_integral


def region(K1, k2, k3=0.0, k4=0.0):
    return TrueRegion("R", K1, k2, k3, k4, 1.0, 1.0, {})


def grid(minutes):
    return np.arange(0, minutes * 60 + STEP_S / 2, STEP_S) / 60


def test_one_tissue_with_constant_input_is_the_textbook_exponential():
    t = grid(30)
    integral = tissue_integral([region(0.2, 0.05)], np.ones_like(t))[0]
    expected = 0.2 / 0.05 * (t - (1 - np.exp(-0.05 * t)) / 0.05)
    np.testing.assert_allclose(integral, expected, rtol=1e-10, atol=1e-12)


def test_two_tissue_agrees_with_an_ode_solver():
    t = grid(40)
    aif = t * np.exp(-t)
    r = region(0.15, 0.14, 0.1, 0.03)

    def rates(now, c):
        flow = np.interp(now, t, aif)
        return [r.K1 * flow - (r.k2 + r.k3) * c[0] + r.k4 * c[1], r.k3 * c[0] - r.k4 * c[1], c[0] + c[1]]

    solved = solve_ivp(rates, (0, 40), [0, 0, 0], rtol=1e-10, atol=1e-12, max_step=0.05, t_eval=[5, 20, 40])
    here = tissue_integral([r], aif)[0][np.searchsorted(t, [5, 20, 40])]
    np.testing.assert_allclose(here, solved.y[2], rtol=1e-7)


def test_regions_do_not_touch_one_another():
    t = grid(10)
    a, b = region(0.15, 0.14, 0.1, 0.03), region(0.3, 0.1)
    both = tissue_integral([a, b], np.exp(-t))
    np.testing.assert_array_equal(both[0], tissue_integral([a], np.exp(-t))[0])
    np.testing.assert_array_equal(both[1], tissue_integral([b], np.exp(-t))[0])


def test_at_steady_state_tissue_over_plasma_is_the_distribution_volume():
    t = grid(600)
    integral = tissue_integral([region(0.15, 0.15, 0.09, 0.03)], np.ones_like(t))[0]
    late = np.diff(integral)[-1] / (STEP_S / 60)
    assert late == pytest.approx(0.15 / 0.15 * (1 + 0.09 / 0.03), rel=1e-3)


def test_frame_means_of_a_ramp_are_its_middles():
    frames = Frames(np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, 10.0]))
    np.testing.assert_allclose(frame_means(running_integral(grid(10)), frames), frames.mid, rtol=1e-12)


def test_noise_grows_with_activity_and_decay_and_falls_with_duration():
    frames = Frames(np.array([0.0, 20.0, 40.0]), np.array([1.0, 21.0, 44.0]))
    sd = noise_sd(np.array([[10.0, 10.0, 10.0], [40.0, 40.0, 40.0]]), frames, 20.0, np.array([0.1, 0.1]))
    assert sd[0, 1] / sd[0, 0] == pytest.approx(np.sqrt(2), rel=1e-6)
    assert sd[1, 0] / sd[0, 0] == pytest.approx(2, rel=1e-6)
    assert sd[0, 2] / sd[0, 1] == pytest.approx(np.sqrt(2 ** (21.5 / 20)) / 2, rel=1e-6)
