"""Do several sessions of the same people differ: an F within people, its null by shuffling sessions of each person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from nociscope.core.finding import Finding, Point, Safeguard
from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats import checks
from nociscope.stats.blank_finding import blank_finding
from nociscope.stats.design import Array, Design
from nociscope.stats.estimability import complete
from nociscope.stats.joint import JointFit, fit_joint
from nociscope.stats.over_regions import corrected
from nociscope.stats.permutation import PermutationTest, permutation_test, smallest_attainable_p
from nociscope.stats.relabelling import Relabellings, relabellings
from nociscope.stats.safeguards import raised, refuses
from nociscope.stats.sample import Sample, samples
from nociscope.stats.settings import TestSettings
from nociscope.stats.variance_share import minimal_detectable_share, shares

NAN = float("nan")
FEWEST = 3
CITES = ("winkler2014", "winkler2015", "steiger2004", "greenhouse1959")


def repeated_findings(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Finding, ...]:
    """Ask in every region whether sessions differ, of people who have all of them.

    Notes
    -----
    Under the null a person's sessions could stand in any order, so that they are shuffled within each person: exact,
    whatever the correlation between sessions, as long as no order is special. The interval of partial η² and the
    classical F beside it do need equal correlations (sphericity); Greenhouse and Geisser's ε says how far these are.
    """
    whole = replace(data, values=_values(data, hypothesis).mean(axis=1))
    found: dict[str, Finding] = {}
    sets = 0
    for sample in samples(whole, hypothesis):
        part = _findings(sample, data, hypothesis, settings)
        sets += any(f.status == "ok" for f in part)
        found |= {f.region: f for f in part}
    return corrected(tuple(found[region] for region in data.regions), hypothesis, settings, sets)


def within_people(values: Array) -> tuple[Design, Array]:
    """Design of sessions within people, and its values.

    Parameters
    ----------
    values : shape (person, session, region), without missing values.

    Returns
    -------
    Design
        One row for each person and session; people are held constant and are the strata.
    array
        Shape (row, region).
    """
    n, k, regions = values.shape
    person, session = np.repeat(np.arange(n), k), np.tile(np.arange(k), n)
    interest = (session[:, None] == np.arange(1, k)).astype(np.float64)
    nuisance = (person[:, None] == np.arange(n)).astype(np.float64)
    design = Design(interest, nuisance, person.astype(np.int64), spread=np.zeros(n * k, dtype=np.int64))
    return design, values.reshape(n * k, regions)


def sphericity(values: Array) -> Array:
    """Greenhouse and Geisser's ε (1959) of a table (person, session, region), shape (region,): 1 where it holds."""
    k, regions = values.shape[1:]
    out = np.ones(regions)
    for region in range(regions) if k > 2 else ():
        covariance = np.cov(values[:, :, region], rowvar=False)
        centred = covariance - covariance.mean(axis=0) - covariance.mean(axis=1)[:, None] + covariance.mean()
        total = (centred**2).sum()
        out[region] = np.trace(centred) ** 2 / ((k - 1) * total) if total > 0 else 1.0
    return out


def _values(data: HypothesisData, hypothesis: Hypothesis) -> Array:
    """Sessions in the order asked, shape (person, session, region)."""
    order = [data.sessions.index(s) for s in hypothesis.repeated]
    return np.asarray(data.session_values, dtype=np.float64)[:, order]


def _findings(
    sample: Sample, data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings
) -> tuple[Finding, ...]:
    values = _values(data, hypothesis)[sample.rows][:, :, sample.region_index]
    if len(sample.people) < FEWEST:
        note = raised("too-few-people", values={"what": complete(len(sample.people))})
        return _blank(sample, data, hypothesis, settings, values, (note,), "not_estimable")
    design, y = within_people(values)
    moves = relabellings(design, hypothesis.permutations, settings.exact_limit, settings.seed)
    floor = smallest_attainable_p(design, moves)
    before = checks.attainable(floor, moves.count, moves.exact, settings.alpha, hypothesis.override)
    if refuses(before):
        return _blank(sample, data, hypothesis, settings, values, before, "refused")
    blank = _blank(sample, data, hypothesis, settings, values, before, "not_estimable")
    blank = tuple(replace(b, details={**b.details, "smallest_attainable_p": floor}) for b in blank)
    fitted, test = fit_joint(design, y), permutation_test(design, y, moves, "two-sided", "pooled")
    flat = fitted.unexplained + fitted.explained <= 1e-20 * (y**2).sum(axis=0)
    numbers = _numbers(blank, values, fitted, test, moves, hypothesis, settings)
    constant = raised("too-few-people", values={"what": "sessions do not differ within anybody"})
    return tuple(
        replace(b, safeguards=(*b.safeguards, constant)) if still else f
        for b, f, still in zip(blank, numbers, flat, strict=True)
    )


