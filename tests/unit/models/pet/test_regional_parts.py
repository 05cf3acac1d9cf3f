"""Delay, uptake windows, criteria, bootstrap, input ensembles."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from nociscope.core.estimate import Estimate
from nociscope.core.records import Frames, InputFunction, Tacs
from nociscope.core.status import FitStatus
from nociscope.models.pet import FitOptions, average, fit, fit_delay, interval
from nociscope.models.pet.base import Curves
from nociscope.models.pet.k2prime import scatter, shared_k2prime
from nociscope.models.pet.least_squares import predict
from nociscope.models.pet.one_tissue import ONE_TISSUE
from nociscope.models.pet.scan import arterial_curves, reference_curves
from nociscope.models.pet.two_tissue import TWO_TISSUE

EDGES = np.concatenate(([0.0], np.cumsum([10] * 9 + [30] * 5 + [60] * 4 + [180] * 4 + [360] * 12))) / 60
FRAMES = Frames(EDGES[:-1], EDGES[1:])
THETA = np.array([[0.12, 0.16, 0.1, 0.055, 0.05]])
UNIFORM = FitOptions(weights="uniform")


def blood() -> InputFunction:
    time = np.unique(np.concatenate((np.arange(0, 4, 1 / 20), np.arange(4, 95, 1.0))))
    late = np.clip(time - 0.6, 0, None)
    aif = 300 * late * np.exp(-4 * late) + (1 - np.exp(-5 * late)) * (
        8 * np.exp(-0.3 * late) + 2 * np.exp(-0.02 * late)
    )
    return InputFunction(time, aif, 0.7 * aif)


def curve(input_: InputFunction, noise: float = 0.0) -> Tacs:
    empty = Tacs(np.ones((1, len(FRAMES))), FRAMES, ("WB",))
    curves: Curves = arterial_curves(empty, input_, UNIFORM)
    clean = predict(TWO_TISSUE, THETA, curves)
    return Tacs(clean + noise * np.random.default_rng(0).standard_normal(clean.shape), FRAMES, ("WB",))


@pytest.mark.parametrize("delay", [-0.75, 0.0, 0.4, 0.9])
def test_a_known_delay_comes_back(delay):
    found = fit_delay(curve(blood().shifted(delay), 0.005), blood(), options=UNIFORM)
    assert found.delay.value == pytest.approx(delay, abs=0.02)
    assert found.delay.status is FitStatus.OK and found.delay.se < 0.05
    assert found.input.delay_min == pytest.approx(found.delay.value)


def test_a_delay_beyond_the_search_says_so():
    found = fit_delay(curve(blood().shifted(0.9)), blood(), options=UNIFORM, max_min=0.5)
    assert found.delay.status is FitStatus.AT_BOUND


def test_partial_frames_count_by_overlap():
    tacs = Tacs([[2.0, 4.0, 8.0]], Frames([0, 10, 20], [10, 20, 30]), ("R",))
    options = FitOptions(window_min=(5, 25), dose_MBq=70, weight_kg=70)
    assert fit("SUV", tacs, options=options)[0]["SUV"].value == pytest.approx((2 * 5 + 4 * 10 + 8 * 5) / 20)


def test_suv_without_dose_or_window_is_a_status():
    tacs = Tacs([[2.0, 4.0, 8.0]], Frames([0, 10, 20], [10, 20, 30]), ("R",))
    assert fit("SUV", tacs, options=FitOptions(window_min=(5, 25)))[0].status is FitStatus.MISSING_DOSE
    late = FitOptions(window_min=(20, 40), dose_MBq=70, weight_kg=70)
    assert fit("SUV", tacs, options=late)[0].status is FitStatus.OUT_OF_WINDOW


def test_a_combined_reference_is_averaged_by_volume():
    frames = Frames([0, 10], [10, 20])
    tacs = Tacs([[6.0, 6.0], [1.0, 1.0], [3.0, 3.0]], frames, ("R", "a", "b"), volumes_mm3=[1, 3, 1])
    assert fit("SUVR", tacs, reference="a+b", options=FitOptions(window_min=(0, 20)))[0]["SUVR"].value == 6 / 1.5


def test_an_unknown_volume_leaves_the_plain_mean():
    frames = Frames([0, 10], [10, 20])
    tacs = Tacs([[6.0, 6.0], [1.0, 1.0], [3.0, 3.0]], frames, ("R", "a", "b"), volumes_mm3=[1, 3, np.nan])
    assert fit("SUVR", tacs, reference="a+b", options=FitOptions(window_min=(0, 20)))[0]["SUVR"].value == 3


def test_a_region_over_itself_is_one_without_error():
    activity = np.random.default_rng(0).uniform(1, 2, (2, 6))
    tacs = Tacs(activity, Frames(np.arange(6) * 10.0, np.arange(1, 7) * 10.0), ("a", "b"))
    a, b = fit("SUVR", tacs, reference="a", options=FitOptions(window_min=(20, 60)))
    assert a["SUVR"].value == pytest.approx(1, abs=1e-12) and a["SUVR"].se == 0
    assert b["SUVR"].se > 0


def test_the_ensemble_of_inputs_widens_the_error():
    input_ = blood()
    scale = np.linspace(0.9, 1.1, 21)[:, None, None] * np.stack((input_.aif, input_.whole_blood))
    wide = InputFunction(input_.time, input_.aif, input_.whole_blood, draws=scale)
    tacs = curve(input_, 0.005)
    for model in ("2TCM", "Logan"):
        narrow, broad = (fit(model, tacs, i, options=UNIFORM)[0]["VT"] for i in (input_, wide))
        added = math.sqrt(broad.se**2 - narrow.se**2) / broad.value
        assert broad.error == "ensemble"
        assert added == pytest.approx(np.linspace(0.9, 1.1, 21).std(ddof=1), rel=0.15)


def test_bootstrap_and_delta_method_agree_on_a_quiet_curve():
    tacs = curve(blood(), 0.02)
    delta = fit("2TCM", tacs, blood(), options=UNIFORM)[0]["VT"]
    drawn = fit("2TCM", tacs, blood(), options=FitOptions(weights="uniform", bootstrap=400))[0]["VT"]
    assert drawn.error == "bootstrap" and drawn.se == pytest.approx(delta.se, rel=0.2)


@pytest.mark.parametrize("model", ["Logan", "MA1"])
def test_bootstrap_and_propagation_agree_for_linear_methods(model):
    tacs = curve(blood(), 0.01)
    propagated = fit(model, tacs, blood(), options=FitOptions(weights="uniform", tstar_min=30))[0]["VT"]
    drawn = fit(model, tacs, blood(), options=FitOptions(weights="uniform", tstar_min=30, bootstrap=400))[0]["VT"]
    assert drawn.error == "bootstrap" and drawn.value == propagated.value
    assert drawn.se == pytest.approx(propagated.se, rel=0.15)


@pytest.mark.parametrize("model", ["2TCM", "Logan"])
def test_bootstrap_keeps_the_share_of_the_input_ensemble(model):
    input_ = blood()
    scale = np.linspace(0.9, 1.1, 21)[:, None, None] * np.stack((input_.aif, input_.whole_blood))
    wide = InputFunction(input_.time, input_.aif, input_.whole_blood, draws=scale)
    options = FitOptions(weights="uniform", bootstrap=50)
    estimate = fit(model, curve(input_, 0.005), wide, options=options)[0]["VT"]
    assert estimate.se / estimate.value == pytest.approx(np.linspace(0.9, 1.1, 21).std(ddof=1), rel=0.15)


def test_one_step_of_the_ensemble_equals_refits():
    """Inputs that differ in shape, not only in height."""
    input_, rng = blood(), np.random.default_rng(2)
    tilt = 1 + 0.05 * rng.standard_normal((25, 1)) + 0.001 * rng.standard_normal((25, 1)) * input_.time
    draws = np.stack((tilt * input_.aif, tilt * input_.whole_blood), axis=1)
    tacs = curve(input_, 0.005)
    wide = InputFunction(input_.time, input_.aif, input_.whole_blood, draws=draws)
    narrow, broad = (fit("2TCM", tacs, i, options=UNIFORM)[0]["VT"].se for i in (input_, wide))
    refits = [fit("2TCM", tacs, InputFunction(input_.time, a, b), options=UNIFORM)[0]["VT"].value for a, b in draws]
    assert math.sqrt(broad**2 - narrow**2) == pytest.approx(np.std(refits, ddof=1), rel=0.1)


def reference_scan(seed: int = 0, noise: float = 0.05) -> Tacs:
    """A one-tissue reference and three targets with the same k2' of 0.1 per min."""
    empty = Tacs(np.ones((1, len(FRAMES))), FRAMES, ("R",))
    curves = arterial_curves(empty, blood(), UNIFORM)
    rates = np.array([[0.1, 0.1, 0.0], [0.11, 0.055, 0.0], [0.09, 0.03, 0.0], [0.1, 0.04, 0.0]])
    clean = predict(ONE_TISSUE, rates, curves)
    clean[1:] += noise * np.random.default_rng(seed).standard_normal((3, len(FRAMES)))
    return Tacs(clean, FRAMES, ("reference", "a", "b", "c"))


