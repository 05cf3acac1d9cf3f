"""A finding in words, for axes, captions and whoever cannot see the figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nociscope.core.finding import Finding
from nociscope.core.vocabulary import VOCABULARY
from nociscope.viz.numbers import MISSING, NBSP, p_text, plain, typeset, unit_text, with_interval, with_unit

_EFFECTS = {
    "hedges_g": "Hedges g", "dz": "d of differences", "hedges_gz": "Hedges g of differences", "pearson_r": "Pearson r",
    "partial_r": "partial r", "spearman_rho": "Spearman ρ", "icc11": "ICC(1,1)",
    "partial_eta_squared": "partial η²", "standardised": "standardised effect", "auc": "AUC", "cv_r2": "held-out R²",
    "z_cc": "z of the case", "ab_standardised": "standardised indirect effect", "mean_hedges_g": "mean Hedges g",
    "mean_dz": "mean d of differences", "mean_pearson_r": "mean r", "mean_spearman_rho": "mean ρ",
    "mean_standardised": "mean standardised effect",
}  # fmt: skip
ADJUSTMENTS = {
    "max": "maximum over regions", "step-down": "maximum over regions, in steps", "holm": "Holm",
    "fdr": "false discovery rate", "map": "maximum over the map",
}  # fmt: skip

_LONGEST = 22
"""Letters of a name that an axis has room for; a longer one is its symbol."""


def effect_name(name: str) -> str:
    """Name of an effect size for people."""
    return _EFFECTS.get(name, name.replace("_", " "))


def readable(text: str) -> str:
    """Return a sentence of the analysis with the keys of effect sizes as people write them."""
    for key in sorted(_EFFECTS, key=len, reverse=True):
        text = text.replace(key, _EFFECTS[key]) if "_" in key else text
    return text


def value_unit(finding: Finding) -> str:
    """Unit of one person's number; the estimate's own may differ (a slope, an ICC)."""
    stated = finding.details.get("value_unit")
    if isinstance(stated, str):
        return unit_text(stated)
    if finding.kind in ("correlate", "retest") and finding.measure in VOCABULARY:
        return unit_text(VOCABULARY[finding.measure].unit)
    return unit_text(finding.unit)


def quantity(finding: Finding) -> str:
    """Measure and model: ``VT (2TCM)``; neither a model that is the measure itself nor a rule of scoring is said."""
    if is_score(finding):
        return finding.measure.replace("_", " ")
    return finding.measure if finding.model in ("", finding.measure) else f"{finding.measure} ({finding.model})"


def is_score(finding: Finding) -> bool:
    """Whether a rule made the number: a rule is a sentence with its version, the label of a model has no space."""
    return " " in finding.model


def subject(finding: Finding) -> str:
    """What a score is: ``PCS, rumination`` of a questionnaire, else the quantity's name and where it was tested."""
    region = finding.region.replace("_", " ")
    if finding.measure in VOCABULARY:
        name = VOCABULARY[finding.measure].name
        return f"{name if len(name) <= _LONGEST else finding.measure.replace('_', ' ')}, {region}"
    return finding.measure if region == "total" else f"{finding.measure}, {region}"


def place(finding: Finding) -> str:
    """Where a line belongs among those of its hypothesis: the region; of a single case also who it is."""
    case = finding.details.get("case")
    return f"{case}, {finding.region}" if isinstance(case, str) else finding.region


def heading(finding: Finding) -> str:
    """Measure, model, region and contrast: the title of one finding."""
    return f"{quantity(finding)} in {finding.region}: {typeset(finding.contrast)}"


def axis_label(finding: Finding) -> str:
    """Symbol and unit of one person's number."""
    unit, name = value_unit(finding), subject(finding) if is_score(finding) else finding.measure
    return f"{name} ({unit})" if unit else name


def sessions(finding: Finding) -> tuple[str, str]:
    """Names of the two sessions of a paired or test–retest finding, as the contrast gives them."""
    for between in (" − ", " - ", " against "):
        parts = finding.contrast.split(between)
        if len(parts) >= 2:
            return parts[0], parts[-1]
    return "first", "second"


def sample(finding: Finding) -> str:
    """Return ``control n = 7, patient n = 8``, or ``n = 7 people``."""
    if len(finding.n) == 1:
        ((name, count),) = finding.n.items()
        return f"n{NBSP}={NBSP}{count} {name}".strip()
    # cells of two factors have a comma in their names
    between = "; " if any("," in group for group in finding.n) else ", "
    return between.join(f"{group} n{NBSP}={NBSP}{count}" for group, count in finding.n.items()) or "n unknown"


