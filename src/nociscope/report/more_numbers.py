"""The numbers of a finding that are not its estimate, each with a label that needs no manual: rounded here only."""

from __future__ import annotations

import math
from collections.abc import Callable

from nociscope.core.finding import Finding
from nociscope.report.beside import floor_text, texts
from nociscope.viz.finding_words import detail, effect_name, numbers_of
from nociscope.viz.numbers import bracketed, p_text, percent, plain, short, unit_text, with_unit

Lines = list[tuple[str, str]]


def more_numbers(finding: Finding) -> tuple[tuple[str, str], ...]:
    """(label, text) of what stands in ``details`` and ``statistic``; empty for a finding without numbers."""
    if not math.isfinite(finding.estimate):
        return ()
    parts = (
        _statistic, _means, _change, _levels, _equivalence, _selected, _leave_one_out, _bayes, _error_types,
        _single_case, _mediation, _joint, _sites, _prediction,
    )  # fmt: skip
    return tuple(line for part in parts for line in part(finding))


def _number(finding: Finding, key: str, label: str, form: Callable[[float], str] = plain, unit: str = "") -> Lines:
    value = detail(finding, key)
    return [(label, with_unit(form(value), unit))] if math.isfinite(value) else []


def _ends(finding: Finding, key: str, label: str, sides: tuple[str, str] = ("_low", "_high"), unit: str = "") -> Lines:
    value, low, high = detail(finding, key), *(detail(finding, f"{key}{side}") for side in sides)
    return [(label, with_unit(bracketed(value, low, high), unit))] if math.isfinite(value) else []


def _statistic(finding: Finding) -> Lines:
    s = finding.statistic
    out: Lines = []
    if "t" in s and "dof" in s:
        out.append(("t", f"{plain(s['t'])} with {short(round(s['dof'], 1))} degrees of freedom"))
    if "F" in s:
        out.append(
            ("F", f"{plain(s['F'])} with {short(s['dof1'])} and {short(round(s['dof2'], 1))} degrees of freedom")
        )
    out += _number(finding, "smallest_attainable_p", "Smallest p that was possible", floor_text)
    out += _number(finding, "sphericity_epsilon", "Greenhouse and Geisser's ε", lambda v: plain(v, 2))
    out += _number(finding, "p_pooled", "p if all groups had one spread", _p)
    out += _number(finding, "p_within_site_permutation", "p by exchanging people within sites", _p)
    return out


def _p(value: float) -> str:
    return p_text(value).removeprefix("p\u00a0").removeprefix("=\u00a0")


def _means(finding: Finding) -> Lines:
    adjusted = numbers_of(finding.details.get("adjusted_means")) if finding.covariates else []
    means, sds = adjusted or numbers_of(finding.details.get("means")), numbers_of(finding.details.get("sds"))
    low, high = (numbers_of(finding.details.get(f"means_ci_{side}")) for side in ("low", "high"))
    what = "Mean at the mean of the covariates" if adjusted else "Mean"
    unit = str(finding.details.get("value_unit", finding.unit))
    out: Lines = []
    for i, group in enumerate(texts(finding, "levels") if finding.kind == "repeated" else finding.n):
        if i < min(len(means), len(low)):
            sd = f"; SD {plain(sds[i], 2)}" if i < len(sds) else ""
            out.append((f"{what}, {group}", with_unit(bracketed(means[i], low[i], high[i]), unit) + sd))
    return out


def _change(finding: Finding) -> Lines:
    """How far each later session lies from the first; not tested."""
    unit = str(finding.details.get("value_unit", finding.unit))
    columns = [numbers_of(finding.details.get(key)) for key in ("change_from_first", "change_ci_low", "change_ci_high")]
    names = texts(finding, "levels")
    return [
        (f"{name} − {names[0]}, not tested", with_unit(bracketed(value, low, high), unit))
        for name, value, low, high in zip(names[1:], *columns, strict=False)
    ]


