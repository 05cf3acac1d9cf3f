"""Linear questions in every region: contrast, correlation, paired difference and formula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nociscope.core.finding import Finding, Safeguard
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.study import Hypothesis
from nociscope.stats import checks
from nociscope.stats.cross_fitting import cross_fitted
from nociscope.stats.harmonising import within_sites
from nociscope.stats.over_regions import corrected
from nociscope.stats.part import Part, part_findings
from nociscope.stats.sample import LOW_AFFINITY, leaves_out_low_affinity, missing, samples
from nociscope.stats.settings import TestSettings


def region_findings(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Finding, ...]:
    """Test one linear hypothesis in every region.

    Notes
    -----
    The statistic is the estimate over its HC2 error (Welch's, without covariates), or the Welch-type F of several
    contrasts; its null comes from permutations of the residuals of the nuisance model, or from sign flips where
    sessions are paired. The interval has the same error and the same Satterthwaite degrees of freedom, so that
    interval and p look at the same statistic.
    """
    if hypothesis.harmonise:
        data, hypothesis = within_sites(data, hypothesis)
    genotype = checks.genotype_known(data, hypothesis, _genotype_people(data, hypothesis))
    shared = (*genotype, *checks.low_affinity(data, hypothesis), *_gate(data, hypothesis, settings))
    data = without_unknown_genotype(data)
    parts = [Part(sample, data, hypothesis, settings, shared) for sample in samples(data, hypothesis)]
    found = {f.region: f for part in parts for f in part_findings(part)}
    sets = sum(any(found[data.regions[r]].status == "ok" for r in part.sample.region_index) for part in parts)
    out = corrected(tuple(found[region] for region in data.regions), hypothesis, settings, sets)
    # regions of different people were not picked among one another by the same people
    return cross_fitted(out, parts[0]) if len(parts) == 1 else out


def _genotype_people(data: HypothesisData, hypothesis: Hypothesis) -> list[Person]:
    """People whose genotype matters: where the model holds it, whoever lacks it is left out by name instead."""
    people = [p for p in data.people if not hypothesis.contrast or p.group in hypothesis.contrast]
    if data.terms is not None and data.genotype_covariate in data.terms.variables:
        return [p for p in people if p.genotype]
    column = data.covariates.get(data.genotype_covariate)
    if column is None or missing(np.asarray(column)).all():
        return people
    return [p for p, gone in zip(data.people, missing(np.asarray(column)), strict=True) if p in people and not gone]


def without_unknown_genotype(data: HypothesisData) -> HypothesisData:
    """A genotype covariate that nobody has would leave nobody; the safeguard has already said that it is missing."""
    column = data.covariates.get(data.genotype_covariate)
    if column is None or not missing(np.asarray(column)).all():
        return data
    kept = {name: c for name, c in data.covariates.items() if name != data.genotype_covariate}
    return replace(data, covariates=kept)


def _gate(data: HypothesisData, hypothesis: Hypothesis, settings: TestSettings) -> tuple[Safeguard, ...]:
    """Ask the reference region of a ratio the same question."""
    if data.scale != "ratio":
        return ()
    paired = hypothesis.kind == "paired"
    values = data.reference_session_values if paired else data.reference_values
    if values is None:
        return checks.reference_region(data, None, "its own signal was not measured", settings.alpha)
    values = np.array(values, dtype=np.float64)[..., None]
    if leaves_out_low_affinity(data, hypothesis):
        values[[p.genotype == LOW_AFFINITY for p in data.people]] = np.nan
    own = replace(
        without_unknown_genotype(data), regions=(data.reference_region or "reference",), se=None, scale="other",
        values=None if paired else values, session_values=values if paired else None, genotype_sensitive=False,
    )  # fmt: skip
    # linear whatever the hypothesis: the gate is about the size of the denominator
    plain = {"method": "pearson", "alternative": "two-sided", "equivalence": None, "harmonise": ""}
    gate = region_findings(own, hypothesis.model_copy(update=plain), settings)[0]
    why = next((s.message for s in gate.safeguards if s.severity == "refuse" or s.code == "too-few-people"), "")
    why = why[:1].lower() + why[1:].rstrip(".")
    return checks.reference_region(data, gate, why or "it is constant", settings.alpha)
