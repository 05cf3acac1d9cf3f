"""Arterial blood: from samples to the input function."""

from nociscope.models.blood.blood_curve import WHOLE_BLOOD
from nociscope.models.blood.input import input_function
from nociscope.models.blood.parent_fraction import PARENT_FRACTION
from nociscope.models.blood.plasma_ratio import PLASMA_RATIO
from nociscope.models.blood.settings import BloodSettings

__all__ = ["PARENT_FRACTION", "PLASMA_RATIO", "WHOLE_BLOOD", "BloodSettings", "input_function"]
