"""Every safeguard is raised by the situation it is about, and not without it."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import RULES, TestSettings, compare, evaluate, paired
from nociscope.stats.checks import carried_by_one
from nociscope.stats.design import two_groups
from nociscope.stats.estimates.mediation import mediation_findings
from nociscope.stats.estimates.single_case import single_case_findings
from nociscope.stats.estimates.summary import estimate_details, estimate_safeguards
from nociscope.stats.linear import fit
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.sites.combat import harmonise_safeguards
from nociscope.stats.sites.replication import replicate_findings

DOCS = Path(__file__).resolve().parents[3] / "docs"
QUICK = TestSettings(resamples=200)


def codes(finding):
    return {s.code for s in finding.safeguards}


def message(finding, code):
    return next(s.message for s in finding.safeguards if s.code == code)


def first(data, hypothesis):
    return evaluate(data, hypothesis, QUICK)[0]


def test_every_code_has_a_section_in_the_docs():
    page = (DOCS / "explanation/safeguards.md").read_text(encoding="utf-8")
    anchors = set(re.findall(r"\{#([a-z-]+)\}", page))
    assert anchors == {*RULES}
    assert all(rule.docs == f"explanation/safeguards.md#{rule.code}" for rule in RULES.values())


def test_every_code_is_triggered_by_a_test():
    text = Path(__file__).read_text(encoding="utf-8")
    others = "".join(
        p.read_text(encoding="utf-8") for p in Path(__file__).parents[1].rglob("*.py") if p != Path(__file__)
    )
    triggered = text[text.index("def test_genotype_missing") :] + others
    assert not [code for code in RULES if f'"{code}"' not in triggered]


def test_severities_are_the_three():
    assert {rule.severity for rule in RULES.values()} == {"note", "warn", "refuse"}


def test_an_override_silences_only_its_own_refusal():
    mine = raised("floor-above-alpha", ["floor-above-alpha"], {"count": 3, "floor": 0.3, "alpha": 0.05})
    other = raised("floor-above-alpha", ["site-aliased"], {"count": 3, "floor": 0.3, "alpha": 0.05})
    note = raised("floor", ["floor"], {"floor": 0.1, "how": "x"})
    assert mine.overridden and not refuses([mine])
    assert not other.overridden and refuses([other])
    assert not note.overridden, "a note is not a refusal; naming it overrules nothing"


def test_what_differs_between_regions_has_a_form_that_does_not(cohort, contrast):
    data = cohort(9, 4, regions=8, seed=3)
    values = data.values.copy()
    values[:9] = 3 + (values[:9] - 3) / 20
    values[:9, ::2] += 0.9
    findings = evaluate(replace(data, values=values), contrast(), QUICK)
    for code in {s.code for f in findings for s in f.safeguards}:
        said = [s for f in findings for s in f.safeguards if s.code == code]
        differ = len({s.message for s in said}) > 1
        assert not differ or (len({s.short for s in said}) == 1 and said[0].short), code
    assert {s.code for f in findings for s in f.safeguards} >= {"variances-unequal", "selected", "floor"}


def test_every_message_is_a_sentence():
    for rule in RULES.values():
        for text in filter(None, (rule.sentence, rule.short)):
            assert text.endswith(".") and "  " not in text and not text.startswith(" ")


# --- genotype -----------------------------------------------------------------------------------------------------


def test_genotype_missing_refuses_absolute_contrasts(cohort, contrast, with_people):
    data = cohort(scale="absolute", genotype_sensitive=True)
    assert "genotype-missing" not in codes(first(data, contrast()))
    finding = first(with_people(data, genotype=["HAB"] * 11 + [""]), contrast())
    assert finding.status == "refused" and "genotype-missing" in codes(finding)
    assert math.isnan(finding.estimate) and math.isnan(finding.p_value)
    assert "1 of 12" in message(finding, "genotype-missing")
    assert len(finding.points) == 12, "a refused finding still shows its people"


def test_a_genotype_covariate_that_nobody_has_refuses_rather_than_empties(cohort, contrast, with_people):
    data = cohort(scale="absolute", genotype_sensitive=True, covariates={"rs6971": np.array([""] * 12)})
    finding = first(with_people(data, genotype=[""] * 12), contrast())
    assert finding.status == "refused" and "genotype-missing" in codes(finding)
    assert finding.n == {"pain": 6, "control": 6}


def test_a_refusal_can_be_overridden_by_name_and_the_finding_says_so(cohort, contrast, with_people):
    data = with_people(cohort(scale="absolute", genotype_sensitive=True), genotype=[""] * 12)
    finding = first(data, contrast(override=["genotype-missing"]))
    assert finding.status == "ok" and math.isfinite(finding.estimate)
    assert [s.overridden for s in finding.safeguards if s.code == "genotype-missing"] == [True]


def test_genotype_unadjusted_marks_ratios(cohort, contrast, with_people):
    data = with_people(cohort(scale="ratio", genotype_sensitive=True), genotype=[""] * 12)
    finding = first(data, contrast())
    assert finding.status == "ok" and "genotype-unadjusted" in codes(finding)


def test_genotype_does_not_matter_within_a_person(cohort, with_people):
    data = cohort(scale="absolute", genotype_sensitive=True)
    data = replace(data, session_values=np.stack([data.values, data.values[::-1]], 1), sessions=("a", "b"))
    data = with_people(data, genotype=[""] * 12)
    finding = first(data, Hypothesis(name="h", measure="VT", paired=["a", "b"]))
    assert finding.status == "ok" and not any(c.startswith("genotype") for c in codes(finding))


def test_genotype_not_modelled(cohort, contrast):
    data = cohort(scale="absolute", genotype_sensitive=True)
    assert "genotype-not-modelled" in codes(first(data, contrast()))
    genotype = np.array([p.genotype for p in data.people])
    assert "genotype-not-modelled" not in codes(first(replace(data, covariates={"rs6971": genotype}), contrast()))


def test_genotype_cell_empty(cohort, contrast, with_people):
    genotype = ["HAB", "MAB"] * 3 + ["HAB"] * 6
    data = with_people(cohort(scale="absolute", genotype_sensitive=True), genotype=genotype)
    finding = first(replace(data, covariates={"rs6971": np.array(genotype)}), contrast())
    assert "MAB" in message(finding, "genotype-cell-empty")


def test_lab_excluded_with_reason(cohort, contrast, with_people):
    data = with_people(cohort(scale="absolute", genotype_sensitive=True), genotype=["LAB"] + ["HAB"] * 11)
    finding = first(data, contrast())
    assert "lab-excluded" in codes(finding) and finding.n["pain"] == 5
    assert ("sub-00", "low-affinity binder (rs6971)") in finding.excluded
    insensitive = first(replace(data, genotype_sensitive=False), contrast())
    assert insensitive.n["pain"] == 6 and not insensitive.excluded


def test_lab_included_only_by_name(cohort, contrast, with_people):
    data = with_people(cohort(scale="absolute", genotype_sensitive=True), genotype=["LAB"] + ["HAB"] * 11)
    finding = first(data, contrast(override=["lab-included"]))
    assert finding.n["pain"] == 6 and "lab-included" in codes(finding) and "lab-excluded" not in codes(finding)


# --- reference region ---------------------------------------------------------------------------------------------


def test_reference_region_differs_is_said_beside_every_region(cohort, contrast):
    reference = np.r_[np.linspace(1.0, 1.1, 6), np.linspace(2.0, 2.1, 6)]
    data = cohort(scale="ratio", reference_region="cerebellum", reference_values=reference)
    findings = evaluate(data, contrast(), QUICK)
    assert all("reference-region-differs" in codes(f) for f in findings)
    text = message(findings[0], "reference-region-differs")
    assert text.startswith("Cerebellum") and "SUV pain − control -1 [" in text and "p = 0.00216" in text


def test_reference_region_checked_gives_the_interval(cohort, contrast):
    reference = np.tile([1.0, 1.3, 1.1], 4)
    data = cohort(scale="ratio", reference_region="cerebellum", reference_values=reference)
    text = message(first(data, contrast()), "reference-region-checked")
    assert "is not excluded" in text and re.search(r"\[-0\.\d+, 0\.\d+\]", text)


def test_reference_region_unchecked(cohort, contrast):
    data = cohort(scale="ratio", reference_region="cerebellum")
    assert "not measured" in message(first(data, contrast()), "reference-region-unchecked")
    assert not any(c.startswith("reference") for c in codes(first(replace(data, scale="absolute"), contrast())))


def test_the_reference_region_is_asked_with_the_same_covariates(cohort, contrast):
    """Raw, the reference differs between groups; with genotype held constant nothing is left of it."""
    genotype = np.array(["HAB"] * 5 + ["MAB"] + ["HAB"] + ["MAB"] * 5)
    wobble = np.tile([0.05, -0.03, 0.01, -0.05, 0.04, -0.02], 2)
    data = cohort(
        scale="ratio", genotype_sensitive=True, reference_region="cerebellum", reference_measure="VT",
        reference_values=np.where(genotype == "HAB", 4.0, 2.5) + wobble,
    )  # fmt: skip
    people = tuple(replace(p, genotype=g) for p, g in zip(data.people, genotype, strict=True))
    data = replace(data, people=people)
    raw = first(data, contrast())
    held = first(replace(data, covariates={"TSPO": genotype}, genotype_covariate="TSPO"), contrast())
    assert {"reference-region-differs", "genotype-not-modelled"} <= codes(raw)
    assert "reference-region-checked" in codes(held) and not {"reference-region-differs"} & codes(held)
    assert "genotype-not-modelled" not in codes(held) and "VT pain − control" in message(
        held, "reference-region-checked"
    )
    own = compare(data.reference_values, [p.group for p in data.people], covariates={"TSPO": genotype})
    assert f"{own.estimate:.3g} [{own.ci_low:.3g}, {own.ci_high:.3g}]" in message(held, "reference-region-checked")


def test_the_reference_region_of_pairs_is_asked_by_session():
    n = 8
    ratio = np.stack([np.linspace(1.2, 1.5, n), np.linspace(1.0, 1.4, n)], axis=1)[:, :, None]
    reference = np.stack([np.linspace(2.0, 3.0, n), np.linspace(3.1, 4.0, n)], axis=1)
    data = HypothesisData(
        tuple(Person(f"sub-{i}", genotype="LAB" if i == 0 else "HAB") for i in range(n)), ("thalamus",), "1",
        session_values=ratio, sessions=("post", "pre"), scale="ratio", genotype_sensitive=True,
        reference_region="cerebellum", reference_session_values=reference,
    )  # fmt: skip
    asked = Hypothesis(name="h", measure="SUVR", paired=["post", "pre"])
    text = message(first(data, asked), "reference-region-differs")
    own = paired(reference[:, 0], reference[:, 1])
    assert f"SUV post − pre {own.estimate:.3g} [{own.ci_low:.3g}, {own.ci_high:.3g}]" in text
    turned = message(first(data, asked.model_copy(update={"paired": ["pre", "post"]})), "reference-region-differs")
    assert f"SUV pre − post {-own.estimate:.3g} [" in turned
    unknown = replace(data, reference_session_values=None)
    assert "not measured" in message(first(unknown, asked), "reference-region-unchecked")


def test_the_reference_region_of_a_correlation_is_asked_for_its_slope(cohort):
    x = np.arange(12.0)
    data = cohort(
        scale="ratio", reference_region="cerebellum", predictor=x, predictor_name="pain",
        reference_values=1 + 0.1 * x + np.tile([0.05, -0.05, 0.02], 4),
    )  # fmt: skip
    finding = first(data, Hypothesis(name="h", measure="SUVR", correlate="pain", method="spearman"))
    slope = np.polyfit(x, data.reference_values, 1)[0]
    assert f"SUV with pain {slope:.3g} [" in message(finding, "reference-region-differs")


@pytest.mark.parametrize(("override", "kept"), [([], 5), (["lab-included"], 6)])
def test_the_reference_region_is_asked_of_the_same_people(cohort, contrast, with_people, override, kept):
    reference = np.r_[9.0, np.linspace(1.0, 1.4, 5), np.linspace(1.05, 1.45, 6)]
    data = cohort(scale="ratio", genotype_sensitive=True, reference_region="cerebellum", reference_values=reference)
    finding = first(with_people(data, genotype=["LAB"] + ["HAB"] * 11), contrast(override=override))
    assert finding.n["pain"] == kept
    difference = reference[6 - kept : 6].mean() - reference[6:].mean()
    assert f"SUV pain − control {difference:.3g} [" in message(finding, "reference-region-checked")


def test_a_reference_region_that_few_have_is_unchecked_and_says_why(cohort, contrast):
    reference = np.r_[1.0, np.full(5, np.nan), np.linspace(1, 2, 6)]
    data = cohort(scale="ratio", reference_region="cerebellum", reference_values=reference)
    text = message(first(data, contrast()), "reference-region-unchecked")
    assert text.startswith("Whether cerebellum") and "could not be checked: only 1 pain, 6 control" in text


# --- confounding --------------------------------------------------------------------------------------------------


def test_covariate_aliased_refuses(cohort, contrast):
    data = cohort(covariates={"medication": np.array(["yes"] * 6 + ["no"] * 6)})
    finding = first(data, contrast())
    assert finding.status == "refused" and "medication" in message(finding, "covariate-aliased")
    overridden = first(data, contrast(override=["covariate-aliased"]))
    assert overridden.status == "not_estimable", "no override makes an inseparable effect estimable"


def test_covariates_that_alias_only_together_are_named(cohort, contrast):
    one = np.array([1.0, 0, 0, 0, 0, 0] * 2)
    group = np.r_[np.ones(6), np.zeros(6)]
    finding = first(cohort(covariates={"a": one, "b": group - one}), contrast())
    assert "a and b" in message(finding, "covariate-aliased")


def test_sex_not_separable(cohort, contrast, with_people):
    data = with_people(cohort(), sex=["F"] * 6 + ["F", "M"] * 3)
    text = message(first(data, contrast()), "sex-not-separable")
    assert "F 6 in pain, 3 in control" in text and "M 0 in pain, 3 in control" in text
    assert "sex-not-separable" not in codes(first(cohort(), contrast()))


def test_site_confounded(cohort, contrast, with_people):
    data = with_people(cohort(), site=["A"] * 6 + ["A", "B"] * 3)
    assert "Site B" in message(first(data, contrast()), "site-confounded")


def test_site_aliased_refuses(cohort, contrast, with_people):
    data = with_people(cohort(), site=["A"] * 6 + ["B"] * 6)
    finding = first(data, contrast())
    assert finding.status == "refused" and "site-aliased" in codes(finding)


def test_covariates_many_refuses(cohort, contrast):
    rng = np.random.default_rng(0)
    three = {name: rng.normal(size=12) for name in "abc"}
    finding = first(cohort(covariates=three), contrast())
    assert finding.status == "refused" and "3 covariate columns for 12 people" in message(finding, "covariates-many")
    assert first(cohort(covariates={"a": three["a"], "b": three["b"]}), contrast()).status == "ok"


# --- what so few can show -----------------------------------------------------------------------------------------


def test_floor_above_alpha_refuses(cohort, contrast):
    finding = first(cohort(3, 3), contrast())
    assert finding.status == "refused" and "floor-above-alpha" in codes(finding)
    assert finding.details["smallest_attainable_p"] == pytest.approx(2 / 20)
    assert "20 relabellings" in message(finding, "floor-above-alpha")


def test_floor_is_always_said(cohort, contrast):
    assert "all 126 distinct" in message(first(cohort(4, 5), contrast()), "floor")


def test_minimal_detectable_effect_is_always_said(cohort, contrast):
    assert "2.19 (d)" in message(first(cohort(4, 5), contrast()), "minimal-detectable-effect")


def test_correlation_display_only(cohort):
    data = cohort(3, 2, predictor=np.arange(5.0), predictor_name="pain")
    finding = first(data, Hypothesis(name="h", measure="VT", correlate="pain"))
    assert finding.status == "refused" and "correlation-display-only" in codes(finding)
    assert [p.x for p in finding.points] == [0, 1, 2, 3, 4]
    assert finding.details["x_label"] == "pain" and finding.details["value_unit"] == "mL/cm3", "drawn, so labelled"


def test_too_few_people_is_not_estimable(cohort, contrast):
    finding = first(cohort(1, 6), contrast())
    assert finding.status == "not_estimable" and "1 pain" in message(finding, "too-few-people")


# --- assumptions --------------------------------------------------------------------------------------------------


def test_variances_unequal(cohort, contrast):
    values = [3.01, 2.99, 3.03, 3.01, 2.97, 3.02, 3.07, 3.05, 2.96, 2.33, 2.98, 3.64, 1.27]
    finding = first(cohort(9, 4, regions=1, values=np.array(values)[:, None]), contrast())
    assert finding.details["p_pooled"] < 0.1 < 0.5 < finding.p_value
    assert "variances-unequal" in codes(finding)
    equal = first(cohort(6, 6, regions=1), contrast())
    assert "variances-unequal" not in codes(equal), "groups of one size have one and the same test"


def paired_data(differences):
    n = len(differences)
    values = np.zeros((n, 2, 1))
    values[:, 0, 0] = np.asarray(differences, dtype=float) + 3
    values[:, 1, 0] = 3
    people = tuple(Person(f"sub-{i:02d}") for i in range(n))
    return HypothesisData(people, ("region",), "1", session_values=values, sessions=("a", "b"))


PAIRED = Hypothesis(name="h", measure="VT", paired=["a", "b"])


def test_flips_asymmetric_for_few_and_for_skewed():
    few = first(paired_data([1, 2, 1.5, 1.2, 0.4]), PAIRED.model_copy(update={"override": ["floor-above-alpha"]}))
    assert "5 people cannot show" in message(few, "flips-asymmetric")
    skewed = first(paired_data([0.1, 0.2, 0.15, 0.3, 0.25, 0.2, 0.1, 9]), PAIRED)
    assert "skewness" in message(skewed, "flips-asymmetric")
    fine = first(paired_data([-1, -0.5, 0.2, 0.4, 0.5, 1.1, -0.3, 0.6]), PAIRED)
    assert "flips-asymmetric" not in codes(fine)


def test_one_person_carries(cohort, contrast):
    values = [0.9, -0.1, 3.0, 1.3, 1.4, 0.7, 0.0, 0.3, 0.2, -0.5, 0.5, 0.4]
    finding = first(cohort(regions=1, values=np.array(values)[:, None]), contrast())
    assert finding.p_value <= 0.05
    assert message(finding, "one-person-carries").startswith("Without sub-04 p becomes 0.121")
    assert "one-person-carries" not in codes(first(cohort(regions=1, effect=3.0), contrast()))


def test_interval_and_p_disagree(cohort, contrast):
    """Everybody of one group lies above everybody of the other, one of them far above: p is 1/35, the interval wide."""
    values = np.array([3.0, 3.5, 3.7, 8.8, 1.4, 2.2, 2.8])[:, None]
    data = cohort(4, 3, regions=1, values=values)
    finding = first(data, contrast())
    assert finding.p_value == pytest.approx(1 / 35) and finding.ci_low < 0 < finding.ci_high
    text = message(finding, "interval-and-p-disagree")
    assert text.startswith("The 95% interval holds zero although p = 0.0286") and "these 7 people" in text
    agree = first(cohort(regions=1, effect=3.0), contrast())
    assert agree.ci_low > 0 and "interval-and-p-disagree" not in codes(agree)
    assert "interval-and-p-disagree" not in codes(first(cohort(regions=1), contrast()))


def test_a_one_sided_p_disagrees_because_the_interval_has_two_sides(cohort, contrast):
    shift = np.where(np.arange(12) < 6, 1.0, 0.0)[:, None]
    values = np.tile([0.0, 0.4, 0.8, 1.2, 1.6, 2.0], 2)[:, None] + 0.93 * shift
    finding = first(cohort(regions=1, values=values), contrast(alternative="greater"))
    assert finding.p_value <= 0.05 < 2 * finding.p_value and finding.ci_low < 0
    assert "looks in one direction" in message(finding, "interval-and-p-disagree")


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({"a": (-0.1, 0.8), "b": (1.0, 0.01)}, "changes its sign"),
        ({"a": (0.4, 0.04), "b": (1.0, 0.01)}, "less than half"),
        ({"a": (0.9, 0.3), "b": (1.0, 0.01)}, "p becomes 0.3"),
        ({"a": (0.9, 0.06), "b": (1.0, 0.01)}, ""),
    ],
)
def test_ways_in_which_one_person_can_carry(without, said):
    found = carried_by_one(1.0, 0.02, without, 0.05)
    assert bool(found) == bool(said)
    assert all(said in s.message and "without a " in s.message.lower() for s in found)
    assert carried_by_one(1.0, 0.2, without, 0.05) == (), "only what is significant can be carried"


# --- choice -------------------------------------------------------------------------------------------------------


def test_selected_regions_are_said_to_be_selected(cohort, contrast):
    data = cohort(effect=0.0)
    values = data.values.copy()
    values[:6, 1] += 4
    findings = evaluate(replace(data, values=values), contrast(), QUICK)
    assert [("selected" in codes(f)) for f in findings] == [False, True, False]
    assert "ignificant in 1 of 3 regions" in message(findings[1], "selected")


def test_no_correction(cohort, contrast):
    assert "no-correction" in codes(first(cohort(), contrast(adjust="none")))
    assert "no-correction" not in codes(first(cohort(regions=1), contrast(adjust="none")))


def test_different_people(cohort, contrast):
    data = cohort()
    values = data.values.copy()
    values[0, 2] = np.nan
    findings = evaluate(replace(data, values=values), contrast(), QUICK)
    assert all("2 sets" in message(f, "different-people") for f in findings)
    assert findings[2].n["pain"] == 5 and findings[0].n["pain"] == 6


def test_a_site_of_two_people_is_not_harmonised_and_is_named():
    site, group = np.repeat(["Boston", "Turku"], [12, 2]), np.tile([0.0, 1.0], 7)
    (guard,) = harmonise_safeguards(site, {"group": group})
    assert guard.code == "site-too-small" and guard.severity == "refuse" and "Turku (2)" in guard.message
    assert not refuses(harmonise_safeguards(site, {"group": group}, ["site-too-small"]))


def test_sites_below_ten_people_are_named():
    site, group = np.repeat(["Boston", "Turku"], [12, 8]), np.tile([0.0, 1.0], 10)
    (guard,) = harmonise_safeguards(site, {"group": group})
    assert guard.code == "site-few" and "Turku (8)" in guard.message and "Boston" not in guard.message


def test_a_group_measured_at_one_site_only_is_not_harmonised():
    site, group = np.repeat(["Boston", "Turku"], 12), np.repeat([0.0, 1.0], 12)
    (guard,) = harmonise_safeguards(site, {"pain − control": group, "age": np.arange(24.0) % 7})
    assert guard.code == "site-group-confounded" and "pain − control" in guard.message and "age" not in guard.message
    assert not harmonise_safeguards(site, {"pain − control": np.tile([0.0, 1.0], 12)})


def in_sites(data, sizes: dict[str, int]):
    """People of each group dealt to sites in turn: the first of each group to the first site."""
    places = [site for site, n in sizes.items() for _ in range(n)]
    seen: dict[str, int] = {}
    people = []
    for person in data.people:
        i = seen[person.group] = seen.get(person.group, -1) + 1
        people.append(replace(person, part=places[i], site=places[i]))
    return replace(data, people=tuple(people))


def test_two_sites_and_what_a_replication_is(cohort, contrast):
    data = in_sites(cohort(12, 12, regions=1), {"Bochum": 6, "Essen": 6})
    finding = replicate_findings(data, contrast(replicate={"at_least": 2}), QUICK)[0]
    assert {"two-sites", "replication-not-p-in-both"} <= codes(finding)
    assert "two-sites" not in codes(
        replicate_findings(data, contrast(replicate={"at_least": 2, "pooling": "fixed"}), QUICK)[0]
    ), "whoever asks for fixed knows it"


def test_heterogeneous_sites(cohort, contrast):
    data = in_sites(cohort(12, 12, regions=1), {"Bochum": 6, "Essen": 6})
    values = data.values.copy()
    values[:6] += 1.5
    values[6:12] -= 1.5
    finding = replicate_findings(replace(data, values=values), contrast(replicate={}), QUICK)[0]
    assert "heterogeneous-sites" in codes(finding)


def test_site_without_answer(cohort, contrast):
    data = in_sites(cohort(13, 13, regions=1), {"Bochum": 6, "Essen": 6, "Lima": 1})
    finding = replicate_findings(data, contrast(replicate={}), QUICK)[0]
    assert "Lima" in message(finding, "site-without-answer")
    assert "too-few-people" in message(finding, "site-without-answer")


# --- what an estimate is worth ------------------------------------------------------------------------------------


def about_estimates(data, hypothesis):
    """Raise what the details of the first region raise."""
    first_group = np.array([p.group == "pain" for p in data.people])
    n = first_group.size
    design = two_groups(first_group, np.zeros((n, 0)), np.zeros(n, dtype=np.int64))
    asked = SimpleNamespace(design=design, effect="hedges_g", held=0)
    details = estimate_details(asked, fit(design, data.values), hypothesis, QUICK)[0]
    return {s.code: s.message for s in estimate_safeguards(details)}


def test_exaggeration(cohort, contrast):
    assert "times too large" in about_estimates(cohort(4, 5), contrast())["exaggeration"]


def test_prior_matters(cohort, contrast):
    """An effect of some SDs in few people: a sceptic is not convinced, somebody who expects large effects is."""
    values = np.array([1.6, 2.4, 2.0, 1.2, 0.1, -0.7, 0.9, 0.4, 0.0])[:, None]
    assert "prior-matters" in about_estimates(cohort(4, 5, regions=1, values=values), contrast())
    assert "prior-matters" not in about_estimates(cohort(20, 20, effect=3.0), contrast())
    assert "prior-matters" not in about_estimates(cohort(20, 20), contrast())


def test_equivalence():
    details = {
        "equivalence_margin": 0.5, "equivalence_scale": "hedges_g", "equivalence_verdict": "undecided",
        "equivalence_p": 0.3,
    }  # fmt: skip
    (found,) = estimate_safeguards(details)
    assert found.code == "equivalence" and "margin of ±0.5 (hedges_g): undecided, p = 0.3" in found.message


def single_case(cohort, controls, **fields):
    match = ["rs6971"] if "match" in fields else []
    asked = {"cases": "pain", "controls": "control", "match": match}
    hypothesis = Hypothesis.model_validate({"name": "h", "measure": "VT", "single_case": asked})
    return single_case_findings(cohort(1, controls, **fields), hypothesis, QUICK)[0]


def test_few_controls(cohort):
    assert "8 controls: only a case more than 2.5 of" in message(single_case(cohort, 8), "few-controls")
    assert "few-controls" not in codes(single_case(cohort, 10))


def test_genotype_unmatched(cohort):
    assert "genotype-unmatched" in codes(single_case(cohort, 8, genotype_sensitive=True))
    alike = single_case(cohort, 8, genotype_sensitive=True, match={"rs6971": np.array(["HAB"] * 9)})
    assert "genotype-unmatched" not in codes(alike)
    assert "genotype-unmatched" not in codes(single_case(cohort, 8))


def test_cross_sectional_mediation(cohort):
    data = cohort(8, 8, mediator=np.random.default_rng(0).normal(size=16))
    data = replace(data, cause=np.array([p.group for p in data.people]))
    asked = {"cause": "group", "through": "stress", "levels": ["pain", "control"]}
    hypothesis = Hypothesis.model_validate({"name": "h", "measure": "VT", "mediate": asked, "permutations": 100})
    finding = mediation_findings(data, hypothesis, QUICK)[0]
    assert finding.status == "ok" and "cross-sectional-mediation" in codes(finding)


def test_a_group_of_nobody_is_too_few_people_not_a_matter_of_sites():
    people = tuple(Person(f"sub-{i}", group="treated", site="AB"[i % 2], sex="FM"[i % 2]) for i in range(12))
    data = HypothesisData(people, ("THA",), "1", np.arange(12.0)[:, None], scale="other")
    found = first(data, Hypothesis(name="h", measure="VT", contrast=["treated", "shamm"]))
    assert "site-aliased" not in codes(found)
    assert "sex-not-separable" not in codes(found)
    assert "0 shamm" in message(found, "too-few-people")
