"""The forest plot of studies and of sites: what it says in words, and that nothing leaves the picture."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nociscope.core.errors import InputError
from nociscope.core.finding import EffectSize, Finding
from nociscope.viz.meta_forest import ForestLine, ForestTotal, meta_forest, site_forest
from nociscope.viz.svg import inline

NAN = float("nan")
LINES = [
    ForestLine("Bochum", "9 + 10", 0.5, 0.1, 0.9, 0.6),
    ForestLine("A study with a name that is far too long", "5 + 5", -3.0, -30.0, 40.0, 0.4),
    ForestLine("Lima", "1 + 1", NAN, NAN, NAN, NAN, "too few people"),
]
TOTAL = ForestTotal("Random effects", 0.3, 0.0, 0.6, -90.0, 90.0)


def test_words_hold_every_number_and_reason():
    drawing = meta_forest(LINES, [TOTAL], "Hedges g", "Title")
    for said in ("Bochum (9 + 10): 0.5", "too few people", "Random effects: 0.3", "from −90 to 90"):
        assert said in drawing.words
    assert "A study with a name that is far too long" in drawing.caption


def test_wide_intervals_end_in_arrows_and_do_not_squash_the_rest():
    axes = meta_forest(LINES, [TOTAL], "Hedges g", "Title").figure.axes[0]
    low, high = axes.get_xlim()
    assert -80 < low < -3 and 0.9 < high < 80
    assert {line.get_marker() for line in axes.lines} >= {"<", ">"}
    for line in axes.lines:
        x = np.asarray(line.get_xdata(), dtype=float)
        if line.get_transform() == axes.transData:
            assert ((x >= low - 1e-9) & (x <= high + 1e-9)).all()


def test_the_same_input_gives_the_same_bytes():
    made = {inline(meta_forest(LINES, [TOTAL], "Hedges g", "Title"), "a") for _ in range(2)}
    assert len(made) == 1


def test_nothing_at_all_can_be_drawn():
    drawing = meta_forest([LINES[2]], [ForestTotal("Random effects", NAN, NAN, NAN, note="no study")], "g", "Title")
    assert "no study" in drawing.words
    inline(drawing, "a")


@pytest.fixture
def finding() -> Finding:
    return Finding(
        "h", "contrast", "VT", "thalamus", "2TCM", "pain − control", {"Bochum": 19, "Essen": 24}, 0.5, "mL/cm3", 0.1,
        0.9, 0.95, EffectSize("hedges_g", 0.6, 0.1, 1.1), {"t": 2.0}, 0.03, 0.03, "max", "h", "one model", 100, False,
        0, "two-sided",
        details={
            "sites": ["Bochum", "Essen"], "site_groups": ["9 pain, 10 control", "12 pain, 12 control"],
            "site_estimate": [0.4, "n/a"], "site_ci_low": [0.0, "n/a"], "site_ci_high": [0.8, "n/a"],
            "site_weight": [1.0, 0.0], "site_why": ["", "genotype-missing: nobody knows"], "pooling": "fixed",
            "prediction_low": math.nan, "prediction_high": math.nan,
        },
    )  # fmt: skip


def test_sites_of_a_finding_as_read_back_from_json(finding):
    drawing = site_forest(finding)
    assert "Bochum (9 pain, 10 control): 0.4" in drawing.words
    assert "genotype missing" in drawing.words
    assert "mL/cm³" in drawing.figure.axes[0].get_xlabel()


def test_other_findings_have_no_sites(finding):
    with pytest.raises(InputError):
        site_forest(replace(finding, details={}))
