"""What is true in a virtual cohort: the schema of ``NAME.simulate.toml``.

Every ``[mean, SD]`` is a pair; every ratio is relative to the first level named in its table. Nothing about the
analysis stands here: that is the study file's part.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from nociscope.core.errors import MissingFile, StudyError
from nociscope.core.study import Section

Spread = Annotated[tuple[float, float], Field(description="mean and SD")]
Shares = dict[str, Annotated[float, Field(ge=0)]]


class CohortTruth(Section):
    """``[cohort]``: who the people are. Shares need not add up to one."""

    groups: Shares = Field(default_factory=lambda: {"control": 1.0}, min_length=1)
    rs6971: Shares = Field(default_factory=lambda: {"HAB": 0.6, "MAB": 0.4}, description="LAB: name a share, or none")
    female: float = Field(0.5, ge=0, le=1)
    age: Spread = (42.0, 11.0)
    body_weight: Spread = (74.0, 12.0)
    sites: dict[str, float] = Field(
        default_factory=dict, description="site = factor on every image value of its scanner"
    )
    sessions: list[str] = Field(default_factory=list, description="default: one scan without a session")


class ScanTruth(Section):
    """``[scan]``: tracer, frames and noise."""

    tracer: str = "[11C]PBR28"
    radionuclide: str = "C11"
    half_life_min: float = Field(20.364, gt=0)
    dose_MBq: Spread = (400.0, 35.0)
    frames: list[tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]] = Field(
        min_length=1, description="[count, seconds] pairs, from injection on"
    )
    model: Literal["1TCM", "2TCM"] = "2TCM"
    vB: float = Field(0.05, ge=0, le=0.3)
    delay_min: Spread = (0.05, 0.08)
    noise: float = Field(0.3, ge=0, description="SD of 1 kBq/mL in 1 cm3 measured for 1 min at injection, kBq/mL")


class BloodTruth(Section):
    """``[blood]``: arterial input and how it was sampled; activities in SUV (kBq/mL per MBq/kg), times in min."""

    arrival: Spread = (0.45, 0.1)
    bolus: float = Field(200.0, gt=0, description="A1 of the Feng function, SUV/min")
    bolus_rate: float = Field(4.0, gt=0, description="1/min")
    middle: float = Field(3.0, ge=0, description="A2, SUV")
    middle_rate: float = Field(0.4, gt=0, description="1/min")
    tail: float = Field(2.1, ge=0, description="A3, SUV")
    tail_rate: float = Field(0.002, ge=0, description="1/min")
    half_metabolised: Spread = (8.5, 1.8)
    hill: Spread = (2.2, 0.15)
    parent_floor: Spread = (0.04, 0.01)
    plasma_to_blood: tuple[float, float, float] = Field((1.05, 1.42, 8.0), description="start, end, time constant")
    variation: float = Field(0.15, ge=0, description="CV of the activities between scans")
    autosampler_min: float = Field(10.0, ge=0, description="0: manual samples only")
    dispersion_s: float = Field(2.6, gt=0)
    autosampler_noise: float = Field(0.17, ge=0, description="SD of 1 kBq/mL in one second at injection, kBq/mL")
    sample_cv: float = Field(0.015, ge=0, description="CV of manual whole blood and plasma")
    parent_sd: float = Field(0.008, ge=0, description="SD of the measured parent fraction")


class Variation(Section):
    """``[variation]``: coefficients of variation of the true parameters."""

    VT: float = Field(0.18, ge=0, description="between people, all regions together")
    region: float = Field(0.05, ge=0, description="between regions within a person")
    K1: float = Field(0.15, ge=0)
    VND: float = Field(0.08, ge=0)
    session: float = Field(0.0, ge=0, description="V_T between sessions of one person")


class RegionTruth(Section):
    """``[region.NAME]``: parameters of the first level of every effect."""

    label: str = ""
    VT: float = Field(gt=0)
    K1: float = Field(gt=0)
    VND: float = Field(1.0, gt=0, description="K1/k2; unused by 1TCM")
    k4: float = Field(0.03, gt=0, description="unused by 1TCM")
    volume_cm3: float = Field(gt=0)


class Effect(Section):
    """``[[effect]]``: V_T of those who have ``column = level`` is ``ratio`` times that of the others."""

    column: Literal["group", "rs6971", "sex", "session"]
    level: str
    ratio: float = Field(gt=0)
    regions: list[str] = Field(default_factory=list, description="default: all")


class Simulation(Section):
    """A whole ``NAME.simulate.toml``."""

    study: str = Field(
        "", description="study file that is copied into the dataset; default: NAME.toml beside this file"
    )
    title: str = "Virtual cohort"
    seed: int = Field(0, ge=0)
    people: int = Field(12, ge=1, le=999)
    cohort: CohortTruth = CohortTruth()
    scan: ScanTruth
    blood: BloodTruth | None = Field(default_factory=BloodTruth)
    variation: Variation = Variation()
    region: dict[str, RegionTruth] = Field(min_length=1)
    effect: list[Effect] = Field(default_factory=list)

    @model_validator(mode="after")
    def _effects_have_regions(self) -> Simulation:
        for effect in self.effect:
            if unknown := sorted(set(effect.regions) - set(self.region)):
                raise ValueError(
                    f"effect of {effect.column} {effect.level} names unknown regions: {', '.join(unknown)}"
                )
        return self


def read_simulation(path: Path) -> Simulation:
    """Read a truth file.

    Raises
    ------
    MissingFile
        There is no such file.
    StudyError
        It is not TOML, or not of this schema; the message names the key.
    """
    if not path.is_file():
        raise MissingFile("no such truth file", got=str(path), do="check the path")
    try:
        return Simulation.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError("not a TOML file", where=str(path), got=str(error), do="mend the syntax") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise StudyError(f"{key}: {first['msg']}", where=str(path), do="see docs/how-to/simulate.md") from error
