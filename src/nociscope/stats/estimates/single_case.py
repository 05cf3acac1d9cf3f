"""Findings of a single-case question: every case in every region, its controls matched by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nociscope.core.errors import InputError
from nociscope.core.finding import EffectSize, Finding, Point, Safeguard
from nociscope.core.hypothesis import Hypothesis, SingleCase
from nociscope.core.hypothesis_data import MISSING_LABELS, HypothesisData
from nociscope.stats.adjust import adjusted
from nociscope.stats.blank_finding import blank_finding
from nociscope.stats.estimates.case_control import FEWEST_CONTROLS, SingleCaseTest, single_case_test
from nociscope.stats.safeguards import raised
from nociscope.stats.sample import samples
from nociscope.stats.settings import TestSettings

NAN = float("nan")

FEW_CONTROLS = 10

CITES = ("crawford1998", "crawford2010")


@dataclass(frozen=True, eq=False)
class _Asked:
    """Who is held against whom in one region; rows count in the data."""

    data: HypothesisData
    hypothesis: Hypothesis
    settings: TestSettings
    region: int
    case: int
    controls: NDArray[np.int64]
    excluded: tuple[tuple[str, str], ...]

    @property
    def single(self) -> SingleCase:
        assert self.hypothesis.single_case is not None, "checked before"
        return self.hypothesis.single_case

    @property
    def who(self) -> str:
        return self.data.people[self.case].participant


def single_case_findings(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Finding, ...]:
    """One finding per case and region, cases in the order of the data, regions within each.

    Returns
    -------
    tuple of Finding
        ``not_estimable`` where fewer than three controls match, or these do not differ. p is that of Crawford and
        Howell's t. It is corrected over all cases and regions: by Holm's steps where the study asks for the maximum
        statistic, since exchanging roles with k controls cannot give less than 1/(k + 1).

    Raises
    ------
    InputError
        The hypothesis is of another kind, or names a column to match or a group that the data do not have.
    """
    single = hypothesis.single_case
    if single is None or data.values is None:
        raise InputError("not a single-case question", expected="single_case, and values", got=hypothesis.kind)
    if absent := [column for column in single.match if column not in data.match]:
        raise InputError("nothing to match by", expected=", ".join(single.match), got=f"without {', '.join(absent)}")
    known = {p.group for p in data.people} - MISSING_LABELS
    if nobody := [group for group in (single.cases, single.controls) if group not in known]:
        raise InputError(f"nobody is {' or '.join(map(repr, nobody))}", expected=f"two of {', '.join(sorted(known))}",
                         do="name groups that exist")  # fmt: skip
    findings = [_finding(asked) for asked in _all_asked(data, hypothesis, settings)]
    method = {"max": "holm", "step-down": "holm"}.get(hypothesis.adjust, hypothesis.adjust)
    p = adjusted(np.array([f.p_value for f in findings]), method)
    tested = int(np.isfinite(p).sum())
    return tuple(
        replace(f, p_adjusted=float(own), adjustment=method, details={**f.details, "tests_in_family": tested})
        for f, own in zip(findings, p, strict=True)
    )


def _all_asked(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> list[_Asked]:
    """Every case in every region, also cases without a value there."""
    single = hypothesis.single_case
    assert single is not None, "checked before"
    groups = np.array([p.group for p in data.people])
    out: dict[tuple[int, int], _Asked] = {}
    # no covariate is held constant here, so none that is missing leaves anybody out
    for sample in samples(replace(data, covariates={}), hypothesis):
        for k, region in enumerate(sample.region_index):
            controls = sample.rows[groups[sample.rows] == single.controls]
            gone = tuple(x for x in sample.excluded[k] if _group(data, x[0]) in (single.cases, single.controls))
            for case in np.flatnonzero(groups == single.cases):
                present = np.isin(case, sample.rows)
                fitting = controls[_alike(data, single, int(case), controls)] if present else controls[:0]
                key = (int(case), int(region))
                out[key] = _Asked(data, hypothesis, settings, int(region), int(case), fitting, gone)
    return [out[key] for key in sorted(out)]


def _group(data: HypothesisData, participant: str) -> str:
    return next((p.group for p in data.people if p.participant == participant), "")


def _alike(data: HypothesisData, single: SingleCase, case: int, controls: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Controls with the case's label in every column to match; an unknown label matches nobody."""
    same = np.ones(controls.size, dtype=bool)
    for column in single.match:
        labels = np.asarray(data.match[column]).astype(str)
        same &= (labels[controls] == labels[case]) & (labels[case] not in MISSING_LABELS)
    return same


