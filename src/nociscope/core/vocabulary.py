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

_TMS = (
    Quantity("RMT", "resting motor threshold", "%MSO", 15, 100, ("rossini2015",)),
    Quantity("AMT", "active motor threshold", "%MSO", 10, 100, ("rossini2015",)),
    Quantity("MEP", "size of the motor evoked potential", "uV", 0, 20000, ("rossini2015",)),
    Quantity("MEP_latency", "latency of the motor evoked potential", "ms", 5, 60, ("rossini2015",)),
    Quantity("CSP", "cortical silent period", "ms", 20, 400, ("rossini2015",)),
    Quantity("IO_A", "plateau of the recruitment curve", "mV", 0, 20, ("devanne1997",)),
    Quantity("IO_S50", "intensity at half of the plateau", "%MSO", 10, 150, ("devanne1997",)),
    Quantity("IO_k", "slope parameter of the recruitment curve", "%MSO", 0, 50, ("devanne1997",)),
    Quantity("IO_slope", "steepest slope of the recruitment curve", "mV/%MSO", -1, 5, ("devanne1997",)),
    Quantity("IO_x_intercept", "intensity where the tangent at S50 meets zero", "%MSO", 0, 150, ("devanne1997",)),
    Quantity("IO_AUC", "area under the recruitment curve", "mV*%MSO", 0, 2000),
    Quantity("IO_floor", "lower plateau of the recruitment curve", "mV", 0, 2),
    *(
        Quantity(f"{symbol}_{kind}", f"{name}, {what}", unit, low, high, ("kujirai1993",))
        for symbol, name in (
            ("SICI", "short-interval intracortical inhibition"),
            ("ICF", "intracortical facilitation"),
            ("LICI", "long-interval intracortical inhibition"),
            ("SAI", "short-latency afferent inhibition"),
        )
        for kind, what, unit, low, high in (
            ("ratio", "conditioned in % of test", "%", 0, 1000),
            ("log", "natural logarithm of conditioned over test", "1", -5, 3),
            ("geometric", "ratio of geometric means", "%", 0, 1000),
        )
    ),
    Quantity("map_area", "area of the motor map", "cm2", 0, 150),
    Quantity("map_volume", "volume of the motor map", "uV*cm2", 0, 1e6),
    Quantity("map_volume_normalised", "volume of the motor map over its maximum", "%", 0, 15000),
    Quantity("map_cog_x", "centre of gravity of the motor map, to the right", "cm", -12, 12, ("wassermann1992",)),
    Quantity("map_cog_y", "centre of gravity of the motor map, to the front", "cm", -12, 12, ("wassermann1992",)),
    Quantity("map_hotspot_x", "strongest site of the motor map, to the right", "cm", -12, 12),
    Quantity("map_hotspot_y", "strongest site of the motor map, to the front", "cm", -12, 12),
    Quantity("map_peaks", "discrete peaks of the motor map", "1", 0, 20, ("schabrun2015",)),
    Quantity(
        "map_probability_area", "area weighted by the probability of a response", "cm2", 0, 150, ("sinitsyn2019",)
    ),
    Quantity("map_overlap_dice", "overlap of two motor maps, Dice", "1", 0, 1),
    Quantity("map_overlap_jaccard", "overlap of two motor maps, Jaccard", "1", 0, 1),
    Quantity("map_overlap_smaller", "overlap of two motor maps, share of the smaller", "1", 0, 1),
    Quantity("map_overlap_weighted", "overlap of two motor maps, weighted by strength", "1", 0, 1),
    Quantity("map_overlap_bhattacharyya", "overlap of two motor maps, Bhattacharyya", "1", 0, 1),
    Quantity("map_overlap_area", "shared area of two motor maps", "cm2", 0, 150),
    Quantity("map_cog_distance", "distance of two centres of gravity", "cm", 0, 12, ("tsao2011",)),
    Quantity("MEP_percent", "size of the motor evoked potential in % of baseline", "%", 0, 2000, ("thapa2018",)),
    Quantity("homeostatic_index", "change after the second block", "1", -1, 5, ("thapa2018",)),
    Quantity("homeostatic_reversal", "change from between the blocks to after", "1", -1, 5, ("thapa2018",)),
    Quantity("NWR_threshold", "threshold of the nociceptive withdrawal reflex", "mA", 0, 100, ("rhudy2007",)),
    Quantity(
        "NWR_TS_difference", "growth of the withdrawal reflex in a train", "uV", -5000, 5000, ("arendtnielsen1994",)
    ),
    Quantity("NWR_TS_ratio", "last over first withdrawal reflex of a train", "1", 0, 50, ("arendtnielsen1994",)),
    Quantity("NWR_TS_slope", "growth of the withdrawal reflex a stimulus", "uV", -2000, 2000, ("arendtnielsen1994",)),
)

