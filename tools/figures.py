"""A figure is a number that an issue or a document of ours promises, with the code that measures it.

``validation/<area>.py`` holds figures about being right, ``benchmarks/<area>.py`` figures about being quick; each
defines ``FIGURES: list[Figure]``. `tools.results` runs them and keeps ``results.json``.
"""

from __future__ import annotations

import math
import operator
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

Measured = float | tuple[float, float]
"""A value, or a value and the peer's value in the same unit."""

_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "==": operator.eq}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ONE_SIDED = re.compile(rf"(<=|>=|==|<|>)\s*({_NUMBER})")
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})")
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


class Skipped(Exception):
    """Raised by ``measure`` where the figure cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Goal:
    """What a figure should reach: ``<= 0.3``, ``>= 0.95``, ``< 1``, ``> 1``, ``== 0``, ``93..97``, or nothing.

    Raises
    ------
    ValueError
        The text is none of these.
    """

    text: str

    def __post_init__(self) -> None:
        text = self.text.strip()
        if text and not (_ONE_SIDED.fullmatch(text) or _RANGE.fullmatch(text)):
            raise ValueError(f"goal {self.text!r} is not understood; write '<= 0.3', '>= 0.95', '93..97' or '== 0'")
        if (match := _RANGE.fullmatch(text)) and float(match[1]) > float(match[2]):
            raise ValueError(f"goal {self.text!r} runs from high to low")

    def met(self, value: float) -> bool | None:
        """Whether ``value`` reaches the goal; None where no goal is set. A missing value never does."""
        text = self.text.strip()
        if not text:
            return None
        if math.isnan(value):
            return False
        if match := _RANGE.fullmatch(text):
            return float(match[1]) <= value <= float(match[2])
        sign, bound = _ONE_SIDED.findall(text)[0]
        return bool(_COMPARE[sign](value, float(bound)))


@dataclass(frozen=True)
class Figure:
    """One promised number.

    Parameters
    ----------
    id : dotted by area, such as ``pet.regional.vt_2tcm_median``.
    what : one line for the reader of the table.
    unit : of the value, ``"1"`` where it has none.
    goal : see `Goal`; empty where the number is only shown.
    measure : returns the value, or the value and the peer's; raises `Skipped` where data are absent.
    peer : what it is held against, with its version.
    """

    id: str
    what: str
    unit: str
    goal: str
    measure: Callable[[], Measured]
    peer: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"figure id {self.id!r} is not dotted lower case, such as 'pet.regional.vt_median'")
        Goal(self.goal)

    def run(self) -> tuple[float, float | None]:
        """Measure: the value and, where the figure has one, the peer's value."""
        measured = self.measure()
        value, peer_value = measured if isinstance(measured, tuple) else (measured, None)
        return float(value), None if peer_value is None else float(peer_value)

    def met(self, value: float) -> bool | None:
        """Whether the goal is reached by this value."""
        return Goal(self.goal).met(value)


def open_data(name: str) -> Path:
    """Find an open data set, in ``NOCISCOPE_TEST_DATA`` or beside the repository.

    Raises
    ------
    Skipped
        It is not there.
    """
    folder = Path(os.environ.get("NOCISCOPE_TEST_DATA", ROOT.parent / "shared" / "data"))
    path = folder / name
    if not path.exists():
        raise Skipped(f"open data {name!r} not found; set NOCISCOPE_TEST_DATA to the folder that holds it")
    return path
