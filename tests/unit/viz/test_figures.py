"""What single figures draw and what their words say."""

import dataclasses
import math

import numpy as np
import pytest

from nociscope.core.estimate import Estimate
from nociscope.core.records import InputFunction
from nociscope.core.status import FitStatus
from nociscope.viz import finding_words
from nociscope.viz.contrast import contrast
from nociscope.viz.correlation import correlation
from nociscope.viz.curves import MOST, curves
from nociscope.viz.forest import forest
from nociscope.viz.graphical import graphical
from nociscope.viz.input_function import input_function
from nociscope.viz.paired import paired
from nociscope.viz.recovery import recovery
from nociscope.viz.retest import retest
from nociscope.viz.statuses import statuses


def texts(figure):
    """Every text that a figure shows."""
    found = []
    for axes in figure.axes:
        found += [t.get_text() for t in (*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels())]
        found += [axes.get_xlabel(), axes.get_ylabel()]
    return found


def marker_points(figure):
    """Number of points drawn with a marker."""
    return sum(
        len(line.get_xdata())
        for a in figure.axes
        for line in a.get_lines()
        if line.get_marker() not in ("None", None, "")
    )


def test_every_measured_frame_is_drawn_in_curve_and_residual(made_up):
    fits = made_up.fits("2TCM", FitStatus.OK)
    drawing = curves(fits, "sub-01")
    in_key = 1
    assert marker_points(drawing.figure) == sum(2 * len(f.frames) for f in fits) + in_key


def test_missing_frames_leave_a_gap_and_no_error(made_up):
    fit = made_up.fit("2TCM", "FC", 1.0)
    hole = fit.measured.copy()
    hole[3] = np.nan
    drawing = curves((dataclasses.replace(fit, measured=hole),), "sub-01")
    assert marker_points(drawing.figure) == 2 * (len(fit.frames) - 1) + 1


def test_regions_beyond_the_sheet_are_counted_in_words(made_up):
    fits = tuple(made_up.fit("2TCM", f"r{i}", 1.0) for i in range(MOST + 8))
    assert "8 further regions not drawn" in curves(fits, "x").words


def test_a_caveat_is_starred_and_spelled_out(made_up):
    drawing = curves(made_up.fits("2TCM"), "x")
    assert "FC *" in texts(drawing.figure)
    assert FitStatus.AT_BOUND.sentence in drawing.words


def test_failed_fit_is_drawn_as_data_only(made_up):
    fit = made_up.fit("MA1", "FC", 1.0, FitStatus.NOT_CONVERGED)
    drawing = curves((dataclasses.replace(fit, fitted=np.full(len(fit.frames), np.nan)),), "x")
    assert FitStatus.NOT_CONVERGED.sentence in drawing.words


def test_linear_plot_says_tstar_slope_and_deviation(made_up):
    drawing = graphical(made_up.fits("Logan", FitStatus.OK), "x")
    assert "t* = 24 min" in drawing.words
    assert "THA: slope 4.590, largest distance from the line 1.3" in drawing.words
    assert any("∫" in t for t in texts(drawing.figure))


def test_linear_plot_draws_the_line_it_was_given(made_up):
    drawing = graphical((made_up.fit("Logan", "FC", 1.0, plot=True),), "x")
    segments = [s for c in drawing.figure.axes[0].collections for s in c.get_segments() if len(s) == 2]
    sloping = [s for s in segments if s[0][0] != s[1][0] and s[0][1] != s[1][1]]
    assert len(sloping) == 1


def test_input_words_carry_peak_delay_and_fraction(made_up):
    blood = made_up.blood_results()
    drawing = input_function(blood.input_function, "x", blood.blood, blood.parts)
    for said in ("peaks at 37.2 kBq/mL", "Delay to tissue 0.12 min", "hill curve", "20 draws"):
        assert said in drawing.words
    assert [a.get_ylabel() for a in drawing.figure.axes] == ["kBq/mL", "kBq/mL, log scale", "fraction"]


def test_input_without_blood_or_plasma_is_drawn():
    time = np.linspace(0, 60, 50)
    drawing = input_function(InputFunction(time, np.exp(-time / 9), np.exp(-time / 9)), "x")
    assert len(drawing.figure.axes) == 2
    assert "draws" not in drawing.words


def test_contrast_draws_everybody_and_says_n(made_up):
    finding = made_up.finding()
    drawing = contrast(finding)
    assert marker_points(drawing.figure) == len(finding.points) + 1  # and the difference
    assert {"patient\nn = 9", "control\nn = 8"} <= set(texts(drawing.figure))
    assert "VT (mL/cm³)" in texts(drawing.figure)


