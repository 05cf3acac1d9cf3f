"""Left/right judgement of pictures: accuracy, time, discriminability and bias."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from nociscope.core.errors import InputError, ShapeError
from nociscope.core.scores import Array, Score
from nociscope.core.status import FitStatus

METHOD = "left/right judgement 1"
LEFT, RIGHT = "L", "R"


@dataclass(frozen=True)
class Trimming:
    """Which reaction times count, declared.

    Parameters
    ----------
    low, high : ms; times outside are left out. sds : then those further than so many SD from the mean; inf for none.
    """

    low: float = 0.0
    high: float = math.inf
    sds: float = math.inf

    @property
    def text(self) -> str:
        """As stored beside the number."""
        window = f"{self.low:g}–{self.high:g} ms" if self.low > 0 or math.isfinite(self.high) else ""
        spread = f"±{self.sds:g} SD" if math.isfinite(self.sds) else ""
        return ", ".join(filter(None, (window, spread))) or "untrimmed"

    def kept(self, times: Array) -> Array:
        """The times that count."""
        inside = times[(times >= self.low) & (times <= self.high)]
        if math.isinf(self.sds) or inside.size < 2:
            return inside
        return np.asarray(inside[np.abs(inside - inside.mean()) <= self.sds * inside.std(ddof=1)])


def discriminability(
    hits: int, targets: int, false_alarms: int, others: int, log_linear: bool = True
) -> tuple[float, float]:
    """d′ and criterion c.

    Parameters
    ----------
    log_linear : add a half to hits and false alarms and one to both totals (Hautus 1995, 10.3758/BF03203619); without
        it d′ is infinite where somebody made no error.
    """
    add = 0.5 if log_linear else 0.0
    hit = (hits + add) / (targets + 2 * add)
    alarm = (false_alarms + add) / (others + 2 * add)
    a, b = float(special.ndtri(hit)), float(special.ndtri(alarm))
    return a - b, -(a + b) / 2


def laterality(shown: list[str], answered: list[str], times: Array, part: str, trimming: Trimming) -> tuple[Score, ...]:
    """Accuracy, mean time of right answers, d′ and bias of one session.

    Parameters
    ----------
    shown, answered : ``L`` or ``R`` for each picture; an answer that is empty was not given.
    times : shape (picture,), ms, nan where unknown.
    part : of the body that the pictures show. trimming : of the times; say it.

    Raises
    ------
    ShapeError
        Columns of different length.
    InputError
        A side that is neither, or no pictures.
    """
    times = np.asarray(times, dtype=np.float64)
    if not len(shown) == len(answered) == times.size:
        raise ShapeError("one row a picture", got=(len(shown), len(answered), times.size))
    s, a = np.array(shown), np.array(answered)
    if s.size == 0 or not np.isin(s, (LEFT, RIGHT)).all() or not np.isin(a, (LEFT, RIGHT, "")).all():
        raise InputError("sides of pictures and answers", expected="L or R", got=sorted({*shown, *answered}))
    given = a != ""
    n = int(given.sum())
    correct = given & (s == a)
    left, right = given & (s == LEFT), given & (s == RIGHT)
    both = bool(left.any() and right.any())
    status = FitStatus.TOO_FEW_TRIALS if n == 0 else FitStatus.OK if n == s.size else FitStatus.FEW_TRIALS
    hits, alarms = int((left & correct).sum()), int((right & ~correct).sum())
    d, c = discriminability(hits, int(left.sum()), alarms, int(right.sum())) if both else (math.nan, math.nan)
    kept = trimming.kept(times[correct & np.isfinite(times)])
    time = float(kept.mean()) if kept.size else math.nan
    rows = (
        ("laterality_accuracy", 100 * float(correct.sum()) / n if n else math.nan, "percent", n, METHOD),
        ("laterality_RT", time, "ms", int(kept.size), f"{METHOD}, {trimming.text}"),
        ("laterality_dprime", d, "1", n, f"{METHOD}, log-linear"),
        ("laterality_bias", c, "1", n, f"{METHOD}, log-linear"),
    )
    return tuple(
        Score(
            name, part, value, unit, FitStatus.TOO_FEW_TRIALS if math.isnan(value) else status, method, low=value,
            high=value, n_valid=count, n_asked=s.size, cites=("bray2011", "hautus1995"),
        )
        for name, value, unit, count, method in rows
    )  # fmt: skip
