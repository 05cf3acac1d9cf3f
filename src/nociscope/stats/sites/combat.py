"""ComBat: features of several sites brought together, what people themselves differ in kept.

For a study: `harmonise_safeguards`, then `harmonised_test`, which repeats ComBat within every relabelling.
For arrays: `harmonised`. For a scikit-learn pipeline: `Combat`.
"""

from nociscope.stats.sites.combat_arrays import (
    FEW_PEOPLE,
    FEWEST_PEOPLE,
    harmonise_safeguards,
    harmonised,
    harmonised_model,
)
from nociscope.stats.sites.combat_model import CombatModel
from nociscope.stats.sites.combat_permutation import combat_permutation_test, harmonised_test
from nociscope.stats.sites.combat_pooling import FEWEST_FEATURES, METHODS, CombatOptions
from nociscope.stats.sites.combat_step import Combat

__all__ = [
    "FEWEST_FEATURES",
    "FEWEST_PEOPLE",
    "FEW_PEOPLE",
    "METHODS",
    "Combat",
    "CombatModel",
    "CombatOptions",
    "combat_permutation_test",
    "harmonise_safeguards",
    "harmonised",
    "harmonised_model",
    "harmonised_test",
]
