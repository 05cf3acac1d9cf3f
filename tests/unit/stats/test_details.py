"""What figures draw, against other ways to the same numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.core.study import Hypothesis
from nociscope.stats import evaluate
from nociscope.stats.design import slope
from nociscope.stats.details import BAND_POINTS, band


def mean_by_loops(x, y, c, spread_group):
    """Fitted value at `c` with its HC2 error and Satterthwaite's degrees of freedom, one person at a time."""
    n = len(y)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    maker = np.eye(n) - x @ inverse @ x.T
    weight = [x[i] @ inverse @ c for i in range(n)]
    residual = [y[i] - x[i] @ beta for i in range(n)]
    variance = sum(weight[i] ** 2 * residual[i] ** 2 / maker[i, i] for i in range(n))
    of_group = {
        g: sum(residual[i] ** 2 for i in range(n) if spread_group[i] == g)
        / sum(maker[i, i] for i in range(n) if spread_group[i] == g)
        for g in set(spread_group)
    }
    meat = maker @ np.diag([weight[i] ** 2 / maker[i, i] for i in range(n)]) @ maker
    spread = meat @ np.diag([of_group[g] for g in spread_group])
    dof = np.trace(spread) ** 2 / np.trace(spread @ spread)
    half = stats.t.ppf(0.975, dof) * np.sqrt(variance)
    return c @ beta, c @ beta - half, c @ beta + half


def ask(data, **keys):
    return evaluate(data, Hypothesis(name="h", measure="VT", **keys))[0]


def test_a_mean_without_covariates_has_the_interval_of_its_own_group(cohort, contrast):
    data = cohort(5, 7, regions=1)
    details = evaluate(data, contrast())[0].details
    for k, group in enumerate((data.values[:5, 0], data.values[5:, 0])):
        expected = stats.ttest_1samp(group, 0).confidence_interval()
        assert (details["means_ci_low"][k], details["means_ci_high"][k]) == pytest.approx(tuple(expected))
        assert details["means"][k] == pytest.approx(group.mean())


def test_adjusted_means_have_the_error_of_the_finding(cohort, contrast):
    rng = np.random.default_rng(3)
    age, sex = rng.normal(45, 12, 12), np.array(["F", "M", "F"] * 4)
    data = cohort(5, 7, regions=1, covariates={"age": age, "sex": sex})
    details = evaluate(data, contrast())[0].details
    first = (np.arange(12) < 5).astype(float)
    x = np.column_stack([first, np.ones(12), age, sex == "M"]).astype(float)
    for k, group in enumerate((1.0, 0.0)):
        c = np.array([group, 1.0, age.mean(), (sex == "M").mean()])
        expected = mean_by_loops(x, data.values[:, 0], c, first)
        found = [details[name][k] for name in ("adjusted_means", "means_ci_low", "means_ci_high")]
        assert found == pytest.approx(expected, rel=1e-8)


def test_where_strata_are_held_but_no_covariates_the_intervals_are_those_of_the_plain_means(
    cohort, contrast, with_people
):
    data = with_people(cohort(regions=1), stratum=["A", "A", "A", "A", "B", "B"] + ["A", "B", "B"] * 2)
    details = evaluate(data, contrast(stratify="site"))[0].details
    middle = (np.array(details["means_ci_low"]) + details["means_ci_high"]) / 2
    assert middle == pytest.approx(details["means"]) and details["means"] != pytest.approx(details["adjusted_means"])


def test_an_adjusted_mean_that_rests_on_one_lone_person_has_no_interval(cohort, contrast):
    lone = np.array(["x"] * 5 + ["y"] + ["x"] * 6)
    finding = evaluate(cohort(regions=1, covariates={"c": lone}), contrast())[0]
    assert finding.status == "ok" and "means_ci_low" not in finding.details and "adjusted_means" in finding.details


@pytest.mark.parametrize("held", [False, True])
def test_the_band_is_the_interval_of_the_line_along_the_points(cohort, held):
    rng = np.random.default_rng(4)
    pain, age = rng.uniform(1, 9, 14), rng.normal(45, 12, 14)
    data = cohort(7, 7, regions=1, predictor=pain, predictor_name="pain", covariates={"age": age} if held else {})
    finding = ask(data, correlate="pain", permutations=200)
    band = np.array([finding.details[f"band_{k}"] for k in ("x", "mid", "low", "high")])
    assert band.shape == (4, BAND_POINTS) and band[0, [0, -1]] == pytest.approx([pain.min(), pain.max()])
    assert np.ptp(np.diff(band[1])) == pytest.approx(0, abs=1e-9)
    assert (band[1, -1] - band[1, 0]) / np.ptp(pain) == pytest.approx(finding.estimate)
    x = np.column_stack([pain, np.ones(14), *([age] if held else [])])
    for place, *numbers in band.T:
        c = np.array([place, 1.0, *([age.mean()] if held else [])])
        assert numbers == pytest.approx(mean_by_loops(x, data.values[:, 0], c, np.zeros(14)), rel=1e-8)


def test_a_line_without_covariates_is_that_of_least_squares(cohort):
    pain = np.linspace(0, 10, 12) ** 1.3
    data = cohort(regions=1, predictor=pain, predictor_name="pain", predictor_unit="mm")
    details = ask(data, correlate="pain", permutations=200).details
    line = stats.linregress(pain, data.values[:, 0])
    assert details["band_mid"] == pytest.approx(line.intercept + line.slope * np.array(details["band_x"]))
    assert details["x_label"] == "pain (mm)" and details["value_unit"] == "mL/cm3"


def test_ranks_have_no_line_on_the_scale_of_the_points(cohort):
    data = cohort(regions=1, predictor=np.arange(12.0), predictor_name="pain")
    details = ask(data, correlate="pain", method="spearman", permutations=200).details
    assert details["x_label"] == "pain" and not any(name.startswith("band") for name in details)


def test_the_line_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    x = np.linspace(-1, 1, 12)
    design, middle = slope(x, np.zeros((12, 0)), np.zeros(12, dtype=int)), BAND_POINTS // 2
    drawn = band(design, 1 + 0.5 * x[:, None] + rng.normal(0, 0.3, (12, 4000)), 0.95)
    covered = np.mean((drawn["band_low"][middle] <= 1) & (drawn["band_high"][middle] >= 1))
    assert covered == pytest.approx(0.95, abs=0.015)


def test_a_group_of_equal_values_has_a_mean_without_width(cohort, contrast):
    data = cohort(regions=1)
    values = data.values.copy()
    values[6:] = 2.5
    details = evaluate(replace(data, values=values), contrast())[0].details
    assert (details["means_ci_low"][1], details["means_ci_high"][1]) == pytest.approx((2.5, 2.5))
    assert details["means_ci_low"][0] < details["means"][0] < details["means_ci_high"][0]


def test_units_of_the_covariate_do_not_move_the_means(cohort, contrast):
    age = np.random.default_rng(6).normal(45, 12, 12)
    data = cohort(regions=1)
    years, seconds = (
        evaluate(replace(data, covariates={"age": age * scale}), contrast())[0].details for scale in (1.0, 3.15e7)
    )
    for name in ("adjusted_means", "means_ci_low", "means_ci_high"):
        assert seconds[name] == pytest.approx(years[name], rel=1e-6)