@pytest.mark.parametrize("model", ["MRTM2", "SRTM2", "LoganRef"])
def test_an_estimated_k2prime_is_less_sure_than_a_known_one(model):
    tacs = reference_scan()
    fits = fit(model, tacs, reference="reference", options=UNIFORM)
    curves = reference_curves(tacs, "reference", tacs.region("reference"), UNIFORM)
    k2prime, se = shared_k2prime(curves, UNIFORM, np.random.default_rng(0))
    assert k2prime == pytest.approx(0.1, rel=0.1) and 0 < se < 0.02
    known, above, below = (
        fit(model, tacs, reference="reference", options=FitOptions(weights="uniform", k2prime=k, tstar_min=20))[2]
        for k in (k2prime, k2prime * 1.01, k2prime * 0.99)
    )
    same = fit(model, tacs, reference="reference", options=FitOptions(weights="uniform", tstar_min=20))[2]["BPND"]
    slope = (above["BPND"].value - below["BPND"].value) / (0.02 * k2prime)
    assert math.sqrt(same.se**2 - known["BPND"].se ** 2) == pytest.approx(abs(slope) * se, rel=0.05)
    assert all(f["BPND"].se > 0 for f in fits[1:])


def test_starts_that_meet_still_count_each():
    """Every start of a one-tissue curve ends in one optimum, whether it went alone or not."""
    found = fit("1TCM", curve(blood(), 0.01), blood(), options=FitOptions(weights="uniform", starts=32))[0]
    assert found.agreement == 1.0
    alone = fit("1TCM", curve(blood(), 0.01), blood(), options=FitOptions(weights="uniform", starts=1))[0]
    assert found["VT"].value == pytest.approx(alone["VT"].value, rel=1e-6)


