"""The PET sidecar, read strictly: what it says in our units, and what it contradicts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nociscope.core.errors import InputError, UnitError
from nociscope.core.problem import Problem
from nociscope.core.records import Scan
from nociscope.core.status import FitStatus
from nociscope.core.study import Correction
from nociscope.io import units
from nociscope.io.index import ScanKey, Sidecar
from nociscope.io.people import People
from nociscope.io.timing import check_timing, check_zero
from nociscope.io.tracers import Tracer, find_tracer, unknown_tracer

ARTERIAL = ("1TCM", "2TCM", "2TCM1K", "2TCM3k", "Logan", "MA1", "MA2", "Patlak")
REFERENCE = ("SRTM", "SRTM2", "FRTM", "MRTM1", "MRTM2", "LoganRef", "PatlakRef", "SUVR")
UPTAKE = ("SUV", "SUVR")
DOSE_RANGE_MBQ = (1.0, 1500.0)
DOSE_AGREEMENT = 1.5


def read_scan(
    sidecar: Sidecar,
    key: ScanKey,
    people: People,
    corrections: Sequence[Correction] = (),
    tracer: Tracer | None = None,
) -> tuple[Scan, list[Problem]]:
    """Read what a PET sidecar says about a scan.

    Parameters
    ----------
    sidecar : metadata of ``_pet.json`` after inheritance.
    key : the scan; ``people`` : for body weight.
    corrections : of the study file; each that applies is noted as a problem of severity ``note``.
    tracer : default: found from ``TracerName``, or the ``trc`` entity.

    Returns
    -------
    The scan, whose dose is nan with ``dose_status`` where it cannot be used, and everything that is wrong.
    An ``error`` among the problems means that the scan must not be analysed.
    """
    where = f"{key.label}_pet.json"
    data, problems = corrected(sidecar.data, key, corrections, where)
    found = tracer or find_tracer(str(_text(data, "TracerName") or key.trc or "unknown"))
    if not found.known:
        problems.append(unknown_tracer(found, where))
    half_life = _nuclide(data, found, where, problems)
    problems += check_zero(data, where)
    problems += check_timing(_numbers(data, "FrameTimesStart"), _numbers(data, "FrameDuration"), half_life, where)
    injection = _number(data, "InjectionStart")
    reference = _decay_reference(data, injection, where, problems)
    dose, status, message = _dose(data, found, where, problems)
    weight, trouble = people.weight_kg(key.sub, key.ses)
    problems += [trouble] if trouble else []
    problems += [p for p in people.problems if p.where == key.participant_id]
    return Scan(
        tracer=found.name,
        radionuclide=found.radionuclide or (_text(data, "TracerRadionuclide") or ""),
        half_life_min=half_life,
        dose_MBq=dose,
        dose_status=status,
        dose_message=message,
        weight_kg=weight,
        scanner=_text(data, "ManufacturersModelName") or "",
        site=_text(data, "InstitutionName") or "",
        decay_reference_min=reference,
        entities=key.entities,
        decay_corrected=data.get("ImageDecayCorrected") is not False,
        injection_start_min=0.0 if injection is None else injection / 60,
    ), problems


def corrected(
    data: Mapping[str, Any], key: ScanKey, corrections: Iterable[Correction], where: str
) -> tuple[dict[str, Any], list[Problem]]:
    """Apply the corrections of the study file that name this person and session; each leaves a note."""
    out, notes = dict(data), []
    for c in corrections:
        people = {p.removeprefix("sub-") for p in c.participants}
        sessions = {s.removeprefix("ses-") for s in c.sessions}
        if (people and key.sub not in people) or (sessions and key.ses not in sessions):
            continue
        before = out.get(c.field, "absent")
        out[c.field] = c.value
        message = f"{c.field}: {before} in the sidecar, {c.value} by the study file ({c.reason})"
        notes.append(Problem("correction-applied", where, message, severity="note"))
    return out, notes


def _nuclide(data: Mapping[str, Any], tracer: Tracer, where: str, problems: list[Problem]) -> float:
    """Half-life, min; nan where nothing states one. Contradictions are errors: decay would be wrong."""
    stated, text = _number(data, "RadionuclideHalfLife"), _text(data, "TracerRadionuclide")
    try:
        named = units.radionuclide(text) if text else None
    except InputError as error:
        named = None
        problems.append(Problem("radionuclide-unknown", where, str(error), (), "mend TracerRadionuclide"))
    if named and tracer.radionuclide and named.name != tracer.radionuclide:
        message = f"TracerRadionuclide is {text}, but {tracer.name} carries {tracer.radionuclide}"
        problems.append(_error("radionuclide-contradiction", where, message, "mend TracerName or TracerRadionuclide"))
    half_life = named.half_life_min if named else tracer.half_life_min
    if stated is not None and math.isfinite(half_life) and abs(stated / 60 / half_life - 1) > 0.02:
        message = (
            f"RadionuclideHalfLife is {stated:g} s, but that of {text or tracer.radionuclide} is {half_life * 60:g} s"
        )
        problems.append(_error("half-life-contradiction", where, message, "mend whichever is wrong"))
    if math.isnan(half_life):
        half_life = math.nan if stated is None else stated / 60
        if stated is None:
            message = "no radionuclide and no half-life"
            problems.append(Problem("radionuclide-missing", where, message, ("decay-based weights",),
                                    "add TracerRadionuclide"))  # fmt: skip
    return half_life


def _decay_reference(data: Mapping[str, Any], injection_s: float | None, where: str, problems: list[Problem]) -> float:
    """Time after injection to which the image is decay-corrected, min; nan where it is not stated."""
    flag, time = data.get("ImageDecayCorrected"), _number(data, "ImageDecayCorrectionTime")
    if flag is False:
        message = "the image is not decay-corrected: curves are corrected to injection here, frame by frame"
        problems.append(Problem("decay-not-corrected", where, message, (), "nothing, if that is true", "note"))
        return math.nan
    if flag is not True:
        message = f"ImageDecayCorrected is {flag!r}; expected true or false"
        problems.append(_error("decay-unknown", where, message, "add ImageDecayCorrected and ImageDecayCorrectionTime"))
        return math.nan
    if time is None:
        message = "ImageDecayCorrectionTime is missing: the activity at injection cannot be known"
        mend = "add it (s after TimeZero), or a correction in the study file"
        problems.append(Problem("decay-mismatch", where, message, (*ARTERIAL, "SUV"), mend))
        return math.nan
    reference = (time - (injection_s or 0.0)) / 60
    if abs(reference) > 1 / 60:
        message = f"the image is decay-corrected to {reference:g} min after injection: curves are moved to injection"
        problems.append(Problem("decay-moved", where, message, (), "nothing, if that is true", "note"))
    return reference


def _dose(data: Mapping[str, Any], tracer: Tracer, where: str, problems: list[Problem]) -> tuple[float, FitStatus, str]:
    """Injected activity, MBq, with a status and the sentence that explains it."""
    value, unit = _number(data, "InjectedRadioactivity"), _text(data, "InjectedRadioactivityUnits")
    if value is None:
        return _no_dose(FitStatus.MISSING_DOSE, "dose-missing", where, "InjectedRadioactivity is missing",
                        "add it with its unit", problems)  # fmt: skip
    try:
        dose = value * units.activity(unit or "")
    except UnitError as error:
        return _no_dose(FitStatus.MISSING_DOSE, "dose-unit", where, f"InjectedRadioactivityUnits: {error}",
                        "state Bq, kBq, MBq, GBq or mCi", problems)  # fmt: skip
    total = _number(data, "RadionuclideTotalDose")
    if _plausible(dose) and (total is None or _agree(dose, total / 1e6)):
        _warn_unusual(dose, tracer, where, problems)
        return dose, FitStatus.OK, ""
    message = f"InjectedRadioactivity {value:.10g} {unit} is {dose:g} MBq"
    message += "" if total is None else f", but RadionuclideTotalDose {total:.10g} Bq is {total / 1e6:g} MBq"
    message += "" if _plausible(dose) else f"; expected {DOSE_RANGE_MBQ[0]:g} to {DOSE_RANGE_MBQ[1]:g} MBq"
    return _no_dose(FitStatus.IMPLAUSIBLE_DOSE, "dose-implausible", where, message,
                    dose_mend(value, total, tracer), problems)  # fmt: skip


def dose_mend(value: float, total_bq: float | None, tracer: Tracer) -> str:
    """The study-file lines that mend a dose: the unit under which it agrees with the other field, or is usual."""
    low, high = tracer.dose_MBq or DOSE_RANGE_MBQ
    for unit in ("Bq", "kBq", "MBq", "GBq"):
        dose = value * units.activity(unit)
        if _agree(dose, total_bq / 1e6) if total_bq else low <= dose <= high:
            name, said = "InjectedRadioactivityUnits", unit
            break
    else:
        name, said = "InjectedRadioactivity", "…"
    head = f"[[pet.{tracer.label}.correction]]"
    return f'if the value is right, write in the study file: {head} field = "{name}", value = "{said}", reason = "…"'


def _warn_unusual(dose: float, tracer: Tracer, where: str, problems: list[Problem]) -> None:
    if tracer.dose_MBq and not tracer.dose_MBq[0] <= dose <= tracer.dose_MBq[1]:
        low, high = tracer.dose_MBq
        message = f"{dose:g} MBq is unusual for {tracer.name} (usually {low:g} to {high:g} MBq)"
        problems.append(Problem("dose-unusual", where, message, (), "check InjectedRadioactivity"))


def _no_dose(
    status: FitStatus, code: str, where: str, message: str, mend: str, problems: list[Problem]
) -> tuple[float, FitStatus, str]:
    problems.append(Problem(code, where, message, ("SUV",), mend))
    return math.nan, status, f"{message}. {mend[0].upper()}{mend[1:]}"


def _plausible(dose: float) -> bool:
    return DOSE_RANGE_MBQ[0] <= dose <= DOSE_RANGE_MBQ[1]


def _agree(a: float, b: float) -> bool:
    return a > 0 and b > 0 and 1 / DOSE_AGREEMENT < a / b < DOSE_AGREEMENT


def _error(code: str, where: str, message: str, mend: str) -> Problem:
    return Problem(code, where, message, ("all",), mend, "error")


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) and value not in ("", "n/a") else None


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _numbers(data: Mapping[str, Any], name: str) -> list[float] | None:
    value = data.get(name)
    if not isinstance(value, list) or not all(isinstance(v, int | float) for v in value):
        return None
    return [float(v) for v in value]