def _levels(finding: Finding) -> Lines:
    names = texts(finding, "levels")
    values, low, high = (numbers_of(finding.details.get(f"level_{k}")) for k in ("estimates", "ci_low", "ci_high"))
    if not low:
        return []
    return [
        (f"In {name}, not tested", with_unit(bracketed(*numbers), finding.unit))
        for name, *numbers in zip(names, values, low, high, strict=False)
    ]


def _equivalence(finding: Finding) -> Lines:
    if "equivalence_verdict" not in finding.details:
        return []
    scale = str(finding.details["equivalence_scale"])
    named = unit_text(scale) if scale == finding.unit else effect_name(scale)
    ends = [detail(finding, f"equivalence_ci_{side}") for side in ("low", "high")]
    level = percent(detail(finding, "equivalence_ci_level"))
    return [
        ("Margin declared beforehand", f"±{plain(detail(finding, 'equivalence_margin'), 2)} {named}".strip()),
        ("Verdict", f"{finding.details['equivalence_verdict']}, {p_text(detail(finding, 'equivalence_p'))}"),
        (f"{level} interval that decides", _between(*ends)),
    ]


def _between(low: float, high: float) -> str:
    text = bracketed((low + high) / 2, low, high)
    return text[text.index("[") + 1 : -1] if "[" in text else text


def _selected(finding: Finding) -> Lines:
    if not math.isfinite(detail(finding, "cross_fitted_estimate")):
        return []
    agreement = percent(round(detail(finding, "cross_fitted_agreement"), 2))
    return [
        *_number(finding, "cross_fitted_estimate", "In people who did not pick the region", unit=finding.unit),
        ("Picked again without one person", f"in {agreement} of cases"),
    ]


def _leave_one_out(finding: Finding) -> Lines:
    low, high = (detail(finding, f"leave_one_out_{side}") for side in ("low", "high"))
    if not math.isfinite(low):
        return []
    return [("Estimate without any one person", with_unit(_between(low, high), finding.unit))]


def _bayes(finding: Finding) -> Lines:
    prior = finding.details.get("bayes_prior")
    if not isinstance(prior, str):
        return []
    estimate = bracketed(*(detail(finding, f"bayes_{key}") for key in ("estimate", "low", "high")))
    others = numbers_of(finding.details.get("bayes_estimate_other_priors"))
    out = [(f"Bayesian estimate, prior {prior} on SDs", with_unit(estimate, finding.unit))]
    if len(others) == 2:
        out.append(("The same under four other priors", with_unit(_between(*others), finding.unit)))
    out += _number(finding, "bayes_p_positive", "Probability that it is above zero", _share)
    out += _number(finding, "bayes_p_within_margin", "Probability that it lies within the margin", _share)
    return out + _number(finding, "bayes_factor", "Bayes factor, an effect against none", lambda v: plain(v, 2))


def _share(value: float) -> str:
    return "above 0.999" if value > 0.999 else "below 0.001" if value < 0.001 else plain(value, 2)


def _error_types(finding: Finding) -> Lines:
    out: Lines = []
    mde = detail(finding, "minimal_detectable_effect")
    if math.isfinite(mde):
        out.append(("Minimal detectable effect", f"{plain(mde, 2)} ({effect_name(finding.effect_size.name)})"))
    for place, named in (("half_mde", "If the truth were half of that"), ("margin", "If the truth were the margin")):
        power, wrong, large = (detail(finding, f"{key}_at_{place}") for key in ("power", "type_s", "type_m"))
        if math.isfinite(large):
            out.append((
                named, f"{percent(round(power, 2))} of such studies significant, {plain(large, 2)} times too large, "
                f"{_percent_below(wrong)} of the wrong sign",
            ))  # fmt: skip
    return out


def _percent_below(share: float) -> str:
    return "below 0.1\u00a0%" if share < 0.001 else percent(round(share, 3))


def _single_case(finding: Finding) -> Lines:
    matched = texts(finding, "matched_on")
    return [
        *([("Controls matched on", ", ".join(matched))] if matched else []),
        *_ends(finding, "percentile", "Percent of controls' population below"),
        *_number(finding, "p_exchange", "p by exchange of roles", _p),
        *_number(finding, "smallest_exchange_p", "which cannot be below", floor_text),
        *_number(finding, "tests_in_family", "Tests corrected together", short),
    ]


