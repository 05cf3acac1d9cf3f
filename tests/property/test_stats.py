"""What must hold of inference whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nociscope.core.citations import CITATIONS
from nociscope.stats import compare, correlate, paired
from nociscope.stats.adjust import adjusted
from nociscope.stats.design import two_groups
from nociscope.stats.relabelling import distinct_relabellings, relabellings

FEW = settings(max_examples=25, deadline=None)
numbers = st.floats(-50, 50).map(lambda x: round(x, 3))
nine = st.lists(numbers, min_size=9, max_size=9, unique=True)
GROUPS = ["a"] * 4 + ["b"] * 5


@FEW
@given(nine)
def test_p_of_four_against_five_is_k_of_126(values):
    finding = compare(values, GROUPS)
    assert finding.p_value * 126 == pytest.approx(round(finding.p_value * 126))
    assert finding.ci_low < finding.estimate < finding.ci_high
    assert finding.effect_size.ci_low < finding.effect_size.ci_high
    assert np.sign(finding.effect_size.value) == np.sign(finding.estimate)
    assert set(finding.cites) <= set(CITATIONS)


@FEW
@given(nine, st.floats(0.1, 100), st.floats(-100, 100))
def test_units_do_not_change_the_verdict(values, scale, shift):
    y = np.array(values)
    here, there = compare(y, GROUPS), compare(scale * y + shift, GROUPS)
    assert there.p_value == pytest.approx(here.p_value)
    assert there.estimate == pytest.approx(scale * here.estimate, rel=1e-6, abs=1e-6)
    assert there.effect_size.value == pytest.approx(here.effect_size.value, rel=1e-5, abs=1e-6)


@FEW
@given(nine)
def test_swapping_groups_turns_the_sign_and_nothing_else(values):
    here = compare(values, GROUPS)
    there = compare(values[4:] + values[:4], ["b"] * 5 + ["a"] * 4)
    assert there.estimate == pytest.approx(-here.estimate) and there.p_value == pytest.approx(here.p_value)
    assert (there.ci_low, there.ci_high) == pytest.approx((-here.ci_high, -here.ci_low))


@FEW
@given(nine, st.permutations(range(9)))
def test_the_order_of_people_does_not_matter(values, order):
    here = compare(values, GROUPS)
    there = compare([values[i] for i in order], [GROUPS[i] for i in order])
    sign = 1 if GROUPS[order[0]] == "a" else -1
    assert there.p_value == pytest.approx(here.p_value)
    assert sign * there.estimate == pytest.approx(here.estimate)


@FEW
@given(nine)
def test_one_sided_p_values_share_the_observed_labelling(values):
    greater, less = (compare(values, GROUPS, alternative=a).p_value for a in ("greater", "less"))
    assert greater + less >= 1, "together they count every relabelling, and the observed twice"


@FEW
@given(st.lists(st.tuples(numbers, numbers), min_size=7, max_size=9, unique_by=lambda t: t[0] - t[1]))
def test_pairs_swap_with_their_sign(pairs):
    a, b = np.array(pairs).T
    here, there = paired(a, b), paired(b, a)
    assert here.p_value == there.p_value and here.estimate == pytest.approx(-there.estimate)
    assert here.p_value >= here.details["smallest_attainable_p"]


@FEW
@given(st.lists(numbers, min_size=7, max_size=7, unique=True), st.permutations(range(7)))
def test_rank_correlation_ignores_monotone_changes(values, order):
    x = np.array(order, dtype=float)
    here = correlate(values, x, method="spearman")
    there = correlate(np.exp(np.array(values) / 50), x**3, method="spearman")
    assert there.estimate == pytest.approx(here.estimate) and there.p_value == pytest.approx(here.p_value)


@FEW
@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=30), st.sampled_from(["holm", "fdr", "none"]))
def test_corrections_keep_the_order_and_never_help(p, method):
    p = np.array(p)
    corrected = adjusted(p, method)
    assert (corrected >= p * (1 - 1e-12)).all() and (corrected <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(corrected[order]) >= -1e-12).all()


@FEW
@given(st.lists(st.integers(0, 2), min_size=4, max_size=8), st.lists(st.integers(0, 1), min_size=8, max_size=8))
def test_counted_relabellings_are_those_enumerated(covariate, strata):
    n = len(covariate)
    design = two_groups(np.arange(n) < n // 2, np.array(covariate, float)[:, None], np.array(strata[:n]))
    moves = relabellings(design, 10, 50_000, 0)
    rows = design.matrix[np.argsort(moves.order, axis=1)]
    assert moves.count == distinct_relabellings(design) == len({r.tobytes() for r in rows})
