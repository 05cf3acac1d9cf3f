"""Pure inference for few people: arrays or a hypothesis in, findings out."""

from nociscope.stats.adjust import adjust_family
from nociscope.stats.compare import compare, correlate, paired, retest
from nociscope.stats.evaluate import evaluate
from nociscope.stats.safeguards import RULES
from nociscope.stats.settings import TestSettings

__all__ = ["RULES", "TestSettings", "adjust_family", "compare", "correlate", "evaluate", "paired", "retest"]
