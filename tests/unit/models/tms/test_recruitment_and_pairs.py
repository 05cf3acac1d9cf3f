"""Recruitment curves, paired pulses, homeostatic response: identifiability, coverage, missing data."""

import numpy as np
import pytest
from scipy import optimize, stats

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.core.status import FitStatus
from nociscope.models.tms import boltzmann, homeostatic_response, paired_pulse, recruitment_curve

LEVELS = np.repeat(np.arange(40, 81, 5.0), 6)


def trials(levels=LEVELS, spread=0.4, floor=0.0, seed=0):
    noise = np.random.default_rng(seed).normal(0, spread, levels.size)
    return boltzmann(levels, 4, 60, 5, floor) * np.exp(noise)


def test_constant_errors_against_scipy():
    y = trials(floor=0.1)
    fit = recruitment_curve(LEVELS, y, "FDI", errors="constant", floor=True)
    best, covariance = optimize.curve_fit(boltzmann, LEVELS, y, p0=[4, 60, 5, 0.1])
    assert fit.parameters == pytest.approx(best, rel=1e-4)
    for name, i in (("IO_A", 0), ("IO_S50", 1), ("IO_k", 2)):
        assert fit[name].se == pytest.approx(np.sqrt(covariance[i, i]), rel=2e-3)
    assert fit["IO_slope"].value == pytest.approx(best[0] / 4 / best[2], rel=1e-4)


def test_logarithms_cover():
    inside = np.zeros(3)
    for seed in range(200):
        fit = recruitment_curve(LEVELS, trials(seed=seed), "FDI")
        for i, (name, truth) in enumerate((("IO_A", 4), ("IO_S50", 60), ("IO_slope", 0.2))):
            inside[i] += fit[name].detail["ci_low"] <= truth <= fit[name].detail["ci_high"]
    assert (np.abs(inside / 200 - 0.95) < 0.04).all()


def test_weights_help_where_scatter_grows_with_size():
    errors = {"constant": [], "weighted": []}
    for seed in range(60):
        for kind, found in errors.items():
            found.append(recruitment_curve(LEVELS, trials(seed=seed, floor=0.05), "FDI", errors=kind)["IO_S50"].value)
    assert np.nanstd(errors["weighted"]) < np.nanstd(errors["constant"])


def test_a_curve_without_plateau_is_refused_and_has_a_slope():
    levels = np.repeat(np.arange(40, 59, 3.0), 6)
    fit = recruitment_curve(levels, trials(levels), "FDI")
    assert {fit[k].status for k in ("IO_A", "IO_S50", "IO_k")} == {FitStatus.INDETERMINATE}
    assert fit["IO_slope"].value == pytest.approx(stats.linregress(levels, trials(levels)).slope)
    assert fit["IO_slope"].method.startswith("straight line")


def test_a_flat_curve_is_not_identifiable():
    y = np.exp(np.random.default_rng(1).normal(0, 0.5, LEVELS.size))
    fit = recruitment_curve(LEVELS, y, "FDI", floor=True)
    assert fit.status is not FitStatus.OK


def test_few_intensities():
    levels = np.repeat([50.0, 60, 70, 80], 10)
    fit = recruitment_curve(levels, trials(levels), "FDI")
    assert fit["IO_S50"].status is FitStatus.TOO_FEW_TRIALS
    assert np.isfinite(fit["IO_AUC"].value)


def test_area_is_that_of_the_means_and_its_error_that_of_repeats():
    mean = [trials(seed=s).reshape(-1, 6).mean(axis=1) for s in range(300)]
    areas = [np.trapezoid(m, np.unique(LEVELS)) for m in mean]
    found = [recruitment_curve(LEVELS, trials(seed=s), "FDI")["IO_AUC"] for s in range(100)]
    assert [f.value for f in found] == pytest.approx(areas[:100])
    assert np.mean([f.se for f in found]) == pytest.approx(np.std(areas), rel=0.15)


def test_what_is_no_curve():
    with pytest.raises(RangeError, match="above 0"):
        recruitment_curve(np.arange(9.0), np.zeros(9), "FDI")
    with pytest.raises(ShapeError):
        recruitment_curve(np.arange(9.0), np.ones(8), "FDI")
    with pytest.raises(InputError):
        recruitment_curve(np.arange(9.0), np.ones(9), "FDI", errors="poisson")


