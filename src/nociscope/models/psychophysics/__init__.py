"""Quantitative sensory testing, modulation of pain, tactile acuity and psychometric curves.

``profile(trials, reference, sex, age)`` scores the battery of one person; `trials` makes trials from plain arrays.
"""

from nociscope.models.psychophysics.acuity import letters_on_skin, localisation_error, two_point_limits, wilson
from nociscope.models.psychophysics.battery import BATTERY, Z_TESTS, SensoryTest, find_test
from nociscope.models.psychophysics.composite import composite_zunhammer2016
from nociscope.models.psychophysics.group_comparison import GroupComparison, against_reference, from_summary
from nociscope.models.psychophysics.laterality import Trimming, discriminability, laterality
from nociscope.models.psychophysics.loss_gain import LossGain, bands_of, loss_gain
from nociscope.models.psychophysics.modulation import ResponderRule, conditioned_modulation, cpm_changes, responder
from nociscope.models.psychophysics.phenotypes import PhenotypeModel, Phenotypes, label_of, phenotypes
from nociscope.models.psychophysics.pressure import in_kpa, in_mn
from nociscope.models.psychophysics.profile import SensoryProfile, chance_of_abnormal, profile
from nociscope.models.psychophysics.psychometric import FREE, PsychometricFit, probability, psychometric_fit
from nociscope.models.psychophysics.psychometric_bootstrap import bootstrapped
from nociscope.models.psychophysics.reference import Control, Reference, ReferenceCell, build_reference
from nociscope.models.psychophysics.side_difference import side_difference
from nociscope.models.psychophysics.staircase import reversals, staircase_threshold
from nociscope.models.psychophysics.summation import summation, temporal_summation
from nociscope.models.psychophysics.trials import trials, without_first
from nociscope.models.psychophysics.values import participant_value
from nociscope.models.psychophysics.windup import windup_ratio
from nociscope.models.psychophysics.z_scores import z_score

__all__ = [
    "BATTERY",
    "FREE",
    "Z_TESTS",
    "Control",
    "GroupComparison",
    "LossGain",
    "PhenotypeModel",
    "Phenotypes",
    "PsychometricFit",
    "Reference",
    "ReferenceCell",
    "ResponderRule",
    "SensoryProfile",
    "SensoryTest",
    "Trimming",
    "against_reference",
    "bands_of",
    "bootstrapped",
    "build_reference",
    "chance_of_abnormal",
    "composite_zunhammer2016",
    "conditioned_modulation",
    "cpm_changes",
    "discriminability",
    "find_test",
    "from_summary",
    "in_kpa",
    "in_mn",
    "label_of",
    "laterality",
    "letters_on_skin",
    "localisation_error",
    "loss_gain",
    "participant_value",
    "phenotypes",
    "probability",
    "profile",
    "psychometric_fit",
    "responder",
    "reversals",
    "side_difference",
    "staircase_threshold",
    "summation",
    "temporal_summation",
    "trials",
    "two_point_limits",
    "wilson",
    "windup_ratio",
    "without_first",
    "z_score",
]
