"""Sessions within people: the classical F, an exact null, and what is said where it cannot be asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nociscope.core.errors import InputError
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import TestSettings, evaluate
from nociscope.stats.repeated import sphericity, within_people

SESSIONS = ("before", "during", "after")


def cohort(values, regions=("S1",)):
    values = np.asarray(values, float)
    values = values[:, :, None] if values.ndim == 2 else values
    people = tuple(Person(f"sub-{i}") for i in range(len(values)))
    return HypothesisData(people, tuple(regions), "kPa", session_values=values, sessions=SESSIONS[: values.shape[1]])


def ask(values, regions=("S1",), **more):
    wanted = list(SESSIONS[: np.asarray(values).shape[1]])
    asked = Hypothesis(**({"name": "h", "measure": "PPT", "repeated": wanted} | more))
    return evaluate(cohort(values, regions), asked, TestSettings(seed=1))


def made(n=5, shift=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) + 3 * rng.normal(size=(n, 1)) + shift * np.arange(3)


def test_f_is_that_of_statsmodels():
    anova = pytest.importorskip("statsmodels.stats.anova")
    pandas = pytest.importorskip("pandas")
    values = made(8, 0.6)
    table = pandas.DataFrame(
        [(i, s, v) for i, row in enumerate(values) for s, v in zip(SESSIONS, row, strict=True)],
        columns=["id", "s", "v"],
    )
    theirs = anova.AnovaRM(table, "v", "id", within=["s"]).fit().anova_table.iloc[0]
    (found,) = ask(values)
    assert found.statistic["F"] == pytest.approx(theirs["F Value"])
    assert (found.statistic["dof1"], found.statistic["dof2"]) == (theirs["Num DF"], theirs["Den DF"])


def test_every_order_of_sessions_within_people_is_enumerated():
    values = made(4, 1.0)
    (found,) = ask(values)
    orders = np.array([[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    between = []
    for code in range(6**4):
        rows = np.array([values[i, orders[code // 6**i % 6]] for i in range(4)])
        between.append(rows.mean(axis=0).var())
    reached = np.mean(np.array(between) >= values.mean(axis=0).var() * (1 - 1e-9))
    assert found.exact
    assert found.p_value == pytest.approx(reached)
    assert found.details["smallest_attainable_p"] == pytest.approx(6 / 6**4)  # one order, renamed in six ways


def test_two_sessions_are_the_paired_test():
    values = made(6, 0.8)[:, :2]
    (found,) = ask(values)
    paired = Hypothesis(name="h", measure="PPT", paired=["before", "during"], spread="equal")
    (other,) = evaluate(cohort(values), paired, TestSettings(seed=1))
    assert found.p_value == pytest.approx(other.p_value)
    assert found.statistic["F"] == pytest.approx(other.statistic["t"] ** 2)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000))
def test_levels_of_people_units_and_their_order_do_not_matter(seed):
    values = made(4, 0.5, seed)
    rng = np.random.default_rng(seed)
    other = 98.0665 * (values + rng.normal(size=(4, 1)))[rng.permutation(4)]
    (a,), (b,) = ask(values), ask(other)
    assert a.p_value == pytest.approx(b.p_value)
    assert a.estimate == pytest.approx(b.estimate)


def test_people_without_all_sessions_are_named():
    values = made(6)
    values[2, 1] = np.nan
    (found,) = ask(values)
    assert found.n == {"people": 5}
    assert [who for who, _ in found.excluded] == ["sub-2"]
    assert len(found.points) == 15


def test_regions_share_one_correction():
    values = np.stack([made(5, 2.0, 1), made(5, 0.0, 2)], axis=2)
    first, second = ask(values, ("S1", "M1"))
    assert first.p_adjusted >= first.p_value
    assert second.p_adjusted >= second.p_value
    assert "selected" in {s.code for s in first.safeguards} or first.p_adjusted > 0.05


def test_details_give_changes_with_their_paired_intervals():
    values = made(7, 1.0)
    (found,) = ask(values)
    assert found.details["change_from_first"] == pytest.approx((values[:, 1:] - values[:, :1]).mean(axis=0))
    assert found.details["levels"] == list(SESSIONS)


def test_sphericity_is_one_where_it_holds():
    values = np.random.default_rng(0).normal(size=(20_000, 3, 1))
    assert sphericity(values)[0] == pytest.approx(1, abs=0.01)
    values[:, 2] = values[:, 1]
    assert sphericity(values)[0] < 0.8


def test_what_cannot_be_asked():
    assert ask(made(2))[0].status == "not_estimable"
    assert ask(np.ones((5, 3)))[0].status == "not_estimable"
    assert ask(made(3)[:, :2])[0].status == "refused"
    with pytest.raises(InputError, match="no such session"):
        evaluate(cohort(made(4)), Hypothesis(name="h", measure="PPT", repeated=["before", "never"]))


def test_rows_of_the_design_are_sessions_of_people():
    design, y = within_people(made(4)[:, :, None])
    assert (design.n, design.questions.shape[1], y.shape) == (12, 2, (12, 1))
    assert np.unique(design.strata).size == 4


def test_a_change_between_two_sessions_is_a_question_between_people():
    rng = np.random.default_rng(3)
    people = tuple(Person(f"sub-{i}", group="ab"[i % 2]) for i in range(10))
    data = HypothesisData(people, ("S1",), "kPa", values=rng.normal(size=(10, 1)))
    (found,) = evaluate(data, Hypothesis(name="h", measure="PPT", contrast=["a", "b"], change=["after", "before"]))
    assert found.contrast == "a − b (change after − before)"