# --- pairs -----------------------------------------------------------------------------------------------------


def sizes(mean, n, seed, spread=0.5):
    return mean * np.exp(np.random.default_rng(seed).normal(-(spread**2) / 2, spread, n))


def test_pairs_cover():
    inside = {"ratio": 0, "log": 0, "geometric": 0}
    for seed in range(400):
        found = paired_pulse("SICI", sizes(0.4, 15, 2 * seed), sizes(1.0, 15, 2 * seed + 1), "FDI", draws=400)
        for kind, truth in (("ratio", 40), ("log", np.log(0.4)), ("geometric", 40)):
            inside[kind] += found[kind].detail["ci_low"] <= truth <= found[kind].detail["ci_high"]
    assert all(0.91 <= v / 400 <= 0.98 for v in inside.values()), inside


def test_pairs_with_missing_pulses():
    test = np.r_[sizes(1.0, 7, 0), np.nan, np.nan, np.nan]
    found = paired_pulse("ICF", sizes(1.5, 10, 1), test, "FDI")
    assert (found["ratio"].status, found["ratio"].n_valid, found["ratio"].n_asked) == (FitStatus.FEW_TRIALS, 17, 20)
    test[:2] = np.nan
    assert paired_pulse("ICF", sizes(1.5, 10, 1), test, "FDI")["log"].status is FitStatus.TOO_FEW_TRIALS


def test_pairs_that_need_care_are_flagged():
    found = paired_pulse("SICI", sizes(0.1, 10, 1), sizes(0.1, 10, 2), "FDI", isi_ms=12.0)
    assert found["ratio"].flags == ("unusual_interval", "small_test_response")
    zero = paired_pulse("SICI", np.r_[0.0, sizes(0.1, 9, 1)], sizes(1.0, 10, 2), "FDI")
    assert zero["geometric"].status is FitStatus.UNDEFINED_ZERO
    assert zero["ratio"].status is FitStatus.OK
    assert paired_pulse("SICI", sizes(1, 9, 1), np.zeros(9), "FDI")["ratio"].status is FitStatus.UNDEFINED_ZERO
    with pytest.raises(RangeError):
        paired_pulse("SICI", -sizes(1, 9, 1), sizes(1, 9, 1), "FDI")
    with pytest.raises(InputError):
        paired_pulse("LICF", sizes(1, 9, 1), sizes(1, 9, 1), "FDI")


def test_the_same_seed_gives_the_same_interval():
    first, second = (paired_pulse("SICI", sizes(0.4, 9, 1), sizes(1, 9, 2), "FDI", seed=5) for _ in range(2))
    assert first["ratio"] == second["ratio"]


# --- homeostatic -----------------------------------------------------------------------------------------------


def response(post, n=40, between=1.5, seed=0):
    before, middle = sizes(1.0, n, seed, 0.3), sizes(between, n, seed + 1, 0.3)
    return homeostatic_response(before, middle, [sizes(post, n, seed + 2 + i, 0.3) for i in range(3)], "FDI")


@pytest.mark.parametrize(("post", "band"), [(0.6, "preserved"), (1.6, "impaired"), (0.99, "uncertain")])
def test_three_classes(post, band):
    assert response(post)["homeostatic_index"].band == band


def test_what_was_not_primed_says_so():
    found = response(0.6, between=0.7)["homeostatic_index"]
    assert "not_primed" in found.flags and found.detail["primed"] == 0.0


def test_missing_times():
    before = sizes(1.0, 20, 0)
    found = homeostatic_response(before, None, [np.zeros(0), sizes(0.8, 20, 1)], "FDI")
    assert found["homeostatic_index"].status is FitStatus.OK
    assert "primed_unknown" in found["homeostatic_index"].flags
    assert found["homeostatic_reversal"].status is FitStatus.MISSING_DATA
    assert found["MEP_percent_post0"].status is FitStatus.MISSING_DATA
    none = homeostatic_response(np.zeros(0), None, [], "FDI")["homeostatic_index"]
    assert (none.status, none.band) == (FitStatus.MISSING_DATA, "")
    few = homeostatic_response(before, None, [sizes(0.8, 3, 1)], "FDI")["homeostatic_index"]
    assert few.status is FitStatus.TOO_FEW_TRIALS
