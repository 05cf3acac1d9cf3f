"""What a kinetic model is: an equation, parameters with bounds and units, derived quantities, a source.

Three final kinds share one face (`name`, `needs`, `outcome`, `cites` …): `CompartmentModel` here, fitted by
`nociscope.models.pet.least_squares`; `LinearModel` in `nociscope.models.pet.regression`; `UptakeModel` in
`nociscope.models.pet.uptake`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nociscope.core.citations import CITATIONS
from nociscope.core.errors import InputError
from nociscope.core.records import Array, Frames
from nociscope.core.vocabulary import quantity
from nociscope.models.pet.convolve import Basis

Needs = Literal["arterial", "reference", "none"]
Values = NDArray[Any]
Named = Mapping[str, Values]
Derived = Mapping[str, Callable[[Named], Values]]


@dataclass(frozen=True)
class Param:
    """A fitted parameter.

    Parameters
    ----------
    symbol : in the vocabulary, which gives the unit.
    start, low, high : first start and bounds of the fit.
    spread : (from, to) of random starts, drawn evenly in the logarithm.
    shared : taken from `FitOptions` under this name when a number stands there, so not fitted.

    Raises
    ------
    InputError
        The symbol is not in the vocabulary, or start and spread leave the bounds.
    """

    symbol: str
    start: float
    low: float
    high: float
    spread: tuple[float, float]
    shared: bool = False

    def __post_init__(self) -> None:
        quantity(self.symbol)
        if not self.low <= self.spread[0] <= self.start <= self.spread[1] <= self.high or self.spread[0] <= 0:
            raise InputError(f"start of {self.symbol} leaves its bounds", expected="low <= spread <= high")


@dataclass(frozen=True, eq=False)
class Terms:
    """A model curve as a sum: ``amplitude`` x exponential convolutions of the input with ``rate``, plus
    ``direct`` x (whole blood, or the reference curve) plus ``integral`` x running integral of the input.
    """

    amplitude: tuple[Values, ...]
    rate: tuple[Values, ...]
    direct: Values
    integral: Values | float = 0.0


@dataclass(frozen=True, eq=False)
class Curves:
    """What a model is fitted to: one scan, its weights, and the input that drives it.

    Parameters
    ----------
    activity : (region, frame), kBq/mL. weights : (frame,), 1/variance. used : (frame,).
    time, driver : (sample,), the input that is convolved: AIF, or the reference curve between frame middles.
    direct : (frame,), frame means of whole blood, or the reference curve as measured.
    draws : (draw, 2, sample) or None, an ensemble of (driver, whole blood).
    blood : (sample,) or None, whole blood on ``time``.
    """

    frames: Frames
    regions: tuple[str, ...]
    activity: Array
    weights: Array
    used: NDArray[np.bool_]
    time: Array
    driver: Array
    direct: Array
    integral: Array
    basis: Basis | None = None
    blood: Array | None = None
    draws: Array | None = None
    reference: str = ""


def _known(symbols: tuple[str, ...], cites: tuple[str, ...]) -> None:
    for symbol in symbols:
        quantity(symbol)
    if missing := [c for c in cites if c not in CITATIONS]:
        raise InputError(f"citation {missing[0]!r} is unknown", do="add it to core/citations.py")


@dataclass(frozen=True, kw_only=True)
class KineticModel:
    """The face that all kinds share.

    Parameters
    ----------
    name : label, as in BIDS derivatives.
    needs : ``arterial`` input, ``reference`` region, or ``none``.
    outcome : symbol of the number the model is used for.
    equation, assumes, lies : for the documentation: the operational equation, what must hold, and when the number
        misleads.
    cites : keys of `nociscope.core.citations.CITATIONS`.
    """

    name: str
    needs: Needs
    outcome: str
    equation: str
    assumes: str
    lies: str
    cites: tuple[str, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of all estimates, in the order in which they are reported."""
        return (self.outcome,)

    def __post_init__(self) -> None:
        _known(self.symbols, self.cites)


@dataclass(frozen=True, kw_only=True)
class CompartmentModel(KineticModel):
    """A model whose curve is a sum of exponential convolutions of its input.

    Parameters
    ----------
    params : fitted parameters.
    terms : parameters by symbol → `Terms`; written with NumPy arithmetic that accepts complex numbers, because
        derivatives are taken by a complex step.
    derived : symbol → function of the parameters, in the same manner.
    """

    params: tuple[Param, ...]
    terms: Callable[[Named], Terms]
    derived: Derived = field(default_factory=dict)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Parameters first, then derived quantities."""
        return (*(p.symbol for p in self.params), *self.derived)
