"""Options that every kind of question shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nociscope.core.errors import InputError


@dataclass(frozen=True)
class TestSettings:
    """How hypotheses are tested.

    Parameters
    ----------
    seed : of relabellings and resamples; the same seed gives the same bytes.
    ci_level : of all intervals, which are two-sided whatever the alternative.
    alpha : level below which a design must be able to get.
    exact_limit : designs with at most so many distinct relabellings are enumerated.
    resamples : of the bootstrap of effects.
    power : at which the minimal detectable effect is stated.
    software : program and version, written into the finding.
    """

    __test__: ClassVar[bool] = False

    seed: int = 0
    ci_level: float = 0.95
    alpha: float = 0.05
    exact_limit: int = 20_000
    resamples: int = 2_000
    power: float = 0.8
    software: str = ""

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 0.5 and 0.5 < self.ci_level < 1 and 0 < self.power < 1):
            raise InputError("impossible levels", expected="0 < alpha < 0.5 < ci_level < 1", got=self)
        if self.exact_limit < 1 or self.resamples < 100 or self.seed < 0:
            raise InputError("impossible counts", expected="exact_limit ≥ 1, resamples ≥ 100, seed ≥ 0", got=self)