def _numbers(
    blank: tuple[Finding, ...], values: Array, fitted: JointFit, test: PermutationTest, moves: Relabellings,
    hypothesis: Hypothesis, settings: TestSettings,
) -> tuple[Finding, ...]:  # fmt: skip
    share, epsilon = shares(fitted, settings.ci_level), sphericity(values)
    without = _leave_one_out(values, [p.participant for p in blank[0].points[:: values.shape[1]]])
    detectable = minimal_detectable_share(fitted.dof1, fitted.residual_dof, settings.power, settings.alpha)
    count = f"all {moves.count:,} distinct" if moves.exact else f"{moves.count - 1:,} random"
    adjusted = test.p_step_down if hypothesis.adjust == "step-down" else test.p_max
    out = []
    for i, finding in enumerate(blank):
        effect, p = share[i], float(test.p[i])
        found = raised(
            "minimal-detectable-effect", values={"mde": detectable, "name": "partial η²", "power": settings.power}
        )
        carried = checks.carried_by_one(effect.value, p, without[i], settings.alpha)
        details = {
            **finding.details, "minimal_detectable_effect": detectable, "sphericity_epsilon": float(epsilon[i]),
            "distinct_relabellings": moves.distinct, "residual_sd": float(fitted.spread[i]),
        }  # fmt: skip
        out.append(
            replace(
                finding, status="ok", estimate=effect.value, ci_low=effect.ci_low, ci_high=effect.ci_high,
                effect_size=effect, p_value=p, p_adjusted=float(adjusted[i]), details=details,
                statistic={
                    "F": float(fitted.statistic_pooled[i]), "dof1": float(fitted.dof1),
                    "dof2": float(fitted.residual_dof),
                },
                n_permutations=moves.count, exact=moves.exact, safeguards=(*finding.safeguards, found, *carried),
                method=f"differences between sessions within people (partial η²); {count} shufflings of each person's "
                "sessions, which assume that under the null their order does not matter, of a pooled F; interval by "
                "the noncentral F, which assumes equal correlations between sessions",
            )
        )  # fmt: skip
    return tuple(out)


def _leave_one_out(values: Array, who: list[str]) -> list[dict[str, tuple[float, float]]]:
    """Partial η² and the p of F without each person, per region."""
    found: list[dict[str, tuple[float, float]]] = [{} for _ in range(values.shape[2])]
    for i, name in enumerate(who if len(who) > FEWEST else ()):
        fitted = fit_joint(*within_people(np.delete(values, i, axis=0)))
        p = stats.f.sf(fitted.statistic_pooled, fitted.dof1, fitted.residual_dof)
        for region in range(values.shape[2]):
            found[region][name] = (float(fitted.partial_eta2[region]), float(p[region]))
    return found


def _blank(
    sample: Sample, data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings, values: Array,
    safeguards: tuple[Safeguard, ...], status: str,
) -> tuple[Finding, ...]:  # fmt: skip
    """Findings that say who and what, with nan in place of numbers."""
    return tuple(
        blank_finding(
            hypothesis, settings, "partial_eta_squared", data.model, region=data.regions[r],
            contrast=" against ".join(hypothesis.repeated), n={"people": len(sample.people)},
            alternative="two-sided", excluded=sample.excluded[k], safeguards=safeguards,
            details=_of_sessions(values[:, :, k], hypothesis, settings.ci_level, data.unit),
            points=tuple(
                Point(p.participant, session, float(v))
                for p, own in zip(sample.people, values[:, :, k], strict=True)
                for session, v in zip(hypothesis.repeated, own, strict=True)
            ),
            cites=CITES, status=status,
        )
        for k, r in enumerate(sample.region_index)
    )  # fmt: skip


def _of_sessions(values: Array, hypothesis: Hypothesis, level: float, unit: str) -> dict[str, object]:
    """Means of sessions, and how far each lies from the first, of one region; differences are not tested."""
    n = len(values)
    if n < 2:
        return {"value_unit": unit, "levels": list(hypothesis.repeated)}
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) / np.sqrt(n)
    change = values[:, 1:] - values[:, :1]
    half, half_change = reach * values.std(axis=0, ddof=1), reach * change.std(axis=0, ddof=1)
    mean, mean_change = values.mean(axis=0), change.mean(axis=0)
    columns = {
        "means": mean, "means_ci_low": mean - half, "means_ci_high": mean + half, "sds": values.std(axis=0, ddof=1),
        "change_from_first": mean_change, "change_ci_low": mean_change - half_change,
        "change_ci_high": mean_change + half_change,
    }  # fmt: skip
    listed: dict[str, object] = {name: [float(v) for v in column] for name, column in columns.items()}
    return {"value_unit": unit, "levels": list(hypothesis.repeated), **listed}
