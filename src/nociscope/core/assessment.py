"""``[qst] [tms] [phenotype] [biosample] [outcome]`` of the study file: what is not an image."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from nociscope.core.hypothesis import Level, Section


class QstSettings(Section):
    """``[qst]``: sensory testing, from single readings to z-scores, summation, modulation and tactile acuity."""

    reference: str = Field("", description="table of healthy people, relative to the data set; without it no z")
    controls: Level = Field("", description="group whose members make the reference instead, by sex and age decade")
    fewest_controls: int = Field(10, ge=2, description="people that a cell of own controls needs")
    age: str = Field("age", description="column of age in years")
    sites: list[str] = Field(default_factory=list, description="body sites of this laboratory beside the known ones")
    cpm_sem: float | None = Field(None, gt=0, description="error of the test stimulus, in its unit, of responders")
    cpm_k: float = Field(2.0, gt=0, description="how many errors a change must exceed")
    cpm_percent: float | None = Field(None, gt=0, description="of the baseline, instead of an error")
    device_max: float | None = Field(None, gt=0, description="of the test stimulus of CPM, for the flag ceiling")

    @model_validator(mode="after")
    def _one_reference(self) -> QstSettings:
        if self.reference and self.controls:
            raise ValueError("give a reference or the group of controls, not both")
        if self.cpm_sem is not None and self.cpm_percent is not None:
            raise ValueError("responders to conditioning: give cpm_sem or cpm_percent, not both")
        return self


class TmsSettings(Section):
    """``[tms]``: transcranial magnetic stimulation, from single potentials."""

    response_uv: float = Field(50.0, gt=0, description="peak to peak that counts as a response at rest")
    threshold: Literal["relative-frequency", "maximum-likelihood"] = "relative-frequency"
    cell_cm: float | None = Field(None, gt=0, description="distance of the grid; none for places chosen freely")
    contracted: list[str] = Field(default_factory=list, description="muscles that were active while mapped")
    map_threshold: Literal["", "absolute", "share", "background"] = Field(
        "", description="which sites are active; a default says so in every row"
    )
    map_level: float = Field(50.0, gt=0, description="µV, share of the maximum, or SD above the background")
    draws: int = Field(1000, ge=0, le=20_000, description="of the bootstrap over pulses; 0 gives no intervals")


class PhenotypeSettings(Section):
    """``[phenotype]``: questionnaires and criteria; every table whose name is an instrument's is scored."""

    instruments: list[str] = Field(default_factory=list, description="only these; default: all that have a table")
    files: dict[str, str] = Field(
        default_factory=dict, description="instrument → name of its table in phenotype/, without .tsv"
    )
    prefix: dict[str, str] = Field(default_factory=dict, description="instrument → with what its columns begin")
    columns: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="instrument or criteria → input → column of any table about people"
    )
    preset: dict[str, str] = Field(default_factory=dict, description="instrument → which of several published bands")
    unofficial: list[str] = Field(
        default_factory=list, description="instruments whose unanswered items may be filled by rules nobody validated"
    )
    coded: list[str] = Field(default_factory=list, description="instruments whose reversed items were turned before")
    on_range_error: Literal["raise", "na"] = "raise"
    criteria: list[str] = Field(default_factory=list, description="sets of criteria to grade, such as neupsig")


class BiosampleSettings(Section):
    """``[biosample]``: assay results of ``phenotype/biosamples.tsv``, with the limits of their plates."""

    use_reported_below_lloq: bool = Field(
        False, description="keep numbers that were printed below the lower limit, flagged, instead of the limit"
    )
    most_cv: float = Field(0.2, gt=0, description="coefficient of variation of replicates above which a flag is set")


class OutcomeSettings(Section):
    """``[outcome]``: change between two visits of ``phenotype/outcomes_long.tsv``, and who responded."""

    outcome: str = Field("pain_intensity", description="which outcome of the table")
    baseline: str = Field("", description="visit before; default: the first by days")
    follow_up: str = Field("", description="visit after; default: the last by days")
    scale: tuple[float, float] = Field((0.0, 10.0), description="ends of the scale")
    floor: float | None = Field(None, description="baseline below which a change is flagged")
    responder: list[str] = Field(default_factory=list, description="definitions by name; default: all that can be")
    inputs: dict[str, str] = Field(
        default_factory=dict,
        description="input of the criteria (pain, leg, odi, gpe_positive …) → outcome of the table",
    )
    composite: list[str] = Field(default_factory=list, description="definitions that make one response together")
    joined: Literal["and", "or"] = Field("and", description="whether it needs all of them, or any")
    missing: Literal["na", "nonresponder"] = "na"
    injection: str = Field("", description="column with days from the scan to the injection; below zero is before")
