"""The steps, each after those whose output it needs. A new step is a file beside this one and a line here."""

from __future__ import annotations

from nociscope.pipeline.step import StepTable
from nociscope.pipeline.steps.assay_biosamples import STEP as ASSAY_BIOSAMPLES
from nociscope.pipeline.steps.assess_outcomes import STEP as ASSESS_OUTCOMES
from nociscope.pipeline.steps.check_answers import STEP as CHECK_ANSWERS
from nociscope.pipeline.steps.collect_anatomy import STEP as COLLECT_ANATOMY
from nociscope.pipeline.steps.collect_cohort import STEP as COLLECT_COHORT
from nociscope.pipeline.steps.collect_tacs import STEP as COLLECT_TACS
from nociscope.pipeline.steps.describe_scan import STEP as DESCRIBE_SCAN
from nociscope.pipeline.steps.evaluate_hypotheses import STEP as EVALUATE_HYPOTHESES
from nociscope.pipeline.steps.evaluate_maps import STEP as EVALUATE_MAPS
from nociscope.pipeline.steps.fit_delay import STEP as FIT_DELAY
from nociscope.pipeline.steps.fit_kinetics import STEP as FIT_KINETICS
from nociscope.pipeline.steps.make_input_function import STEP as MAKE_INPUT_FUNCTION
from nociscope.pipeline.steps.report_cohort import STEP as REPORT_COHORT
from nociscope.pipeline.steps.report_participant import STEP as REPORT_PARTICIPANT
from nociscope.pipeline.steps.score_phenotype import STEP as SCORE_PHENOTYPE
from nociscope.pipeline.steps.score_sensory import STEP as SCORE_SENSORY
from nociscope.pipeline.steps.score_stimulation import STEP as SCORE_STIMULATION

STEPS: StepTable = (
    DESCRIBE_SCAN,
    COLLECT_TACS,
    MAKE_INPUT_FUNCTION,
    FIT_DELAY,
    FIT_KINETICS,
    SCORE_SENSORY,
    SCORE_STIMULATION,
    SCORE_PHENOTYPE,
    COLLECT_ANATOMY,
    REPORT_PARTICIPANT,
    CHECK_ANSWERS,
    ASSAY_BIOSAMPLES,
    ASSESS_OUTCOMES,
    COLLECT_COHORT,
    EVALUATE_HYPOTHESES,
    EVALUATE_MAPS,
    REPORT_COHORT,
)
