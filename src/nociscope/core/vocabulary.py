"""Every quantity once: symbol, name, unit, plausible range, source.

Columns, axes, sidecars, the cohort's data dictionary and the documentation all draw from this table, so a
symbol that is not here cannot be computed, written or drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nociscope.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured or estimated quantity.

    Parameters
    ----------
    symbol : as it stands in code, columns and axes (consensus nomenclature verbatim).
    name : for people.
    unit : ``"1"`` is unitless.
    low, high : plausible range in people; outside it a value is flagged, not dropped.
    cites : keys of `nociscope.core.citations.CITATIONS`.
    """

    symbol: str
    name: str
    unit: str
    low: float = -math.inf
    high: float = math.inf
    cites: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Axis label: name and unit."""
        return self.name if self.unit == "1" else f"{self.name} ({self.unit})"


_PET = (
    Quantity("K1", "rate of delivery from plasma to tissue", "mL/cm3/min", 0, 5, ("innis2007",)),
    Quantity("k2", "rate of return from tissue to plasma", "1/min", 0, 5, ("innis2007",)),
    Quantity("k3", "rate of binding", "1/min", 0, 5, ("innis2007",)),
    Quantity("k4", "rate of release", "1/min", 0, 5, ("innis2007",)),
    Quantity("k2prime", "efflux rate of the reference region", "1/min", 0, 5, ("innis2007",)),
    Quantity("k2a", "apparent efflux rate", "1/min", 0, 5),
    Quantity("Kb", "rate of irreversible uptake by the vessel wall", "1/min", 0, 10),
    Quantity("R1", "delivery relative to the reference region", "1", 0, 10, ("innis2007",)),
    Quantity("vB", "blood volume fraction", "1", 0, 0.3),
    Quantity("VT", "total distribution volume", "mL/cm3", 0, 200, ("innis2007",)),
    Quantity("VND", "non-displaceable distribution volume", "mL/cm3", 0, 50, ("innis2007",)),
    Quantity("BPND", "binding potential relative to non-displaceable uptake", "1", -1, 50, ("innis2007",)),
    Quantity("BPP", "binding potential relative to plasma parent", "mL/cm3", -1, 200, ("innis2007",)),
    Quantity("DVR", "distribution volume ratio", "1", 0, 50, ("innis2007",)),
    Quantity("Ki", "net rate of uptake", "mL/cm3/min", -0.05, 5, ("innis2007",)),
    Quantity("Kiref", "net rate of uptake relative to the reference region", "1/min", -0.05, 5),
    Quantity("lambda_k3", "trapping rate independent of delivery, (K1/k2) k3", "mL/cm3/min", 0, 20),
    Quantity("K1k2ratio", "ratio K1/k2", "mL/cm3", 0, 50),
    Quantity("delay", "arrival in tissue after arrival at the blood sampler", "min", -2, 2),
    Quantity("tstar", "start of the linear part", "min", 0, 180),
    Quantity("SUV", "standardised uptake value", "g/mL", 0, 50),
    Quantity("SUVR", "standardised uptake value ratio", "1", 0, 50),
    Quantity("AUC_AIF", "area under the metabolite-corrected input", "kBq min/mL", 0),
)  # fmt: skip

_BLOOD = (
    Quantity("time", "time after injection", "s"),
    Quantity("frame_start", "start of the frame after time zero", "s"),
    Quantity("frame_end", "end of the frame after time zero", "s"),
    Quantity("AIF", "arterial input: parent tracer in plasma", "kBq/mL", 0),
    Quantity("whole_blood_radioactivity", "radioactivity in whole blood", "kBq/mL", 0),
    Quantity("plasma_radioactivity", "total radioactivity in plasma", "kBq/mL", 0),
    Quantity("metabolite_parent_fraction", "unmetabolised fraction of plasma activity", "1", 0, 1),
    Quantity("plasma_to_blood_ratio", "plasma to whole-blood ratio", "1", 0, 10),
)

_PERSON = (
    Quantity("age", "age", "year", 0, 120),
    Quantity("body_weight", "body weight", "kg", 20, 300),
    Quantity("BMI", "body mass index", "kg/m2", 10, 80),
    Quantity("InjectedRadioactivity", "injected dose", "MBq", 1, 1500),
)

VOCABULARY: dict[str, Quantity] = {q.symbol: q for q in (*_PET, *_BLOOD, *_PERSON)}


def quantity(symbol: str) -> Quantity:
    """Look a quantity up.

    Raises
    ------
    InputError
        The symbol is not in the vocabulary.
    """
    try:
        return VOCABULARY[symbol]
    except KeyError:
        raise InputError(
            f"unknown quantity {symbol!r}", do="add it to core/vocabulary.py with unit, range and source"
        ) from None
