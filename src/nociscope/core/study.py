"""The study file's schema: every key, its type, its default and what it means.

Parsing TOML and finding the line of a fault belong to `nociscope.io.study`; here is only the shape. An unknown key is
an error, never ignored.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from nociscope.core.assessment import (
    BiosampleSettings,
    OutcomeSettings,
    PhenotypeSettings,
    QstSettings,
    TmsSettings,
)
from nociscope.core.hypothesis import Hypothesis, Level, Section

__all__ = [
    "About",
    "Correction",
    "Covariates",
    "Groups",
    "Hypothesis",
    "InputFunctionSettings",
    "MeasureTable",
    "PetSettings",
    "Study",
]


class About(Section):
    """``[study]``: name, reproducibility and the level of intervals."""

    name: str = Field("study", description="short name, used in titles")
    title: str = Field("", description="one line for the report")
    description: str = Field("", description="a paragraph for the report")
    preregistration: str = Field("", description="address of the preregistration, printed in the report")
    seed: int = Field(0, ge=0, description="seed of every random choice")
    ci_level: float = Field(0.95, gt=0.5, lt=1, description="level of confidence intervals")
    alpha: float = Field(0.05, gt=0, lt=0.5, description="level below which a design must be able to get")


class Groups(Section):
    """``[groups]``: which column says who belongs where."""

    variable: str = Field("group", description="column of participants.tsv")
    levels: list[Level] = Field(
        default_factory=list, description="the groups; where given, a contrast of any other is an error"
    )
    labels: dict[Level, str] = Field(default_factory=dict, description="long names for figures")


class Covariates(Section):
    """``[covariates]``: adjusted for in every hypothesis that does not say otherwise."""

    use: list[str] = Field(default_factory=list, description="columns of participants.tsv or sessions.tsv")
    categorical: list[str] = Field(default_factory=list, description="numeric columns that are labels")
    genotype: str = Field("rs6971", description="column of the TSPO genotype")
    site: str = Field("site", description="column of the site or scanner")
    sex: str = Field("sex", description="column of sex")


class Correction(Section):
    """``[[pet.<tracer>.correction]]``: an explicit mend of a sidecar field, with the reason; the report prints it."""

    field: str = Field(description="sidecar key, such as InjectedRadioactivityUnits")
    value: str | float | bool = Field(description="what the field should say")
    reason: str = Field(min_length=1, description="why; printed in the report")
    participants: list[str] = Field(default_factory=list, description="default: all")
    sessions: list[str] = Field(default_factory=list, description="default: all")


class InputFunctionSettings(Section):
    """``[pet.<tracer>.input]``: where the arterial input comes from and how blood is modelled."""

    source: Literal["auto", "derivative", "blood", "none"] = Field(
        "auto", description="auto: the inputfunction derivative where there is one, else raw blood"
    )
    parent_fraction: Literal["best", "hill", "exponential", "power", "sigmoid", "invgamma", "interpolated"] = Field(
        "best", description="curve of the unmetabolised fraction; best: lowest AICc"
    )
    plasma_to_blood: Literal["best", "constant", "linear", "exponential", "spline", "interpolated"] = Field(
        "best", description="curve of the plasma-to-blood ratio; best: lowest AICc"
    )
    whole_blood: Literal["interpolated", "triexponential", "feng", "spline"] = Field(
        "interpolated", description="curve of whole blood"
    )
    parent_fraction_start: Literal["best", "one", "fit"] = Field(
        "best", description="parent fraction at injection: one, fitted, or whichever has the lower AICc"
    )
    ratio: float | None = Field(
        None, ge=0.1, le=10, description="plasma-to-blood ratio, where plasma or whole blood was not sampled"
    )
    autosampler_until_min: float = Field(
        5.0, gt=0, description="when manual samples take over from the autosampler, where at least three follow"
    )
    dispersion_s: float | None = Field(None, ge=0, description="overrides the sidecar's constant")
    delay: Literal["fit"] | float = Field("fit", description="fit on the whole brain, or minutes")
    delay_max_min: float = Field(1.0, ge=1.0, le=5.0, description="search within ± this")
    draws: int = Field(50, ge=0, le=1000, description="ensemble that carries blood uncertainty; 0 switches it off")


class PetSettings(Section):
    """``[pet.<tracer>]``: what to compute for one tracer."""

    models: list[str] = Field(default_factory=list, description="default: as the tracer's file prefers")
    regions: list[str] = Field(default_factory=list, description="default: all")
    uptake_everywhere: bool = Field(
        False, description="SUV and SUVR in every region of the curves, though regions limits the other models"
    )
    curves: dict[str, str] = Field(
        default_factory=dict, description='entities that choose one of several tables of curves, such as {seg = "gtm"}'
    )
    combine: dict[str, list[str]] = Field(
        default_factory=dict, description="new region = volume-weighted mean of others; written beside them"
    )
    whole_brain: str = Field("", description="region for the delay fit; default: WB, or the mean of all in the brain")
    reference_region: str = Field("", description="for reference models and SUVR; default: the tracer's")
    window_min: tuple[float, float] | None = Field(None, description="SUV and SUVR window; default: the tracer's")
    end_min: float | None = Field(None, gt=0, description="frames that end later are left out")
    weights: Literal["auto", "supplied", "decay", "kinfitr2", "uniform"] = Field(
        "auto", description="auto: supplied with the curves where they are, else the decay-based noise model"
    )
    vB: Literal["fit"] | Annotated[float, Field(ge=0, le=0.3)] = Field(
        0.05, description="blood volume fraction, or fit"
    )
    k2prime: Literal["fit"] | Annotated[float, Field(gt=0, le=1)] = Field(
        "fit", description="1/min; fit: estimated once from the regions by MRTM1 or SRTM"
    )
    tstar_min: Literal["auto"] | float = Field("auto", description="start of the linear part")
    starts: int = Field(8, ge=1, le=200, description="starts of every non-linear fit")
    bootstrap: int = Field(0, ge=0, le=10000, description="bootstrap draws for intervals; 0: delta method")
    average_models: bool = Field(False, description="add the Akaike-weighted mean over compartment models")
    accept: list[str] = Field(default_factory=list, description="statuses beside ok that enter hypotheses")
    input: InputFunctionSettings = InputFunctionSettings()
    correction: list[Correction] = Field(default_factory=list)


class MeasureTable(Section):
    """``[[table]]``: numbers that another program made, one row a person, as measures of the cohort."""

    file: str = Field(min_length=1, description="TSV, relative to the data set, with participant_id (and session_id)")
    derivative: str = Field("", description="data set that holds it; default: the raw one, then any derivative")
    measure: str = Field(min_length=1, description="symbol by which hypotheses ask for it")
    name: str = Field("", description="in words, for axes and the data dictionary")
    unit: str = Field("1", description="of every column")
    modality: str = Field("table", pattern=r"^[a-z]+$", description="such as func or anat")
    method: str = Field("", description="how the numbers were made; stands where a model stands")
    columns: list[str] = Field(default_factory=list, description="columns that are regions; default: all numeric ones")


class Study(Section):
    """A whole study file; every section has a default, so an empty file is a valid study."""

    study: About = About()
    groups: Groups = Groups()
    covariates: Covariates = Covariates()
    pet: dict[str, PetSettings] = Field(default_factory=dict, description="by tracer name")
    qst: QstSettings = QstSettings()
    tms: TmsSettings = TmsSettings()
    phenotype: PhenotypeSettings = PhenotypeSettings()
    biosample: BiosampleSettings = BiosampleSettings()
    outcome: OutcomeSettings = OutcomeSettings()
    table: list[MeasureTable] = Field(default_factory=list)
    hypothesis: list[Hypothesis] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_differ(self) -> Study:
        names = [h.name for h in self.hypothesis]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"hypothesis names stand twice: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _groups_exist(self) -> Study:
        levels = self.groups.levels
        for h in self.hypothesis:
            own = h.by in ("", self.groups.variable)
            if levels and own and (unknown := [g for g in h.contrast if g not in levels]):
                raise ValueError(
                    f"hypothesis {h.name!r} contrasts {', '.join(unknown)}; groups.levels names {', '.join(levels)}"
                )
        if levels and (unknown := sorted(set(self.groups.labels) - set(levels))):
            raise ValueError(f"groups.labels names {', '.join(unknown)}; groups.levels names {', '.join(levels)}")
        return self


RESERVED_SECTIONS = ("anat", "func", "spine")
"""Sections whose readers are not built yet: naming one is an error that says so, not a silent skip."""
