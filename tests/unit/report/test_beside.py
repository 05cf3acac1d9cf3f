"""What stands beside an estimate: how its p came about, what its kind alone can say, and further numbers."""

import dataclasses

from nociscope.core.finding import EffectSize
from nociscope.report import sentences
from nociscope.report.beside import beside, floor_text, origin_of_p
from nociscope.report.more_numbers import more_numbers
from nociscope.viz import finding_words

METHOD = "difference; 1,000 random Freedman–Lane permutations within strata, which assume exchangeable people"
MARGIN = {
    "equivalence_margin": 0.6, "equivalence_scale": "mL/cm3", "equivalence_p": 0.21, "equivalence_ci_low": 0.02,
    "equivalence_ci_high": 1.22, "equivalence_ci_level": 0.9, "equivalence_verdict": "undecided",
}  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def with_details(finding, kind=None, **details):
    return dataclasses.replace(finding, kind=kind or finding.kind, details={**finding.details, **details})


def test_what_was_exchanged_and_the_floor_are_told(made_up):
    finding = dataclasses.replace(made_up.finding(), method=METHOD, exact=False, n_permutations=1001)
    said = "People were exchanged within their stratum in 1,000 random ways; no p below 4.1×10⁻⁵ was possible."
    assert plain(origin_of_p(finding)) == said
    whole = dataclasses.replace(made_up.finding(kind="paired"), method="mean; all 1,024 distinct sign flips")
    assert plain(origin_of_p(whole)).startswith("Signs of differences were flipped in all 24,310 ways")
    assert origin_of_p(made_up.finding(kind="retest")) == ""
    assert origin_of_p(made_up.finding(status="refused")) == ""


def test_a_floor_is_a_power_only_where_it_has_many_zeros():
    assert [floor_text(p) for p in (0.008, 9.999e-5, 1e-6)] == ["0.008", "0.0001", "1.0×10⁻⁶"]


def test_a_verdict_names_its_margin(made_up):
    finding = with_details(made_up.finding(), **MARGIN)
    said = "Against the declared margin of ±0.60 mL/cm³: undecided, p = 0.21 by two one-sided tests."
    assert plain(beside(finding)) == said
    assert said in plain(sentences.found(finding))
    assert ("90 % interval that decides", "0.02 to 1.22") in [(plain(a), plain(b)) for a, b in more_numbers(finding)]


def test_a_picked_region_is_told_with_what_others_show(made_up):
    finding = with_details(
        made_up.finding(), cross_fitted_estimate=0.31, cross_fitted_naive=0.62, cross_fitted_agreement=0.75
    )
    assert "the effect is 0.31 mL/cm³ instead of 0.62, and 75 % of them" in plain(beside(finding))


def test_an_area_under_the_curve_is_held_against_chance(made_up):
    finding = dataclasses.replace(
        made_up.finding(), unit="1", estimate=0.7, ci_low=0.55, ci_high=0.85,
        effect_size=EffectSize("auc", 0.7, 0.55, 0.85),
    )  # fmt: skip
    assert plain(sentences.interval_words(finding)) == "The 95 % interval lies above chance (0.5)."
    assert finding_words.interval(finding).startswith("AUC 0.70")


def test_a_share_of_variance_has_no_zero_to_hold(made_up):
    finding = dataclasses.replace(
        made_up.finding(), unit="1", estimate=0.3, ci_low=0.0, ci_high=0.5,
        effect_size=EffectSize("partial_eta_squared", 0.3, 0.0, 0.5),
    )  # fmt: skip
    assert sentences.interval_words(finding) == ""


def test_single_cases_are_lines_that_name_the_case(made_up):
    case = {"case": "sub-03", "percentile": 97.0, "percentile_low": 80.0, "percentile_high": 99.9}
    first = with_details(made_up.finding(), "single_case", **case, p_exchange=0.2, smallest_exchange_p=0.2)
    second = with_details(first, **{**case, "case": "sub-04"})
    told = sentences.told(sentences.HypothesisReport("h", (first, second)))
    assert [who for who, _ in told.lines] == ["sub-03, THA", "sub-04, THA"]
    assert "of the controls' population lies below the case" in beside(first)
    assert "which cannot be below 0.2" in origin_of_p(first)


def test_further_numbers_have_plain_labels_and_none_is_a_key(made_up):
    finding = with_details(
        made_up.finding(), bayes_prior="Cauchy(0, 0.707)", bayes_estimate=0.5, bayes_low=-0.1, bayes_high=1.1,
        bayes_p_positive=0.9996, bayes_factor=1.7, power_at_half_mde=0.29, type_s_at_half_mde=0.0012,
        type_m_at_half_mde=1.7, leave_one_out_low=0.5, leave_one_out_high=0.7,
    )  # fmt: skip
    lines = {plain(label): plain(text) for label, text in more_numbers(finding)}
    assert lines["Bayesian estimate, prior Cauchy(0, 0.707) on SDs"] == "0.50 [−0.10 to 1.10] mL/cm³"
    assert lines["Probability that it is above zero"] == "above 0.999"
    assert "1.7 times too large" in lines["If the truth were half of that"]
    assert not [label for label in lines if "_" in label]
    assert more_numbers(made_up.finding(status="refused")) == ()
