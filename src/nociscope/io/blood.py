"""Blood on disk: PET-BIDS samples, and input functions of bloodstream and ours."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MalformedFile, MissingMetadata, TimingError, UnitError
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Blood, InputFunction, Samples, Scan
from nociscope.io import units
from nociscope.io.index import Sidecar
from nociscope.io.sidecar import ARTERIAL
from nociscope.io.table import Table, read_bytes, read_tsv
from nociscope.io.timing import FEW_FRAMES, MINUTES_BELOW_S
from nociscope.io.write import write_bytes, write_json, write_tsv

WHOLE, PLASMA, PARENT = "whole_blood_radioactivity", "plasma_radioactivity", "metabolite_parent_fraction"
Source = tuple[Path, Sidecar]


def read_blood(manual: Source | None, autosampler: Source | None, scan: Scan) -> tuple[Blood, list[Problem]]:
    """Read raw blood into kBq/mL at injection, min after injection. Gaps (``n/a``) stay gaps.

    Parameters
    ----------
    manual, autosampler : table and sidecar of ``recording-manual`` and ``recording-autosampler``.
    scan : for the time of injection and the half-life.

    Raises
    ------
    MalformedFile, MissingMetadata, UnitError, TimingError
        A table or its units cannot be read, or samples run backwards.
    """
    problems: list[Problem] = []
    hand = _Recording(manual, scan, problems) if manual else None
    auto = _Recording(autosampler, scan, problems) if autosampler else None
    dispersion, dispersed = _dispersion(autosampler, problems) if autosampler else (math.nan, False)
    blood = Blood(
        whole_blood=hand.activity(WHOLE) if hand else None,
        plasma=hand.activity(PLASMA) if hand else None,
        parent_fraction=hand.fraction() if hand else None,
        autosampler=auto.activity(WHOLE) if auto else None,
        dispersion_min=dispersion,
        dispersion_corrected=dispersed,
        entities=scan.entities,
    )
    where = (manual or autosampler or (Path("blood"), None))[0].name
    return blood, problems + _completeness(blood, where)


class _Recording:
    """One blood table: its times, its decay and its columns."""

    def __init__(self, source: Source, scan: Scan, problems: list[Problem]) -> None:
        self.path, self.sidecar = source
        self.table: Table = read_tsv(self.path, ("time",))
        self.scan, self.problems = scan, problems
        self.time = self._time()
        self.factor = blood_decay(self.sidecar, scan, self.time, self.path.name, problems)

    def _time(self) -> Array:
        factor = units.minutes(str(_described(self.sidecar, "time").get("Units", "s")))
        time: Array = self.table.numbers("time") * factor - self.scan.injection_start_min
        finite = time[np.isfinite(time)]
        slow = self.scan.half_life_min > 5 and "manual" in self.path.name
        if slow and finite.size >= FEW_FRAMES and finite.max() * 60 < MINUTES_BELOW_S:
            message = f"the last sample is at {finite.max() * 60:g} s: these look like minutes where BIDS has seconds"
            self._blocking("blood-minutes", message, "multiply time by 60, or state Units of time")
        return time

    def activity(self, column: str) -> Samples | None:
        """One column in kBq/mL at injection; None where the table does not have it."""
        if column not in self.table.columns:
            return None
        values = self.table.numbers(column) * units.concentration(self._unit(column), str(self.path)) * self.factor
        samples = self._samples(values)
        if samples is None:
            return None
        peak = float(samples.value.max())
        if peak <= 0:
            self._blocking("blood-zero", f"{column} is zero everywhere", "check the counter's export")
        elif "manual" in self.path.name and samples.value.min() < -0.05 * peak:
            message = f"{column} goes down to {samples.value.min():g} kBq/mL, below zero by more than noise"
            self._blocking("blood-negative", message, "check background correction")
        return samples

    def fraction(self) -> Samples | None:
        """Parent fraction, 0 to 1."""
        if PARENT not in self.table.columns:
            return None
        factor = units.fraction(str(_described(self.sidecar, PARENT).get("Units", "unitless")))
        samples = self._samples(self.table.numbers(PARENT) * factor)
        if samples is not None and (samples.value.min() < -0.02 or samples.value.max() > 1.05):
            message = f"parent fraction from {samples.value.min():g} to {samples.value.max():g}; expected 0 to 1"
            self._blocking("parent-fraction-range", message, "divide percent by 100, or state Units percent")
        return samples

    def _unit(self, column: str) -> str:
        unit = _described(self.sidecar, column).get("Units")
        if not isinstance(unit, str):
            raise MissingMetadata(
                f"{column} has no unit", expected=f"{column}.Units in the JSON", where=str(self.path),
                do="add it, such as kBq/mL",
            )  # fmt: skip
        return unit

    def _samples(self, values: Array) -> Samples | None:
        keep = np.isfinite(values) & np.isfinite(self.time)
        if (np.diff(self.time[keep]) < 0).any():
            raise TimingError("blood samples run backwards", where=str(self.path), do="sort the table by time")
        return Samples(self.time[keep], values[keep]) if keep.any() else None

    def _blocking(self, code: str, message: str, mend: str) -> None:
        self.problems.append(Problem(code, self.path.name, message, ARTERIAL, mend))


def blood_decay(sidecar: Sidecar, scan: Scan, time: Array, where: str, problems: list[Problem]) -> Array:
    """Factor a sample that moves activity to the time of injection, (sample,).

    PET-BIDS counts blood from TimeZero, to which it is taken to be decay-corrected unless the sidecar says
    ``DecayCorrected: false`` or gives a ``DecayCorrectionTime`` (s after TimeZero).
    """
    corrected, stated = sidecar.data.get("DecayCorrected", True), sidecar.data.get("DecayCorrectionTime", 0.0)
    if not isinstance(corrected, bool) or isinstance(stated, bool) or not isinstance(stated, int | float):
        message = f"DecayCorrected is {corrected!r}, DecayCorrectionTime is {stated!r}: the reference is not known"
        problems.append(Problem("decay-mismatch", where, message, ARTERIAL, "write true or false, and s"))
        return np.ones_like(time)
    reference = stated / 60 - scan.injection_start_min
    if corrected and abs(reference) <= 1 / 60:
        return np.ones_like(time)
    if math.isnan(scan.half_life_min):
        message = "blood stands at another time than injection, and the half-life is not known"
        problems.append(Problem("decay-mismatch", where, message, ARTERIAL, "add TracerRadionuclide"))
        return np.ones_like(time)
    rate = units.decay_constant(scan.half_life_min)
    factor: Array = np.exp(rate * (np.full_like(time, reference) if corrected else time))
    what = f"from {reference:g} min after injection" if corrected else "sample by sample (not corrected on disk)"
    problems.append(Problem("decay-moved", where, f"blood moved to injection {what}", severity="note"))
    return factor


def _dispersion(source: Source, problems: list[Problem]) -> tuple[float, bool]:
    """Constant of the sampling line, min, and whether the curve is corrected already."""
    data, where = source[1].data, source[0].name
    done, constant = data.get("DispersionCorrected"), data.get("DispersionConstant")
    if done is True:
        return math.nan, True
    if done is None:
        message = "DispersionCorrected is not stated: taken as not corrected"
        problems.append(Problem("dispersion-unknown", where, message, (), "state it"))
    if isinstance(constant, bool) or not isinstance(constant, int | float):
        message = "no DispersionConstant: the autosampler's dispersion cannot be corrected"
        problems.append(Problem("dispersion-missing", where, message, (), "add it, or input.dispersion_s"))
        return math.nan, False
    return constant * units.minutes(str(data.get("DispersionConstantUnits", "s"))), False


def _completeness(blood: Blood, where: str) -> list[Problem]:
    absent = [
        name
        for name, samples in (
            ("whole blood", blood.whole_blood or blood.autosampler),
            ("plasma", blood.plasma),
            ("parent fraction", blood.parent_fraction),
        )
        if samples is None
    ]
    if not absent:
        return []
    message = f"no {' and no '.join(absent)}: the input function cannot be made from blood alone"
    return [Problem("blood-incomplete", where, message, ARTERIAL, "add the samples, or an inputfunction derivative")]


def read_input_function(path: Path, sidecar: Sidecar, scan: Scan) -> tuple[InputFunction, list[Problem]]:
    """Read an ``_inputfunction.tsv`` of bloodstream or of ours, with the ensemble beside it where there is one.

    Raises
    ------
    MissingMetadata
        No ``AIF`` or ``whole_blood_radioactivity``, or no unit.
    TimingError
        Times do not increase.
    """
    table = read_tsv(path, ("time", "AIF", WHOLE))
    problems: list[Problem] = []
    recording = sidecar.data
    time = table.numbers("time") * units.minutes(str(_described(sidecar, "time").get("Units", "s")))
    origin = 0.0 if recording.get("TimeOrigin") == "injection" else scan.injection_start_min
    time = time - origin
    factor = np.ones_like(time)
    if recording.get("TimeOrigin") != "injection":
        factor = blood_decay(sidecar, scan, time, path.name, problems)
    columns = {c: _column(table, sidecar, c, path) * factor for c in ("AIF", WHOLE, PLASMA) if c in table.columns}
    for name in ("AIF", WHOLE):
        if not np.nanmax(columns[name], initial=0.0) > 0 or not np.isfinite(columns[name]).all():
            message = f"{name} is zero or has gaps"
            problems.append(Problem("input-unusable", path.name, message, ARTERIAL, "run the blood step again"))
    method = recording.get("Method", {})
    return InputFunction(
        time=time,
        aif=columns["AIF"],
        whole_blood=columns[WHOLE],
        plasma=columns.get(PLASMA),
        parent_fraction=table.numbers(PARENT) if PARENT in table.columns else None,
        draws=_draws(path, time.size),
        delay_min=float(recording.get("DelayMin", 0.0)),
        method={str(k): str(v) for k, v in method.items()} if isinstance(method, Mapping) else {},
        entities=scan.entities,
    ), problems


def _column(table: Table, sidecar: Sidecar, column: str, path: Path) -> Array:
    unit = _described(sidecar, column).get("Units")
    if not isinstance(unit, str):
        raise UnitError(f"{column} has no unit", expected=f"{column}.Units in the JSON", where=str(path), do="add it")
    values: Array = table.numbers(column) * units.concentration(unit, str(path))
    return values


def draws_path(path: Path) -> Path:
    """Where the ensemble of an input function stands: ``…_desc-draws_inputfunction.npy``, (draw, 2, sample)."""
    return path.with_name(path.name.replace("_inputfunction.tsv", "_desc-draws_inputfunction.npy"))


def _draws(path: Path, n: int) -> NDArray[np.float64] | None:
    companion = draws_path(path)
    if not companion.is_file():
        return None
    try:
        draws = np.load(io.BytesIO(read_bytes(companion)), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise MalformedFile("not a NumPy array", got=str(error), where=str(companion), do="write it again") from None
    if draws.ndim != 3 or draws.shape[1:] != (2, n):
        raise MalformedFile("the ensemble does not fit", expected=("draw", 2, n), got=draws.shape, where=str(companion))
    return np.asarray(draws, dtype=np.float64)


def write_input_function(path: Path, input_function: InputFunction, sidecar: Mapping[str, Any]) -> None:
    """Write ``_inputfunction.tsv|json``; the ensemble goes beside it (see `draws_path`).

    Times are s after injection, activities kBq/mL at injection.
    """
    f = input_function
    columns: dict[str, Any] = {"time": np.round(f.time * 60, 9), "AIF": f.aif, WHOLE: f.whole_blood}
    columns |= {PLASMA: f.plasma} if f.plasma is not None else {}
    columns |= {PARENT: f.parent_fraction} if f.parent_fraction is not None else {}
    write_tsv(path, columns)
    described: dict[str, Any] = {name: {"Units": "kBq/mL"} for name in ("AIF", WHOLE, PLASMA) if name in columns}
    described |= {PARENT: {"Units": "unitless"}} if PARENT in columns else {}
    described |= {"time": {"Units": "s"}, "TimeOrigin": "injection", "DecayCorrected": True, "DecayCorrectionTime": 0}
    described |= {"DelayMin": f.delay_min, "Method": dict(f.method)}
    if f.draws is not None:
        described["Ensemble"] = draws_path(path).name
        buffer = io.BytesIO()
        np.save(buffer, f.draws, allow_pickle=False)
        write_bytes(draws_path(path), buffer.getvalue())
    write_json(path.with_suffix(".json"), described | dict(sidecar))


def _described(sidecar: Sidecar, column: str) -> Mapping[str, Any]:
    found = sidecar.data.get(column)
    return found if isinstance(found, Mapping) else {}
