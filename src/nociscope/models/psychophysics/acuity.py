"""Tactile acuity: two points, letters on the skin, and where a touch was."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from nociscope.core.errors import InputError
from nociscope.core.scores import Array, Score, Trials
from nociscope.core.status import FitStatus

METHOD = "tactile acuity 1"
ORIENTATIONS = ("vertical", "horizontal")
FALSE_ALARMS = 0.3
"""Share of single points felt as two beyond which a threshold is doubted."""
_RUNS = 2
CATCH = "catch"


def two_point_limits(trials: Trials) -> Score:
    """Two-point threshold by the method of limits: mean of the transitions of ascending and descending runs.

    Parameters
    ----------
    trials : ``reading`` the distance of each transition, mm, with its ``direction``; rows of the phase ``catch`` hold
        the ``response`` to single points (1 = felt as two). ``orientation`` must be said.

    Raises
    ------
    InputError
        No orientation, or a transition without direction.
    """
    _check_orientation(trials)
    catch = np.array(trials.phase) == CATCH
    used = trials.valid & ~catch & np.isfinite(trials.reading)
    direction = np.array(trials.direction)
    if not np.isin(direction[used], ("asc", "desc")).all():
        raise InputError("a transition without direction", expected="asc or desc", where=trials.where or None)
    runs = [int((used & (direction == d)).sum()) for d in ("asc", "desc")]
    enough = min(runs) >= _RUNS
    limited = trials.censored[used]
    value = (
        float(np.mean([trials.reading[used & (direction == d)].mean() for d in ("asc", "desc")]))
        if enough
        else math.nan
    )
    status = FitStatus.TOO_FEW_TRIALS if not enough else FitStatus.CENSORED if limited.any() else FitStatus.OK
    low, high = (
        end if enough and hit else value for end, hit in ((0.0, (limited < 0).any()), (math.inf, (limited > 0).any()))
    )
    flags, detail = _catches(trials, catch)
    return Score(
        "TPD", trials.part, value, "mm", status, f"{METHOD}, limits, {trials.orientation}", trials.side,
        low=low, high=high,
        n_valid=sum(runs), n_asked=int((~catch).sum()), flags=(trials.orientation, *flags), detail=detail,
        cites=("catley2013",),
    )  # fmt: skip


def letters_on_skin(trials: Trials, level: float = 0.95) -> Score:
    """Graphaesthesia: percent of letters that were named wrongly, with Wilson's interval.

    Parameters
    ----------
    trials : ``response`` 1 where right, 0 where wrong; a letter without answer must be marked invalid.
    """
    answered = trials.valid & np.isfinite(trials.response)
    right = trials.response[answered]
    n = int(answered.sum())
    if n == 0 or not np.isin(right, (0, 1)).all():
        status = FitStatus.TOO_FEW_TRIALS if n == 0 else FitStatus.OUT_OF_RANGE
        return Score("graphaesthesia_error", trials.part, math.nan, "percent", status, METHOD, trials.side)
    wrong = int((right == 0).sum())
    low, high = wilson(wrong, n, level)
    return Score(
        "graphaesthesia_error", trials.part, 100 * wrong / n, "percent",
        FitStatus.OK if n == trials.n else FitStatus.FEW_TRIALS, METHOD, trials.side, low=100 * wrong / n,
        high=100 * wrong / n, n_valid=n, n_asked=trials.n, detail={"ci_low": 100 * low, "ci_high": 100 * high},
        cites=("wand2010", "wilson1927"),
    )  # fmt: skip


def localisation_error(trials: Trials) -> Score:
    """Mean absolute distance of where a touch was pointed to, or of an estimated distance, from the truth.

    Parameters
    ----------
    trials : ``reading`` the answer and ``stimulus`` the truth, mm; a distance from the truth alone has stimulus 0.
    """
    error = np.abs(trials.reading - np.where(np.isfinite(trials.stimulus), trials.stimulus, 0.0))[trials.valid]
    error = error[np.isfinite(error)]
    n = int(error.size)
    value = float(error.mean()) if n else math.nan
    status = FitStatus.TOO_FEW_TRIALS if n == 0 else FitStatus.OK if n == trials.n else FitStatus.FEW_TRIALS
    se = float(error.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Score(
        "localisation_error", trials.part, value, "mm", status, METHOD, trials.side, se=se, low=value, high=value,
        n_valid=n, n_asked=trials.n,
    )  # fmt: skip


def wilson(hits: Array | int, n: Array | int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share (1927, 10.1080/01621459.1927.10502953)."""
    z = float(special.ndtri(0.5 + level / 2))
    share = np.asarray(hits) / np.asarray(n)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * np.asarray(n) ** 2))
    return float(middle - half), float(middle + half)


def _check_orientation(trials: Trials) -> None:
    if trials.orientation not in ORIENTATIONS:
        raise InputError(
            "two points need an orientation", expected=" or ".join(ORIENTATIONS), got=trials.orientation or "none",
            where=trials.where or None, do="thresholds along and across the back differ",
        )  # fmt: skip


def _catches(trials: Trials, catch: np.ndarray) -> tuple[tuple[str, ...], dict[str, float]]:
    answers = trials.response[catch & trials.valid & np.isfinite(trials.response)]
    if answers.size == 0:
        return ("no_catch_trials",), {}
    rate = float((answers > 0).mean())
    flags = ("false_alarms",) if rate > FALSE_ALARMS else ()
    return flags, {"false_alarm_rate": rate, "catch_trials": float(answers.size)}
