"""Reference values by test, body site, sex and age, and how to make them from one's own controls."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from nociscope.core.errors import InputError, RangeError
from nociscope.core.scores import Score
from nociscope.models.biosample.censored import censored_fit
from nociscope.models.psychophysics.battery import LIMIT, back_transformed, find_test, transformed

ALL = "all"
"""Sex of a cell that holds for everybody."""
FEWEST = 10
"""People that a cell needs."""
BY = ("body_site", "sex", "decade")


@dataclass(frozen=True)
class ReferenceCell:
    """Healthy people of one test, body site, sex and range of ages.

    Parameters
    ----------
    sex : ``M``, ``F`` or ``all``. age_min, age_max : whole years, both included.
    n : people. n_censored : of them those who reached a limit of the device.
    mean, sd : on the transformed scale. transform, unit : of that scale, as in the battery.
    source : DOI or name of the data, with page or table.
    """

    test: str
    part: str
    sex: str
    age_min: int
    age_max: int
    n: int
    mean: float
    sd: float
    transform: str
    unit: str
    source: str = ""
    n_censored: int = 0

    def __post_init__(self) -> None:
        known = find_test(self.test)
        where = f"reference {self.test} {self.part} {self.sex} {self.age_min}–{self.age_max}"
        if (self.transform, self.unit) != (known.transform, known.unit):
            raise InputError(
                "another scale than that of the battery", expected=f"{known.transform} of {known.unit}",
                got=f"{self.transform} of {self.unit}", where=where,
            )  # fmt: skip
        positive = self.sd > 0 or (self.sd == 0 and not known.has_z)
        if not (math.isfinite(self.mean) and positive) or self.age_min > self.age_max:
            raise RangeError("a cell that cannot be", got=f"mean {self.mean}, sd {self.sd}", where=where)

    @property
    def name(self) -> str:
        """Site, sex and ages, as printed beside a z."""
        return f"{self.part}/{self.sex}/{self.age_min}-{self.age_max}"

    @property
    def interval(self) -> tuple[float, float]:
        """The middle 95 % of healthy people, in the unit of the value."""
        low, high = (back_transformed(self.mean + k * self.sd, self.transform) for k in (-LIMIT, LIMIT))
        return low, high


@dataclass(frozen=True)
class Reference:
    """Cells from one source.

    Parameters
    ----------
    id : short name. licence : of the numbers.
    synthetic : made up for tests; what is scored with it says so.
    dropped : cells that had too few people, as text.
    """

    id: str
    cells: tuple[ReferenceCell, ...]
    licence: str = ""
    synthetic: bool = False
    dropped: tuple[str, ...] = ()
    _index: dict[tuple[str, str], list[ReferenceCell]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[tuple[str, str], list[ReferenceCell]] = defaultdict(list)
        for cell in self.cells:
            if other := next((c for c in index[cell.test, cell.part] if _overlap(c, cell)), None):
                raise InputError(
                    f"two cells of {cell.test} hold for the same person", got=f"{other.name} and {cell.name}",
                    where=f"reference {self.id}", do="keep one",
                )  # fmt: skip
            index[cell.test, cell.part].append(cell)
        object.__setattr__(self, "_index", dict(index))

    def cell(self, test: str, part: str, sex: str, age: float) -> ReferenceCell | None:
        """The cell that holds for a person, or None: nothing is extrapolated.

        Parameters
        ----------
        sex : ``M``, ``F`` or empty where unknown. age : years, nan where unknown.
        """
        if math.isnan(age):
            return None
        years = math.floor(age)
        for cell in self._index.get((test, part), []):
            if cell.sex in (sex, ALL) and cell.age_min <= years <= cell.age_max:
                return cell
        return None


@dataclass(frozen=True)
class Control:
    """A healthy person's value of one test."""

    score: Score
    sex: str
    age: float


def build_reference(
    controls: Iterable[Control], by: Sequence[str] = BY, id: str = "own-controls", fewest: int = FEWEST
) -> Reference:
    """Make a reference from one's own controls.

    A cell in which somebody reached a limit of the device is estimated by the likelihood of a normal curve in which a
    limit is a limit. Values that are missing do not enter; cells with too few people are named in ``dropped``.

    Parameters
    ----------
    controls : one entry a person and test.
    by : what parts the cells: ``body_site`` (always), ``sex``, ``decade``.
    fewest : people that a cell needs.

    Raises
    ------
    InputError
        An unknown part of ``by``, or a control without sex or age where these part the cells.
    """
    if unknown := set(by) - set(BY):
        raise InputError("cells cannot be parted by this", got=", ".join(sorted(unknown)), expected=", ".join(BY))
    groups: dict[tuple[str, str, str, int, int], list[Score]] = defaultdict(list)
    for control in controls:
        if math.isfinite(control.score.value):
            groups[_key(control, by)].append(control.score)
    cells, dropped = [], []
    for key, scores in sorted(groups.items()):
        cell = _cell(key, scores, id) if len(scores) >= fewest else None
        if cell is None:
            dropped.append(f"{key[0]} {key[1]}/{key[2]}/{key[3]}-{key[4]}: n = {len(scores)}")
        else:
            cells.append(cell)
    return Reference(id, tuple(cells), dropped=tuple(dropped))


def _key(control: Control, by: Sequence[str]) -> tuple[str, str, str, int, int]:
    score = control.score
    sex, ages = ALL, (0, 150)
    if "sex" in by:
        if control.sex not in ("M", "F"):
            raise InputError("a control without sex", expected="M or F", got=control.sex, where=score.measure)
        sex = control.sex
    if "decade" in by:
        if not math.isfinite(control.age):
            raise InputError("a control without age", expected="years", got=control.age, where=score.measure)
        first = int(control.age // 10) * 10
        ages = (first, first + 9)
    return score.measure, score.part, sex, *ages


def _cell(key: tuple[str, str, str, int, int], scores: Sequence[Score], source: str) -> ReferenceCell | None:
    """Mean and SD of a cell; None where nobody differs or nearly everybody reached a limit."""
    test = find_test(key[0])
    values = np.array([transformed(s.value, test.transform) for s in scores])
    side = np.array([_side(s) for s in scores], dtype=np.int8)
    n = values.size
    if (side != 0).any():
        # the likelihood is of logarithms: exponentials of the transformed values are handed to it
        shift = float(values.mean())
        fit = censored_fit(np.exp(values - shift), side)
        mean, sd = float(fit.coefficients[0]) + shift, fit.spread * math.sqrt(n / (n - 1))
    else:
        mean, sd = float(values.mean()), float(values.std(ddof=1))
    if not (math.isfinite(mean) and math.isfinite(sd)) or (sd == 0 and test.has_z):
        return None
    return ReferenceCell(*key, n, mean, sd, test.transform, test.unit, source, int((side != 0).sum()))


def _side(score: Score) -> int:
    if score.low < score.value:
        return -1
    return 1 if score.high > score.value else 0


def _overlap(a: ReferenceCell, b: ReferenceCell) -> bool:
    same_sex = a.sex == b.sex or ALL in (a.sex, b.sex)
    return same_sex and a.age_min <= b.age_max and b.age_min <= a.age_max
