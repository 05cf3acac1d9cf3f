"""Safeguards: what an analysis cannot show, as a table, and the sentence that each says.

Each code has a section in ``docs/explanation/safeguards.md``. A refusal stops the finding; naming its code under
``override`` in the hypothesis lets it run, and the finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nociscope.core.finding import Safeguard

DOCS_PAGE = "explanation/safeguards.md"


@dataclass(frozen=True, slots=True)
class Rule:
    """One safeguard: ``note``, ``warn`` or ``refuse``, and its sentence with the numbers to fill in.

    ``short`` is the sentence without the numbers of one region, empty where `sentence` has none.
    """

    code: str
    severity: str
    sentence: str
    short: str = ""

    @property
    def docs(self) -> str:
        """Where the documentation explains it."""
        return f"{DOCS_PAGE}#{self.code}"


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        # genotype
        Rule(
            "genotype-missing", "refuse",
            "rs6971 genotype is unknown for {unknown} of {n} people: a difference in {measure} between people "
            "may be a difference in binding affinity, not in TSPO signal.",
        ),
        Rule(
            "genotype-unadjusted", "warn",
            "rs6971 genotype is unknown for {unknown} of {n} people: this ratio is not adjusted for genotype.",
        ),
        Rule(
            "genotype-not-modelled", "warn",
            "rs6971 genotype is known but neither a covariate nor a stratum of this hypothesis.",
        ),
        Rule(
            "genotype-cell-empty", "warn",
            "genotype {levels} occurs in one group only: that part of the adjustment rests on extrapolation.",
            "a genotype occurs in one group only: that part of the adjustment rests on extrapolation.",
        ),
        Rule("lab-excluded", "note", "{count} low-affinity binders (rs6971 T/T) were left out: {who}."),
        Rule("lab-included", "refuse", "{count} low-affinity binders (rs6971 T/T) hardly bind this tracer: {who}."),
        # reference region
        Rule(
            "reference-region-differs", "warn",
            "{region}, the reference region of this ratio, itself differs: {what} {estimate:.3g} "
            "[{low:.3g}, {high:.3g}], p = {p:.3g}; part of the effect may be the denominator's.",
        ),
        Rule(
            "reference-region-checked", "note",
            "{region}, the reference region of this ratio: {what} {estimate:.3g} [{low:.3g}, {high:.3g}], p = {p:.3g}; "
            "a difference within that interval is not excluded.",
        ),
        Rule(
            "reference-region-unchecked", "warn",
            "whether {region}, by which this ratio is divided, differs could not be checked: {why}.",
        ),
        # confounding
        Rule(
            "covariate-aliased", "refuse",
            "{names} cannot be told apart from {interest}: the effect is not separable from {names}.",
        ),
        Rule(
            "sex-not-separable", "warn", "this contrast is not separable from sex: {cells}.",
            "this contrast is not separable from sex, since a group lacks a sex that the other has.",
        ),
        Rule(
            "site-confounded", "warn",
            "site {sites} contributed to one group only: the contrast is partly between sites.",
            "some sites contributed to one group only: the contrast is partly between sites.",
        ),
        Rule(
            "site-aliased", "refuse",
            "every site contributed to one group only: the contrast cannot be told apart from a difference between "
            "sites.",
        ),
        Rule(
            "covariates-many", "refuse",
            "{count} covariate columns for {n} people (at most n/5 = {most:.1f}): the adjusted estimate would rest on "
            "few people.",
            "more covariate columns than a fifth of the people: the adjusted estimate would rest on few people.",
        ),
        Rule(
            "levels-not-tested", "note",
            "what is found in each level of {column} is shown beside the difference between levels; whether they "
            "differ is told by the interval of that difference, not by looking at each.",
        ),
        # what so few can show
        Rule(
            "floor-above-alpha", "refuse",
            "the smallest p that {count} relabellings can give is {floor:.3g}, above alpha = {alpha:.3g}: "
            "no data could reach it.",
            "the smallest p that the relabellings can give lies above alpha = {alpha:.3g}: no data could reach it.",
        ),
        Rule(
            "floor", "note", "the smallest p that this design can give is {floor:.3g} ({how}).",
            "the number of people sets the smallest p that this design can give.",
        ),
        Rule(
            "minimal-detectable-effect", "note",
            "with these people an effect of {mde:.2f} ({name}) is found with {power:.0%} power; smaller ones may be "
            "missed, and those found will look larger than they are.",
            "only large effects are found with {power:.0%} power; smaller ones may be missed, and those found will "
            "look larger than they are.",
        ),
        Rule(
            "correlation-display-only", "refuse", "{n} people: a correlation is for display only below 6.",
            "a correlation is for display only below 6 people.",
        ),
        Rule(
            "too-few-people", "note", "{what}: nothing can be estimated.",
            "too few people, or no spread between them: nothing can be estimated.",
        ),
        # assumptions
        Rule(
            "variances-unequal", "warn",
            "groups differ in spread (SD {first:.3g} and {second:.3g}): a test that takes them as equal gives "
            "p = {pooled:.3g}, one that does not p = {welch:.3g}; the latter is reported.",
            "groups differ in spread: a test that takes them as equal gives another p; the one that does not is "
            "reported.",
        ),
        Rule(
            "flips-asymmetric", "warn",
            "sign flips assume {what} that are symmetric about zero; {why}.",
            "sign flips assume symmetry about zero, which may not hold here.",
        ),
        Rule(
            "one-person-carries", "warn",
            "without {who} {change}: one person carries this finding.",
            "one person carries the finding: without them it changes sign, halves or is no longer significant.",
        ),
        Rule(
            "interval-and-p-disagree", "warn",
            "the {level:.0%} interval {holds} zero although p = {p:.3g}: {why}; neither alone settles the question.",
            "interval and p disagree about zero: {why}; neither alone settles the question.",
        ),
        # choice
        Rule(
            "selected", "warn",
            "significant in {hits} of {regions} regions: picked by its p, the effect of this one is likely too "
            "large; leaving out any one person gives {low:.3g} to {high:.3g}.",
            "a region that was picked by its p among {regions} shows an effect that is likely too large.",
        ),
        Rule("no-correction", "warn", "{regions} regions were tested without a correction for their number."),
        Rule(
            "different-people", "note",
            "regions lack different people: corrected p values come from {sets} sets of regions that share their "
            "people, multiplied by {sets}.",
        ),
        # sites
        Rule(
            "two-sites", "warn",
            "{usable} sites with an estimate cannot support a random site variance: sites are taken as fixed, so that "
            "the finding speaks of these sites and not of others.",
            "too few sites for a random site variance: sites are taken as fixed, so that the finding speaks of these "
            "sites and not of others.",
        ),
        Rule(
            "replication-not-p-in-both", "note",
            "a replication is not p below alpha in each site: an effect of one direction in at least {u} of {k} sites "
            "has p = {p:.3g} (partial conjunction).",
            "a replication is not p below alpha in each site: see the partial conjunction.",
        ),
        Rule(
            "heterogeneous-sites", "warn",
            "sites differ in the effect (site by question p = {p:.3g}; from {low:.3g} to {high:.3g}): one pooled "
            "number may describe no site.",
            "sites differ in the effect: one pooled number may describe no site.",
        ),
        Rule(
            "site-without-answer", "warn",
            "site {site} gives no answer ({why}): it does not enter the effect pooled over sites, and counts as no "
            "evidence in the partial conjunction.",
            "a site gives no answer: it does not enter the effect pooled over sites, and counts as no evidence in the "
            "partial conjunction.",
        ),
        # harmonising
        Rule(
            "site-too-small", "refuse",
            "sites with fewer than 3 people cannot be harmonised: {sites}; what such a site adds and multiplies cannot "
            "be told from its people.",
            "sites with fewer than 3 people cannot be harmonised.",
        ),
        Rule(
            "site-few", "warn",
            "sites with fewer than 10 people: {sites}; what ComBat takes for the site may be its people.",
            "sites with fewer than 10 people: what ComBat takes for the site may be its people.",
        ),
        Rule(
            "site-group-confounded", "refuse",
            "within sites {names} cannot be told apart, so that ComBat cannot take the site away and keep {names}: "
            "people who differ in it would have to be measured at the same site.",
            "ComBat cannot take the site away and keep what does not differ within sites.",
        ),
        # prediction
        Rule(
            "few-to-predict", "refuse",
            "{counts}: below {fewest} of each outcome a prediction is not shown unless the whole pipeline is repeated "
            "with the outcome permuted (permutations above 0).",
            "too few people of an outcome for a prediction that is not permuted.",
        ),
        Rule(
            "cannot-calibrate", "warn",
            "{counts}, n too small to calibrate (about {fewest} of each are needed): whether a probability means what "
            "it says cannot be known from these people.",
            "n too small to calibrate.",
        ),
        Rule(
            "baseline-as-good", "warn",
            "a model of {columns} alone reaches {name} {baseline:.2f}; the measure is not shown to do better "
            "(difference {low:.2f} to {high:.2f}).",
            "covariates alone may predict as well as the measure.",
        ),
        Rule(
            "no-baseline", "warn",
            "no covariates were named as a baseline: age, sex, genotype or site alone might predict as well.",
        ),
        Rule(
            "pooled-loo", "refuse",
            "no fold holds out both outcomes: an AUC would have to pool scores of different models, which is biased "
            "(noise then scores below 0.5).",
        ),
        # what an estimate is worth
        Rule(
            "exaggeration", "note",
            "if the truth were half the minimal detectable effect, {power_at_half_mde:.0%} of such studies would be "
            "significant, their estimates {type_m_at_half_mde:.1f} times too large on average and "
            "{type_s_at_half_mde:.1%} of them of the wrong sign.",
            "significant estimates of so few people are too large on average where the truth is smaller than what they "
            "can detect.",
        ),
        Rule(
            "equivalence", "note",
            "against the declared margin of ±{equivalence_margin:.3g} ({equivalence_scale}): {equivalence_verdict}, "
            "p = {equivalence_p:.3g} by two one-sided tests.",
        ),
        Rule(
            "prior-matters", "warn",
            "whether the Bayesian interval holds zero depends on the prior: the data do not settle the question.",
        ),
        Rule(
            "few-controls", "warn",
            "{controls} controls: only a case more than {reach:.1f} of their SDs away from their mean is significant.",
            "few controls: only a case several of their SDs away from their mean is significant.",
        ),
        Rule(
            "genotype-unmatched", "warn",
            "rs6971 genotype is unknown, or differs between the case and some controls: their difference may be one in "
            "binding affinity, not in TSPO signal.",
        ),
        Rule(
            "cross-sectional-mediation", "warn",
            "cause, mediator and measure come from one time: the indirect effect describes how they hang together and "
            "does not show what causes what; the model with the last two exchanged is given beside it.",
        ),
        # connectivity
        Rule(
            "fc-dof", "note",
            "after confounds, filter and censoring {low} to {high} degrees of freedom are left of each run; the errors "
            "of correlations rest on them, not on the number of frames.",
        ),
        Rule(
            "fc-too-short", "refuse",
            "fewer than {fewest:g} minutes are left after censoring: {who}.",
            "fewer than the minutes needed are left after censoring of some runs.",
        ),
        Rule(
            "fc-few-dof", "refuse",
            "fewer than {fewest} degrees of freedom are left after confounds, filter and censoring: {who}.",
            "too few degrees of freedom are left after confounds, filter and censoring of some runs.",
        ),
        Rule(
            "motion-differs", "warn",
            "groups moved differently (mean framewise displacement, {what}: {estimate:.3g} mm [{low:.3g}, {high:.3g}], "
            "p = {p:.3g}): part of a difference in connectivity may be motion.",
        ),
        Rule(
            "motion-checked", "note",
            "mean framewise displacement, {what}: {estimate:.3g} mm [{low:.3g}, {high:.3g}], p = {p:.3g}; a difference "
            "within that interval is not excluded.",
        ),
        Rule("motion-unchecked", "warn", "whether groups moved alike could not be tested in {n} people."),
        Rule(
            "motion-matched", "note",
            "in {pairs} pairs who moved alike ({left_out} of {n} people left out) the effect is {estimate:.3g} "
            "[{low:.3g}, {high:.3g}], in everybody {all:.3g}.",
        ),
        Rule(
            "motion-explains", "warn",
            "in {pairs} pairs who moved alike ({left_out} of {n} people left out) less than half of the effect is "
            "left: {estimate:.3g} [{low:.3g}, {high:.3g}], in everybody {all:.3g}.",
        ),
        Rule(
            "motion-unmatched", "warn",
            "{pairs} pairs of people moved alike within {caliper:g} mm: the effect cannot be asked of matched people.",
        ),
        # gradients
        Rule(
            "gradient-reference-shared", "refuse",
            "the reference onto which gradients are rotated was made from {count} of the people who are tested "
            "({who}): it pulls them towards itself.",
        ),
        Rule(
            "gradient-order-unstable", "warn",
            "components change places between people (kept by fewer than {steady:.0%}: {which}): a number of one of "
            "them may be that of another.",
        ),
        Rule(
            "gradient-variance-differs", "warn",
            "components explain different shares of variance, {what}: {which}; rotation to a reference hides that.",
        ),
        Rule(
            "gradient-variance-checked", "note",
            "no difference in the variance that {count} components explain was found (smallest corrected p = {p:.3g}).",
        ),
        # states
        Rule(
            "states-unstable", "warn",
            "states depend on choices: their adjusted Rand index is {seeds:.2f} between seeds, {windows:.2f} between "
            "windows and {counts:.2f} between numbers of states (poor below {poor}).",
        ),
        Rule(
            "dynamics-not-shown", "warn",
            "connectivity varies over windows no more than in {surrogates} stationary series of the same spectra "
            "(p = {p:.3g}): that there are states is not shown.",
        ),
        Rule(
            "dwell-cut", "note",
            "{cut} of {stays} stays in a state were cut by the beginning or end of a run: mean dwell times count them "
            "as at least so long.",
        ),
        Rule(
            "shares-of-a-whole", "note",
            "the shares of time in {count} states sum to 1, so that one rises where another falls: they are compared "
            "as log-ratios.",
        ),
        # asked again
        Rule(
            "genotype-within-strata", "note",
            "permuting within genotype only gives p = {within:.3g} (smallest possible {floor:.3g}), with genotype as a "
            "covariate p = {p:.3g}.",
            "p with people exchanged within genotype only stands beside p with genotype as a covariate.",
        ),
        Rule(
            "genotype-strata-disagree", "warn",
            "permuting within genotype only gives p = {within:.3g} (smallest possible {floor:.3g}), with genotype as a "
            "covariate p = {p:.3g}: the finding rests on how genotype is modelled.",
            "exchanging people within genotype only gives another verdict than genotype as a covariate.",
        ),
        Rule(
            "covariates-collinear", "warn",
            "{names} go with what is asked: the variance of the estimate is {vif:.1f} times what it would be without.",
            "covariates go with what is asked and make the variance of the estimate much larger.",
        ),
        Rule(
            "leverage-high", "warn",
            "the model follows {who} (leverage {leverage:.2f}): hardly anybody else is like that person.",
            "the model follows one person, whom hardly anybody else is like.",
        ),
        Rule(
            "one-site-carries", "warn",
            "without {who} {change}: one site carries this finding.",
            "one site carries the finding: without it the effect changes sign, halves or is no longer significant.",
        ),
        Rule(
            "ties", "note",
            "{count} of {of} relabellings give the observed statistic itself, since values repeat; each counts as "
            "reaching it.",
            "several relabellings give the observed statistic itself, since values repeat; each counts as reaching it.",
        ),
        Rule(
            "sessions-incomplete", "note",
            "the mean of a person rests on the other sessions only: {told}.",
            "the mean of some people rests on fewer sessions than were scanned.",
        ),
        # several questions
        Rule(
            "families-apart", "warn",
            "{hypotheses} hypotheses of this study are corrected in {families} separate families: across families "
            "nothing is corrected.",
        ),
        Rule(
            "hypotheses-run", "note",
            "{count} distinct hypotheses were asked of this output over time, all of them in the study file.",
        ),
        Rule(
            "forking-paths", "warn",
            "{count} distinct hypotheses were asked of this output over time, {gone} of them no longer in the study "
            "file: a p is small by chance more often among many that were tried.",
        ),
        # maps
        Rule(
            "no-localisation", "note",
            "corrected by {how}: of {hits} significant elements none is shown by itself, only that there is an effect "
            "somewhere among those connected; the maximum of the statistic alone, which has places, finds {alone}.",
        ),
        Rule(
            "tail-extrapolated", "note",
            "the smallest corrected p ({smallest:.3g}) are read from a {tail} tail fitted to {count} relabellings "
            "(Anderson–Darling p = {gof:.2g}), not counted; none lies below {floor:.3g}, what all could give.",
        ),
        Rule("tail-refused", "warn", "no tail was fitted: {why}."),
        # limits of a device or assay
        Rule(
            "censored-values", "warn",
            "{count} of {n} values are limits of a device or assay, of which only a bound is known, and were {what}: "
            "{who}. Means, spreads and their tests are biased by either.",
            "some values are limits of a device or assay, of which only a bound is known.",
        ),
    )
}  # fmt: skip


def raised(code: str, override: Iterable[str] = (), values: Mapping[str, object] | None = None) -> Safeguard:
    """Build the safeguard of a code, its sentence filled in; a refusal named in `override` is marked overridden."""
    rule = RULES[code]
    message, short = (text.format(**(values or {})) for text in (rule.sentence, rule.short))
    overridden = rule.severity == "refuse" and code in set(override)
    return Safeguard(code, _capital(message), rule.severity, overridden, _capital(short))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def refuses(safeguards: Iterable[Safeguard]) -> bool:
    """Whether any of them stops the finding."""
    return any(s.severity == "refuse" and not s.overridden for s in safeguards)
