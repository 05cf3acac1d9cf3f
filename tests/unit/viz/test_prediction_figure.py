"""The figure of a prediction draws what the finding says, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from nociscope.core.finding import EffectSize, Finding, Point
from nociscope.viz.prediction import prediction
from nociscope.viz.style import house
from nociscope.viz.svg import inline

NAN = float("nan")


@pytest.fixture
def found():
    rng = np.random.default_rng(0)
    points = tuple(
        Point(f"sub-{i:02d}", "pain" if i < 9 else "control", float(v))
        for i, v in enumerate(np.clip(rng.normal(np.where(np.arange(17) < 9, 0.62, 0.4), 0.15), 0.02, 0.98))
    )
    at = [round(0.05 * i, 2) for i in range(1, 20)]
    details = {
        "baseline_auc": 0.57, "baseline_ci_low": 0.28, "baseline_ci_high": 0.82, "combined_auc": 0.79,
        "combined_ci_low": 0.49, "combined_ci_high": 0.94, "difference": 0.24, "difference_ci_low": -0.11,
        "difference_ci_high": 0.59, "sensitivity": 0.78, "sensitivity_ci_low": 0.4, "sensitivity_ci_high": 0.97,
        "net_benefit_threshold": at, "net_benefit": [max(0.0, 0.53 - t * 0.7) for t in at],
        "net_benefit_of_all": [0.53 - 0.47 * t / (1 - t) for t in at], "outcome": "group",
    }  # fmt: skip
    return Finding(
        hypothesis="h", kind="predict", measure="VT", region="3 regions", model="2TCM",
        contrast="predicts group: pain against control", n={"pain": 9, "control": 8}, estimate=0.81, unit="1",
        ci_low=0.52, ci_high=0.95, ci_level=0.95, effect_size=EffectSize("auc", 0.81, 0.52, 0.95),
        statistic={"auc": 0.81}, p_value=0.021, p_adjusted=0.021, adjustment="none", family="h", method="ridge",
        n_permutations=500, exact=False, seed=0, alternative="greater", details=details, points=points,
    )  # fmt: skip


def drawn(finding):
    with house():
        drawing = prediction(finding)
        return drawing, inline(drawing, "p")


def test_numbers_stand_in_the_words(found):
    drawing, svg = drawn(found)
    assert "AUC 0.81 [95" in drawing.words
    assert "More than the covariates alone: 0.24" in drawing.words
    assert "too small to calibrate" in drawing.caption
    assert "net benefit" in svg
    assert "observed share" not in svg


def test_everybody_is_a_point(found):
    axes = drawn(found)[0].figure.axes[0]
    assert sum(len(line.get_xdata()) for line in axes.lines) == 17


def test_calibration_is_drawn_only_where_there_are_people_enough(found):
    details = {**found.details, "calibration_predicted": [0.1, 0.9], "calibration_observed": [0.2, 0.8]}
    drawing, svg = drawn(replace(found, details=details))
    assert "observed share" in svg
    assert "too small" not in drawing.caption


def test_without_probabilities_there_is_no_decision_curve(found):
    details = {k: v for k, v in found.details.items() if not k.startswith("net_benefit")}
    drawing, svg = drawn(replace(found, details=details))
    assert len(drawing.figure.axes) == 2
    assert "held-out score" in svg


def test_a_number_is_drawn_against_what_was_observed(found):
    points = tuple(replace(p, x=p.value + 0.1) for p in found.points)
    number = replace(
        found, n={"people": 17}, effect_size=EffectSize("cv_r2", 0.3, -0.1, 0.5), estimate=0.3, ci_low=-0.1,
        ci_high=0.5, points=points,
        details={"outcome": "pain", "baseline_r2": 0.1, "mae": 1.2, "mae_ci_low": 0.9, "mae_ci_high": 1.5},
    )  # fmt: skip
    drawing, svg = drawn(number)
    assert "observed pain" in svg
    assert "Mean absolute error 1.2" in drawing.words


def test_a_refused_prediction_says_so(found):
    refused = replace(
        found, status="refused", estimate=NAN, ci_low=NAN, ci_high=NAN, p_value=NAN, p_adjusted=NAN, points=(),
        effect_size=EffectSize("auc", NAN, NAN, NAN), details={},
    )  # fmt: skip
    drawing, svg = drawn(refused)
    assert "No estimate (refused)" in drawing.caption
    assert "refused" in svg
