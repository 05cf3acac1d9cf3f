"""A joint hypothesis: several measures of the same people, tested together by non-parametric combination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nociscope.core.errors import StudyError
from nociscope.core.finding import EffectSize, Finding, Point, Safeguard
from nociscope.core.study import Hypothesis
from nociscope.stats import checks, intervals, linear
from nociscope.stats.adjust import adjusted
from nociscope.stats.blank_finding import blank_finding
from nociscope.stats.combination import COMBINING, Combined, combine
from nociscope.stats.design import Array, Design
from nociscope.stats.effects import small_sample_factor
from nociscope.stats.joint_people import Asked, complete_people, of_people
from nociscope.stats.linear import algebra
from nociscope.stats.permutation import oriented, smallest_attainable_p
from nociscope.stats.question import Question, question
from nociscope.stats.region_findings import region_findings
from nociscope.stats.relabelling import Relabellings, relabellings
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.sample import Reasons, samples
from nociscope.stats.settings import TestSettings
from nociscope.stats.statistic import statistic

NAN = float("nan")
KINDS = ("contrast", "correlate", "paired", "formula")
_BLOCK = 512
_SAME = ("kind", "contrast", "by", "correlate", "paired", "formula", "test", "scheme", "stratify", "blocks", "spread")
_EFFECTS = {
    "hedges_g": "mean_hedges_g", "dz": "mean_dz", "pearson_r": "mean_pearson_r", "spearman_rho": "mean_spearman_rho",
    "standardised": "mean_standardised",
}  # fmt: skip


def joint_findings(
    parts: Sequence[Asked], hypothesis: Hypothesis, settings: TestSettings, combining: str = "fisher"
) -> tuple[Finding, ...]:
    """Test in every region whether any of several hypotheses about the same people holds.

    Parameters
    ----------
    parts : data and hypothesis of each, asking the same question with the same covariates; two or more. Of the same
        regions, or each of one region of its own, such as signal of the thalamus and connectivity of S1. Only people
        complete in all of them enter; the others are named with the reason.
    hypothesis : the joint one; its family, adjustment and permutations count.
    combining : ``fisher``, ``tippett`` or ``stouffer``.

    Returns
    -------
    tuple of Finding
        One a region. The p is that of the joint null (no effect in any part), corrected over regions; which part it
        is, ``details`` tells: ``partial_p``, ``partial_p_closed`` (over the parts of this region, by closed testing)
        and ``partial_p_max`` (over all parts and regions). The effect is the mean of the parts' standardised effects,
        never the largest of them, with the interval of the person-wise mean of the standardised measures.

    Raises
    ------
    StudyError
        Parts that ask different things, or of several regions that differ.
    """
    parts = _of_one_place(parts)
    _check_parts(parts, hypothesis, combining)
    who, excluded = complete_people(parts)
    whole = [(of_people(data, who), asked) for data, asked in parts]
    joint = _Joint(whole, hypothesis, settings, combining, excluded, _partial(whole, settings))
    asked = _questions(joint)
    if asked is None:
        return tuple(_blank(joint, r, *_why(joint, r)) for r in range(len(joint.regions)))
    return _tested(joint, asked)


@dataclass(frozen=True, eq=False)
class _Joint:
    """What is asked of whom, and the findings of each part, shape (part)(region)."""

    parts: Sequence[Asked]
    hypothesis: Hypothesis
    settings: TestSettings
    combining: str
    excluded: Reasons
    partial: tuple[tuple[Finding, ...], ...]

    @property
    def regions(self) -> tuple[str, ...]:
        return self.parts[0][0].regions

    @property
    def names(self) -> list[str]:
        return [asked.name for _, asked in self.parts]


def _of_one_place(parts: Sequence[Asked]) -> Sequence[Asked]:
    """Parts with one region each meet under a name that says all of them."""
    names = list(dict.fromkeys(region for data, _ in parts for region in data.regions))
    if len(names) < 2 or any(len(data.regions) != 1 for data, _ in parts):
        return parts
    place = " + ".join(names)
    return [
        (
            replace(
                data, regions=(place,), value_status={(who, place): why for (who, _), why in data.value_status.items()}
            ),
            asked,
        )
        for data, asked in parts
    ]


def _check_parts(parts: Sequence[Asked], hypothesis: Hypothesis, combining: str) -> None:
    where = f"hypothesis {hypothesis.name!r}"
    if combining not in COMBINING:
        raise StudyError("unknown combining function", expected=", ".join(COMBINING), got=combining, where=where)
    if len(parts) < 2:
        raise StudyError("a joint hypothesis needs two others or more", got=len(parts), where=where)
    first = parts[0][1]
    if first.kind not in KINDS:
        raise StudyError("this kind has no joint test", expected=", ".join(KINDS), got=first.kind, where=where)
    for data, other in parts[1:]:
        if different := [key for key in _SAME if getattr(first, key) != getattr(other, key)]:
            raise StudyError(
                f"{first.name} and {other.name} ask different things: {', '.join(different)}", where=where,
                do="join hypotheses that differ in their measure only",
            )  # fmt: skip
        if data.regions != parts[0][0].regions:
            raise StudyError(
                f"{first.name} and {other.name} are about different regions", where=where,
                do="give both the same regions, in the same order",
            )  # fmt: skip


def _partial(parts: Sequence[Asked], settings: TestSettings) -> tuple[tuple[Finding, ...], ...]:
    """Each part as if it stood alone, with all its safeguards."""
    if not parts[0][0].people:
        return ()
    return tuple(region_findings(data, asked, settings) for data, asked in parts)


def _questions(joint: _Joint) -> tuple[Question, ...] | None:
    """The parts as designs; None where not even one region can be tested."""
    if not joint.partial or not any(_testable(joint, r) for r in range(len(joint.regions))):
        return None
    asked = tuple(question(samples(data, h)[0], data, h) for data, h in joint.parts)
    first = asked[0].design
    for one, name in zip(asked[1:], joint.names[1:], strict=True):
        same = one.design.matrix.shape == first.matrix.shape and np.allclose(one.design.matrix, first.matrix)
        if not (same and np.array_equal(one.design.strata, first.strata)):
            raise StudyError(
                f"{joint.names[0]} and {name} have different designs", where=f"hypothesis {joint.hypothesis.name!r}",
                do="give both the same covariates",
            )  # fmt: skip
    if first.is_joint:
        raise StudyError(
            "a joint hypothesis needs parts with one contrast each", where=f"hypothesis {joint.hypothesis.name!r}",
            do="compare two groups, or weigh the coefficients under test",
        )  # fmt: skip
    return asked


def _testable(joint: _Joint, region: int) -> bool:
    return all(findings[region].status == "ok" for findings in joint.partial)


def _why(joint: _Joint, region: int) -> tuple[str, tuple[Safeguard, ...]]:
    """Status of a region without a test, and what its parts have raised."""
    if not joint.partial:
        return "not_estimable", (raised("too-few-people", values={"what": "nobody is complete in all parts"}),)
    guards = _inherited(joint, region)
    return ("refused" if refuses(guards) else "not_estimable"), guards


def _inherited(joint: _Joint, region: int) -> tuple[Safeguard, ...]:
    """What holds for a part holds for the joint test; numbers of one part are left to its own finding."""
    out: dict[tuple[str, str], Safeguard] = {}
    for findings in joint.partial:
        for guard in findings[region].safeguards:
            if guard.severity == "refuse" or guard.code in ("too-few-people", "site-confounded", "sex-not-separable"):
                out.setdefault((guard.code, guard.message), guard)
    return tuple(out.values())


def _tested(joint: _Joint, asked: tuple[Question, ...]) -> tuple[Finding, ...]:
    hypothesis, settings, design = joint.hypothesis, joint.settings, asked[0].design
    moves = relabellings(design, hypothesis.permutations, settings.exact_limit, settings.seed)
    floor = smallest_attainable_p(design, moves, joint.parts[0][1].alternative)
    notes = checks.attainable(floor, moves.count, moves.exact, settings.alpha, hypothesis.override)
    live = [r for r in range(len(joint.regions)) if _testable(joint, r)]
    out = {r: _blank(joint, r, *_why(joint, r)) for r in range(len(joint.regions)) if r not in live}
    if refuses(notes):
        return tuple(out.get(r) or _blank(joint, r, "refused", notes) for r in range(len(joint.regions)))
    null = np.stack([_null(joint, k, asked[k], moves, live) for k in range(len(asked))], axis=1)
    found = combine(null, joint.combining)
    p = _adjusted(found, hypothesis.adjust)
    for i, r in enumerate(live):
        blank = _blank(joint, r, "refused", (*_inherited(joint, r), *notes))
        out[r] = _numbers(joint, blank, asked, (found, float(p[i]), floor, moves), (i, r))
    return tuple(out[r] for r in range(len(joint.regions)))


def _null(joint: _Joint, k: int, asked: Question, moves: Relabellings, live: list[int]) -> Array:
    """Oriented statistics of one part, shape (relabelling, region)."""
    at = statistic(asked.design, asked.values[:, live], asked.error)
    blocks = [
        at(Relabellings(moves.order[s : s + _BLOCK], moves.signs[s : s + _BLOCK], moves.exact, moves.distinct))
        for s in range(0, moves.count, _BLOCK)
    ]
    return oriented(np.concatenate(blocks), joint.parts[k][1].alternative)


def _adjusted(found: Combined, method: str) -> Array:
    if method == "max":
        return found.p_max
    return found.p_step_down if method == "step-down" else adjusted(found.p, method)


def _numbers(
    joint: _Joint,
    blank: Finding,
    asked: tuple[Question, ...],
    done: tuple[Combined, float, float, Relabellings],
    place: tuple[int, int],
) -> Finding:
    (found, p, floor, moves), (i, r) = done, place
    scores, factor = _standardised(asked, r)
    design = asked[0].design
    fitted = linear.fit(design, scores[:, None])
    low, high = intervals.estimate_interval(fitted, joint.settings.ci_level)
    mean, ends = float(fitted.estimate[0]), (float(low[0]), float(high[0]))
    effects = [f[r].effect_size.value for f in joint.partial]
    bound = 1.0 if "r" in _EFFECTS[asked[0].effect].split("_")[-1:] or "rho" in asked[0].effect else np.inf
    effect = [float(np.clip(v * factor, -bound, bound)) for v in (mean, *ends)]
    details: dict[str, object] = {
        "parts": joint.names, "partial_p": _list(found.partial_p[:, i]),
        "partial_p_closed": _list(found.partial_closed[:, i]), "partial_p_max": _list(found.partial_max[:, i]),
        "partial_effects": effects, "combining": joint.combining, "regions_tested": found.p.size,
        "smallest_attainable_p": floor, "distinct_relabellings": moves.distinct,
    }  # fmt: skip
    return replace(
        blank, status="ok", estimate=mean, ci_low=ends[0], ci_high=ends[1],
        effect_size=EffectSize(_EFFECTS[asked[0].effect], *effect),
        statistic={joint.combining: float(found.statistic[i])}, p_value=float(found.p[i]), p_adjusted=p,
        method=_method(joint, moves), n_permutations=moves.count, exact=moves.exact, details=details,
        points=_points(joint, scores),
        cites=("winkler2016npc", "pesarin2010", "marcus1976", "freedman1983", "mackinnon1985", "bell2002"),
    )  # fmt: skip


def _list(values: Array) -> list[float]:
    return [float(v) for v in values]


def _standardised(asked: tuple[Question, ...], region: int) -> tuple[Array, float]:
    """Mean of the standardised measures of each person, and what turns its contrast into the mean effect.

    A standardised effect is a contrast of the measure over its spread; contrasts are linear, so that the mean of the
    effects is the contrast of the mean. Its interval thereby knows how the measures go together.
    """
    design: Design = asked[0].design
    a = algebra(design)
    is_slope = asked[0].effect in ("pearson_r", "spearman_rho")
    maker = a.nuisance_residual_maker if is_slope else a.residual_maker
    total = np.zeros(design.n)
    for one in asked:
        y = one.values[:, region]
        total += y / (np.linalg.norm(maker @ y) / (1.0 if is_slope else np.sqrt(a.dof)))
    factor = float(np.linalg.norm(maker @ design.questions[:, 0])) if is_slope else small_sample_factor(a.dof)
    return total / len(asked), factor


def _method(joint: _Joint, moves: Relabellings) -> str:
    count = f"all {moves.count:,} distinct" if moves.exact else f"{moves.count - 1:,} random"
    return (
        f"non-parametric combination ({joint.combining.capitalize()}) of {' and '.join(joint.names)}; {count} "
        "relabellings, the same for all parts; mean of standardised effects with an interval from HC2 errors, the "
        "standardisers taken as known"
    )


def _points(joint: _Joint, scores: Array) -> tuple[Point, ...]:
    people = joint.parts[0][0].people
    return tuple(Point(p.participant, p.group, float(v)) for p, v in zip(people, scores, strict=True))


def _blank(joint: _Joint, region: int, status: str, safeguards: tuple[Safeguard, ...]) -> Finding:
    hypothesis, first = joint.hypothesis, joint.partial[0][region] if joint.partial else None
    measures = list(dict.fromkeys(asked.measure for _, asked in joint.parts))
    return blank_finding(
        hypothesis, joint.settings, "mean_standardised", measure=hypothesis.measure or " + ".join(measures),
        region=joint.regions[region], contrast=first.contrast if first else "", n=first.n if first else {"people": 0},
        alternative=joint.parts[0][1].alternative, covariates=first.covariates if first else (),
        excluded=joint.excluded, safeguards=safeguards, details={"parts": joint.names}, status=status,
    )  # fmt: skip
