"""``harmonise`` of a hypothesis: sites brought together by ComBat, anew within every relabelling."""

from __future__ import annotations

from dataclasses import replace

from nociscope.core.errors import InputError
from nociscope.core.finding import Safeguard
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.asked import Question
from nociscope.stats.design import Array, code
from nociscope.stats.permutation import PermutationTest
from nociscope.stats.relabelling import Relabellings
from nociscope.stats.sample import Sample

WORDS = (
    "; sites were brought together by ComBat anew in every relabelling, and people change places within their site; "
    "estimates and means are of harmonised values, points are as measured"
)


def within_sites(data: HypothesisData, hypothesis: Hypothesis) -> tuple[HypothesisData, Hypothesis]:
    """The same question with people exchanged within their site only; nobody of an unknown site is exchanged.

    Raises
    ------
    InputError
        The data do not say who was measured where.
    """
    if data.batch is None:
        raise InputError("harmonising needs sites", expected="batch", where=hypothesis.name)
    people = tuple(
        replace(p, stratum=_stratum(str(site), p.stratum, bool(hypothesis.stratify)))
        for p, site in zip(data.people, data.batch, strict=True)
    )
    stratify = hypothesis.stratify or hypothesis.harmonise
    return replace(data, people=people), hypothesis.model_copy(update={"stratify": stratify})


def _stratum(site: str, stratum: str, stratified: bool) -> str:
    if site in MISSING_LABELS or (stratified and stratum in MISSING_LABELS):
        return ""
    return f"{site}, {stratum}" if stratified else site


def harmonise_raised(asked: Question, sample: Sample, hypothesis: Hypothesis) -> tuple[Safeguard, ...]:
    """What stands against harmonising these people."""
    from nociscope.stats.sites.combat import harmonise_safeguards

    if not hypothesis.harmonise or sample.batch is None or not sample.people:
        return ()
    n = len(sample.people)
    kept = {asked.contrast: asked.design.questions}
    kept |= {name: code({name: column}, n)[0] for name, column in sample.covariates.items()}
    return harmonise_safeguards(sample.batch, kept, hypothesis.override)


def harmonised(
    asked: Question, sample: Sample, moves: Relabellings, hypothesis: Hypothesis
) -> tuple[Question, PermutationTest | None]:
    """The question of harmonised values, and its test; as it is where nothing is harmonised."""
    from nociscope.stats.sites.combat_permutation import harmonised_test

    if not hypothesis.harmonise or sample.batch is None:
        return asked, None
    test, values = harmonised_test(
        asked.design, asked.values, sample.batch, _kept(asked), moves, hypothesis.alternative
    )
    return replace(asked, values=values), test


def _kept(asked: Question) -> Array:
    return asked.design.nuisance