def _mediation(finding: Finding) -> Lines:
    if finding.kind != "mediate":
        return []
    names = (("a", "Path a, cause to mediator"), ("b", "Path b, mediator to measure"), ("c", "Whole relation c"),
             ("c_prime", "What is left, c′"), ("ab_swapped", "Indirect effect, model exchanged"))  # fmt: skip
    out = [line for key, label in names for line in _ends(finding, key, label)]
    bca = [detail(finding, f"bca_{side}") for side in ("low", "high")]
    out += (
        [("BCa interval of the indirect effect", with_unit(_between(*bca), finding.unit))]
        if math.isfinite(bca[0])
        else []
    )
    return [*out, *_number(finding, "p_a", "p of path a", _p), *_number(finding, "p_b", "p of path b", _p)]


def _joint(finding: Finding) -> Lines:
    if finding.kind != "joint":
        return []
    columns = [numbers_of(finding.details.get(f"partial_{key}")) for key in ("effects", "p", "p_closed", "p_max")]
    return [
        (name, f"{plain(e, 2)}; alone {p_text(p)}, among these measures {_p(closed)}, among all regions too {_p(most)}")
        for name, e, p, closed, most in zip(texts(finding, "parts"), *columns, strict=False)
    ]


def _sites(finding: Finding) -> Lines:
    if "sites" not in finding.details:
        return []
    out: Lines = []
    columns = [finding.details.get(f"without_site{side}") for side in ("", "_low", "_high")]
    for name, *numbers in zip(texts(finding, "sites"), *map(numbers_of, columns), strict=False):
        if math.isfinite(numbers[0]):
            out.append((f"Together without {name}", with_unit(bracketed(*numbers), finding.unit)))
    ways = [detail(finding, f"conjunction_p_{way}") for way in ("fisher", "simes", "bonferroni")]
    told = ", ".join(
        f"{n} {_p(p)}" for n, p in zip(("Fisher", "Simes", "Bonferroni"), ways, strict=True) if math.isfinite(p)
    )
    least = detail(finding, "conjunction_at_least")
    out += [(f"p that at least {least:.0f} sites have it", told)] if told else []
    out += _number(finding, "sites_with_effect_at_least", "Sites that have it, at least", short)
    out += _number(finding, "interaction_p", "p that sites differ", _p)
    if finding.details.get("pooling") != "fixed":
        out += _ends(finding, "tau2", "Variance between sites, τ²")
        out += _ends(finding, "i2", "Share of it in the scatter, I²")
    return out


def _prediction(finding: Finding) -> Lines:
    if finding.kind != "predict":
        return []
    ci = ("_ci_low", "_ci_high")
    names = (
        ("sensitivity", "Sensitivity"), ("specificity", "Specificity"),
        ("positive_predictive_value", "Positive predictive value"),
        ("negative_predictive_value", "Negative predictive value"), ("mae", "Mean absolute error"),
        ("baseline_auc", "AUC of the covariates alone"), ("combined_auc", "AUC of both together"),
        ("difference", "More than the covariates alone"),
    )  # fmt: skip
    out: Lines = []
    for key, label in names:
        sides = tuple(key.replace("_auc", side) for side in ci) if key.endswith("_auc") else ()
        if sides:
            numbers = (detail(finding, key), *(detail(finding, side) for side in sides))
            out += [(label, bracketed(*numbers))] if math.isfinite(numbers[0]) else []
        else:
            out += _ends(finding, key, label, ci)
    out += _ends(finding, "calibration_slope", "Calibration slope")
    null = detail(finding, "null_95")
    out += [("95 of 100 permuted outcomes stay below", plain(null, 2))] if math.isfinite(null) else []
    for key, label in (("folds_words", "Held out by"), ("estimator", "Model")):
        out += [(label, str(finding.details[key]))] if key in finding.details else []
    columns = texts(finding, "columns")
    return [*out, *([("Columns of the model", ", ".join(columns))] if columns else [])]
