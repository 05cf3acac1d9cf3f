"""A finding before there are numbers: what every kind of question says of its hypothesis in the same way."""

from __future__ import annotations

from typing import Any

from nociscope.core.finding import EffectSize, Finding
from nociscope.core.study import Hypothesis
from nociscope.stats.settings import TestSettings

NAN = float("nan")


def blank_finding(hypothesis: Hypothesis, settings: TestSettings, effect: str, model: str = "", **own: Any) -> Finding:
    """Findings without numbers start here; those with numbers replace what they have.

    Parameters
    ----------
    effect : name of the effect size.
    model : of the data; that of the hypothesis where empty.
    own : fields of `Finding` that only the kind knows, such as region, contrast, n, safeguards and points.
    """
    shared: dict[str, Any] = {
        "hypothesis": hypothesis.name, "kind": hypothesis.kind, "measure": hypothesis.measure,
        "model": model or hypothesis.model, "estimate": NAN, "unit": "1", "ci_low": NAN, "ci_high": NAN,
        "ci_level": settings.ci_level, "effect_size": EffectSize(effect, NAN, NAN, NAN), "statistic": {},
        "p_value": NAN, "p_adjusted": NAN, "adjustment": hypothesis.adjust,
        "family": hypothesis.family or hypothesis.name, "method": "not run: see safeguards", "n_permutations": 0,
        "exact": False, "seed": settings.seed, "alternative": hypothesis.alternative, "software": settings.software,
        "status": "not_estimable",
    }  # fmt: skip
    return Finding(**(shared | own))
