"""The way to a grade, and the responder curve, as figures and as words."""

import numpy as np

from nociscope.cohort.answers import decisions
from nociscope.io.instruments import find_instrument
from nociscope.stats.responder_curve import responder_curve as curve_of
from nociscope.viz.criteria import criteria
from nociscope.viz.responder_curve import responder_curve
from nociscope.viz.svg import inline

NAN = float("nan")


def drawn(name, rule, **known):
    found = find_instrument(name)
    entered = {c: np.array([float(known.get(c, NAN))]) for c in found.columns}
    decision = next(d for d in decisions(found, entered, 0) if d.rule == rule)
    return criteria(decision, {i.column: i.words for i in found.items})


def test_a_settled_grade_shows_what_failed_and_what_held():
    drawing = drawn("neupsig", "grade", hx_lesion=1, plausible_distribution=1, sensory_signs=1, confirmatory_test=0)
    assert drawing.title == "neupsig 2016, grade: probable"
    page = inline(drawing, "c1")
    assert "not definite: test that confirms the lesion (no)" in page
    assert "Filled circle" in drawing.caption


def test_an_open_grade_names_what_would_decide():
    drawing = drawn("neupsig", "grade", hx_lesion=1, plausible_distribution=1, confirmatory_test=0)
    assert drawing.title.endswith("probable or possible")
    assert "Would decide, or narrow: sensory signs in that distribution" in drawing.words
    page = inline(drawing, "c2")
    assert page.count("still possible") == 2


def test_nothing_known_still_draws():
    drawing = drawn("mechanism", "class")
    assert "mixed or neuropathic or nociplastic or nociceptive or unclassified" in drawing.title
    assert "<svg" in inline(drawing, "c3")


def test_the_curve_in_words():
    percent = np.r_[np.linspace(-20, 100, 30), NAN, NAN]
    found = curve_of(percent)
    drawing = responder_curve(found, "leg pain")
    i = int(np.flatnonzero(found.thresholds == 50)[0])
    assert f"At least 50 %: {100 * found.share[i]:.0f} %" in drawing.words
    assert "2 people without a percentage: left out" in drawing.words
    assert "Fall of leg pain" in inline(drawing, "r1")
    assert "dotted" not in responder_curve(curve_of(percent[:-2])).caption
