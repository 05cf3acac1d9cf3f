"""What stands beside an estimate in words: how its p came about, and what only one kind of finding can say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from nociscope.core.finding import Finding
from nociscope.viz.finding_words import detail, margin_words, numbers_of
from nociscope.viz.numbers import bracketed, p_text, percent, plain, unit_text, with_unit


def origin_of_p(finding: Finding) -> str:
    """Return what was exchanged, how often, and the smallest p that this can give; empty where nothing was tested."""
    if not math.isfinite(finding.p_value):
        return ""
    how = _TESTED.get(finding.kind, _relabelled)(finding)
    floor = detail(finding, "smallest_attainable_p")
    if math.isfinite(floor) and finding.n_permutations and finding.kind != "single_case":
        how += f"; no p below {floor_text(floor)} was possible"
    return f"{how}." if how else ""


def floor_text(p: float) -> str:
    """Return a smallest possible p to two digits, as a power only where it has many zeros."""
    return f"{p:.2g}" if p >= 5e-5 else plain(p, 2)


def _relabelled(finding: Finding) -> str:
    if not finding.n_permutations:
        return "p is that of Hartung and Knapp's t over sites" if "sites" in finding.details else ""
    said = finding.method
    who = "whole blocks" if "whole blocks" in said else "people"
    what = f"{who} were exchanged{' within their stratum' if 'within strata' in said else ''}"
    if "permutations with sign flips" in said:
        what += " and the signs of errors flipped"
    elif "sign flips" in said:
        what = "signs of differences were flipped" if finding.kind == "paired" else "signs of errors were flipped"
    ways = f"all {finding.n_permutations:,}" if finding.exact else f"{finding.n_permutations - 1:,} random"
    within = " within their site only" if finding.details.get("pooling") == "fixed" else ""
    return f"{what[0].upper()}{what[1:]}{'' if 'within' in what else within} in {ways} ways"


def _single(finding: Finding) -> str:
    exchange, least = detail(finding, "p_exchange"), detail(finding, "smallest_exchange_p")
    return (
        f"p is that of Crawford and Howell's t; taking the case's role in turn gives {p_text(exchange)}, "
        f"which cannot be below {floor_text(least)}"
    )


def _both_paths(finding: Finding) -> str:
    return f"p is the larger of both paths; people were exchanged in {finding.n_permutations:,} random ways"


def _outcome(finding: Finding) -> str:
    drawn = finding.n_permutations - (0 if finding.exact else 1)
    return f"The outcome was exchanged {drawn:,} times and the whole pipeline repeated"


def _sessions(finding: Finding) -> str:
    ways = f"all {finding.n_permutations:,}" if finding.exact else f"{finding.n_permutations - 1:,} random"
    return f"Each person's sessions were shuffled in {ways} ways"


_TESTED: dict[str, Callable[[Finding], str]] = {
    "single_case": _single, "mediate": _both_paths, "predict": _outcome, "repeated": _sessions,
}  # fmt: skip


def beside(finding: Finding) -> str:
    """Return what only this kind of finding says, in sentences; empty where it says nothing more."""
    if not math.isfinite(finding.estimate):
        return ""
    said = (margin_words, _levels, _percentile, _sites, _parts, _against_covariates, _exchanged_model, _cross_fitted)
    return " ".join(text for text in (tell(finding) for tell in said) if text)


def _levels(finding: Finding) -> str:
    names = texts(finding, "levels")
    keys = ("level_estimates", "level_ci_low", "level_ci_high")
    columns = [numbers_of(finding.details.get(key)) for key in keys]
    if not names or not columns[1]:
        return ""
    told = [f"{name} {bracketed(*numbers)}" for name, *numbers in zip(names, *columns, strict=False)]
    return f"Within each level, not tested: {'; '.join(told)}."


def _percentile(finding: Finding) -> str:
    value, low, high = (detail(finding, f"percentile{side}") for side in ("", "_low", "_high"))
    if finding.kind != "single_case" or not math.isfinite(value):
        return ""
    return f"An estimated {bracketed(value, low, high)} % of the controls' population lies below the case."


def _sites(finding: Finding) -> str:
    if "sites" not in finding.details:
        return ""
    out = []
    low, high = detail(finding, "prediction_low"), detail(finding, "prediction_high")
    if finding.details.get("pooling") != "fixed" and math.isfinite(low):
        span = bracketed(finding.estimate, low, high)
        out.append(
            with_unit(f"In one more site the effect is expected within {span[span.index('[') :]}", finding.unit) + "."
        )
    least, all_ = (detail(finding, f"conjunction_{key}") for key in ("at_least", "sites"))
    if math.isfinite(p := detail(finding, "conjunction_p_fisher")):
        out.append(f"An effect of one direction in at least {least:.0f} of {all_:.0f} sites: {p_text(p)}.")
    return " ".join(out)


def _parts(finding: Finding) -> str:
    if finding.kind != "joint":
        return ""
    closed = numbers_of(finding.details.get("partial_p_closed"))
    told = [f"{name} {p_text(p)}" for name, p in zip(texts(finding, "parts"), closed, strict=False)]
    return f"Which of them, by closed testing: {'; '.join(told)}." if told else ""


def _against_covariates(finding: Finding) -> str:
    numbers = [detail(finding, f"difference{side}") for side in ("", "_ci_low", "_ci_high")]
    if finding.kind != "predict" or not math.isfinite(numbers[0]):
        return ""
    names = ", ".join(texts(finding, "baseline_columns")) or "the covariates"
    return f"More than {names} alone by {bracketed(*numbers)}."


def _exchanged_model(finding: Finding) -> str:
    if finding.kind != "mediate":
        return ""
    numbers = [detail(finding, f"ab_swapped{side}") for side in ("", "_low", "_high")]
    through = str(finding.details.get("through", "the mediator"))
    return (
        f"With {through} and {finding.measure} exchanged the indirect effect is {bracketed(*numbers)} in the unit of "
        f"{through}; these data cannot tell the two models apart, and neither shows a cause."
    )


def _cross_fitted(finding: Finding) -> str:
    value = detail(finding, "cross_fitted_estimate")
    if not math.isfinite(value):
        return ""
    unit = unit_text(finding.unit)
    return (
        f"The region was picked by its size: in people who did not take part in picking, the effect is "
        f"{f'{plain(value, 2)} {unit}'.strip()} instead of {plain(detail(finding, 'cross_fitted_naive'), 2)}, and "
        f"{percent(round(detail(finding, 'cross_fitted_agreement'), 2))} of them would leave the same region picked."
    )


def texts(finding: Finding, key: str) -> list[str]:
    """Return a list of labels from ``details``; empty where there is none."""
    listed = finding.details.get(key)
    return [str(v) for v in listed] if isinstance(listed, Sequence) and not isinstance(listed, str) else []
