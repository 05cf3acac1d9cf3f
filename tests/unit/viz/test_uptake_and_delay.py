"""Uptake of a scan and the profile of the delay, read from their words and artists."""

import dataclasses

import numpy as np

from nociscope.core.estimate import Estimate
from nociscope.core.status import FitStatus
from nociscope.viz.delay import delay_profile
from nociscope.viz.uptake import uptake


def ratios(made_up, missing=()):
    """Return SUVR of every region; the named ones are missing."""
    found = []
    for i, base in enumerate(made_up.fits("2TCM", FitStatus.OK)):
        gone = base.region in missing
        value = Estimate.missing("1", FitStatus.MISSING_REGION) if gone else Estimate(0.8 + i / 10, 0.01, "1")
        found.append(dataclasses.replace(base, model="SUVR", estimates={"SUVR": value}, status=value.status))
    return found


def test_uptake_says_window_reference_and_every_number(made_up):
    drawing = uptake(ratios(made_up), "sub-01", (60, 90), "CBL")
    assert "mean of 60 to 90 min" in drawing.caption
    assert "the reference, CBL" in drawing.caption
    assert "FC 0.800 ± 0.010" in drawing.words
    assert "CBL 1" not in drawing.words  # one by definition: it has no row


def test_region_without_uptake_keeps_its_line_and_says_why(made_up):
    drawing = uptake(ratios(made_up, missing=("TC",)), "sub-01")
    shown = [t.get_text() for t in drawing.figure.axes[0].texts]
    assert shown == ["missing region"]
    assert FitStatus.MISSING_REGION.sentence in drawing.words


def test_delay_stands_with_its_error_and_status():
    tried = np.linspace(-1, 1, 21)
    drawing = delay_profile(
        Estimate(0.12, 0.013, "min", status=FitStatus.AT_BOUND), np.stack([tried, tried**2 + 1]), "x"
    )
    assert "0.120 ± 0.013 min (at bound)" in drawing.words
    assert "from −1 to 1 min" in drawing.words