def test_scatter_between_values_is_what_errors_do_not_explain():
    assert scatter(np.array([1.0]), np.array([0.1])) == 0
    assert scatter(np.array([1.0, 1.01, 0.99]), np.full(3, 0.1)) == 0
    wide = np.random.default_rng(0).normal(1, 0.3, 4000)
    assert scatter(wide, np.full(4000, 0.1)) == pytest.approx(0.3**2 - 0.1**2, rel=0.1)


def test_model_average_leans_to_the_better_model():
    tacs = curve(blood(), 0.01)
    fits = [fit(m, tacs, blood(), options=UNIFORM)[0] for m in ("1TCM", "2TCM")]
    assert average(fits, "VT").value == pytest.approx(fits[1]["VT"].value, rel=1e-3)


def test_interval_is_students():
    low, high = interval(Estimate(1.0, 0.1, "1", "delta"), 10)
    assert (high - low) / 2 == pytest.approx(2.228 * 0.1, rel=1e-3)
    assert math.isnan(interval(Estimate(1.0), 10)[0])


def test_a_worker_does_not_pay_for_scipy():
    """Every process imports the models; parts of scipy would add up to three seconds to each."""
    heavy = "{'scipy.special', 'scipy.stats', 'scipy.optimize'}"
    seen = f"import sys, nociscope.models.pet, nociscope.models.blood; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