def _finding(asked: _Asked) -> Finding:
    values = np.asarray(asked.data.values)[:, asked.region]
    blank = _blank(asked, values)
    why = ""
    if not np.isfinite(values[asked.case]) or asked.who in dict(asked.excluded):
        why = f"the case {asked.who} does not enter: {dict(asked.excluded).get(asked.who, 'no value in this region')}"
    elif asked.controls.size < FEWEST_CONTROLS:
        why = f"only {asked.controls.size} controls {_matched(asked)}"
    if not why:
        level = asked.settings.ci_level
        test = single_case_test(
            values[[asked.case]], values[asked.controls][:, None], asked.hypothesis.alternative, level
        )
        if np.isfinite(test.t[0]):
            return _with_numbers(blank, asked, test)
        why = "the controls do not differ"
    return replace(blank, safeguards=(*blank.safeguards, raised("too-few-people", values={"what": why})))


def _matched(asked: _Asked) -> str:
    row = asked.case
    labels = [f"{column} {np.asarray(asked.data.match[column]).astype(str)[row]}" for column in asked.single.match]
    return f"match {asked.who} in {', '.join(labels)}" if labels else "have a value"


def _with_numbers(blank: Finding, asked: _Asked, test: SingleCaseTest) -> Finding:
    k = test.controls
    few: tuple[Safeguard, ...] = ()
    if k < FEW_CONTROLS:
        few = (raised("few-controls", values={"controls": k, "reach": _reach(k, asked.settings.alpha)}),)
    return replace(
        blank, status="ok",
        estimate=float(test.difference[0]), ci_low=float(test.low[0]), ci_high=float(test.high[0]),
        effect_size=EffectSize("z_cc", float(test.z[0]), float(test.z_low[0]), float(test.z_high[0])),
        statistic={"t": float(test.t[0]), "dof": float(k - 1)},
        p_value=float(test.p[0]), p_adjusted=float(test.p[0]), n_permutations=k + 1, exact=True,
        method="one case against controls by the t of Crawford and Howell, which takes normal controls; "
        f"interval of z_cc by noncentral t; exchange of roles among the {k + 1} people beside it",
        safeguards=(*blank.safeguards, *few),
        details={
            **blank.details,
            "percentile": float(test.percentile[0]), "percentile_low": float(test.percentile_low[0]),
            "percentile_high": float(test.percentile_high[0]), "p_exchange": float(test.p_exchange[0]),
            "smallest_exchange_p": 1 / (k + 1),
        },
    )  # fmt: skip


def _reach(controls: int, alpha: float) -> float:
    """How many SDs of the controls a case must lie away to be significant."""
    return float(stats.t.ppf(1 - alpha / 2, controls - 1) * np.sqrt((controls + 1) / controls))


def _blank(asked: _Asked, values: NDArray[np.float64]) -> Finding:
    data, hypothesis = asked.data, asked.hypothesis
    rows = [asked.case, *asked.controls]
    points = tuple(
        Point(data.people[i].participant, data.people[i].group, float(values[i]))
        for i in rows
        if np.isfinite(values[i])
    )
    return blank_finding(
        hypothesis, asked.settings, "z_cc", data.model, region=data.regions[asked.region],
        contrast=f"{asked.who} − {asked.single.controls}", n={"case": 1, "controls": int(asked.controls.size)},
        unit=data.unit, adjustment="holm", excluded=asked.excluded, safeguards=_genotype(asked), points=points,
        cites=CITES, details={"case": asked.who, "matched_on": list(asked.single.match)},
    )  # fmt: skip


def _genotype(asked: _Asked) -> tuple[Safeguard, ...]:
    """A case against controls of other genotypes may differ by affinity alone."""
    data = asked.data
    if not data.genotype_sensitive or data.genotype_covariate in asked.single.match:
        return ()
    kinds = {data.people[i].genotype for i in (asked.case, *asked.controls)}
    return () if len(kinds) == 1 and not kinds & MISSING_LABELS else (raised("genotype-unmatched"),)
