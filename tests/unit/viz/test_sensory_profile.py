"""The sensory profile, read from its words and artists."""

import math

from matplotlib.text import Annotation

from nociscope.core.scores import Score
from nociscope.core.status import FitStatus
from nociscope.viz.sensory_profile import sensory_profile


def pair(test, value, z, low=None, high=None, side="R", status=FitStatus.OK, band="none", flags=()):
    unit = {"CPT": "degC", "PPT": "kPa", "DMA": "0-100"}.get(test, "1")
    z_low, z_high = z if low is None else low, z if high is None else high
    own = status if math.isfinite(z) else FitStatus.NOT_APPLICABLE
    limits = (-math.inf if z_low == -math.inf else value, value)
    return (
        Score(test, "hand", value, unit, status, "m", side, low=limits[0], high=limits[1], n_valid=3, n_asked=3),
        Score(f"{test}_z", "hand", z, "1", own, "m", side, low=z_low, high=z_high, n_valid=3, band=band, flags=flags),
    )


def drawn(*pairs, **more):
    values, z = zip(*pairs, strict=True)
    return sensory_profile(values, z, **more)


def test_a_limit_is_an_arrow_and_a_sentence():
    censored = pair("CPT", 0.0, -1.7, low=-math.inf, status=FitStatus.CENSORED, band="loss|none")
    drawing = drawn(pair("PPT", 300.0, 0.5), censored)
    axes = drawing.figure.axes[0]
    assert len([t for t in axes.texts if isinstance(t, Annotation)]) == 1
    assert "z −1.70 or less, loss or none" in drawing.words
    assert "1 test reached a limit of the device" in drawing.caption
    assert "≤ 0 (3)" in [t.get_text() for t in axes.texts]


def test_only_abnormal_tests_are_filled():
    axes = drawn(pair("PPT", 100.0, 4.0, band="gain"), pair("CPT", 12.0, 0.2)).figure.axes[0]
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [p.get_markerfacecolor() == "none" for p in points] == [False, True]


def test_sides_have_shapes_and_values_of_their_own():
    axes = drawn(pair("PPT", 300.0, 0.5, side="L"), pair("PPT", 310.0, 0.4)).figure.axes[0]
    assert {line.get_marker() for line in axes.lines} >= {"<", ">"}
    assert {"left (n)", "right (n)", "300 (3)", "310 (3)"} <= {t.get_text() for t in axes.texts}


def test_what_has_no_z_says_why_and_a_made_up_reference_is_named():
    drawing = drawn(
        pair("DMA", 3.0, math.nan, band="gain"), pair("PPT", 300.0, 9.0, band="gain", flags=("synthetic_reference",)),
        person="sub-01", chance="By chance one.",
    )  # fmt: skip
    texts = [t.get_text() for t in drawing.figure.axes[0].texts]
    assert {"gain", "9.0"} <= set(texts)  # beyond the axis a point says its number
    assert "made up" in drawing.caption
    assert drawing.caption.endswith("By chance one.")
    assert drawing.title == "Sensory profile, hand, sub-01"