_SENSORY = (
    Quantity("CDT", "cold detection threshold, below the skin's temperature", "degC", 0, 32, ("rolke2006",)),
    Quantity("WDT", "warm detection threshold, above the skin's temperature", "degC", 0, 18, ("rolke2006",)),
    Quantity("TSL", "thermal sensory limen", "degC", 0, 50, ("rolke2006",)),
    Quantity("PHS", "paradoxical heat sensations", "1", 0, 3, ("rolke2006",)),
    Quantity("CPT", "cold pain threshold", "degC", 0, 32, ("rolke2006",)),
    Quantity("HPT", "heat pain threshold", "degC", 32, 50, ("rolke2006",)),
    Quantity("PPT", "pressure pain threshold", "kPa", 0, 2000, ("rolke2006",)),
    Quantity("MPT", "mechanical pain threshold", "mN", 4, 1024, ("rolke2006",)),
    Quantity("MPS", "mechanical pain sensitivity", "0-100", 0.1, 100.1, ("rolke2006",)),
    Quantity("DMA", "dynamic mechanical allodynia", "0-100", 0.1, 100.1, ("rolke2006",)),
    Quantity("WUR", "wind-up ratio", "1", 0, 50, ("rolke2006",)),
    Quantity("MDT", "mechanical detection threshold", "mN", 0.1, 512, ("rolke2006",)),
    Quantity("VDT", "vibration detection threshold", "x/8", 0, 8, ("rolke2006",)),
    Quantity("CDT_z", "cold detection threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("WDT_z", "warm detection threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("TSL_z", "thermal sensory limen, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("CPT_z", "cold pain threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("HPT_z", "heat pain threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("PPT_z", "pressure pain threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("MPT_z", "mechanical pain threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("MPS_z", "mechanical pain sensitivity, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("WUR_z", "wind-up ratio, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("MDT_z", "mechanical detection threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("VDT_z", "vibration detection threshold, z against healthy people", "1", -10, 10, ("magerl2010",)),
    Quantity("CDT_side_difference", "cold detection threshold, difference of the sides", "1", cites=("rolke2006",)),
    Quantity("WDT_side_difference", "warm detection threshold, difference of the sides", "1", cites=("rolke2006",)),
    Quantity("TSL_side_difference", "thermal sensory limen, difference of the sides", "1", cites=("rolke2006",)),
    Quantity("CPT_side_difference", "cold pain threshold, difference of the sides", "degC", cites=("rolke2006",)),
    Quantity("HPT_side_difference", "heat pain threshold, difference of the sides", "degC", cites=("rolke2006",)),
    Quantity("PPT_side_difference", "pressure pain threshold, difference of the sides", "1", cites=("rolke2006",)),
    Quantity("MPT_side_difference", "mechanical pain threshold, difference of the sides", "1", cites=("rolke2006",)),
    Quantity("MPS_side_difference", "mechanical pain sensitivity, difference of the sides", "1", cites=("rolke2006",)),
    Quantity("WUR_side_difference", "wind-up ratio, difference of the sides", "1", cites=("rolke2006",)),
    Quantity(
        "MDT_side_difference", "mechanical detection threshold, difference of the sides", "1", cites=("rolke2006",)
    ),
    Quantity(
        "VDT_side_difference", "vibration detection threshold, difference of the sides", "x/8", cites=("rolke2006",)
    ),
    Quantity("TSP_difference", "temporal summation: last less first rating", "rating", cites=("staud2014",)),
    Quantity("TSP_ratio", "temporal summation: last over first rating", "1", cites=("staud2014",)),
    Quantity("TSP_slope", "temporal summation: rise of the rating a pulse", "rating", cites=("staud2014",)),
    Quantity("TSP_sum_over_first", "temporal summation: sum of ratings over the first", "rating", cites=("staud2014",)),
    Quantity("TSP_max_minus_first", "temporal summation: largest less first rating", "rating", cites=("staud2014",)),
    Quantity(
        "TSP_last3_minus_first",
        "temporal summation: mean of the last three less the first rating",
        "rating",
        cites=("staud2014",),
    ),
    Quantity("after_sensation_15s", "rating 15 s after the last pulse", "rating", 0, 100, ("staud2014",)),
    Quantity("after_sensation_30s", "rating 30 s after the last pulse", "rating", 0, 100, ("staud2014",)),
    Quantity(
        "cpm_inhibition", "conditioned pain modulation, positive inhibits", "test stimulus", cites=("yarnitsky2015",)
    ),
    Quantity("cpm_efic", "conditioned pain modulation, negative inhibits", "test stimulus", cites=("yarnitsky2015",)),
    Quantity(
        "cpm_percent", "conditioned pain modulation, percent of the baseline", "percent", cites=("yarnitsky2015",)
    ),
    Quantity("cpm_log_ratio", "conditioned pain modulation, natural log ratio", "1", cites=("yarnitsky2015",)),
    Quantity(
        "cpm_net_inhibition",
        "conditioned pain modulation less that of a control run",
        "test stimulus",
        cites=("yarnitsky2015",),
    ),
    Quantity(
        "composite_zunhammer2016", "pain sensitivity from cold, heat and pinprick", "1", -5, 5, ("zunhammer2016",)
    ),
    Quantity("TPD", "two-point discrimination", "mm", 0, 200, ("catley2013",)),
    Quantity("graphaesthesia_error", "letters on the skin named wrongly", "percent", 0, 100, ("wand2010",)),
    Quantity("localisation_error", "distance of a touch from where it was pointed to", "mm", 0, 300),
    Quantity("laterality_accuracy", "left/right judgement, right answers", "percent", 0, 100, ("bray2011",)),
    Quantity("laterality_RT", "left/right judgement, time of right answers", "ms", 200, 10000, ("bray2011",)),
    Quantity("laterality_dprime", "left/right judgement, d′", "1", -5, 5, ("hautus1995",)),
    Quantity("laterality_bias", "left/right judgement, criterion", "1", -3, 3, ("hautus1995",)),
)

_OUTCOME = (
    Quantity("outcome_before", "outcome at the first visit", "scale", cites=("dworkin2008",)),
    Quantity("outcome_after", "outcome at the second visit", "scale", cites=("dworkin2008",)),
    Quantity("outcome_fall", "fall of the outcome, positive is better", "scale", cites=("dworkin2008",)),
    Quantity(
        "outcome_percent_fall", "fall in percent of the first visit, positive is better", "percent", -900, 100,
        ("dworkin2008",),
    ),
    Quantity("concentration", "concentration of an analyte", "pg/mL", 0),
)  # fmt: skip

_ANATOMY = (
    Quantity("volume", "volume of a segmented structure", "mm3", 0),
    Quantity("thickness", "mean cortical thickness", "mm", 0),
    Quantity("surface_area", "area of the white surface", "mm2", 0),
    Quantity("cortical_volume", "grey-matter volume of a part of the cortex", "mm3", 0),
    Quantity("eTIV", "estimated total intracranial volume", "mm3", 0),
)

VOCABULARY: dict[str, Quantity] = {
    q.symbol: q for q in (*_PET, *_BLOOD, *_PERSON, *_TMS, *_SENSORY, *_OUTCOME, *_ANATOMY)
}


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
