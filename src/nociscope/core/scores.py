"""What people answered, felt and did in a test, and what became of it: answers, trials, scores, decisions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.status import FitStatus

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """One number of one person at one session.

    Parameters
    ----------
    measure : symbol, such as ``PPT``, ``painDETECT`` or ``SICI``.
    part : body site, muscle or scale (``total``); never empty.
    side : ``L``, ``R``, ``M`` or ``n/a``.
    value, se, unit : nan where the status denies it; unit ``1`` is unitless.
    low, high : what it can be, where answers are missing or a device reached its limit; equal to value otherwise.
    status : why it needs care or is missing.
    method : scoring rule or estimator, with its version.
    n_valid, n_asked : trials or items that entered, and those there should have been.
    band : label of the range that it falls into; several joined by ``|`` where the bounds leave it open.
    flags : what else a reader must know, as short codes.
    detail : further plain numbers, such as components and z.
    cites : keys of the citation table.
    """

    measure: str
    part: str
    value: float
    unit: str
    status: FitStatus
    method: str
    side: str = "n/a"
    se: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n_valid: int = 0
    n_asked: int = 0
    band: str = ""
    flags: tuple[str, ...] = ()
    detail: Mapping[str, float] = field(default_factory=dict)
    cites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.measure and self.part and self.unit and self.method):
            raise InputError("a score needs measure, part, unit and method", got=self)
        if not self.status.keeps_value and not math.isnan(self.value):
            raise InputError(f"a score that is {self.status} has a value", expected="nan", got=self.value)
        if self.status.keeps_value and math.isnan(self.value):
            raise InputError("a score without a value says ok", expected="a status that denies it", got=self.measure)


@dataclass(frozen=True)
class Decision:
    """What a set of criteria says of one person.

    Parameters
    ----------
    criteria : id and version. rule : which of its rules.
    grades : every grade that the unknown inputs leave reachable; one where the answer is settled.
    path : the conditions that led there, in words and in order.
    missing : unknown inputs. deciding : those of them that could settle the answer.
    inputs : what was known, as text.
    """

    criteria: str
    rule: str
    grades: tuple[str, ...]
    path: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    cites: tuple[str, ...] = ()

    @property
    def grade(self) -> str:
        """The grade where it is settled, else all that are reachable joined by ``|``."""
        return "|".join(self.grades)


@dataclass(frozen=True)
class LossGain:
    """Levels of loss and gain: 0 none, 1 thermal only, 2 mechanical only, 3 both.

    Parameters
    ----------
    losses, gains : levels that the tests leave reachable; one where all that matter are known.
    lost, gained : tests that are abnormal for certain.
    unknown : tests of the sets that are missing or limited so that they could be either.
    """

    losses: tuple[int, ...]
    gains: tuple[int, ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def loss(self) -> str:
        """``L1``, or ``L2|L3`` where it is open."""
        return "|".join(f"L{level}" for level in self.losses)

    @property
    def gain(self) -> str:
        """``G0``, or several."""
        return "|".join(f"G{level}" for level in self.gains)

    @property
    def label(self) -> str:
        """Both, ``L1G2``; with a space between them where one is open."""
        return f"{self.loss}{self.gain}" if len(self.losses) == len(self.gains) == 1 else f"{self.loss} {self.gain}"


@dataclass(frozen=True)
class SideVerdict:
    """What a battery says of one side of a body site.

    Parameters
    ----------
    loss_gain : levels that are reachable. n : tests with a z.
    chance : probability that a healthy person has at least one beyond the limit, were tests independent.
    expected : how many of a healthy person's tests would lie beyond it on average.
    """

    loss_gain: LossGain
    n: int
    chance: float
    expected: float


@dataclass(frozen=True)
class PersonScores:
    """Everything that one kind of testing said of one person.

    Parameters
    ----------
    rows : session (``n/a`` where there are none) and score. decisions : session and decision.
    sources : files that the numbers come from.
    """

    participant: str
    rows: tuple[tuple[str, Score], ...]
    decisions: tuple[tuple[str, Decision], ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class EverybodysScores:
    """What a table about the whole group said, person by person."""

    people: tuple[PersonScores, ...]


@dataclass(frozen=True, eq=False)
class Trials:
    """Single stimuli or readings of one test at one place, in the order in which they were given.

    Parameters
    ----------
    test : symbol (``CDT`` … ``CPM``). part, side : where. role : ``affected``, ``control`` … as the table says.
    stimulus, response, reading : shape (trial,), nan where absent.
    stimulus_unit, response_unit, reading_unit : of these.
    run, trial : shape (trial,), numbers as in the table. direction : shape (trial,), ``asc``, ``desc`` or empty.
    phase : shape (trial,), such as ``baseline``, ``conditioned``, ``sham``, ``train``, ``single``; empty where unnamed.
    valid : shape (trial,). censored : shape (trial,), −1 below, 0 not, +1 above what the device can do.
    baseline_temp : °C, where thermal. orientation : of the two points, ``vertical`` or ``horizontal``, where tactile.
    where : file and rows, for messages.
    """

    test: str
    part: str
    side: str
    stimulus: Array
    response: Array
    reading: Array
    run: NDArray[np.int64]
    trial: NDArray[np.int64]
    direction: tuple[str, ...]
    phase: tuple[str, ...]
    valid: NDArray[np.bool_]
    censored: NDArray[np.int8]
    stimulus_unit: str = ""
    response_unit: str = ""
    reading_unit: str = ""
    role: str = ""
    baseline_temp: float = math.nan
    where: str = ""
    orientation: str = ""

    def __post_init__(self) -> None:
        shapes = {len(getattr(self, name)) for name in _COLUMNS}
        if len(shapes) != 1:
            raise ShapeError("columns of trials differ in length", got={n: len(getattr(self, n)) for n in _COLUMNS})

    @property
    def n(self) -> int:
        """Trials."""
        return len(self.trial)


_COLUMNS = ("stimulus", "response", "reading", "run", "trial", "direction", "phase", "valid", "censored")
