"""Numbers of other programs, made once in an environment of their own and kept with their versions.

Intraclass correlations: pingouin 0.7.0 on 200 random tables, six forms, 1e-9; it prints intervals with two digits.
Psychometric curves: psignifit 4.3 on 20 simulated sets of answers, γ = λ = 0; its maximum a posteriori within 1 %.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from nociscope.models.psychophysics import psychometric_fit
from nociscope.stats.icc import FORMS, icc_forms

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def tables():
    with np.load(DATA / "pingouin_icc.npz") as kept:
        held = {name: kept[name] for name in kept.files}
    assert tuple(held["types"]) == FORMS
    ends = np.cumsum(held["shape"].astype(int).prod(axis=1))
    cut = np.split(held["thousandths"] / 1000, ends[:-1])
    return [
        (v.reshape(shape), icc, ci)
        for v, shape, icc, ci in zip(cut, held["shape"], held["icc"], held["ci"], strict=True)
    ]


def test_six_forms_of_two_hundred_tables(tables):
    assert len(tables) == 200
    worst = max(np.abs(np.array([i.value for i in icc_forms(v)]) - icc).max() for v, icc, _ in tables)
    assert worst < 1e-9


def test_their_intervals_to_the_printed_digits(tables):
    for values, _, ends in tables:
        ours = np.array([(i.low, i.high) for i in icc_forms(values)])
        ok = np.isfinite(ours) & np.isfinite(ends)
        assert np.abs(ours - ends)[ok].max() <= 0.0051


CASES = json.loads((DATA / "psignifit_logistic.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES)
def test_thresholds_and_widths_of_psignifit(case):
    x = np.array(case["x"])
    fit = psychometric_fit(x, np.array(case["yes"], float), np.full(x.size, float(case["n"])))
    assert fit.threshold == pytest.approx(case["threshold"], rel=0.01)
    # the width goes from 5 to 95 % of the curve; its prior pulls at it
    assert fit.scale * 2 * np.log(19) == pytest.approx(case["width"], rel=0.1)
