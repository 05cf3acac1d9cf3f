"""What every figure must do, whatever it shows."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from nociscope.core.hypothesis import KINDS
from nociscope.report.figures import figure_of
from nociscope.viz.contrast import contrast
from nociscope.viz.correlation import correlation
from nociscope.viz.curves import curves
from nociscope.viz.forest import forest
from nociscope.viz.graphical import graphical
from nociscope.viz.input_function import input_function
from nociscope.viz.paired import paired
from nociscope.viz.recovery import recovery
from nociscope.viz.retest import retest
from nociscope.viz.single_case import single_cases
from nociscope.viz.statuses import statuses
from nociscope.viz.style import SMALL, WIDTH, house
from nociscope.viz.svg import inline


def _loaded(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).resolve().parents[1] / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made_up, evaluated_samples = _loaded("report_samples"), _loaded("evaluated_samples")

PHONE = 360 - 2 * 16
"""Width that a phone leaves for a figure, px."""


def _input(scale: float = 1.0):
    blood = made_up.blood_results()
    record = dataclasses.replace(blood.input_function, aif=blood.input_function.aif * scale)
    return input_function(record, "sub-01", blood.blood, blood.parts)


FIGURES = {
    "curves": (lambda: curves(made_up.fits("2TCM"), "sub-01"), r"6 regions"),
    "graphical": (lambda: graphical(made_up.fits("Logan"), "sub-01"), r"slope 3\.400"),
    "input_function": (_input, r"37\.2 kBq/mL"),
    "contrast": (lambda: contrast(made_up.finding()), r"n = 9.*n = 8"),
    "contrast, refused": (lambda: contrast(made_up.finding(status="refused")), r"n = 9"),
    "paired": (lambda: paired(made_up.finding(kind="paired")), r"n = 10"),
    "correlation": (lambda: correlation(made_up.finding(kind="correlate")), r"n = 17"),
    "retest": (lambda: retest(made_up.finding(kind="retest")), r"n = 7"),
    "forest": (lambda: forest([made_up.finding(r) for r in made_up.REGIONS]), r"0\.62 \[95 % interval"),
    "recovery": (lambda: recovery(made_up.truth()), r"24 simulated numbers"),
    "statuses": (lambda: statuses(made_up.measures()), r"306 numbers"),
}


def _evaluated(name):
    """The figure of a finding that was evaluated, its cases together where there are several."""
    findings = evaluated_samples.evaluated()[name]
    if findings[0].kind == "single_case":
        return single_cases(findings)
    return figure_of(findings[0])(findings[0])


EVALUATED = {
    "regions": r"n = 8.*Hedges g",
    "omnibus": r"partial η² .*clbp n = 7",
    "equivalence": r"margin of ±0\.60 mL/cm³: undecided",
    "standardised margin": r"±0\.50 \(Hedges g\): ",
    "interaction": r"Within levels, not tested: F: .* M: ",
    "slopes": r"partial η².*clbp: .*fm: ",
    "two slopes": r"mL/cm³ per mm; F n = 8, M n = 8",
    "ranks": r"Spearman ρ",
    "slope, margin": r"±0\.30 \(Pearson r\): undecided",
    "formula": r"group × sex: .*control, F n = 4; ",
    "formula, F": r"partial η²",
    "single case": r"sub-00 against 4 controls: .*population",
    "mediation": r"a .*b .*c′ .*these data cannot tell the two models apart",
    "prediction": r"AUC .*fm n = 14, control n = 14",
    "prediction of numbers": r"R² of held-out predictions .*n = 28",
    "sessions": r"before against week6 against week12: partial η².*session means",
    "replication": r"Site A \(6 fm, 6 control\): .*one more site is expected.*at least 2 of 4 sites",
    "two sites": r"one model of all people with an intercept for each site",
    "joint": r"closed testing: thalamus-vt: ",
}
FIGURES |= {f"evaluated: {name}": (lambda name=name: _evaluated(name), words) for name, words in EVALUATED.items()}


def test_every_evaluated_sample_is_drawn():
    assert set(EVALUATED) == set(evaluated_samples.evaluated())
    kinds = {f.kind for findings in evaluated_samples.evaluated().values() for f in findings}
    assert kinds | {"paired", "retest"} == set(KINDS)


@pytest.fixture(params=FIGURES, scope="module")
def drawn(request):
    make, words = FIGURES[request.param]
    with house():
        drawing = make()
        return drawing, inline(drawing, "f1"), words


def test_it_has_a_title_and_its_numbers_in_words(drawn):
    drawing, _, words = drawn
    assert drawing.title
    assert re.search(words, drawing.words.replace("\u00a0", " "))


def test_it_is_one_small_labelled_image(drawn):
    _, svg, _ = drawn
    assert svg.count("<svg") == 1
    assert 'role="img"' in svg
    assert len(svg) < 150_000


def test_it_never_says_what_the_signal_is_not(drawn):
    drawing, svg, _ = drawn
    for text in (drawing.title, drawing.words, svg):
        assert "microglial activation" not in text.lower()
        assert "neuroinflammation" not in text.lower()


def test_text_is_readable_on_a_phone(drawn):
    _, svg, _ = drawn
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    assert width == pytest.approx(WIDTH * 72)
    sizes = [float(s) for s in re.findall(r"font-size: ([\d.]+)px", svg)]
    assert sizes
    assert min(sizes) >= SMALL - 0.5
    assert min(sizes) * PHONE / width >= 7


def test_nothing_is_drawn_outside(drawn):
    _, svg, _ = drawn
    width, height = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)', svg).groups())
    places = re.findall(r'<text[^>]* x="([-\d.]+)" y="([-\d.]+)"', svg)
    assert all(-1 <= float(x) <= width + 1 and -1 <= float(y) <= height + 1 for x, y in places)


UNITS = (
    r"mL/cm³|kBq/mL|minutes|fraction|kg/m²|\(mm\)|SDs|Hedges g|partial η²|Pearson r|AUC|R²|probability|benefit|of pain|"
    r"observed pain|predicted|^pain"
)
"""What an axis of numbers may be in: units, shares, standardised effects, and a score without a unit."""


def test_every_axis_has_a_unit(drawn):
    """An axis of numbers says its unit; an axis of names needs none."""
    drawing, _, _ = drawn
    for axes in drawing.figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            ticks = [t.get_text() for t in axis.get_ticklabels() if t.get_text()]
            numeric = [t for t in ticks if re.fullmatch(r"[−-]?[\d.]+", t)]
            if not numeric or not axes.axison:
                continue  # what follows are numbers on a visible axis
            near = " ".join((axis.get_label_text(), *(t.get_text() for t in axes.get_xticklabels())))
            assert re.search(UNITS, near), (drawing.title, near)


def test_two_drawings_of_one_record_are_the_same_bytes():
    for make, _ in FIGURES.values():
        with house():
            assert inline(make(), "f1") == inline(make(), "f1")


def test_figures_leave_no_global_state():
    import matplotlib as mpl

    before = mpl.rcParams.copy()
    with house():
        inline(FIGURES["curves"][0](), "x")
    assert mpl.rcParams.copy() == before


def test_no_figure_needs_pyplot():
    """A figure made by pyplot stays in memory for ever and needs a display."""
    folder = Path(__import__("nociscope.viz", fromlist=["viz"]).__file__).parent
    assert not [p.name for p in folder.glob("*.py") if "pyplot" in p.read_text(encoding="utf-8")]


def test_a_figure_follows_its_record():
    with house():
        assert inline(_input(1.0), "x") != inline(_input(2.0), "x")


def test_extreme_records_are_drawn():
    """One region, all zero, all missing: a figure with words, never an exception or a warning."""
    fit = made_up.fit("2TCM", "FC", 1.0)
    size = len(fit.frames)
    for values in (np.zeros(size), np.full(size, np.nan), np.full(size, 1e9), np.full(size, -3.0)):
        with house():
            assert inline(curves((dataclasses.replace(fit, measured=values, fitted=values),), "x"), "x")
    for value in (0.0, 1e-9, 1e12):
        finding = made_up.finding()
        points = tuple(dataclasses.replace(p, value=value) for p in finding.points)
        same = dataclasses.replace(finding, points=points, estimate=0.0, ci_low=0.0, ci_high=0.0)
        with house():
            assert inline(contrast(same), "x")