def estimate_unit(finding: Finding) -> str:
    """Unit of the estimate as printed; the mean of standardised measures has standard deviations."""
    return "SDs" if finding.kind == "joint" else unit_text(finding.unit)


def is_its_effect(finding: Finding) -> bool:
    """Whether the estimate is itself a standardised effect: a share of variance, an AUC, a rank correlation."""
    return finding.effect_size.value == finding.estimate and unit_text(finding.unit) == ""


def interval(finding: Finding) -> str:
    """Return the estimate with its interval and unit; one that is itself an effect size is named."""
    text = with_interval(finding.estimate, finding.ci_low, finding.ci_high, finding.ci_level)
    if is_its_effect(finding) and finding.kind != "retest":
        return f"{effect_name(finding.effect_size.name)} {text}"
    unit = estimate_unit(finding)
    return f"{text}{NBSP}{unit}" if unit and text != MISSING else text


def effect(finding: Finding) -> str:
    """Return the standardised effect with its interval; empty where it repeats the estimate or is missing."""
    size = finding.effect_size
    if not math.isfinite(size.value) or size.value == finding.estimate:
        return ""
    name = effect_name(size.name)
    # begins a sentence; a letter by itself keeps its case
    name = name[:1].upper() + name[1:] if name[1:2].isalpha() else name
    return f"{name} {with_interval(size.value, size.ci_low, size.ci_high, finding.ci_level)}"


def p_words(finding: Finding) -> str:
    """Return p, and p corrected with the name of the correction; empty where none was tested."""
    if not math.isfinite(finding.p_value):
        return ""
    alone = finding.details.get("regions_tested") == 1 and finding.p_adjusted == finding.p_value
    if math.isfinite(finding.p_adjusted) and finding.adjustment in ADJUSTMENTS and not alone:
        name = ADJUSTMENTS[finding.adjustment]
        return f"{p_text(finding.p_value)}; corrected ({name}) {p_text(finding.p_adjusted)}"
    return p_text(finding.p_value)


def question(finding: Finding) -> str:
    """Return measure, model and contrast: ``VT (2TCM), patient − control`` or ``VT (2TCM) per kg of BMI``."""
    if finding.kind == "retest":
        return f"{effect_name(finding.effect_size.name)} of {quantity(finding)}, {finding.contrast}"
    between = " " if finding.contrast.startswith(("per ", "with ")) else ", "
    return f"{quantity(finding)}{between}{typeset(finding.contrast)}"


def caption(finding: Finding) -> str:
    """Return what stands below a figure whose heading already names measure, model and region."""
    return words(finding, typeset(finding.contrast))


def words(finding: Finding, about: str = "") -> str:
    """Return the finding in sentences: ``about`` (the question itself), estimate, n, effect size, p."""
    if not math.isfinite(finding.estimate):
        return f"No estimate ({finding.status.replace('_', ' ')}); {sample(finding)}."
    parts = (f"{about or question(finding)}: {interval(finding)}; {sample(finding)}", effect(finding), p_words(finding))
    return " ".join(f"{part}." for part in parts if part)


def margin_words(finding: Finding) -> str:
    """Return what two one-sided tests say against a declared margin; empty where there is none."""
    verdict = finding.details.get("equivalence_verdict")
    if not isinstance(verdict, str):
        return ""
    scale = str(finding.details.get("equivalence_scale", ""))
    margin = f"±{plain(detail(finding, 'equivalence_margin'), 2)}"
    stated = with_unit(margin, scale) if scale == finding.unit else f"{margin} ({effect_name(scale)})"
    tested = p_text(detail(finding, "equivalence_p"))
    return f"Against the declared margin of {stated}: {verdict}, {tested} by two one-sided tests."


def numbers_of(values: object) -> list[float]:
    """A list of plain numbers from ``details``; empty where there is none."""
    return [float(v) for v in values] if isinstance(values, Sequence) and not isinstance(values, str) else []


def detail(finding: Finding, key: str) -> float:
    """A plain number from ``details``; nan where there is none."""
    value = finding.details.get(key)
    return float(value) if isinstance(value, int | float) else math.nan


def described(finding: Finding, names: Sequence[tuple[str, str, str]]) -> str:
    """Return ``name number unit.`` for every detail that is there; ``names`` are (key, name, unit)."""
    present = ((name, detail(finding, key), unit) for key, name, unit in names)
    return " ".join(f"{name} {plain(v)} {unit}".strip() + "." for name, v, unit in present if math.isfinite(v))