def test_contrast_draws_adjusted_means_where_there_are_covariates(made_up):
    finding = made_up.finding()
    heights = {tuple(line.get_ydata()) for line in contrast(finding).figure.axes[0].lines}
    assert (4.52, 4.52) in heights
    assert "mean of the covariates" in contrast(finding).words
    plain = dataclasses.replace(finding, covariates=())
    assert (4.5, 4.5) in {tuple(line.get_ydata()) for line in contrast(plain).figure.axes[0].lines}


def test_contrast_without_means_computes_none(made_up):
    bare = dataclasses.replace(made_up.finding(), details={})
    assert len(contrast(bare).figure.axes[0].lines) == 2  # one swarm for each group
    assert "means" not in contrast(bare).words


def test_refused_contrast_shows_people_and_no_estimate(made_up):
    drawing = contrast(made_up.finding(status="refused"))
    assert "No estimate (refused)" in drawing.words
    assert marker_points(drawing.figure) == 17


def test_groups_differ_in_shape_not_only_in_colour(made_up):
    lines = [line for line in contrast(made_up.finding()).figure.axes[0].lines if line.get_marker() != "None"]
    assert len({line.get_marker() for line in lines}) == 2


def test_pairs_are_joined_and_named(made_up):
    drawing = paired(made_up.finding(kind="paired"))
    assert {"baseline\nn = 10", "blocked\nn = 10"} <= set(texts(drawing.figure))
    assert sum(len(line.get_xdata()) == 2 for line in drawing.figure.axes[0].lines) == 10


def test_correlation_draws_the_band_it_is_given_and_no_other(made_up):
    finding = made_up.finding(kind="correlate")
    assert len(correlation(finding).figure.axes[0].collections) == 1
    bare = dataclasses.replace(finding, details={})
    axes = correlation(bare).figure.axes[0]
    assert not axes.collections
    assert axes.get_xlabel() == "kg/m² of BMI"


def test_slope_unit_is_not_the_unit_of_the_axis(made_up):
    finding = made_up.finding(kind="correlate")
    assert correlation(finding).figure.axes[0].get_ylabel() == "VT (mL/cm³)"
    assert "mL/cm³ per kg/m²" in finding_words.interval(finding)


def test_retest_draws_bias_and_limits_and_says_mdc(made_up):
    drawing = retest(made_up.finding(kind="retest"))
    levels = {line.get_ydata()[0] for line in drawing.figure.axes[1].lines}
    assert {0.05, -0.7, 0.8} <= levels
    assert "Minimal detectable change of one person 0.750 mL/cm³" in drawing.words
    assert "ICC(1,1)" in drawing.words
    assert "p n/a" not in drawing.words.replace("\u00a0", " ")


def test_forest_keeps_a_line_for_what_was_refused(made_up):
    drawing = forest([made_up.finding("FC"), made_up.finding("TC", status="refused")])
    assert "refused" in texts(drawing.figure)
    assert "TC: refused" in drawing.words


def test_forest_fills_only_what_passes_correction(made_up):
    low = dataclasses.replace(made_up.finding("FC"), p_adjusted=0.01)
    axes = forest([low, made_up.finding("TC")]).figure.axes[0]
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "D"]
    assert faces[0] != "none"
    assert faces[1] == "none"


def test_recovery_counts_what_could_not_be_estimated(made_up):
    rows = list(made_up.truth())
    rows[0] = dataclasses.replace(rows[0], estimate=math.nan, se=math.nan)
    drawing = recovery(rows)
    assert "1 could not be estimated" in drawing.words
    assert "true VT (mL/cm³)" in texts(drawing.figure)


def test_status_table_counts_every_number(made_up):
    rows = made_up.measures()
    words = statuses(rows).words
    ok = sum(r.status is FitStatus.OK for r in rows)
    missing = sum(not r.status.keeps_value for r in rows)
    assert words.startswith(f"{len(rows)} numbers: {ok} without reservation")
    assert f"{missing} missing" in words


@pytest.mark.parametrize(
    ("contrast_text", "names"), [("a − b", ("a", "b")), ("t against r", ("t", "r")), ("x", ("first", "second"))]
)
def test_sessions_come_from_the_contrast(made_up, contrast_text, names):
    finding = dataclasses.replace(made_up.finding(kind="paired"), contrast=contrast_text)
    assert finding_words.sessions(finding) == names


def test_estimate_record_is_what_the_samples_use(made_up):
    assert isinstance(made_up.fit("2TCM", "FC", 1.0)["VT"], Estimate)
