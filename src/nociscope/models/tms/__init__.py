"""Transcranial magnetic stimulation and reflexes: evoked potentials, thresholds, curves, paired pulses, maps."""

from nociscope.core.tms import MapMetrics, MapRules, Meps, MuscleMap, Pulses, SilentPeriods, Sweeps
from nociscope.models.tms.boltzmann import boltzmann
from nociscope.models.tms.homeostatic import homeostatic_response
from nociscope.models.tms.map_overlap import map_overlap
from nociscope.models.tms.mep import WINDOWS_MS, MepRules, mep_latency, mep_size, motor_evoked_potentials
from nociscope.models.tms.muscle_map import map_metrics
from nociscope.models.tms.paired_pulse import paired_pulse
from nociscope.models.tms.pulses import hunted_pulses, map_of, sizes_mv
from nociscope.models.tms.recruitment import RecruitmentCurve, recruitment_curve
from nociscope.models.tms.reflex import ReflexRules, reflex_summation, reflex_threshold, withdrawal_reflexes
from nociscope.models.tms.silent_period import silent_period, silent_periods
from nociscope.models.tms.threshold import (
    hunted_threshold,
    likeliest,
    probit_threshold,
    relative_frequency,
    two_thresholds,
)

__all__ = [
    "WINDOWS_MS",
    "MapMetrics",
    "MapRules",
    "MepRules",
    "Meps",
    "MuscleMap",
    "Pulses",
    "RecruitmentCurve",
    "ReflexRules",
    "SilentPeriods",
    "Sweeps",
    "boltzmann",
    "homeostatic_response",
    "hunted_pulses",
    "hunted_threshold",
    "likeliest",
    "map_metrics",
    "map_of",
    "map_overlap",
    "mep_latency",
    "mep_size",
    "motor_evoked_potentials",
    "paired_pulse",
    "probit_threshold",
    "recruitment_curve",
    "reflex_summation",
    "reflex_threshold",
    "relative_frequency",
    "silent_period",
    "silent_periods",
    "sizes_mv",
    "two_thresholds",
    "withdrawal_reflexes",
]
