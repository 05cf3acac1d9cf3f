"""Why a question cannot be estimated from these people, in words; or nothing."""

from __future__ import annotations

import numpy as np

from nociscope.stats.asked import Question
from nociscope.stats.design import column_rank
from nociscope.stats.joint import joint_algebra
from nociscope.stats.linear import algebra

FEWEST_OF_GROUP = 2
FEWEST = 3


def why_not(asked: Question) -> str:
    """Reason why nothing can be estimated, empty where something can."""
    counts = ", ".join(f"{count} {name}" for name, count in asked.n.items())
    if sum(asked.n.values()) < FEWEST or min(asked.n.values()) < (FEWEST_OF_GROUP if len(asked.n) > 1 else FEWEST):
        return f"only {counts}" if sum(asked.n.values()) > 1 else _at_most_one(sum(asked.n.values()))
    if asked.kind == "correlate" and not asked.is_joint and np.ptp(asked.design.interest) == 0:
        return "the other variable is constant"
    return _of_design(asked, counts)


def complete(people: int) -> str:
    """How few people have all sessions, in words."""
    return {0: "nobody has all sessions", 1: "only one person has all sessions"}.get(
        people, f"only {people} people have all sessions"
    )


def _at_most_one(people: int) -> str:
    return f"{'only one person' if people else 'nobody'} has all the numbers that the question needs"


def _of_design(asked: Question, counts: str) -> str:
    design = asked.design
    wanted, left = design.questions.shape[1], design.rank - column_rank(design.nuisance)
    if left < wanted:
        nothing = "leave nothing" if left == 0 else f"leave {left} of {wanted} columns"
        return f"the {'other terms' if asked.kind == 'formula' else 'covariates'} {nothing} of what is asked ({counts})"
    if design.n - design.rank < 2:
        return f"{counts} and {asked.held} covariate columns leave fewer than 2 degrees of freedom"
    if _rests_on_fully_fitted(asked):
        return "what is asked rests on people who alone have their covariates, so that no spread can be known"
    return ""


def _rests_on_fully_fitted(asked: Question) -> bool:
    if not asked.is_joint:
        return algebra(asked.design).rests_on_fully_fitted
    a = joint_algebra(asked.design)
    size = np.linalg.norm(a.basis, axis=1)
    return bool((size[1 - a.leverage <= 1e-9] > 1e-9 * size.max()).any())
