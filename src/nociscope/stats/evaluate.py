"""A hypothesis of the study file and the cohort's numbers in, findings out: one table of who answers what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.settings import TestSettings

Answer = Callable[[HypothesisData, Hypothesis, TestSettings], tuple[Finding, ...]]

_DEFAULT = TestSettings()

KINDS = {
    "contrast": "nociscope.stats.region_findings.region_findings",
    "correlate": "nociscope.stats.region_findings.region_findings",
    "paired": "nociscope.stats.region_findings.region_findings",
    "formula": "nociscope.stats.region_findings.region_findings",
    "retest": "nociscope.stats.retest_finding.retest_findings",
    "repeated": "nociscope.stats.repeated.repeated_findings",
    "predict": "nociscope.stats.prediction.finding.predict_findings",
    "single_case": "nociscope.stats.estimates.single_case.single_case_findings",
    "mediate": "nociscope.stats.estimates.mediation.mediation_findings",
    "joint": "nociscope.stats.joint_finding.joint_findings",
}
"""Who answers each kind of question. A new kind is one file and one line; nothing is imported before it is asked."""

VARIANTS = {"replicate": "nociscope.stats.sites.replication.replicate_findings"}
"""Keys that hand a question to somebody else; the first that is set counts."""

_BY_SESSION = ("paired", "retest", "repeated")

_NEEDS = {"correlate": "predictor", "formula": "terms", "predict": "outcome", "mediate": "mediator"}
"""What a kind needs of the data, beside values."""


def evaluate(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings = _DEFAULT) -> tuple[Finding, ...]:
    """Answer one hypothesis in every region.

    Returns
    -------
    tuple of Finding
        In the order of ``data.regions``. A region without enough people has status ``not_estimable``; one that a
        safeguard stopped has status ``refused``; both carry nan and say why.

    Raises
    ------
    InputError
        The data do not hold what the hypothesis asks: no such session, no predictor; or nobody answers it.
    """
    if hypothesis.kind == "joint":
        raise InputError("a joint hypothesis asks about several others", do="use evaluate_joint", where=hypothesis.name)
    _check_asked(data, hypothesis)
    answer: Answer = _found(hypothesis)
    return tuple(_about_change(f, hypothesis) for f in answer(data, hypothesis, settings))


def _about_change(finding: Finding, hypothesis: Hypothesis) -> Finding:
    """Say of what the question is, where it is of a change."""
    if not hypothesis.change:
        return finding
    return replace(finding, contrast=f"{finding.contrast} (change {' − '.join(hypothesis.change)})".strip())


def evaluate_joint(
    parts: Sequence[tuple[HypothesisData, Hypothesis]], hypothesis: Hypothesis, settings: TestSettings = _DEFAULT
) -> tuple[Finding, ...]:
    """Test several hypotheses about the same people together; `parts` are their data, in the order of ``joint``."""
    if len(parts) != len(hypothesis.joint):
        raise InputError("a part for each joint hypothesis", expected=len(hypothesis.joint), got=len(parts))
    for data, part in parts:
        _check_asked(data, part)
    found: tuple[Finding, ...] = _found(hypothesis)(parts, hypothesis, settings)
    return found


def _found(hypothesis: Hypothesis) -> Callable[..., tuple[Finding, ...]]:
    """The function that answers, imported now."""
    variant = next((name for name in VARIANTS if getattr(hypothesis, name)), "")
    dotted = VARIANTS[variant] if variant else KINDS[hypothesis.kind]
    module, name = dotted.rsplit(".", 1)
    try:
        found: Callable[..., tuple[Finding, ...]] = getattr(import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise InputError(
            f"{variant or hypothesis.kind} is not available in this version", where=f"hypothesis {hypothesis.name!r}",
            do="leave this hypothesis out",
        ) from error  # fmt: skip
    return found


def _check_asked(data: HypothesisData, hypothesis: Hypothesis) -> None:
    sessions = [*hypothesis.paired, *hypothesis.retest, *hypothesis.repeated]
    if absent := [s for s in sessions if s not in data.sessions]:
        raise InputError("no such session", expected=", ".join(data.sessions), got=", ".join(absent))
    if hypothesis.kind in _BY_SESSION and data.session_values is None:
        raise InputError(f"a {hypothesis.kind} question needs values by session", expected="session_values")
    if hypothesis.kind not in _BY_SESSION and data.values is None:
        raise InputError(f"a {hypothesis.kind} question needs one value per person", expected="values")
    needed = _NEEDS.get(hypothesis.kind, "")
    if needed and getattr(data, needed) is None:
        raise InputError(f"a {hypothesis.kind} question needs more", expected=needed, where=hypothesis.name)
