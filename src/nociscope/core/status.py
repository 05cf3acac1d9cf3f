"""Why a number can or cannot be trusted: a closed list, each with a sentence for the reader."""

from __future__ import annotations

from enum import StrEnum


class FitStatus(StrEnum):
    """Status that rides beside every estimated number.

    A status either *keeps* its value (the number exists, with a caveat) or not (the number is ``nan``).
    Only ``OK`` enters a hypothesis unless the study file accepts another status by name.
    """

    OK = "ok"
    # the number exists, with a caveat
    AT_BOUND = "at_bound"
    LOCAL_MINIMA = "local_minima"
    NOT_IDENTIFIABLE = "not_identifiable"
    NONLINEAR = "nonlinear"
    IMPLAUSIBLE = "implausible"
    NO_INTERVAL = "no_interval"
    CENSORED = "censored"
    PRORATED = "prorated"
    FEW_TRIALS = "few_trials"
    # no number
    NOT_CONVERGED = "not_converged"
    NOT_FINITE = "not_finite"
    NO_SIGNAL = "no_signal"
    TOO_FEW_FRAMES = "too_few_frames"
    OUT_OF_WINDOW = "out_of_window"
    MISSING_REGION = "missing_region"
    MISSING_BLOOD = "missing_blood"
    MISSING_DOSE = "missing_dose"
    IMPLAUSIBLE_DOSE = "implausible_dose"
    MISSING_WEIGHT = "missing_weight"
    MISSING_GENOTYPE = "missing_genotype"
    MISSING_DATA = "missing_data"
    DECAY_MISMATCH = "decay_mismatch"
    OUT_OF_RANGE = "out_of_range"
    NOT_APPLICABLE = "not_applicable"
    UNDEFINED_ZERO = "undefined_zero"
    TOO_FEW_TRIALS = "too_few_trials"
    INDETERMINATE = "indeterminate"
    NO_REFERENCE = "no_reference"
    STEP_FAILED = "step_failed"

    @property
    def sentence(self) -> str:
        """What the status means, for a reader of the report."""
        return _SENTENCES[self]

    @property
    def keeps_value(self) -> bool:
        """Whether a finite value may stand beside this status."""
        return self in _KEEPS_VALUE


_KEEPS_VALUE = frozenset(
    {
        FitStatus.OK,
        FitStatus.AT_BOUND,
        FitStatus.LOCAL_MINIMA,
        FitStatus.NOT_IDENTIFIABLE,
        FitStatus.NONLINEAR,
        FitStatus.IMPLAUSIBLE,
        FitStatus.NO_INTERVAL,
        FitStatus.CENSORED,
        FitStatus.PRORATED,
        FitStatus.FEW_TRIALS,
    }
)

_SENTENCES = {
    FitStatus.OK: "estimated without reservation",
    FitStatus.AT_BOUND: "a parameter rests on its bound",
    FitStatus.LOCAL_MINIMA: "different starts of the fit end in different optima of similar quality",
    FitStatus.NOT_IDENTIFIABLE: "the data do not determine this number: its standard error is of its own size",
    FitStatus.NONLINEAR: "the plot is not yet linear at t*, so the slope depends on where it is read",
    FitStatus.IMPLAUSIBLE: "outside the range that has been seen for this quantity",
    FitStatus.NO_INTERVAL: "estimated, but without a standard error",
    FitStatus.CENSORED: "a limit of the device or assay was reached: the number is a bound",
    FitStatus.PRORATED: "unanswered items were filled by the rule that the instrument's file names",
    FitStatus.FEW_TRIALS: "fewer valid trials than advised",
    FitStatus.NOT_CONVERGED: "the fit did not converge from any start",
    FitStatus.NOT_FINITE: "the curve holds missing or infinite values",
    FitStatus.NO_SIGNAL: "the curve is zero or constant",
    FitStatus.TOO_FEW_FRAMES: "fewer frames than the model needs",
    FitStatus.OUT_OF_WINDOW: "the scan does not cover the window that was asked for",
    FitStatus.MISSING_REGION: "the region is not in the curves",
    FitStatus.MISSING_BLOOD: "no arterial input function",
    FitStatus.MISSING_DOSE: "no injected dose in the sidecar",
    FitStatus.IMPLAUSIBLE_DOSE: "the injected dose contradicts other fields or is impossible",
    FitStatus.MISSING_WEIGHT: "no body weight in participants.tsv or sessions.tsv",
    FitStatus.MISSING_GENOTYPE: "no rs6971 genotype",
    FitStatus.MISSING_DATA: "not measured",
    FitStatus.DECAY_MISMATCH: "image and blood are decay-corrected to different times",
    FitStatus.OUT_OF_RANGE: "an answer or reading lies outside what is possible",
    FitStatus.NOT_APPLICABLE: "the rule does not apply to this person",
    FitStatus.UNDEFINED_ZERO: "a division by zero: the baseline or single rating is zero",
    FitStatus.TOO_FEW_TRIALS: "fewer valid trials or answers than the rule needs",
    FitStatus.INDETERMINATE: "what is missing could change the answer; see the bounds",
    FitStatus.NO_REFERENCE: "no reference cell for this test, body site, sex and age",
    FitStatus.STEP_FAILED: "the step that makes this number failed; see the log",
}
