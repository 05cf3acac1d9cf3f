"""Formulas, omnibus contrasts and interactions against statsmodels and closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nociscope.cohort.formula import formula_terms
from nociscope.core.errors import InputError
from nociscope.core.hypothesis_data import HypothesisData, Person, Terms
from nociscope.core.study import Hypothesis
from nociscope.stats import TestSettings, evaluate
from nociscope.stats.question_terms import partition

QUICK = TestSettings(resamples=100, seed=3)
NAN = float("nan")


def people_of(groups, sexes, **more):
    return tuple(
        Person(f"sub-{i:02d}", g, sex=s, **{k: v[i] for k, v in more.items()})
        for i, (g, s) in enumerate(zip(groups, sexes, strict=True))
    )


@pytest.fixture
def three():
    """Return 30 unbalanced people of three groups and two sexes, with age and a value."""
    rng = np.random.default_rng(11)
    group = np.array(["fm"] * 9 + ["clbp"] * 11 + ["hc"] * 10)
    sex = np.array((["F"] * 2 + ["M"]) * 10)
    age = rng.normal(45, 9, 30)
    y = rng.normal(3, 0.4, 30) + 0.5 * (group == "fm") + 0.3 * (sex == "F") * (group == "clbp") + 0.01 * age
    return {"group": group, "sex": sex, "age": age, "y": y}


def asked_of(columns, formula, test, **fields):
    terms = formula_terms(formula, test, {k: v for k, v in columns.items() if k != "y"})
    people = people_of(columns["group"], columns["sex"])
    return HypothesisData(people, ("THA",), "mL/cm3", values=columns["y"][:, None], terms=terms, **fields)


def ask(**keys):
    return Hypothesis.model_validate({"name": "h", "measure": "VT", "permutations": 500, **keys})


def fitted(columns, formula="y ~ C(group, Sum) * C(sex, Sum) + age"):
    pandas = pytest.importorskip("pandas")
    formulas = pytest.importorskip("statsmodels.formula.api")
    return formulas.ols(formula, pandas.DataFrame(columns)).fit()


@pytest.mark.parametrize(
    ("test", "row"),
    [
        ("group:sex", "C(group, Sum):C(sex, Sum)"),
        ("group", "C(group, Sum)"),
        ("sex:group", "C(group, Sum):C(sex, Sum)"),
    ],
)
def test_a_term_is_the_type_three_f_of_statsmodels(three, test, row):
    anova = pytest.importorskip("statsmodels.stats.anova").anova_lm(fitted(three), typ=3)
    formula = "group * sex + age"
    finding = evaluate(asked_of(three, formula, test), ask(formula=formula, test=test), QUICK)[0]
    assert finding.statistic["F_pooled"] == pytest.approx(anova.loc[row, "F"])
    assert (finding.statistic["dof1"], finding.statistic["dof_pooled"]) == (anova.loc[row, "df"], 23)
    share = anova.loc[row, "sum_sq"] / (anova.loc[row, "sum_sq"] + anova.loc["Residual", "sum_sq"])
    assert finding.estimate == pytest.approx(share) and finding.effect_size.name == "partial_eta_squared"
    assert finding.unit == "1" and 0 <= finding.ci_low < finding.ci_high < 1
    assert finding.details["value_unit"] == "mL/cm3"


def test_one_variance_for_all_reports_the_classical_f(three):
    anova = pytest.importorskip("statsmodels.stats.anova").anova_lm(fitted(three), typ=3)
    formula = "group * sex + age"
    keys = {"formula": formula, "test": "group", "spread": "equal"}
    finding = evaluate(asked_of(three, formula, "group"), ask(**keys), QUICK)[0]
    assert finding.statistic["F"] == pytest.approx(anova.loc["C(group, Sum)", "F"])
    assert "of a pooled F" in finding.method


def test_a_main_effect_of_two_levels_is_the_difference_of_its_marginal_means(three):
    formula = "group * sex + age"
    finding = evaluate(asked_of(three, formula, "sex"), ask(formula=formula, test="sex", spread="equal"), QUICK)[0]
    model = fitted(three)
    name = "C(sex, Sum)[S.F]"
    low, high = model.conf_int().loc[name]
    assert finding.contrast == "F − M" and finding.unit == "mL/cm3"
    assert finding.estimate == pytest.approx(2 * model.params[name])
    assert (finding.ci_low, finding.ci_high) == pytest.approx((2 * low, 2 * high))
    assert finding.statistic["t"] == pytest.approx(model.tvalues[name])
    assert finding.n == {"F": 20, "M": 10} and {p.group for p in finding.points} == {"F", "M"}


def test_weights_of_levels_are_marginal_means(three):
    test = "group[fm] - (group[clbp] + group[hc]) / 2"
    formula = "group * sex + age"
    finding = evaluate(asked_of(three, formula, test), ask(formula=formula, test=test, spread="equal"), QUICK)[0]
    model = fitted(three, "y ~ C(group, Treatment) * C(sex, Sum) + age")
    weights = {"C(group, Treatment)[T.fm]": 1.0, "C(group, Treatment)[T.hc]": -0.5}
    treatment = np.array([weights.get(name, 0.0) for name in model.params.index])
    found = model.t_test(treatment)
    assert finding.estimate == pytest.approx(found.effect.item())
    assert (finding.ci_low, finding.ci_high) == pytest.approx(tuple(found.conf_int()[0]))


def test_a_simple_effect_is_the_contrast_of_two_cells(three):
    test = "group[fm]:sex[F] - group[hc]:sex[F]"
    formula = "group * sex"
    finding = evaluate(asked_of(three, formula, test), ask(formula=formula, test=test), QUICK)[0]
    y, g, s = three["y"], three["group"], three["sex"]
    assert finding.estimate == pytest.approx(y[(g == "fm") & (s == "F")].mean() - y[(g == "hc") & (s == "F")].mean())


def test_the_partition_gives_the_contrast_for_any_model(three):
    rng = np.random.default_rng(0)
    matrix, weights, y = rng.normal(size=(20, 5)), rng.normal(size=(2, 5)), rng.normal(size=20)
    interest, nuisance = partition(matrix, weights)
    beta = np.linalg.lstsq(matrix, y, rcond=None)[0]
    both = np.linalg.lstsq(np.hstack([interest, nuisance]), y, rcond=None)[0]
    assert nuisance.shape == (20, 3) and both[:2] == pytest.approx(weights @ beta)
    repeated = np.hstack([matrix, matrix[:, [3]]])
    interest, nuisance = partition(repeated, np.eye(6)[[0]])
    assert np.linalg.lstsq(np.hstack([interest, nuisance]), y, rcond=None)[0][0] == pytest.approx(beta[0])


def test_what_a_formula_cannot_estimate_says_so(three):
    columns = {**three, "copy": three["age"] * 2}
    finding = evaluate(asked_of(columns, "age + copy", "copy"), ask(formula="age + copy", test="copy"), QUICK)[0]
    assert finding.status == "not_estimable"
    assert any("leave nothing of what is asked" in s.message for s in finding.safeguards)
    empty = ~((three["group"] == "fm") & (three["sex"] == "M"))
    fewer = {k: v[empty] for k, v in three.items()}
    finding = evaluate(asked_of(fewer, "group * sex", "group:sex"), ask(formula="group*sex", test="group:sex"), QUICK)[
        0
    ]
    assert finding.status == "not_estimable"
    assert any("leave 1 of 2 columns" in s.message for s in finding.safeguards)


def test_whoever_lacks_a_variable_is_named(three):
    age = three["age"].copy()
    age[4] = NAN
    data = asked_of({**three, "age": age}, "group + age", "group")
    finding = evaluate(data, ask(formula="group + age", test="group"), QUICK)[0]
    assert finding.excluded == (("sub-04", "age missing"),) and sum(finding.n.values()) == 29
    assert finding.covariates == ("age",)


def test_several_groups_are_one_f(three):
    y, g = three["y"], three["group"]
    data = HypothesisData(people_of(g, three["sex"]), ("THA",), "mL/cm3", values=y[:, None])
    levels = ["fm", "clbp", "hc"]
    finding = evaluate(data, ask(contrast=levels, spread="equal"), QUICK)[0]
    reference = stats.f_oneway(*(y[g == level] for level in levels))
    assert finding.statistic["F"] == pytest.approx(reference.statistic)
    assert finding.n == {"fm": 9, "clbp": 11, "hc": 10} and len(finding.points) == 30
    assert finding.details["means"] == pytest.approx([y[g == level].mean() for level in levels])
    assert abs(finding.p_value - reference.pvalue) < 0.05
    assert finding.contrast == "any of fm, clbp, hc" and "partial η²" in finding.method
    assert len(finding.details["means_ci_low"]) == 3


def test_an_omnibus_with_covariates_is_the_ancova(three):
    anova = pytest.importorskip("statsmodels.stats.anova").anova_lm(fitted(three, "y ~ C(group, Sum) + age"), typ=3)
    data = HypothesisData(
        people_of(three["group"], three["sex"]), ("THA",), "mL/cm3", values=three["y"][:, None],
        covariates={"age": three["age"]},
    )  # fmt: skip
    finding = evaluate(data, ask(contrast=["fm", "clbp", "hc"]), QUICK)[0]
    assert finding.statistic["F_pooled"] == pytest.approx(anova.loc["C(group, Sum)", "F"])
    adjusted = finding.details["adjusted_means"]
    model = fitted(three, "y ~ C(group, Treatment) + age")
    assert adjusted[0] - adjusted[1] == pytest.approx(model.params["C(group, Treatment)[T.fm]"])


def test_separately_by_tests_the_interaction_and_shows_the_levels(three):
    kept = three["group"] != "hc"
    y, g, s, age = (three[k][kept] for k in ("y", "group", "sex", "age"))
    data = HypothesisData(people_of(g, s, part=s), ("THA",), "mL/cm3", values=y[:, None], covariates={"age": age})
    keys = {"contrast": ["fm", "clbp"], "separately_by": "sex", "spread": "equal"}
    finding = evaluate(data, ask(**keys), QUICK)[0]
    model = fitted({"y": y, "group": g, "sex": s, "age": age}, "y ~ C(group, Treatment) * C(sex, Treatment) + age")
    name = "C(group, Treatment)[T.fm]:C(sex, Treatment)[T.M]"
    low, high = model.conf_int().loc[name]
    assert finding.estimate == pytest.approx(-model.params[name])
    assert (finding.ci_low, finding.ci_high) == pytest.approx((-high, -low))
    assert finding.contrast == "(fm − clbp) in F − (fm − clbp) in M"
    women, men = finding.details["level_estimates"]
    assert finding.details["levels"] == ["F", "M"] and women - men == pytest.approx(finding.estimate)
    assert women == pytest.approx(model.params["C(group, Treatment)[T.fm]"])
    assert tuple(model.conf_int().loc["C(group, Treatment)[T.fm]"]) == pytest.approx(
        (finding.details["level_ci_low"][0], finding.details["level_ci_high"][0])
    )
    assert not any(key.startswith("level_p") for key in finding.details), "no stars of levels"
    assert "levels-not-tested" in {s.code for s in finding.safeguards}
    assert finding.n["fm, F"] + finding.n["fm, M"] == 9 and set(finding.n) == {p.group for p in finding.points}


def test_separately_by_of_a_slope_is_the_difference_of_slopes(three):
    y, s, age = three["y"], three["sex"], three["age"]
    data = HypothesisData(
        people_of(three["group"], s, part=s), ("THA",), "mL/cm3", values=y[:, None], predictor=age,
        predictor_name="age", predictor_unit="year",
    )  # fmt: skip
    finding = evaluate(data, ask(correlate="age", separately_by="sex"), QUICK)[0]
    slopes = [stats.linregress(age[s == level], y[s == level]).slope for level in ("F", "M")]
    assert finding.details["level_estimates"] == pytest.approx(slopes)
    assert finding.estimate == pytest.approx(slopes[0] - slopes[1])
    assert (
        finding.unit == "mL/cm3/(year)" and finding.points[0].x == age[0] and "slope with age in F" in finding.contrast
    )


def test_separately_by_of_three_levels_is_an_f(three):
    y, g, age = three["y"], three["group"], three["age"]
    data = HypothesisData(
        people_of(g, three["sex"], part=g), ("THA",), "mL/cm3", values=y[:, None], predictor=age, predictor_name="age"
    )
    finding = evaluate(data, ask(correlate="age", separately_by="group"), QUICK)[0]
    assert finding.statistic["dof1"] == 2 and len(finding.details["level_estimates"]) == 3
    slopes = [stats.linregress(age[g == level], y[g == level]).slope for level in ("clbp", "fm", "hc")]
    assert finding.details["level_estimates"] == pytest.approx(slopes)


def test_one_level_alone_has_nothing_to_differ_from(three):
    data = HypothesisData(
        people_of(three["group"], three["sex"], part=["F"] * 30), ("THA",), "1", values=three["y"][:, None]
    )
    finding = evaluate(data, ask(contrast=["fm", "hc"], separately_by="sex"), QUICK)[0]
    assert finding.status == "not_estimable" and finding.points


@pytest.mark.parametrize("scale", ["measure", "standardised"])
def test_equivalence_stands_beside_the_finding(three, scale):
    data = HypothesisData(people_of(three["group"], three["sex"]), ("THA",), "mL/cm3", values=three["y"][:, None])
    stated = {"margin": 1.0, "scale": scale}
    finding = evaluate(data, ask(contrast=["clbp", "hc"], equivalence=stated), QUICK)[0]
    t, d = finding.statistic, finding.details
    assert "two one-sided tests" in finding.method and d["equivalence_margin"] == 1.0
    assert d["equivalence_verdict"]
    if scale == "measure":
        low, high = ((finding.estimate + bound) / t["se"] for bound in (1, -1))
        sides = (stats.t.sf(low, t["dof"]), stats.t.cdf(high, t["dof"]))
        assert d["equivalence_p"] == pytest.approx(max(sides))
        assert d["equivalence_verdict"].startswith("equivalent") == (max(sides) < 0.05)
    plain = evaluate(data, ask(contrast=["clbp", "hc"]), QUICK)[0]
    assert plain.p_value == finding.p_value and "equivalence_p" not in plain.details


def test_the_scheme_is_always_named(three):
    data = HypothesisData(people_of(three["group"], three["sex"]), ("THA",), "1", values=three["y"][:, None])
    said = {
        scheme: evaluate(data, ask(contrast=["fm", "hc"], scheme=scheme), QUICK)[0].method
        for scheme in ("", "permute", "flip", "both")
    }
    assert said[""] == said["permute"] and "exchangeable people" in said["permute"]
    assert "sign flips, which assume errors symmetric about zero" in said["flip"]
    assert "permutations with sign flips" in said["both"]
    for method, name in (("dekker", "Dekker"), ("huh-jhun", "Huh–Jhun"), ("freedman-lane", "Freedman–Lane")):
        held = replace(data, covariates={"age": three["age"]})
        keys = {"permutation_method": method, "spread": "equal"}
        assert f"{name} permutations" in evaluate(held, ask(contrast=["fm", "hc"], **keys), QUICK)[0].method


def test_whole_blocks_change_places(three):
    family = [f"f{i // 2}" for i in range(30)]
    data = HypothesisData(
        people_of(three["group"], three["sex"], block=family), ("THA",), "1", values=three["y"][:, None]
    )
    finding = evaluate(data, ask(contrast=["clbp", "hc"], blocks="family"), QUICK)[0]
    assert "whole blocks" in finding.method and "exchangeable blocks" in finding.method
    unknown = HypothesisData(
        people_of(three["group"], three["sex"], block=["", *family[1:]]), ("THA",), "1", values=three["y"][:, None]
    )
    assert evaluate(unknown, ask(contrast=["fm", "hc"], blocks="family"), QUICK)[0].excluded == (
        ("sub-00", "family missing"),
    )


def test_steps_are_never_above_the_maximum(cohort, contrast):
    data = cohort(10, 10, regions=6, effect=0.4)
    maximum, steps = (evaluate(data, contrast(adjust=a), QUICK) for a in ("max", "step-down"))
    assert all(b.p_adjusted <= a.p_adjusted for a, b in zip(maximum, steps, strict=True))
    first = int(np.argmin([f.p_adjusted for f in maximum]))
    assert steps[first].p_adjusted == pytest.approx(maximum[first].p_adjusted)
    assert any(b.p_adjusted < a.p_adjusted for a, b in zip(maximum, steps, strict=True))


@pytest.mark.parametrize(
    "keys",
    [
        {"contrast": ["a", "b", "c"], "alternative": "greater"},
        {"contrast": ["a", "b", "c"], "equivalence": {"margin": 1.0}},
        {"contrast": ["a", "b", "c"], "separately_by": "sex"},
        {"contrast": ["a", "a"]},
        {"paired": ["a", "b"], "scheme": "permute"},
        {"paired": ["a", "b"], "scheme": "both"},
        {"contrast": ["a", "b"], "scheme": "flip", "stratify": "site"},
        {"contrast": ["a", "b"], "permutation_method": "huh-jhun", "blocks": "family"},
        {"formula": "group", "covariates": ["age"]},
        {"correlate": "age", "method": "spearman", "separately_by": "sex"},
        {"contrast": ["a", "b"], "separately_by": "sex", "equivalence": {"margin": 1.0}},
        {"paired": ["a", "b"], "separately_by": "sex"},
    ],
)
def test_questions_without_an_answer_are_refused(keys):
    with pytest.raises(ValueError, match="hypothesis 'h'"):
        ask(**keys)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Terms(np.ones((2, 2)), ("a", "b"), np.ones((1, 3)), "a", ("", "")),
        lambda: Terms(np.ones((2, 1)), ("a",), np.ones((1, 1)), "a", ("",)),
        lambda: evaluate(HypothesisData((Person("a"),), ("r",), "1", values=np.ones((1, 1))), ask(formula="group")),
        lambda: evaluate(HypothesisData((Person("a"),), ("r",), "1", values=np.ones((1, 1))), ask(joint=["x", "y"])),
    ],
)
def test_callers_mistakes_raise(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize(
    "keys",
    [{"contrast": ["fm", "clbp", "hc"]}, {"contrast": ["fm", "hc"], "separately_by": "sex"}, {"correlate": "x"}],
)
def test_nobody_at_all_is_not_estimable(keys):
    data = HypothesisData(
        people_of(["fm", "hc"], "FM", part=list("FM")), ("THA",), "1", values=np.full((2, 1), NAN), predictor=np.ones(2)
    )
    finding = evaluate(data, ask(**keys), QUICK)[0]
    assert finding.status != "ok" and not finding.points and sum(finding.n.values()) == 0


def test_one_person_of_a_group_gives_no_f():
    groups = ["fm"] * 5 + ["clbp"] * 5 + ["hc"]
    data = HypothesisData(
        people_of(groups, "F" * 11), ("THA",), "1", values=np.random.default_rng(0).normal(size=(11, 1))
    )
    finding = evaluate(data, ask(contrast=["fm", "clbp", "hc"]), QUICK)[0]
    assert finding.status == "not_estimable" and "1 hc" in str(finding.safeguards)


def test_sites_are_harmonised_within_every_relabelling(three):
    rng = np.random.default_rng(5)
    n = 40
    site = np.array(["A"] * 20 + ["B"] * 20)
    group = np.array(["fm", "hc"] * 20)
    y = rng.normal(3, 0.4, (n, 4)) + (group == "fm")[:, None] + (site == "B")[:, None] * np.array([2.0, 3.0, 1.0, 2.5])
    data = HypothesisData(people_of(group, ["F"] * n), tuple("abcd"), "1", values=y, batch=site)
    findings = evaluate(data, ask(contrast=["fm", "hc"], harmonise="site", permutations=199), QUICK)
    for finding in findings:
        assert finding.status == "ok" and "ComBat" in finding.method and "within strata" in finding.method
        assert finding.estimate == pytest.approx(1, abs=0.5) and finding.p_value < 0.02
        assert {"johnson2007", "fortin2018"} <= set(finding.cites)
    confounded = replace(data, batch=np.where(group == "fm", "A", "B"))
    assert {f.status for f in evaluate(confounded, ask(contrast=["fm", "hc"], harmonise="site"), QUICK)} == {"refused"}
    unknown = replace(data, batch=np.array(["", *site[1:]]))
    left = evaluate(unknown, ask(contrast=["fm", "hc"], harmonise="site", permutations=199), QUICK)[0]
    assert left.excluded == (("sub-00", "site missing"),)
    with pytest.raises(InputError, match="needs sites"):
        evaluate(replace(data, batch=None), ask(contrast=["fm", "hc"], harmonise="site"), QUICK)


def test_someone_who_answers_nothing_is_not_available(monkeypatch):
    import sys

    from nociscope.stats import evaluate as module_function  # the function hides its module

    monkeypatch.setitem(sys.modules[module_function.__module__].KINDS, "contrast", "nociscope.stats.nowhere.nothing")
    data = HypothesisData(people_of(["fm", "hc"], "FM"), ("r",), "1", values=np.ones((2, 1)))
    with pytest.raises(InputError, match="not available in this version"):
        evaluate(data, ask(contrast=["fm", "hc"]))


# --- trouble of the data in a formula ------------------------------------------------------------------------------


def test_low_affinity_binders_and_unknown_genotypes_are_named_in_a_formula(three):
    genotype = ["LAB", "", *["HAB", "MAB"] * 14]
    terms = formula_terms("group + rs6971", "group", {"group": three["group"], "rs6971": np.array(genotype)})
    people = people_of(three["group"], three["sex"], genotype=genotype)
    data = HypothesisData(
        people, ("THA",), "1", values=three["y"][:, None], terms=terms, scale="absolute", genotype_sensitive=True
    )
    finding = evaluate(data, ask(formula="group + rs6971", test="group"), QUICK)[0]
    assert dict(finding.excluded) == {"sub-00": "low-affinity binder (rs6971)", "sub-01": "rs6971 missing"}
    codes = {s.code for s in finding.safeguards}
    assert finding.status == "ok" and "lab-excluded" in codes and "genotype-missing" not in codes
    assert "genotype-not-modelled" not in codes


def test_a_genotype_that_one_group_alone_has_is_told_in_a_formula(three):
    genotype = np.where(three["group"] == "fm", np.array(["HAB", "MAB"] * 15), "HAB")
    columns = {"group": three["group"], "rs6971": genotype}
    terms = formula_terms("group + rs6971", "group", columns)
    people = people_of(three["group"], three["sex"], genotype=genotype)
    data = HypothesisData(people, ("THA",), "1", values=three["y"][:, None], terms=terms)
    finding = evaluate(data, ask(formula="group + rs6971", test="group"), QUICK)[0]
    assert any(s.code == "genotype-cell-empty" and "MAB" in s.message for s in finding.safeguards)


def test_a_constant_column_of_numbers_is_not_estimable(three):
    columns = {"group": three["group"], "dose": np.full(30, 2.0)}
    terms = formula_terms("group + dose", "dose", columns)
    data = HypothesisData(
        people_of(three["group"], three["sex"]), ("THA",), "1", values=three["y"][:, None], terms=terms
    )
    finding = evaluate(data, ask(formula="group + dose", test="dose"), QUICK)[0]
    assert finding.status == "not_estimable"
    held = replace(data, terms=formula_terms("group + dose", "group", columns))
    assert evaluate(held, ask(formula="group + dose", test="group"), QUICK)[0].statistic["dof1"] == 2


def test_more_permutations_than_exist_are_all_of_them(three):
    few = np.r_[0:3, 9:12, 20:23]
    data = HypothesisData(
        people_of(three["group"][few], three["sex"][few]), ("THA",), "1", values=three["y"][few, None]
    )
    finding = evaluate(data, ask(contrast=["fm", "clbp", "hc"], permutations=100_000), QUICK)[0]
    assert finding.exact and finding.n_permutations == 1680 and "all 1,680 distinct" in finding.method
    assert finding.details["smallest_attainable_p"] == pytest.approx(6 / 1680)


def test_values_that_nobody_has_or_that_are_infinite(three):
    data = HypothesisData(
        people_of(three["group"], three["sex"]), ("A", "B"), "1", values=np.column_stack([three["y"], np.full(30, NAN)])
    )
    assert [f.status for f in evaluate(data, ask(contrast=["fm", "clbp", "hc"]), QUICK)] == ["ok", "not_estimable"]
    with pytest.raises(InputError, match="infinite"):
        replace(data, values=np.full((30, 2), np.inf))
